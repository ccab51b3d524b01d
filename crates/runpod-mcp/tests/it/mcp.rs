//! The service through the protocol: both eras, what it says of itself, and what a call answers.

use std::time::Duration;

use runpod_mcp::config::Keys;
use runpod_mcp::policy::Policy;
use runpod_mcp::tools;
use runpod_mcp::tools::Selection;
use runpod_sim::{Action, Match, Pace, Seed, Sim};
use serde_json::{Value, json};

use crate::rig::Rig;
use crate::session::{Session, modern};

/// A session that has been opened, on an empty account.
async fn open(rig: &Rig) -> Session {
    let mut session = Session::with(rig.server.clone());
    session.initialize("2025-11-25").await;
    session
}

fn manual() -> runpod_sim::Builder {
    Sim::builder().seed(Seed::Empty).clock(Pace::Manual)
}

/// The one text block of a tool result, read as JSON, and whether it is an error.
fn read(answer: &Value) -> (Value, bool) {
    let result = &answer["result"];
    let content = result["content"].as_array().unwrap_or_else(|| panic!("{answer}"));
    let [block] = content.as_slice() else { panic!("one block: {answer}") };
    assert_eq!(block["type"], "text");
    assert_eq!(result.get("structuredContent"), None);
    let text = block["text"].as_str().unwrap();
    assert!(!text.contains("\": ") && !text.contains('\n'), "compact: {text}");
    (serde_json::from_str(text).unwrap(), result["isError"] == json!(true))
}

#[tokio::test]
async fn every_handshake_revision_is_spoken_and_others_get_the_newest_of_them() {
    let rig = Rig::new(Seed::Empty).await;
    for (asked, answered) in [
        ("2024-11-05", "2024-11-05"),
        ("2025-03-26", "2025-03-26"),
        ("2025-06-18", "2025-06-18"),
        ("2025-11-25", "2025-11-25"),
        ("2026-07-28", "2025-11-25"),
        ("1999-01-01", "2025-11-25"),
    ] {
        let mut session = Session::with(rig.server.clone());
        assert_eq!(session.initialize(asked).await["protocolVersion"], answered);
        let (_, failed) = read(&session.ask(1, "tools/call", json!({"name": "list-pods"})).await);
        assert!(!failed, "{asked}");
    }
}

#[tokio::test]
async fn the_server_offers_tools_and_nothing_else() {
    let mut session = Session::with(Rig::new(Seed::Empty).await.server);
    let hello = session.initialize("2025-11-25").await;
    assert_eq!(hello["capabilities"], json!({"tools": {}}));
    assert_eq!(hello["serverInfo"]["name"], "runpod-mcp");
    assert_eq!(hello["serverInfo"]["version"], concat!(env!("CARGO_PKG_VERSION"), " [REST v2]"));
    assert_eq!(hello["serverInfo"]["title"], "Runpod (sandbox)");
}

#[tokio::test]
async fn instructions_fit_and_say_how_this_server_runs() {
    let policy = |read_only, no_spend| {
        move |setup: &mut runpod_mcp::mcp::Setup| {
            setup.policy = Policy { read_only, no_spend };
        }
    };
    for (rig, word) in [
        (Rig::with(manual(), policy(true, false)).await, "--read-only"),
        (Rig::with(manual(), policy(false, true)).await, "--no-spend"),
        (Rig::with(manual(), |setup| setup.sandbox = false).await, "openapi.json"),
    ] {
        let hello = Session::with(rig.server.clone()).initialize("2025-11-25").await;
        let text = hello["instructions"].as_str().unwrap();
        assert!(text.len() <= 1_900, "{} bytes", text.len());
        assert!(text.starts_with("Use this server for") && text.contains(word), "{text}");
        for always in
            ["https://api.runpod.io/v2/openapi.json", "stale: reconnect", "do not look for it in files"]
        {
            assert!(text.contains(always), "{always}: {text}");
        }
    }
}

