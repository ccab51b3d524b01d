//! Pods: machines that run one container until they are stopped.
//!
//! A Pod is either meant to run or not. What it shows (being placed, starting, running, failed) follows from the
//! instants of its last boot, so nobody has to push it along. It pays while it is meant to run and has not
//! failed or ended; a stopped one pays for its own volume only.

mod create;
mod life;
mod place;
mod printed;
mod update;

use life::Boot;

use crate::clock::Time;
use crate::world::catalog::cpus::Flavor;
use crate::world::catalog::gpus::Gpu;
use crate::world::catalog::sites::Site;
use crate::world::catalog::stock::{Cloud, Cuda};
use crate::world::container::Container;
use crate::world::meter::{Charge, Detail, Payer, Usage};
use crate::world::mounts::Mount;
use crate::world::{Denied, Visit, prices};

pub(crate) use create::{CpuAsked, GpuAsked, NewPod, Order, Rather, cuda_wish};
pub(crate) use life::{Action, Life, Status};
pub(crate) use place::CudaWish;
pub(crate) use printed::pull;
pub(crate) use update::PodChange;

/// Bytes that the request for a Pod may have, also once its template is written into it (413).
pub(crate) const REQUEST: usize = 102_400;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pod {
    pub(crate) id: String,
    /// Its place in the order of creation.
    pub(crate) born: u64,
    pub(crate) lease: Lease,
    /// What `ssh.runpod.io` knows it by: the id and eight hexadecimal digits.
    pub(crate) host: String,
    pub(crate) locked: bool,
    /// Whether it is in the global network since its last boot.
    pub(crate) networked: bool,
    pub(crate) created: Time,
    /// When its container last came up, as far as an earlier boot goes.
    pub(crate) started: Option<Time>,
    /// How often it was booted.
    pub(crate) boots: u32,
    pub(crate) life: Life,
}

