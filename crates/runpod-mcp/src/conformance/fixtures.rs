//! The fixtures as they are written down.

use std::collections::BTreeMap;

use rmcp::model::{
    CallToolResult, InputRequests, Prompt, Resource, ResourceContents, ResourceTemplate, Tool,
};
use serde::Deserialize;
use serde_json::Value;

/// Everything that needs no thought.
#[derive(Debug, Deserialize)]
pub(super) struct Fixtures {
    pub(super) tools: Vec<Tool>,
    /// What tools answer, whatever they are asked.
    pub(super) results: BTreeMap<String, CallToolResult>,
    /// What tools and prompts ask before they answer.
    pub(super) rounds: BTreeMap<String, Script>,
    pub(super) prompts: Vec<Prompt>,
    /// What prompts say, with arguments in braces.
    pub(super) messages: BTreeMap<String, Value>,
    pub(super) resources: Vec<Resource>,
    pub(super) templates: Vec<ResourceTemplate>,
    pub(super) contents: BTreeMap<String, ResourceContents>,
}

/// A conversation: questions, one set after the other, and what is said in the end.
#[derive(Debug, Deserialize)]
pub(super) struct Script {
    pub(super) asks: Vec<InputRequests>,
    /// Whether it keeps where it is in a state that the client carries and cannot change.
    #[serde(default)]
    pub(super) sealed: bool,
    /// The answer, with what was asked for in place of `{}`.
    pub(super) says: String,
    /// Where that is in the client's responses.
    pub(super) of: String,
}

impl Fixtures {
    pub(super) fn read() -> Result<Self, serde_json::Error> {
        serde_json::from_str(include_str!("fixtures.json"))
    }

    pub(super) fn tool(&self, name: &str) -> Option<&Tool> {
        self.tools.iter().find(|tool| tool.name == name)
    }
}
