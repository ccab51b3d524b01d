//! What is said of an endpoint when it is created or changed.

use crate::check;
use crate::client::Outcome;
use crate::container::{Change, Container};
use crate::word::Word;

/// How requests reach the workers. Fixed at creation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Jobs wait in a queue.
    #[default]
    Queue,
    /// Requests go straight to a worker.
    LoadBalancer,
}

impl Word for Kind {
    const ALL: &'static [Self] = &[Self::Queue, Self::LoadBalancer];

    fn as_str(self) -> &'static str {
        match self {
            Self::Queue => "QUEUE",
            Self::LoadBalancer => "LOAD_BALANCER",
        }
    }
}

/// Fast starts of workers that were stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flashboot {
    /// Off, as the API has it unless said.
    Off,
    /// On.
    On,
    /// On, with priority.
    Priority,
}

impl Word for Flashboot {
    const ALL: &'static [Self] = &[Self::Off, Self::On, Self::Priority];

    fn as_str(self) -> &'static str {
        match self {
            Self::Off => "OFF",
            Self::On => "FLASHBOOT",
            Self::Priority => "PRIORITY_FLASHBOOT",
        }
    }
}

/// What the number of workers follows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scaling {
    /// Seconds a job may wait in the queue, at least 0.5. Not for [`Kind::LoadBalancer`].
    QueueDelay(f64),
    /// Requests per worker, at least 1.
    RequestCount(u32),
}

impl Scaling {
    /// The target that both scalers start with when none is given (the default of REST v1).
    const TARGET: u32 = 4;

    /// What an endpoint of this kind follows when nothing is said.
    #[must_use]
    pub fn default_for(kind: Kind) -> Self {
        match kind {
            Kind::Queue => Self::QueueDelay(f64::from(Self::TARGET)),
            Kind::LoadBalancer => Self::RequestCount(Self::TARGET),
        }
    }

    /// The same scaler with another target.
    ///
    /// # Errors
    /// [`crate::Error::Argument`] below the bound of the scaler, or for a fraction of a request.
    pub fn with_target(self, target: f64) -> Outcome<Self> {
        match self {
            Self::QueueDelay(_) => Self::queue_delay(target),
            Self::RequestCount(_) => Self::request_count(target),
        }
    }

    /// Follows the queue delay, in seconds from 0.5.
    ///
    /// # Errors
    /// [`crate::Error::Argument`] below 0.5 or for something that is no number.
    pub fn queue_delay(seconds: f64) -> Outcome<Self> {
        if seconds.is_finite() && seconds >= 0.5 {
            return Ok(Self::QueueDelay(seconds));
        }
        check::refuse("scalerValue", "must be at least 0.5 seconds for QUEUE_DELAY")
    }

    /// Follows the requests per worker, a whole number from 1.
    ///
    /// # Errors
    /// [`crate::Error::Argument`] for anything else.
    pub fn request_count(requests: f64) -> Outcome<Self> {
        if requests.fract() == 0.0 && (1.0..=f64::from(u32::MAX)).contains(&requests) {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "whole and inside the range of u32, as the line above says"
            )]
            return Ok(Self::RequestCount(requests as u32));
        }
        check::refuse("scalerValue", "must be a whole number of at least 1 for REQUEST_COUNT")
    }

    pub(super) fn checked(self) -> Outcome<Self> {
        match self {
            Self::QueueDelay(seconds) => Self::queue_delay(seconds),
            Self::RequestCount(requests) => Self::request_count(f64::from(requests)),
        }
    }
}

/// How many workers, and how long they wait. `None` leaves a field out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Workers {
    /// Always running; 0 scales to zero. 0 unless said.
    pub min: Option<u32>,
    /// Most at a time. 3 unless said.
    pub max: Option<u32>,
    /// Seconds without work before a worker stops, 1 to 3600; 10 unless said. Has no meaning for a queue that scales
    /// by request count.
    pub idle_timeout_s: Option<u32>,
}

/// GPUs of each worker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gpu {
    /// GPU pools, such as `AMPERE_80`. REST v2 wants at least one.
    pub pool_ids: Vec<String>,
    /// GPU types of these pools that are not wanted.
    pub excluded_type_ids: Vec<String>,
    /// GPU types; REST v1 only, REST v2 selects by pool.
    pub type_ids: Vec<String>,
    /// GPUs per worker, at least 1; 1 unless said.
    pub count: Option<u32>,
    /// Host CUDA versions accepted, `major.minor`; empty means any. Not beside a lowest version.
    pub allowed_cuda_versions: Vec<String>,
    /// Lowest host CUDA version, `major.minor`.
    pub min_cuda_version: Option<String>,
}

