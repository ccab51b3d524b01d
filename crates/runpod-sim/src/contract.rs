//! What Runpod's REST APIs and its Serverless runtime accept and answer, and whether a request or an answer fits.
//!
//! The facts come from `contract/v1.facts` and `contract/v2.facts`, which `cargo xtask contract pull` writes
//! from the OpenAPI documents Runpod serves (`contract/SOURCE.md`); those of the Serverless runtime, which serves none, are
//! written by hand in `contract/serverless.facts`. A check that finds nothing wrong returns an
//! empty list; problems are worded as Runpod words them, because clients show these texts to people.
//!
//! Refuses to know rules that the documents do not state as structure: which fields exclude each other, what
//! costs money, which status follows which. Those are the world's. Header parameters are not checked either:
//! the only one, `Last-Event-ID`, is declared as a date-time, while the ids that the API itself sends carry a
//! sequence number behind it (seen 2026-08).

mod declared;
mod facts;
mod operation;
mod problem;
mod query;
mod route;
mod shapes;
mod strict;
mod uri;
mod wording;

use std::sync::LazyLock;

use http::Method;
use serde_json::Value;

pub use operation::{Answer, Body, Media, Operation, Parameter, Place};
pub use problem::Problem;
pub use route::Route;

use facts::{Broken, Facts};
use operation::Builder;
use shapes::Shapes;

/// The contract of REST v2, read once. Its paths begin with `/v2`.
pub fn v2() -> &'static Contract {
    static V2: LazyLock<Contract> = LazyLock::new(|| own(include_str!("../contract/v2.facts")));
    &V2
}

/// The contract of REST v1, read once. Its paths are relative to the server's `/v1`: `/pods/{podId}`.
pub fn v1() -> &'static Contract {
    static V1: LazyLock<Contract> = LazyLock::new(|| own(include_str!("../contract/v1.facts")));
    &V1
}

/// What is known of the Serverless runtime, read once. Its paths are relative to `https://api.runpod.ai/v2`:
/// `/{endpointId}/run`. Written by hand from what was observed; Runpod serves no document of it.
pub fn serverless() -> &'static Contract {
    static SERVERLESS: LazyLock<Contract> =
        LazyLock::new(|| own(include_str!("../contract/serverless.facts")));
    &SERVERLESS
}

#[expect(clippy::expect_used, reason = "the files are compiled in and every test reads them")]
fn own(text: &str) -> Contract {
    Contract::read(text).expect("the facts files that this crate ships can be read")
}

/// One version of the REST API, or the Serverless runtime: its operations and their shapes.
#[derive(Debug)]
pub struct Contract {
    facts: Facts,
    operations: Vec<Operation>,
    paths: route::Paths,
    shapes: Shapes,
}

/// What of a request the contract has something to say about.
#[derive(Clone, Copy, Debug, Default)]
pub struct Request<'a> {
    /// Path parameters as [`Contract::route`] found them.
    pub params: &'a [(String, String)],
    /// The query as it stood in the address, still percent-encoded, without the question mark.
    pub query: Option<&'a str>,
    /// The `Content-Type` header.
    pub content_type: Option<&'a str>,
    /// The body, when there was one. Whether bytes are JSON at all is for the caller to find out.
    pub body: Option<&'a Value>,
}

impl Contract {
    fn read(text: &str) -> Result<Self, Broken> {
        let facts = facts::read(text)?;
        let mut shapes = Shapes::new(&facts.shapes);
        let operations: Vec<_> =
            facts.operations.iter().map(|one| Builder::new(&facts, &mut shapes).operation(one)).collect();
        let paths = route::Paths::new(&operations);
        Ok(Self { facts, operations, paths, shapes })
    }

