//! Where clients keep their files on three systems, and the shape of every entry. The computer is made up.

use std::fs;
use std::path::{Path, PathBuf};

use runpod_mcp::config::Env;
use runpod_mcp::install::apply::{self, Mode, Offer, Order};
use runpod_mcp::install::client::Key;
use runpod_mcp::install::clients::{CLIENTS, find};
use runpod_mcp::install::file::Manner;
use runpod_mcp::install::hosted::{Host, OFFICIAL};
use runpod_mcp::install::launch::Launch;
use runpod_mcp::install::machine::{Machine, System};
use runpod_mcp::install::report::Report;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A computer in a folder of its own.
struct Desk {
    home: TempDir,
    system: System,
    env: Vec<(String, String)>,
}

impl Desk {
    fn new(system: System) -> Self {
        Self { home: tempfile::tempdir().expect("a home"), system, env: Vec::new() }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.replace('~', self.home.path().to_str().expect("text"))));
        self
    }

    fn folder(self, below: &str) -> Self {
        fs::create_dir_all(self.home.path().join(below)).expect("a folder");
        self
    }

    fn file(self, below: &str, text: &str) -> Self {
        let path = self.home.path().join(below);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
        self
    }

    fn machine(&self) -> Machine {
        let home = self.home.path().to_str().expect("text").to_owned();
        let name = if self.system == System::Windows { "USERPROFILE" } else { "HOME" };
        let env: Env = self.env.iter().cloned().chain([(name.to_owned(), home)]).collect();
        Machine::new(self.system, env, self.home.path().join("work")).expect("a home")
    }

    /// The files of a client, as paths below the home.
    fn files(&self, id: &str) -> Vec<String> {
        let seats = (find(id).expect("a client").seats)(&self.machine());
        seats.iter().map(|seat| self.below(&seat.target.path)).collect()
    }

    fn below(&self, path: &Path) -> String {
        let below = path.strip_prefix(self.home.path()).unwrap_or(path);
        below.components().map(|part| part.as_os_str().to_str().expect("text")).collect::<Vec<_>>().join("/")
    }

    fn add(&self, id: &str, mode: &Mode, key: Key<'_>) -> Vec<Report> {
        let machine = self.machine();
        let manner = Manner { dry_run: false, backup: true };
        let order = Order { machine: &machine, name: "runpod", project: None, manner };
        let launch = Launch { command: "/opt/runpod-mcp".to_owned(), args: Vec::new() };
        let offer = Offer { mode, key, launch: &launch, force: false };
        apply::add(find(id).expect("a client"), &order, &offer)
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.home.path().join(path)).expect("a file")
    }
}

fn local() -> Mode {
    Mode::Local(vec!["serve".to_owned()])
}

fn hosted() -> Mode {
    Mode::Hosted(Host::parse(OFFICIAL).expect("an address"))
}

