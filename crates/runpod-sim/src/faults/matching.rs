//! Which requests a fault hits.

use serde::{Deserialize, Serialize};

use super::{Action, Fault};

/// Which requests a fault hits: those that fit everything said here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Match {
    /// The operation's id in the contract, such as `createPod`.
    pub operation: Option<String>,
    /// `GET`, `POST`, ...
    pub method: Option<String>,
    /// The path with its `/v1` or `/v2`; `*` stands for any text.
    pub path: Option<String>,
    /// Only from the nth fitting request on, counted from 1; then `times` is 1 unless said.
    pub nth: Option<u64>,
    /// How many fitting requests are hit; without it, all.
    pub times: Option<u64>,
}

/// What a request is known by.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) operation: Option<&'a str>,
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
}

impl Match {
    /// Every request.
    #[must_use]
    pub fn any() -> Self {
        Self::default()
    }

    /// The requests that lead to this operation of the contract.
    #[must_use]
    pub fn operation(id: &str) -> Self {
        Self { operation: Some(id.to_owned()), ..Self::default() }
    }

    /// The requests with this method to paths that fit; `*` stands for any text.
    #[must_use]
    pub fn path(method: &str, path: &str) -> Self {
        Self { method: Some(method.to_owned()), path: Some(path.to_owned()), ..Self::default() }
    }

    /// Only the nth fitting request, counted from 1.
    #[must_use]
    pub fn nth(mut self, nth: u64) -> Self {
        self.nth = Some(nth);
        self
    }

    /// Only so many fitting requests.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// Makes it a fault.
    #[must_use]
    pub fn then(self, action: impl Into<Action>) -> Fault {
        Fault { on: self, action: action.into() }
    }

    pub(super) fn fits(&self, asked: &Asked<'_>) -> bool {
        self.operation.as_deref().is_none_or(|operation| asked.operation == Some(operation))
            && self.method.as_deref().is_none_or(|method| method.eq_ignore_ascii_case(asked.method))
            && self.path.as_deref().is_none_or(|path| glob(path, asked.path))
    }

    /// Whether the fitting request of this number is hit.
    pub(super) fn strikes(&self, seen: u64) -> bool {
        let first = self.nth.unwrap_or(1);
        let times = self.times.or(self.nth.map(|_| 1));
        seen >= first && times.is_none_or(|times| seen - first < times)
    }
}

/// Whether a text fits a pattern in which `*` stands for any text, also none.
pub(crate) fn glob(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(left) = text.strip_prefix(head) else { return false };
    let starts = left.char_indices().map(|(start, _)| start).chain([left.len()]);
    starts.into_iter().filter_map(|start| left.get(start..)).any(|tail| glob(rest, tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, text) in
            [("*", ""), ("/v2/pods*", "/v2/pods"), ("/v2/*/logs", "/v2/pods/x/logs"), ("a*b*c", "abbc")]
        {
            assert!(glob(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("", "a"), ("/v2/pods", "/v2/pods/x"), ("a*b", "abc"), ("*x", "é")] {
            assert!(!glob(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn times_counts_from_the_nth_on() {
        let hits = |on: Match| (1..=5).filter(|seen| on.strikes(*seen)).collect::<Vec<_>>();
        assert_eq!(hits(Match::any()), [1, 2, 3, 4, 5]);
        assert_eq!(hits(Match::any().times(2)), [1, 2]);
        assert_eq!(hits(Match::any().nth(3)), [3]);
        assert_eq!(hits(Match::any().nth(3).times(2)), [3, 4]);
    }
}
