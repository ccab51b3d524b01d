//! What may be wrong between a client and Runpod, one check for each hop, with what to do about it.
//!
//! A check looks and changes nothing: no tool that writes is called, nobody is asked to sign in. Findings never hold a
//! key, a token, or what a server said in its own words. What is looked at and when is told by the command line.

pub mod account;
pub mod entry;
pub mod hosted;
pub mod network;
pub mod subject;

use serde::Serialize;

/// One check, done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at.
    pub name: String,
    /// How it is.
    pub outcome: Outcome,
    /// What was found, in one sentence without a full stop.
    pub finding: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// As it should be.
    Ok,
    /// It works, and something is worth knowing.
    Warn,
    /// It does not work.
    Fail,
}

impl Check {
    /// A check that found everything in order.
    pub fn ok(name: impl Into<String>, finding: impl Into<String>) -> Self {
        Self { name: name.into(), outcome: Outcome::Ok, finding: finding.into(), remedy: None }
    }

    /// A check that found something worth knowing.
    pub fn warn(name: impl Into<String>, finding: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { outcome: Outcome::Warn, remedy: Some(remedy.into()), ..Self::ok(name, finding) }
    }

    /// A check that found what does not work.
    pub fn fail(name: impl Into<String>, finding: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { outcome: Outcome::Fail, remedy: Some(remedy.into()), ..Self::ok(name, finding) }
    }
}
