//! Scenario files: trouble written down in TOML.

use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Serialize};

use super::{Action, Fault, Match, Span};

/// Trouble written down, usually in a TOML file.
///
/// ```
/// let scenario: runpod_sim::Scenario = r#"
///     [[fault]]
///     match = { operation = "createPod", times = 1 }
///     action = { kind = "status", status = 429, headers = { Retry-After = "3" } }
///
///     [[at]]
///     time = "5m"
///     action = { kind = "sold-out", gpu = "NVIDIA H100*" }
/// "#.parse()?;
/// assert_eq!(scenario.fault.len(), 1);
/// # Ok::<(), runpod_sim::ScenarioError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scenario {
    /// Trouble from the start.
    pub fault: Vec<Fault>,
    /// Trouble that begins later.
    pub at: Vec<At>,
}

/// Trouble that begins at a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct At {
    /// How long after the start, by the twin's clock, such as `"90s"`.
    pub time: Span,
    /// Which requests are hit from then on. Nothing said means all.
    #[serde(rename = "match", default)]
    pub on: Match,
    /// What happens to them, or to the world.
    pub action: Action,
}

impl At {
    pub(super) fn fault(&self) -> Fault {
        Fault { on: self.on.clone(), action: self.action.clone() }
    }
}

/// A scenario that cannot be read; the text says where and what is accepted there.
#[derive(Debug, thiserror::Error)]
#[error("the scenario cannot be read: {0}")]
pub struct ScenarioError(#[from] toml::de::Error);

impl FromStr for Scenario {
    type Err = ScenarioError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let scenario: Self = toml::from_str(text)?;
        let later = scenario.at.iter().map(At::fault);
        scenario
            .fault
            .iter()
            .cloned()
            .chain(later)
            .try_for_each(|fault| fault.check().map_err(toml::de::Error::custom))?;
        Ok(scenario)
    }
}