#[test]
fn every_client_has_its_files_on_each_system() {
    let expected: [(&str, &str, &str, &str); 22] = [
        ("claude-code", ".claude.json", ".claude.json", ".claude.json"),
        (
            "claude-desktop",
            ".config/Claude/claude_desktop_config.json",
            "Library/Application Support/Claude/claude_desktop_config.json",
            "AppData/Roaming/Claude/claude_desktop_config.json",
        ),
        ("cursor", ".cursor/mcp.json", ".cursor/mcp.json", ".cursor/mcp.json"),
        (
            "windsurf",
            ".config/devin/mcp_config.json",
            ".config/devin/mcp_config.json",
            "AppData/Roaming/devin/mcp_config.json",
        ),
        (
            "vscode",
            ".config/Code/User/mcp.json",
            "Library/Application Support/Code/User/mcp.json",
            "AppData/Roaming/Code/User/mcp.json",
        ),
        (
            "vscode-insiders",
            ".config/Code - Insiders/User/mcp.json",
            "Library/Application Support/Code - Insiders/User/mcp.json",
            "AppData/Roaming/Code - Insiders/User/mcp.json",
        ),
        ("codex", ".codex/config.toml", ".codex/config.toml", ".codex/config.toml"),
        ("gemini-cli", ".gemini/settings.json", ".gemini/settings.json", ".gemini/settings.json"),
        (
            "antigravity",
            ".gemini/config/mcp_config.json",
            ".gemini/config/mcp_config.json",
            ".gemini/config/mcp_config.json",
        ),
        (
            "zed",
            ".config/zed/settings.json",
            ".config/zed/settings.json",
            "AppData/Roaming/Zed/settings.json",
        ),
        (
            "cline",
            ".cline/data/settings/cline_mcp_settings.json",
            ".cline/data/settings/cline_mcp_settings.json",
            ".cline/data/settings/cline_mcp_settings.json",
        ),
        (
            "opencode",
            ".config/opencode/opencode.jsonc",
            ".config/opencode/opencode.jsonc",
            ".config/opencode/opencode.jsonc",
        ),
        (
            "goose",
            ".config/goose/config.yaml",
            ".config/goose/config.yaml",
            "AppData/Roaming/Block/goose/config/config.yaml",
        ),
        ("copilot-cli", ".copilot/mcp-config.json", ".copilot/mcp-config.json", ".copilot/mcp-config.json"),
        ("junie", ".junie/mcp/mcp.json", ".junie/mcp/mcp.json", ".junie/mcp/mcp.json"),
        ("kiro", ".kiro/settings/mcp.json", ".kiro/settings/mcp.json", ".kiro/settings/mcp.json"),
        ("amp", ".config/amp/settings.json", ".config/amp/settings.json", ".config/amp/settings.json"),
        ("lm-studio", ".lmstudio/mcp.json", ".lmstudio/mcp.json", ".lmstudio/mcp.json"),
        ("continue", ".continue/config.yaml", ".continue/config.yaml", ".continue/config.yaml"),
        ("visual-studio", "", "", ".mcp.json"),
        ("warp", ".warp/.mcp.json", ".warp/.mcp.json", ".warp/.mcp.json"),
        ("qwen-code", ".qwen/settings.json", ".qwen/settings.json", ".qwen/settings.json"),
    ];
    let ids: Vec<_> = CLIENTS.iter().map(|client| client.id).collect();
    assert_eq!(ids, expected.map(|(id, ..)| id), "a client is missing here");
    let desks = [System::Linux, System::MacOs, System::Windows].map(Desk::new);
    for (id, linux, mac, windows) in expected {
        for (desk, path) in desks.iter().zip([linux, mac, windows]) {
            let paths: Vec<_> = Some(path).filter(|path| !path.is_empty()).into_iter().collect();
            assert_eq!(desk.files(id), paths, "{id} on {:?}", desk.system);
        }
    }
}

#[test]
fn blank_and_relative_variables_never_lead_into_the_folder_one_stands_in() {
    for value in ["", " ", "relative", "./x"] {
        let windows = Desk::new(System::Windows).with("APPDATA", value).with("LOCALAPPDATA", value);
        assert_eq!(windows.files("claude-desktop"), ["AppData/Roaming/Claude/claude_desktop_config.json"]);
        let linux = Desk::new(System::Linux).with("XDG_CONFIG_HOME", value).with("CODEX_HOME", value);
        assert_eq!(linux.files("amp"), [".config/amp/settings.json"]);
        assert_eq!(linux.files("codex"), [".codex/config.toml"]);
    }
    let named = Desk::new(System::Linux).with("XDG_CONFIG_HOME", "~/x").with("CODEX_HOME", "~/c");
    assert_eq!(named.files("opencode"), ["x/opencode/opencode.jsonc"]);
    assert_eq!(named.files("codex"), ["c/config.toml"]);
    // These two look below the home whatever that variable says.
    assert_eq!(named.files("copilot-cli"), [".copilot/mcp-config.json"]);
    assert_eq!(named.files("goose"), [".config/goose/config.yaml"]);
    // Claude Code itself takes a relative folder from where it is started.
    let claude = |value| Desk::new(System::Linux).with("CLAUDE_CONFIG_DIR", value).files("claude-code");
    assert_eq!(claude(""), [".claude.json"]);
    assert_eq!(claude("there"), ["work/there/.claude.json"]);
    assert_eq!(claude("~/there"), ["there/.claude.json"]);
}

#[test]
fn the_packaged_claude_desktop_has_a_file_of_its_own() {
    let packaged = "AppData/Local/Packages/Claude_pzs8sxrjxfjjc";
    let inside = format!("{packaged}/LocalCache/Roaming/Claude/claude_desktop_config.json");
    let desk = Desk::new(System::Windows).folder(packaged).folder("AppData/Local/Packages/Other_x");
    assert_eq!(desk.files("claude-desktop"), [inside.as_str()]);
    let both = desk.folder("AppData/Roaming/Claude");
    let ordinary = "AppData/Roaming/Claude/claude_desktop_config.json";
    assert_eq!(both.files("claude-desktop"), [inside.as_str(), ordinary]);
}

