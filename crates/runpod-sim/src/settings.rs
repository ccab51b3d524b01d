//! How a twin is set up, as values. Nothing here reads the environment.

use std::fmt;
use std::str::FromStr;

use crate::clock::Pace;
use crate::faults::Scenario;
use crate::seed::Seed;

/// How a twin is set up. [`Sim::builder`](crate::Sim::builder) fills it in by name.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The world to start with.
    pub seed: Seed,
    /// How the twin's time passes.
    pub pace: Pace,
    /// What this twin has not learnt yet, to imitate older hosts.
    pub without: Vec<Without>,
    /// Whether requests beyond the rate windows are refused. The windows are counted and shown in any case.
    pub enforce_rate_limits: bool,
    /// Trouble from the start.
    pub scenario: Scenario,
}

/// Something that REST v2 learnt late and that an older host refuses or leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Without {
    /// `cpu` in the bodies of Pods and endpoints is refused as unknown (422).
    CpuPods,
    /// `templateId` in bodies is refused as unknown (422).
    TemplateId,
    /// Lists answer everything at once, and without `pagination`.
    Pagination,
}

/// Each feature and the word for it.
const WORDS: &[(&str, Without)] = &[
    ("cpu-pods", Without::CpuPods),
    ("template-id", Without::TemplateId),
    ("pagination", Without::Pagination),
];

impl Without {
    /// The property that is refused as unknown, when the feature is one.
    pub(crate) fn property(self) -> Option<&'static str> {
        match self {
            Without::CpuPods => Some("cpu"),
            Without::TemplateId => Some("templateId"),
            Without::Pagination => None,
        }
    }
}

impl FromStr for Without {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = WORDS.iter().find(|(word, _)| *word == text);
        let words = || WORDS.iter().map(|(word, _)| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        found.map(|(_, feature)| *feature).ok_or_else(|| format!("`{text}` is none of {}", words()))
    }
}

impl fmt::Display for Without {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = WORDS.iter().find(|(_, feature)| feature == self);
        f.write_str(found.map_or("", |(word, _)| word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_read_what_they_write_and_name_the_accepted_ones() {
        for (word, feature) in WORDS {
            assert_eq!(word.parse(), Ok(*feature));
            assert_eq!(feature.to_string(), *word);
        }
        let error = "gpu-pods".parse::<Without>().unwrap_err();
        assert_eq!(error, "`gpu-pods` is none of `cpu-pods`, `template-id`, `pagination`");
    }
}
