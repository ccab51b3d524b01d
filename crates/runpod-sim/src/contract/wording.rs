//! A validator's findings in Runpod's words.
//!
//! The forms are those of the API's own validator as far as they were seen (2026-08): `$: got string, want
//! object`, `$: additional properties 'bogus' not allowed`; the others follow the same library. Each text
//! appears once, in the order of the parts of the shape, unknown keys last.

use boon::{ErrorKind, InstanceToken, ValidationError};
use serde_json::Value;

use super::{Problem, declared, shapes::Shapes};

/// Lists what is wrong. Never empty: the validator said no, so something is said.
pub(super) fn problems(shapes: &Shapes, root: &Value, error: &ValidationError<'_, '_>) -> Vec<Problem> {
    let mut report = Report { shapes, root, found: Vec::new(), unknown: Vec::new(), doubtful: Vec::new() };
    report.take(error);
    if report.found.is_empty() && report.unknown.is_empty() {
        report.unknown.append(&mut report.doubtful);
    }
    report.finish()
}

struct Report<'a> {
    shapes: &'a Shapes,
    root: &'a Value,
    found: Vec<Problem>,
    /// Keys that nothing declares: where, which.
    unknown: Vec<(String, String)>,
    /// Keys that are declared, but in a branch that failed for another reason. Naming them would blame the
    /// innocent: a validator forgets what a failed branch had accepted.
    doubtful: Vec<(String, String)>,
}

impl Report<'_> {
    fn take(&mut self, error: &ValidationError<'_, '_>) {
        let at = path(&error.instance_location.tokens);
        match &error.kind {
            ErrorKind::FalseSchema => self.unevaluated(error),
            ErrorKind::AdditionalProperties { got } => {
                self.unknown.extend(got.iter().map(|name| (at.clone(), name.to_string())));
            }
            ErrorKind::OneOf(None) => self.one_of(&at, error),
            ErrorKind::AnyOf => self.any_of(error),
            kind => match text(kind) {
                Some(text) => self.found.push(Problem::new(at, text)),
                None => error.causes.iter().for_each(|cause| self.take(cause)),
            },
        }
    }

    fn unevaluated(&mut self, error: &ValidationError<'_, '_>) {
        let Some((InstanceToken::Prop(name), parent)) = error.instance_location.tokens.split_last() else {
            let at = path(&error.instance_location.tokens);
            return self.found.push(Problem::new(at, "nothing is allowed here"));
        };
        let schema = error.schema_url.strip_suffix("/unevaluatedProperties");
        let schema = schema.and_then(|address| self.shapes.located(address));
        let known = schema.is_some_and(|schema| declared::declares(self.shapes, schema, name));
        let list = if known { &mut self.doubtful } else { &mut self.unknown };
        list.push((path(parent), name.to_string()));
    }

    /// Where the contract says which property chooses the branch, only that branch's errors are of interest.
    fn one_of(&mut self, at: &str, error: &ValidationError<'_, '_>) {
        let chooser = self.shapes.located(error.schema_url).and_then(|schema| schema.get("discriminator"));
        let name = chooser.and_then(|chooser| chooser.get("propertyName")).and_then(Value::as_str);
        let mapping = chooser.and_then(|chooser| chooser.get("mapping")).and_then(Value::as_object);
        let members = value_at(self.root, &error.instance_location.tokens).and_then(Value::as_object);
        let (Some(name), Some(mapping), Some(members)) = (name, mapping, members) else {
            self.found.push(Problem::new(at, "oneOf failed, none matched"));
            return error.causes.iter().for_each(|cause| self.take(cause));
        };
        let Some(tag) = members.get(name) else {
            return self.found.push(Problem::new(at, format!("missing property '{name}'")));
        };
        let target = tag.as_str().and_then(|tag| mapping.get(tag)).and_then(Value::as_str);
        let branch = target.and_then(|target| error.causes.iter().find(|cause| leads_to(cause, target)));
        match branch {
            Some(branch) => self.take(branch),
            None => {
                let tags: Vec<_> = mapping.keys().map(|tag| Value::String(tag.clone())).collect();
                self.found.push(Problem::new(format!("{at}.{name}"), one_of_these(&tags)));
            }
        }
    }

    /// `X or null`: a value that is there was meant to be an X.
    fn any_of(&mut self, error: &ValidationError<'_, '_>) {
        let only_null = |cause: &&ValidationError<'_, '_>| match &cause.kind {
            ErrorKind::Type { want, .. } => want.iter().all(|one| one == boon::Type::Null),
            _ => false,
        };
        let (nulls, others): (Vec<_>, Vec<_>) = error.causes.iter().partition(only_null);
        let causes = if others.is_empty() { nulls } else { others };
        causes.into_iter().for_each(|cause| self.take(cause));
    }

    fn finish(mut self) -> Vec<Problem> {
        self.unknown.sort();
        self.unknown.dedup();
        for group in self.unknown.chunk_by(|a, b| a.0 == b.0) {
            let names: Vec<_> = group.iter().map(|(_, name)| quoted(name)).collect();
            let at = group.first().map_or("$", |(at, _)| at);
            let text = format!("additional properties {} not allowed", names.join(", "));
            self.found.push(Problem::new(at, text));
        }
        let mut seen = std::collections::HashSet::new();
        self.found.retain(|problem| seen.insert(problem.clone()));
        self.found
    }
}

