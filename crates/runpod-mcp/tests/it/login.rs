//! `login`, `logout` and `doctor`, by the real binary, in a home of its own. No keyring is ever touched: the
//! environment of these processes names no session bus, and the store is files.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use runpod_sim::{Action, Match, Seed, Sim};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use crate::session::command;

/// A home, and a twin in the place of Runpod.
struct House {
    home: tempfile::TempDir,
    sim: Sim,
}

impl House {
    async fn new() -> Self {
        let sim = Sim::start(Seed::Empty).await.unwrap();
        sim.add_key("rpa_CANARYKEY");
        Self { home: tempfile::tempdir().unwrap(), sim }
    }

    fn path(&self, inside: &str) -> PathBuf {
        self.home.path().join(inside)
    }

    fn kept(&self) -> Option<String> {
        std::fs::read_to_string(self.path("data/runpod-mcp/account-key"))
            .ok()
            .map(|text| text.trim().to_owned())
    }

    async fn run(&self, args: &[&str], typed: &str) -> Output {
        self.run_with(args, typed, &[]).await
    }

    async fn run_with(&self, args: &[&str], typed: &str, more: &[(&str, &str)]) -> Output {
        let home = self.home.path().to_str().unwrap().to_owned();
        let (data, v2, v1) = (self.path("data"), self.sim.rest_v2_url(), self.sim.rest_v1_url());
        let (serverless, graphql) = (self.sim.serverless_url(), self.sim.graphql_url());
        let mut env = vec![
            ("HOME", home.as_str()),
            ("USERPROFILE", &home),
            ("XDG_DATA_HOME", data.to_str().unwrap()),
            ("RUNPOD_MCP_KEY_STORE", "file"),
            ("RUNPOD_REST_V2_API_URL", &v2),
            ("RUNPOD_REST_API_URL", &v1),
            ("RUNPOD_SERVERLESS_API_URL", &serverless),
            ("RUNPOD_AUTHED_GRAPHQL_URL", &graphql),
            ("RUNPOD_PUBLIC_GRAPHQL_URL", &graphql),
        ];
        env.extend(more);
        let mut child = command(args, &env).stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // Whoever does not read it has failed already, and says so in its exit code.
        drop(stdin.write_all(typed.as_bytes()).await);
        drop(stdin);
        child.wait_with_output().await.unwrap()
    }
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[track_caller]
fn code(output: &Output, expected: i32) -> String {
    let out = String::from_utf8(output.stdout.clone()).unwrap();
    assert_eq!(output.status.code(), Some(expected), "{out}\n{}", said(output));
    assert!(!out.contains("CANARY") && !said(output).contains("CANARY"), "{out}\n{}", said(output));
    out
}

#[tokio::test]
async fn a_key_is_kept_once_and_found_by_every_server_until_logout() {
    let house = House::new().await;
    let login = house.run(&["login", "--api-key-stdin"], "rpa_CANARYKEY\n").await;
    assert_eq!(code(&login, 0), "");
    assert_eq!(house.kept().as_deref(), Some("rpa_CANARYKEY"));
    code(&house.run(&["call", "list-pods"], "").await, 0);

    let logout = house.run(&["logout"], "").await;
    code(&logout, 0);
    assert!(
        said(&logout).contains(house.path("data").to_str().unwrap()),
        "says from where: {}",
        said(&logout)
    );
    assert_eq!(house.kept(), None);
    let call = code(&house.run(&["call", "list-pods"], "").await, 1);
    assert!(call.contains("runpod-mcp login"), "{call}");
    assert!(said(&house.run(&["logout"], "").await).contains("No key kept"));
}

#[tokio::test]
async fn a_rejected_key_keeps_nothing_and_leaves_what_was_there() {
    let house = House::new().await;
    let rejected = house.run(&["login", "--api-key-stdin"], "rpa_CANARYWRONG").await;
    code(&rejected, 3);
    assert!(said(&rejected).contains("rejects this key; nothing is kept"), "{}", said(&rejected));
    assert_eq!(house.kept(), None);
    code(&house.run(&["login", "--api-key-stdin"], "rpa_CANARYKEY").await, 0);
    code(&house.run(&["login", "--api-key-stdin"], "rpa_CANARYWRONG").await, 3);
    assert_eq!(house.kept().as_deref(), Some("rpa_CANARYKEY"));
}

#[tokio::test]
async fn a_runpod_that_cannot_be_asked_is_another_answer() {
    let house = House::new().await;
    let nowhere = [("RUNPOD_REST_V2_API_URL", "http://127.0.0.1:1/v2")];
    let failed = house.run_with(&["login", "--api-key-stdin"], "rpa_CANARYKEY", &nowhere).await;
    code(&failed, 1);
    assert!(said(&failed).contains("could not be asked") && said(&failed).contains("--no-verify"));
    assert_eq!(house.kept(), None);
    let unchecked = ["login", "--api-key-stdin", "--no-verify"];
    code(&house.run_with(&unchecked, "rpa_CANARYKEY", &nowhere).await, 0);
    assert!(house.kept().is_some());
}

#[tokio::test]
async fn a_key_comes_from_a_variable_or_stdin_and_never_from_an_argument() {
    let house = House::new().await;
    let mine = [("MY_KEY", "rpa_CANARYKEY")];
    code(&house.run_with(&["login", "--api-key-env", "MY_KEY"], "", &mine).await, 0);
    assert!(house.kept().is_some());
    for wrong in [
        &["login"][..],
        &["login", "--api-key", "x"],
        &["login", "--api-key-env", "UNSET"],
        &["login", "--api-key-env", "A", "--api-key-stdin"],
        &["logout", "ftp://x"],
    ] {
        code(&house.run(wrong, "").await, 2);
    }
    for odd in ["", "two words CANARY", "CANARY\u{7f}"] {
        code(&house.run(&["login", "--api-key-stdin"], odd).await, 2);
    }
}

#[tokio::test]
async fn the_sandbox_takes_its_own_look_at_a_key() {
    let house = House::new().await;
    code(&house.run(&["login", "--sandbox", "--api-key-stdin"], "rpa_CANARYWRONG").await, 3);
    assert_eq!(house.sim.journal().count("listPods"), 0);
}

fn checks(output: &str) -> Vec<Value> {
    let report: Value = serde_json::from_str(output).unwrap();
    assert_eq!((&report["schema"], &report["action"]), (&1.into(), &"doctor".into()));
    report["checks"].as_array().unwrap().clone()
}

fn of<'a>(checks: &'a [Value], name: &str) -> &'a Value {
    checks.iter().find(|check| check["name"].as_str().unwrap().starts_with(name)).expect(name)
}

