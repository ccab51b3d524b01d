//! What a call comes to when what it asks for meets a fault.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use runpod_mcp::mcp::Answer;
use runpod_mcp::reply::MAX_BYTES;
use runpod_sim::DEMO_KEY;

use super::tour::{Asked, Kind};
use super::trouble::{ELSEWHERE, INNARDS, Trouble};

/// What it comes to, by fault and by what is struck. A cell is a code (`ok` for a reply), how many requests met the fault
/// and how many seconds the call took; `=` is what a read comes to.
///
/// The log tools are called for half a second here, in which no second try fits. `stream-job` looks again by itself: what
/// it reads is handed out once, so no request of it is repeated. A DELETE of what is gone has worked.
const TABLE: &str = "
fault                    | read                      | question    | write                 | delete | held                  | output        | drain                   | log
401                      | key_rejected 1 0          | refused 1 0 | =                     | =      | =                     | =             | =                       | =
403                      | forbidden 1 0             | =           | =                     | =      | =                     | =             | =                       | =
404                      | not_found 1 0             | =           | =                     | ok 1 0 | =                     | =             | =                       | =
409                      | conflict 1 0              | =           | =                     | =      | =                     | =             | =                       | =
422                      | rejected 1 0              | =           | =                     | =      | =                     | =             | =                       | =
429                      | rate_limited 1 0          | =           | =                     | =      | =                     | =             | =                       | =
429, 2 s                 | rate_limited 2 2          | =           | =                     | =      | =                     | =             | =                       | rate_limited 1 0
429, 600 s               | rate_limited 1 0          | =           | =                     | =      | =                     | =             | =                       | =
500                      | upstream_error 3 3        | =           | upstream_error 1 0    | =      | upstream_error 1 0    | =             | upstream_error 5 4      | upstream_error 1 0
502 HTML                 | upstream_error 3 3        | =           | upstream_error 1 0    | =      | upstream_error 1 0    | =             | upstream_error 5 4      | upstream_error 1 0
503                      | upstream_error 3 3        | =           | upstream_error 1 0    | =      | upstream_error 1 0    | =             | upstream_error 5 4      | upstream_error 1 0
200 HTML                 | unexpected_answer 1 0     | =           | =                     | =      | =                     | =             | =                       | =
cut before the head      | connection_failed 3 3     | =           | connection_failed 1 0 | =      | connection_failed 1 0 | =             | connection_failed 5 4   | connection_failed 1 0
cut in the head          | connection_failed 3 3     | =           | connection_failed 1 0 | =      | connection_failed 1 0 | =             | connection_failed 5 4   | connection_failed 1 0
cut in the body          | connection_failed 3 3     | =           | connection_failed 1 0 | =      | connection_failed 1 0 | =             | connection_failed 5 4   | ok 1 0
slow body                | timeout 1 30              | =           | =                     | =      | timeout 1 300         | timeout 1 300 | ok 1 300                | ok 1 0.5
never answers            | timeout 1 30              | =           | =                     | =      | timeout 1 95          | =             | timeout 5 79            | timeout 1 0.5
not JSON                 | unexpected_answer 1 0     | =           | ok 1 0                | ok 1 0 | =                     | =             | =                       | ok 1 0
JSON that ends early     | unexpected_answer 1 0     | =           | ok 1 0                | ok 1 0 | =                     | =             | =                       | ok 1 0
wrong shape              | unexpected_answer 1 0     | =           | =                     | ok 1 0 | =                     | =             | =                       | ok 1 0
empty body               | unexpected_answer 1 0     | =           | ok 1 0                | ok 1 0 | =                     | =             | =                       | ok 1 0
200 MB, announced        | answer_too_large 1 0      | =           | =                     | =      | ok 1 0                | ok 1 0        | ok 1 0                  | =
200 MB                   | answer_too_large 1 0      | =           | =                     | =      | ok 1 0                | ok 1 0        | ok 1 0                  | ok 1 0
gzip bomb                | unexpected_answer 1 0     | =           | =                     | =      | =                     | =             | =                       | =
redirect                 | redirected 1 0            | =           | =                     | =      | =                     | =             | =                       | =
no such host             | connection_failed 0 3     | =           | =                     | =      | =                     | =             | connection_failed 0 19  | connection_failed 0 0
a stranger's certificate | untrusted_certificate 1 0 | =           | =                     | =      | =                     | =             | =                       | =
no TLS                   | connection_failed 3 3     | =           | =                     | =      | =                     | =             | connection_failed 15 19 | connection_failed 1 0
closed port              | connection_failed 0 3     | =           | =                     | =      | =                     | =             | connection_failed 0 19  | connection_failed 0 0
";

/// What comes to something else than its kind, and why.
const EXCEPTIONS: &[(&str, &[&str], &str)] = &[
    // GraphQL answers every change with data or with errors: without them nobody accepted it.
    ("mutation saveEndpoint", &["not JSON", "JSON that ends early", "empty body"], "unexpected_answer 1 0"),
];

/// Faults after which a change may have happened, where the call failed.
const DOUBTS: [&str; 16] = [
    "500",
    "502 HTML",
    "503",
    "200 HTML",
    "cut before the head",
    "cut in the head",
    "cut in the body",
    "slow body",
    "never answers",
    "not JSON",
    "JSON that ends early",
    "wrong shape",
    "empty body",
    "200 MB, announced",
    "200 MB",
    "gzip bomb",
];

