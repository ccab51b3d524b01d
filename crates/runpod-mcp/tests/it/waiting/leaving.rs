//! A client that cancels or leaves: what runs for it upstream ends, what was made is known.

use std::time::Duration;

use runpod_api::{Base, Client, Settings};
use runpod_mcp::config::Keys;
use runpod_mcp::mcp::{Server, Setup};
use runpod_sim::{Action, Match, Seed};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};

use super::pods::pod;
use crate::rig::{self, Rig};
use crate::session::Session;

/// How soon work for somebody who left has to end, in real time.
const SOON: Duration = Duration::from_secs(1);

async fn call(session: &mut Session, tool: &str, args: Value) {
    let params = json!({"name": tool, "arguments": args, "_meta": {"progressToken": 1}});
    session
        .line(&json!({"jsonrpc": "2.0", "id": "w", "method": "tools/call", "params": params}).to_string())
        .await;
}

const CANCEL: &str = r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"w"}}"#;

async fn open(server: Server) -> Session {
    let mut session = Session::with(server);
    session.initialize("2025-11-25").await;
    session
}

/// A session whose call waits for a Pod that never comes up.
async fn waiting(rig: &Rig) -> Session {
    let starting = Action::status(200).body(json!({"id": "abc", "status": "STARTING"}));
    rig.sim.faults().add(Match::operation("getPod").then(starting));
    let mut session = open(rig.server.clone()).await;
    call(&mut session, "get-pod", json!({"podId": "abc", "wait": 300_000})).await;
    assert_eq!(session.next().await.unwrap()["method"], "notifications/progress");
    session
}

#[tokio::test]
async fn a_cancelled_wait_does_not_look_again_and_is_not_answered() {
    let rig = Rig::new(Seed::Empty).await;
    let mut session = waiting(&rig).await;
    session.line(CANCEL).await;
    session.ask("sync", "ping", json!({})).await;
    for _ in 0..20 {
        rig.pass(10);
        session.ask("after", "ping", json!({})).await;
    }
    assert_eq!(rig.sim.journal().count("getPod"), 1);
    assert!(session.end().await.said.is_empty());
}

#[tokio::test]
async fn a_wait_ends_with_the_input_and_says_what_it_saw() {
    let rig = Rig::new(Seed::Empty).await;
    let session = waiting(&rig).await;
    // The clock stands still: nothing but the end of the input can end this.
    let said = session.end().await.said;
    let [answer] = said.as_slice() else { panic!("{said:?}") };
    let text = answer["result"]["content"][0]["text"].as_str().unwrap_or_default();
    let pod: Value = serde_json::from_str(text).unwrap();
    assert_eq!((&pod["id"], &pod["wait"]["ended"]), (&json!("abc"), &json!("the client ended its input")));
    assert_eq!(rig.sim.journal().count("getPod"), 1);
}

/// An upstream that takes a request and never answers, and a session with a call that waits for it.
async fn unanswered() -> (Rig, Session, TcpStream) {
    let rig = Rig::new(Seed::Empty).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/v2", listener.local_addr().unwrap());
    let mut settings: Settings = rig::settings(&rig.sim);
    settings.hosts.rest_v2 = Base::parse(&base).unwrap();
    let keys = Keys::new(Some(runpod_api::ApiKey::new("k")), None);
    let setup = Setup { client: Client::new(settings), keys, ..rig::setup(&rig.sim) };
    let mut session = open(Server::new(setup)).await;
    call(&mut session, "list-pods", json!({})).await;
    let (mut upstream, _) = listener.accept().await.unwrap();
    let mut head = [0; 4096];
    assert!(upstream.read(&mut head).await.unwrap() > 0);
    (rig, session, upstream)
}

/// Whether the client of this connection has gone, soon.
async fn is_left(upstream: &mut TcpStream) -> bool {
    let mut rest = Vec::new();
    tokio::time::timeout(SOON, upstream.read_to_end(&mut rest)).await.is_ok()
}

#[tokio::test]
async fn a_read_that_is_cancelled_is_broken_off_upstream() {
    let (_rig, mut session, mut upstream) = unanswered().await;
    session.line(CANCEL).await;
    assert!(is_left(&mut upstream).await, "Runpod still sends an answer that nobody wants");
    assert!(session.end().await.said.is_empty());
}

#[tokio::test]
async fn a_read_is_broken_off_a_second_after_its_client_left() {
    let (rig, session, mut upstream) = unanswered().await;
    let ending = tokio::spawn(session.end());
    for _ in 0..200 {
        rig.sim.clock().advance(Duration::from_millis(10));
        tokio::task::yield_now().await;
    }
    assert!(is_left(&mut upstream).await, "Runpod still sends an answer that nobody reads");
    let said = ending.await.unwrap().said;
    assert!(
        said.iter().all(|answer| answer["error"]["message"].to_string().contains("broken off")),
        "{said:?}"
    );
}

#[tokio::test]
async fn the_audit_line_names_the_pod_whose_wait_was_cancelled() {
    let args = ["serve", "--sandbox", "--log", "info"];
    let mut session = Session::spawn(&args, &[]);
    session.initialize("2025-11-25").await;
    call(&mut session, "create-pod", pod("a", 300_000)).await;
    let told = session.next().await.unwrap();
    let message = told["params"]["message"].as_str().unwrap_or_else(|| panic!("{told}"));
    let id = message.split(' ').nth(1).unwrap().to_owned();
    session.line(CANCEL).await;
    session.ask("sync", "ping", json!({})).await;
    let end = session.end().await;
    let line = end.stderr.lines().find(|line| line.contains("its wait was cancelled"));
    assert!(line.is_some_and(|line| line.contains(&id)), "{}", end.stderr);
}
