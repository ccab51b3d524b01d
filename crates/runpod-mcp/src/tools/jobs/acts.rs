//! `cancel-job`, `retry-job`, `endpoint-health`, `purge-endpoint-queue`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{JobArgs, JobRef};
use crate::error::ToolError;
use crate::reply::Reply;
use crate::tool::{Card, Cx, Effect, IdArg, Outcome, ToolDef};

pub(super) struct CancelJob;

impl ToolDef for CancelJob {
    type Args = JobArgs;
    const CARD: Card = Card {
        name: "cancel-job",
        title: "Cancel job",
        about: "Stops a queued or running job for good.",
        effect: Effect::Destroys,
        idempotent: true,
        covers: &["cancelJob"],
        ids_from: None,
    };

    async fn call(cx: &Cx, args: JobArgs) -> Outcome {
        let job = JobRef::from(args);
        let cancelled = cx.client.jobs().cancel(&job.endpoint, &job.id).await;
        Ok(Reply::of(&cancelled.map_err(|error| job.error(error))?))
    }
}

pub(super) struct RetryJob;

impl ToolDef for RetryJob {
    type Args = JobArgs;
    const CARD: Card = Card {
        name: "retry-job",
        title: "Retry job",
        about: "Queues a FAILED or TIMED_OUT job again under the same id; its old output is dropped.",
        effect: Effect::Spends,
        idempotent: false,
        covers: &["retryJob"],
        ids_from: None,
    };

    async fn call(cx: &Cx, args: JobArgs) -> Outcome {
        let job = JobRef::from(args);
        match cx.client.jobs().retry(&job.endpoint, &job.id).await {
            Ok(queued) => {
                let words = job.words();
                Ok(Reply::of(&queued)
                    .note(format!("get-job-status with {words} and wait 60000 waits for the result")))
            }
            Err(error) if matches!(error.status(), Some(400 | 409)) => Err(ToolError::from(error).hint(
                "only a job that is FAILED or TIMED_OUT can be retried: get-job-status shows how it is",
            )),
            Err(error) => Err(job.error(error)),
        }
    }
}

/// One endpoint, by id.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct EndpointArgs {
    /// From list-endpoints.
    endpoint_id: IdArg,
}

pub(super) struct EndpointHealth;

impl ToolDef for EndpointHealth {
    type Args = EndpointArgs;
    const CARD: Card = Card {
        name: "endpoint-health",
        title: "Endpoint health",
        about: "How many jobs of an endpoint wait, run and have ended, and how many workers it has.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["getEndpointHealth"],
        ids_from: Some("list-endpoints"),
    };

    async fn call(cx: &Cx, args: EndpointArgs) -> Outcome {
        Ok(Reply::of(&cx.client.jobs().health(&args.endpoint_id.0).await?))
    }
}

pub(super) struct PurgeEndpointQueue;

impl ToolDef for PurgeEndpointQueue {
    type Args = EndpointArgs;
    const CARD: Card = Card {
        name: "purge-endpoint-queue",
        title: "Purge endpoint queue",
        about: "Drops all jobs that wait on an endpoint for good; running ones go on.",
        effect: Effect::Destroys,
        idempotent: true,
        covers: &["purgeQueue"],
        ids_from: Some("list-endpoints"),
    };

    async fn call(cx: &Cx, args: EndpointArgs) -> Outcome {
        Ok(Reply::of(&cx.client.jobs().purge_queue(&args.endpoint_id.0).await?))
    }
}