/// What was rented: everything about a Pod that its owner decided.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Lease {
    pub(crate) name: String,
    pub(crate) container: Container,
    pub(crate) mount: Mount,
    pub(crate) machine: Machine,
    pub(crate) cloud: Cloud,
    pub(crate) site: &'static Site,
    /// Of the host; none without an NVIDIA GPU.
    pub(crate) cuda: Option<Cuda>,
    /// Whether it is to be in the global network from its next boot on.
    pub(crate) networking: bool,
    /// The template that it was made from, where the door that it came through keeps the link.
    pub(crate) template: Option<String>,
    /// Whether somebody who pays more may have its machine. The twin has nobody who does.
    pub(crate) interruptible: bool,
    /// Set on members of a cluster. The cluster pays for them and alone may change or end them.
    pub(crate) cluster: Option<Membership>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Machine {
    Gpu { gpu: &'static Gpu, count: u32 },
    Cpu { flavor: &'static Flavor, vcpus: u32 },
}

/// A Pod's place in a cluster, `PodCluster` in the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Membership {
    pub(crate) cluster: String,
    pub(crate) rank: Option<u32>,
    /// `SLURM_CONTROLLER` and so on; none for kinds of cluster without roles.
    pub(crate) role: Option<&'static str>,
    pub(crate) ip: Option<String>,
}

impl Machine {
    /// US dollars per hour in this cloud.
    pub(crate) fn rate(&self, cloud: Cloud) -> f64 {
        let rate = match self {
            Machine::Gpu { gpu, count } => cloud.offer(gpu).price * f64::from(*count),
            Machine::Cpu { flavor, vcpus } => flavor.secure * f64::from(*vcpus),
        };
        // Rounded here, so that what is shown is exactly what is billed.
        (rate * 1e6).round() / 1e6
    }

    fn charge(&self) -> Charge {
        match self {
            Machine::Gpu { .. } => Charge::Gpu,
            Machine::Cpu { .. } => Charge::Cpu,
        }
    }
}

impl Pod {
    /// US dollars per hour for the machine, at this instant.
    pub(crate) fn cost(&self, now: Time) -> f64 {
        match self.status(now) {
            Status::Provisioning | Status::Starting | Status::Running => {
                self.lease.machine.rate(self.lease.cloud)
            }
            Status::Exited | Status::Error | Status::Terminated => 0.0,
        }
    }
}

impl Visit<'_> {
    pub(crate) fn pods(&self) -> Vec<&Pod> {
        self.account.pods.values().collect()
    }

    pub(crate) fn pod(&self, id: &str) -> Result<&Pod, Denied> {
        self.account.pods.get(id).ok_or_else(|| Denied::missing("pod", id))
    }

    /// Puts what was rented to work. The meter runs from here on, unless a cluster pays.
    pub(crate) fn rent(&mut self, lease: Lease) -> &Pod {
        let id = self.ground.ids.short(14);
        let host = format!("{id}-{}", self.ground.ids.hex(8));
        let born = self.ground.next_birth();
        let boot = Boot::first(self, &id, &lease);
        let pod = Pod {
            id: id.clone(),
            born,
            networked: lease.networking,
            lease,
            host,
            locked: false,
            created: self.now,
            started: None,
            boots: 1,
            life: Life::Up(boot),
        };
        self.print_boot(&pod, &boot);
        self.meter_pod(&pod);
        self.account.pods.entry(id).or_insert(pod)
    }

    /// Does what `podAction` asks. Nothing is left of a terminated Pod.
    pub(crate) fn act_on_pod(&mut self, id: &str, action: Action) -> Result<Option<&Pod>, Denied> {
        let status = self.changeable_pod(id)?.status(self.now);
        let pod = self.pod(id)?;
        if !status.actions().contains(&action) {
            let can = status.actions().iter().map(|action| action.word()).collect::<Vec<_>>().join(", ");
            let (word, status) = (action.word(), status.word());
            return Err(Denied::conflict(format!("cannot {word} a pod that is {status}; possible: {can}")));
        }
        if pod.locked && matches!(action, Action::Stop | Action::Restart) {
            return Err(Denied::conflict(format!("pod `{id}` is locked; unlock it first")));
        }
        match action {
            Action::Start => self.start_pod(id)?,
            Action::Stop => self.stop_pod(id)?,
            Action::Restart => self.reboot_pod(id)?,
            Action::Terminate => {
                self.remove_pod(id);
                return Ok(None);
            }
        }
        self.pod(id).map(Some)
    }

    pub(crate) fn delete_pod(&mut self, id: &str) -> Result<(), Denied> {
        self.changeable_pod(id)?;
        self.remove_pod(id);
        Ok(())
    }

    /// Ends a Pod from outside, as a lost host does. It is still shown, but nothing can be done with it.
    pub(crate) fn lose_pod(&mut self, id: &str) {
        // Whoever asks has just seen it: that it is not there would be no news.
        drop(self.end_pod(id, Life::Gone, "host lost, terminate container"));
    }

    /// Stops a Pod that nobody can pay for any more, locked or not.
    pub(crate) fn cut_off_pod(&mut self, id: &str) {
        // Whoever asks has just seen it: that it is not there would be no news.
        drop(self.stop_pod(id));
    }

    /// Takes a Pod away, whoever it belongs to, and stops its meter.
    pub(crate) fn remove_pod(&mut self, id: &str) {
        self.account.pods.remove(id);
        self.account.logs.remove(id);
        self.account.meter.stop(Payer::Pod, id, self.now);
    }

    /// The Pod, unless it belongs to a cluster.
    fn changeable_pod(&self, id: &str) -> Result<&Pod, Denied> {
        let pod = self.pod(id)?;
        match &pod.lease.cluster {
            None => Ok(pod),
            Some(member) => Err(Denied::conflict(format!(
                "pod `{id}` belongs to cluster `{}`; change or delete the cluster",
                member.cluster
            ))),
        }
    }

    fn start_pod(&mut self, id: &str) -> Result<(), Denied> {
        self.can_pay()?;
        self.boot_pod(id, Boot::again)
    }

    fn reboot_pod(&mut self, id: &str) -> Result<(), Denied> {
        self.boot_pod(id, Boot::in_place)
    }

    fn stop_pod(&mut self, id: &str) -> Result<(), Denied> {
        self.end_pod(id, Life::Down, "stop container")
    }

    fn boot_pod(&mut self, id: &str, boot: impl Fn(&Self, &Pod) -> Boot) -> Result<(), Denied> {
        let boot = boot(self, self.pod(id)?);
        self.change_pod(id, |pod, now| {
            pod.started = pod.started_at(now);
            pod.networked = pod.lease.networking;
            pod.boots += 1;
            pod.life = Life::Up(boot);
        })?;
        let pod = self.pod(id)?.clone();
        self.print_boot(&pod, &boot);
        Ok(())
    }

    /// Lets a Pod run no longer.
    fn end_pod(&mut self, id: &str, life: Life, why: &str) -> Result<(), Denied> {
        self.change_pod(id, |pod, now| {
            pod.started = pod.started_at(now);
            pod.life = life;
        })?;
        let pod = self.pod(id)?.clone();
        self.print_stop(&pod, why);
        Ok(())
    }

    /// Changes a Pod and lets the meter go on with what it costs from now on.
    fn change_pod(&mut self, id: &str, change: impl FnOnce(&mut Pod, Time)) -> Result<(), Denied> {
        let now = self.now;
        let pod = self.account.pods.get_mut(id).ok_or_else(|| Denied::missing("pod", id))?;
        change(pod, now);
        let pod = pod.clone();
        self.account.meter.stop(Payer::Pod, id, now);
        self.meter_pod(&pod);
        Ok(())
    }

    /// Reports what a Pod costs from now on, as far as it can be foreseen.
    fn meter_pod(&mut self, pod: &Pod) {
        if pod.lease.cluster.is_some() {
            return;
        }
        let (machine, volume) = (&pod.lease.machine, pod.lease.mount.gigabytes());
        let idle = prices::stopped_disk(volume);
        let gpu = match machine {
            Machine::Gpu { gpu, .. } => Some(gpu.id),
            Machine::Cpu { .. } => None,
        };
        let (site, image) = (Some(pod.lease.site.id), &pod.lease.container.image);
        let mut report = |(charge, gigabytes), rate, (from, to): (Time, Option<Time>)| {
            let (payer, id) = (Payer::Pod, pod.id.clone());
            let detail = Detail { gpu, site, worker: String::new(), image: image.clone(), gigabytes };
            // Nothing to pay, or over before it began: a change of something that failed long ago.
            if rate > 0.0 && to.is_none_or(|to| to > from) {
                self.account.meter.record(Usage { payer, id, charge, rate, from, to, detail });
            }
        };
        match &pod.life {
            Life::Up(boot) => {
                let ends = if boot.fails { Some(boot.ready) } else { boot.exit.map(|(at, _)| at) };
                let works = (self.now, ends);
                let disk = pod.lease.container.disk + volume;
                report((machine.charge(), 0), machine.rate(pod.lease.cloud), works);
                report((Charge::Disk, disk), prices::disk(disk), works);
                if let Some(ends) = ends {
                    report((Charge::Disk, volume), idle, (ends.max(self.now), None));
                }
            }
            Life::Down => report((Charge::Disk, volume), idle, (self.now, None)),
            Life::Gone => {}
        }
    }

    /// Whether there is money for something new.
    pub(crate) fn can_pay(&self) -> Result<(), Denied> {
        if self.balance() > 0.0 { Ok(()) } else { Err(Denied::OutOfMoney) }
    }
}
