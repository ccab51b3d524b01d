//! What the tools cost a model before the first question (product budget: ADR 0008).

use runpod_mcp::config::Surface;
use runpod_mcp::tool::Tool;
use runpod_mcp::tools;
use runpod_sim::Sim;
use serde_json::{Value, json};
use tiktoken_rs::CoreBPE;

use crate::rig::Rig;

/// Tokens that clients show a model: name, description and schema of each tool.
fn tokens(bpe: &CoreBPE, tool: &Tool) -> usize {
    shown(bpe, &tool.listing())
}

fn shown(bpe: &CoreBPE, listing: &Value) -> usize {
    let shown = json!({
        "name": listing["name"], "description": listing["description"], "inputSchema": listing["inputSchema"],
    });
    bpe.encode_ordinary(&shown.to_string()).len()
}

fn cost(of: impl Iterator<Item = &'static Tool>) -> (usize, String) {
    let bpe = tiktoken_rs::o200k_base().expect("the vocabulary is part of the crate");
    let mut each: Vec<_> = of.map(|tool| (tokens(&bpe, tool), tool.card.name)).collect();
    each.sort_unstable_by(|a, b| b.cmp(a));
    let table =
        each.iter().map(|(tokens, name)| format!("{tokens:>5} {name}")).collect::<Vec<_>>().join("\n");
    // Two brackets, and a comma between two tools.
    (each.iter().map(|(tokens, _)| tokens).sum::<usize>() + each.len() + 1, table)
}

#[test]
fn all_tools_fit_in_their_token_budget() {
    let (tokens, table) = cost(tools::all());
    println!("{tokens} tokens\n{table}");
    assert!(tokens <= 13_500, "{tokens} tokens; shorten something or argue in the ADR\n{table}");
}

#[test]
fn core_tools_fit_in_their_token_budget() {
    let (tokens, table) = cost(tools::all().filter(|tool| tools::CORE.contains(&tool.card.name)));
    println!("{tokens} tokens\n{table}");
    assert!(tokens <= 7_000, "{tokens} tokens\n{table}");
}

#[tokio::test]
async fn the_mini_surface_fits_in_its_token_budget() {
    let rig = Rig::with(Sim::builder(), |setup| setup.surface = Surface::Mini).await;
    let bpe = tiktoken_rs::o200k_base().expect("the vocabulary is part of the crate");
    let listing = rig.server.listing();
    let tools = listing["tools"].as_array().expect("a list");
    let tokens = tools.iter().map(|tool| shown(&bpe, tool)).sum::<usize>() + tools.len() + 1;
    println!("{tokens} tokens");
    assert!(tokens <= 1_500, "{tokens} tokens");
}

#[test]
fn the_list_fits_in_its_byte_budget() {
    let listings: Vec<Value> = tools::all().map(Tool::listing).collect();
    let bytes = json!({"tools": listings}).to_string().len();
    println!("{bytes} bytes");
    assert!(bytes <= 68_000, "tools/list has {bytes} bytes");
}
