//! REST v1: which operation is answered by which function.
//!
//! The same world as that of v2, in other words: a handler turns the request into what the world understands
//! and spells the answer as v1 does. What v1 has no word for is left out of its answers. No rule is decided
//! here; the door has already checked key and contract when a handler is called.

mod billing;
mod container;
mod endpoints;
mod pods;
mod registries;
mod templates;
mod volumes;

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::Value;

use crate::call::{Handler, Routes};
use crate::contract;

static HANDLERS: LazyLock<HashMap<&'static str, Handler>> =
    LazyLock::new(|| ROUTES.iter().copied().flatten().copied().collect());

static ROUTES: &[Routes] = &[
    billing::ROUTES,
    endpoints::ROUTES,
    pods::ROUTES,
    registries::ROUTES,
    templates::ROUTES,
    volumes::ROUTES,
];

/// The function that answers this operation. Ids that the contract has twice mean the same both times.
pub(crate) fn handler(operation: &str) -> Option<Handler> {
    HANDLERS.get(operation).copied()
}

/// The words that the contract has for one field of a shape, or for each entry of a list. Its lists of types
/// and data centres are closed and not those of the catalogue.
fn words(shape: &str, field: &str) -> Vec<&'static str> {
    let field = contract::v1().shape(shape).and_then(|shape| shape.get("properties")?.get(field));
    let words = field.and_then(|field| field.get("items").unwrap_or(field).get("enum")?.as_array());
    words.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Those of some words that the contract has for a field.
fn sayable<'a>(shape: &str, field: &str, all: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let words = words(shape, field);
    all.filter(|word| words.contains(word)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_field_are_read_from_the_contract() {
        assert_eq!(words("EndpointCreateInput", "cpuFlavorIds"), ["cpu3c", "cpu3g", "cpu5c", "cpu5g"]);
        assert_eq!(words("PodCreateInput", "cloudType"), ["SECURE", "COMMUNITY"]);
        assert_eq!(sayable("Endpoint", "dataCenterIds", ["US-MD-1", "EU-RO-1"].into_iter()), ["EU-RO-1"]);
        assert!(words("Endpoint", "bogus").is_empty());
    }
}
