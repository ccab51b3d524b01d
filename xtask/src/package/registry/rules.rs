//! The rules of the MCP Registry for `server.json`, as its schema of 2025-12-11 and its checks at publication state them. What
//! needs the network (that a package exists and names us) is left to the registry.

mod package;

use regex::Regex;
use serde_json::Value;

use super::text;

const SCHEMA: &str = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json";
const NAME: &str = r"^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$";
const REPOSITORY: &str = r"^https://github\.com/([\w.-]+)/[\w.-]+$";
const VARIABLE: &str = r"\{([^}]+)\}";
/// What stands for a range, or for "the newest", in one ecosystem or another.
const NO_VERSION: &str = r"^$|^latest$|[\^~<>=*| ]|(^|\.)[xX](\.|$)";

const SERVER: &[&str] = &[
    "$schema",
    "_meta",
    "name",
    "title",
    "description",
    "version",
    "repository",
    "websiteUrl",
    "icons",
    "packages",
    "remotes",
];
const INPUT: &[&str] = &[
    "description",
    "isRequired",
    "isSecret",
    "format",
    "default",
    "placeholder",
    "choices",
    "value",
    "variables",
];

/// Every rule that this entry breaks, in words.
pub(super) fn broken(server: &Value) -> Vec<String> {
    let mut broken = Broken(Vec::new());
    broken.unknown("server.json", server, SERVER);
    broken.unless(server["$schema"] == SCHEMA, || format!("`$schema` is not {SCHEMA}"));
    identity(&mut broken, server);
    version(&mut broken, "server.json", &server["version"]);
    broken.unless(server["packages"].is_array(), || "`packages` is no list".to_owned());
    for one in list(&server["packages"]) {
        package::check(&mut broken, one);
    }
    for one in list(&server["remotes"]) {
        remote(&mut broken, one);
    }
    broken.0
}

/// The rules that were found broken.
#[derive(Debug)]
struct Broken(Vec<String>);

impl Broken {
    fn unless(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.0.push(what());
        }
    }

    /// The registry refuses members it does not know.
    fn unknown(&mut self, place: &str, object: &Value, known: &[&str]) {
        let Value::Object(members) = object else {
            self.0.push(format!("{place} is no object"));
            return;
        };
        let others = members.keys().filter(|key| !known.contains(&key.as_str()));
        self.0.extend(others.map(|key| format!("{place} has `{key}`, which the registry does not know")));
    }

    fn length(&mut self, place: &str, value: &Value, most: usize) {
        let length = text(value).chars().count();
        self.unless((1..=most).contains(&length), || {
            format!("{place} has {length} characters; 1 to {most} are allowed")
        });
    }
}

fn identity(broken: &mut Broken, server: &Value) {
    let name = text(&server["name"]);
    broken.unless(matches(NAME, name) && (3..=200).contains(&name.len()), || format!("`{name}` is no name"));
    broken.length("`description`", &server["description"], 100);
    if !server["title"].is_null() {
        broken.length("`title`", &server["title"], 100);
    }
    let repository = &server["repository"];
    broken.unless(repository["source"] == "github", || "the source of `repository` is not github".to_owned());
    let owner = Regex::new(REPOSITORY)
        .ok()
        .and_then(|form| Some(form.captures(text(&repository["url"]))?[1].to_owned()));
    let Some(owner) = owner else {
        broken.unless(false, || "`repository` has no address on github".to_owned());
        return;
    };
    // Whoever owns the repository may publish in this namespace and in no other; least of all in that of a vendor.
    let namespace = format!("io.github.{owner}/");
    broken.unless(name.starts_with(&namespace), || format!("`{name}` is not below {namespace}"));
}

fn version(broken: &mut Broken, place: &str, version: &Value) {
    let version = text(version);
    let specific = !matches(NO_VERSION, version) && version.len() <= 255;
    broken.unless(specific, || format!("{place}: `{version}` is not one certain version"));
}

fn remote(broken: &mut Broken, remote: &Value) {
    broken.unknown("a remote", remote, &["type", "url", "headers", "variables"]);
    let (kind, url) = (text(&remote["type"]), text(&remote["url"]));
    broken.unless(["streamable-http", "sse"].contains(&kind), || {
        format!("`{kind}` is no transport of a remote")
    });
    let host = url.strip_prefix("https://").and_then(|rest| rest.split(['/', ':']).next());
    let far =
        host.is_some_and(|host| !host.is_empty() && host != "127.0.0.1" && !host.ends_with("localhost"));
    broken.unless(far && !url.contains(char::is_whitespace), || {
        format!("`{url}` is no https address of another computer")
    });
    for name in variables(url) {
        broken.unless(remote["variables"].get(&name).is_some_and(Value::is_object), || {
            format!("{url}: nobody says what `{name}` is")
        });
    }
    inputs(broken, url, &remote["headers"]);
    for (name, variable) in remote["variables"].as_object().into_iter().flatten() {
        input(broken, &format!("{url}: `{name}`"), variable, INPUT);
    }
}

/// Headers or environment variables.
fn inputs(broken: &mut Broken, of: &str, inputs: &Value) {
    let mut known = INPUT.to_vec();
    known.push("name");
    for one in list(inputs) {
        let place = format!("{of}: `{}`", text(&one["name"]));
        broken.unless(!text(&one["name"]).is_empty(), || format!("{of}: an input without a name"));
        input(broken, &place, one, &known);
    }
}

fn input(broken: &mut Broken, place: &str, input: &Value, known: &[&str]) {
    broken.unknown(place, input, known);
    broken.unless(!text(&input["description"]).is_empty(), || format!("{place}: nobody is told what it is"));
    for key in ["isRequired", "isSecret"] {
        broken.unless(input[key].is_null() || input[key].is_boolean(), || {
            format!("{place}: `{key}` is no boolean")
        });
    }
    for key in ["default", "placeholder", "value"] {
        broken.unless(input[key].is_null() || input[key].is_string(), || {
            format!("{place}: `{key}` is no text")
        });
    }
    let format = input["format"].as_str().unwrap_or("string");
    let formats = ["string", "number", "boolean", "filepath"];
    broken.unless(formats.contains(&format), || {
        format!("{place}: `{format}` is none of {}", formats.join(", "))
    });
    // A secret with a value would be one that everybody knows.
    let shown = input["isSecret"] == true && !(input["value"].is_null() && input["default"].is_null());
    broken.unless(!shown, || format!("{place}: a secret is published"));
}

fn variables(url: &str) -> Vec<String> {
    let Ok(form) = Regex::new(VARIABLE) else { return Vec::new() };
    form.captures_iter(url).map(|found| found[1].to_owned()).collect()
}

fn matches(pattern: &str, text: &str) -> bool {
    Regex::new(pattern).is_ok_and(|form| form.is_match(text))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
