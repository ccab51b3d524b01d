//! Settings: flag over environment over file, and no mistake goes unnoticed.

use std::path::Path;

use runpod_mcp::config::{Config, Env, Given, Log, Problems, SETTINGS};

const NONE: Given = Vec::new();

fn flags(pairs: &[(&'static str, &str)]) -> Given {
    pairs.iter().map(|(key, value)| (*key, (*value).to_owned())).collect()
}

fn env(pairs: &[(&str, &str)]) -> Env {
    pairs.iter().copied().collect()
}

/// An environment in which the configuration file has this text.
fn with_file(folder: &Path, text: &str, pairs: &[(&str, &str)]) -> Env {
    let place = folder.join("runpod-mcp");
    std::fs::create_dir_all(&place).unwrap();
    std::fs::write(place.join("config.toml"), text).unwrap();
    let folder = folder.to_str().unwrap();
    pairs.iter().copied().chain([("XDG_CONFIG_HOME", folder)]).collect()
}

#[track_caller]
fn read(given: &Given, env: &Env) -> Config {
    Config::read(given, env).unwrap_or_else(|e| panic!("{e}"))
}

#[track_caller]
fn problems(given: &Given, env: &Env) -> Vec<String> {
    let Err(Problems(problems)) = Config::read(given, env) else { panic!("nothing was wrong") };
    problems
}

#[tokio::test]
async fn nothing_set_means_the_defaults() {
    let config = read(&NONE, &Env::default());
    assert_eq!(config.hosts.rest_v2.as_str(), "https://api.runpod.io/v2");
    assert!(!config.sandbox && !config.read_only && !config.no_spend && !config.full_detail);
    assert_eq!(config.log, Log::Info);
    assert!(config.toolsets.is_empty() && config.warnings.is_empty() && config.foreign_hosts().is_empty());
    assert!(config.keys.find().await.is_none());
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let text = "detail = 'full'\nlog = 'error'\ntoolsets = ['pods', 'billing']\nread-only = true";
    let env = with_file(folder.path(), text, &[("RUNPOD_MCP_LOG", "warn"), ("RUNPOD_MCP_TOOLSETS", "core")]);
    let config = read(&flags(&[("toolsets", "jobs"), ("toolsets", "hub")]), &env);
    assert!(config.full_detail && config.read_only);
    assert_eq!(config.log, Log::Warn);
    assert_eq!(config.toolsets, ["jobs", "hub"]);
    let origin = |key: &str| config.shown.iter().find(|shown| shown.key == key).unwrap().origin.clone();
    assert_eq!(origin("toolsets"), "--toolsets");
    assert_eq!(origin("log"), "$RUNPOD_MCP_LOG");
    assert!(origin("detail").ends_with("config.toml"));
    assert_eq!(origin("no-spend"), "default");
}

#[test]
fn every_setting_has_a_flag_a_variable_and_a_key() {
    let folder = tempfile::tempdir().unwrap();
    for setting in SETTINGS.iter().filter(|setting| setting.is_public()) {
        let value = match setting.kind {
            runpod_mcp::config::Kind::Switch => "true",
            runpod_mcp::config::Kind::Word(words) => {
                if words.contains(&"v2") {
                    "v2"
                } else {
                    words.first().unwrap()
                }
            }
            runpod_mcp::config::Kind::Url | runpod_mcp::config::Kind::ProxyUrl => "https://a.example",
            runpod_mcp::config::Kind::Number(_) => "60",
            _ => "x",
        };
        let file = with_file(folder.path(), &format!("{} = '{value}'", setting.key), &[]);
        let ways = [read(&NONE, &file), read(&flags(&[(setting.key, value)]), &Env::default())];
        let variables = setting.env.iter().map(|name| read(&NONE, &env(&[(name, value)])));
        for config in ways.into_iter().chain(variables) {
            let shown = config.shown.iter().find(|shown| shown.key == setting.key).unwrap();
            assert_eq!(shown.value.as_deref(), Some(value), "{}", setting.key);
        }
    }
}

#[test]
fn blank_is_unset() {
    let blank =
        env(&[("RUNPOD_MCP_READ_ONLY", ""), ("RUNPOD_MCP_DETAIL", "  "), ("RUNPOD_REST_VERSION", "")]);
    let config = read(&NONE, &blank);
    assert!(!config.read_only && !config.full_detail);
    let folder = tempfile::tempdir().unwrap();
    let over = with_file(folder.path(), "detail = 'full'", &[("RUNPOD_MCP_DETAIL", "")]);
    assert!(read(&NONE, &over).full_detail, "a blank variable hides nothing");
}

#[test]
fn no_setting_is_set_by_a_blank_and_no_address_is_another_one_with_a_slash() {
    let (plain, slash) = ("https://a.example/base", "https://a.example/base/");
    let nothing = read(&NONE, &Env::default());
    for setting in SETTINGS {
        for name in setting.env {
            for blank in ["", " \t"] {
                let config = read(&NONE, &env(&[(name, blank)]));
                assert_eq!(config.foreign_hosts(), nothing.foreign_hosts(), "{name}");
                let shown = config.shown.iter().find(|shown| shown.key == setting.key);
                // Set and empty, the name of keys means something of its own: no name.
                let origin = shown.map(|shown| shown.origin.as_str());
                assert!(
                    origin.is_none_or(|o| o == "default") || *name == "RUNPOD_API_KEY_NAME",
                    "{name}: {origin:?}"
                );
            }
            if matches!(setting.kind, runpod_mcp::config::Kind::Url) {
                let hosts = |text| {
                    read(&NONE, &env(&[(name, text)]))
                        .foreign_hosts()
                        .iter()
                        .map(|(_, url)| (*url).to_owned())
                        .collect::<Vec<_>>()
                };
                assert_eq!(hosts(plain), hosts(slash), "{name}");
            }
        }
    }
}

#[test]
fn switches_read_the_usual_words_and_a_flag_can_take_back() {
    for (word, on) in
        [("1", true), ("TRUE", true), ("yes", true), ("0", false), ("off", false), ("No", false)]
    {
        assert_eq!(read(&NONE, &env(&[("RUNPOD_MCP_READ_ONLY", word)])).read_only, on, "{word}");
    }
    let set = env(&[("RUNPOD_MCP_READ_ONLY", "1")]);
    assert!(!read(&flags(&[("read-only", "false")]), &set).read_only);
}

#[test]
fn all_mistakes_are_told_at_once_with_what_is_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let text = "reed-only = true\ndetail = 5\nlog = 1.5\napi-key = 'rpa_x'";
    let env = with_file(
        folder.path(),
        text,
        &[
            ("RUNPOD_MCP_DETIAL", "full"),
            ("RUNPOD_MCP_LOG", "loud"),
            ("RUNPOD_MCP_READ_ONLY", "maybe"),
            ("RUNPOD_REST_VERSION_POD", "v2"),
            ("RUNPOD_REST_V2_API_URL", "http://api.example/v2"),
        ],
    );
    let all = problems(&NONE, &env).join("\n");
    for words in [
        "\"reed-only\"; did you mean read-only?",
        "`detail`: \"5\" is none of summary, full",
        "`log` must be a string, a whole number, true, false or a list of strings",
        "there is no setting \"api-key\"",
        "\"RUNPOD_MCP_DETIAL\"; did you mean RUNPOD_MCP_DETAIL",
        "RUNPOD_MCP_LOG: \"loud\" is none of off, error, warn, info, debug, trace",
        "RUNPOD_MCP_READ_ONLY: \"maybe\" is none of true, false",
        "did you mean RUNPOD_REST_VERSION_PODS",
        "RUNPOD_REST_V2_API_URL: the address",
    ] {
        assert!(all.contains(words), "{words}\nis not in\n{all}");
    }
    assert!(!all.contains("rpa_x") && !all.contains("api.example"));
}

#[test]
fn a_file_that_is_no_toml_is_a_problem_and_a_missing_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    assert!(!problems(&NONE, &with_file(folder.path(), "read-only = ", &[])).is_empty());
    let elsewhere = folder.path().join("nothing").to_str().unwrap().to_owned();
    read(&NONE, &env(&[("XDG_CONFIG_HOME", &elsewhere)]));
}

