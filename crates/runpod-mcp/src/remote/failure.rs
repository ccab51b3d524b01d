//! What went wrong on the way to a server, without anything that was secret on it.

use std::error::Error as _;

use reqwest::Url;

/// One step that failed, and what it was about.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{step}: {why}")]
pub struct Failure {
    /// Which step: `protected-resource metadata https://...`.
    pub step: String,
    /// What was wrong, and what is accepted.
    pub why: String,
}

impl Failure {
    /// A step that failed.
    pub(super) fn of(step: impl Into<String>, why: impl Into<String>) -> Self {
        Self { step: step.into(), why: why.into() }
    }

    /// A request that failed.
    pub(super) fn at(step: &str, url: &Url, error: reqwest::Error) -> Self {
        Self::of(format!("{step} {}", bare(url)), cause(error))
    }
}

/// An address without its query, which may hold codes.
pub(super) fn bare(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.to_string()
}

/// Why a request failed: the innermost words, without the address.
#[must_use]
pub fn cause(error: reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let error = error.without_url();
    let mut words = error.to_string();
    let mut next = error.source();
    while let Some(inner) = next {
        words = inner.to_string();
        next = inner.source();
    }
    words
}