    /// Every operation, sorted by path, then method.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The operation with this id. v1 uses four ids twice (`PATCH /x/{id}` and `POST /x/{id}/update` mean the
    /// same); the PATCH is found.
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|one| one.id() == id)
    }

    /// The shape with this name as JSON Schema 2020-12; its references point below [`Contract::document`].
    pub fn shape(&self, name: &str) -> Option<&Value> {
        self.shapes.document().get("$defs")?.get(name)
    }

    /// Names of all shapes that have one, sorted.
    pub fn shape_names(&self) -> impl Iterator<Item = &str> {
        self.facts.shapes.keys().map(String::as_str)
    }

    /// All shapes as one JSON Schema document: `{"$schema": .., "$defs": {name: shape}}`. Shapes that the
    /// contract writes in place (a parameter's, for instance) are in it under names of our own.
    pub fn document(&self) -> &Value {
        self.shapes.document()
    }

    /// The contract in the text form it was read from: nothing was lost, nothing added.
    pub fn to_text(&self) -> String {
        facts::write(&self.facts)
    }

    /// Finds the operation for a method and a path. The path is raw: it is split at `/` first and decoded per
    /// segment, so an encoded slash stays inside its id. A literal segment beats a parameter, left first; an
    /// empty segment fits nothing.
    pub fn route(&self, method: &Method, path: &str) -> Route<'_> {
        self.paths.find(&self.operations, method, path)
    }

    /// What is wrong with a request: path and query parameters first, then the body. Query names that the
    /// contract does not know are not its business.
    pub fn check_request(&self, op: &Operation, request: &Request<'_>) -> Vec<Problem> {
        let mut problems = query::check(self, op, request);
        problems.extend(self.check_body(op, request));
        problems
    }

    /// What is wrong with an answer of the twin. Stricter than the contract's schemas, which leave answers
    /// open: a key that no part of the shape declares is a problem, so a misspelt one does not pass. An answer
    /// without a declared media type (v1 documents many refusals so) says nothing about a body, except 204,
    /// which has none.
    pub fn check_answer(
        &self,
        op: &Operation,
        status: u16,
        content_type: Option<&str>,
        body: Option<&Value>,
    ) -> Vec<Problem> {
        let Some(answer) = op.answer(status) else {
            return vec![Problem::new("status", format!("{} does not declare {status}", op.id()))];
        };
        if answer.media().is_empty() {
            let forbidden = status == 204 && (body.is_some() || content_type.is_some());
            return forbidden.then(|| Problem::new("$", "204 has no body")).into_iter().collect();
        }
        let Some(media) = answer.media().iter().find(|media| media.fits(content_type)) else {
            return vec![wrong_media(answer.media(), content_type)];
        };
        match (body, media.is_json()) {
            (Some(body), true) => {
                let mut problems = self.shapes.check(media.slot, body);
                problems.extend(strict::undeclared(&self.shapes, op.id(), media.slot, body));
                problems
            }
            (None, true) => vec![Problem::new("$", "the body is missing")],
            (_, false) => Vec::new(),
        }
    }

    /// Checks a value against a shape by name, as a request's body would be.
    pub fn check_shape(&self, name: &str, value: &Value) -> Vec<Problem> {
        match self.shapes.slot(name) {
            Some(slot) => self.shapes.check(slot, value),
            None => vec![Problem::new("$", format!("the contract has no shape {name}"))],
        }
    }

    fn check_body(&self, op: &Operation, request: &Request<'_>) -> Vec<Problem> {
        match (op.body(), request.body) {
            (Some(body), Some(value)) => match body.media().iter().find(|one| one.fits(request.content_type))
            {
                Some(media) => self.shapes.check(media.slot, value),
                None => vec![wrong_media(body.media(), request.content_type)],
            },
            (Some(body), None) if body.is_required() => vec![Problem::new("$", "the body is missing")],
            _ => Vec::new(),
        }
    }
}

fn wrong_media(declared: &[Media], got: Option<&str>) -> Problem {
    let want: Vec<_> = declared.iter().map(Media::name).collect();
    let got = got.unwrap_or("none");
    Problem::new("header 'Content-Type'", format!("got {got}, want {}", want.join(" or ")))
}

#[cfg(test)]
mod tests;
