//! The command line, by the real binary.

use std::process::Output;

use runpod_sim::{Action, Match, Pace, Seed, Sim};
use serde_json::{Value, json};

use crate::session::{Session, command};

async fn run(args: &[&str], env: &[(&str, &str)]) -> Output {
    command(args, env).output().await.expect("the binary runs")
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).expect("text")
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).expect("text")
}

#[track_caller]
fn code(output: &Output, expected: i32) {
    assert_eq!(output.status.code(), Some(expected), "{}\n{}", stdout(output), stderr(output));
}

#[tokio::test]
async fn help_is_for_people() {
    for (name, args) in [
        ("help", &["--help"][..]),
        ("help-short", &["-h"]),
        ("help-call", &["call", "--help"]),
        ("help-links", &["links", "--help"]),
        ("help-sandbox", &["sandbox", "--help"]),
    ] {
        let output = run(args, &[]).await;
        code(&output, 0);
        insta::assert_snapshot!(name, stdout(&output));
    }
}

#[tokio::test]
async fn a_call_prints_its_answer_and_exits_by_it() {
    let good = run(&["call", "list-pods", "--sandbox"], &[]).await;
    code(&good, 0);
    let answer: Value = serde_json::from_str(stdout(&good)).unwrap();
    assert!(answer["items"].is_array(), "{answer}");

    let bad = run(&["call", "get-pod", "--arg", "podId=nosuchpod", "--sandbox"], &[]).await;
    code(&bad, 1);
    let answer: Value = serde_json::from_str(stdout(&bad)).unwrap();
    assert_eq!(answer["code"], "not_found");

    for wrong in [
        &["call", "list_pods", "--sandbox"][..],
        &["call", "list-pods", "--arg", "limit=many", "--sandbox"],
        &["call", "list-pods", "--arg", "limit", "--sandbox"],
        &["call", "list-pods", "--json", "[]", "--sandbox"],
        &["call"],
        &["call", "list-pods", "--no-such-flag"],
    ] {
        let output = run(wrong, &[]).await;
        code(&output, 2);
        assert!(stdout(&output).is_empty() && !stderr(&output).is_empty(), "{wrong:?}");
    }
}

