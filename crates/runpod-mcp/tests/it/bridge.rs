//! The bridge, between a client of lines and a server of HTTP.

mod elsewhere;
mod real;
mod signing;

use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use runpod_mcp::bridge::Bridge;
use runpod_mcp::remote::{Address, Person, SignIn, Wallet};
use runpod_mcp::vault::{PrivateFiles, Vault};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf, WriteHalf};
use tokio::task::JoinHandle;

use elsewhere::Elsewhere;

/// Nothing here takes long; this only keeps a hanging bridge from hanging the tests.
const PATIENCE: Duration = Duration::from_secs(60);

/// A bridge with a client at its near end.
struct Line {
    write: WriteHalf<DuplexStream>,
    read: BufReader<ReadHalf<DuplexStream>>,
    bridge: JoinHandle<std::io::Result<()>>,
}

/// Where a bridge of these tests keeps its tokens.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn wallet(&self) -> Wallet {
        let files = PrivateFiles::in_folder(self.0.path().join("kept"));
        Wallet::of(Arc::new(Vault::of(vec![Box::new(files)])))
    }
}

fn engine() -> reqwest::Client {
    runpod_api::Settings::default().engine().unwrap()
}

impl Line {
    fn to(url: &str) -> Self {
        Self::with(url, HeaderMap::new(), None, Home::new().wallet())
    }

    fn with(url: &str, headers: HeaderMap, person: Option<Arc<dyn Person>>, wallet: Wallet) -> Self {
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        let http = engine();
        let sign_in = person.map(|person| SignIn { http: http.clone(), person, patience: PATIENCE });
        let bridge = Bridge { http, address: Address::parse(url).unwrap(), headers, sign_in, wallet };
        let (read, write) = tokio::io::split(theirs);
        let bridge = tokio::spawn(bridge.over(read, write));
        let (read, write) = tokio::io::split(ours);
        Self { write, read: BufReader::new(read), bridge }
    }

    async fn say(&mut self, line: impl ToString) {
        self.write.write_all(format!("{}\n", line.to_string()).as_bytes()).await.unwrap();
    }

    async fn hear_text(&mut self) -> String {
        let mut line = String::new();
        tokio::time::timeout(PATIENCE, self.read.read_line(&mut line)).await.expect("an answer").unwrap();
        line
    }

    async fn hear(&mut self) -> Value {
        let line = self.hear_text().await;
        serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line:?}"))
    }

    async fn ask(&mut self, id: u32, method: &str) -> Value {
        self.say(json!({"jsonrpc": "2.0", "id": id, "method": method})).await;
        self.hear().await
    }

    async fn open(&mut self) {
        let hello = json!({"protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"}});
        self.say(json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello})).await;
        assert_eq!(self.hear().await["result"]["protocolVersion"], "2025-06-18");
        self.say(json!({"jsonrpc": "2.0", "method": "notifications/initialized"})).await;
    }

    /// Hangs up; gives what was still said.
    async fn end(self) -> Vec<String> {
        let Self { mut write, read, bridge } = self;
        write.shutdown().await.unwrap();
        tokio::time::timeout(PATIENCE, bridge).await.expect("an end").unwrap().unwrap();
        // The other half of the stream still keeps it open for us: read what is there and no more.
        drop(write);
        let mut rest = Vec::new();
        let mut lines = read.lines();
        while let Ok(Ok(Some(line))) = tokio::time::timeout(Duration::from_millis(5), lines.next_line()).await
        {
            rest.push(line);
        }
        rest
    }
}

#[tokio::test]
async fn messages_pass_as_they_are_written() {
    let server = Elsewhere::start().await;
    let mut line = Line::to(&server.url());
    let odd = r#"{ "params":{"z":1,"a":1.50,"b":"ü\u00fc"},"method":"echo",  "id" : "x-1","jsonrpc":"2.0"}"#;
    line.say(odd).await;
    assert_eq!(server.bodies(), Vec::<String>::new());
    let answer = line.hear_text().await;
    assert_eq!(server.bodies(), [odd]);
    // The answer is printed over several lines there, and stands in one here.
    assert!(
        answer.contains("1.50") && answer.contains("\\u00fc") && answer.contains("\"id\":  \"x-1\""),
        "{answer}"
    );
}

#[tokio::test]
async fn the_session_of_the_handshake_era_is_told_again_with_every_request() {
    let server = Elsewhere::start().await;
    let mut line = Line::to(&server.url());
    line.open().await;
    assert_eq!(line.ask(1, "echo").await["id"], 1);
    let [hello, initialized, echo] = server.seen().try_into().unwrap();
    assert_eq!((hello.header("mcp-session-id"), hello.header("mcp-protocol-version")), (None, None));
    for later in [initialized, echo] {
        assert_eq!(later.header("mcp-session-id").as_deref(), Some("session-1"), "{}", later.method);
        assert_eq!(later.header("mcp-protocol-version").as_deref(), Some("2025-06-18"));
        assert_eq!(later.header("mcp-method"), None);
    }
    assert_eq!(line.end().await, Vec::<String>::new());
    assert_eq!(server.seen().last().unwrap().method, "DELETE");
}

