//! Releases: what changed about an endpoint, when, and by whom.

use serde::Serialize;
use serde_json::{Value, json};

use crate::clock::Time;
use crate::world::endpoints::config::{Compute, Config, GpuWish, Scaling};

/// One version of an endpoint's configuration.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Release {
    pub(crate) id: String,
    /// Counted from 1.
    pub(crate) version: u32,
    /// The build that it came from; without one, somebody made it.
    pub(crate) build: Option<String>,
    /// The user who made it.
    pub(crate) by: Option<String>,
    pub(crate) created: Time,
    pub(crate) diff: Vec<Change>,
}

/// `ReleaseDiffEntry` of the contract.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Change {
    field: &'static str,
    old: Value,
    new: Value,
}

impl Change {
    /// Whether workers that run the old value must be replaced.
    pub(crate) fn needs_new_workers(&self) -> bool {
        FIELDS.iter().any(|field| field.name == self.field && field.worn)
    }
}

/// What the old and the new configuration differ in.
pub(crate) fn diff(old: &Config, new: &Config) -> Vec<Change> {
    let pairs = FIELDS.iter().map(|field| (field.name, (field.read)(old), (field.read)(new)));
    let changed = pairs.filter(|(_, old, new)| old != new);
    changed.map(|(field, old, new)| Change { field, old, new }).collect()
}

/// A field as releases name it.
struct Field {
    name: &'static str,
    read: fn(&Config) -> Value,
    /// Whether a worker carries the value with it from its start.
    worn: bool,
}

/// Fields that workers are started with.
const fn worn(name: &'static str, read: fn(&Config) -> Value) -> Field {
    Field { name, read, worn: true }
}

/// Fields that only the scheduler looks at.
const fn told(name: &'static str, read: fn(&Config) -> Value) -> Field {
    Field { name, read, worn: false }
}

/// Names as observed in releases (`template.imageName`, `workers.max`, `gpuCount`, `locations`; 2026), the
/// others after the same fashion.
static FIELDS: &[Field] = &[
    told("name", |config| json!(config.name)),
    worn("template.imageName", |config| json!(config.container.image)),
    worn("template.dockerArgs", |config| json!(config.container.args)),
    worn("template.containerDiskInGb", |config| json!(config.container.disk)),
    worn("template.env", |config| json!(config.container.env)),
    worn("template.ports", |config| json!(config.container.ports)),
    worn("template.containerRegistryAuthId", |config| json!(config.container.registry)),
    worn("gpuIds", |config| gpu(config, |wish| json!(wish.pools))),
    worn("excludedGpuTypes", |config| gpu(config, |wish| json!(wish.excluded))),
    worn("gpuCount", |config| gpu(config, |wish| json!(wish.count))),
    worn("allowedCudaVersions", |config| gpu(config, |wish| json!(wish.cuda.allowed))),
    worn("minCudaVersion", |config| gpu(config, |wish| json!(wish.cuda.floor))),
    worn("instanceIds", instances),
    worn("locations", |config| json!(config.sites.iter().map(|site| site.id).collect::<Vec<_>>())),
    worn("networkVolumeIds", |config| json!(config.volumes.iter().map(|one| &one.id).collect::<Vec<_>>())),
    worn("flashBootType", |config| json!(config.flashboot)),
    told("workers.min", |config| json!(config.workers.min)),
    told("workers.max", |config| json!(config.workers.max)),
    told("idleTimeout", |config| json!(config.workers.idle_timeout)),
    told("executionTimeoutMs", |config| json!(config.timeout)),
    told("scalerType", |config| match config.scaling {
        Scaling::QueueDelay { .. } => json!("QUEUE_DELAY"),
        Scaling::RequestCount { .. } => json!("REQUEST_COUNT"),
    }),
    told("scalerValue", |config| match config.scaling {
        Scaling::QueueDelay { queue_delay } => json!(queue_delay),
        Scaling::RequestCount { request_count } => json!(request_count),
    }),
];

fn gpu(config: &Config, read: impl Fn(&GpuWish) -> Value) -> Value {
    match &config.compute {
        Compute::Gpu(wish) => read(wish),
        Compute::Cpu(_) => Value::Null,
    }
}

fn instances(config: &Config) -> Value {
    match &config.compute {
        Compute::Gpu(_) => Value::Null,
        Compute::Cpu(wishes) => {
            wishes.iter().map(|wish| format!("{}-{}", wish.id, wish.vcpu_count)).collect()
        }
    }
}