#[tokio::test]
async fn a_client_without_handshake_discovers_lists_and_calls() {
    let rig = Rig::new(Seed::Empty).await;
    let mut session = Session::with(rig.server.clone());
    let found = session.ask(1, "server/discover", json!({"_meta": modern()})).await["result"].clone();
    assert_eq!(
        found["capabilities"],
        json!({"tools": {}, "extensions": {"io.modelcontextprotocol/tasks": {}}})
    );
    assert_eq!((&found["resultType"], &found["cacheScope"]), (&json!("complete"), &json!("public")));
    assert!(found["supportedVersions"].as_array().unwrap().contains(&json!("2026-07-28")));
    assert!(found["ttlMs"].as_u64().unwrap() > 0 && found["instructions"].is_string());
    let list = session.ask(2, "tools/list", json!({"_meta": modern()})).await["result"].clone();
    assert_eq!((&list["resultType"], &list["cacheScope"]), (&json!("complete"), &json!("public")));
    assert!(list["ttlMs"].as_u64().unwrap() > 0);
    let call = session.ask(3, "tools/call", json!({"_meta": modern(), "name": "list-pods"})).await;
    assert_eq!(call["result"]["resultType"], "complete");
    assert!(!read(&call).1, "{call}");
    for result in [&found, &list, &call["result"]] {
        assert_eq!(result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "runpod-mcp");
    }
}

#[tokio::test]
async fn the_new_revision_is_held_to_its_rules() {
    let mut session = Session::with(Rig::new(Seed::Empty).await.server);
    let version = "io.modelcontextprotocol/protocolVersion";
    let missing = session.ask(1, "tools/list", json!({"_meta": {version: "2026-07-28"}})).await;
    assert_eq!(missing["error"]["code"], -32602);
    let mut future = modern();
    future[version] = json!("2099-01-01");
    let unknown = session.ask(2, "tools/list", json!({"_meta": future})).await;
    assert_eq!(unknown["error"]["code"], -32022);
    assert_eq!(unknown["error"]["data"]["requested"], "2099-01-01");
    assert!(unknown["error"]["data"]["supported"].as_array().unwrap().contains(&json!("2026-07-28")));
    for method in ["initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"] {
        let params = json!({"_meta": modern(), "protocolVersion": "2026-07-28", "capabilities": {},
            "clientInfo": {"name": "x", "version": "1"}, "level": "debug", "uri": "a:b"});
        assert_eq!(session.ask(3, method, params).await["error"]["code"], -32601, "{method}");
    }
    // Without the optional clientInfo, and although the session was never opened by a handshake.
    let mut anonymous = modern();
    anonymous.as_object_mut().unwrap().remove("io.modelcontextprotocol/clientInfo");
    assert!(session.ask(4, "tools/list", json!({"_meta": anonymous})).await["result"].is_object());
}

#[tokio::test]
async fn the_list_is_the_same_for_everybody_every_time() {
    let rig = Rig::new(Seed::Empty).await;
    let mut old = open(&rig).await;
    let first = old.ask(1, "tools/list", json!({})).await["result"].clone();
    let again = old.ask(2, "tools/list", json!({})).await["result"].clone();
    assert_eq!(first.to_string(), again.to_string());
    assert_eq!(first.to_string(), rig.server.listing().to_string());
    let mut new = Session::with(rig.server.clone());
    let list = new.ask(1, "tools/list", json!({"_meta": modern()})).await["result"].clone();
    assert_eq!(first["tools"].to_string(), list["tools"].to_string());
    let names: Vec<_> =
        list["tools"].as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(names, tools::all().map(|tool| tool.card.name).collect::<Vec<_>>());
    assert!(!first.to_string().contains("outputSchema"), "one half of a reply carries everything (ADR 0009)");
}

#[tokio::test]
async fn a_tool_that_does_not_exist_is_a_protocol_error_that_names_near_ones() {
    let only = |setup: &mut runpod_mcp::mcp::Setup| {
        setup.selection = Selection::of(&["pods".to_owned()], &[], &["delete-pod".to_owned()]).unwrap();
    };
    let mut session = open(&Rig::with(manual(), only).await).await;
    for (name, words) in [
        ("list_pods", "did you mean list-pods?"),
        ("launch-rocket", "tools/list names them all"),
        ("delete-pod", "not among the tools"),
        ("", "tools/list names them all"),
    ] {
        let answer = session.ask(1, "tools/call", json!({"name": name})).await;
        assert_eq!(answer["error"]["code"], -32602, "{answer}");
        assert!(answer["error"]["message"].as_str().unwrap().contains(words), "{answer}");
    }
}

