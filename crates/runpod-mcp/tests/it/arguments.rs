//! Laws of arguments that hold for every tool, derived from what the tools accept.

use runpod_mcp::tool::Tool;
use runpod_mcp::tools;
use runpod_sim::Seed;
use serde_json::{Map, Value, json};

use crate::rig::Rig;

/// Every argument of every tool, with its schema.
fn every_argument() -> impl Iterator<Item = (&'static Tool, String, Value)> {
    tools::all().flat_map(|tool| {
        let schema = tool.accepts();
        let properties = schema["properties"].as_object().cloned().unwrap_or_default();
        properties.into_iter().map(move |(name, property)| (tool, name, property))
    })
}

/// What a tool says about a call with this one argument. Nothing may have been sent.
async fn said(rig: &Rig, tool: &Tool, name: &str, value: Value) -> String {
    let args = Map::from_iter([(name.to_owned(), value)]);
    let error = rig.call(tool.card.name, args.into()).await.err();
    assert_eq!(error["code"], "bad_argument", "{} {name}: {error}", tool.card.name);
    assert_eq!(rig.sim.journal().requests().len(), 0, "{} {name}", tool.card.name);
    error["error"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn no_number_beyond_its_bounds_and_no_part_of_one_is_sent() {
    let rig = Rig::new(Seed::Empty).await;
    let mut tried = 0;
    for (tool, name, schema) in every_argument().filter(|(.., schema)| schema["type"] == "integer") {
        let least = schema["minimum"].as_i64();
        let least = least.unwrap_or_else(|| panic!("{}.{name} has no lower bound", tool.card.name));
        let most = schema["maximum"].as_i64().map(|most| json!(most + 1));
        for bad in [json!(least - 1), json!(-1), json!(1.5)].into_iter().chain(most) {
            let words = said(&rig, tool, &name, bad.clone()).await;
            assert!(words.contains(&format!("`{name}` must be")), "{}.{name} {bad}: {words}", tool.card.name);
            tried += 1;
        }
    }
    assert!(tried > 150, "{tried}");
}

#[tokio::test]
async fn every_object_and_list_may_come_as_the_text_of_one() {
    let rig = Rig::new(Seed::Empty).await;
    let mut tried = 0;
    for (tool, name, schema) in every_argument() {
        let (text, plain) = match schema["type"].as_str() {
            Some("object") => ("{\"no such member\": {}}", json!({"no such member": {}})),
            Some("array") => ("[[{}]]", json!([[{}]])),
            _ => continue,
        };
        // Nobody takes it, but it is refused for what is in it. Something else is always wrong, so nothing is sent.
        let mut both = Vec::new();
        for value in [text.into(), plain] {
            let args = json!({ &name: value, "no such argument": 1 });
            let error = rig.call(tool.card.name, args).await.err();
            both.push(error["error"].clone());
        }
        assert_eq!(both[0], both[1], "{}.{name}", tool.card.name);
        tried += 1;
    }
    assert!(tried > 40, "{tried}");
    assert_eq!(rig.sim.journal().requests().len(), 0);
}
