//! What 200 waits at a time cost one process, and what another call feels of them.
//!
//! `waits RUNPOD-MCP` starts the given binary against a host of its own, on which a Pod never comes up, and tells the
//! memory before, while and after, and how long `list-pods` takes without and with the waits.

#![expect(clippy::print_stdout, reason = "printing the figures is what it is for")]

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::{Value, json};

const WAITS: u64 = 200;
/// How long each of them waits, in ms.
const WAIT: u64 = 20_000;
/// Cheap calls of one measurement, one after the other.
const CALLS: u64 = 1000;

fn main() -> anyhow::Result<()> {
    let binary = std::env::args_os().nth(1).context("usage: waits RUNPOD-MCP")?;
    let mut server = Process::start(&binary, host()?)?;
    println!("{WAITS} waits of {} s over one process", WAIT / 1000);
    println!(
        "{:<16} {:>8} {:>8} {:>10} {:>10} {:>10}",
        "list-pods", "RSS MiB", "peak MiB", "p50 ms", "p99 ms", "max ms"
    );
    server.measure("before")?;
    for id in 0..WAITS {
        let args = json!({"podId": "abc", "wait": WAIT});
        server.send(id, "tools/call", &json!({"name": "get-pod", "arguments": args}))?;
    }
    server.measure("while they wait")?;
    ensure!(server.waits_ended == 0, "the waits ended before they were measured");
    while server.waits_ended < WAITS {
        server.read()?;
    }
    server.measure("after")?;
    server.end()
}

/// A host on which one Pod starts for ever; answers its port.
fn host() -> anyhow::Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    std::thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            std::thread::spawn(move || drop(answer(socket)));
        }
    });
    Ok(port)
}

fn answer(mut socket: TcpStream) -> std::io::Result<()> {
    let pod = json!({"id": "abc", "name": "p", "status": "STARTING", "ports": []});
    let mut requests = BufReader::new(socket.try_clone()?);
    let mut first = String::new();
    while requests.read_line(&mut first)? > 0 {
        let mut line = String::new();
        while requests.read_line(&mut line)? > 2 {
            line.clear();
        }
        let body = match first.contains("/pods/abc") {
            true => pod.to_string(),
            false => json!({"pods": [pod]}).to_string(),
        };
        write!(
            socket,
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )?;
        first.clear();
    }
    Ok(())
}

/// The server, of which answers come in any order.
struct Process {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    waits_ended: u64,
    next: u64,
}

impl Process {
    fn start(binary: &OsString, port: u16) -> anyhow::Result<Self> {
        let mut child = Command::new(binary)
            .arg("serve")
            .env("RUNPOD_API_KEY", "not-a-key")
            .env("RUNPOD_REST_V2_API_URL", format!("http://127.0.0.1:{port}/v2"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let input = child.stdin.take().context("no stdin")?;
        let output = BufReader::new(child.stdout.take().context("no stdout")?);
        // Above the numbers of the waits.
        let mut server = Self { child, input, output, waits_ended: 0, next: WAITS };
        let client = json!({"name": "waits", "version": "0"});
        let hello = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client});
        server.ask("initialize", &hello)?;
        writeln!(server.input, "{}", json!({"jsonrpc": "2.0", "method": "notifications/initialized"}))?;
        Ok(server)
    }

    fn send(&mut self, id: u64, method: &str, params: &Value) -> anyhow::Result<()> {
        let request = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        writeln!(self.input, "{request}")?;
        Ok(self.input.flush()?)
    }

    /// The next answer; one of a wait is counted.
    fn read(&mut self) -> anyhow::Result<Value> {
        let mut line = String::new();
        ensure!(self.output.read_line(&mut line)? > 0, "the server left");
        let answer: Value = serde_json::from_str(&line)?;
        if answer.get("id").and_then(Value::as_u64).is_some_and(|id| id < WAITS) {
            self.waits_ended += 1;
        }
        Ok(answer)
    }

    fn ask(&mut self, method: &str, params: &Value) -> anyhow::Result<Duration> {
        let id = self.next;
        self.next += 1;
        let begin = Instant::now();
        self.send(id, method, params)?;
        loop {
            let answer = self.read()?;
            if answer.get("id").and_then(Value::as_u64) == Some(id) {
                let failed = answer.pointer("/result/isError").and_then(Value::as_bool) == Some(true);
                ensure!(!failed && answer.get("result").is_some(), "{method}: {answer:.400}");
                return Ok(begin.elapsed());
            }
        }
    }

    fn measure(&mut self, when: &str) -> anyhow::Result<()> {
        let mut took = Vec::new();
        for _ in 0..CALLS {
            took.push(self.ask("tools/call", &json!({"name": "list-pods", "arguments": {}}))?);
        }
        took.sort_unstable();
        let at = |percent: usize| {
            took.get(took.len() * percent / 100).or(took.last()).copied().unwrap_or_default()
        };
        let millis = |time: Duration| time.as_secs_f64() * 1e3;
        let (now, peak) = (self.memory("VmRSS:")?, self.memory("VmHWM:")?);
        println!(
            "{when:<16} {now:>8.1} {peak:>8.1} {:>10.2} {:>10.2} {:>10.2}",
            millis(at(50)),
            millis(at(99)),
            millis(at(100))
        );
        Ok(())
    }

    /// A line of the kernel's about its memory, in MiB.
    fn memory(&self, name: &str) -> anyhow::Result<f64> {
        let mut status = String::new();
        std::fs::File::open(format!("/proc/{}/status", self.child.id()))?.read_to_string(&mut status)?;
        let line = status.lines().find_map(|line| line.strip_prefix(name)).context("no such line")?;
        let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kib / 1024.0)
    }

    fn end(self) -> anyhow::Result<()> {
        let Self { mut child, input, output, .. } = self;
        drop((input, output));
        child.wait()?;
        Ok(())
    }
}
