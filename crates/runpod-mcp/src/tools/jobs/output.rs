//! `get-job-output`: any part of an output of any size, to read or into a file.

use bytes::Bytes;
use runpod_api::jobs::{Excerpt, Kind, Pointer, Report, Sink, Window};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::JobRef;
use super::shown::{self, Room};
use crate::error::ToolError;
use crate::files::{self, Draft};
use crate::reply::Reply;
use crate::tool::{Card, Cx, Effect, IdArg, Outcome, ToolDef};

pub(super) struct GetJobOutput;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct GetJobOutputArgs {
    /// From list-endpoints.
    endpoint_id: IdArg,
    /// From run-endpoint.
    job_id: IdArg,
    /// JSON pointer, /output when omitted.
    path: Option<String>,
    /// First element, member or byte.
    from: Option<u64>,
    /// The one after the last.
    to: Option<u64>,
    /// Largest reply, 80000 when omitted.
    #[schemars(range(min = 5000))]
    max_bytes: Option<u32>,
    /// File to write all of it to instead, inside --files-dir.
    save_to: Option<String>,
    /// Replace that file.
    overwrite: Option<bool>,
}

impl ToolDef for GetJobOutput {
    type Args = GetJobOutputArgs;
    const CARD: Card = Card {
        name: "get-job-output",
        title: "Get job output",
        about: "Any part of a job's output, however large: by path, from an element or byte on, or all of it into a \
                file; a cut reply names the path and from that go on.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["getJobStatus"],
        ids_from: None,
    };

    async fn call(cx: &Cx, args: GetJobOutputArgs) -> Outcome {
        let path = pointer(args.path.as_deref())?;
        let job = JobRef { endpoint: args.endpoint_id.0, id: args.job_id.0 };
        if let Some(name) = args.save_to {
            if args.from.is_some() || args.to.is_some() {
                return Err(ToolError::bad_argument(
                    "`saveTo` writes all that is at `path`; leave out `from` and `to`",
                ));
            }
            return save(cx, &job, &path, (&name, args.overwrite.unwrap_or(false))).await;
        }
        let from = args.from.unwrap_or(0);
        if args.to.is_some_and(|to| to <= from) {
            return Err(ToolError::bad_argument(format!(
                "`to` must be greater than `from`, which is {from}"
            )));
        }
        let room = Room::of(args.max_bytes);
        let window = Window { from, to: args.to, ..room.window(path) };
        read(cx, &job, room, window).await
    }
}

/// The place that is meant. Whoever leaves out `/output` means a place inside of it.
fn pointer(path: Option<&str>) -> Result<Pointer, ToolError> {
    let path = Pointer::parse(path.unwrap_or("/output"));
    let path = path.map_err(|why| ToolError::bad_argument(format!("`path` {why}")))?;
    Ok(match path.tokens().first().map(String::as_str) {
        Some("output" | "error") => path,
        _ => path.inside("output"),
    })
}

async fn read(cx: &Cx, job: &JobRef, room: Room, window: Window) -> Outcome {
    let report = cx.client.jobs().status(&job.endpoint, &job.id, &window).await.map_err(|e| job.error(e))?;
    let Some(shown) = &report.shown else { return Err(absent(job, &report, &window.path)) };
    if shown.from > 0 && shown.from >= shown.total {
        let (total, unit) = (shown.total, shown.kind.unit().as_str());
        return Err(ToolError::bad_argument(format!("`from` is beyond the end: there are {total} {unit}")));
    }
    let reply = described(job, &report, shown, &window).with("value", shown::value(shown));
    // Here only what belongs to the place goes on; the members beside it are not part of the reply.
    let only = Report { members: Vec::new(), ..report };
    Ok(shown::with_rest(reply, job, &only, room).at_most(room.bytes()))
}

/// What is at a place, without its value.
fn described(job: &JobRef, report: &Report, shown: &Excerpt, window: &Window) -> Reply {
    let kind = match shown.kind {
        Kind::List => "array",
        Kind::Map => "object",
        Kind::Text => "string",
        Kind::Word => "scalar",
    };
    Reply::from(json!({
        "id": job.id.as_str(), "status": report.status, "path": window.path.to_string(), "kind": kind,
        "from": shown.from, "total": shown.total, "unit": shown.kind.unit().as_str(), "jsonBytes": shown.bytes,
    }))
}

/// Why there is nothing at a place.
fn absent(job: &JobRef, report: &Report, path: &Pointer) -> ToolError {
    let (status, words) = (&report.status, job.words());
    let has = |name: &str| report.members.iter().any(|(member, _)| member == name);
    let error = match (report.is_terminal(), path.tokens().len()) {
        (false, _) => ToolError::new("no_output", format!("the job is {status} and has no output yet"))
            .hint(format!("get-job-status with {words} and wait 60000 waits for it")),
        (true, 1) if has("error") => {
            ToolError::new("no_output", format!("the job is {status} and has no output, but an error"))
                .hint(format!("get-job-output with {words} and path /error shows it"))
        }
        (true, 1) => ToolError::new("no_output", format!("the job is {status} and has no output")),
        (true, _) => ToolError::new("no_output", format!("the output has nothing at {path}"))
            .hint(format!("get-job-output with {words} and no path shows what it has")),
    };
    error.status(404).fact("jobStatus", status.as_str())
}

async fn save(cx: &Cx, job: &JobRef, path: &Pointer, (name, replace): (&str, bool)) -> Outcome {
    let Some(files) = &cx.files else {
        return Err(files::no_folder("saveTo", "read the output in parts with path and from"));
    };
    let mut draft = files.begin(name, replace)?;
    let report =
        cx.client.jobs().save(&job.endpoint, &job.id, path, &mut draft).await.map_err(|e| job.error(e))?;
    let Some(shown) = &report.shown else { return Err(absent(job, &report, path)) };
    let kind = if shown.kind == Kind::Text { "a JSON string, with its quotes and escapes" } else { "JSON" };
    let saved = draft.keep().await?;
    Ok(Reply::from(json!({
        "id": job.id.as_str(), "status": report.status, "path": path.to_string(),
        "savedTo": saved.path.to_string_lossy(), "bytes": saved.bytes, "sha256": saved.sha256, "content": kind,
    })))
}

impl Sink for Draft {
    async fn put(&mut self, piece: Bytes) -> std::io::Result<()> {
        Draft::put(self, piece).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_without_output_in_front_means_a_place_in_it() {
        let meant = |path| pointer(path).unwrap().to_string();
        assert_eq!(meant(None), "/output");
        assert_eq!(meant(Some("")), "/output");
        assert_eq!(meant(Some("/rows/3")), "/output/rows/3");
        assert_eq!(meant(Some("/output/rows/3")), "/output/rows/3");
        assert_eq!(meant(Some("/error")), "/error");
        assert!(pointer(Some("rows.3")).unwrap_err().message.contains("JSON pointer"));
    }
}
