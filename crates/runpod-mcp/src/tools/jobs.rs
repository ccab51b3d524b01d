//! Tools over jobs on Serverless endpoints: submit, ask, collect, stop.

mod acts;
mod batch;
mod diagnosis;
mod output;
mod run;
mod shown;
mod status;
mod stream;
mod summary;

use runpod_api::{Error, Id};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::error::ToolError;
use crate::tool::{IdArg, Tool};

pub(super) static TOOLS: [Tool; 9] = [
    Tool::of::<run::RunEndpoint>(),
    Tool::of::<run::RunsyncEndpoint>(),
    Tool::of::<status::GetJobStatus>(),
    Tool::of::<output::GetJobOutput>(),
    Tool::of::<stream::StreamJob>(),
    Tool::of::<acts::CancelJob>(),
    Tool::of::<acts::RetryJob>(),
    Tool::of::<acts::EndpointHealth>(),
    Tool::of::<acts::PurgeEndpointQueue>(),
];

/// One job of one endpoint.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct JobArgs {
    /// From list-endpoints.
    endpoint_id: IdArg,
    /// From run-endpoint.
    job_id: IdArg,
}

/// A job, as the next call has to name it.
#[derive(Clone, Debug)]
struct JobRef {
    endpoint: Id,
    id: Id,
}

impl From<JobArgs> for JobRef {
    fn from(args: JobArgs) -> Self {
        Self { endpoint: args.endpoint_id.0, id: args.job_id.0 }
    }
}

impl JobRef {
    /// The arguments that lead back to it.
    fn words(&self) -> String {
        format!("endpointId {} and jobId {}", self.endpoint, self.id)
    }

    /// Why there was no answer about it.
    fn error(&self, error: Error) -> ToolError {
        let told = ToolError::from(error);
        match told.status {
            Some(404) => told.hint(
                "check endpointId with list-endpoints and jobId with the reply that gave it; results are kept for 30 \
                 minutes (runsync-endpoint: 1 minute) after the end of a job, and none outlives its ttl",
            ),
            _ => told,
        }
    }
}
