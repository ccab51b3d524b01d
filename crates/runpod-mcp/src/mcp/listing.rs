//! tools/list: the same list for every client, in the order of the source, built on first use.

use serde_json::{Value, json};

use super::Server;
use crate::config::Surface;
use crate::tool::Tool;

impl Server {
    /// The tools as rmcp types them.
    pub(super) fn tools(&self) -> &[rmcp::model::Tool] {
        self.0.tools.get_or_init(|| {
            // A listing that rmcp cannot read would be a fault of this program; the surface tests read them all.
            self.listings().into_iter().filter_map(|listing| serde_json::from_value(listing).ok()).collect()
        })
    }

    /// The result of tools/list, as every client gets it.
    #[must_use]
    pub fn listing(&self) -> Value {
        json!({"tools": self.listings()})
    }

    /// The schema of all arguments that a tool accepts; `null` when there is no such tool.
    #[must_use]
    pub fn schema(&self, name: &str) -> &Value {
        self.0.setup.selection.find(name).map_or(&Value::Null, |tool| tool.accepts())
    }

    fn listings(&self) -> Vec<Value> {
        let setup = &self.0.setup;
        let listed = setup.selection.iter().filter(|tool| setup.policy.lists(tool.card));
        match setup.surface {
            Surface::Full => listed.map(Tool::listing).collect(),
            Surface::Mini => self.mini().into(),
        }
    }
}
