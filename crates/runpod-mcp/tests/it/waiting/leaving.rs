//! A client that cancels or leaves: what runs for it upstream ends, what was made is known.

use std::time::Duration;

use runpod_api::{Base, Client, Settings};
use runpod_mcp::config::Keys;
use runpod_mcp::mcp::{Server, Setup};
use runpod_sim::{Action, Match, Pace, Seed, Sim};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
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

/// The real binary in front of this address of REST v2.
async fn process(rest_v2: &str, key: &str) -> Session {
    let env = [("RUNPOD_REST_V2_API_URL", rest_v2), ("RUNPOD_API_KEY", key)];
    let mut session = Session::spawn(&["serve", "--log", "info"], &env);
    session.initialize("2025-11-25").await;
    session
}

#[cfg(unix)]
#[tokio::test]
async fn a_read_is_broken_off_a_second_after_its_client_left() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/v2", listener.local_addr().unwrap());
    let mut session = process(&base, "k").await;
    call(&mut session, "list-pods", json!({})).await;
    let (mut upstream, _) = listener.accept().await.unwrap();
    assert!(upstream.read(&mut [0; 4096]).await.unwrap() > 0);
    let mut left = session.vanish();
    assert!(is_left(&mut upstream).await, "Runpod still sends an answer that nobody reads");
    assert!(left.wait().await.unwrap().success());
}

#[tokio::test]
async fn a_call_that_runs_at_the_end_of_the_input_is_broken_off_after_the_time_of_one_request() {
    let (rig, session, mut upstream) = unanswered().await;
    let ending = tokio::spawn(session.end());
    while !ending.is_finished() {
        rig.sim.clock().advance(Duration::from_millis(500));
        tokio::task::yield_now().await;
    }
    assert!(is_left(&mut upstream).await, "Runpod still sends an answer that nobody reads");
    let said = ending.await.unwrap().said;
    let [answer] = said.as_slice() else { panic!("{said:?}") };
    let text = answer.to_string();
    assert!(text.contains("broken off") || text.contains("no answer to listPods within"), "{text}");
}

#[tokio::test]
async fn an_answer_may_take_as_long_as_a_request_after_the_end_of_the_input() {
    let rig = Rig::new(Seed::Empty).await;
    rig.sim.faults().add(Match::operation("listPods").then(Action::slow(Duration::from_secs(20))));
    let mut session = open(rig.server.clone()).await;
    call(&mut session, "list-pods", json!({})).await;
    while rig.sim.journal().count("listPods") == 0 {
        tokio::task::yield_now().await;
    }
    let ending = tokio::spawn(session.end());
    // Step by step: whoever waits for less time than that acts in between.
    for _ in 0..40 {
        rig.sim.clock().advance(Duration::from_millis(500));
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let said = ending.await.unwrap().said;
    let [answer] = said.as_slice() else { panic!("{said:?}") };
    assert_eq!(answer["result"]["isError"], false, "{answer}");
}

/// A twin that answers this operation five seconds late, by a clock that only a test moves.
async fn slow(operation: &str) -> Sim {
    let sim = Sim::builder().seed(Seed::Empty).clock(Pace::Manual).start().await.unwrap();
    sim.faults().add(Match::operation(operation).then(Action::slow(LATE)));
    sim
}

const LATE: Duration = Duration::from_secs(5);

/// A session with the real binary, and a call that its twin has received and not answered.
async fn received(sim: &Sim, operation: &str, tool: &str, args: Value) -> Session {
    let mut session = process(&sim.rest_v2_url(), sim.key()).await;
    call(&mut session, tool, args).await;
    while sim.journal().count(operation) == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    session
}

#[tokio::test]
async fn what_is_piped_in_at_once_is_answered_although_runpod_is_slow() {
    for (operation, tool, args) in
        [("listPods", "list-pods", json!({})), ("createPod", "create-pod", pod("a", 0))]
    {
        let sim = slow(operation).await;
        let session = received(&sim, operation, tool, args).await;
        let ending = tokio::spawn(session.end());
        sim.clock().advance(LATE);
        let end = ending.await.unwrap();
        let [answer] = end.said.as_slice() else { panic!("{:?}", end.said) };
        assert_eq!((&answer["id"], &answer["result"]["isError"]), (&json!("w"), &json!(false)), "{answer}");
        assert_eq!(sim.journal().count(operation), 1);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_change_that_is_on_its_way_when_the_client_is_gone_happens_once_and_is_logged() {
    let sim = slow("createPod").await;
    let session = received(&sim, "createPod", "create-pod", pod("a", 0)).await;
    let mut left = session.vanish();
    let mut log = BufReader::new(left.stderr.take().unwrap()).lines();
    let mut seen = async |words: &str| {
        while let Some(line) = log.next_line().await.unwrap() {
            if line.contains("audit") && line.contains("create-pod") && line.contains(words) {
                return;
            }
        }
        panic!("the log ends without {words:?}");
    };
    seen("cancelled; what was sent already may still happen").await;
    sim.clock().advance(LATE);
    seen("done late").await;
    assert!(left.wait().await.unwrap().success(), "it leaves by itself");
    assert_eq!(sim.journal().count("createPod"), 1);
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