fn leads_to(cause: &ValidationError<'_, '_>, target: &str) -> bool {
    match &cause.kind {
        ErrorKind::Reference { url, .. } => {
            percent_encoding::percent_decode_str(url).decode_utf8_lossy().ends_with(target)
        }
        _ => false,
    }
}

fn path(tokens: &[InstanceToken<'_>]) -> String {
    tokens.iter().fold("$".to_owned(), |path, token| match token {
        InstanceToken::Prop(name) => format!("{path}.{name}"),
        InstanceToken::Item(nth) => format!("{path}[{nth}]"),
    })
}

fn value_at<'a>(root: &'a Value, tokens: &[InstanceToken<'_>]) -> Option<&'a Value> {
    tokens.iter().try_fold(root, |value, token| match token {
        InstanceToken::Prop(name) => value.get(name.as_ref()),
        InstanceToken::Item(nth) => value.get(nth),
    })
}

/// The sentence for a finding that stands for itself; `None` for one that only groups others.
fn text(kind: &ErrorKind<'_, '_>) -> Option<String> {
    let bound = |name: &str, got: &dyn std::fmt::Display, want: &dyn std::fmt::Display| {
        Some(format!("{name}: got {got}, want {want}"))
    };
    match kind {
        ErrorKind::Type { got, want } => {
            let want: Vec<_> = want.iter().map(|one| one.to_string()).collect();
            Some(format!("got {got}, want {}", want.join(" or ")))
        }
        ErrorKind::Enum { want } => Some(one_of_these(want)),
        ErrorKind::Const { want } => Some(format!("value must be {}", shown(want))),
        ErrorKind::Format { got, want, err } => Some(format!("{} is not valid {want}: {err}", shown(got))),
        ErrorKind::Pattern { got, want } => {
            Some(format!("{} does not match pattern {}", quoted(got), quoted(want)))
        }
        ErrorKind::Required { want } => Some(match &want[..] {
            [one] => format!("missing property {}", quoted(one)),
            some => format!("missing properties {}", all_quoted(some)),
        }),
        ErrorKind::DependentRequired { prop, missing } => {
            Some(format!("properties {} required, if {} exists", all_quoted(missing), quoted(prop)))
        }
        ErrorKind::UniqueItems { got: [one, other] } => Some(format!("items at {one} and {other} are equal")),
        ErrorKind::MinProperties { got, want } => bound("minProperties", got, want),
        ErrorKind::MaxProperties { got, want } => bound("maxProperties", got, want),
        ErrorKind::MinItems { got, want } => bound("minItems", got, want),
        ErrorKind::MaxItems { got, want } => bound("maxItems", got, want),
        ErrorKind::MinLength { got, want } => bound("minLength", got, want),
        ErrorKind::MaxLength { got, want } => bound("maxLength", got, want),
        ErrorKind::Minimum { got, want } => bound("minimum", got, want),
        ErrorKind::Maximum { got, want } => bound("maximum", got, want),
        ErrorKind::ExclusiveMinimum { got, want } => bound("exclusiveMinimum", got, want),
        ErrorKind::ExclusiveMaximum { got, want } => bound("exclusiveMaximum", got, want),
        ErrorKind::MultipleOf { got, want } => bound("multipleOf", got, want),
        ErrorKind::Not => Some("not failed".to_owned()),
        ErrorKind::OneOf(Some((one, other))) => {
            Some(format!("oneOf failed, subschemas {one}, {other} matched"))
        }
        ErrorKind::Group | ErrorKind::Schema { .. } | ErrorKind::Reference { .. } | ErrorKind::AllOf => None,
        // Keywords that the facts form does not have.
        other => Some(other.to_string()),
    }
}

fn one_of_these(values: &[Value]) -> String {
    match values {
        [one] => format!("value must be {}", shown(one)),
        some => {
            let some: Vec<_> = some.iter().map(shown).collect();
            format!("value must be one of {}", some.join(", "))
        }
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        other => other.to_string(),
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

fn all_quoted(names: &[&str]) -> String {
    names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}