/// What came of one call.
#[derive(Debug)]
pub(super) struct Came {
    pub(super) answer: Answer,
    /// By the clock that leaps.
    pub(super) took: Duration,
    /// Requests that met the fault, or knocks where nobody is.
    pub(super) requests: usize,
    /// Bytes of body that were taken.
    pub(super) taken: u64,
}

impl Came {
    pub(super) fn code(&self) -> String {
        let json = self.answer.json();
        let code = if self.answer.failed { json["code"].as_str() } else { Some("ok") };
        code.unwrap_or("none").to_owned()
    }

    fn cell(&self) -> String {
        // The last nanosecond of a sleep is nobody's concern.
        let seconds = self.took.as_millis() as f64 / 1000.0;
        format!("{} {} {seconds}", self.code(), self.requests)
    }
}

/// What the table says by fault, in the order of its columns.
fn table() -> &'static BTreeMap<&'static str, Vec<&'static str>> {
    static TOLD: LazyLock<BTreeMap<&str, Vec<&str>>> = LazyLock::new(|| {
        let rows = TABLE.lines().filter(|line| !line.is_empty()).skip(1);
        let row = |line: &'static str| {
            let mut cells = line.split('|').map(str::trim);
            let (fault, cells) = (cells.next().expect("a fault"), cells.collect::<Vec<_>>());
            let read = cells[0];
            (fault, cells.into_iter().map(|cell| if cell == "=" { read } else { cell }).collect())
        };
        rows.map(row).collect()
    });
    &TOLD
}

/// Every operation of which something else is said.
pub(super) fn exceptions() -> impl Iterator<Item = &'static str> {
    EXCEPTIONS.iter().map(|(operation, _, _)| *operation)
}

/// What a call should come to.
fn expected(asked: &Asked, trouble: &Trouble) -> &'static str {
    let other = |(operation, faults, _): &&(&str, &[&str], _)| {
        *operation == asked.operation && faults.contains(&trouble.name)
    };
    match EXCEPTIONS.iter().find(other) {
        Some((_, _, cell)) => cell,
        None => table()[trouble.name][asked.kind as usize],
    }
}

/// What is wrong with what came of a call.
pub(super) fn judge(tool: &str, asked: &Asked, trouble: &Trouble, came: &Came) -> Vec<String> {
    let (is, should) = (came.cell(), expected(asked, trouble));
    let text = &came.answer.text;
    let mut wrong = Vec::new();
    if is != should {
        wrong.push(format!("comes to `{is}`, and to `{should}` by the table"));
    }
    wrong.extend(leaks(trouble, text));
    wrong.extend(taken(asked, trouble, came));
    wrong.extend(doubts(asked, trouble, came, text));
    let at = format!("{tool}, {} ({:?}), {}", asked.operation, asked.kind, trouble.name);
    wrong.into_iter().map(|wrong| format!("{at}: {wrong}: {text:.400}")).collect()
}

/// Nothing of the key, of a page or of a body is repeated; of a redirect no more than the host, for the user to see.
fn leaks(trouble: &Trouble, text: &str) -> Vec<String> {
    let never = [DEMO_KEY, INNARDS, "<body", "<h1", "<html"];
    let mut leaks: Vec<_> = never
        .iter()
        .filter(|secret| text.contains(**secret))
        .map(|secret| format!("it tells {secret}"))
        .collect();
    if text.contains(ELSEWHERE) != (trouble.name == "redirect") {
        leaks.push("only a redirect names the other host".to_owned());
    }
    if text.len() > MAX_BYTES {
        leaks.push(format!("it is {} bytes long", text.len()));
    }
    leaks
}

/// No more is taken of a body than may be; an output of any size is read through a window, and none is asked for twice.
fn taken(asked: &Asked, trouble: &Trouble, came: &Came) -> Option<String> {
    const MIB: u64 = 1024 * 1024;
    // The cap, and what lies in the buffers of sockets.
    let most = match asked.kind {
        Kind::Held | Kind::Output | Kind::Drain => 200 * MIB,
        _ if trouble.name == "200 MB, announced" => 16 * MIB,
        Kind::Log => 64 * MIB + 16 * MIB,
        _ => 32 * MIB + 16 * MIB,
    };
    (came.taken > most).then(|| format!("{} bytes were taken", came.taken))
}

/// A change that may have happened says so, and nothing else does.
fn doubts(asked: &Asked, trouble: &Trouble, came: &Came, text: &str) -> Option<String> {
    let changes = matches!(asked.kind, Kind::Write | Kind::Delete | Kind::Held);
    let told = text.contains("may have happened") || text.contains("may be queued or running");
    match (changes, came.answer.failed) {
        (true, true) if DOUBTS.contains(&trouble.name) => {
            (!told).then(|| "the change may have happened, and nobody says so".to_owned())
        }
        (true, true) => told.then(|| "nothing happened, and it says something may have".to_owned()),
        (true, false) if asked.kind == Kind::Write => {
            (!text.contains("was accepted")).then(|| "nobody says that nothing was said".to_owned())
        }
        // What `stream-job` takes away is a change of its own.
        (false, true) if asked.kind != Kind::Drain => {
            told.then(|| "it changes nothing, and says something may have happened".to_owned())
        }
        _ => None,
    }
}
