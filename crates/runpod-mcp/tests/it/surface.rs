//! What tools/list says about each tool, one file a tool, reviewed in the diff.
//!
//! `UPDATE_SURFACE=1` (or `just surface`) writes the files; otherwise a difference, a missing file and an orphan fail.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use runpod_mcp::tool::Tool;
use runpod_mcp::tools;

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "surface"].iter().collect()
}

fn text(tool: &Tool) -> String {
    let mut text = serde_json::to_string_pretty(&tool.listing()).expect("a value can be written");
    text.push('\n');
    text
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the switch of a test, not a setting of the server")]
fn surface() {
    let updating = std::env::var_os("UPDATE_SURFACE").is_some();
    let mut findings = Vec::new();
    for tool in tools::all() {
        let name = tool.card.name;
        let path = folder().join(format!("{name}.json"));
        let now = text(tool);
        match fs::read_to_string(&path) {
            Ok(kept) if kept == now => (),
            _ if updating => fs::write(&path, now).expect("the folder is writable"),
            Ok(_) => findings.push(format!("{name}: differs from its snapshot")),
            Err(_) => findings.push(format!("{name}: has no snapshot")),
        }
    }
    let named: BTreeSet<String> = tools::all().map(|tool| format!("{}.json", tool.card.name)).collect();
    for file in fs::read_dir(folder()).expect("the folder exists") {
        let file = file.expect("the folder can be read");
        let name = file.file_name().to_string_lossy().into_owned();
        match named.contains(&name) {
            true => (),
            false if updating => fs::remove_file(file.path()).expect("the folder is writable"),
            false => findings.push(format!("{name}: belongs to no tool")),
        }
    }
    assert!(findings.is_empty(), "run `just surface` and read the diff:\n{}", findings.join("\n"));
}
