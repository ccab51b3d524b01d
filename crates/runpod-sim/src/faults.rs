//! Scripted trouble: which requests it hits, and what happens to them.
//!
//! A [`Fault`] is a [`Match`] and an [`Action`]. The first fault that matches a request wins. Actions that
//! change the world instead of an answer (a GPU sells out, an image cannot be pulled) need no match and take
//! effect when they are added, or at their time in a [`Scenario`].

mod matching;
mod script;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::clock::{Time, delta};

pub use matching::Match;
pub(crate) use matching::{Asked, glob};
pub use script::{At, Scenario, ScenarioError};

/// Some trouble and whom it hits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Which requests are hit. Nothing said means all.
    #[serde(rename = "match", default)]
    pub on: Match,
    /// What happens to them.
    pub action: Action,
}

/// What happens. In a scenario the word is the field `kind`, in kebab case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Action {
    /// Answers this status, with exactly these headers, instead of doing what was asked.
    Status(Status),
    /// Answers an HTML page, as a proxy in front of a broken service does.
    Html {
        /// The status, 502 unless said. 200 is the page that lies.
        #[serde(default = "bad_gateway")]
        status: u16,
    },
    /// Does what was asked, but answers late.
    Slow {
        /// How much later, by the twin's clock, such as `"30s"`.
        by: Span,
    },
    /// Never answers and keeps the connection open.
    Silent,
    /// Closes the connection without an answer. Nothing was done.
    Cut,
    /// Does what was asked and closes the connection in the middle of the answer's body.
    CutBody,
    /// Does what was asked and answers a body that ends too early, properly framed.
    Truncated,
    /// Answers 200 and valid JSON of a shape that no operation has.
    WrongShape,
    /// Answers 200 without a body.
    Empty,
    /// Answers 200 and a JSON text of this size, made while it is sent.
    Huge {
        /// The size, 200 MB unless said.
        #[serde(default = "two_hundred_megabytes")]
        bytes: u64,
    },
    /// Sends the client elsewhere.
    Redirect {
        /// The value of `Location`.
        to: String,
        /// The status, 307 unless said.
        #[serde(default = "temporary_redirect")]
        status: u16,
    },
    /// Answers 400: no machine is free for this.
    NoCapacity,
    /// Answers 402.
    InsufficientBalance,
    /// Changes the world: a GPU type is sold out everywhere, in the catalogue and for whoever asks for it.
    SoldOut {
        /// The GPU type id; `*` stands for any text.
        gpu: String,
    },
    /// Changes the world: these images cannot be pulled, and what runs them ends in an error.
    UnpullableImage {
        /// The image; `*` stands for any text.
        image: String,
    },
    /// Changes the world: the containers of Pods that boot from now on with these images end soon after they started.
    ContainerExit {
        /// The image; `*` stands for any text.
        image: String,
        /// The exit code, 1 unless said.
        #[serde(default = "failure")]
        code: u8,
        /// How long they run, 5 s unless said.
        #[serde(default = "moment")]
        after: Span,
    },
    /// Changes the world: the ports of Pods that boot from now on with these images are mapped late.
    LatePorts {
        /// The image; `*` stands for any text.
        image: String,
        /// How long after the container came up.
        by: Span,
    },
    /// Changes the world: the workers of this endpoint start and die and start again.
    CrashLoop {
        /// The endpoint's id, name or image; `*` stands for any text.
        endpoint: String,
    },
    /// Changes the world: there is no machine for the workers of this endpoint. Those that are up stay up.
    Throttle {
        /// The endpoint's id, name or image; `*` stands for any text.
        endpoint: String,
    },
    /// Changes the world: the jobs of this endpoint that begin from now on take longer.
    SlowJobs {
        /// The endpoint's id, name or image; `*` stands for any text.
        endpoint: String,
        /// How many times longer than usual.
        factor: f64,
    },
    /// Changes the world: ends `crash-loop`, `throttle` and `slow-jobs` of what fits, in the words they were said with.
    Heal {
        /// The pattern of the trouble, or one in which it fits.
        endpoint: String,
    },
    /// Changes the world: Runpod ends these Pods, as when a host is lost. They stay in lists as `TERMINATED`.
    LosePod {
        /// The Pod's id or name; `*` stands for any text.
        pod: String,
    },
    /// Changes the world: every account has this much money left.
    Balance {
        /// US dollars.
        usd: f64,
    },
    /// Changes the world: containers print a line.
    Print {
        /// The id of a Pod or worker, or the name of a Pod or endpoint; `*` stands for any text.
        by: String,
        /// The line.
        line: String,
        /// How often, once unless said.
        #[serde(default = "once")]
        times: u32,
        /// Whether the host says it instead of the container.
        #[serde(default)]
        system: bool,
    },
}

