//! What the compiler is to see of `runpod-mcp` before it builds the program that is published (`scripts/learn.sh`).
//!
//! `exercise RUNPOD-MCP` starts it many times, tells the story of `demo`, calls what only reads over stdio, and lists
//! over HTTP; all of it in the sandbox. Every process is left to end by itself, or it would not write down what it did.

use std::ffi::{OsStr, OsString};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, ensure};
use bench_peers::wire::Wire;
use figures::server::{Contender, Server};
use serde_json::{Value, json};

/// Starts are short, and there are many of them.
const STARTS: u64 = 100;
/// Lists of tools, and of Pods, which clients ask for most.
const LISTS: u64 = 150;
/// Calls of each tool that only reads.
const READS: u64 = 5;

fn main() -> anyhow::Result<()> {
    let program = std::env::args_os().nth(1).context("usage: exercise RUNPOD-MCP")?;
    for _ in 0..STARTS {
        stdio(&program, &[])?.end()?;
    }
    let story = Command::new(&program).arg("demo").stdin(Stdio::null()).output()?;
    ensure!(story.status.success(), "the demo failed: {}", String::from_utf8_lossy(&story.stderr));
    let mut server = stdio(&program, &["serve", "--sandbox"])?;
    calls(&mut server)?;
    server.end()?;
    lists_over_http(&program)
}

fn stdio(program: &OsStr, arguments: &[&str]) -> anyhow::Result<Server> {
    let arguments = arguments.iter().map(OsString::from);
    let command = [program.to_owned()].into_iter().chain(arguments).collect();
    let (server, _) = Contender { name: "runpod-mcp", command }.start()?;
    Ok(server)
}

/// Calls everything that only reads and needs no argument, and lists Pods again and again.
fn calls(server: &mut Server) -> anyhow::Result<()> {
    let listed = server.tools()?;
    let tools = listed.get("tools").and_then(Value::as_array).context("no tools")?;
    for nth in 0..LISTS {
        server.ask(10 + nth, "tools/list", &json!({}))?;
        call(server, "list-pods", &json!({"limit": 50}))?;
    }
    for tool in tools.iter().filter(|tool| is_plain_read(tool)) {
        let name = tool.get("name").and_then(Value::as_str).context("a tool without a name")?;
        for detail in ["summary", "full"].repeat(READS as usize) {
            let takes = tool.pointer("/inputSchema/properties/detail").is_some();
            call(server, name, &if takes { json!({"detail": detail}) } else { json!({}) })?;
        }
    }
    // Mistakes are everyday too.
    call(server, "get-pod", &json!({"podId": "no/id"}))?;
    call(server, "get-pod", &json!({"podId": "unknown"}))
}

fn is_plain_read(tool: &Value) -> bool {
    let reads = tool.pointer("/annotations/readOnlyHint").and_then(Value::as_bool) == Some(true);
    let required = tool.pointer("/inputSchema/required").and_then(Value::as_array).map_or(0, Vec::len);
    reads && required == 0
}

fn call(server: &mut Server, name: &str, arguments: &Value) -> anyhow::Result<()> {
    let answer = server.ask(1000, "tools/call", &json!({"name": name, "arguments": arguments}))?;
    ensure!(answer.get("result").is_some(), "{name}: {answer:.500}");
    Ok(())
}

fn lists_over_http(program: &OsStr) -> anyhow::Result<()> {
    let at = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
    let mut child = Command::new(program)
        .args(["serve", "--sandbox", "--log", "error", "--http", &at])
        .envs([("MCP_RATE_PER_KEY", "1000000"), ("MCP_RATE_PER_IP", "1000000")])
        .stdin(Stdio::null())
        .spawn()?;
    let asked = ask_over_http(&at, &mut child);
    Command::new("kill").arg(child.id().to_string()).status()?;
    child.wait()?;
    asked
}

fn ask_over_http(at: &str, child: &mut Child) -> anyhow::Result<()> {
    let mut wire = loop {
        match Wire::to(at, "none") {
            Ok(wire) => break wire,
            Err(_) if child.try_wait()?.is_none() => std::thread::sleep(Duration::from_millis(20)),
            Err(error) => return Err(error.context("the server has ended")),
        }
    };
    for id in 0..LISTS {
        wire.post("/mcp", &json!({"jsonrpc": "2.0", "id": id, "method": "tools/list"}))?;
        let params = json!({"name": "list-pods", "arguments": {"limit": 50}});
        wire.post("/mcp", &json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params}))?;
    }
    Ok(())
}