impl Gpu {
    /// One GPU of any type of a pool.
    #[must_use]
    pub fn pool(pool_id: &str) -> Self {
        Self { pool_ids: vec![pool_id.to_owned()], ..Self::default() }
    }
}

/// A CPU choice of a worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cpu {
    /// CPU flavour id such as `cpu5c`.
    pub flavor_id: String,
    /// vCPUs, a power of two from 2.
    pub vcpu_count: u32,
}

/// What the workers compute with. Stated, never inferred; the family cannot change later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compute {
    /// GPUs.
    Gpu(Gpu),
    /// CPUs: any of these choices, each different, at least one.
    Cpu(Vec<Cpu>),
}

/// An endpoint to be created.
#[derive(Clone, Debug, PartialEq)]
pub struct Create {
    /// Name.
    pub name: String,
    /// How requests reach the workers.
    pub kind: Kind,
    /// Machines.
    pub compute: Compute,
    /// Container; `image` may be left out when a template is named.
    pub container: Container,
    /// Template whose settings are copied once; fields given here win, `env` is merged by name.
    pub template_id: Option<String>,
    /// What the number of workers follows; [`Scaling::default_for`] the kind unless said.
    pub scaling: Option<Scaling>,
    /// Number of workers.
    pub workers: Workers,
    /// Data centres accepted; empty means any.
    pub data_center_ids: Vec<String>,
    /// Network volumes to attach, by id; empty means none.
    pub network_volume_ids: Vec<String>,
    /// Longest run of a job in milliseconds; 300,000 unless said.
    pub execution_timeout_ms: Option<u32>,
    /// Fast starts.
    pub flashboot: Option<Flashboot>,
}

impl Create {
    /// A queue endpoint of this image on these GPUs, with defaults everywhere else.
    #[must_use]
    pub fn queue(name: &str, image: &str, gpu: Gpu) -> Self {
        Self {
            name: name.to_owned(),
            kind: Kind::Queue,
            compute: Compute::Gpu(gpu),
            container: Container::image(image),
            template_id: None,
            scaling: None,
            workers: Workers::default(),
            data_center_ids: Vec::new(),
            network_volume_ids: Vec::new(),
            execution_timeout_ms: None,
            flashboot: None,
        }
    }
}

/// What to change about the GPUs. `None` leaves a field as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GpuChange {
    /// The new pools. They replace the whole selection: exclusions that are not given again are gone.
    pub pool_ids: Option<Vec<String>>,
    /// The new exclusions; they go with `pool_ids`.
    pub excluded_type_ids: Option<Vec<String>>,
    /// GPU types; REST v1 only.
    pub type_ids: Option<Vec<String>>,
    /// GPUs per worker, at least 1.
    pub count: Option<u32>,
    /// Host CUDA versions accepted; empty clears.
    pub allowed_cuda_versions: Option<Vec<String>>,
    /// Lowest host CUDA version.
    pub min_cuda_version: Option<Change<String>>,
}

/// What to change on an endpoint. `None` leaves a field as it is; kind and compute family never change.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Update {
    /// New name.
    pub name: Option<String>,
    /// Container fields.
    pub container: Container,
    /// Template whose settings are copied once.
    pub template_id: Option<String>,
    /// Scaler and its target, always both.
    pub scaling: Option<Scaling>,
    /// Number of workers.
    pub workers: Workers,
    /// GPU fields of a GPU endpoint.
    pub gpu: GpuChange,
    /// CPU choices of a CPU endpoint, replaced as a whole.
    pub cpu: Option<Vec<Cpu>>,
    /// Data centres accepted; empty means any.
    pub data_center_ids: Option<Vec<String>>,
    /// Network volumes; empty detaches all.
    pub network_volume_ids: Option<Vec<String>>,
    /// Longest run of a job in milliseconds.
    pub execution_timeout_ms: Option<u32>,
    /// Fast starts.
    pub flashboot: Option<Flashboot>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_keeps_to_the_bounds_of_its_scaler() {
        let count = Scaling::RequestCount(1);
        assert_eq!(count.with_target(7.0).ok(), Some(Scaling::RequestCount(7)));
        for bad in [0.0, 0.5, 1.5, -1.0, f64::NAN, f64::INFINITY, 5e9] {
            assert!(count.with_target(bad).is_err(), "{bad}");
        }
        let delay = Scaling::QueueDelay(4.0);
        assert_eq!(delay.with_target(0.5).ok(), Some(Scaling::QueueDelay(0.5)));
        for bad in [0.4, -1.0, f64::NAN, f64::INFINITY] {
            assert!(delay.with_target(bad).is_err(), "{bad}");
        }
    }
}
