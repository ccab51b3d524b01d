//! What a job output of 64 MiB costs the server, cut or saved, beside a program that copies the same bytes.
//!
//! `output RUNPOD-MCP` starts the given binary against a host of its own that answers every request with one large
//! job, once as a single text and once as 600,000 rows. Each measurement has a fresh process.

#![expect(clippy::print_stdout, reason = "printing the figures is what it is for")]

use std::ffi::OsString;
use std::io::{BufWriter, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use figures::server::{Contender, Server};

const BYTES: usize = 64 << 20;
const ROWS: usize = 600_000;
const ROUNDS: usize = 15;

fn main() -> anyhow::Result<()> {
    let binary = std::env::args_os().nth(1).context("usage: output RUNPOD-MCP")?;
    let folder = std::env::temp_dir().join(format!("runpod-mcp-figures-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    println!("{:<22} {:>9} {:>12} {:>12} {:>7}", "64 MiB", "ms", "copying ms", "MiB added", "ratio");
    for (name, output) in [("one text", one_text()), ("600,000 rows", rows())] {
        let port = serve(&output)?;
        for (way, args) in [("cut", json!({})), ("saved", json!({"saveTo": "out.json", "overwrite": true}))] {
            let line = measure(&binary, &folder, port, (way, args))?;
            println!("{:<22} {line}", format!("{name}, {way}"));
        }
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

fn one_text() -> String {
    format!("\"{}\"", "All work and no play. ".repeat(BYTES / 22))
}

fn rows() -> String {
    let width = BYTES / ROWS - 1;
    let row = |n| format!("{{\"id\":{n},\"text\":\"{:0>pad$}\"}}", n, pad = width.saturating_sub(26));
    format!("[{}]", (0..ROWS).map(row).collect::<Vec<_>>().join(","))
}

/// A host that answers every request with this output; answers its port.
fn serve(output: &str) -> anyhow::Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    let body = format!("{{\"id\":\"j\",\"status\":\"COMPLETED\",\"output\":{output},\"executionTime\":7}}");
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let answer = Arc::new((head, body));
    std::thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            std::thread::spawn(move || answer_one(socket, &answer));
        }
    });
    Ok(port)
}

fn answer_one(mut socket: TcpStream, (head, body): &(String, String)) {
    let mut request = [0; 4096];
    if socket.read(&mut request).is_ok_and(|read| read > 0) {
        // A reader that leaves early is its own affair.
        drop(socket.write_all(head.as_bytes()).and_then(|()| socket.write_all(body.as_bytes())));
    }
}

fn measure(
    binary: &OsString,
    folder: &Path,
    port: u16,
    (way, args): (&str, Value),
) -> anyhow::Result<String> {
    let mut host = OsString::from(format!("RUNPOD_SERVERLESS_API_URL=http://127.0.0.1:{port}/v2"));
    let command: Vec<OsString> = vec![
        "env".into(),
        std::mem::take(&mut host),
        binary.clone(),
        "serve".into(),
        "--files-dir".into(),
        folder.into(),
    ];
    let contender = Contender { name: "runpod-mcp", command };
    let (mut took, mut copying, mut added) = (Vec::new(), Vec::new(), 0);
    // One after the other, so that whatever else the machine does meets both.
    for _ in 0..ROUNDS {
        let (mut server, _) = contender.start()?;
        server.tools()?;
        let idle = server.peak_kib().unwrap_or_default();
        took.push(call(&mut server, &args)?);
        added = added.max(server.peak_kib().unwrap_or_default().saturating_sub(idle));
        server.end()?;
        copying.push(copy(port, (way == "saved").then_some(folder))?);
    }
    let best = |times: &[Duration]| times.iter().min().copied().unwrap_or_default().as_secs_f64() * 1e3;
    let (ours, theirs) = (best(&took), best(&copying));
    Ok(format!("{ours:>9.0} {theirs:>12.0} {:>12.1} {:>7.2}", added as f64 / 1024.0, ours / theirs))
}

fn call(server: &mut Server, more: &Value) -> anyhow::Result<Duration> {
    let mut args = json!({"endpointId": "e", "jobId": "j"});
    if let (Some(args), Some(more)) = (args.as_object_mut(), more.as_object()) {
        args.extend(more.clone());
    }
    let begin = Instant::now();
    let answer = server.ask(3, "tools/call", &json!({"name": "get-job-output", "arguments": args}))?;
    let took = begin.elapsed();
    let failed = answer.pointer("/result/isError").and_then(Value::as_bool);
    ensure!(failed != Some(true) && answer.get("result").is_some(), "get-job-output: {answer:.400}");
    Ok(took)
}

/// Reads the same answer from the same host, and writes it to a file where the server does.
fn copy(port: u16, folder: Option<&Path>) -> anyhow::Result<Duration> {
    let begin = Instant::now();
    let mut socket = TcpStream::connect(("127.0.0.1", port))?;
    socket.write_all(b"GET /v2/e/status/j HTTP/1.1\r\nhost: x\r\n\r\n")?;
    match folder {
        None => drop(std::io::copy(&mut socket, &mut std::io::sink())?),
        Some(folder) => {
            let file = std::fs::File::create(folder.join("copied.json"))?;
            let mut out = BufWriter::new(file);
            std::io::copy(&mut socket, &mut out)?;
            out.into_inner()?.sync_all()?;
        }
    }
    Ok(begin.elapsed())
}
