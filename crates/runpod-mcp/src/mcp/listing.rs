//! tools/list: the same list for every client, in the order of the source, built on first use.

use serde_json::{Value, json};

use super::Server;
use crate::config::Surface;
use crate::tool::Tool;

impl Server {
    /// The tools as rmcp types them.
    pub(super) fn tools(&self) -> &[rmcp::model::Tool] {
        self.0.tools.get_or_init(|| self.typed_tools())
    }

    /// The same, made anew.
    pub(super) fn typed_tools(&self) -> Vec<rmcp::model::Tool> {
        // A listing that rmcp cannot read would be a fault of this program; the surface tests read them all.
        self.listings().filter_map(|listing| serde_json::from_value(listing).ok()).collect()
    }

    /// The result of tools/list, as every client gets it.
    #[must_use]
    pub fn listing(&self) -> Value {
        json!({"tools": self.listings().collect::<Vec<_>>()})
    }

    /// The schema of all arguments that a tool accepts; `null` when there is no such tool.
    #[must_use]
    pub fn schema(&self, name: &str) -> &Value {
        self.0.setup.selection.find(name).map_or(&Value::Null, |tool| tool.accepts())
    }

    /// One entry at a time: the whole list exists once, in the form that is sent.
    fn listings(&self) -> impl Iterator<Item = Value> {
        let setup = &self.0.setup;
        let (mini, full) = match setup.surface {
            Surface::Full => (None, Some(setup.selection.iter())),
            Surface::Mini => (Some(self.mini()), None),
        };
        let listed = full.into_iter().flatten().filter(|tool| setup.policy.lists(tool.card));
        mini.into_iter().flatten().chain(listed.map(Tool::listing))
    }
}
