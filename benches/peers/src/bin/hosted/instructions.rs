//! How many instructions a request costs, counted by callgrind: exact, whatever else the machine does.

use std::ffi::OsString;
use std::path::Path;

use anyhow::Context;

use crate::load::{Question, load};
use crate::server::Contender;

/// Requests of the shorter run, which is start-up and warming up.
const FEW: u64 = 200;
/// Requests of the longer run.
const MORE: u64 = 1_200;

/// Whether there is callgrind here.
pub(crate) fn are_counted() -> bool {
    let version = std::process::Command::new("valgrind").arg("--version").output();
    version.is_ok_and(|output| output.status.success())
}

/// Instructions of the server for one more request.
pub(crate) async fn of_one(contender: &Contender, host: &str, question: &Question) -> anyhow::Result<u64> {
    let few = total(contender, host, question, FEW).await?;
    let more = total(contender, host, question, MORE).await?;
    Ok(more.saturating_sub(few) / (MORE - FEW))
}

async fn total(contender: &Contender, host: &str, question: &Question, requests: u64) -> anyhow::Result<u64> {
    let report = std::env::temp_dir().join(format!("bench-hosted-{}.callgrind", std::process::id()));
    let mut out = OsString::from("--callgrind-out-file=");
    out.push(&report);
    let server = contender.start(host, &["valgrind".into(), "--tool=callgrind".into(), out])?;
    load(&server.at, question, 1, requests).await?;
    server.end()?;
    let counted = read(&report);
    std::fs::remove_file(&report)?;
    counted
}

fn read(report: &Path) -> anyhow::Result<u64> {
    let text = std::fs::read_to_string(report).context("the report of callgrind")?;
    let line = text.lines().find_map(|line| line.strip_prefix("summary:").or(line.strip_prefix("totals:")));
    Ok(line.context("a report without a sum")?.trim().parse()?)
}