#[tokio::test]
async fn a_doctor_finds_nothing_wrong_in_a_sandbox() {
    let house = House::new().await;
    let report = code(&house.run(&["doctor", "--sandbox", "--json"], "").await, 0);
    let checks = checks(&report);
    assert!(checks.iter().all(|check| check["outcome"] == "ok"), "{report}");
    for name in ["key", "proxy", "host REST v2", "clock", "entry of this program"] {
        of(&checks, name);
    }
    let text = code(&house.run(&["doctor", "--sandbox"], "").await, 0);
    assert!(text.lines().all(|line| line.starts_with("ok   ")), "{text}");
}

#[tokio::test]
async fn a_doctor_names_the_hop_that_fails_and_what_to_do() {
    let house = House::new().await;
    let report = code(&house.run(&["doctor", "--json"], "").await, 1);
    let key = of(&checks(&report), "key").clone();
    assert_eq!(key["outcome"], "fail");
    for way in ["runpod-mcp login", "RUNPOD_API_KEY", "runpodctl", "--sandbox"] {
        assert!(key["remedy"].as_str().unwrap().contains(way), "{key}");
    }

    let gone = [("RUNPOD_SERVERLESS_API_URL", "http://127.0.0.1:1/v2"), ("RUNPOD_API_KEY", "rpa_CANARYKEY")];
    let report = code(&house.run_with(&["doctor", "--json"], "", &gone).await, 1);
    let found = checks(&report);
    assert_eq!(of(&found, "key")["outcome"], "ok");
    assert_eq!(
        (&of(&found, "host Serverless")["outcome"], &of(&found, "host REST v2")["outcome"]),
        (&"fail".into(), &"ok".into())
    );

    let wrong = [("RUNPOD_API_KEY", "rpa_CANARYWRONG")];
    let report = code(&house.run_with(&["doctor", "--json"], "", &wrong).await, 3);
    assert!(of(&checks(&report), "key")["finding"].as_str().unwrap().contains("rejected"), "{report}");
}

#[tokio::test]
async fn a_key_that_could_not_be_asked_about_is_no_rejected_one() {
    let house = House::new().await;
    house.sim.faults().add(Match::operation("listPods").then(Action::html_bad_gateway()));
    let mine = [("RUNPOD_API_KEY", "rpa_CANARYKEY")];
    let report = code(&house.run_with(&["doctor", "--json"], "", &mine).await, 0);
    assert_eq!(of(&checks(&report), "key")["outcome"], "warn", "{report}");
}

#[tokio::test]
async fn a_doctor_starts_what_the_files_of_clients_say() {
    let house = House::new().await;
    let mine = [("RUNPOD_API_KEY", "rpa_CANARYKEY")];
    for (program, outcome) in [("/nonexistent/runpod-mcp", "fail"), (env!("CARGO_BIN_EXE_runpod-mcp"), "ok")]
    {
        let entry = json!({"type": "stdio", "command": program, "args": ["serve"]});
        let file = json!({"mcpServers": {"runpod": entry}}).to_string();
        std::fs::write(house.path(".claude.json"), file).unwrap();
        let report = house.run_with(&["doctor", "--json"], "", &mine).await;
        let report = code(&report, i32::from(outcome == "fail"));
        let check = of(&checks(&report), "entry of Claude Code").clone();
        assert_eq!(check["outcome"], outcome, "{check}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_loose_file_is_not_read() {
    use std::os::unix::fs::PermissionsExt;
    let house = House::new().await;
    code(&house.run(&["login", "--api-key-stdin"], "rpa_CANARYKEY").await, 0);
    let file: &Path = &house.path("data/runpod-mcp/account-key");
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let call = house.run(&["call", "list-pods"], "").await;
    code(&call, 1);
    assert!(said(&call).contains("chmod 600"), "{}", said(&call));
}
