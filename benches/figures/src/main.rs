//! Measures what a user of a stdio server pays before the first answer, beside a process that does nothing and beside the npm server.
//!
//! `figures RUNPOD_MCP CANNED [NODE NPM_SERVER]`; `scripts/bench.sh` builds and finds all four. Starts are interleaved and the minimum
//! counts, because everything else a busy machine does can only make them slower.

#![expect(clippy::print_stdout, reason = "a table on stdout is what this program is for")]

use std::ffi::OsString;
use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::{Value, json};

use figures::server::Contender;

const USAGE: &str = "usage: figures RUNPOD_MCP CANNED [NODE NPM_SERVER]";

/// How often each contender is started.
const ROUNDS: usize = 40;

fn main() -> anyhow::Result<()> {
    let contenders = contenders(std::env::args_os().skip(1).collect())?;
    let [ours, floor, ..] = contenders.as_slice() else { bail!(USAGE) };

    println!("spawn to initialize reply, {ROUNDS} interleaved starts");
    println!("{:<16} {:>9} {:>9} {:>12} {:>12}", "", "min ms", "median", "over canned", "x runpod-mcp");
    let starts = starts(&contenders)?;
    let min_of =
        |name: &str| starts.iter().find(|start| start.name == name).map_or(Duration::ZERO, Start::min);
    for start in &starts {
        let over = millis(start.min()) - millis(min_of(floor.name));
        let ratio = millis(start.min()) / millis(min_of(ours.name));
        println!(
            "{:<16} {:>9.2} {:>9.2} {over:>12.2} {ratio:>12.1}",
            start.name,
            millis(start.min()),
            millis(start.median())
        );
    }

    println!("\nafter tools/list");
    println!("{:<16} {:>12} {:>7} {:>12} {:>12}", "", "peak RSS MiB", "tools", "list bytes", "list tokens");
    for contender in contenders.iter().filter(|contender| contender.name != floor.name) {
        println!("{}", after_listing(contender)?);
    }

    let size = ours.command.first().map(std::fs::metadata).context("no binary")??.len();
    println!("\nbinary: {size} bytes ({:.2} MB)", size as f64 / 1e6);
    Ok(())
}

fn contenders(arguments: Vec<OsString>) -> anyhow::Result<Vec<Contender>> {
    let mut arguments = arguments.into_iter();
    let mut next = || arguments.next().context(USAGE);
    let mut all = vec![
        Contender { name: "runpod-mcp", command: vec![next()?, "serve".into()] },
        Contender { name: "canned", command: vec![next()?] },
    ];
    if let Ok(node) = next() {
        all.push(Contender { name: "npm server", command: vec![node, next()?] });
    }
    Ok(all)
}

/// How long the starts of one contender took, shortest first.
struct Start {
    name: &'static str,
    took: Vec<Duration>,
}

impl Start {
    fn min(&self) -> Duration {
        self.took.first().copied().unwrap_or_default()
    }

    fn median(&self) -> Duration {
        self.took.get(self.took.len() / 2).copied().unwrap_or_default()
    }
}

fn starts(contenders: &[Contender]) -> anyhow::Result<Vec<Start>> {
    let mut starts: Vec<Start> =
        contenders.iter().map(|one| Start { name: one.name, took: Vec::new() }).collect();
    for round in 0..ROUNDS {
        let mut turns: Vec<_> = contenders.iter().zip(&mut starts).collect();
        // Who comes after a large process finds the caches full of that, so nobody always does.
        if round % 2 == 1 {
            turns.reverse();
        }
        for (contender, start) in turns {
            let (server, took) = contender.start()?;
            server.end()?;
            start.took.push(took);
        }
    }
    for start in &mut starts {
        start.took.sort_unstable();
    }
    Ok(starts)
}

fn after_listing(contender: &Contender) -> anyhow::Result<String> {
    let (mut server, _) = contender.start()?;
    let listed = server.tools()?;
    let peak = server.peak_kib();
    server.end()?;

    let tools = listed.get("tools").and_then(Value::as_array).context("tools/list without tools")?;
    let peak = peak.map_or_else(|| "-".to_owned(), |kib| format!("{:.1}", kib as f64 / 1024.0));
    let bytes = listed.to_string().len();
    let (name, count, tokens) = (contender.name, tools.len(), tokens(tools)?);
    Ok(format!("{name:<16} {peak:>12} {count:>7} {bytes:>12} {tokens:>12}"))
}

/// What the list costs in a model's context: name, description and schema, compact, in o200k tokens.
fn tokens(tools: &[Value]) -> anyhow::Result<usize> {
    let field = |tool: &Value, key: &str| tool.get(key).cloned().unwrap_or_default();
    let shown: Vec<Value> = tools
        .iter()
        .map(|tool| {
            json!({
                "name": field(tool, "name"),
                "description": field(tool, "description"),
                "inputSchema": field(tool, "inputSchema"),
            })
        })
        .collect();
    let text = serde_json::to_string(&shown)?;
    Ok(tiktoken_rs::o200k_base()?.encode_with_special_tokens(&text).len())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