#[tokio::test]
async fn what_goes_wrong_in_a_tool_is_a_result_that_says_so() {
    let rig = Rig::new(Seed::Empty).await;
    let mut session = open(&rig).await;
    let long = "a".repeat(10_000);
    let ids = ["../x", "a/b", "%2e%2e", "..", "", "a\u{0}b", "😀", " ", "a?b", "a#b", "a\\b", "a@b", &long];
    for id in ids {
        let call = json!({"name": "get-pod", "arguments": {"podId": id}});
        let (error, failed) = read(&session.ask(1, "tools/call", call).await);
        assert!(failed && error["code"] == "bad_argument", "{id:?}: {error}");
    }
    for arguments in [json!({}), json!({"podId": null}), json!({"podId": 5}), json!({"podId": "a", "zzz": 1})]
    {
        let call = json!({"name": "get-pod", "arguments": arguments});
        let (error, failed) = read(&session.ask(1, "tools/call", call).await);
        assert!(failed && error["code"] == "bad_argument" && error["accepted"].is_array(), "{error}");
    }
    assert!(rig.sim.journal().requests().is_empty(), "nothing of it left the server");
    let call = json!({"name": "get-pod", "arguments": {"podId": "nosuchpod"}});
    let (error, failed) = read(&session.ask(1, "tools/call", call).await);
    assert!(failed && error["code"] == "not_found");
    assert!(error["hint"].as_str().unwrap().contains("list-pods"), "{error}");
}

#[tokio::test]
async fn without_a_key_everything_but_calls_works() {
    let rig = Rig::with(manual(), |setup| setup.keys = Keys::default()).await;
    let mut session = open(&rig).await;
    assert!(session.ask(1, "tools/list", json!({})).await["result"]["tools"].is_array());
    let (error, failed) = read(&session.ask(2, "tools/call", json!({"name": "list-pods"})).await);
    assert!(failed && error["code"] == "no_key");
    let hint = error["hint"].as_str().unwrap();
    assert!(["RUNPOD_API_KEY", "runpodctl", "--sandbox"].iter().all(|way| hint.contains(way)), "{hint}");
    assert!(rig.sim.journal().requests().is_empty());
}

#[tokio::test]
async fn read_only_lists_and_allows_only_reading() {
    let policy =
        |setup: &mut runpod_mcp::mcp::Setup| setup.policy = Policy { read_only: true, no_spend: false };
    let rig = Rig::with(manual(), policy).await;
    let mut session = open(&rig).await;
    let list = session.ask(1, "tools/list", json!({})).await["result"]["tools"].clone();
    assert!(list.as_array().unwrap().iter().all(|tool| tool["annotations"]["readOnlyHint"] == json!(true)));
    let call = json!({"name": "delete-pod", "arguments": {"podId": "abc"}});
    let (error, failed) = read(&session.ask(2, "tools/call", call).await);
    assert!(
        failed && error["code"] == "not_allowed" && error["error"].as_str().unwrap().contains("--read-only")
    );
    assert!(rig.sim.journal().requests().is_empty());
}

#[tokio::test]
async fn runpod_hears_who_calls_in_both_eras() {
    let rig = Rig::new(Seed::Empty).await;
    open(&rig).await.ask(1, "tools/call", json!({"name": "list-pods"})).await;
    let old = rig.sim.journal().last().unwrap();
    let call = json!({"_meta": modern(), "name": "list-pods"});
    Session::with(rig.server.clone()).ask(1, "tools/call", call).await;
    let new = rig.sim.journal().last().unwrap();
    let agent = |client: &str| {
        let version = env!("CARGO_PKG_VERSION");
        format!("runpod-mcp/{version} (caller=mcp; {client}; transport=stdio)")
    };
    assert_eq!(old.header("user-agent"), Some(agent("client=test-client; client_version=1.2").as_str()));
    assert_eq!(new.header("user-agent"), Some(agent("client=modern-client; client_version=3").as_str()));
    let session = old.header("x-runpod-session-id").unwrap();
    assert_eq!(session.len(), 36);
    assert_eq!(new.header("x-runpod-session-id"), Some(session), "one session for the process");
}