#[tokio::test]
async fn arguments_are_read_by_the_schema_and_from_json() {
    let args = ["call", "list-pods", "--arg", "limit=1", "--json", r#"{"detail":"full"}"#, "--sandbox"];
    let output = run(&args, &[]).await;
    code(&output, 0);
}

#[tokio::test]
async fn the_three_examples_of_runpods_own_server_run_as_they_stand() {
    let image = "imageName=runpod/pytorch:2.1.0-py3.10-cuda11.8.0-devel-ubuntu22.04";
    let pods = run(&["call", "list-pods", "--sandbox"], &[]).await;
    code(&pods, 0);
    let gpu = "gpuTypeIds=NVIDIA GeForce RTX 4090";
    let pod = ["--arg", "name=test-pod", "--arg", image, "--arg", gpu, "--arg", "gpuCount=1"];
    let pod = run(&[&["call", "create-pod", "--sandbox"], &pod[..]].concat(), &[]).await;
    code(&pod, 0);
    let pod: Value = serde_json::from_str(stdout(&pod)).unwrap();
    assert_eq!(pod["gpu"]["id"], "NVIDIA GeForce RTX 4090");
    let endpoint = [
        "--arg",
        "name=test",
        "--arg",
        "imageName=runpod/test-output:0.0.1",
        "--arg",
        "gpuPoolIds=AMPERE_80",
        "--arg",
        "workersMin=0",
        "--arg",
        "workersMax=3",
    ];
    let endpoint = run(&[&["call", "create-endpoint", "--sandbox"], &endpoint[..]].concat(), &[]).await;
    code(&endpoint, 0);
    let endpoint: Value = serde_json::from_str(stdout(&endpoint)).unwrap();
    assert_eq!(endpoint["gpu"]["pools"], json!(["AMPERE_80"]), "{endpoint}");
    assert_eq!((&endpoint["workers"]["min"], &endpoint["workers"]["max"]), (&json!(0), &json!(3)));
}

#[tokio::test]
async fn the_demo_shows_the_whole_way() {
    let output = run(&["demo"], &[]).await;
    code(&output, 0);
    let text = stdout(&output);
    let mut at = 0;
    for word in [
        "list-gpu-types",
        "NVIDIA GeForce RTX 4090",
        "$",
        "stock",
        "create-pod",
        "RUNNING after",
        "create-endpoint",
        "get-billing",
        "pod gpu",
        "delete-endpoint",
        "delete-pod",
        "no Pods",
        "no endpoints",
        "Done",
    ] {
        at += text[at..].find(word).unwrap_or_else(|| panic!("{word} is missing after:\n{text}"));
    }
    let said = stderr(&output);
    assert!(
        !said.is_empty() && said.lines().all(|line| line.starts_with("Pod ") || line.starts_with("job ")),
        "progress only: {said}"
    );
    code(&run(&["--read-only", "demo"], &[]).await, 2);
}

#[tokio::test]
async fn links_are_for_people_pages_and_programs() {
    let listed = run(&["links", "--json"], &[]).await;
    code(&listed, 0);
    let listed: Value = serde_json::from_str(stdout(&listed)).unwrap();
    let listed = listed.as_array().unwrap();
    assert_eq!(listed.len(), 10, "five clients, hosted and local");
    for link in listed {
        assert!(link["web"].as_str().unwrap().starts_with("https://"), "{link}");
    }
    let table = run(&["links"], &[]).await;
    code(&table, 0);
    for (line, link) in stdout(&table).lines().zip(listed) {
        assert!(line.ends_with(link["app"].as_str().unwrap()), "{line}");
    }
    let page = run(&["links", "--markdown", "--mode", "local", "--package", "runpod-mcp@1.2.3"], &[]).await;
    code(&page, 0);
    assert_eq!(stdout(&page).lines().count(), 7);
    assert!(stdout(&page).contains("arg=runpod-mcp%401.2.3"), "{}", stdout(&page));
}

#[tokio::test]
async fn a_link_takes_no_address_that_could_carry_a_secret_or_travel_in_clear() {
    let good = run(&["links", "--mode", "hosted"], &[("RUNPOD_MCP_URL", "https://example.com/mcp")]).await;
    code(&good, 0);
    assert!(stdout(&good).contains("https%3A%2F%2Fexample.com%2Fmcp"), "{}", stdout(&good));
    for url in
        ["http://example.com/", "https://key@example.com/", "https://example.com/?key=rpa_x", "example.com"]
    {
        code(&run(&["links", "--url", url], &[]).await, 2);
        code(&run(&["links"], &[("RUNPOD_MCP_URL", url)]).await, 2);
    }
    code(&run(&["--read-only", "links"], &[]).await, 2);
}

#[tokio::test]
async fn without_a_key_a_call_fails_with_every_way_to_give_one() {
    let output = run(&["call", "list-pods"], &[]).await;
    code(&output, 1);
    let answer: Value = serde_json::from_str(stdout(&output)).unwrap();
    assert_eq!(answer["code"], "no_key");
}

#[tokio::test]
async fn tools_lists_what_a_client_is_offered() {
    let output = run(&["tools", "--json"], &[]).await;
    code(&output, 0);
    let listed: Value = serde_json::from_str(stdout(&output)).unwrap();
    let mut session = Session::spawn(&["serve"], &[]);
    session.initialize("2025-11-25").await;
    let offered = session.ask(1, "tools/list", json!({})).await["result"].clone();
    session.end().await;
    assert_eq!(listed.to_string(), offered.to_string());

    let lines = run(&["tools", "--toolsets=pods", "--exclude-tools=get-pod"], &[]).await;
    code(&lines, 0);
    let names: Vec<_> = stdout(&lines).lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(
        names.contains(&"list-pods") && !names.contains(&"get-pod") && !names.contains(&"list-endpoints")
    );

    let wrong = run(&["tools", "--toolsets=podz"], &[]).await;
    code(&wrong, 2);
    assert!(stderr(&wrong).contains("there are all, core, pods"), "{}", stderr(&wrong));
}

#[tokio::test]
async fn settings_may_stand_before_or_behind_the_verb() {
    let before = run(&["--read-only", "tools"], &[]).await;
    let behind = run(&["tools", "--read-only"], &[]).await;
    assert_eq!(stdout(&before), stdout(&behind));
    assert!(!stdout(&before).contains("delete-pod"));
    let back = run(&["--read-only", "tools", "--read-only=false"], &[]).await;
    assert!(stdout(&back).contains("delete-pod"));
    let nonsense = run(&["--read-only", "completions", "bash"], &[]).await;
    code(&nonsense, 2);
}

#[tokio::test]
async fn a_typo_in_the_environment_stops_the_start() {
    for verb in [&["serve"][..], &["tools"], &["call", "list-pods"], &[]] {
        let output = run(verb, &[("RUNPOD_MCP_REDONLY", "1")]).await;
        code(&output, 2);
        assert!(stderr(&output).contains("did you mean RUNPOD_MCP_READ_ONLY"), "{}", stderr(&output));
    }
}

#[tokio::test]
async fn print_config_shows_values_and_origins_and_no_secret() {
    let env = [("RUNPOD_API_KEY", "rpa_CANARY"), ("RUNPOD_MCP_DETAIL", "full")];
    let output = run(&["--print-config", "--read-only"], &env).await;
    code(&output, 0);
    let line = |key: &str| {
        let line = stdout(&output).lines().find(|line| line.split_whitespace().next() == Some(key));
        line.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("read-only"), "read-only true --read-only");
    assert_eq!(line("detail"), "detail full $RUNPOD_MCP_DETAIL");
    assert_eq!(line("log"), "log - default");
    assert!(!stdout(&output).contains("CANARY"));
}

#[tokio::test]
async fn foreign_hosts_are_named_at_the_start() {
    let env = [("RUNPOD_API_BASE_URL", "https://proxy.example")];
    let end = Session::spawn(&["serve"], &env).end().await;
    assert!(end.stderr.contains("REST v2 is not at Runpod: https://proxy.example/v2"), "{}", end.stderr);
    assert!(!Session::spawn(&["serve"], &[]).end().await.stderr.contains("not at Runpod"));
}

#[tokio::test]
async fn whoever_stops_reading_is_no_failure() {
    let mut child = command(&["tools", "--json"], &[]).spawn().unwrap();
    drop(child.stdout.take());
    assert!(child.wait().await.unwrap().success());
}

#[tokio::test]
async fn completions_know_the_verbs() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = run(&["completions", shell], &[]).await;
        code(&output, 0);
        assert!(stdout(&output).contains("list") || stdout(&output).contains("sandbox"), "{shell}");
    }
    code(&run(&["completions", "cmd"], &[]).await, 2);
}

