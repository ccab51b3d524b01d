//! Waiting until the first worker of an endpoint is ready, or until it shows that none will be.
//!
//! Whatever ends the wait, the reply is about the endpoint, with the workers that were seen and the call to make next.
//! A crash loop and a lack of capacity are told apart by what the workers show, never guessed.

use std::time::Duration;

use runpod_api::endpoints::{Endpoint, Worker};
use runpod_api::{Error, Id, Resource, Version};
use serde_json::json;

use crate::reply::Reply;
use crate::tool::Cx;
use crate::tool::wait::{Look, Pace, Wait, Waited};

const PACE: Pace = Pace { first: Duration::from_secs(2), most: Duration::from_secs(5) };

/// How many workers show what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Fleet {
    ready: usize,
    initializing: usize,
    throttled: usize,
    unhealthy: usize,
    total: usize,
}

/// What a fleet means for somebody who waits for its first worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outlook {
    Ready,
    /// Nobody asked for one.
    Nobody,
    Crashing,
    Starting,
    /// None is placed, or all that are have no host.
    NoRoom,
}

impl Fleet {
    fn of(workers: &[Worker]) -> Self {
        let showing = |words: &[&str]| workers.iter().filter(|w| words.contains(&w.status.as_str())).count();
        Self {
            ready: showing(&["RUNNING", "IDLE"]),
            initializing: showing(&["INITIALIZING"]),
            throttled: showing(&["THROTTLED"]),
            unhealthy: showing(&["UNHEALTHY"]),
            total: workers.len(),
        }
    }

    fn outlook(self, least: u32) -> Outlook {
        match self {
            Self { ready: 1.., .. } => Outlook::Ready,
            Self { total: 0, .. } if least == 0 => Outlook::Nobody,
            Self { unhealthy, total, .. } if total > 0 && unhealthy == total => Outlook::Crashing,
            Self { throttled, total, .. } if throttled == total => Outlook::NoRoom,
            _ => Outlook::Starting,
        }
    }

    /// In words, such as `1 INITIALIZING, 2 THROTTLED`.
    fn state(self) -> String {
        let Self { ready, initializing, throttled, unhealthy, .. } = self;
        let parts = [
            (ready, "ready"),
            (initializing, "INITIALIZING"),
            (throttled, "THROTTLED"),
            (unhealthy, "UNHEALTHY"),
        ];
        let said: Vec<_> =
            parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
        if said.is_empty() { "no worker".to_owned() } else { said.join(", ") }
    }
}

/// Waits for a worker of an endpoint that `reply` is about.
pub(super) async fn for_worker(cx: &Cx, endpoint: &Endpoint, time: Duration, reply: Reply) -> Reply {
    let Ok(id) = Id::parse(&endpoint.id) else { return reply };
    if cx.client.version(Resource::Workers).await == Version::V1 {
        return reply.note("there was no wait: only REST v2 tells how workers are");
    }
    let least = endpoint.workers.min.unwrap_or(0);
    let (workers, id) = (cx.client.endpoints(), &id);
    let look = || async move {
        let seen = Fleet::of(&workers.workers(id).await?.views::<Worker>()?);
        let over = matches!(seen.outlook(least), Outlook::Ready | Outlook::Nobody | Outlook::Crashing);
        Ok::<_, Error>(Look { seen, state: seen.state(), over })
    };
    let wait = Wait::begin(cx, format!("endpoint {id}"), time, PACE).read_by("get-endpoint", &[id]);
    let waited = wait.until(look).await;
    told(reply, id, least, &waited)
}

fn told(reply: Reply, id: &Id, least: u32, waited: &Waited<Fleet>) -> Reply {
    let outlook = waited.last.map(|fleet| fleet.outlook(least));
    let reply = waited.on(reply, outlook == Some(Outlook::Ready));
    let again = json!({"endpointId": id.as_str(), "wait": 60_000});
    match outlook {
        Some(Outlook::Ready) => reply,
        Some(Outlook::Nobody) => reply.note(
            "workersMin is 0, so no worker comes before work does: send a job with run-endpoint (a request, if it is a \
             load balancer); or keep one running, and billed, with update-endpoint and workersMin 1",
        ),
        Some(Outlook::Crashing) => reply.note(
            "its workers crash over and over: not a lack of capacity; stream-worker-logs shows why, update-endpoint \
             repairs image, args or env",
        ),
        Some(Outlook::NoRoom) => reply.note(format!(
            "no host has room for a worker: a lack of capacity, not a fault of the image; go on with get-endpoint \
             {again}, or allow more with set-endpoint-gpus or other dataCenterIds (get-capacity shows the stock)"
        )),
        Some(Outlook::Starting) | None => {
            reply.note(format!("no worker is ready yet; go on with get-endpoint {again}, do not create it again"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outlook(words: &[&str], least: u32) -> Outlook {
        let worker = |status: &&str| Worker { status: (*status).to_owned(), ..Worker::default() };
        Fleet::of(&words.iter().map(worker).collect::<Vec<_>>()).outlook(least)
    }

    #[test]
    fn a_crash_loop_and_a_lack_of_capacity_are_never_confused() {
        assert_eq!(outlook(&["UNHEALTHY", "UNHEALTHY"], 1), Outlook::Crashing);
        assert_eq!(outlook(&["THROTTLED"], 1), Outlook::NoRoom);
        assert_eq!(outlook(&[], 1), Outlook::NoRoom);
        assert_eq!(outlook(&["UNHEALTHY", "THROTTLED"], 1), Outlook::Starting);
        assert_eq!(outlook(&["UNHEALTHY", "INITIALIZING"], 1), Outlook::Starting);
    }

    #[test]
    fn one_ready_worker_is_enough_and_nobody_comes_uncalled() {
        assert_eq!(outlook(&["UNHEALTHY", "IDLE"], 0), Outlook::Ready);
        assert_eq!(outlook(&["RUNNING"], 1), Outlook::Ready);
        assert_eq!(outlook(&[], 0), Outlook::Nobody);
        assert_eq!(outlook(&["INITIALIZING"], 0), Outlook::Starting);
    }
}
