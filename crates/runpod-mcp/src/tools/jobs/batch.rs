//! `run-endpoint` with many inputs: a list in the call, or a JSONL file with a ledger beside it.
//!
//! Whatever ends a batch early, each line is told: submitted, failed, unknown, or not sent. The sending goes on by
//! itself for what is under way when its caller leaves, so that the ledger and the log know how it ended. A file can
//! be submitted again at any time without sending a line twice; a list cannot, and the reply says so.

mod inputs;
pub(super) mod ledger;
mod sending;
mod told;

use runpod_api::jobs::Submit;
use runpod_api::{Client, Error, Id};
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use crate::error::ToolError;
use crate::files::{self, grown::Pen};
use crate::reply::Reply;
use crate::tool::wait::budget;
use crate::tool::{Cx, Outcome};
use inputs::Line;
use ledger::Ledger;
use sending::{Course, Fate, Queue, Sending};

/// Requests that a dry run shows.
const SHOWN: usize = 100;

/// What a batch is sent to: all of a job but its input.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) endpoint: Id,
    pub(super) terms: Submit,
}

/// A batch, read and not sent.
struct Batch {
    lines: Vec<Line>,
    /// What an earlier call sent.
    before: Ledger,
    pen: Option<Pen>,
    /// Name of the ledger, where there is one.
    ledger: Option<String>,
    note: Option<String>,
}

/// Submits the inputs of a list.
pub(super) async fn of_list(cx: &Cx, target: Target, inputs: Vec<Map<String, Value>>) -> Outcome {
    let lines = inputs::of_list(inputs);
    run(cx, target, Batch { lines, before: Ledger::default(), pen: None, ledger: None, note: None }).await
}

/// Submits the inputs of a file that were not submitted yet.
pub(super) async fn of_file(cx: &Cx, target: Target, file: &str) -> Outcome {
    let folder = cx.files.as_ref();
    let folder = folder.ok_or_else(|| files::no_folder("inputsFile", "pass up to 100 inputs as `inputs`"))?;
    let (lines, note) = inputs::of_text(&folder.read(file, inputs::LARGEST_FILE).await?)?;
    let name = ledger::name(file, &target.endpoint);
    let (known, pen) = match cx.sketchbook.is_some() {
        true => (folder.lines(&name, inputs::LARGEST_FILE).await?, None),
        false => {
            let (known, pen) = folder.grow(&name).await?;
            (known, Some(pen))
        }
    };
    let before = Ledger::read(&known, &target.endpoint);
    let before = match before.and_then(|before| before.compare(&lines).map(|()| before)) {
        Ok(before) => before,
        Err(error) => {
            // Closed before the answer: whoever repeats the call at once is not to be told that it is busy.
            close(pen).await;
            return Err(error);
        }
    };
    if let Some(pen) = pen.as_ref().filter(|_| known.is_empty()) {
        let begun = pen.write(&ledger::head(&target.endpoint)).await;
        begun.map_err(|why| {
            ToolError::new("file_refused", format!("the ledger {name:?} cannot be written: {why}"))
        })?;
    }
    run(cx, target, Batch { lines, before, pen, ledger: Some(name), note }).await
}

async fn close(pen: Option<Pen>) {
    if let Some(pen) = pen {
        pen.close().await;
    }
}

/// All lines of a ledger that an earlier call wrote.
pub(super) async fn read_ledger(cx: &Cx, name: &str, endpoint: &Id) -> Result<Ledger, ToolError> {
    let folder = cx.files.as_ref();
    let folder = folder.ok_or_else(|| files::no_folder("ledger", "pass up to 100 ids as `jobIds`"))?;
    let known = folder.lines(name, inputs::LARGEST_FILE).await?;
    if known.is_empty() {
        let none = format!("there is no ledger {name:?}");
        return Err(ToolError::new("not_found", none).status(404).hint(
            "the reply of run-endpoint with inputsFile names it: the file's name, the endpoint's id, .ledger",
        ));
    }
    Ledger::read(&known, endpoint)
}

async fn run(cx: &Cx, target: Target, batch: Batch) -> Outcome {
    let Batch { lines, before, pen, ledger, note } = batch;
    let total = lines.len();
    let left: Vec<Line> = lines.into_iter().filter(|line| !before.keeps(line)).collect();
    let order = told::Order { endpoint: target.endpoint.clone(), total, before, ledger };
    let numbers = left.iter().map(|line| line.number).collect();
    let reply = match cx.sketchbook.is_some() {
        true => sketch(cx, target, left).await?,
        false => told::reply(&order, numbers, &send(cx, target, (left, pen)).await?),
    };
    Ok(reply.notes(note))
}

/// Writes down the first requests instead of sending them.
async fn sketch(cx: &Cx, target: Target, lines: Vec<Line>) -> Outcome {
    let count = lines.len();
    let queue = Runpod { client: cx.client.clone(), target };
    for line in lines.iter().take(SHOWN) {
        match queue.submit(line).await {
            Err(Error::Sketched { .. }) | Ok(_) => (),
            Err(error) => return Err(error.into()),
        }
    }
    let more = format!("{count} jobs would be submitted; the first {SHOWN} are shown");
    Ok(Reply::default().notes((count > SHOWN).then_some(more)))
}

/// Sends in a task of its own: one that is left unattended begins nothing more, and ends what it began.
async fn send(cx: &Cx, target: Target, (lines, pen): (Vec<Line>, Option<Pen>)) -> Result<Course, ToolError> {
    let stop = CancellationToken::new();
    let _stops_when_dropped = stop.clone().drop_guard();
    let (made, progress, total) = (cx.made.clone(), cx.progress.clone(), lines.len());
    let tell = move |course: &Course, newest: &Fate| {
        if let Fate::Submitted(job) = newest {
            made.note(job.as_str());
        }
        let (done, words) = told::progress(course, total);
        progress.report(done, Some(told::float(total)), words);
    };
    // A request that is begun last still has its time to be answered in.
    let time = budget(cx).saturating_sub(cx.client.request_timeout() / 6);
    let sending = Sending {
        queue: Runpod { client: cx.client.clone(), target },
        pen,
        until: cx.client.deadline().within(time),
        stop,
        leaving: (cx.leaving.clone(), cx.client.request_timeout() / 3),
        tell: Box::new(tell),
    };
    let under_way = cx.client.under_way();
    let sent = async move {
        let course = sending.all(lines).await;
        drop(under_way);
        course
    };
    let broken = |_| ToolError::new("internal", "the sending failed inside this server").status(500);
    tokio::spawn(sent.in_current_span()).await.map_err(broken)
}

/// The queue of an endpoint.
struct Runpod {
    client: Client,
    target: Target,
}

impl Queue for Runpod {
    async fn submit(&self, line: &Line) -> Result<Id, Error> {
        let submit = Submit { input: line.input.clone(), ..self.target.terms.clone() };
        let queued = self.client.jobs().run(&self.target.endpoint, &submit).await?;
        Id::parse(&queued.view.id).map_err(|bad| Error::Shape {
            operation: "runJob",
            status: 200,
            why: format!("`id` {bad}"),
        })
    }
}
