//! Bad input on stdin: every line is answered as what it is, and the session goes on.

use runpod_mcp::serve::stdio::LONGEST_LINE;
use runpod_sim::Seed;
use serde_json::{Value, json};

use crate::rig::Rig;
use crate::session::{Session, modern};

async fn open() -> Session {
    let mut session = Session::with(Rig::new(Seed::Empty).await.server);
    session.initialize("2025-11-25").await;
    session
}

async fn still_answers(session: &mut Session) {
    assert_eq!(session.ask("alive", "ping", json!({})).await["result"], json!({}));
}

#[tokio::test]
async fn garbage_lines_are_parse_errors_and_the_session_goes_on() {
    let mut session = open().await;
    for line in ["garbage", "{\"jsonrpc\":", "\u{0}", "{]", "\"unfinished", "é", "{\"a\":\"\u{7}\"}"] {
        assert_eq!(session.refused(line).await, -32700, "{line:?}");
    }
    session.bytes(b"\xff\xfe\xfd\n").await;
    let answer = session.next().await.unwrap();
    assert_eq!(answer["error"]["code"], -32700);
    assert_eq!(answer.get("id"), None);
    still_answers(&mut session).await;
    assert!(session.end().await.said.is_empty());
}

#[tokio::test]
async fn batches_and_other_shapes_are_invalid_requests() {
    let mut session = open().await;
    let ping = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    for line in ["[]", &format!("[{ping}]"), &format!("[{ping},{ping}]"), "5", "null", "\"x\"", "{}"] {
        assert_eq!(session.refused(line).await, -32600, "{line}");
    }
    still_answers(&mut session).await;
}

