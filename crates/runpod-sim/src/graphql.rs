//! GraphQL, as far as clients of REST v2 still need it: stock by CUDA version, the Hub, public endpoints, the key
//! check of the hosted server, saving an endpoint, and signing in.
//!
//! Runpod retires this API early in 2027; REST v2 takes the rest of it over. It is kept apart for that day: this
//! module, `world/hub.rs`, `world/endpoints/saved.rs`, `world/flash.rs` and `contract/graphql.sdl` can then be taken
//! out.
//!
//! Catalogue questions are answered to strangers, and so is who asks for a sign-in. `myself` of a stranger is null; only a key that never was one is 401.

mod grammar;
mod hall;
mod lexer;
mod schema;

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::twin::Twin;
use grammar::{Document, document};
use hall::Hall;
use schema::SCHEMA;

/// Where it answers.
pub(crate) const PATH: &str = "/graphql";

/// Largest request, in bytes.
pub(crate) const REQUEST: usize = 1 << 20;

/// The operations that this twin knows, as its journal names them: `graphql:` and the field asked for.
pub fn operations() -> impl Iterator<Item = String> {
    SCHEMA.roots().map(|root| format!("graphql:{root}"))
}

/// Why there is no data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    status: StatusCode,
    text: String,
}

impl Problem {
    fn syntax(text: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, text: format!("Syntax Error: {}", text.into()) }
    }

    fn invalid(text: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, text: text.into() }
    }

    /// The question was good; what it asked for could not be done.
    fn failed(text: impl Into<String>) -> Self {
        Self { status: StatusCode::OK, text: text.into() }
    }
}

/// A request, read as far as it can be.
#[derive(Debug)]
pub(crate) struct Asked {
    document: Result<Document, Problem>,
    variables: Map<String, Value>,
}

#[derive(Deserialize)]
struct Posted {
    query: String,
    variables: Option<Map<String, Value>>,
}

impl Asked {
    /// Reads the body of a request.
    pub(crate) fn read(body: Option<&Value>) -> Self {
        match body.map(Posted::deserialize) {
            Some(Ok(Posted { query, variables })) => {
                Self { document: document(&query), variables: variables.unwrap_or_default() }
            }
            _ => {
                let document =
                    Err(Problem::invalid("POST body must be JSON with a `query` and, if any, `variables`"));
                Self { document, variables: Map::new() }
            }
        }
    }

    /// What it asks for, as the journal names it.
    pub(crate) fn operation(&self) -> Option<String> {
        let fields = &self.document.as_ref().ok()?.fields;
        let names: Vec<_> = fields.iter().map(|field| field.name.as_str()).collect();
        Some(format!("graphql:{}", names.join(",")))
    }

    /// Status and body of the answer to whoever showed this key, or none.
    pub(crate) fn answer(self, twin: &Twin, key: Option<&str>) -> (StatusCode, Value) {
        match self.data(twin, key) {
            Ok(data) => (StatusCode::OK, json!({ "data": data })),
            Err(Problem { status: StatusCode::OK, text }) => {
                (StatusCode::OK, json!({ "errors": [{ "message": text }], "data": null }))
            }
            Err(Problem { status, text }) => (status, json!({ "errors": [{ "message": text }] })),
        }
    }

    fn data(self, twin: &Twin, key: Option<&str>) -> Result<Value, Problem> {
        let now = twin.clock().now();
        let mut world = twin.world();
        if key.is_some_and(|key| world.visit(key, now).is_none()) {
            return Err(Problem { status: StatusCode::UNAUTHORIZED, text: "Unauthorized".to_owned() });
        }
        let wanted = SCHEMA.ask(&self.document?, &self.variables)?;
        Hall { world: &mut world, now, key }.answer(&wanted)
    }
}
