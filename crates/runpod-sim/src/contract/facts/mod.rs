//! The text form of a contract, as values: what the `.facts` files say and nothing else.
//!
//! It promises that reading what was written gives the same facts, and that writing what was read gives the
//! same text. `cargo xtask contract pull` compiles this very folder by path, so that the writer and the reader
//! cannot drift apart; therefore nothing here knows more than `std` and `serde_json`, and above all nothing
//! about OpenAPI documents, validators or the twin.

mod read;
mod read_shape;
mod tree;
mod write;
mod write_shape;

use std::{collections::BTreeMap, fmt};

use serde_json::Value;

pub(crate) use read::read;
pub(crate) use write::write;

/// Prefix of a reference inside a shape: the shapes are the `$defs` of one JSON Schema document.
pub(crate) const DEFS: &str = "#/$defs/";

/// The types a shape may name.
pub(crate) const TYPES: [&str; 7] = ["array", "boolean", "integer", "null", "number", "object", "string"];

/// Keywords that are written `keyword value` behind a shape's type, in this order.
pub(crate) const VALUED: [&str; 17] = [
    "const",
    "format",
    "pattern",
    "minimum",
    "exclusiveMinimum",
    "maximum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "additionalProperties",
    "unevaluatedProperties",
    "default",
];

/// Keywords that are written as one word when they are true.
pub(crate) const FLAGS: [&str; 4] = ["uniqueItems", "deprecated", "readOnly", "writeOnly"];

/// Keywords that hold one shape, with the label of its line.
pub(crate) const ONE_SHAPE: [(&str, &str); 6] = [
    ("items", "[]"),
    ("additionalProperties", "{}"),
    ("not", "not"),
    ("if", "if"),
    ("then", "then"),
    ("else", "else"),
];

/// Keywords that hold a list of shapes, with the label of each line.
pub(crate) const MANY_SHAPES: [(&str, &str); 3] = [("allOf", "all"), ("anyOf", "any"), ("oneOf", "one")];

/// Everything a contract says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Facts {
    /// `v1` or `v2`.
    pub(crate) version: String,
    pub(crate) servers: Vec<String>,
    /// Sorted by path, then method.
    pub(crate) operations: Vec<Operation>,
    /// Answers that several operations share, by name.
    pub(crate) answers: BTreeMap<String, Answer>,
    /// JSON Schema 2020-12, by name; references point below [`DEFS`].
    pub(crate) shapes: BTreeMap<String, Value>,
}

/// One method on one path.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Operation {
    pub(crate) id: String,
    /// Upper case.
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) tags: Vec<String>,
    pub(crate) deprecated: bool,
    /// True where the document lifts the demand for a key.
    pub(crate) open: bool,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<Body>,
    /// By status (or `default`), sorted.
    pub(crate) answers: BTreeMap<String, AnswerUse>,
}

/// A parameter, or a header of an answer (whose place is then `header`).
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Parameter {
    /// `path`, `query`, `header` or `cookie`.
    pub(crate) place: String,
    pub(crate) name: String,
    pub(crate) required: bool,
    pub(crate) style: Option<String>,
    pub(crate) explode: Option<bool>,
    pub(crate) shape: Value,
}

/// What a request may carry.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Body {
    pub(crate) required: bool,
    pub(crate) media: BTreeMap<String, Value>,
}

/// An operation's answer: a shared one by name, or its own.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum AnswerUse {
    Named(String),
    Own(Answer),
}

/// What one status carries; no media type means no declared body.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Answer {
    pub(crate) media: BTreeMap<String, Value>,
    pub(crate) headers: Vec<Parameter>,
}

/// A line of a facts file that could not be read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Broken {
    /// Counted from 1; 0 when the file as a whole is at fault.
    pub(crate) line: usize,
    pub(crate) why: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}: {}", self.line, self.why)
    }
}

impl std::error::Error for Broken {}
