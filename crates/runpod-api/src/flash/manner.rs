//! How a question is put: with variables or without, with `expiresAt` or without, as the host understands it.

use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;
use serde_json::{Map, Value};

use super::{is_plain, words};
use crate::client::Outcome;
use crate::error::Error;

/// What a host turned out not to know. Told once, kept while the process lives.
#[derive(Debug, Default)]
pub(super) struct Learnt {
    variables: AtomicBool,
    expiry: AtomicBool,
}

/// What to do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Manner {
    pub(super) no_variables: bool,
    pub(super) no_expiry: bool,
}

impl Learnt {
    pub(super) fn manner(&self) -> Manner {
        let no_variables = self.variables.load(Ordering::Relaxed);
        Manner { no_variables, no_expiry: self.expiry.load(Ordering::Relaxed) }
    }

    /// Learns from an error; whether there is another manner to try. Such an error comes from looking at the question,
    /// before anything was done.
    pub(super) fn from(&self, error: &Error, tried: Manner) -> bool {
        let Some(said) = words(error) else { return false };
        let news = match () {
            () if !tried.no_expiry && said.contains("expiresAt") => &self.expiry,
            () if !tried.no_variables && said.to_ascii_lowercase().contains("variable") => &self.variables,
            () => return false,
        };
        news.store(true, Ordering::Relaxed);
        true
    }
}

/// A value for an argument, made of letters that could stand in the document.
#[derive(Debug)]
pub(super) struct Argument<'a> {
    name: &'static str,
    kind: &'static str,
    value: &'a str,
}

impl<'a> Argument<'a> {
    pub(super) fn new(name: &'static str, kind: &'static str, value: &'a str) -> Outcome<Self> {
        match is_plain(value) {
            true => Ok(Self { name, kind, value }),
            false => Err(Error::Argument {
                field: name,
                why: "may have letters, digits, space, `.`, `_` and `-`, at most 128".to_owned(),
            }),
        }
    }
}

/// One field that is asked for.
#[derive(Debug)]
pub(super) struct Question<'a> {
    pub(super) verb: &'static str,
    pub(super) field: &'static str,
    pub(super) arguments: &'a [Argument<'a>],
    pub(super) selection: &'static str,
}

/// The body of a request.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Posted {
    query: String,
    #[serde(skip_serializing_if = "Map::is_empty")]
    variables: Map<String, Value>,
}

impl Question<'_> {
    pub(super) fn posted(&self, manner: Manner) -> Posted {
        let Self { verb, field, arguments, selection } = self;
        let each = |spell: &dyn Fn(&Argument<'_>) -> String| {
            arguments.iter().map(spell).collect::<Vec<_>>().join(", ")
        };
        let selection =
            if manner.no_expiry { (*selection).to_owned() } else { format!("{selection} expiresAt") };
        if manner.no_variables {
            let given = each(&|one| format!("{}: \"{}\"", one.name, one.value));
            let query = format!("{verb} {{ {field}({given}) {{ {selection} }} }}");
            return Posted { query, variables: Map::new() };
        }
        let declared = each(&|one| format!("${}: {}", one.name, one.kind));
        let given = each(&|one| format!("{0}: ${0}", one.name));
        let query = format!("{verb}({declared}) {{ {field}({given}) {{ {selection} }} }}");
        let variables = arguments.iter().map(|one| (one.name.to_owned(), one.value.into())).collect();
        Posted { query, variables }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Manner = Manner { no_variables: false, no_expiry: false };

    fn question<'a>(arguments: &'a [Argument<'a>]) -> Question<'a> {
        Question { verb: "query", field: "f", arguments, selection: "id" }
    }

    #[test]
    fn a_question_is_put_with_variables_or_written_out() {
        let arguments =
            [Argument::new("a", "String!", "x-1").unwrap(), Argument::new("b", "String", "y").unwrap()];
        let with = question(&arguments).posted(PLAIN);
        assert_eq!(with.query, "query($a: String!, $b: String) { f(a: $a, b: $b) { id expiresAt } }");
        assert_eq!(Value::from(with.variables), serde_json::json!({ "a": "x-1", "b": "y" }));
        let without = question(&arguments).posted(Manner { no_variables: true, no_expiry: true });
        assert_eq!(without.query, r#"query { f(a: "x-1", b: "y") { id } }"#);
        assert!(without.variables.is_empty());
    }

    #[test]
    fn nothing_that_could_leave_its_quotes_becomes_an_argument() {
        for value in ["\"", "\\", "{", "}", "\n", "$a", "é", ""] {
            assert!(Argument::new("a", "String", value).is_err(), "{value:?}");
        }
    }

    #[test]
    fn each_thing_is_learnt_once() {
        let learnt = Learnt::default();
        let denied = |said: &str| Error::Denied { operation: "x", said: said.to_owned() };
        assert!(!learnt.from(&denied("boom"), learnt.manner()));
        let unknown = denied("Cannot query field \"expiresAt\" on type \"FlashAuthRequest\"");
        assert!(learnt.from(&unknown, learnt.manner()) && learnt.manner().no_expiry);
        assert!(!learnt.from(&unknown, learnt.manner()));
        let picky = denied("Variables are not supported here");
        assert!(learnt.from(&picky, learnt.manner()) && !learnt.from(&picky, learnt.manner()));
    }
}
