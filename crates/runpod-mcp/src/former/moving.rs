//! Arguments on their way from where they stood on older servers to where they stand here.

use serde_json::{Map, Value};

use super::tools::Form;
use crate::near;

/// A field of older calls.
#[derive(Debug)]
pub(super) struct Field {
    /// Its name there.
    pub(super) name: &'static str,
    /// What becomes of it.
    pub(super) way: Way,
}

/// What becomes of a field.
#[derive(Debug)]
pub(super) enum Way {
    /// The same value under this name.
    As(&'static str),
    /// The same value, which may be `null` to clear; here an empty string clears.
    Clearable(&'static str),
    /// A list that was allowed to be empty, and is not here.
    Filled(&'static str),
    /// A value that is a list of one here.
    Listed(&'static str),
    /// A list that is a single value here.
    Single(&'static str),
    /// An object whose members are arguments here; it may say a word by being there.
    Within(&'static [Field], Option<(&'static str, &'static str)>),
    /// A list of at most one such object.
    First(&'static [Field]),
    /// A rule of its own.
    Rule(Rule, &'static [Field]),
    /// No argument here; the reason.
    Never(&'static str),
}

/// Moves a value that stood in a place, with the fields that the rule is about.
type Rule = fn(&mut Moving, &'static [Field], &str, &Value);

impl Field {
    pub(super) const fn new(name: &'static str, way: Way) -> Self {
        Self { name, way }
    }

    /// The same value under another name.
    pub(super) const fn is(name: &'static str, now: &'static str) -> Self {
        Self::new(name, Way::As(now))
    }

    /// The same value under the same name.
    pub(super) const fn same(name: &'static str) -> Self {
        Self::new(name, Way::As(name))
    }
}

/// An argument that stood elsewhere.
#[derive(Clone, Debug)]
pub(super) struct Moved {
    pub(super) now: &'static str,
    pub(super) was: String,
    /// Whether it was a single value and is a list of one.
    pub(super) listed: bool,
}

/// A call under way.
#[derive(Debug)]
pub(super) struct Moving {
    pub(super) args: Map<String, Value>,
    pub(super) moved: Vec<Moved>,
    pub(super) findings: Vec<String>,
    pub(super) notes: Vec<String>,
    pub(super) had_body: bool,
}

impl Moving {
    /// Moves everything that a form knows; what it does not know stays for the check of arguments to refuse.
    pub(super) fn of(form: &'static Form, args: Map<String, Value>) -> Self {
        let mut moving =
            Self { args, moved: Vec::new(), findings: Vec::new(), notes: Vec::new(), had_body: false };
        if let (Some(now), Some(id)) = (form.id, moving.args.shift_remove("id")) {
            let id = if id.is_u64() { id.to_string().into() } else { id };
            moving.put(now, "id", id);
        }
        for field in form.fields {
            if let Some(value) = moving.args.shift_remove(field.name) {
                moving.take(field, field.name, value);
            }
        }
        for (name, word) in form.sets {
            moving.say(name, word);
        }
        if !form.body.is_empty()
            && let Some(body) = moving.args.shift_remove("body").filter(|body| !body.is_null())
        {
            moving.had_body = true;
            moving.unfold(form, &body);
        }
        moving
    }

    /// Where arguments that were not given would have stood in the body.
    pub(super) fn places(&self, form: &'static Form) -> Vec<Moved> {
        let mut places = Vec::new();
        for field in form.body.iter().copied().flatten() {
            place(field, "body", &mut places);
        }
        places.retain(|place| !self.args.contains_key(place.now));
        places
    }

    fn unfold(&mut self, form: &'static Form, body: &Value) {
        let Some(body) = object(Some(body)) else {
            self.findings.push("`body` must be a JSON object".to_owned());
            return self.notes.push("no `body` is needed: pass the arguments themselves".to_owned());
        };
        let known: Vec<_> = form.body.iter().copied().flatten().collect();
        self.members(&known, "body", body);
    }

    fn members(&mut self, known: &[&'static Field], at: &str, members: Map<String, Value>) {
        for (name, value) in members {
            let path = format!("{at}.{name}");
            match known.iter().find(|field| field.name == name) {
                Some(field) => self.take(field, &path, value),
                None => self.findings.push(unknown(&path, &name, known)),
            }
        }
    }

    fn take(&mut self, field: &'static Field, path: &str, value: Value) {
        match (&field.way, value) {
            (Way::Clearable(now), Value::Null) => self.put(now, path, Value::from("")),
            (_, Value::Null) => (),
            (Way::Never(why), _) => self.findings.push(format!("`{path}` has no place here: {why}")),
            (Way::As(now) | Way::Clearable(now), value) => self.put(now, path, value),
            (Way::Filled(_), Value::Array(items)) if items.is_empty() => {
                self.findings.push(format!("`{path}` has no place here when it is empty: leave it out"));
            }
            (Way::Filled(now), value) => self.put(now, path, value),
            (Way::Listed(now), value) => {
                self.put(now, path, Value::Array(vec![value]));
                if let Some(moved) = self.moved.last_mut().filter(|moved| moved.now == *now) {
                    moved.listed = true;
                }
            }
            (Way::Single(now), value) => self.single(now, path, value),
            (Way::Within(fields, word), value) => self.within(fields, path, &value, *word),
            (Way::First(fields), value) => self.first(fields, path, value),
            (Way::Rule(rule, fields), value) => rule(self, fields, path, &value),
        }
    }

    /// Puts a value in its place, unless something else is there.
    pub(super) fn put(&mut self, now: &'static str, was: &str, value: Value) {
        match self.args.get(now) {
            Some(there) if *there != value => {
                let other = self.moved.iter().find(|moved| moved.now == now).map_or(now, |moved| &moved.was);
                self.findings.push(format!("`{other}` and `{was}` are the same argument: give one of them"));
            }
            _ => {
                self.args.insert(now.to_owned(), value);
                if now != was {
                    self.moved.push(Moved { now, was: was.to_owned(), listed: false });
                }
            }
        }
    }

    /// What a call meant without saying it.
    fn say(&mut self, name: &'static str, word: &'static str) {
        let there = self.args.get(name);
        if there.is_some_and(|there| there != word) {
            return self.findings.push(format!("`{name}` can only be {word}: the rest of the call says so"));
        }
        self.args.insert(name.to_owned(), word.into());
        self.notes.push(format!("{name} is {word}"));
    }

    fn single(&mut self, now: &'static str, path: &str, value: Value) {
        let items = match value {
            Value::Array(items) => items,
            other => return self.put(now, path, other),
        };
        match <[Value; 1]>::try_from(items) {
            Ok([item]) => {
                self.put(now, path, item);
                if now == path {
                    self.notes.push(format!("{now} takes one value and no list"));
                }
            }
            Err(items) if items.is_empty() => (),
            Err(_) => self.findings.push(format!("`{path}` takes one value here: call once for each")),
        }
    }

    pub(super) fn within(
        &mut self,
        fields: &'static [Field],
        path: &str,
        value: &Value,
        word: Option<(&'static str, &'static str)>,
    ) {
        let Some(members) = object(Some(value)) else {
            return self.findings.push(format!("`{path}` must be an object"));
        };
        if let Some((name, word)) = word {
            self.say(name, word);
        }
        let known: Vec<_> = fields.iter().collect();
        self.members(&known, path, members);
    }

    fn first(&mut self, fields: &'static [Field], path: &str, value: Value) {
        match value {
            Value::Array(items) if items.len() == 1 => {
                for item in items {
                    self.within(fields, &format!("{path}[0]"), &item, None);
                }
            }
            _ => self.findings.push(format!("`{path}` must be a list of one object")),
        }
    }
}

/// An object, also one that was written down as a string of JSON.
pub(super) fn object(value: Option<&Value>) -> Option<Map<String, Value>> {
    match value? {
        Value::Object(members) => Some(members.clone()),
        Value::String(text) => serde_json::from_str(text).ok(),
        _ => None,
    }
}

fn place(field: &'static Field, at: &str, out: &mut Vec<Moved>) {
    let was = format!("{at}.{}", field.name);
    match &field.way {
        Way::As(now) | Way::Clearable(now) | Way::Filled(now) | Way::Single(now) => {
            out.push(Moved { now, was, listed: false });
        }
        Way::Listed(now) => out.push(Moved { now, was, listed: true }),
        Way::Within(fields, _) | Way::Rule(_, fields) => {
            fields.iter().for_each(|field| place(field, &was, out));
        }
        Way::First(fields) => fields.iter().for_each(|field| place(field, &format!("{was}[0]"), out)),
        Way::Never(_) => (),
    }
}

fn unknown(path: &str, name: &str, known: &[&'static Field]) -> String {
    let path: String = path.chars().take(60).filter(|c| !c.is_control()).collect();
    let names = known.iter().map(|field| field.name);
    let said = match near::to(name, names.clone()).first() {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("it takes {}", names.collect::<Vec<_>>().join(", ")),
    };
    format!("unknown `{path}` ({said})")
}