#[test]
fn what_the_launcher_tells_is_no_setting_and_no_mistake() {
    read(
        &NONE,
        &env(&[("RUNPOD_MCP_PACKAGE", "runpod-mcp@1.2.3"), ("RUNPOD_MCP_URL", "https://example.com/")]),
    );
    assert!(Config::read(&NONE, &env(&[("RUNPOD_MCP_PACKAGES", "runpod-mcp@1.2.3")])).is_err());
}

#[test]
fn variables_of_others_are_nobodys_business() {
    read(
        &NONE,
        &env(&[("RUNPOD_POD_ID", "x"), ("RUNPOD_FOO", "y"), ("RUNPOD_DEBUG_LEVEL", "z"), ("MCP_FOO", "1")]),
    );
}

#[test]
fn a_resource_speaks_its_own_version_and_the_rest_the_usual_one() {
    assert_eq!(read(&NONE, &Env::default()).versions.to_string(), "v2");
    let config = read(
        &flags(&[("rest-version-templates", "v1")]),
        &env(&[
            ("RUNPOD_REST_VERSION", " AUTO "),
            ("RUNPOD_REST_VERSION_TEMPLATES", "v2"),
            ("RUNPOD_REST_VERSION_NETWORK_VOLUMES", "V2"),
            ("RUNPOD_REST_VERSION_PODS", ""),
            ("RUNPOD_REST_VERSION_JOBS", "v1"),
        ]),
    );
    assert_eq!(config.versions.to_string(), "auto, TEMPLATES=v1, NETWORK_VOLUMES=v2");
}