#[tokio::test]
async fn the_sandbox_alone_prints_where_it_is_and_serves_another_process() {
    use tokio::io::{AsyncBufReadExt, BufReader};
    let mut sandbox =
        command(&["sandbox", "--listen", "127.0.0.1:0", "--seed", "empty"], &[]).spawn().unwrap();
    let mut lines = BufReader::new(sandbox.stdout.take().unwrap()).lines();
    let mut env = Vec::new();
    while let Some(line) = lines.next_line().await.unwrap() {
        let pair =
            line.strip_prefix("export ").and_then(|pair| pair.split_once('=')).expect("an export line");
        env.push((pair.0.to_owned(), pair.1.to_owned()));
        if pair.0 == "CONSOLE_BASE_URL" {
            break;
        }
    }
    let env: Vec<_> = env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let output = run(&["call", "list-pods"], &env).await;
    code(&output, 0);
    assert!(stdout(&output).contains("\"items\":[]"));
    assert!(!stderr(&output).contains("both set"), "{}", stderr(&output));
    sandbox.kill().await.unwrap();

    for wrong in [["--seed", "big"], ["--clock", "x0"], ["--without", "gpus"], ["--listen", "nowhere"]] {
        code(&run(&["sandbox", wrong[0], wrong[1]], &[]).await, 2);
    }
    let scenario = run(&["sandbox", "--listen", "127.0.0.1:0", "--scenario", "/no/such/file"], &[]).await;
    code(&scenario, 1);
}

