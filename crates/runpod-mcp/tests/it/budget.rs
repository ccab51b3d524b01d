//! What the tools cost a model before the first question (product budget: ADR 0008).

use runpod_mcp::tool::Tool;
use runpod_mcp::tools;
use serde_json::{Value, json};
use tiktoken_rs::CoreBPE;

/// Tokens that clients show a model: name, description and schema of each tool.
fn tokens(bpe: &CoreBPE, tool: &Tool) -> usize {
    let listing = tool.listing();
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

#[test]
fn the_list_fits_in_its_byte_budget() {
    let listings: Vec<Value> = tools::all().map(Tool::listing).collect();
    let bytes = json!({"tools": listings}).to_string().len();
    println!("{bytes} bytes");
    assert!(bytes <= 68_000, "tools/list has {bytes} bytes");
}