#[test]
fn a_version_that_does_not_exist_stops_the_start_and_names_those_that_do() {
    for name in ["RUNPOD_REST_VERSION", "RUNPOD_REST_VERSION_PODS", "RUNPOD_REST_VERSION_JOBS"] {
        for bad in ["v3", "2", "latest", "v1,v2"] {
            let all = problems(&NONE, &env(&[(name, bad)]));
            let said = format!("{name}: {bad:?} is none of v1, v2, auto");
            assert_eq!(all, [said]);
        }
    }
    let odd = problems(&NONE, &env(&[("RUNPOD_REST_VERSION_EVERYTHING_ELSE", "v2")])).join("\n");
    for suffix in
        ["PODS", "TEMPLATES", "NETWORK_VOLUMES", "REGISTRIES", "GPUS", "CPUS", "DATA_CENTERS", "JOBS"]
    {
        assert!(odd.contains(&format!("RUNPOD_REST_VERSION_{suffix}")), "{odd}");
    }
}

#[test]
fn rest_v1_is_announced_as_retired_in_one_line() {
    let warnings = |pairs: &[(&str, &str)]| read(&NONE, &env(pairs)).warnings;
    assert_eq!(warnings(&[("RUNPOD_REST_VERSION", "auto"), ("RUNPOD_REST_VERSION_PODS", "v2")]), [""; 0]);
    let all = warnings(&[("RUNPOD_REST_VERSION", "v1")]);
    assert!(all.len() == 1 && all[0].contains("v1 is chosen for everything"), "{all:?}");
    let some = warnings(&[("RUNPOD_REST_VERSION_PODS", "v1"), ("RUNPOD_REST_VERSION_BILLING", "V1")]);
    assert!(some.len() == 1 && some[0].contains("v1 is chosen for PODS, BILLING;"), "{some:?}");
}

#[test]
fn versions_in_different_environments_are_warned_of() {
    let v2 = ("RUNPOD_REST_V2_API_URL", "https://v2.dev.example/v2");
    let v1 = ("RUNPOD_REST_API_URL", "https://v1.dev.example/v1");
    for apart in [&[v2][..], &[v1], &[v2, ("RUNPOD_REST_VERSION", "auto")]] {
        let warnings = read(&NONE, &env(apart)).warnings;
        assert!(warnings.len() == 1 && warnings[0].contains("RUNPOD_REST_API_URL"), "{warnings:?}");
    }
    assert_eq!(read(&NONE, &env(&[v1, v2])).warnings, [""; 0]);
    assert_eq!(read(&NONE, &env(&[v2, ("RUNPOD_MCP_SANDBOX", "1")])).warnings, [""; 0]);
}

#[test]
fn both_spellings_of_the_v2_address_mean_the_same() {
    for origin in ["https://proxy.example", "https://proxy.example/", "https://proxy.example/v2"] {
        let config = read(&NONE, &env(&[("RUNPOD_API_BASE_URL", origin)]));
        assert_eq!(config.hosts.rest_v2.as_str(), "https://proxy.example/v2", "{origin}");
        assert_eq!(config.foreign_hosts(), [("REST v2", "https://proxy.example/v2")]);
    }
    let both =
        [("RUNPOD_API_BASE_URL", "https://a.example"), ("RUNPOD_REST_V2_API_URL", "https://b.example/v2")];
    let config = read(&NONE, &env(&both));
    assert_eq!(config.hosts.rest_v2.as_str(), "https://b.example/v2");
    assert!(config.warnings[0].contains("https://a.example/v2 is not"), "{:?}", config.warnings);
    let same = [
        ("RUNPOD_API_BASE_URL", "https://a.example"),
        ("RUNPOD_REST_V2_API_URL", "https://a.example/v2"),
        ("RUNPOD_REST_API_URL", "https://a.example/v1"),
    ];
    assert!(read(&NONE, &env(&same)).warnings.is_empty());
}

