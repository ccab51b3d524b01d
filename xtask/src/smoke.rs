//! A quick look whether a server works: over stdio, over HTTP, through all lists, or with things that are made and removed.
//!
//! On the sandbox unless a key or a server is named. What it makes is a template and a registry credential, nothing that
//! costs; both are gone at the end, whatever happened in between. It fails at the first step that is not as it should be.

mod aim;
mod crud;
mod talk;

use anyhow::{Context, ensure};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use aim::Aim;
use talk::Talk;

/// Ask a server the first things that a client asks, printing each step
#[derive(Debug, Args)]
pub(crate) struct Smoke {
    /// stdio or http: the first requests of a client; list: every list; crud: make, read, change and remove
    what: What,
    /// REST versions to speak, one after the other: v1, v2; without one, v2
    versions: Vec<Version>,
    /// An MCP endpoint elsewhere; without one, the built server
    #[arg(long, env = "MCP_SERVER_URL")]
    url: Option<String>,
    /// A key of a real account; without one, the sandbox
    #[arg(long, env = "RUNPOD_API_KEY", hide_env_values = true)]
    key: Option<String>,
    #[command(flatten)]
    bases: Bases,
}

/// Addresses of Runpod; the server reads them from the environment itself.
#[derive(Clone, Debug, Default, Args)]
struct Bases {
    /// REST v2, if it is moved
    #[arg(long, env = "RUNPOD_REST_V2_API_URL")]
    rest_v2: Option<String>,
    /// REST v2 without /v2, if it is moved
    #[arg(long, env = "RUNPOD_API_BASE_URL")]
    api_base: Option<String>,
    /// REST v1, if it is moved
    #[arg(long, env = "RUNPOD_REST_API_URL")]
    rest_v1: Option<String>,
}

/// What to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    Stdio,
    Http,
    List,
    Crud,
}

/// A version of Runpod's REST API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Version {
    V1,
    V2,
}

pub(crate) fn run(asked: &Smoke) -> anyhow::Result<()> {
    for aim in Aim::all(asked)? {
        println!("{aim}");
        let mut talk = aim.open()?;
        let tools = greet(&mut talk)?;
        match asked.what {
            What::Stdio | What::Http => first_calls(&mut talk)?,
            What::List => lists(&mut talk, &tools)?,
            What::Crud => crud::run(&mut talk)?,
        }
    }
    println!("All is well.");
    Ok(())
}

/// Says hello and asks for the tools.
fn greet(talk: &mut Talk) -> anyhow::Result<Vec<Value>> {
    let client = json!({"name": "smoke", "version": "0"});
    let hello = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client});
    let told = talk.ask("initialize", &hello)?;
    let said = |member: &str| told.pointer(member).and_then(Value::as_str).unwrap_or_default().to_owned();
    println!("  initialize: {} {}", said("/serverInfo/name"), said("/serverInfo/version"));
    talk.say("notifications/initialized")?;
    let mut listed = talk.ask("tools/list", &json!({}))?;
    let tools: Vec<Value> =
        serde_json::from_value(listed.get_mut("tools").context("no tools are listed")?.take())?;
    ensure!(!tools.is_empty(), "no tools are listed");
    println!("  tools/list: {} tools", tools.len());
    Ok(tools)
}

/// What everybody may see, and what needs the key.
fn first_calls(talk: &mut Talk) -> anyhow::Result<()> {
    for (tool, how) in [("list-hub-repos", "public, by GraphQL"), ("list-pods", "with the key, by REST")] {
        println!("  {tool} ({how}): {} items", count(&talk.call(tool, &json!({}))?));
    }
    Ok(())
}

/// Every list that can be asked for without knowing anything.
fn lists(talk: &mut Talk, tools: &[Value]) -> anyhow::Result<()> {
    let needs_nothing = |tool: &&Value| {
        tool.pointer("/inputSchema/required").and_then(Value::as_array).is_none_or(Vec::is_empty)
    };
    let names = tools.iter().filter(needs_nothing).filter_map(|tool| tool.get("name")?.as_str());
    for name in names.filter(|name| name.starts_with("list-")) {
        println!("  {name}: {} items", count(&talk.call(name, &json!({}))?));
    }
    Ok(())
}

fn count(answer: &Value) -> usize {
    answer.get("items").and_then(Value::as_array).map_or(0, Vec::len)
}