/// A call that Runpod does not answer as long as the twin's clock stands still.
async fn hanging(rig: &Rig, session: &mut Session, tool: &str, args: Value) {
    let call = json!({"jsonrpc": "2.0", "id": "slow", "method": "tools/call",
        "params": {"name": tool, "arguments": args}});
    let before = rig.sim.journal().requests().len();
    session.line(&call.to_string()).await;
    while rig.sim.journal().requests().len() == before {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_cancelled_call_is_not_answered_and_others_go_on() {
    let rig = Rig::new(Seed::Empty).await;
    rig.sim.faults().add(Match::operation("listPods").nth(1).then(Action::slow(Duration::from_secs(60))));
    let mut session = open(&rig).await;
    hanging(&rig, &mut session, "list-pods", json!({})).await;
    session.ask("meanwhile", "ping", json!({})).await;
    session
        .line(r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"slow"}}"#)
        .await;
    let (pods, failed) = read(&session.ask("after", "tools/call", json!({"name": "list-pods"})).await);
    assert!(!failed && pods["items"] == json!([]));
    assert!(session.end().await.said.is_empty());
}

#[tokio::test]
async fn calls_answer_in_the_order_they_finish() {
    let rig = Rig::new(Seed::Empty).await;
    rig.sim.faults().add(Match::operation("listPods").nth(1).then(Action::slow(Duration::from_secs(5))));
    let mut session = open(&rig).await;
    hanging(&rig, &mut session, "list-pods", json!({})).await;
    session.ask("fast", "tools/call", json!({"name": "list-pods"})).await;
    rig.pass(6);
    assert_eq!(session.next().await.unwrap()["id"], "slow");
}

#[tokio::test]
async fn a_call_that_is_running_at_the_end_of_input_still_answers() {
    let rig = Rig::new(Seed::Empty).await;
    rig.sim.faults().add(Match::operation("listPods").then(Action::slow(Duration::from_millis(900))));
    let mut session = open(&rig).await;
    hanging(&rig, &mut session, "list-pods", json!({})).await;
    let ending = tokio::spawn(session.end());
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    rig.sim.clock().advance(Duration::from_millis(950));
    let said = ending.await.unwrap().said;
    assert_eq!(said.len(), 1);
    assert_eq!(said[0]["id"], "slow");
}

#[tokio::test]
async fn a_call_ends_with_its_deadline() {
    let rig = Rig::new(Seed::Empty).await;
    rig.sim.faults().add(Match::operation("listPods").then(Action::slow(Duration::from_secs(100_000))));
    let mut session = open(&rig).await;
    hanging(&rig, &mut session, "list-pods", json!({})).await;
    // Every try has its own limit; the call as a whole has one too.
    for _ in 0..200 {
        rig.pass(10);
        tokio::task::yield_now().await;
    }
    let (error, failed) = read(&session.next().await.unwrap());
    assert!(failed && error["code"] == "timeout", "{error}");
}

#[tokio::test]
async fn a_call_has_its_whole_time_however_long_the_server_has_run() {
    let rig = Rig::new(Seed::Empty).await;
    let mut session = open(&rig).await;
    for day in 1..4 {
        rig.pass(86_400);
        rig.sim.faults().clear();
        rig.sim.faults().add(Match::operation("listPods").then(Action::slow(Duration::from_secs(25))));
        hanging(&rig, &mut session, "list-pods", json!({})).await;
        rig.pass(26);
        let (reply, failed) = read(&session.next().await.unwrap());
        assert!(!failed, "day {day}: {reply}");
    }
}

#[tokio::test]
async fn whatever_answers_instead_of_runpod_is_an_error_that_says_so() {
    let rig = Rig::new(Seed::Empty).await;
    let mut session = open(&rig).await;
    for (trouble, code) in [
        (Action::html_bad_gateway(), "upstream_error"),
        (Action::Html { status: 200 }, "unexpected_answer"),
        (Action::WrongShape, "unexpected_answer"),
        (Action::Truncated, "unexpected_answer"),
        (Action::Empty, "unexpected_answer"),
        (Action::Cut, "connection_failed"),
        (Action::CutBody, "connection_failed"),
        (Action::huge(), "answer_too_large"),
        (Action::Redirect { to: "https://evil.example/".to_owned(), status: 307 }, "redirected"),
        (Action::status(401).into(), "key_rejected"),
        (Action::InsufficientBalance, "insufficient_balance"),
        (Action::status(429).header("retry-after", "60").into(), "rate_limited"),
    ] {
        rig.sim.faults().clear();
        rig.sim.faults().add(Match::operation("listPods").then(trouble.clone()));
        let (error, failed) = read(&session.ask(1, "tools/call", json!({"name": "list-pods"})).await);
        assert!(failed && error["code"] == code, "{trouble:?}: {error}");
        assert!(error["error"].as_str().is_some_and(|text| !text.is_empty()), "{error}");
    }
}
