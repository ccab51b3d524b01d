//! What is read of an endpoint, its workers, releases and builds.

mod said;

use serde::Deserialize;

use super::input::Scaling;
use crate::container::Env;
use crate::view::lenient;

use said::Said;

/// The fields of an endpoint that callers act on, whichever version said them. Only `id` is required of an answer.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(from = "Said")]
pub struct Endpoint {
    /// Endpoint id; also the id in the addresses of the Serverless runtime.
    pub id: String,
    /// Name.
    pub name: String,
    /// `QUEUE` or `LOAD_BALANCER`. Neither version's contract requires it; REST v1 does not know it.
    pub kind: Option<String>,
    /// Image reference. REST v1 says it with the template only.
    pub image: String,
    /// What the number of workers follows.
    pub scaling: Option<ScalingView>,
    /// Number of workers.
    pub workers: WorkersView,
    /// GPUs, unless it is a CPU endpoint.
    pub gpu: Option<GpuView>,
    /// CPUs, any of these, when it is a CPU endpoint.
    pub cpu: Vec<CpuView>,
    /// Environment variables. REST v1 says them with the template too.
    pub env: Env,
    /// Network volumes that are attached, by id.
    pub network_volumes: Vec<String>,
    /// Template it was made from; REST v1 only, on REST v2 nothing links them.
    pub template_id: Option<String>,
}

/// What the number of workers follows, as read.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScalingView {
    /// `QUEUE_DELAY` or `REQUEST_COUNT`.
    #[serde(rename = "type", default, deserialize_with = "lenient")]
    pub kind: String,
    /// Seconds.
    #[serde(default)]
    pub queue_delay: Option<f64>,
    /// Requests per worker.
    #[serde(default)]
    pub request_count: Option<u32>,
}

impl ScalingView {
    /// The same as an input; a scaler that is not known has none.
    #[must_use]
    pub fn to_input(&self) -> Option<Scaling> {
        match self.kind.as_str() {
            "QUEUE_DELAY" => self.queue_delay.map(Scaling::QueueDelay),
            "REQUEST_COUNT" => self.request_count.map(Scaling::RequestCount),
            _ => None,
        }
    }
}

/// Number of workers, as read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkersView {
    /// Always running.
    #[serde(default)]
    pub min: Option<u32>,
    /// Most at a time.
    #[serde(default)]
    pub max: Option<u32>,
    /// Seconds without work before a worker stops.
    #[serde(default)]
    pub idle_timeout: Option<u32>,
}

/// GPUs of each worker, as read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GpuView {
    /// GPU types; REST v1 only, REST v2 selects by pool.
    #[serde(default, deserialize_with = "lenient")]
    pub type_ids: Vec<String>,
    /// GPU pools.
    #[serde(default, deserialize_with = "lenient")]
    pub pools: Vec<String>,
    /// GPU types of these pools that are excluded.
    #[serde(default, deserialize_with = "lenient")]
    pub excluded_types: Vec<String>,
    /// GPUs per worker.
    #[serde(default)]
    pub count: Option<u32>,
    /// Host CUDA versions accepted; empty means any.
    #[serde(default, deserialize_with = "lenient")]
    pub allowed_cuda_versions: Vec<String>,
    /// Lowest host CUDA version.
    #[serde(default)]
    pub min_cuda_version: Option<String>,
}

/// CPUs of a worker, as read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CpuView {
    /// CPU flavour id.
    pub id: String,
    /// vCPUs.
    #[serde(default)]
    pub vcpu_count: Option<u32>,
    /// System memory in GB.
    #[serde(default)]
    pub memory: Option<u32>,
}

/// A worker.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Worker {
    /// Worker id.
    pub id: String,
    /// `RUNNING`, `IDLE`, `INITIALIZING`, `THROTTLED` or `UNHEALTHY`.
    #[serde(default, deserialize_with = "lenient")]
    pub status: String,
    /// Whether it still runs an older release.
    #[serde(default, deserialize_with = "lenient")]
    pub is_stale: bool,
}