#[tokio::test]
async fn a_request_of_the_era_without_handshake_says_in_headers_what_it_is() {
    let server = Elsewhere::start().await;
    let mut line = Line::to(&server.url());
    let meta = json!({"io.modelcontextprotocol/protocolVersion": "2026-07-28"});
    for name in ["list-pods", "größe"] {
        let params = json!({"name": name, "_meta": meta});
        line.say(json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})).await;
        assert_eq!(line.hear().await["id"], 1);
    }
    let [plain, odd] = server.seen().try_into().unwrap();
    assert_eq!(plain.header("mcp-protocol-version").as_deref(), Some("2026-07-28"));
    assert_eq!(plain.header("mcp-method").as_deref(), Some("tools/call"));
    assert_eq!(plain.header("mcp-name").as_deref(), Some("list-pods"));
    assert_eq!(odd.header("mcp-name").as_deref(), Some("=?base64?Z3LDtsOfZQ==?="));
    assert_eq!(plain.header("mcp-session-id"), None);
}

#[tokio::test]
async fn progress_comes_while_the_answer_is_under_way() {
    let server = Elsewhere::start().await;
    let mut line = Line::to(&server.url());
    line.say(json!({"jsonrpc": "2.0", "id": 4, "method": "stream"})).await;
    assert_eq!(line.hear().await["method"], "notifications/progress");
    // The server goes on only now.
    server.go_on();
    assert_eq!(line.hear().await, json!({"jsonrpc": "2.0", "id": 4, "result": {"done": true}}));
}

#[tokio::test]
async fn a_cancelled_request_is_closed_and_not_answered() {
    let server = Elsewhere::start().await;
    let mut line = Line::to(&server.url());
    line.say(json!({"jsonrpc": "2.0", "id": 7, "method": "hang"})).await;
    server.hanging().await;
    let params = json!({"requestId": 7});
    line.say(json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params})).await;
    server.left().await;
    assert_eq!(line.ask(8, "echo").await["id"], 8, "the next thing heard is the next answer");
    assert!(
        server.seen().iter().any(|seen| seen.method == "notifications/cancelled"),
        "older servers read it"
    );
}

#[tokio::test]
async fn what_goes_wrong_over_http_is_an_error_with_the_id_of_its_request() {
    let server = Elsewhere::start().await;
    let mut line = Line::to(&server.url());
    for (method, why) in [
        ("busy", "503"),
        ("html", "text/html"),
        ("nothing", "answered nothing"),
        ("cut", "before the answer"),
        ("garbage", "no JSON-RPC message"),
        ("redirect", "307"),
    ] {
        let answer = line.ask(5, method).await;
        assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(5), &json!(-32603)), "{answer}");
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains(why) && message.contains("127.0.0.1"), "{method}: {message}");
    }
    // The server's own words pass, with the id that it did not know.
    let refused = line.ask(6, "refused").await;
    assert_eq!(refused, json!({"jsonrpc": "2.0", "id": 6, "error": {"code": -32020, "message": "mismatch"}}));
    assert_eq!(line.ask(9, "echo").await["id"], 9);
}

#[tokio::test]
async fn lines_that_are_no_message_are_answered_and_harm_nothing() {
    let server = Elsewhere::start().await;
    let mut line = Line::to(&server.url());
    for (bad, code) in [("oops", -32700), ("[]", -32600), ("{\"method\":1}", -32600)] {
        line.say(bad).await;
        let answer = line.hear().await;
        assert_eq!((&answer["error"]["code"], answer.get("id")), (&json!(code), None), "{bad}");
    }
    line.say("").await;
    assert_eq!(line.ask(1, "echo").await["id"], 1);
}

#[tokio::test]
async fn a_server_that_is_gone_and_back_is_found_again() {
    let server = Elsewhere::start().await;
    let mut line = Line::to(&server.url());
    assert_eq!(line.ask(1, "echo").await["id"], 1);
    let port = server.stop().await;
    let gone = line.ask(2, "echo").await;
    assert!(gone["error"]["message"].as_str().unwrap().contains("cannot be reached"), "{gone}");
    let _back = Elsewhere::start_at(port).await;
    assert_eq!(line.ask(3, "echo").await["result"], json!({}));
}

#[tokio::test]
async fn a_session_that_the_server_forgot_is_opened_again() {
    let server = Elsewhere::start().await;
    let mut line = Line::to(&server.url());
    line.open().await;
    assert_eq!(line.ask(1, "echo").await["id"], 1);
    server.forget_sessions();
    assert_eq!(line.ask(2, "echo").await["result"], json!({}));
    let last = server.seen().pop().unwrap();
    assert_eq!(last.header("mcp-session-id").as_deref(), Some("session-2"));
}

#[tokio::test]
async fn running_requests_are_answered_after_the_end_of_the_input() {
    let server = Elsewhere::start().await;
    let mut line = Line::to(&server.url());
    line.say(json!({"jsonrpc": "2.0", "id": 1, "method": "echo"})).await;
    let rest = line.end().await;
    assert_eq!(rest.len(), 1, "{rest:?}");
}
