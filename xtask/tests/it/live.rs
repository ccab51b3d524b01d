//! Whether Runpod's lists still have the shape that the contract says, against the real thing and only when asked.
//!
//! Set `MCP_LIVE_V2_KEY` to a key of an account; `MCP_LIVE_V2_BASE` moves the address, to a `runpod-mcp sandbox` for
//! example. It reads lists and nothing else, and shows no key.

use std::collections::BTreeMap;
use std::io::Write as _;

use serde_json::Value;

use crate::read;

const FACTS: &str = "crates/runpod-sim/contract/v2.facts";
const BASE: &str = "https://api.runpod.io";

/// A list that can be asked for without knowing anything.
#[derive(Debug)]
struct List {
    operation: String,
    path: String,
    shape: String,
}

/// What the contract says about lists.
struct Facts(BTreeMap<String, Vec<String>>);

impl Facts {
    /// Blocks by their first line.
    fn of(text: &str) -> Self {
        let mut blocks: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut head = String::new();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            match line.strip_prefix("  ") {
                Some(inside) => blocks.entry(head.clone()).or_default().push(inside.to_owned()),
                None => {
                    head = line.to_owned();
                    blocks.entry(head.clone()).or_default();
                }
            }
        }
        Self(blocks)
    }

    fn lists(&self) -> Vec<List> {
        let list = |(head, lines): (&String, &Vec<String>)| {
            let (operation, path) = head.strip_prefix("operation list")?.split_once(" GET ")?;
            let shape = lines.iter().find_map(|line| line.strip_prefix("answer 200 application/json: @"))?;
            let needs_nothing = !path.contains('{')
                && !lines.iter().any(|line| line.starts_with("query") && line.contains(" required:"));
            let [operation, path, shape] = [format!("list{operation}"), path.to_owned(), shape.to_owned()];
            needs_nothing.then_some(List { operation, path, shape })
        };
        self.0.iter().filter_map(list).collect()
    }

    /// Members that an answer of this shape has to have, and what kind of JSON they are.
    fn required(&self, shape: &str) -> Vec<(String, String)> {
        let is_it = |head: &&String| {
            head.strip_prefix("shape ").and_then(|rest| rest.split(':').next()) == Some(shape)
        };
        let lines = self.0.keys().find(is_it).and_then(|head| self.0.get(head));
        let mut found = Vec::new();
        for line in lines.into_iter().flatten() {
            if let Some(other) = line.strip_prefix("all: @") {
                found.extend(self.required(other));
            } else if let Some((name, kind)) = line.strip_prefix('.').and_then(|rest| rest.split_once("!: "))
            {
                let kind = kind.split([',', ' ']).next().unwrap_or_default();
                found.push((name.to_owned(), kind.to_owned()));
            }
        }
        found
    }

    /// What is wrong with an answer.
    fn complaints(&self, shape: &str, answer: &Value) -> Vec<String> {
        let wrong = |(name, kind): (String, String)| match answer.get(&name) {
            None => Some(format!("`{name}` is missing")),
            Some(value) if !fits(&kind, value) => Some(format!("`{name}` is no {kind}")),
            Some(_) => None,
        };
        self.required(shape).into_iter().filter_map(wrong).collect()
    }
}

fn fits(kind: &str, value: &Value) -> bool {
    match kind {
        "array" => value.is_array(),
        "object" => value.is_object(),
        "string" => value.is_string(),
        "integer" | "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        // The shape of what is inside is looked at by the client's own tests.
        _ => true,
    }
}

#[test]
fn the_contract_says_what_lists_look_like() {
    let facts = Facts::of(&read(FACTS));
    let lists = facts.lists();
    assert!(lists.len() >= 12, "{lists:?}");
    for list in &lists {
        assert!(!facts.required(&list.shape).is_empty(), "{list:?}");
        assert!(!facts.complaints(&list.shape, &serde_json::json!({})).is_empty(), "{list:?}");
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "whoever runs the tests opts in by the environment")]
fn live_lists_have_the_shape_of_the_contract() {
    let Ok(key) = std::env::var("MCP_LIVE_V2_KEY") else {
        // Past what the test runner keeps to itself.
        _ = std::io::stderr()
            .write_all(b"LIVE LISTS NOT COMPARED WITH THE CONTRACT: MCP_LIVE_V2_KEY is not set\n");
        return;
    };
    let base = std::env::var("MCP_LIVE_V2_BASE").unwrap_or_else(|_| BASE.to_owned());
    let base = base.trim_end_matches('/').trim_end_matches("/v2").to_owned();
    let facts = Facts::of(&read(FACTS));
    let mut complaints = Vec::new();
    for list in facts.lists() {
        match ask(&format!("{base}{}", list.path), &key) {
            Ok(answer) => {
                let wrong = facts.complaints(&list.shape, &answer);
                println!(
                    "{}: {}",
                    list.operation,
                    if wrong.is_empty() { "as the contract says" } else { "differs" }
                );
                complaints.extend(wrong.into_iter().map(|why| format!("{}: {why}", list.operation)));
            }
            Err(why) => complaints.push(format!("{}: {why}", list.operation)),
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

fn ask(url: &str, key: &str) -> Result<Value, String> {
    let asked = ureq::get(url).header("authorization", format!("Bearer {key}")).call();
    let text = asked.and_then(|mut answer| answer.body_mut().read_to_string()).map_err(|e| e.to_string())?;
    serde_json::from_str(&text).map_err(|e| e.to_string())
}
