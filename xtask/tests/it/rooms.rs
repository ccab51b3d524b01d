//! Which room may see which: ARCHITECTURE.md draws the picture, the manifests must agree with it.

use crate::{read, root, sources};

/// The names a manifest depends on, for itself or for its tests.
fn dependencies(crate_name: &str, section: &str) -> Vec<String> {
    let manifest = read(&format!("{crate_name}/Cargo.toml"));
    let lines = manifest.lines().skip_while(|line| *line != format!("[{section}]")).skip(1);
    lines
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty() && !name.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

fn sees(crate_name: &str) -> Vec<String> {
    let all = ["dependencies", "dev-dependencies", "build-dependencies"];
    let mut rooms: Vec<_> = all.iter().flat_map(|section| dependencies(crate_name, section)).collect();
    rooms.retain(|name| name.starts_with("runpod-"));
    rooms.sort();
    rooms.dedup();
    rooms
}

#[test]
fn the_rooms_see_only_what_they_may() {
    assert_eq!(
        sees("crates/runpod-sim"),
        [""; 0],
        "the twin learns Runpod from the contract, never from the client"
    );
    assert_eq!(sees("crates/runpod-api"), ["runpod-sim"], "the client sees the twin, in its tests");
    assert_eq!(
        dependencies("crates/runpod-api", "dependencies").iter().find(|name| *name == "runpod-sim"),
        None
    );
    assert_eq!(sees("crates/runpod-mcp"), ["runpod-api", "runpod-sim"]);
    assert_eq!(sees("xtask"), [""; 0], "chores read files and run the binary");
    assert_eq!(sees("benches/figures"), [""; 0], "what is measured is the binary");
}

#[test]
fn the_client_knows_no_mcp_no_terminal_and_no_environment() {
    let known = dependencies("crates/runpod-api", "dependencies");
    for stranger in ["rmcp", "clap", "axum", "anyhow", "tracing-subscriber"] {
        assert!(!known.iter().any(|name| name == stranger), "runpod-api depends on {stranger}");
    }
    for (path, text) in sources(&root().join("crates/runpod-api/src")) {
        // Examples in the documentation may print.
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            let found = ["std::env", "env::var", "io::stdin", "println!", "home_dir"]
                .iter()
                .find(|word| line.contains(*word));
            assert_eq!(found, None, "in {}: {line}", path.display());
        }
    }
}

/// Who holds an engine that the wire built, for others than Runpod's API: the hand that gives it out, the bridge, the
/// doctor, what sends spans and asks for health. And who takes connections in: the HTTP server, the end of a sign-in.
const HOLDERS: [&str; 8] = [
    "runpod-api/src/client.rs",
    "runpod-mcp/src/bridge.rs",
    "runpod-mcp/src/doctor/hosted.rs",
    "runpod-mcp/src/doctor/subject.rs",
    "runpod-mcp/src/otlp/courier.rs",
    "runpod-mcp/src/remote/loopback.rs",
    "runpod-mcp/src/serve/http/listen.rs",
    "runpod-mcp/src/web.rs",
];

/// What opens a connection, or leads to it.
const OPENERS: [&str; 7] = [
    "reqwest::Client::",
    "Client::builder",
    "ClientBuilder",
    "reqwest::get",
    "TcpStream::connect",
    "UdpSocket",
    "hyper::client",
];

/// Whoever wants to stop a test from reaching the network has one place to look at.
#[test]
fn connections_are_opened_in_one_place() {
    let wire = root().join("crates/runpod-api/src/wire");
    let (mut openers, mut holders) = (0, 0);
    for folder in ["crates/runpod-api/src", "crates/runpod-mcp/src"] {
        for (path, text) in sources(&root().join(folder)) {
            let shipped = text.split("#[cfg(test)]").next().unwrap_or_default();
            let says = |words: &[&'static str]| words.iter().copied().find(|word| shipped.contains(word));
            let (opens, holds) = (says(&OPENERS), says(&["reqwest::Client", "TcpStream"]));
            if path.starts_with(&wire) || path == wire.with_extension("rs") {
                openers += usize::from(opens.is_some());
                continue;
            }
            assert_eq!(opens, None, "in {}", path.display());
            let is_holder = HOLDERS.iter().any(|holder| path.ends_with(holder));
            holders += usize::from(is_holder && holds.is_some());
            assert!(holds.is_none() || is_holder, "{holds:?} in {}", path.display());
        }
    }
    assert_eq!(holders, HOLDERS.len(), "somebody is named here who holds nothing");
    assert!(openers > 0, "the place itself was not found");
}
