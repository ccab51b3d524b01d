//! `serve --http`, by the real binary: when it refuses to start, what it says, and how it ends.

use std::net::SocketAddr;
use std::process::{Output, Stdio};
use std::sync::Arc;

use rustls_pki_types::{CertificateDer, ServerName};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStderr};

use crate::session::command;
use crate::web::Got;

const CALL: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list-pods"}}"#;

/// The binary, serving over HTTP.
struct Running {
    child: Child,
    at: SocketAddr,
    said: String,
    rest: BufReader<ChildStderr>,
}

impl Running {
    async fn start(args: &[&str], env: &[(&str, &str)]) -> Self {
        let mut all = vec!["serve", "--http"];
        all.extend(args);
        let mut child = command(&all, env).stderr(Stdio::piped()).spawn().expect("the binary starts");
        let mut rest = BufReader::new(child.stderr.take().expect("piped"));
        let mut said = String::new();
        loop {
            let before = said.len();
            assert_ne!(rest.read_line(&mut said).await.expect("text"), 0, "{said}");
            if let Some((_, at)) = said[before..].split_once("(listening on ") {
                let at = at.split(')').next().and_then(|at| at.parse().ok()).expect("an address");
                return Self { child, at, said, rest };
            }
        }
    }

    async fn post(&self, headers: &str, body: &str) -> Got {
        let text = format!(
            "POST /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{headers}\r\n{body}",
            body.len()
        );
        let mut stream = TcpStream::connect(self.at).await.expect("it listens");
        stream.write_all(text.as_bytes()).await.expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("text");
        Got::read(&answer)
    }

    /// Tells it to stop; everything that it wrote.
    async fn stop(mut self) -> String {
        let id = self.child.id().expect("it runs").to_string();
        let told = tokio::process::Command::new("kill").args(["-TERM", &id]).status().await;
        assert!(told.expect("kill").success());
        self.rest.read_to_string(&mut self.said).await.expect("text");
        assert!(self.child.wait().await.expect("it ends").success(), "{}", self.said);
        self.said
    }
}

async fn refused(args: &[&str], env: &[(&str, &str)]) -> String {
    let mut all = vec!["serve", "--http"];
    all.extend(args);
    let output: Output = command(&all, env).output().await.expect("the binary runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    said
}

#[tokio::test]
async fn t42_nothing_is_served_in_clear_or_without_a_name_by_accident() {
    let bare = refused(&["0.0.0.0:0"], &[]).await;
    assert!(bare.contains("MCP_TLS_CERT_FILE") && bare.contains("MCP_PUBLIC_URL"), "{bare}");
    let clear = refused(&["0.0.0.0:0"], &[("MCP_PUBLIC_URL", "https://mcp.example.com")]).await;
    assert!(clear.contains("keys would travel in clear") && !clear.contains("under which name"), "{clear}");
    let nameless = refused(&["0.0.0.0:0", "--plain-http"], &[]).await;
    assert!(nameless.contains("MCP_PUBLIC_URL") && !nameless.contains("in clear"), "{nameless}");
    let nameless = refused(&[], &[("PORT", "8471")]).await;
    assert!(nameless.contains("0.0.0.0:8471") && nameless.contains("MCP_PUBLIC_URL"), "{nameless}");
    let clear = refused(&[], &[("MCP_PUBLIC_URL", "http://mcp.example.com")]).await;
    assert!(clear.contains("MCP_PUBLIC_URL") && clear.contains("must be https"), "{clear}");
    let network = refused(&[], &[("MCP_TRUSTED_PROXIES", "10.0.0.0/8,everybody")]).await;
    assert!(network.contains("everybody") && network.contains("10.0.0.7"), "{network}");
    let half = refused(&[], &[("MCP_TLS_CERT_FILE", "/tmp/cert.pem")]).await;
    assert!(half.contains("MCP_TLS_KEY_FILE"), "{half}");
    let path = refused(&[], &[("MCP_PUBLIC_URL", "https://mcp.example.com/mcp")]).await;
    assert!(path.contains("without a path"), "{path}");
    let number = refused(&[], &[("MCP_PLATFORM_TIMEOUT_SECONDS", "soon")]).await;
    assert!(
        number.contains("a whole number") || number.contains("no whole number from 5 to 3600"),
        "{number}"
    );
}

#[tokio::test]
async fn a_key_in_the_environment_of_a_hosted_server_is_nobodys() {
    let running = Running::start(&["127.0.0.1:0"], &[("RUNPOD_API_KEY", "rpa_CANARYOFTHESERVER")]).await;
    let got = running.post("", CALL).await;
    assert_eq!(got.status, 401);
    let said = running.stop().await;
    assert!(said.contains("RUNPOD_API_KEY is ignored") && !said.contains("CANARY"), "{said}");
}

#[tokio::test]
async fn a_sandbox_is_served_to_everybody_and_ends_when_it_is_told() {
    let running = Running::start(&["127.0.0.1:0", "--sandbox"], &[]).await;
    let got = running.post("", CALL).await;
    assert_eq!(got.refused(), (200, 0));
    let said = running.stop().await;
    assert!(said.contains("every caller acts for the account of the sandbox"), "{said}");
}

#[tokio::test]
async fn every_line_of_the_log_is_json_and_says_who_changed_what() {
    let running = Running::start(&["127.0.0.1:0", "--sandbox"], &[]).await;
    let args = json!({"podId": "x", "confirm": true});
    let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "stop-pod", "arguments": args}});
    let got = running.post("X-Request-Id: my-number-7\r\n", &call.to_string()).await;
    assert_eq!(got.header("x-request-id"), Some("my-number-7"));
    let said = running.stop().await;
    let lines: Vec<Value> = said
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
        .collect();
    let line =
        |target: &str| lines.iter().find(|line| line["target"] == target).unwrap_or_else(|| panic!("{said}"));
    let request = line("runpod_mcp::http");
    assert_eq!((&request["request"], &request["tool"]), (&json!("my-number-7"), &json!("stop-pod")));
    assert_eq!(
        (&request["status"], &request["path"], &request["client"]),
        (&json!(200), &json!("/mcp"), &json!("127.0.0.1"))
    );
    assert!(lines.iter().all(|line| !line.to_string().contains("confirm")), "{said}");
}

