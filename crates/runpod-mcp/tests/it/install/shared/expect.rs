//! What a case expects, compared with what happened.

use std::fs;

use runpod_mcp::install::edit::{Dialect, Place, look};
use serde_json::Value;

use super::{Ran, text};

type Verdict = Result<(), String>;

fn that(holds: bool, why: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(why()) }
}

pub(super) fn check(case: &Value, ran: &Ran) -> Verdict {
    let expect = &case["expect"];
    if expect["kind"] == "either" {
        let all: Vec<_> =
            expect["of"].as_array().expect("a list").iter().map(|one| single(case, one, ran)).collect();
        return that(all.iter().any(Result::is_ok), || format!("none holds: {all:?}"));
    }
    single(case, expect, ran)
}

fn single(case: &Value, expect: &Value, ran: &Ran) -> Verdict {
    let wanted = expect["outcome"].as_str().expect("an outcome");
    let fits = wanted.split("_or_").any(|one| one == ran.outcome);
    that(fits, || format!("expected {wanted}, got {} {}", ran.outcome, ran.message))?;
    kind(case, expect, ran)?;
    words(expect, ran)?;
    disk(expect, ran)
}

fn kind(case: &Value, expect: &Value, ran: &Ran) -> Verdict {
    let after = ran.after.as_deref().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    match expect["kind"].as_str().expect("a kind") {
        "unchanged" => that(ran.after == ran.before && !ran.touched, || format!("changed: {after:?}")),
        "still_absent" => that(ran.after.is_none(), || "a file was made".to_owned()),
        "exact" => {
            let ways = expect["alternatives"].as_array().expect("ways");
            that(ways.iter().any(|way| way.as_str() == after.as_deref()), || format!("got {after:?}"))
        }
        "splice" => {
            let ways = expect["alternatives"].as_array().expect("ways");
            let all: Vec<_> = ways.iter().map(|way| splice(case, expect, way, &after)).collect();
            that(all.iter().any(Result::is_ok), || format!("{all:?}\n{}", after.unwrap_or_default()))
        }
        "splice_generated" => splice(case, expect, expect, &after),
        "semantic" => semantic(case, expect, after.as_deref().unwrap_or_default()),
        other => Err(format!("the runner does not know {other}")),
    }
}

fn splice(case: &Value, expect: &Value, way: &Value, after: &Option<String>) -> Verdict {
    let after = after.as_deref().unwrap_or_default();
    let prefix =
        way["prefix"].as_str().map(str::to_owned).or_else(|| text(&way["prefix"])).expect("a prefix");
    let suffix = way["suffix"].as_str().expect("a suffix");
    let entry = after.strip_prefix(prefix.as_str()).and_then(|rest| rest.strip_suffix(suffix));
    let entry = entry.ok_or("prefix or suffix are not there")?;
    let value: Value = serde_json::from_str(entry).map_err(|e| format!("{e} in {entry}"))?;
    that(value == case["action"]["value"], || format!("the entry is {value}"))?;
    if let Some(indent) = expect["entry_lines_indented_with"].as_str() {
        let good = entry.lines().skip(1).all(|line| line.starts_with(indent));
        that(good, || format!("indented otherwise: {entry}"))?;
    }
    that(expect["no_bare_lf"] != true || !after.replace("\r\n", "").contains('\n'), || "a bare LF".to_owned())
}

