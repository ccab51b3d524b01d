//! The editor by the cases that lie beside this repository, where they do.
//!
//! They are in a format of their own, described at their top, and are no part of this repository.

mod expect;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use runpod_mcp::install::edit::{Change, Dialect, Place};
use runpod_mcp::install::file::{Done, Failure, Manner, Target, change};
use serde_json::Value;

use expect::check;

/// What a case did: what was said, and what is on the disk.
pub(super) struct Ran {
    pub(super) outcome: String,
    pub(super) message: String,
    pub(super) before: Option<Vec<u8>>,
    pub(super) after: Option<Vec<u8>>,
    pub(super) took: Duration,
    pub(super) done: Option<Done>,
    pub(super) touched: bool,
    pub(super) path: PathBuf,
}

/// A text of the file: given, or made by repetition.
pub(super) fn text(input: &Value) -> Option<String> {
    if let Some(content) = input["content"].as_str() {
        return Some(content.to_owned());
    }
    let made = if input["generator"].is_object() { &input["generator"] } else { input };
    let count = made["count"].as_u64()?;
    let part = |name: &str| made[name].as_str().unwrap_or_default().to_owned();
    let units: Vec<_> = (0..count).map(|i| part("unit").replace("{i}", &i.to_string())).collect();
    Some(format!("{}{}{}", part("head"), units.join(&part("sep")), part("tail")))
}

fn prepare(case: &Value, folder: &Path) -> PathBuf {
    let absent = case["expect"]["dir_created"] == true;
    let path = folder.join(if absent { "new/config" } else { "config" });
    if let Some(content) = text(&case["input"]) {
        fs::write(&path, content).expect("the input");
    }
    let fs_rules = &case["fs"];
    if let Some(relative) = fs_rules["config_path"].as_str() {
        return PathBuf::from(relative);
    }
    if fs_rules["mkdir"] == "CONFIG" {
        fs::create_dir(&path).expect("a folder");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::{PermissionsExt, symlink};
        if let Some(mode) = fs_rules["mode"].as_str() {
            let mode = u32::from_str_radix(mode, 8).expect("a mode");
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("chmod");
        }
        if fs_rules["symlink"]["target"] == "CONFIG" {
            symlink(&path, &path).expect("a link");
        }
    }
    path
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

fn place(action: &Value) -> Place {
    let keys = action["map_path"].as_array().expect("a path").iter();
    Place::new(keys.map(|key| key.as_str().expect("a key")), action["name"].as_str().expect("a name"))
        .expect("a place")
}

fn run(case: &Value, folder: &Path) -> Ran {
    let path = prepare(case, folder);
    let dialect = Dialect::ALL.into_iter().find(|d| case["dialect"] == d.word()).expect("a dialect");
    let action = &case["action"];
    let target = Target { path: path.clone(), dialect };
    let (before, then) = (fs::read(&path).ok(), modified(&path));
    let op = action["op"].as_str().expect("an op");
    let wanted = if op == "remove" { Change::Remove } else { Change::Set(action["value"].clone()) };
    let manner = Manner { dry_run: op.ends_with("dry_run"), backup: true };
    let started = Instant::now();
    let mut done = change(&target, &place(action), &wanted, manner);
    if op == "upsert_then_remove" && done.is_ok() {
        done = change(&target, &place(action), &Change::Remove, manner);
    }
    let took = started.elapsed();
    let touched = modified(&path) != then;
    let (outcome, message, done) = told(done);
    Ran { outcome, message, before, after: fs::read(&path).ok(), took, done, touched, path }
}

fn told(done: Result<Done, Failure>) -> (String, String, Option<Done>) {
    match done {
        Ok(done) => (done.outcome.word().to_owned(), String::new(), Some(done)),
        Err(failure) => ("refused".to_owned(), failure.to_string(), None),
    }
}

/// Cases that are not about one file and one entry; each has a test of its own.
const ELSEWHERE: [&str; 6] = [
    "fs-atomic",
    "fs-changed-meanwhile",
    "path-empty-appdata",
    "path-msix",
    "path-devin-over-windsurf",
    "yaml-continue-drop-in",
];

#[test]
fn the_cases_beside_this_repository_come_out_as_they_should() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/cases/installer-cases.json");
    let Ok(text) = fs::read_to_string(&file) else {
        return eprintln!("SKIPPED: {} is not there; the cases in tests/install stand alone", file.display());
    };
    let all: Value = serde_json::from_str(&text).expect("JSON");
    let mut failed = Vec::new();
    let mut held = 0;
    for case in all["cases"].as_array().expect("cases") {
        let id = case["id"].as_str().expect("an id");
        if ELSEWHERE.contains(&id) {
            continue;
        }
        let folder = tempfile::tempdir().expect("a folder");
        match check(case, &run(case, folder.path())) {
            Ok(()) => held += 1,
            Err(why) => failed.push(format!("{id} [{}]: {why}", case["requirement"])),
        }
    }
    assert!(failed.is_empty(), "{held} held, {} failed:\n{}", failed.len(), failed.join("\n"));
    assert!(held > 50, "only {held} cases were run");
}