#[tokio::test]
async fn t01_a_key_is_in_no_line_whatever_the_level() {
    let running =
        Running::start(&["127.0.0.1:0", "--sandbox", "--require-auth", "--log", "trace"], &[]).await;
    let secret = "rpa_CANARY0123456789";
    for header in [
        format!("Authorization: Bearer {secret}\r\n"),
        format!("Authorization: Basic {secret}\r\n"),
        format!("Authorization: Bearer {secret} x\r\n"),
    ] {
        running.post(&header, CALL).await;
        running.post(&header, &CALL.replace("list-pods", secret)).await;
    }
    let said = running.stop().await;
    assert!(!said.contains("CANARY"), "{said}");
}

#[tokio::test]
async fn t73_no_line_of_the_log_can_be_forged_or_broken() {
    let running = Running::start(&["127.0.0.1:0", "--sandbox", "--log", "trace"], &[]).await;
    let forged = r#"x\n{\"level\":\"FORGED\"}\r\n\u001b[31m\u202e"#;
    for body in [
        CALL.replace("list-pods", forged),
        CALL.replace("tools/call", forged),
        CALL.replace(
            r#""name":"list-pods""#,
            &format!(r#""name":"delete-pod","arguments":{{"podId":"{forged}"}}"#),
        ),
        CALL.replace(
            r#""name":"list-pods""#,
            &format!(r#""name":"get-pod","arguments":{{"podId":"{}"}}"#, "y".repeat(9_000)),
        ),
        format!(r#"{{"{forged}"#),
    ] {
        let long =
            format!("X-Request-Id: {}\r\nUser-Agent: {}\r\n", "z".repeat(5_000), r#"\n{"level":"FORGED"}"#);
        running.post(&long, &body).await;
    }
    let said = running.stop().await;
    for line in said.lines() {
        let event: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        assert_ne!(event["level"], "FORGED", "{line}");
        assert!(line.len() < 2_100 && !line.contains(['\u{1b}', '\u{202e}']), "{line}");
    }
}

#[tokio::test]
async fn t82_neither_verbose_logs_nor_the_pages_of_health_tell_keys_or_settings() {
    let env = [
        ("MCP_VERBOSE_LOGS", "true"),
        ("MCP_STATE_SECRET", "CANARY-of-the-state"),
        ("RUNPOD_API_KEY", "rpa_CANARYOFTHESERVER"),
    ];
    let running = Running::start(&["127.0.0.1:0", "--sandbox", "--require-auth"], &env).await;
    for path in ["/healthz", "/readyz"] {
        let text = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let mut stream = TcpStream::connect(running.at).await.expect("it listens");
        stream.write_all(text.as_bytes()).await.expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("text");
        let got = Got::read(&answer);
        assert_eq!((got.status, got.body.as_str()), (200, ""), "{path}");
    }
    running.post("Authorization: Bearer rpa_CANARYOFACALLER\r\n", CALL).await;
    let said = running.stop().await;
    assert!(said.contains("\"level\":\"DEBUG\"") && !said.contains("CANARY"), "{said}");
}

#[tokio::test]
async fn over_http_auto_asks_nobody_and_means_v1() {
    let running = Running::start(&["127.0.0.1:0", "--sandbox"], &[("RUNPOD_REST_VERSION", "auto")]).await;
    let params =
        r#"{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}"#;
    let hello = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"initialize","params":{params}}}"#);
    let version = running.post("", &hello).await.json()["result"]["serverInfo"]["version"].to_string();
    assert!(version.contains("[REST v1]"), "{version}");
    let said = running.stop().await;
    assert!(said.contains("over HTTP `auto` means REST v1"), "{said}");
}

#[tokio::test]
async fn a_certificate_encrypts_and_both_versions_of_http_are_spoken() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&cert, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let files = [("MCP_TLS_CERT_FILE", cert.to_str().unwrap()), ("MCP_TLS_KEY_FILE", key.to_str().unwrap())];
    let running = Running::start(&["127.0.0.1:0", "--sandbox"], &files).await;
    for protocol in [&b"http/1.1"[..], b"h2"] {
        let mut stream = encrypted(running.at, made.cert.der(), protocol).await;
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(protocol));
        if protocol == b"http/1.1" {
            let text = format!(
                "POST /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{CALL}",
                CALL.len()
            );
            stream.write_all(text.as_bytes()).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            assert_eq!(Got::read(&answer).refused(), (200, 0));
        }
    }
    assert!(running.stop().await.contains("https://"));
}

async fn encrypted(
    at: SocketAddr,
    root: &CertificateDer<'static>,
    protocol: &[u8],
) -> tokio_rustls::client::TlsStream<TcpStream> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(root.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let stream = TcpStream::connect(at).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
}
