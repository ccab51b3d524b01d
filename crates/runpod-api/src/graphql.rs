//! GraphQL: one POST, documents as files, values as variables.
//!
//! Runpod retires this API early in 2027. REST v2 has taken most of it over already: the catalogue without the
//! stock of single CUDA versions, endpoints without the Hub. For the rest there is nothing else yet. When REST v2 has
//! stock by CUDA version, Hub listings and deploys, and public endpoints, then `capacity.rs`, `hub.rs` and
//! `public_endpoints.rs` move there, and this module goes with its documents. `catalog/v1.rs` and `endpoints/saved.rs`
//! go with REST v1: they make up for its missing catalogue and pools.
//!
//! Public questions never carry a key, whatever their address is. No text is ever put into a document: what a caller
//! says is a variable. Whether a document reads or writes is said by its first word, and decides about retries.

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::answer::Answer;
use crate::client::Outcome;
use crate::error::Error;
use crate::error::said::tidy;
use crate::op::{Api, Op, Repeat};
use crate::secret::ApiKey;
use crate::wire::{Request, Wire};

/// Longest text of an error, in bytes.
const CAP: usize = 2048;

/// Stock and price of GPU types, with their CUDA versions.
pub(crate) static CAPACITY: Document =
    Document::public("graphql:gpuTypes", include_str!("graphql/capacity.graphql"));

/// The same on hosts with the CUDA versions of the question.
pub(crate) static PROBE: Document =
    Document::public("graphql:gpuTypes", include_str!("graphql/probe.graphql"));

/// GPU types and their prices, where REST v2 is not to be asked.
pub(crate) static GPU_TYPES: Document =
    Document::public("graphql:gpuTypes", include_str!("graphql/gpu_types.graphql"));

/// The same with the stock that the question is about.
pub(crate) static GPU_TYPES_WITH_STOCK: Document =
    Document::public("graphql:gpuTypes", include_str!("graphql/gpu_types_with_stock.graphql"));

/// Data centres, where REST v2 is not to be asked.
pub(crate) static DATA_CENTERS: Document =
    Document::public("graphql:dataCenters", include_str!("graphql/data_centers.graphql"));

/// The Hub.
pub(crate) static LISTINGS: Document =
    Document::public("graphql:listings", include_str!("graphql/listings.graphql"));

/// The Hub with what each release wants to be set.
pub(crate) static LISTINGS_WITH_CONFIG: Document =
    Document::public("graphql:listings", include_str!("graphql/listings_with_config.graphql"));

/// The public endpoints.
pub(crate) static PUBLIC_ENDPOINTS: Document =
    Document::public("graphql:allAiApiPublicConfigs", include_str!("graphql/public_endpoints.graphql"));

/// The endpoints of the account, with all that saving one would reset.
pub(crate) static ENDPOINTS: Document =
    Document::authed("graphql:myself", include_str!("graphql/endpoints.graphql"));

/// Creating an endpoint of a Hub release, and replacing one.
pub(crate) static SAVE_ENDPOINT: Document =
    Document::authed("graphql:saveEndpoint", include_str!("graphql/save_endpoint.graphql"));

/// A document and how it is sent.
#[derive(Debug)]
pub(crate) struct Document {
    op: Op,
    text: &'static str,
}

/// For documents without variables.
#[derive(Debug, Serialize)]
pub(crate) struct Nothing {}

#[derive(Serialize)]
struct Posted<'a, V> {
    query: &'static str,
    variables: &'a V,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    #[serde(borrow)]
    errors: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Complaint {
    message: Option<String>,
}

impl Document {
    const fn public(id: &'static str, text: &'static str) -> Self {
        Self::of(Api::GraphqlPublic, id, text)
    }

    const fn authed(id: &'static str, text: &'static str) -> Self {
        Self::of(Api::GraphqlAuthed, id, text)
    }

    const fn of(api: Api, id: &'static str, text: &'static str) -> Self {
        // Whatever does not say that it only reads may change something.
        let repeat = match text.as_bytes() {
            [b'q', b'u', b'e', b'r', b'y', ..] => Repeat::Read,
            _ => Repeat::Write,
        };
        Self { op: Op { id, api, method: Method::POST, path: "", repeat }, text }
    }

    /// Sends it with these variables; the answer is what stands under `data`.
    ///
    /// # Errors
    /// See [`Error`]; [`Error::Denied`] for errors inside a good answer.
    pub(crate) async fn ask<V: Serialize>(&'static self, wire: &Wire, variables: &V) -> Outcome<Answer> {
        let posted = Posted { query: self.text, variables };
        let answer = wire.send(&self.op, Request::body(&[], &posted)).await?;
        data(&answer, wire.key())
    }
}