/// A scripted answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Status {
    /// The status code.
    pub status: u16,
    /// Headers, sent as they are. Nothing is added, not even rate headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The body; without one, a problem document that fits the status.
    #[serde(default)]
    pub body: Option<Value>,
}

impl Fault {
    /// What is wrong with it, if anything: a change of the world hits no requests.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.action.is_worldly() && self.on != Match::default() {
            let text = "an action that changes the world takes no `match`; leave it out";
            return Err(text.to_owned());
        }
        Ok(())
    }
}

impl From<Status> for Action {
    fn from(status: Status) -> Self {
        Action::Status(status)
    }
}

impl Action {
    /// A scripted answer; [`Status::header`] and [`Status::body`] say more about it.
    #[must_use]
    pub fn status(status: u16) -> Status {
        Status { status, headers: BTreeMap::new(), body: None }
    }

    /// 502 with the HTML page of a proxy.
    #[must_use]
    pub fn html_bad_gateway() -> Self {
        Action::Html { status: bad_gateway() }
    }

    /// 200 with 200 MB of JSON.
    #[must_use]
    pub fn huge() -> Self {
        Action::Huge { bytes: two_hundred_megabytes() }
    }

    /// Late by so much of the twin's time.
    #[must_use]
    pub fn slow(by: Duration) -> Self {
        Action::Slow { by: Span(by) }
    }

    /// Whether this changes the world instead of an answer.
    pub(crate) fn is_worldly(&self) -> bool {
        matches!(
            self,
            Action::SoldOut { .. }
                | Action::UnpullableImage { .. }
                | Action::ContainerExit { .. }
                | Action::LatePorts { .. }
                | Action::CrashLoop { .. }
                | Action::Throttle { .. }
                | Action::SlowJobs { .. }
                | Action::Heal { .. }
                | Action::LosePod { .. }
                | Action::Balance { .. }
                | Action::Print { .. }
        )
    }
}

impl Status {
    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }
}

fn bad_gateway() -> u16 {
    502
}

fn temporary_redirect() -> u16 {
    307
}

fn failure() -> u8 {
    1
}

fn moment() -> Span {
    Span(Duration::from_secs(5))
}

fn once() -> u32 {
    1
}

fn two_hundred_megabytes() -> u64 {
    200_000_000
}

/// A span of the twin's time, written `250ms`, `30s`, `5m`, `2h` or `3d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(pub Duration);

impl std::str::FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(end);
        let unit = match unit {
            "ms" => 1,
            "s" => 1000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => 0_u64,
        };
        let millis = number.parse::<u64>().ok().and_then(|n| n.checked_mul(unit)).filter(|_| unit > 0);
        let millis = millis.ok_or_else(|| format!("`{text}` is no span; write 250ms, 30s, 5m, 2h or 3d"))?;
        Ok(Span(Duration::from_millis(millis)))
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("{}ms", self.0.as_millis()))
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The faults in force. Clones are the same list.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<Vec<Scripted>>>);

#[derive(Debug)]
struct Scripted {
    fault: Fault,
    /// When it begins; none means it has begun.
    from: Option<Time>,
    /// How many requests matched so far.
    seen: u64,
}

impl Faults {
    /// Adds a fault behind those that are there.
    pub fn add(&self, fault: Fault) {
        self.list().push(Scripted { fault, from: None, seen: 0 });
    }

    /// Ends all trouble that hits requests. What changed the world stays changed.
    pub fn clear(&self) {
        self.list().clear();
    }

