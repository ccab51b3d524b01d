//! Rules that every tool's card and schema keep, because some client breaks on each of them.

use std::collections::BTreeSet;

use runpod_mcp::tool::{Effect, Tool};
use runpod_mcp::tools;
use serde_json::Value;

/// Words of JSON Schema that some client does not understand, or that cost tokens and say nothing.
const FORBIDDEN: [&str; 12] = [
    "$ref",
    "$defs",
    "definitions",
    "oneOf",
    "anyOf",
    "allOf",
    "not",
    "title",
    "format",
    "$schema",
    "default",
    "x-kind",
];

/// Visits every schema below one, with its path.
fn visit(schema: &Value, path: &str, each: &mut dyn FnMut(&str, &Value)) {
    each(path, schema);
    if let Some(Value::Object(properties)) = schema.get("properties") {
        properties.iter().for_each(|(name, sub)| visit(sub, &format!("{path}.{name}"), each));
    }
    for key in ["items", "additionalProperties"] {
        if let Some(sub @ Value::Object(_)) = schema.get(key) {
            visit(sub, &format!("{path}[]"), each);
        }
    }
}

/// Runs a rule over every schema of every tool; the rule answers what is wrong.
fn every_schema(rule: impl Fn(&str, &Value) -> Option<String>) {
    let mut findings = Vec::new();
    for tool in tools::all() {
        visit(&tool.listing()["inputSchema"], tool.card.name, &mut |path, schema| {
            findings.extend(rule(path, schema).map(|wrong| format!("{path}: {wrong}")));
        });
    }
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

fn every_card(rule: impl Fn(&Tool) -> Option<String>) {
    let findings: Vec<_> =
        tools::all().filter_map(|tool| Some(format!("{}: {}", tool.card.name, rule(tool)?))).collect();
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[test]
fn schemas_are_flat() {
    every_schema(|_, schema| {
        let object = schema.as_object().expect("a schema is an object");
        let words: Vec<_> = FORBIDDEN.iter().filter(|word| object.contains_key(**word)).collect();
        (!words.is_empty()).then(|| format!("has {words:?}"))
    });
}

#[test]
fn every_schema_has_one_type_and_none_is_null() {
    every_schema(|_, schema| match schema["type"].as_str() {
        None => Some(format!("type is {}", schema["type"])),
        Some("null") => Some("type is null".into()),
        Some(_) => None,
    });
}

#[test]
fn unknown_keys_are_forbidden_everywhere() {
    every_schema(|_, schema| {
        let closed = schema["additionalProperties"] == false || schema["additionalProperties"].is_object();
        // An object without properties is free-form: a map of strings, or the input of a job.
        let wrong = schema.get("properties").is_some() && schema["additionalProperties"] != false;
        (wrong || (schema["type"] == "object" && schema.get("properties").is_some() && !closed))
            .then(|| "is open".to_owned())
    });
}

#[test]
fn every_argument_is_described_in_one_sentence() {
    let mut findings = Vec::new();
    for tool in tools::all() {
        let listing = tool.listing();
        for (name, argument) in listing["inputSchema"]["properties"].as_object().expect("properties") {
            let wrong = match argument["description"].as_str() {
                None => Some("has no description"),
                Some(text) => not_a_sentence(text),
            };
            findings.extend(wrong.map(|wrong| format!("{}.{name}: {wrong}", tool.card.name)));
        }
    }
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

fn not_a_sentence(text: &str) -> Option<&'static str> {
    let inner = text.strip_suffix('.').unwrap_or(text);
    match text {
        _ if !text.ends_with('.') => Some("does not end with a full stop"),
        _ if inner.contains(". ") || inner.contains('\n') => Some("is more than one sentence"),
        _ if text.chars().count() > 160 => Some("is longer than 160 characters"),
        // nextCursor and vCPUs are written as they are.
        _ if !first_word(text).contains(char::is_uppercase) => Some("starts with a small letter"),
        _ => None,
    }
}

fn first_word(text: &str) -> &str {
    text.split(' ').next().unwrap_or_default()
}

#[test]
fn an_argument_means_the_same_type_everywhere() {
    let mut types = std::collections::BTreeMap::<String, BTreeSet<String>>::new();
    for tool in tools::all() {
        let listing = tool.listing();
        for (name, argument) in listing["inputSchema"]["properties"].as_object().expect("properties") {
            let of = types.entry(name.clone()).or_default();
            of.insert(argument["type"].as_str().unwrap_or_default().to_owned());
        }
    }
    // set-endpoint-gpus took a comma-separated list before the others took arrays, and keeps it; a filter may take
    // several data centres where a resource has one.
    let known = ["allowedCudaVersions", "dataCenterId", "gpuTypeId"];
    let mixed: Vec<_> =
        types.iter().filter(|(name, of)| of.len() > 1 && !known.contains(&name.as_str())).collect();
    assert!(mixed.is_empty(), "{mixed:?}");
}

#[test]
fn arguments_are_spelled_in_camel_case() {
    for tool in tools::all() {
        let listing = tool.listing();
        for name in listing["inputSchema"]["properties"].as_object().expect("properties").keys() {
            let good = name.starts_with(|c: char| c.is_ascii_lowercase())
                && name.chars().all(|c| c.is_ascii_alphanumeric());
            assert!(good, "{}.{name}", tool.card.name);
        }
    }
}

#[test]
fn cards_are_complete() {
    every_card(|tool| {
        let card = tool.card;
        match card {
            _ if !card.name.chars().all(|c| c.is_ascii_lowercase() || c == '-') => {
                Some("name is not kebab-case".into())
            }
            _ if card.title.is_empty() => Some("has no title".into()),
            _ if !card.about.ends_with('.') => Some("the description has no full stop".into()),
            _ if card.about.chars().count() > 360 => {
                Some("the description is longer than 360 characters".into())
            }
            _ if card.covers.is_empty() => Some("covers no operation".into()),
            _ => None,
        }
    });
}

#[test]
fn names_are_unique_and_core_names_exist() {
    let names: Vec<_> = tools::all().map(|tool| tool.card.name).collect();
    let unique: BTreeSet<_> = names.iter().collect();
    assert_eq!(unique.len(), names.len());
    let tools_of_sets: usize = tools::TOOLSETS.iter().map(|set| set.tools.len()).sum();
    assert_eq!(tools_of_sets, names.len());
}

#[test]
fn annotations_are_explicit_and_follow_the_effect() {
    every_card(|tool| {
        let listing = tool.listing();
        let hints = &listing["annotations"];
        let explicit = ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"]
            .iter()
            .all(|hint| hints[hint].is_boolean());
        match tool.card.effect {
            _ if !explicit => Some("a hint is missing".into()),
            _ if hints["title"] != tool.card.title => Some("the title is missing".into()),
            Effect::Reads if hints["readOnlyHint"] != true || hints["idempotentHint"] != true => {
                Some("reads, but does not say so".into())
            }
            Effect::Destroys if hints["destructiveHint"] != true => {
                Some("destroys, but does not say so".into())
            }
            effect if effect != Effect::Destroys && hints["destructiveHint"] == true => {
                Some("claims to destroy".into())
            }
            effect if effect != Effect::Reads && hints["readOnlyHint"] == true => {
                Some("claims to read only".into())
            }
            _ => None,
        }
    });
}

#[test]
fn verbs_have_the_effect_they_promise() {
    every_card(|tool| {
        let verb = tool.card.name.split('-').next().unwrap_or_default();
        let expected = match verb {
            // endpoint-health has no verb at all.
            "list" | "get" | "endpoint" => tool.card.effect == Effect::Reads,
            "delete" => tool.card.effect == Effect::Destroys && tool.card.idempotent,
            "create" => !tool.card.idempotent && tool.card.effect != Effect::Reads,
            // Logs are only read; the stream of a job hands out each part once.
            "stream" => tool.card.effect <= Effect::Writes,
            _ => tool.card.effect != Effect::Reads,
        };
        (!expected)
            .then(|| format!("{verb} with {:?}, idempotent {}", tool.card.effect, tool.card.idempotent))
    });
}

#[test]
fn descriptions_name_only_tools_that_exist() {
    let names: BTreeSet<_> = tools::all().map(|tool| tool.card.name).collect();
    let verbs: BTreeSet<_> = names.iter().filter_map(|name| name.split('-').next()).collect();
    let mut findings = Vec::new();
    for tool in tools::all() {
        let listing = tool.listing();
        let mut texts = vec![tool.card.about.to_owned()];
        visit(&listing["inputSchema"], "", &mut |_, schema| {
            texts.extend(schema["description"].as_str().map(str::to_owned));
        });
        texts.extend(tool.card.ids_from.map(str::to_owned));
        for word in texts.iter().flat_map(|text| text.split(|c: char| !c.is_ascii_lowercase() && c != '-')) {
            let named_like_a_tool = word.split_once('-').is_some_and(|(verb, _)| verbs.contains(verb));
            if named_like_a_tool && !names.contains(word) {
                findings.push(format!("{}: {word}", tool.card.name));
            }
        }
    }
    assert!(findings.is_empty(), "no such tool:\n{}", findings.join("\n"));
}

/// Words of replies that descriptions name, and units that are written like arguments.
const NO_ARGUMENTS: [&str; 4] = ["nextCursor", "requestUrls", "vCPU", "vCPUs"];

/// Arguments of other tools that a description may send its reader to.
const OF_OTHERS: [(&str, &str); 4] = [
    ("list-gpu-types", "gpuTypeIds"),
    ("list-gpu-types", "gpuPoolIds"),
    ("get-ssh-keys", "startSsh"),
    ("list-public-endpoints", "endpointId"),
];

#[test]
fn descriptions_name_only_arguments_that_exist() {
    let mut findings = Vec::new();
    let mut everywhere = BTreeSet::new();
    for tool in tools::all() {
        let listing = tool.listing();
        let mut own: BTreeSet<String> = NO_ARGUMENTS.map(str::to_owned).into();
        let mut texts = vec![tool.card.about.to_owned()];
        visit(&listing["inputSchema"], "", &mut |_, schema| {
            own.extend(schema["properties"].as_object().into_iter().flat_map(|some| some.keys().cloned()));
            texts.extend(schema["description"].as_str().map(str::to_owned));
        });
        for word in texts.iter().flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric())) {
            let is_camel = word.starts_with(|c: char| c.is_ascii_lowercase())
                && word.contains(|c: char| c.is_ascii_uppercase());
            if is_camel && !own.contains(word) && !OF_OTHERS.contains(&(tool.card.name, word)) {
                findings.push(format!("{}: {word}", tool.card.name));
            }
        }
        everywhere.extend(own);
    }
    assert!(findings.is_empty(), "no such argument:\n{}", findings.join("\n"));
    assert!(OF_OTHERS.iter().all(|(_, argument)| everywhere.contains(*argument)), "{OF_OTHERS:?}");
}
