//! Which tools may run now.
//!
//! `--read-only` keeps only what changes nothing. `--no-spend` refuses exactly what starts or raises billing and
//! keeps stop, delete and scale-to-zero, for an agent that is left alone overnight.

use crate::error::ToolError;
use crate::tool::{Card, Effect};

/// The switches that limit what tools may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Only `Reads`.
    pub read_only: bool,
    /// Everything but `Spends`.
    pub no_spend: bool,
}

impl Policy {
    /// Whether a tool is listed at all: one that no call of it could pass is not.
    #[must_use]
    pub fn lists(self, card: &Card) -> bool {
        !self.read_only || card.effect == Effect::Reads
    }

    /// Whether a call of this effect may run.
    ///
    /// # Errors
    /// `not_allowed`, naming the switch that forbids it.
    pub fn allows(self, card: &Card, effect: Effect) -> Result<(), ToolError> {
        let forbidden_by = match effect {
            Effect::Reads => None,
            _ if self.read_only => Some("--read-only"),
            Effect::Spends if self.no_spend => Some("--no-spend"),
            _ => None,
        };
        match forbidden_by {
            None => Ok(()),
            Some(switch) => Err(refusal(card.name, switch)),
        }
    }
}

fn refusal(tool: &str, switch: &'static str) -> ToolError {
    ToolError::new("not_allowed", format!("{tool} is refused: this server runs with {switch}"))
        .status(403)
        .hint("tell the user; only the person who started the server can lift the switch")
}
