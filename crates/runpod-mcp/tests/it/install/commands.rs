//! `add`, `remove`, `status` and `config-edit` by the real binary, each with a home of its own.

use std::fs;
use std::path::PathBuf;
use std::process::{Output, Stdio};

use runpod_sim::{Pace, Seed, Sim};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;

use crate::session::command;

struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a home"))
    }

    fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    fn write(&self, below: &str, text: &str) {
        fs::create_dir_all(self.path(below).parent().expect("a parent")).expect("a folder");
        fs::write(self.path(below), text).expect("written");
    }

    fn text(&self, below: &str) -> String {
        fs::read_to_string(self.path(below)).expect("a file")
    }

    async fn run(&self, args: &[&str], env: &[(&str, &str)], input: &str) -> Output {
        let home = self.0.path().to_str().expect("text");
        let both = [&[("HOME", home), ("USERPROFILE", home)], env].concat();
        let mut command = command(args, &both);
        let mut child =
            command.current_dir(self.0.path()).stdin(Stdio::piped()).spawn().expect("the binary runs");
        let mut stdin = child.stdin.take().expect("piped");
        // Whoever needs no input may be gone already.
        drop(stdin.write_all(input.as_bytes()).await);
        drop(stdin);
        child.wait_with_output().await.expect("the binary ends")
    }

    async fn json(&self, args: &[&str]) -> Value {
        let output = self.run(args, &[], "").await;
        serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {output:?}"))
    }
}

