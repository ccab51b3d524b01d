//! `run-endpoint` and `runsync-endpoint`.

use std::time::Duration;

use runpod_api::jobs::{Pointer, Policy, Report, S3, Submit, is_terminal};
use runpod_api::{Error, Id};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::JobRef;
use super::batch::{self, Target};
use super::shown::{self, Room};
use crate::error::ToolError;
use crate::reply::Reply;
use crate::reply::later::Later;
use crate::tool::hidden::Hidden;
use crate::tool::{Card, Cx, Effect, IdArg, Outcome, ToolDef, wait};

/// How long the host holds `runsync` when nothing is said.
const HOLD: Duration = Duration::from_secs(90);
/// The shortest that it takes.
const SHORTEST_HOLD: Duration = Duration::from_secs(1);
/// The longest that it does.
const LONGEST_HOLD: Duration = Duration::from_secs(300);

/// How long a job lives unless its ttl says.
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// How a job is to run, the same for both tools.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Terms {
    /// URL to call when the job ends.
    webhook: Option<String>,
    /// Longest run in ms.
    #[schemars(range(min = 5_000))]
    execution_timeout: Option<u64>,
    /// Start no worker for it.
    low_priority: Option<bool>,
    /// Longest life in ms, queued or running.
    #[schemars(range(min = 10_000))]
    ttl: Option<u64>,
    /// Where the worker puts large results.
    s3_config: Option<S3Config>,
    /// The three limits in one object, as older servers took them.
    #[schemars(extend("x-unlisted" = true))]
    policy: Option<PolicyArg>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct PolicyArg {
    #[schemars(range(min = 5_000))]
    execution_timeout: Option<u64>,
    low_priority: Option<bool>,
    #[schemars(range(min = 10_000))]
    ttl: Option<u64>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct S3Config {
    access_id: Hidden,
    access_secret: Hidden,
    bucket_name: String,
    endpoint_url: String,
}

impl Terms {
    /// A job on these terms with this input.
    fn with(self, input: Map<String, Value>) -> Result<Submit, ToolError> {
        let Self { webhook, execution_timeout, low_priority, ttl, s3_config, policy } = self;
        // Runpod calls it through the open network, with what the job made in the body.
        if webhook.as_deref().is_some_and(|url| !is_web_address(url, &["https://"])) {
            return Err(ToolError::bad_argument(
                "`webhook` is no https address without a name or password, such as https://example.com/done",
            ));
        }
        // A bucket may stand in Runpod's own network, where nothing encrypts.
        let endpoint = s3_config.as_ref().map(|s3| s3.endpoint_url.as_str());
        if endpoint.is_some_and(|url| !is_web_address(url, &["https://", "http://"])) {
            return Err(ToolError::bad_argument(
                "`s3Config.endpointUrl` is no web address without a name or password, such as https://s3.example.com",
            ));
        }
        let s3 = s3_config.map(|s3| S3 {
            access_id: s3.access_id.0,
            access_secret: s3.access_secret.0,
            bucket_name: s3.bucket_name,
            endpoint_url: s3.endpoint_url,
        });
        let nested = policy.unwrap_or_default();
        let policy = Policy {
            execution_timeout: execution_timeout.or(nested.execution_timeout),
            low_priority: low_priority.or(nested.low_priority),
            ttl: ttl.or(nested.ttl),
        };
        Ok(Submit { input, webhook, policy, s3 })
    }
}

/// Whether a text is an address of one of these schemes with a host and nothing in front of it: what stands before an `@`
/// would be a password in the history of a job, or make the host look like another one.
fn is_web_address(text: &str, schemes: &[&str]) -> bool {
    let Some(rest) = schemes.iter().find_map(|scheme| text.strip_prefix(scheme)) else { return false };
    let host = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let odd = |c: char| c.is_whitespace() || c.is_control();
    !host.is_empty() && !host.contains('@') && !text.contains(odd)
}

pub(super) struct RunEndpoint;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RunArgs {
    /// From list-endpoints.
    endpoint_id: IdArg,
    /// What the worker takes.
    input: Option<Map<String, Value>>,
    /// Instead: one job each.
    #[schemars(length(min = 1, max = 100))]
    inputs: Option<Vec<Map<String, Value>>>,
    /// Instead: JSONL inside --files-dir; repeating submits no line twice.
    inputs_file: Option<String>,
    #[serde(flatten)]
    terms: Terms,
}

impl ToolDef for RunEndpoint {
    type Args = RunArgs;
    const CARD: Card = Card {
        name: "run-endpoint",
        title: "Run endpoint",
        about: "Queues a job, or one for each of many inputs, on a Serverless or public endpoint and returns ids; \
                get-job-status with wait gets results, kept for 30 minutes.",
        effect: Effect::Spends,
        idempotent: false,
        covers: &["runJob"],
        ids_from: Some("list-endpoints"),
    };

    async fn call(cx: &Cx, args: RunArgs) -> Outcome {
        let RunArgs { endpoint_id: IdArg(endpoint), input, inputs, inputs_file, terms } = args;
        match (input, inputs, inputs_file) {
            (Some(input), None, None) => one(cx, &endpoint, &terms.with(input)?).await,
            (None, Some(inputs), None) => {
                let terms = terms.with(Map::new())?;
                batch::of_list(cx, Target { endpoint, terms }, inputs).await
            }
            (None, None, Some(file)) => {
                let terms = terms.with(Map::new())?;
                batch::of_file(cx, Target { endpoint, terms }, &file).await
            }
            (None, None, None) => Err(ToolError::bad_argument("run-endpoint: missing `input`").hint(INPUTS)),
            _ => Err(ToolError::bad_argument("run-endpoint: one of `input`, `inputs` and `inputsFile`")
                .hint(INPUTS)),
        }
    }
}

const INPUTS: &str = "`input` is an object for one job, `inputs` a list of up to 100 such objects, `inputsFile` the name \
                      of a JSONL file with one such object in each line";

async fn one(cx: &Cx, endpoint: &Id, submit: &Submit) -> Outcome {
    let queued = cx.client.jobs().run(endpoint, submit).await.map_err(|e| unsent(endpoint, e))?;
    let job = &queued.view.id;
    let reply = Reply::of(&queued).note(format!(
        "get-job-status with endpointId {endpoint}, jobId {job} and wait 60000 waits for the result"
    ));
    // A client that takes tasks comes back for the result by itself.
    let later = Id::parse(job).ok().filter(|_| cx.takes_tasks);
    let later = later.and_then(|job| Later::new("get-job-status", &[endpoint, &job], LONGEST_LIFE));
    Ok(reply.until(later.map(|later| later.at(format!("job {job}: {}", queued.view.status)))))
}

pub(super) struct RunsyncEndpoint;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RunsyncArgs {
    /// From list-endpoints.
    endpoint_id: IdArg,
    /// What the worker takes.
    input: Map<String, Value>,
    #[serde(flatten)]
    terms: Terms,
    /// In ms, 90000 when omitted.
    #[schemars(range(min = 1000))]
    wait: Option<u64>,
    /// Largest reply, 80000 when omitted.
    #[schemars(range(min = 5000))]
    max_bytes: Option<u32>,
}

impl ToolDef for RunsyncEndpoint {
    type Args = RunsyncArgs;
    const CARD: Card = Card {
        name: "runsync-endpoint",
        title: "Run endpoint and wait",
        about: "Queues a job and waits for its result, kept for a minute; when the wait ends first, get-job-status goes \
                on.",
        effect: Effect::Spends,
        idempotent: false,
        covers: &["runJobSync"],
        ids_from: Some("list-endpoints"),
    };

    async fn call(cx: &Cx, args: RunsyncArgs) -> Outcome {
        let (IdArg(endpoint), submit) = (args.endpoint_id, args.terms.with(args.input)?);
        let hold = Hold::of(cx, args.wait.map(Duration::from_millis));
        let room = Room::of(args.max_bytes);
        let window = room.window(Pointer::default().inside("output"));
        let report = cx.client.jobs().run_sync(&endpoint, &submit, hold.said, &window).await;
        let report = report.map_err(|error| unsent(&endpoint, error))?;
        let Some(job) = job_of(&report, &endpoint) else {
            return Ok(shown::whole(&report).at_most(room.bytes()));
        };
        match report.is_terminal() {
            true => shown::fitted(cx, &job, room, report).await,
            false => Ok(hold.over(shown::whole(&report).at_most(room.bytes()), &job, &report)),
        }
    }
}

/// The job that an answer is about, if it says that.
fn job_of(report: &Report, endpoint: &Id) -> Option<JobRef> {
    let id = Id::parse(&report.member::<String>("id")?).ok()?;
    Some(JobRef { endpoint: endpoint.clone(), id })
}

/// How long the host is to hold its answer.
#[derive(Debug)]
struct Hold {
    wanted: Duration,
    granted: Duration,
    /// What the host is told; nothing where its own default is meant and fits.
    said: Option<Duration>,
}

impl Hold {
    fn of(cx: &Cx, asked: Option<Duration>) -> Self {
        let wanted = asked.unwrap_or(HOLD);
        let granted = wanted.min(LONGEST_HOLD).min(wait::budget(cx)).max(SHORTEST_HOLD);
        let said = (asked.is_some() || granted < HOLD).then_some(granted);
        Self { wanted, granted, said }
    }

    /// The reply of a wait that ended before its job did.
    fn over(&self, reply: Reply, job: &JobRef, report: &Report) -> Reply {
        let (state, seconds) = (&report.status, self.granted.as_secs());
        let words = job.words();
        let reply = reply.note(format!(
            "still {state} after {seconds} s, and the job goes on: get-job-status with {words} and wait 60000 waits on, \
             and says why if it stays IN_QUEUE; do not submit it again"
        ));
        match self.granted < self.wanted && !is_terminal(state) {
            false => reply,
            true => reply.with(
                "waitClamped",
                json!({
                    "requestedMs": millis(self.wanted), "effectiveMs": millis(self.granted),
                    "reason": format!(
                        "one call may wait {seconds} s here, of the 60 s that some hosts give to a request; \
                         get-job-status waits on"
                    ),
                }),
            ),
        }
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Why there is no job, or none that is known.
fn unsent(endpoint: &Id, error: Error) -> ToolError {
    let doubt = matches!(&error, Error::Timeout { sent: true, .. } | Error::Connection { sent: true, .. });
    let told = ToolError::from(error);
    match (doubt, told.status) {
        (true, _) => told.hint(format!(
            "the job may be queued or running all the same, without an id that is known here: look with \
             endpoint-health and endpointId {endpoint} before submitting it again"
        )),
        (_, Some(400 | 422)) => {
            told.hint("what `input` has to contain is up to the worker's handler: see the image's or the model's own page")
        }
        _ => told,
    }
}
