//! Where a document comes from: a file or an http(s) address.

use std::{fs, time::Duration};

use anyhow::Context;
use serde_json::Value;

/// Larger than any vintage seen by two orders of magnitude.
const CAP: u64 = 16 << 20;

/// Reads and parses the document.
pub(crate) fn load(source: &str) -> anyhow::Result<Value> {
    let text = if source.starts_with("http://") || source.starts_with("https://") {
        fetch(source).with_context(|| format!("cannot fetch {source}"))?
    } else {
        fs::read_to_string(source).with_context(|| format!("cannot read {source}"))?
    };
    serde_json::from_str(&text).with_context(|| format!("{source} is no JSON document"))
}

fn fetch(address: &str) -> anyhow::Result<String> {
    let agent: ureq::Agent =
        ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(60))).build().into();
    let mut answer = agent.get(address).header("accept", "application/json").call()?;
    Ok(answer.body_mut().with_config().limit(CAP).read_to_string()?)
}
