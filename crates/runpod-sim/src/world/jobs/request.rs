//! What a request for a job says.

use serde::Deserialize;
use serde_json::{Map, Value};

/// `JobRequest` of the contract. `s3Config` is taken and used for nothing: the twin opens no connections, so
/// results stay in the answer.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct NewJob {
    /// What the worker is given. What it means is the worker's business.
    pub(crate) input: Map<String, Value>,
    /// Who is to be called when the job is over.
    pub(crate) webhook: Option<String>,
    #[serde(default)]
    pub(crate) policy: Policy,
}

impl NewJob {
    /// A job without any wishes.
    pub(crate) fn new(input: Map<String, Value>) -> Self {
        Self { input, webhook: None, policy: Policy::default() }
    }
}

/// The limits of one job, in milliseconds.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Policy {
    /// How long it may be worked on; as long as the endpoint says unless said here.
    pub(crate) execution_timeout: Option<i64>,
    /// Whether no worker is started for it.
    pub(crate) low_priority: bool,
    /// How long it may exist, counted from when it was asked for.
    pub(crate) ttl: Option<i64>,
}
