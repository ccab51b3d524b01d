//! A client that writes and reads lines, so that tests can say what no library would.

use std::process::Stdio;
use std::time::Duration;

use runpod_mcp::config::Env;
use runpod_mcp::mcp::Server;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

/// Nothing here takes long; this only keeps a hanging server from hanging the tests.
const PATIENCE: Duration = Duration::from_secs(60);

/// One session.
pub(crate) struct Session {
    write: Option<Box<dyn AsyncWrite + Send + Unpin>>,
    read: BufReader<Box<dyn AsyncRead + Send + Unpin>>,
    other: Other,
}

enum Other {
    Task(JoinHandle<std::io::Result<()>>),
    Process(Child),
}

/// How a session ended.
pub(crate) struct End {
    /// What was still said after our end of input.
    pub(crate) said: Vec<Value>,
    /// What the process wrote to stderr; empty for a server in this process.
    pub(crate) stderr: String,
}

impl Session {
    /// A session with a server in this process, over our transport.
    pub(crate) fn with(server: Server) -> Self {
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        let (read, write) = tokio::io::split(theirs);
        let task = tokio::spawn(runpod_mcp::serve::stdio::over(server, read, write));
        let (read, write) = tokio::io::split(ours);
        Self { write: Some(Box::new(write)), read: BufReader::new(Box::new(read)), other: Other::Task(task) }
    }

    /// A session with the real binary over pipes.
    pub(crate) fn spawn(args: &[&str], env: &[(&str, &str)]) -> Self {
        let mut child = command(args, env).stdin(Stdio::piped()).spawn().expect("the binary starts");
        let write = child.stdin.take().expect("piped");
        let read = child.stdout.take().expect("piped");
        Self {
            write: Some(Box::new(write)),
            read: BufReader::new(Box::new(read)),
            other: Other::Process(child),
        }
    }

    /// Sends bytes as they are.
    pub(crate) async fn bytes(&mut self, bytes: &[u8]) {
        let write = self.write.as_mut().expect("open");
        write.write_all(bytes).await.expect("the server reads");
        write.flush().await.expect("the server reads");
    }

    /// Sends a line.
    pub(crate) async fn line(&mut self, line: &str) {
        self.bytes(format!("{line}\n").as_bytes()).await;
    }

    /// The next message, `None` at the end.
    pub(crate) async fn next(&mut self) -> Option<Value> {
        let mut line = String::new();
        let read = tokio::time::timeout(PATIENCE, self.read.read_line(&mut line));
        read.await.expect("an answer in time").expect("text");
        (!line.is_empty()).then(|| serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line}")))
    }

    /// Sends a request and reads the next message, which is its answer when nothing else is under way.
    pub(crate) async fn ask(&mut self, id: impl Into<Value>, method: &str, params: Value) -> Value {
        let id = id.into();
        self.line(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string()).await;
        let answer = self.next().await.expect("an answer");
        assert_eq!(answer["id"], id, "{answer}");
        answer
    }

    /// Sends a line and reads the error code it is answered with.
    pub(crate) async fn refused(&mut self, line: &str) -> i64 {
        self.line(line).await;
        let answer = self.next().await.expect("an answer");
        answer["error"]["code"].as_i64().unwrap_or_else(|| panic!("no error: {answer}"))
    }

    /// The handshake of the revisions that have one.
    pub(crate) async fn initialize(&mut self, version: &str) -> Value {
        let client = json!({"name": "test-client", "version": "1.2"});
        let hello = json!({"protocolVersion": version, "capabilities": {}, "clientInfo": client});
        let answer = self.ask("hello", "initialize", hello).await;
        self.line(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#).await;
        answer["result"].clone()
    }

    /// Leaves without a word, as a client does that was killed: neither side of the pipes is there any more.
    pub(crate) fn vanish(self) -> Child {
        match self.other {
            Other::Process(child) => child,
            Other::Task(_) => panic!("only a process is left behind"),
        }
    }

    /// Ends the input and waits until the server has ended too, without a failure.
    pub(crate) async fn end(mut self) -> End {
        let mut write = self.write.take().expect("open");
        // A server that has gone already is no failure of this end.
        drop(write.shutdown().await);
        drop(write);
        let mut said = Vec::new();
        while let Some(message) = self.next().await {
            said.push(message);
        }
        let stderr = match self.other {
            Other::Task(task) => {
                task.await.expect("no panic").expect("a clean end");
                String::new()
            }
            Other::Process(mut child) => {
                let mut text = String::new();
                child.stderr.take().expect("piped").read_to_string(&mut text).await.expect("text");
                let status = tokio::time::timeout(PATIENCE, child.wait()).await.expect("an exit in time");
                assert!(status.expect("waited").success(), "{text}");
                text
            }
        };
        End { said, stderr }
    }
}

/// The `_meta` of a request without handshake.
pub(crate) fn modern() -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "modern-client", "version": "3"},
    })
}

/// The binary with nothing of our own environment but what it cannot do without.
pub(crate) fn command(args: &[&str], env: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_runpod-mcp"));
    command.args(args).env_clear().envs(env.iter().copied());
    // Windows does not start a socket without it.
    command.envs(Env::of_process().get("SystemRoot").map(|root| ("SystemRoot", root)));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}