fn semantic(case: &Value, expect: &Value, after: &str) -> Verdict {
    let dialect = Dialect::ALL.into_iter().find(|d| case["dialect"] == d.word()).expect("a dialect");
    let action = &case["action"];
    let keys = action["map_path"].as_array().expect("a path").iter().map(|key| key.as_str().expect("a key"));
    let place = Place::new(keys, action["name"].as_str().expect("a name")).expect("a place");
    let found = look(after.as_bytes(), dialect, &place).map_err(|e| format!("{e} in {after}"))?;
    let wanted = (action["op"] != "remove").then_some(&action["value"]);
    that(found.as_ref() == wanted, || format!("the entry is {found:?}"))?;
    let strict: Result<Value, _> = serde_json::from_str(after);
    that(expect["strict_json"] != true || strict.is_ok(), || format!("no JSON: {after}"))?;
    let root = &expect["root_equals"];
    that(root.is_null() || strict.is_ok_and(|all| all == *root), || format!("the root is another: {after}"))?;
    that(expect["ends_with_newline"] != true || after.ends_with('\n'), || "no line end at its end".to_owned())
}

fn words(expect: &Value, ran: &Ran) -> Verdict {
    let list = |name: &str| -> Vec<String> {
        let words = expect[name].as_array().into_iter().flatten();
        words.map(|word| word.as_str().expect("a word").to_owned()).collect()
    };
    let after = String::from_utf8_lossy(ran.after.as_deref().unwrap_or_default()).into_owned();
    for word in list("must_contain") {
        that(after.contains(&word), || format!("{word:?} is not in {after}"))?;
    }
    for word in list("must_not_contain") {
        that(!after.contains(&word), || format!("{word:?} is in {after}"))?;
    }
    let any = list("message_mentions_any");
    that(any.is_empty() || any.iter().any(|word| ran.message.contains(word)), || {
        format!("the message is {:?}", ran.message)
    })?;
    let output = format!("{}{:?}", ran.message, ran.done);
    let difference = ran.done.as_ref().and_then(|done| done.difference.as_deref()).unwrap_or_default();
    for word in list("output_contains") {
        that(difference.contains(&word), || format!("{word:?} is not in {difference}"))?;
    }
    for word in list("output_must_not_contain") {
        that(!output.contains(&word), || format!("{word:?} is in {output}"))?;
    }
    Ok(())
}

fn disk(expect: &Value, ran: &Ran) -> Verdict {
    // A build without optimization on a busy computer says nothing about time.
    if let Some(most) = expect["max_seconds"].as_f64().filter(|_| !cfg!(debug_assertions)) {
        that(ran.took.as_secs_f64() <= most, || format!("it took {:?}", ran.took))?;
    }
    that(expect["mtime_unchanged"] != true || !ran.touched, || "the file was touched".to_owned())?;
    let backup = ran.done.as_ref().and_then(|done| done.backup.as_deref());
    that(expect["no_backup"] != true || backup.is_none(), || "there is a backup".to_owned())?;
    if expect["backup_count"] == 1 {
        let kept = fs::read(backup.ok_or("no backup")?).ok();
        that(kept == ran.before, || "the backup is another file".to_owned())?;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &std::path::Path| {
            fs::metadata(path).map(|m| format!("{:04o}", m.permissions().mode() & 0o7777))
        };
        if let Some(wanted) = expect["file_mode_unix"].as_str() {
            that(mode(&ran.path).is_ok_and(|mode| mode == wanted), || {
                format!("the mode is {:?}", mode(&ran.path))
            })?;
        }
        if expect["file_mode_unix_any"].is_array() {
            that(mode(&ran.path).is_ok_and(|mode| mode == "0600"), || {
                format!("the mode is {:?}", mode(&ran.path))
            })?;
        }
        if let (Some(wanted), Some(backup)) = (expect["backup_mode_unix"].as_str(), backup) {
            that(mode(backup).is_ok_and(|mode| mode == wanted), || {
                format!("the backup has {:?}", mode(backup))
            })?;
        }
    }
    if let Some(folder) = ran.path.parent().filter(|folder| folder.is_dir()) {
        let left: Vec<_> = fs::read_dir(folder)
            .map_err(|e| e.to_string())?
            .flatten()
            .filter(|entry| entry.file_name().to_string_lossy().starts_with(".runpod-mcp-"))
            .collect();
        that(left.is_empty(), || format!("left behind: {left:?}"))?;
    }
    Ok(())
}
