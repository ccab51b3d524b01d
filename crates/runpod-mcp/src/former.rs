//! Calls in the words of older servers, said again in today's.
//!
//! Three things changed over the years: names of tools, `id` for what is `podId` or `endpointId` here, and a nested
//! `body` in the spelling of the API for what are flat arguments here. All of it is understood and none of it is listed.
//! A call is said again whole or refused: what has no place here is named, in the caller's own words. Whether the tool
//! it comes to may run is not known here, and no request is made.

mod body;
mod moving;
mod tools;

use serde_json::{Map, Value};

use crate::error::ToolError;
use crate::near;
use moving::{Moved, Moving};
use tools::{ACTIONS, FORMS, Form, GONE};

/// A call in today's words.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// The tool.
    pub(crate) tool: String,
    /// Its arguments.
    pub(crate) args: Map<String, Value>,
    /// How it was said.
    pub(crate) said: Said,
}

/// How a call was said, to answer in the same words.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    /// The former name of the tool, and the present one.
    renamed: Option<(String, &'static str)>,
    moved: Vec<Moved>,
    /// Where the arguments that were not given would stand in a `body`.
    places: Vec<Moved>,
    findings: Vec<String>,
    notes: Vec<String>,
}

/// Says a call again. What is in today's words comes back as it is.
///
/// # Errors
/// `bad_argument` when not even the tool can be told.
pub(crate) fn read(name: &str, args: Map<String, Value>) -> Result<Call, ToolError> {
    match name {
        "pod-action" => action(name, args),
        _ => match FORMS.iter().find(|form| form.names.contains(&name)) {
            Some(form) => Ok(restate(form, name, args)),
            None => Ok(Call { tool: name.to_owned(), args, said: Said::default() }),
        },
    }
}

/// The tools that a former name can come to; none when it is no former name.
pub(crate) fn comes_to(name: &str) -> Vec<&'static str> {
    match name {
        "pod-action" => ACTIONS.iter().map(|(_, tool)| *tool).collect(),
        _ => {
            let renames = |form: &&Form| form.tool != name && form.names.contains(&name);
            FORMS.iter().find(renames).map(|form| form.tool).into_iter().collect()
        }
    }
}

/// Why a tool of an older server has no counterpart.
pub(crate) fn why_gone(name: &str) -> Option<&'static str> {
    GONE.iter().find(|(names, _)| names.contains(&name)).map(|(_, why)| *why)
}

/// Former names near to a word.
pub(crate) fn near(word: &str) -> Vec<&'static str> {
    let renamed = FORMS.iter().flat_map(|form| form.names.iter().copied().filter(|name| *name != form.tool));
    near::to(word, renamed.chain(["pod-action"]))
}

/// One tool for four actions, which do as different things as a start and a deletion.
fn action(name: &str, mut args: Map<String, Value>) -> Result<Call, ToolError> {
    let words: Vec<_> = ACTIONS.iter().map(|(word, _)| *word).collect();
    let wanted = || {
        ToolError::bad_argument(format!("{name}: `body.action` must be one of {}", words.join(", "))).hint(
            "call start-pod, stop-pod, restart-pod or delete-pod with podId instead; pod-action is of an older server",
        )
    };
    let mut body = moving::object(args.shift_remove("body").as_ref()).ok_or_else(wanted)?;
    let action = body.shift_remove("action");
    let action = action.as_ref().and_then(Value::as_str);
    let (_, tool) = ACTIONS.iter().find(|(word, _)| Some(*word) == action).ok_or_else(wanted)?;
    if !body.is_empty() {
        args.insert("body".to_owned(), body.into());
    }
    let form = FORMS.iter().find(|form| form.tool == *tool).ok_or_else(wanted)?;
    Ok(restate(form, name, args))
}

fn restate(form: &'static Form, name: &str, args: Map<String, Value>) -> Call {
    let moving = Moving::of(form, args);
    let renamed = (form.tool != name).then(|| (name.to_owned(), form.tool));
    let places = if moving.had_body { moving.places(form) } else { Vec::new() };
    let Moving { args, moved, findings, notes, .. } = moving;
    Call { tool: form.tool.to_owned(), args, said: Said { renamed, moved, places, findings, notes } }
}