/// One field of the data.
///
/// # Errors
/// [`Error::Shape`] when it is not there or null.
pub(crate) fn field(data: &Answer, name: &str) -> Outcome<Answer> {
    let mut fields: std::collections::BTreeMap<String, &RawValue> = data.json()?;
    let missing = || shape(data, format!("there is no `{name}` in the data"));
    let raw = fields.remove(name).filter(|raw| raw.get() != "null").ok_or_else(missing)?;
    Ok(data.part(raw.get()))
}

/// What stands under `data`, unless there are errors.
///
/// # Errors
/// [`Error::Denied`] for errors, [`Error::Shape`] for neither.
pub(crate) fn data(answer: &Answer, key: Option<&ApiKey>) -> Outcome<Answer> {
    let Envelope { data, errors } = answer.object()?;
    if let Some(said) = errors.and_then(complaints) {
        let said = tidy(&said, CAP, key);
        return Err(Error::Denied { operation: answer.op.id, said });
    }
    match data {
        Some(data) => Ok(answer.part(data.get())),
        None => Err(shape(answer, "there is neither `data` nor an error".to_owned())),
    }
}

/// The messages in one line; what is no list of them as it is; nothing for an empty list.
fn complaints(errors: &RawValue) -> Option<String> {
    match serde_json::from_str::<Vec<Complaint>>(errors.get()) {
        Ok(all) if all.is_empty() => None,
        Ok(all) => {
            let words = |one: Complaint| one.message.unwrap_or_else(|| "an error without words".to_owned());
            Some(all.into_iter().map(words).collect::<Vec<_>>().join(", "))
        }
        Err(_) => Some(errors.get().to_owned()),
    }
}

fn shape(answer: &Answer, why: String) -> Error {
    Error::Shape { operation: answer.op.id, status: answer.status, why }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    static ALL: [&Document; 10] = [
        &CAPACITY,
        &PROBE,
        &GPU_TYPES,
        &GPU_TYPES_WITH_STOCK,
        &DATA_CENTERS,
        &LISTINGS,
        &LISTINGS_WITH_CONFIG,
        &PUBLIC_ENDPOINTS,
        &ENDPOINTS,
        &SAVE_ENDPOINT,
    ];

    #[test]
    fn the_first_word_says_whether_a_document_writes_and_only_what_is_ones_own_needs_a_key() {
        for Document { op, text } in ALL {
            let writes = text.starts_with("mutation");
            assert!(writes || text.starts_with("query"), "{text}");
            let own = writes || op.id == "graphql:myself";
            assert_eq!((op.repeat.changes(), op.api.may_carry_key()), (writes, own), "{}", op.id);
            assert!(text.contains(op.id.trim_start_matches("graphql:")), "{}", op.id);
        }
        assert!(Document::public("x", "mutation { a }").op.repeat.changes());
        assert!(Document::public("x", " query { a }").op.repeat.changes(), "in doubt it writes");
    }

    fn read(body: &str) -> Outcome<String> {
        let answer = Answer::new(&LISTINGS.op, 200, Bytes::copy_from_slice(body.as_bytes()))?;
        let data = data(&answer, Some(&ApiKey::new("rpa_CANARY0123456789")))?;
        field(&data, "listings").map(|answer| String::from_utf8_lossy(&answer.body).into_owned())
    }

    #[test]
    fn data_is_taken_out_and_errors_win_over_it() {
        assert_eq!(read(r#"{"data":{"listings":[1, 2]},"errors":[]}"#).unwrap(), "[1, 2]");
        for (body, words) in [
            (r#"{"data":{"listings":[]},"errors":[{"message":"one"},{"message":"two"}]}"#, "one, two"),
            (r#"{"data":null,"errors":[{}]}"#, "an error without words"),
            (r#"{"errors":"a text"}"#, "\"a text\""),
            (r#"{"errors":{"odd":1}}"#, r#"{"odd":1}"#),
        ] {
            match read(body) {
                Err(Error::Denied { said, .. }) => assert_eq!(said, words, "{body}"),
                other => panic!("{body}: {other:?}"),
            }
        }
        for body in [
            "{}",
            r#"{"data":null}"#,
            r#"{"data":{}}"#,
            r#"{"data":{"listings":null}}"#,
            "[]",
            "7",
            r#" [{"listings":[]},"no"]"#,
        ] {
            assert!(matches!(read(body), Err(Error::Shape { .. })), "{body}");
        }
    }

    #[test]
    fn an_echoed_key_is_hidden() {
        let error = read(r#"{"errors":[{"message":"bad key rpa_CANARY0123456789"}]}"#).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("CANARY"));
    }
}