#[test]
fn who_has_the_old_and_the_new_name_of_an_editor_gets_both_entries() {
    let desk = Desk::new(System::Linux).folder(".config/devin").folder(".codeium/windsurf");
    for report in desk.add("windsurf", &hosted(), Key::Elsewhere) {
        assert_eq!(report.outcome, "written", "{report:?}");
    }
    let entry = |path: &str| -> Value {
        serde_json::from_str::<Value>(&desk.text(path)).expect("JSON")["mcpServers"]["runpod"].clone()
    };
    assert_eq!(entry(".config/devin/mcp_config.json"), json!({"url": OFFICIAL}));
    assert_eq!(entry(".codeium/windsurf/mcp_config.json"), json!({"serverUrl": OFFICIAL}));
    let old = Desk::new(System::Linux).folder(".codeium/windsurf");
    assert_eq!(old.files("windsurf"), [".codeium/windsurf/mcp_config.json"]);
}

#[test]
fn every_profile_and_every_editor_with_the_extension_is_reached() {
    let code = Desk::new(System::Linux)
        .folder(".config/Code/User/profiles/-a1")
        .folder(".config/Code/User/profiles/b2");
    assert_eq!(
        code.files("vscode"),
        [
            ".config/Code/User/mcp.json",
            ".config/Code/User/profiles/-a1/mcp.json",
            ".config/Code/User/profiles/b2/mcp.json"
        ]
    );
    let portable = Desk::new(System::Windows).with("VSCODE_PORTABLE", "~/data");
    assert_eq!(portable.files("vscode"), ["data/user-data/User/mcp.json"]);
    let inside = "User/globalStorage/saoudrizwan.claude-dev";
    let cline = Desk::new(System::Linux)
        .folder(&format!(".config/Code/{inside}"))
        .folder(&format!(".config/Cursor/{inside}"));
    let file = |editor: &str| format!(".config/{editor}/{inside}/settings/cline_mcp_settings.json");
    assert_eq!(cline.files("cline"), [file("Code"), file("Cursor")]);
}

#[test]
fn nothing_is_detected_on_an_empty_computer_and_each_client_by_its_own_signs() {
    for system in [System::Linux, System::MacOs, System::Windows] {
        let desk = Desk::new(system);
        let found: Vec<_> =
            CLIENTS.iter().filter(|client| !(client.signals)(&desk.machine()).is_empty()).collect();
        let own = |id: &&str| Path::new("/Applications").exists() && !id.is_empty();
        assert!(found.iter().all(|client| own(&client.id)), "{found:?}");
    }
    let desk = Desk::new(System::Linux)
        .file("bin/codex", "")
        .file("bin/gemini.cmd", "")
        .with("PATH", "relative:~/bin");
    let is_found = |desk: &Desk, id: &str| !(find(id).expect("a client").signals)(&desk.machine()).is_empty();
    assert!(is_found(&desk, "codex") && !is_found(&desk, "gemini-cli"));
    let windows = Desk::new(System::Windows).file("bin/gemini.cmd", "").with("PATH", "~/bin");
    assert!(is_found(&windows, "gemini-cli"));
    // A folder that several programs share is no sign.
    assert!(!is_found(&Desk::new(System::Linux).folder(".gemini"), "gemini-cli"));
}

/// Every entry in every way to get the key, as the files are read.
#[test]
fn entries_have_the_shape_that_each_client_reads() {
    let ways = [
        ("local", local(), Key::Elsewhere),
        ("local, key in the file", local(), Key::Inline("rpa_TEST")),
        ("local, key in a variable", local(), Key::Variable("RUNPOD_API_KEY")),
        ("hosted", hosted(), Key::Elsewhere),
        ("hosted, key in the file", hosted(), Key::Inline("rpa_TEST")),
        ("hosted, key in a variable", hosted(), Key::Variable("RUNPOD_API_KEY")),
    ];
    let mut all = String::new();
    for client in CLIENTS {
        all.push_str(&format!("## {}\n", client.id));
        for (way, mode, key) in &ways {
            let desk = Desk::new(if client.id == "visual-studio" { System::Windows } else { System::Linux });
            let desk = desk.file(".continue/config.yaml", "name: mine\n");
            let reports = desk.add(client.id, mode, *key);
            let [report] = reports.as_slice() else { panic!("{reports:?}") };
            let path: PathBuf = report.path.clone().expect("a path");
            all.push_str(&format!("\n{way}: {} in {}\n", report.outcome, desk.below(&path)));
            match report.is_good() {
                true => all.push_str(&fs::read_to_string(&path).expect("a file")),
                false => all.push_str(&format!("{}\n", report.message)),
            }
            // Who may read the file that was there is up to whoever runs the test.
            let warnings = report.warnings.iter().filter(|warning| !warning.starts_with("others could"));
            warnings.for_each(|warning| all.push_str(&format!("note: {warning}\n")));
            report.next.iter().for_each(|step| all.push_str(&format!("next: {step}\n")));
        }
        all.push('\n');
    }
    insta::assert_snapshot!("entries", all);
}