fn both(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[track_caller]
fn code(output: &Output, expected: i32) {
    assert_eq!(output.status.code(), Some(expected), "{}", both(output));
}

#[tokio::test]
async fn what_is_added_is_shown_by_status_and_removed_to_the_byte() {
    let home = Home::new();
    let before = "{\n  \"mcpServers\": {\n    \"other\": { \"command\": \"x\" } // mine\n  }\n}\n";
    home.write(".cursor/mcp.json", before);
    home.write(".codex/config.toml", "model = \"x\"  # keep\n");
    let clients = ["--client", "cursor,codex,claude-desktop", "--yes"];
    let added = home.run(&[&["add"], &clients[..]].concat(), &[], "").await;
    code(&added, 0);
    assert!(both(&added).contains("Runpod's own hosted server"), "{}", both(&added));
    assert!(home.text(".cursor/mcp.json").contains("\"url\": \"https://mcp.getrunpod.io/\""));
    // Claude Desktop's file knows programs only.
    let desktop = status(&home, "claude-desktop").await;
    assert_eq!(
        (&desktop["mode"], desktop["reaches"].as_str().map(|text| text.contains("bridge https://mcp"))),
        (&json!("bridge"), Some(true))
    );
    assert_eq!(status(&home, "codex").await["mode"], "hosted");
    let removed = home.run(&[&["remove"], &clients[..]].concat(), &[], "").await;
    code(&removed, 0);
    assert_eq!(home.text(".cursor/mcp.json"), before);
    assert_eq!(home.text(".codex/config.toml"), "model = \"x\"  # keep\n");
    let again = home.json(&["remove", "--client", "cursor", "--json"]).await;
    assert_eq!(again["clients"][0]["outcome"], "nothing_to_remove");
}

async fn status(home: &Home, id: &str) -> Value {
    let all = home.json(&["status", "--json"]).await;
    let entries = all["entries"].as_array().expect("entries");
    entries.iter().find(|entry| entry["id"] == id).cloned().unwrap_or_else(|| panic!("{all}"))
}

#[tokio::test]
async fn a_local_server_is_this_binary_with_its_settings_and_no_key() {
    let home = Home::new();
    let told = home
        .json(&["add", "--client", "claude-code", "--mode", "local", "--sandbox", "--read-only", "--json"])
        .await;
    assert_eq!(told["schema"], 1);
    assert_eq!((&told["mode"], &told["key"]["verified"]), (&json!("local"), &Value::Null));
    assert_eq!(told["clients"][0]["outcome"], "written");
    let entry: Value = serde_json::from_str(&home.text(".claude.json")).expect("JSON");
    let entry = &entry["mcpServers"]["runpod"];
    assert_eq!(entry["args"], json!(["serve", "--sandbox", "--read-only"]), "{entry}");
    assert!(PathBuf::from(entry["command"].as_str().expect("a path")).is_absolute());
    assert!(entry.get("env").is_none(), "{entry}");
}

#[tokio::test]
async fn a_dry_run_shows_the_difference_without_the_key_and_writes_nothing() {
    let home = Home::new();
    home.write(".cursor/mcp.json", "{\n  \"mcpServers\": {}\n}\n");
    let args = [
        "add",
        "--client",
        "cursor",
        "--mode",
        "local",
        "--auth",
        "inline",
        "--dry-run",
        "--no-verify",
        "--yes",
    ];
    let output = home.run(&args, &[("RUNPOD_API_KEY", "rpa_CANARY_0123456789")], "").await;
    code(&output, 0);
    let text = both(&output);
    assert!(text.contains("would write") && text.contains("+    \"runpod\": {"), "{text}");
    assert!(!text.contains("CANARY"), "{text}");
    assert_eq!(home.text(".cursor/mcp.json"), "{\n  \"mcpServers\": {}\n}\n");
}

#[tokio::test]
async fn a_key_is_verified_before_anything_is_written() {
    let sim = Sim::builder().seed(Seed::Empty).clock(Pace::Real).start().await.expect("a twin");
    sim.add_key("rpa_GOODKEY_0123456789");
    let v2 = sim.rest_v2_url();
    let env = [("RUNPOD_REST_V2_API_URL", v2.as_str())];
    let args = ["add", "--client", "cursor", "--auth", "header", "--api-key-stdin", "--json"];
    let home = Home::new();
    let rejected = home.run(&args, &env, "rpa_WRONGKEY_0123456789\n").await;
    code(&rejected, 3);
    assert!(
        both(&rejected).contains("rejects this key") && !both(&rejected).contains("WRONGKEY"),
        "{}",
        both(&rejected)
    );
    assert!(!home.path(".cursor").exists());

    let good = home.run(&args, &env, "rpa_GOODKEY_0123456789\n").await;
    code(&good, 0);
    assert!(!both(&good).contains("GOODKEY"), "{}", both(&good));
    let told: Value = serde_json::from_slice(&good.stdout).expect("JSON");
    assert_eq!(told["key"]["verified"], true);
    let text = home.text(".cursor/mcp.json");
    assert!(text.contains("\"Authorization\": \"Bearer rpa_GOODKEY_0123456789\""), "{text}");
    let shown = status(&home, "cursor").await;
    assert_eq!((&shown["key_ends_with"], &shown["readable_by_others"]), (&json!("6789"), &json!(false)));
    assert!(!shown.to_string().contains("GOODKEY"), "{shown}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(home.path(".cursor/mcp.json")).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[tokio::test]
async fn a_key_that_nobody_can_verify_is_said_to_be_unverified() {
    let home = Home::new();
    // Nobody listens there.
    let env =
        [("RUNPOD_REST_V2_API_URL", "http://127.0.0.1:9/v2"), ("RUNPOD_API_KEY", "rpa_SOMEKEY_0123456789")];
    let output = home.run(&["add", "--client", "cursor", "--mode", "local", "--yes"], &env, "").await;
    code(&output, 0);
    assert!(both(&output).contains("could not be verified"), "{}", both(&output));
    assert!(!home.text(".cursor/mcp.json").contains("SOMEKEY"));
}

#[tokio::test]
async fn what_cannot_work_is_refused_and_says_what_can() {
    let home = Home::new();
    home.write(".claude.json", "{ // mine\n}\n");
    let told = home.json(&["add", "--client", "antigravity,claude-code,amp", "--json"]).await;
    let client = |index: usize| &told["clients"][index];
    assert_eq!(
        (&client(0)["outcome"], &client(0)["reason_code"]),
        (&json!("refused"), &json!("cannot_sign_in"))
    );
    assert!(client(0)["message"].as_str().is_some_and(|text| text.contains("--auth inline")), "{told}");
    assert_eq!((&client(1)["outcome"], &client(1)["reason_code"]), (&json!("refused"), &json!("broken")));
    assert_eq!(client(2)["outcome"], "written");
    let output = home.run(&["add", "--client", "claude-code", "--yes"], &[], "").await;
    code(&output, 1);
    assert!(both(&output).contains("by hand, this belongs there"), "{}", both(&output));
    assert_eq!(home.text(".claude.json"), "{ // mine\n}\n");
}

#[tokio::test]
async fn what_is_not_understood_is_a_usage_error_and_nobody_is_asked() {
    let home = Home::new();
    for wrong in [
        &["add"][..],
        &["remove"],
        &["add", "--client", "curser"],
        &["add", "--client", "cursor", "--url", "http://mcp.example.org/"],
        &["add", "--client", "cursor", "--mode", "local", "--auth", "oauth"],
        &["add", "--client", "cursor", "--mode", "hosted", "--auth", "keyring"],
        &["add", "--client", "cursor", "--mode", "hosted", "--sandbox"],
        &["add", "--client", "cursor", "--auth", "inline"],
        &["add", "--client", "cursor", "--scope", "world"],
        &["add", "--client", "cursor", "--command", "runpod-mcp"],
        &["add", "--client", "cursor", "--name", "a b"],
        &["add", "--client", "cursor", "--all"],
        &["add", "--client", "cursor", "--api-key", "rpa_x"],
    ] {
        let output = home.run(wrong, &[], "").await;
        code(&output, 2);
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{wrong:?}");
    }
    let bad =
        home.run(&["add", "--client", "cursor"], &[("RUNPOD_MCP_URL", "http://mcp.example.org")], "").await;
    code(&bad, 2);
    assert!(both(&bad).contains("RUNPOD_MCP_URL"), "{}", both(&bad));
    assert!(both(&home.run(&["add", "--client", "curser"], &[], "").await).contains("did you mean cursor?"));
    code(&home.run(&["add", "--detected"], &[], "").await, 4);
    assert_eq!(fs::read_dir(home.0.path()).expect("a home").count(), 0);
}

#[tokio::test]
async fn the_address_may_come_from_the_environment_and_the_server_does_not_mind() {
    let home = Home::new();
    let env = [("RUNPOD_MCP_URL", "http://127.0.0.1:8471/mcp")];
    code(&home.run(&["add", "--client", "cursor"], &env, "").await, 0);
    assert!(home.text(".cursor/mcp.json").contains("http://127.0.0.1:8471/mcp"));
    code(&home.run(&["tools"], &env, "").await, 0);
}

#[tokio::test]
async fn what_to_paste_is_printed_and_nothing_is_written() {
    let home = Home::new();
    let output = home
        .run(
            &["add", "--client", "codex,goose,vscode", "--mode", "local", "--auth", "inline", "--print"],
            &[],
            "",
        )
        .await;
    code(&output, 0);
    let text = both(&output);
    for part in ["[mcp_servers.runpod]", "extensions:\n  runpod:", "\"servers\": {"] {
        assert!(text.contains(part), "{text}");
    }
    assert_eq!(fs::read_dir(home.0.path()).expect("a home").count(), 0);
}

#[tokio::test]
async fn the_editor_says_one_word_and_exits_by_it() {
    let home = Home::new();
    home.write("a.json", "{\"m\":{}}");
    let file = home.path("a.json").to_str().expect("text").to_owned();
    let edit = async |format: &str, what: &[&str]| {
        let args =
            [&["config-edit", "--format", format, "--path", "m", "--name", "me"], what, &[file.as_str()]]
                .concat();
        let output = home.run(&args, &[], "{\"env\":{\"K\":\"rpa_CANARY_012345\"}}").await;
        assert!(!both(&output).contains("CANARY"), "{}", both(&output));
        (String::from_utf8_lossy(&output.stdout).trim().to_owned(), output.status.code().expect("a code"))
    };
    let said = |word: &str, code: i32| (word.to_owned(), code);
    assert_eq!(edit("json", &["--remove"]).await, said("nothing_to_remove", 0));
    assert_eq!(edit("json", &["--set", "-", "--dry-run"]).await, said("would_write", 0));
    assert_eq!(edit("json", &["--set", "-"]).await, said("written", 0));
    assert_eq!(edit("json", &["--set", "-"]).await, said("unchanged", 0));
    assert_eq!(edit("toml", &["--remove"]).await, said("refused", 1));
    assert_eq!(edit("json", &["--remove"]).await, said("removed", 0));
    assert_eq!(home.text("a.json"), "{\"m\":{}}");
    assert_eq!(edit("json", &["--set", "{"]).await, said("", 2));
    assert_eq!(edit("json", &[]).await, said("", 2));
}

#[cfg(unix)]
#[tokio::test]
async fn no_program_of_a_client_is_ever_run_wherever_it_lies() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    let planted = format!("#!/bin/sh\necho \"$0\" >> {}\n", home.path("ran").display());
    // A home may well be a project, and a project may have a folder of programs.
    home.write("package.json", "{}");
    for program in ["claude", "codex", "bin/claude", "bin/codex", "node_modules/.bin/claude", "npx"] {
        home.write(program, &planted);
        fs::set_permissions(home.path(program), fs::Permissions::from_mode(0o755)).expect("chmod");
    }
    let path = format!("{}:.", home.path("bin").display());
    let env = [("PATH", path.as_str()), ("RUNPOD_API_KEY", "rpa_$(touch ran)`touch ran`")];
    let args = ["add", "--detected", "--mode", "local", "--auth", "inline", "--no-verify", "--yes"];
    let added = home.run(&args, &env, "").await;
    code(&added, 2);
    let env = [("PATH", path.as_str()), ("RUNPOD_API_KEY", "rpa_$(touch_ran)`touch_ran`;touch_ran")];
    let added = home.run(&args, &env, "").await;
    code(&added, 0);
    assert!(home.text(".codex/config.toml").contains("touch_ran"), "{}", both(&added));
    code(&home.run(&["remove", "--detected", "--yes"], &env, "").await, 0);
    assert!(!home.path("ran").exists(), "{}", home.text("ran"));
}

#[tokio::test]
async fn without_a_home_nothing_is_guessed() {
    for home in ["", "relative"] {
        let env = [("HOME", home), ("USERPROFILE", home)];
        let output =
            command(&["add", "--client", "cursor", "--yes"], &env).output().await.expect("the binary runs");
        code(&output, 1);
        assert!(both(&output).contains("names no folder"), "{}", both(&output));
    }
}