#[tokio::test]
async fn changes_leave_an_audit_line_and_reading_does_not() {
    let mut session = Session::spawn(&["serve", "--sandbox"], &[]);
    session.initialize("2025-11-25").await;
    session.ask(1, "tools/call", json!({"name": "list-pods"})).await;
    let delete = json!({"name": "delete-pod", "arguments": {"podId": "nosuchpod"}});
    session.ask(2, "tools/call", delete).await;
    let stderr = session.end().await.stderr;
    let audit: Vec<_> = stderr.lines().filter(|line| line.contains("runpod_mcp::audit")).collect();
    let [line] = audit.as_slice() else { panic!("one line: {stderr}") };
    for word in ["delete-pod", "podId=nosuchpod", "Destroys"] {
        assert!(line.contains(word), "{word}: {line}");
    }
}

#[tokio::test]
async fn a_cancelled_change_that_was_sent_ends_alone_and_both_are_in_the_audit() {
    let sim = Sim::builder().seed(Seed::Empty).clock(Pace::Manual).start().await.unwrap();
    let slow = Action::slow(std::time::Duration::from_secs(5));
    sim.faults().add(Match::operation("createNetworkVolume").then(slow));
    let v2 = sim.rest_v2_url();
    let mut session =
        Session::spawn(&[], &[("RUNPOD_API_KEY", sim.key()), ("RUNPOD_REST_V2_API_URL", v2.as_str())]);
    session.initialize("2025-11-25").await;
    let args = json!({"name": "a", "size": 10, "dataCenterId": "US-KS-2"});
    let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": "create-network-volume", "arguments": args}});
    session.line(&call.to_string()).await;
    while sim.journal().count("createNetworkVolume") == 0 {
        tokio::task::yield_now().await;
    }
    session.line(r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#).await;
    session.ask(2, "ping", json!({})).await;
    sim.clock().advance(std::time::Duration::from_secs(6));
    let end = session.end().await;
    assert!(end.said.is_empty(), "a cancelled call is not answered");
    let audit: Vec<_> = end.stderr.lines().filter(|line| line.contains("runpod_mcp::audit")).collect();
    let [left, late] = audit.as_slice() else { panic!("two lines: {}", end.stderr) };
    assert!(
        left.contains("cancelled") && late.contains("done late") && late.contains("status=201"),
        "{audit:?}"
    );
}

#[tokio::test]
async fn a_key_and_the_secrets_of_a_call_are_never_logged() {
    let sim = Sim::builder().seed(Seed::Empty).clock(Pace::Real).start().await.unwrap();
    sim.add_key("rpa_CANARYKEY");
    sim.faults().add(Match::operation("getPod").then(Action::html_bad_gateway()));
    let v2 = sim.rest_v2_url();
    for level in ["off", "error", "warn", "info", "debug", "trace"] {
        let env = [
            ("RUNPOD_API_KEY", "rpa_CANARYKEY"),
            ("RUNPOD_REST_V2_API_URL", &v2),
            ("RUNPOD_MCP_LOG", level),
            ("MCP_VERBOSE_LOGS", if level == "trace" { "true" } else { "" }),
        ];
        let mut session = Session::spawn(&["serve"], &env);
        session.initialize("2025-11-25").await;
        let secret = json!({"imageName": "a", "gpuTypeIds": ["NVIDIA L4"], "env": {"TOKEN": "CANARYENV"},
            "name": "CANARYNAME"});
        for (name, arguments) in [
            ("create-pod", secret),
            ("create-pod", json!({"env": "CANARYENV", "rpa_CANARYARG": 1})),
            ("get-pod", json!({"podId": "abc"})),
            ("get-pod", json!({"podId": "rpa_CANARYID\n{\"level\":\"error\"}"})),
            ("rpa_CANARYTOOL", json!({})),
        ] {
            session.ask(1, "tools/call", json!({"name": name, "arguments": arguments})).await;
        }
        session.refused("{\"key\": \"rpa_CANARYLINE\" oops").await;
        let end = session.end().await;
        assert!(!end.stderr.contains("CANARY"), "{level}: {}", end.stderr);
        assert!(end.stderr.lines().all(|line| !line.starts_with('{')), "{level}: {}", end.stderr);
    }
}