/// A release of an endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Release {
    /// Release id.
    pub id: String,
    /// Version number, counting up.
    #[serde(default)]
    pub version: Option<u64>,
}

/// A build of an endpoint that is made from a repository.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Build {
    /// Build id.
    pub id: String,
    /// `PENDING`, `BUILDING`, `UPLOADING`, `TESTING`, or an end: `COMPLETED`, `FAILED`, `CANCELLED`, `TEST_FAILED`.
    #[serde(default, deserialize_with = "lenient")]
    pub status: String,
    /// What went wrong.
    #[serde(default)]
    pub error: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_reads_with_an_id_alone() {
        let bare: Endpoint = serde_json::from_str(r#"{"id":"e"}"#).expect("an id is enough");
        let nulls = r#"{"id":"e","gpu":null,"env":null,"workers":null,"networkVolumes":null,"scaling":null}"#;
        assert_eq!(bare, serde_json::from_str(nulls).expect("null is absent"));
    }

    #[test]
    fn an_endpoint_of_v1_reads_like_one_of_v2() {
        let v1 = r#"{"id":"e","name":"n","computeType":"GPU","gpuTypeIds":["NVIDIA L4"],"gpuCount":2,
            "allowedCudaVersions":["12.8"],"scalerType":"REQUEST_COUNT","scalerValue":4,"workersMin":0,"workersMax":3,
            "idleTimeout":5,"networkVolumeId":"v","templateId":"t","version":3,"workers":[{"id":"p"}],
            "template":{"id":"t","imageName":"i","env":{"A":"1"}}}"#;
        let read: Endpoint = serde_json::from_str(v1).expect("an endpoint");
        let v2 = r#"{"id":"e","name":"n","image":"i","env":{"A":"1"},"networkVolumes":["v"],
            "scaling":{"type":"REQUEST_COUNT","requestCount":4},"workers":{"min":0,"max":3,"idleTimeout":5},
            "gpu":{"typeIds":["NVIDIA L4"],"count":2,"allowedCudaVersions":["12.8"]},"templateId":"t"}"#;
        assert_eq!(read, serde_json::from_str(v2).expect("an endpoint"));
    }

    #[test]
    fn a_template_that_says_little_hides_no_endpoint() {
        for template in ["null", "{}", r#"{"imageName":null,"env":null}"#] {
            let said = format!(r#"{{"id":"e","template":{template}}}"#);
            assert_eq!(serde_json::from_str::<Endpoint>(&said).expect("an endpoint").image, "");
        }
    }

    #[test]
    fn a_cpu_endpoint_of_v1_has_no_gpus_and_keeps_its_delay() {
        let v1 = r#"{"id":"e","computeType":"CPU","gpuCount":1,"instanceIds":["cpu3c-2-4"],"scalerType":"QUEUE_DELAY",
            "scalerValue":4,"networkVolumeIds":["a","b"],"networkVolumeId":"a","workers":[]}"#;
        let read: Endpoint = serde_json::from_str(v1).expect("an endpoint");
        assert!(read.gpu.is_none() && read.workers == WorkersView::default());
        assert_eq!(read.scaling.and_then(|s| s.to_input()), Some(Scaling::QueueDelay(4.0)));
        assert_eq!(read.network_volumes, ["a", "b"]);
        let v2 = r#"{"id":"e","cpu":[{"id":"cpu3c","vcpuCount":2,"memory":4}]}"#;
        assert_eq!(read.cpu, serde_json::from_str::<Endpoint>(v2).expect("an endpoint").cpu);
    }

    #[test]
    fn a_scaler_that_is_read_can_be_sent_again() {
        let read = |text| serde_json::from_str::<ScalingView>(text).expect("a view").to_input();
        assert_eq!(read(r#"{"type":"QUEUE_DELAY","queueDelay":4}"#), Some(Scaling::QueueDelay(4.0)));
        assert_eq!(read(r#"{"type":"REQUEST_COUNT","requestCount":3}"#), Some(Scaling::RequestCount(3)));
        assert_eq!(read(r#"{"type":"SOMETHING_NEW","target":3}"#), None);
    }
}