    /// Adds a scenario whose times count from this instant.
    pub(crate) fn begin(&self, scenario: &Scenario, now: Time) {
        let at_once = scenario.fault.iter().map(|fault| (fault.clone(), None));
        let later = scenario.at.iter().map(|at| (at.fault(), Some(now + delta(at.time.0))));
        let scripted = at_once.chain(later).map(|(fault, from)| Scripted { fault, from, seen: 0 });
        self.list().extend(scripted);
    }

    /// Takes the changes of the world that are due, each with its instant, in their order.
    pub(crate) fn due(&self, now: Time) -> Vec<(Time, Action)> {
        let mut list = self.list();
        if list.is_empty() {
            return Vec::new();
        }
        let due = |scripted: &mut Scripted| scripted.fault.action.is_worldly() && scripted.begun(now);
        let due = list.extract_if(.., due);
        let mut due: Vec<_> =
            due.map(|scripted| (scripted.from.unwrap_or(now), scripted.fault.action)).collect();
        due.sort_by_key(|(at, _)| *at);
        due
    }

    /// When the world changes next.
    pub(crate) fn next_change(&self) -> Option<Time> {
        let list = self.list();
        list.iter()
            .filter(|scripted| scripted.fault.action.is_worldly())
            .filter_map(|scripted| scripted.from)
            .min()
    }

    /// What happens to this request, if anything.
    pub(crate) fn strike(&self, asked: &Asked<'_>, now: Time) -> Option<Action> {
        let mut hit = None;
        for scripted in self.list().iter_mut().filter(|it| it.begun(now) && it.fault.on.fits(asked)) {
            // Every fitting fault counts the request, also those that come too late to strike.
            scripted.seen += 1;
            if hit.is_none() && scripted.fault.on.strikes(scripted.seen) {
                hit = Some(scripted.fault.action.clone());
            }
        }
        hit
    }

    fn list(&self) -> MutexGuard<'_, Vec<Scripted>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Scripted {
    fn begun(&self, now: Time) -> bool {
        self.from.is_none_or(|from| from <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_with_their_unit_and_refused_without() {
        assert_eq!("90s".parse(), Ok(Span(Duration::from_secs(90))));
        assert_eq!("3d".parse(), Ok(Span(Duration::from_secs(259_200))));
        for text in ["", "90", "s", "-1s", "1.5s", "99999999999999999999s", "9223372036854775807d"] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_second_request_only_means_the_second_only() {
        let faults = Faults::default();
        faults.add(Match::operation("listPods").nth(2).then(Action::Cut));
        let asked = Asked { operation: Some("listPods"), method: "GET", path: "/v2/pods" };
        let hits: Vec<_> = (0..4).map(|_| faults.strike(&asked, Time::UNIX_EPOCH).is_some()).collect();
        assert_eq!(hits, [false, true, false, false]);
    }

    #[test]
    fn what_cannot_be_meant_is_refused_when_a_scenario_is_read() {
        let fault = |text: &str| format!("[[fault]]\n{text}").parse::<Scenario>().map_err(|e| e.to_string());
        assert!(
            fault("action = { kind = \"slow\", by = \"1s\", times = 1 }")
                .unwrap_err()
                .contains("unknown field `times`")
        );
        assert!(fault("match = { nth = 1, path = \"/v2/*\" }\naction = { kind = \"cut\" }").is_ok());
        let worldly = "match = { times = 1 }\naction = { kind = \"sold-out\", gpu = \"*\" }";
        assert!(fault(worldly).unwrap_err().contains("takes no `match`"));
    }

    #[test]
    fn a_fault_of_a_scenario_waits_for_its_time() {
        let scenario: Scenario = "[[at]]\ntime = \"1m\"\naction = { kind = \"silent\" }".parse().unwrap();
        let (faults, start) = (Faults::default(), Time::UNIX_EPOCH);
        faults.begin(&scenario, start);
        let asked = Asked { operation: None, method: "GET", path: "/" };
        assert_eq!(faults.strike(&asked, start), None);
        assert_eq!(faults.strike(&asked, start + chrono::TimeDelta::minutes(1)), Some(Action::Silent));
    }
}