impl Said {
    /// What to tell about a call that was said in other words.
    pub(crate) fn note(&self) -> Option<String> {
        let renamed = self.renamed.as_ref().map(|(former, now)| format!("{former} is called {now} here"));
        let parts: Vec<_> =
            renamed.into_iter().chain(self.moves()).chain(self.notes.iter().cloned()).collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }

    fn moves(&self) -> Option<String> {
        let (kept, renamed): (Vec<_>, Vec<_>) =
            self.moved.iter().partition(|moved| moved.was.strip_prefix("body.") == Some(moved.now));
        let kept: Vec<_> = kept.into_iter().map(|moved| moved.now).collect();
        let kept = (!kept.is_empty()).then(|| format!("{} without `body`", kept.join(", ")));
        let renamed = renamed.into_iter().map(|Moved { now, was, .. }| format!("{now} for `{was}`"));
        let moves: Vec<_> = renamed.chain(kept).collect();
        (!moves.is_empty()).then(|| format!("pass {}", moves.join(", ")))
    }

    /// What reading the arguments found, together with what could not be said again.
    ///
    /// # Errors
    /// When either found something.
    pub(crate) fn judge<T>(&self, tool: &str, read: Result<T, ToolError>) -> Result<T, ToolError> {
        let found = self.findings.join("; ");
        match read {
            read if found.is_empty() => read,
            Ok(_) => Err(ToolError::bad_argument(format!("{tool}: {found}"))),
            Err(error) => Err(ToolError { message: format!("{}; {found}", error.message), ..error }),
        }
    }

    /// An error whose quoted arguments are those that the caller gave, or would give.
    pub(crate) fn in_its_words(&self, error: ToolError) -> ToolError {
        let Some(note) = self.note() else { return error };
        let mut message = String::with_capacity(error.message.len());
        for (index, part) in error.message.split('`').enumerate() {
            if index > 0 {
                message.push('`');
            }
            match index % 2 {
                1 => message.push_str(&self.word(part)),
                _ => message.push_str(part),
            }
        }
        ToolError { message, ..error }.fact("note", note)
    }

    /// `gpuTypeIds[0]` as `body.gpu.id`.
    fn word(&self, quoted: &str) -> String {
        let end = quoted.find(['.', '[']).unwrap_or(quoted.len());
        let (head, rest) = quoted.split_at(end);
        match self.moved.iter().chain(&self.places).find(|moved| moved.now == head) {
            Some(Moved { was, listed: true, .. }) => format!("{was}{}", rest.trim_start_matches("[0]")),
            Some(Moved { was, .. }) => format!("{was}{rest}"),
            None => quoted.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(name: &str, args: Value) -> Call {
        let Value::Object(args) = args else { panic!("object") };
        read(name, args).unwrap()
    }

    #[test]
    fn what_is_said_in_todays_words_stays_as_it_is() {
        let args = json!({"podId": "p", "name": "n", "dryRun": true, "body_": 1});
        let call = said("update-pod", args.clone());
        assert_eq!((call.tool.as_str(), Value::from(call.args)), ("update-pod", args));
        assert_eq!(call.said.note(), None);
        assert!(comes_to("update-pod").is_empty());
    }

    #[test]
    fn findings_come_in_the_callers_words() {
        let call = said("create-pod", json!({"body": {"name": "n", "gpu": {"id": 5}}}));
        let error = ToolError::bad_argument(
            "`gpuTypeIds[0]` must be a string; missing `imageName`; `env.A` and `dryRun` too",
        );
        let words = call.said.in_its_words(error);
        assert_eq!(
            words.message,
            "`body.gpu.id` must be a string; missing `body.image`; `body.env.A` and `dryRun` too"
        );
    }

    #[test]
    fn no_name_of_today_is_a_former_name_of_something_else() {
        let names: Vec<_> =
            FORMS.iter().flat_map(|form| form.names.iter().map(|name| (*name, form.tool))).collect();
        for (name, tool) in &names {
            assert_eq!(names.iter().filter(|(other, _)| other == name).count(), 1, "{name} is said twice");
            let today = FORMS.iter().any(|form| form.tool == *name);
            assert!(!today || name == tool, "{name} is a tool of today and would come to {tool}");
        }
    }
}
