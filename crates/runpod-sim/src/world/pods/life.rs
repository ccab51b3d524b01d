//! From being placed to running, and what may be done at each stage.

use std::sync::LazyLock;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{Lease, Pod};
use crate::clock::{Time, delta};
use crate::faults::glob;
use crate::ids::fate;
use crate::world::{Ground, Visit};

/// What a Pod is meant to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    /// Run, since this boot.
    Up(Boot),
    /// Keep its volume and wait.
    Down,
    /// Nothing any more; it is only still shown.
    Gone,
}

/// The instants of one boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Boot {
    /// A machine was found.
    pub(crate) placed: Time,
    /// The image was there, or was found not to be.
    pub(crate) ready: Time,
    /// The container does not come up.
    pub(crate) fails: bool,
    /// When the container ends by itself, and with which code. Nobody restarts it: the Pod is stopped then.
    pub(crate) exit: Option<(Time, u8)>,
    /// The ports were mapped.
    pub(crate) mapped: Time,
}

/// `PodStatus` in the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    Provisioning,
    Starting,
    Running,
    Exited,
    Error,
    Terminated,
}

/// `PodAction` in the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Action {
    Start,
    Stop,
    Restart,
    Terminate,
}

impl Action {
    /// As the contract spells it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Action::Start => "start",
            Action::Stop => "stop",
            Action::Restart => "restart",
            Action::Terminate => "terminate",
        }
    }
}

impl Status {
    /// As the contract spells it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Status::Provisioning => "PROVISIONING",
            Status::Starting => "STARTING",
            Status::Running => "RUNNING",
            Status::Exited => "EXITED",
            Status::Error => "ERROR",
            Status::Terminated => "TERMINATED",
        }
    }

    /// What may be done to a Pod that shows this.
    pub(crate) fn actions(self) -> &'static [Action] {
        match self {
            Status::Running => &[Action::Stop, Action::Restart, Action::Terminate],
            Status::Provisioning | Status::Starting => &[Action::Stop, Action::Terminate],
            Status::Exited | Status::Error => &[Action::Start, Action::Terminate],
            Status::Terminated => &[],
        }
    }
}

impl Pod {
    /// What it shows at an instant.
    pub(crate) fn status(&self, now: Time) -> Status {
        match &self.life {
            Life::Up(boot) if now < boot.placed => Status::Provisioning,
            Life::Up(boot) if now < boot.ready => Status::Starting,
            Life::Up(boot) if boot.fails => Status::Error,
            Life::Up(boot) if boot.exit.is_some_and(|(at, _)| at <= now) => Status::Exited,
            Life::Up(_) => Status::Running,
            Life::Down => Status::Exited,
            Life::Gone => Status::Terminated,
        }
    }

    /// When the container last came up.
    pub(crate) fn started_at(&self, now: Time) -> Option<Time> {
        match &self.life {
            Life::Up(boot) if boot.ready <= now && !boot.fails => Some(boot.ready),
            _ => self.started,
        }
    }

    /// Whether a machine was ever found for it.
    pub(crate) fn is_placed(&self, now: Time) -> bool {
        self.boots > 1 || self.status(now) != Status::Provisioning
    }
}

impl Pod {
    /// The public address and port behind a port of the container, such as `22/tcp`, once it is mapped. HTTP goes
    /// through a proxy and has none. Addresses are from a range kept for documentation.
    pub(crate) fn public_port(&self, port: &str, now: Time) -> Option<(&'static str, u64)> {
        let early = matches!(&self.life, Life::Up(boot) if now < boot.mapped);
        let mapped = !early && !port.ends_with("/http");
        mapped.then(|| {
            let (site, luck) = (fate(2, &[&self.host]), fate(3, &[&self.host, port]));
            (address(site), 10_000 + luck % 30_000)
        })
    }
}

impl Boot {
    /// A machine has to be found, the image pulled.
    pub(super) fn first(visit: &Visit<'_>, id: &str, lease: &Lease) -> Self {
        let luck = fate(visit.ground.seed, &[id, "1"]);
        Self::at(visit, (2000 + luck % 4000, 5000 + (luck >> 20) % 9000), &lease.container.image)
    }

    /// The machine is known, much of the image is still there.
    pub(super) fn again(visit: &Visit<'_>, pod: &Pod) -> Self {
        let luck = pod.luck(visit);
        Self::at(visit, (1000 + luck % 2000, 3000 + (luck >> 20) % 5000), &pod.lease.container.image)
    }

    /// The container is started anew where it is.
    pub(super) fn in_place(visit: &Visit<'_>, pod: &Pod) -> Self {
        Self::at(visit, (0, 2000 + pod.luck(visit) % 4000), &pod.lease.container.image)
    }

    fn at(visit: &Visit<'_>, (place, pull): (u64, u64), image: &str) -> Self {
        let after = |from: Time, millis: u64| from + TimeDelta::milliseconds(millis.try_into().unwrap_or(0));
        let placed = after(visit.now, place);
        let ready = after(placed, pull);
        let (fails, trouble) = (visit.ground.cannot_pull(image), &visit.ground.trouble);
        let exit = trouble.exit_of(image).filter(|_| !fails);
        let exit = exit.map(|exit| (ready + delta(exit.after), exit.code));
        Self { placed, ready, fails, exit, mapped: ready + delta(trouble.port_delay(image)) }
    }
}

impl Pod {
    /// What decides how long its next boot takes.
    fn luck(&self, visit: &Visit<'_>) -> u64 {
        fate(visit.ground.seed, &[&self.id, &(self.boots + 1).to_string()])
    }
}

/// One of the addresses that are kept for documentation.
fn address(luck: u64) -> &'static str {
    static HOSTS: LazyLock<Vec<String>> =
        LazyLock::new(|| (1..255).map(|host| format!("203.0.113.{host}")).collect());
    let place = usize::try_from(luck % 254).unwrap_or_default();
    HOSTS.get(place).map(String::as_str).unwrap_or_default()
}

/// Parts of an image's name that say by themselves that there is no such image.
const IMPOSSIBLE: &[&str] = &["does-not-exist", "doesnotexist", "not-found", "nonexistent", "no-such-"];

impl Ground {
    /// Whether an image cannot be pulled: scripted, or a name that says so.
    pub(crate) fn cannot_pull(&self, image: &str) -> bool {
        let host = image.split('/').next().unwrap_or_default();
        let host = host.split(':').next().unwrap_or_default();
        host.ends_with(".invalid")
            || IMPOSSIBLE.iter().any(|part| image.contains(part))
            || self.trouble.unpullable.iter().any(|pattern| glob(pattern, image))
    }
}
