//! The list of all tools, in the order clients see them.

mod account;
mod billing;
mod catalog;
mod clusters;
mod endpoints;
mod hub;
mod jobs;
pub(crate) mod pods;
mod registries;
mod selection;
mod templates;
mod volumes;

use crate::tool::Tool;

pub use selection::Selection;

/// Tools that are switched on and off together.
#[derive(Debug)]
pub struct Toolset {
    /// Name in `--toolsets`.
    pub name: &'static str,
    /// Its tools.
    pub tools: &'static [Tool],
}

/// Every toolset.
pub static TOOLSETS: &[Toolset] = &[
    Toolset { name: "pods", tools: &pods::TOOLS },
    Toolset { name: "serverless", tools: &endpoints::TOOLS },
    Toolset { name: "jobs", tools: &jobs::TOOLS },
    Toolset { name: "templates", tools: &templates::TOOLS },
    Toolset { name: "storage", tools: &volumes::TOOLS },
    Toolset { name: "registries", tools: &registries::TOOLS },
    Toolset { name: "catalog", tools: &catalog::TOOLS },
    Toolset { name: "billing", tools: &billing::TOOLS },
    Toolset { name: "clusters", tools: &clusters::TOOLS },
    Toolset { name: "account", tools: &account::TOOLS },
    Toolset { name: "hub", tools: &hub::TOOLS },
];

/// `--toolsets core`: what an agent needs to run Pods and endpoints, at half the size of the whole list.
pub static CORE: &[&str] = &[
    "list-pods",
    "get-pod",
    "create-pod",
    "start-pod",
    "stop-pod",
    "delete-pod",
    "stream-pod-logs",
    "list-endpoints",
    "get-endpoint",
    "create-endpoint",
    "update-endpoint",
    "delete-endpoint",
    "list-endpoint-workers",
    "stream-worker-logs",
    "run-endpoint",
    "runsync-endpoint",
    "get-job-status",
    "get-job-output",
    "cancel-job",
    "endpoint-health",
    "list-gpu-types",
    "list-data-centers",
    "get-capacity",
    "get-billing",
];

/// Every tool.
pub fn all() -> impl Iterator<Item = &'static Tool> {
    TOOLSETS.iter().flat_map(|set| set.tools)
}

/// The tool of a name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Tool> {
    all().find(|tool| tool.card.name == name)
}
