//! What holds for every document that is pulled, and every text that is read as facts.
//!
//! Compiled by path into the fuzz target too.

use serde_json::{Value, json};

use super::{facts, openapi};

const PROSE: &str = "PROSE";

/// What is written is read as it was, and prose changes nothing.
pub(crate) fn any_document(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match serde_json::from_str::<Value>(&text) {
        Ok(document) => is_reduced(&document),
        Err(_) => is_read_back(&text),
    }
}

fn is_reduced(document: &Value) {
    let _ = openapi::version(document);
    let Ok(facts) = openapi::facts(document, "v2") else { return };
    let text = facts::write(&facts);
    assert_eq!(facts::read(&text).as_ref(), Ok(&facts), "{text}");
    let mut told = document.clone();
    for place in ["", "/info", "/components"] {
        add_prose(&mut told, place);
    }
    let schemas = told.pointer("/components/schemas").and_then(Value::as_object);
    let names: Vec<_> = schemas.into_iter().flat_map(|all| all.keys()).map(|name| escaped(name)).collect();
    for name in names {
        add_prose(&mut told, &format!("/components/schemas/{name}"));
    }
    assert_eq!(openapi::facts(&told, "v2").ok(), Some(facts), "prose says nothing");
}

/// A key as it stands in a JSON pointer.
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn add_prose(document: &mut Value, place: &str) {
    if let Some(Value::Object(map)) = document.pointer_mut(place) {
        map.insert("description".to_owned(), json!(PROSE));
        map.insert("x-order".to_owned(), json!([PROSE]));
    }
}

fn is_read_back(text: &str) {
    let Ok(facts) = facts::read(text) else { return };
    let written = facts::write(&facts);
    let again = facts::read(&written);
    assert_eq!(again.as_ref(), Ok(&facts), "{written}");
}
