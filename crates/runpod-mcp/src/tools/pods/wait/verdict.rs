//! Why a Pod is down, by what its host said last: a container that ended, an image that cannot be pulled, a stop.
//!
//! Only a help: it is bounded in time, and without it the reply says what may be. The host's words go with the
//! verdict, so that a reader can judge it.

use std::time::Duration;

use runpod_api::Id;
use runpod_api::logs::{Log, Query, Source};
use serde_json::json;

use crate::reply::Reply;
use crate::tool::Cx;

/// Lines of the host that are read and shown.
const LINES: u32 = 5;
/// How long the log may be silent after a line: what it has comes at once.
const SILENCE: Duration = Duration::from_secs(1);
/// Longest line that is shown, in characters.
const WORDS: usize = 300;

/// What a line of the host means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    /// The container ended by itself, with this exit code.
    Exited(u8),
    Unpullable,
    Stopped,
    HostLost,
}

/// The reply about a Pod that is down, with why, if its host told.
pub(super) async fn explain(cx: &Cx, id: &Id, otherwise: &str, reply: Reply) -> Reply {
    let said = last_words(cx, id).await;
    // The last word counts: what was said of earlier boots is past.
    let cause = said.iter().rev().find_map(|line| cause(line));
    let note = match cause {
        Some(cause) => cause.words(),
        None => otherwise.to_owned(),
    };
    let reply = match cause {
        Some(cause) => reply.with("cause", cause.word()),
        None => reply,
    };
    let reply = match cause {
        Some(Cause::Exited(code)) => reply.with("exitCode", code),
        _ => reply,
    };
    let reply = if said.is_empty() { reply } else { reply.with("lastSystemLines", json!(said)) };
    reply.note(format!("the Pod is not up: {note}"))
}

async fn last_words(cx: &Cx, id: &Id) -> Vec<String> {
    let query = Query { source: Some(Source::System), tail: Some(LINES), ..Query::default() };
    // What a wait leaves for the reply: 5 s with the usual timeout.
    let time = cx.client.request_timeout() / 6;
    // REST v1 has no logs, and a Pod that is gone none either.
    let Ok(mut log) = cx.client.pods().logs(id, &query, time).await else {
        return Vec::new();
    };
    let mut said = Vec::new();
    while said.len() < LINES as usize {
        let patience = if said.is_empty() { time } else { SILENCE };
        let Some(line) = next(cx, &mut log, patience).await else { break };
        said.push(line.chars().take(WORDS).collect());
    }
    said
}

async fn next(cx: &Cx, log: &mut Log, patience: Duration) -> Option<String> {
    tokio::select! {
        biased;
        line = log.next() => line.ok().flatten().map(|line| line.text),
        () = cx.client.clock().sleep(patience) => None,
        () = cx.leaving.cancelled() => None,
    }
}

fn cause(line: &str) -> Option<Cause> {
    let line = line.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| line.contains(word));
    if let Some(code) = exit_code(&line) {
        return Some(Cause::Exited(code));
    }
    match () {
        () if has(&["pull failed", "manifest unknown", "pull access denied", "error creating container"]) => {
            Some(Cause::Unpullable)
        }
        () if has(&["host lost"]) => Some(Cause::HostLost),
        () if line.starts_with("stop container") => Some(Cause::Stopped),
        () => None,
    }
}

/// The number behind `exit code` or `exited with code`.
fn exit_code(line: &str) -> Option<u8> {
    let (_, behind) = ["exited with code", "exit code"].iter().find_map(|words| line.split_once(words))?;
    let digits = behind.trim_start_matches([' ', ':', '=']);
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits.get(..end)?.parse().ok()
}

impl Cause {
    fn word(self) -> &'static str {
        match self {
            Self::Exited(_) => "container_exited",
            Self::Unpullable => "image_pull_failed",
            Self::Stopped => "stopped",
            Self::HostLost => "host_lost",
        }
    }

    fn words(self) -> String {
        match self {
            Self::Exited(0) => "its container did what it was told and ended (exit code 0): a Pod that is to stay up needs a \
                                command that does not end, such as `sleep infinity` (args of update-pod); start-pod runs \
                                the same once more"
                .to_owned(),
            Self::Exited(code) => format!(
                "its container ended by itself with exit code {code}{}: stream-pod-logs with source container shows what \
                 it said last; repair image, command or env with update-pod, then start-pod, or delete-pod",
                match code {
                    137 => " (killed, most often for lack of memory)",
                    126 | 127 => " (its command cannot be run)",
                    _ => "",
                }
            ),
            Self::Unpullable => "its image cannot be pulled: check name, tag and registry credentials (stream-pod-logs with \
                                 source system says more); repair it with update-pod (imageName, \
                                 containerRegistryAuthId) and start-pod, or delete-pod"
                .to_owned(),
            Self::Stopped => "it was stopped, by somebody or because the money ran out (get-billing tells); start-pod \
                              starts it again"
                .to_owned(),
            Self::HostLost => "its host was lost: create-pod makes another one".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_host_says_why_and_any_other_says_nothing() {
        for (line, said) in [
            ("container abc exited with code 137", Some(Cause::Exited(137))),
            ("Container terminated, exit code: 0 (Completed)", Some(Cause::Exited(0))),
            ("error creating container: acme/a:1: manifest unknown", Some(Cause::Unpullable)),
            ("image pull failed: check the image name", Some(Cause::Unpullable)),
            ("stop container abc", Some(Cause::Stopped)),
            ("host lost, terminate container abc", Some(Cause::HostLost)),
            ("start container abc: begin", None),
            ("exit code 999", None),
            ("exited with code", None),
            ("", None),
        ] {
            assert_eq!(cause(line), said, "{line}");
        }
    }
}
