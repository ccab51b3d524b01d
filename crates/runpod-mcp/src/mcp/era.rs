//! The two ways in which MCP is spoken.

use rmcp::RoleServer;
use rmcp::model::ProtocolVersion;
use rmcp::service::RequestContext;

/// How a request says what it speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Era {
    /// Up to 2025-11-25: once, by `initialize`.
    #[default]
    Legacy,
    /// Since 2026-07-28: in the `_meta` of every request.
    Modern,
}

impl Era {
    /// The era of a revision.
    #[must_use]
    pub fn of(version: &str) -> Self {
        // Revisions are dates, so they compare as text.
        if version >= ProtocolVersion::V_2026_07_28.as_str() { Self::Modern } else { Self::Legacy }
    }

    pub(super) fn of_context(context: &RequestContext<RoleServer>) -> Self {
        context.protocol_version().map_or(Self::Legacy, |version| Self::of(version.as_str()))
    }

    pub(super) fn is_modern(self) -> bool {
        self == Self::Modern
    }
}
