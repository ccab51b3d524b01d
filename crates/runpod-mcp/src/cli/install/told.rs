//! How an installation is told: lines for a person, one object for a program.

use std::process::ExitCode;

use serde_json::json;

use super::add::whose;
use super::key::Checked;
use crate::cli::out;
use crate::install::apply::Mode;
use crate::install::report::Report;

/// What was done, apart from what came of it.
pub(super) struct Told<'a> {
    pub(super) action: &'static str,
    pub(super) mode: Option<&'a Mode>,
    pub(super) dry_run: bool,
    pub(super) checked: &'a Checked,
    /// Somebody answered questions, and was told there whose tools these are.
    pub(super) asked: bool,
}

impl Told<'_> {
    pub(super) fn tell(&self, reports: &[Report], as_json: bool, snippets: bool) -> anyhow::Result<()> {
        if as_json {
            return Ok(out::json(&self.json(reports))?);
        }
        if snippets {
            let parts: Vec<_> = reports.iter().map(snippet).collect();
            return Ok(out::data(parts.join("\n").trim_end())?);
        }
        if let Some(mode) = self.mode {
            match whose(mode) {
                Some(_) if self.asked => (),
                Some(whose) => out::talk(&whose),
                None => super::add::explain_login(),
            }
        }
        if let Checked::Unknown(why) = self.checked {
            out::talk(&format!("The key could not be verified: {why}"));
        }
        let lines: Vec<_> = reports.iter().flat_map(lines).collect();
        Ok(out::data(&lines.join("\n"))?)
    }

    fn json(&self, reports: &[Report]) -> serde_json::Value {
        let (mode, url) = match self.mode {
            Some(Mode::Hosted(host)) => (json!("hosted"), json!(host.url())),
            Some(Mode::Local(_)) => (json!("local"), json!(null)),
            None => (json!(null), json!(null)),
        };
        json!({
            "schema": 1,
            "action": self.action,
            "mode": mode,
            "url": url,
            "dry_run": self.dry_run,
            "key": {"verified": self.checked.json()},
            "clients": reports.iter().map(Report::json).collect::<Vec<_>>(),
        })
    }
}

/// 0 when every file is as it was asked for.
pub(super) fn code(reports: &[Report]) -> ExitCode {
    if reports.iter().all(Report::is_good) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn lines(report: &Report) -> Vec<String> {
    let mark = if report.is_good() { "✓" } else { "✗" };
    let path = report.path.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
    let outcome = report.outcome.replace('_', " ");
    let mut lines = vec![format!("{mark} {:24} {outcome:18} {path}", report.client.name)];
    let mut say = |text: &str| lines.push(format!("    {text}"));
    if !report.message.is_empty() {
        say(&report.message);
    }
    report.warnings.iter().for_each(|warning| say(&format!("note: {warning}")));
    if let Some(backup) = &report.backup {
        say(&format!("the file of before is {}", backup.display()));
    }
    report.next.iter().for_each(|step| say(&format!("next: {step}")));
    if let Some(difference) = &report.difference {
        lines.extend(difference.lines().map(str::to_owned));
    }
    if let Some(snippet) = &report.snippet {
        lines.push("    by hand, this belongs there:".to_owned());
        lines.extend(snippet.lines().map(|line| format!("      {line}")));
    }
    lines
}

fn snippet(report: &Report) -> String {
    let path = report.path.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
    let text = report.snippet.as_deref().unwrap_or(&report.message);
    format!("# {}: {path}\n{text}", report.client.name)
}
