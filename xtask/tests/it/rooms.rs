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

/// Besides the wire: what hands its engine out, who talks to somebody else than Runpod, and who takes connections in.
const OTHERS: [&str; 8] =
    ["client.rs", "web.rs", "bridge.rs", "doctor/", "remote/", "otlp/", "serve/", "cli/"];

/// Whoever wants to stop a test from reaching the network has one place to look at.
#[test]
fn connections_are_opened_in_one_place() {
    let wire = root().join("crates/runpod-api/src/wire");
    let mut openers = 0;
    for folder in ["crates/runpod-api/src", "crates/runpod-mcp/src"] {
        for (path, text) in sources(&root().join(folder)) {
            let inside =
                path.strip_prefix(root().join(folder)).unwrap_or(&path).to_string_lossy().into_owned();
            if OTHERS.iter().any(|place| inside.starts_with(place)) {
                continue;
            }
            let shipped = text.split("#[cfg(test)]").next().unwrap_or_default();
            let opens = ["reqwest::Client", "reqwest::get", "TcpStream", "UdpSocket", "hyper::client"]
                .iter()
                .find(|word| shipped.contains(*word));
            let is_wire = path.starts_with(&wire) || path == wire.with_extension("rs");
            openers += usize::from(opens.is_some() && is_wire);
            assert!(opens.is_none() || is_wire, "{opens:?} in {}", path.display());
        }
    }
    assert!(openers > 0, "the place itself was not found");
}
