//! What every result promises, whichever tool gave it: the form of lists, of errors, of changes; size, secrets, words.

mod changes;
mod lists;
mod secrets;
mod sizes;

use runpod_mcp::tool::{Detail, Tool};
use runpod_mcp::tools;
use runpod_sim::{Action, Match, Pace, Seed, Sim};
use serde_json::{Map, Value, json};

use crate::rig::Rig;

/// The properties of a tool's arguments.
fn properties(tool: &Tool) -> Map<String, Value> {
    tool.listing()["inputSchema"]["properties"].as_object().expect("an object").clone()
}

/// Tools that answer a page of rows.
fn lists() -> impl Iterator<Item = &'static Tool> {
    tools::all().filter(|tool| {
        let properties = properties(tool);
        ["limit", "cursor", "detail"].iter().all(|name| properties.contains_key(*name))
    })
}

/// Arguments of a list, for the list of what belongs to `owner`.
fn of(tool: &Tool, owner: &Value, more: &Value) -> Value {
    let mut args = more.clone();
    for name in properties(tool).keys().filter(|name| tool_needs(tool, name)) {
        args[name] = owner.clone();
    }
    args
}

fn tool_needs(tool: &Tool, name: &str) -> bool {
    tool.listing()["inputSchema"]["required"]
        .as_array()
        .is_some_and(|needed| needed.iter().any(|one| one == name))
}

/// On a twin that answers this body to every request, whatever it was.
async fn answering(body: Value) -> Rig {
    answering_in(Detail::Summary, body).await
}

async fn answering_in(detail: Detail, body: Value) -> Rig {
    let builder = Sim::builder().seed(Seed::Empty).clock(Pace::Manual);
    let rig = Rig::with(builder, |setup| setup.detail = detail).await;
    rig.sim.faults().add(Match::any().then(Action::status(200).body(body)));
    rig
}

fn notes(reply: &Value) -> String {
    reply.get("_notes").map(Value::to_string).unwrap_or_default()
}

fn items(reply: &Value) -> &[Value] {
    reply["items"].as_array().unwrap_or_else(|| panic!("no items: {reply}"))
}

/// A listing as each operation answers it: the key of its rows.
fn rows_of(tool: &str) -> Option<&'static str> {
    Some(match tool {
        "list-pods" | "list-cluster-pods" => "pods",
        "list-endpoints" => "endpoints",
        "list-endpoint-workers" => "workers",
        "list-endpoint-releases" => "releases",
        "list-endpoint-builds" => "builds",
        "list-templates" | "list-public-templates" => "templates",
        "list-network-volumes" => "networkVolumes",
        "list-container-registry-auths" => "registries",
        "list-registry-delegations" => "delegations",
        "list-gpu-types" => "gpus",
        "list-cpu-types" => "cpus",
        "list-data-centers" => "dataCenters",
        "list-clusters" => "clusters",
        "list-secrets" => "secrets",
        "get-billing" => "records",
        _ => return None,
    })
}

/// An answer with these rows, as the operation of a tool would send it.
fn answer_of(tool: &str, rows: &[Value]) -> Option<Value> {
    rows_of(tool).map(|key| json!({ key: rows }))
}