#[tokio::test]
async fn empty_lines_and_line_ends_of_windows_are_no_trouble() {
    let mut session = open().await;
    session.bytes(b"\n\r\n  \n").await;
    session.bytes(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\r\n").await;
    assert_eq!(session.next().await.unwrap(), json!({"jsonrpc": "2.0", "id": 1, "result": {}}));
}

#[tokio::test]
async fn a_line_of_20_mb_is_answered_as_what_it_is() {
    let mut session = open().await;
    let name = "x".repeat(20_000_000);
    let call = json!({"name": "get-pod", "arguments": {"podId": name}});
    let answer = session.ask(1, "tools/call", call).await;
    let text = answer["result"]["content"][0]["text"].as_str().unwrap();
    let error: Value = serde_json::from_str(text).unwrap();
    assert_eq!(
        (error["code"].as_str(), answer["result"]["isError"].as_bool()),
        (Some("bad_argument"), Some(true))
    );
    assert!(text.len() < 2_000, "an error does not repeat 20 MB");
    still_answers(&mut session).await;
}

#[tokio::test]
async fn a_line_of_30_mb_is_refused_once_and_skipped() {
    let mut session = open().await;
    let line = format!("{{\"a\":\"{}\"}}", "x".repeat(30_000_000));
    assert!(line.len() > LONGEST_LINE);
    session.line(&line).await;
    let answer = session.next().await.unwrap();
    assert_eq!(answer["error"]["code"], -32600);
    still_answers(&mut session).await;
    assert!(session.end().await.said.is_empty());
}

#[tokio::test]
async fn requests_before_initialize_are_answered_and_initialize_still_works() {
    let mut session = Session::with(Rig::new(Seed::Empty).await.server);
    session.line(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#).await;
    session.line(r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#).await;
    session.line(r#"{"jsonrpc":"2.0","id":9,"result":{}}"#).await;
    assert_eq!(session.ask(1, "tools/list", json!({})).await["error"]["code"], -32602);
    let call = json!({"name": "list-pods", "arguments": {}});
    assert_eq!(session.ask(2, "tools/call", call).await["error"]["code"], -32602);
    assert_eq!(session.ask(3, "no/such", json!({})).await["error"]["code"], -32601);
    assert_eq!(session.ask(4, "ping", json!({})).await["result"], json!({}));
    assert_eq!(session.ask(5, "initialize", json!({})).await["error"]["code"], -32602);
    assert_eq!(session.initialize("2025-06-18").await["protocolVersion"], "2025-06-18");
    assert!(session.ask(6, "tools/list", json!({})).await["result"]["tools"].is_array());
}

#[tokio::test]
async fn methods_that_do_not_exist_here_are_unknown() {
    let mut session = open().await;
    for method in ["no/such", "prompts/list", "resources/list", "logging/setLevel", ""] {
        let answer = session.ask(1, method, json!({"level": "debug", "taskId": "x"})).await;
        assert_eq!(answer["error"]["code"], -32601, "{method}: {answer}");
    }
}

#[tokio::test]
async fn parameters_of_the_wrong_shape_are_invalid_parameters() {
    let mut session = open().await;
    for params in
        [json!({}), json!({"name": 5}), json!({"name": "get-pod", "arguments": "x"}), json!([]), json!("x")]
    {
        let answer = session.ask(1, "tools/call", params.clone()).await;
        assert_eq!(answer["error"]["code"], -32602, "{params}: {answer}");
    }
    let answer = session.ask(1, "tools/list", json!({"cursor": "made-up"})).await;
    assert_eq!(answer["error"]["code"], -32602);
}

#[tokio::test]
async fn ids_come_back_as_they_went() {
    let mut session = open().await;
    for id in [json!(0), json!(-5), json!("a"), json!("7"), json!(""), json!("é\n\"")] {
        session.ask(id, "ping", json!({})).await;
    }
    for id in ["null", "1.5", "{}", "[1]", "true"] {
        let line = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#);
        assert_eq!(session.refused(&line).await, -32600, "{id}");
    }
}

#[tokio::test]
async fn the_end_of_input_is_a_clean_end_wherever_it_comes() {
    for input in ["", "{\"jsonrpc\":\"2.0\",\"id\":1,\"meth", "garbage"] {
        let mut session = Session::with(Rig::new(Seed::Empty).await.server);
        session.bytes(input.as_bytes()).await;
        let said = session.end().await.said;
        assert!(said.iter().all(|message| message["error"]["code"] == -32700), "{said:?}");
    }
    let mut session = open().await;
    session.bytes(b"{\"jsonrpc\":\"2.0\",\"id\":1,").await;
    session.end().await;
}

#[tokio::test]
async fn a_last_request_without_line_end_is_answered() {
    let mut session = open().await;
    session.bytes(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}").await;
    assert_eq!(session.end().await.said, [json!({"jsonrpc": "2.0", "id": 1, "result": {}})]);
}

#[tokio::test]
async fn whoever_reads_nothing_and_writes_garbage_is_held_back_and_not_buffered() {
    use tokio::io::AsyncWriteExt;
    let rig = Rig::new(Seed::Empty).await;
    let (ours, theirs) = tokio::io::duplex(256);
    let (read, write) = tokio::io::split(theirs);
    let serving = tokio::spawn(runpod_mcp::serve::stdio::over(rig.server.clone(), read, write));
    let (unread, mut write) = tokio::io::split(ours);
    let flood = tokio::spawn(async move { write.write_all("garbage\n".repeat(10_000).as_bytes()).await });
    // Some 300 turns are enough for all of it where nothing holds it back.
    for _ in 0..20_000 {
        tokio::task::yield_now().await;
    }
    assert!(!flood.is_finished(), "80 kB were taken, although no answer was read");
    flood.abort();
    drop((flood.await, unread));
    serving.await.unwrap().unwrap();
}

#[tokio::test]
async fn the_binary_speaks_both_eras_over_pipes() {
    for era in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
        let mut session = Session::spawn(&[], &[]);
        assert_eq!(session.initialize(era).await["protocolVersion"], era);
        let result = session.ask(1, "tools/list", json!({})).await["result"].clone();
        assert!(result["tools"].as_array().is_some_and(|tools| !tools.is_empty()), "{era}");
        assert!(result.get("resultType").is_none() && result.get("ttlMs").is_none(), "{era}");
        session.end().await;
    }
    let mut session = Session::spawn(&["serve"], &[]);
    let discovered = session.ask(1, "server/discover", json!({"_meta": modern()})).await["result"].clone();
    assert_eq!(discovered["cacheScope"], "public");
    let result = session.ask(2, "tools/list", json!({"_meta": modern()})).await["result"].clone();
    assert_eq!((&result["resultType"], &result["cacheScope"]), (&json!("complete"), &json!("public")));
    session.end().await;
}

#[tokio::test]
async fn the_binary_survives_bad_input_and_writes_protocol_only() {
    let mut session = Session::spawn(&["--log=trace"], &[]);
    assert_eq!(session.refused("garbage").await, -32700);
    session.initialize("2025-11-25").await;
    assert_eq!(session.refused("[]").await, -32600);
    session.ask(1, "tools/list", json!({})).await;
    session.bytes(b"{\"jsonrpc\":").await;
    session.end().await;
}

#[cfg(unix)]
#[tokio::test]
async fn the_binary_speaks_over_socket_pairs_as_node_clients_spawn_it() {
    use std::os::fd::OwnedFd;
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    let (ours, theirs) = std::os::unix::net::UnixStream::pair().unwrap();
    let other = theirs.try_clone().unwrap();
    let mut child = crate::session::command(&[], &[])
        .stdin(std::process::Stdio::from(OwnedFd::from(theirs)))
        .stdout(std::process::Stdio::from(OwnedFd::from(other)))
        .spawn()
        .unwrap();
    ours.set_nonblocking(true).unwrap();
    let (read, mut write) = tokio::net::UnixStream::from_std(ours).unwrap().into_split();
    write.write_all(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n").await.unwrap();
    let line = BufReader::new(read).lines().next_line().await.unwrap();
    assert_eq!(line.as_deref(), Some(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#));
    drop(write);
    assert!(child.wait().await.unwrap().success());
}

#[tokio::test]
async fn the_binary_reads_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("requests");
    std::fs::write(&path, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n").unwrap();
    let input = std::fs::File::open(&path).unwrap();
    let out = crate::session::command(&[], &[]).stdin(input).output().await.unwrap();
    assert_eq!(String::from_utf8(out.stdout).unwrap(), "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n");
    assert!(out.status.success());
}
