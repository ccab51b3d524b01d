//! The editor by examples. Each is a text, what is done to it, and the text that must come of it, to the byte.

use runpod_mcp::install::edit::{Change, Dialect, Edit, Place, edit};
use serde::Deserialize;

const CASES: &str = include_str!("../../install/cases.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    dialect: String,
    map: Vec<String>,
    /// Nothing means that there is no file.
    before: Option<String>,
    /// The entry as JSON; nothing means that it is removed.
    set: Option<String>,
    /// The text afterwards; the text of before when it is left out.
    after: Option<String>,
    outcome: String,
    /// Letters that stand for bytes that a TOML file cannot hold plainly.
    #[serde(default)]
    crlf: bool,
    /// Whether taking the entry out again must give back the text of before.
    #[serde(default)]
    returns: bool,
}

impl Case {
    fn text(&self, text: &str) -> String {
        if self.crlf { text.replace('\n', "\r\n") } else { text.to_owned() }
    }

    fn run(&self) -> Result<(), String> {
        let dialect = Dialect::ALL.into_iter().find(|d| d.word() == self.dialect).ok_or("no such dialect")?;
        let place = Place::new(self.map.clone(), "me").ok_or("no place")?;
        let change = match &self.set {
            Some(value) => Change::Set(serde_json::from_str(value).map_err(|e| e.to_string())?),
            None => Change::Remove,
        };
        let before = self.before.as_deref().map(|text| self.text(text));
        let edited = edit(before.as_deref().map(str::as_bytes), dialect, &place, &change);
        let outcome = match &edited {
            Ok(Edit::Written(_) | Edit::Replaced(_)) => "written",
            Ok(Edit::Removed(_)) => "removed",
            Ok(Edit::Unchanged) => "unchanged",
            Ok(Edit::NothingToRemove) => "nothing_to_remove",
            Err(refusal) => refusal.code(),
        };
        if outcome != self.outcome {
            return Err(format!("expected {}, got {outcome}: {edited:?}", self.outcome));
        }
        let Some(text) = edited.as_ref().ok().and_then(Edit::text) else {
            return if self.after.is_some() { Err("nothing was written".to_owned()) } else { Ok(()) };
        };
        let after = self.after.as_deref().map(|text| self.text(text)).ok_or("no text is expected")?;
        if text != after {
            return Err(format!("expected\n{after}\ngot\n{text}"));
        }
        if self.returns {
            let back = edit(Some(text.as_bytes()), dialect, &place, &Change::Remove);
            if back.as_ref().ok().and_then(Edit::text) != before.as_deref() {
                return Err(format!("does not come back: {back:?}"));
            }
        }
        Ok(())
    }
}

#[test]
fn every_example_comes_out_to_the_byte() {
    let cases: Cases = toml::from_str(CASES).expect("cases");
    assert!(cases.case.len() > 40, "{}", cases.case.len());
    let failed: Vec<_> = cases
        .case
        .iter()
        .filter_map(|case| case.run().err().map(|why| format!("--- {} ({}): {why}", case.name, case.dialect)))
        .collect();
    assert!(failed.is_empty(), "{} of {}:\n{}", failed.len(), cases.case.len(), failed.join("\n"));
}