#[test]
fn an_entry_that_wins_over_ours_is_named() {
    let desk = Desk::new(System::Linux).folder("work");
    let folder = desk.machine().folder().to_string_lossy().into_owned();
    let other = json!({"projects": {folder: {"mcpServers": {"runpod": {"command": "old"}}}}}).to_string();
    let desk = desk.file(".claude.json", &other).file("work/.mcp.json", r#"{"mcpServers":{"runpod":{}}}"#);
    let reports = desk.add("claude-code", &hosted(), Key::Elsewhere);
    assert_eq!(reports[0].warnings.len(), 2, "{reports:?}");
    assert!(reports[0].warnings[1].contains(".mcp.json"), "{reports:?}");
}

#[test]
fn in_the_home_the_file_of_the_person_is_not_another_one() {
    let desk = Desk { home: tempfile::tempdir().expect("a home"), system: System::Linux, env: Vec::new() };
    let env: Env = [("HOME", desk.home.path().to_str().expect("text"))].into_iter().collect();
    let machine = Machine::new(System::Linux, env, desk.home.path().to_owned()).expect("a home");
    let order = Order {
        machine: &machine,
        name: "runpod",
        project: None,
        manner: Manner { dry_run: false, backup: true },
    };
    let launch = Launch { command: "/opt/runpod-mcp".to_owned(), args: Vec::new() };
    let mode = local();
    let offer = Offer { mode: &mode, key: Key::Elsewhere, launch: &launch, force: false };
    for client in ["cursor", "kiro", "gemini-cli"] {
        let reports = apply::add(find(client).expect("a client"), &order, &offer);
        assert!(reports[0].is_good() && reports[0].warnings.is_empty(), "{reports:?}");
    }
}

#[test]
fn a_second_run_changes_nothing_and_a_third_with_another_key_replaces_it() {
    let desk = Desk::new(System::Linux);
    let outcome = |key| desk.add("cursor", &local(), key)[0].outcome;
    assert_eq!(outcome(Key::Inline("rpa_ONE")), "written");
    assert_eq!(outcome(Key::Inline("rpa_ONE")), "unchanged");
    assert_eq!(outcome(Key::Inline("rpa_TWO")), "replaced");
    let text = desk.text(".cursor/mcp.json");
    assert!(text.contains("rpa_TWO") && !text.contains("rpa_ONE"), "{text}");
}

#[test]
fn a_project_gets_a_file_of_its_own() {
    let desk = Desk::new(System::Linux).folder("work");
    let machine = desk.machine();
    let folder = machine.folder().to_owned();
    let launch = Launch { command: "/opt/runpod-mcp".to_owned(), args: Vec::new() };
    let mode = hosted();
    let offer = Offer { mode: &mode, key: Key::Elsewhere, launch: &launch, force: true };
    let manner = Manner { dry_run: false, backup: true };
    let order = Order { machine: &machine, name: "runpod", project: Some(&folder), manner };
    let mut files = Vec::new();
    for client in CLIENTS {
        for report in apply::add(client, &order, &offer) {
            let path = report.path.as_deref().map(|path| desk.below(path));
            files.push(format!("{} {} {}", client.id, report.outcome, path.unwrap_or(report.message)));
        }
    }
    insta::assert_snapshot!("project", files.join("\n"));
}

#[test]
fn a_list_of_servers_is_begun_where_there_is_none() {
    let desk = Desk::new(System::Linux).file(".continue/config.yaml", "name: mine\nversion: 1.0.0\n");
    let reports = desk.add("continue", &local(), Key::Elsewhere);
    assert_eq!(reports[0].outcome, "written", "{reports:?}");
    let expected = "name: mine\nversion: 1.0.0\nmcpServers:\n  - name: runpod\n    command: /opt/runpod-mcp\n    args:\n      - serve\n";
    assert_eq!(desk.text(".continue/config.yaml"), expected);
    let bare = Desk::new(System::Linux);
    assert_eq!(bare.add("continue", &local(), Key::Elsewhere)[0].reason, Some("not_there"));
}

#[test]
fn a_mark_is_accepted_where_the_client_accepts_it() {
    let text = "\u{feff}{\n  \"mcpServers\": {}\n}\n";
    let desk = Desk::new(System::Linux).file(".claude.json", text).file(".gemini/settings.json", text);
    assert_eq!(desk.add("claude-code", &local(), Key::Elsewhere)[0].outcome, "written");
    assert!(desk.text(".claude.json").starts_with('\u{feff}'));
    // This one does not even start with it.
    assert_eq!(desk.add("gemini-cli", &local(), Key::Elsewhere)[0].reason, Some("byte_order_mark"));
}