#[test]
fn the_old_v2_host_is_runpods_own() {
    let config = read(&NONE, &env(&[("RUNPOD_REST_V2_API_URL", "https://v2-rest.runpod.io/v2")]));
    assert!(config.foreign_hosts().is_empty());
}

#[test]
fn the_console_is_the_real_one_unless_another_is_named() {
    let console = |said: &str| {
        let config = read(&NONE, &env(&[("CONSOLE_BASE_URL", said)]));
        config.hosted.console.map(|base| base.as_str().to_owned())
    };
    assert_eq!(console("").as_deref(), Some("https://console.runpod.io"));
    assert_eq!(console("http://localhost:3000/").as_deref(), Some("http://localhost:3000"));
}

#[test]
fn secrets_are_never_shown() {
    let env = env(&[
        ("RUNPOD_API_KEY", "rpa_CANARY"),
        ("HTTPS_PROXY", "http://user:CANARY@proxy.example:3128"),
        ("NO_PROXY", "localhost"),
    ]);
    let config = read(&NONE, &env);
    let text = config.shown.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(!text.contains("CANARY") && text.contains("proxy.example:3128"), "{text}");
    assert!(!format!("{config:?} {env:?}").contains("CANARY"));
    assert!(config.network.proxy.unwrap().contains("CANARY"));
}

#[test]
fn verbose_logs_raise_the_level_and_never_lower_it() {
    assert_eq!(read(&NONE, &env(&[("MCP_VERBOSE_LOGS", "true")])).log, Log::Debug);
    let trace = env(&[("MCP_VERBOSE_LOGS", "true"), ("RUNPOD_MCP_LOG", "trace")]);
    assert_eq!(read(&NONE, &trace).log, Log::Trace);
}

#[tokio::test]
async fn the_key_of_runpodctl_is_used_when_no_other_is_given() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join(".runpod")).unwrap();
    std::fs::write(home.path().join(".runpod/config.toml"), "apikey = 'rpa_ctl'").unwrap();
    let home = home.path().to_str().unwrap();
    let at_home = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    let key = async |env: &Env| read(&NONE, env).keys.find().await;
    assert_eq!(key(&env(&[(at_home, home)])).await, Some(runpod_api::ApiKey::new("rpa_ctl")));
    let both = env(&[(at_home, home), ("RUNPOD_API_KEY", "rpa_env")]);
    assert_eq!(key(&both).await, Some(runpod_api::ApiKey::new("rpa_env")));
}

#[test]
fn the_guide_names_every_setting() {
    let guide = include_str!("../../../../docs/guide/configuration.md");
    for setting in SETTINGS {
        // What is secret has a variable and nothing else.
        let has_key = setting.is_public() && !setting.key.starts_with("rest-version-");
        for name in setting.env.iter().chain(has_key.then_some(&setting.key)) {
            assert!(guide.contains(&format!("`{name}`")), "docs/guide/configuration.md lacks {name}");
        }
    }
}

/// A key that is read and stands in no list could be set nowhere, and nobody would notice.
#[test]
fn every_setting_that_is_read_can_be_set() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let reads = regex::Regex::new(r#"(?:layers\.[a-z_]+\(|[a-z_]+\((?:&mut )?layers, )"([a-z0-9-]+)""#)
        .expect("a pattern");
    let mut seen = 0;
    for file in ["config.rs", "config/hosted.rs", "config/versions.rs"] {
        let text = std::fs::read_to_string(folder.join(file)).expect("it is there");
        for key in reads.captures_iter(&text).map(|found| found[1].to_owned()) {
            seen += 1;
            assert!(
                SETTINGS.iter().any(|setting| setting.key == key),
                "{file} reads {key:?}, which is no setting"
            );
        }
    }
    assert!(seen > 30, "the pattern finds {seen}");
}

/// Desktop clients and the MCP Registry ask people for these; a name that is wrong there would stop the server at its start.
#[test]
fn what_packages_ask_for_are_settings() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let read = |file: &str| -> serde_json::Value {
        serde_json::from_str(&std::fs::read_to_string(root.join(file)).unwrap()).unwrap()
    };
    let bundle = read("packaging/mcpb/manifest.json");
    let bundle = bundle["server"]["mcp_config"]["env"].as_object().unwrap();
    let mut names: Vec<_> = bundle.keys().cloned().collect();
    for package in read("server.json")["packages"].as_array().unwrap() {
        let asked = package["environmentVariables"].as_array().unwrap();
        names.extend(asked.iter().map(|input| input["name"].as_str().unwrap().to_owned()));
    }
    assert!(names.len() > 8, "{names:?}");
    for name in names {
        assert!(SETTINGS.iter().any(|setting| setting.env.contains(&name.as_str())), "{name} is no setting");
    }
}
