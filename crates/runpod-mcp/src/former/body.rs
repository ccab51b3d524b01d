//! Bodies of requests as the API spells them, field by field, and the argument that each field is here.
//!
//! The gate over the contract (`every_field_of_the_api_is_understood_or_refused_by_name`) finds what is missing.

use serde_json::Value;

use super::moving::{Field, Moving, Way};

/// What runs, everywhere but in templates.
pub(super) static CONTAINER: [Field; 7] = [
    Field::is("image", "imageName"),
    Field::same("args"),
    Field::same("entrypoint"),
    Field::same("cmd"),
    Field::is("disk", "containerDiskInGb"),
    Field::same("env"),
    Field::same("ports"),
];

/// What a template holds of a container: it keeps the names of its REST v1 days.
pub(super) static TEMPLATE_CONTAINER: [Field; 7] = [
    Field::is("image", "imageName"),
    Field::same("args"),
    Field::new("entrypoint", Way::Filled("dockerEntrypoint")),
    Field::new("cmd", Way::Filled("dockerStartCmd")),
    Field::is("disk", "containerDiskInGb"),
    Field::same("env"),
    Field::same("ports"),
];

pub(super) static REGISTRY: [Field; 1] = [Field::new("registry", Way::Clearable("containerRegistryAuthId"))];

static PERSISTENT: [Field; 2] = [Field::is("size", "volumeInGb"), Field::is("path", "volumeMountPath")];

static NETWORK: [Field; 2] = [Field::is("volumeId", "networkVolumeId"), Field::is("path", "volumeMountPath")];

static KINDS_OF_MOUNT: [Field; 2] =
    [Field::new("persistent", Way::Within(&PERSISTENT, None)), Field::new("network", Way::First(&NETWORK))];

pub(super) static MOUNTS: [Field; 1] = [Field::new("mounts", Way::Within(&KINDS_OF_MOUNT, None))];

static POD_GPU: [Field; 6] = [
    Field::new("id", Way::Listed("gpuTypeIds")),
    Field::is("count", "gpuCount"),
    Field::same("allowedCudaVersions"),
    Field::same("minCudaVersion"),
    Field::same("minRamPerGpu"),
    Field::same("minVcpuCountPerGpu"),
];

static POD_CPU: [Field; 2] = [Field::is("id", "cpuFlavorId"), Field::same("vcpuCount")];

/// A Pod; `cpu` says in so many words that no GPU is wanted.
pub(super) static CREATE_POD: [Field; 9] = [
    Field::same("name"),
    Field::same("templateId"),
    Field::is("cloud", "cloudType"),
    Field::new("gpu", Way::Within(&POD_GPU, None)),
    Field::new("cpu", Way::Within(&POD_CPU, Some(("computeType", "CPU")))),
    Field::same("dataCenterIds"),
    Field::same("globalNetworking"),
    Field::same("startSsh"),
    Field::same("startJupyter"),
];

pub(super) static UPDATE_POD: [Field; 4] =
    [Field::same("name"), Field::same("templateId"), Field::same("globalNetworking"), Field::same("locked")];

static ENDPOINT_GPU: [Field; 5] = [
    Field::is("pools", "gpuPoolIds"),
    Field::is("excludedTypes", "excludeGpuTypeIds"),
    Field::is("count", "gpuCount"),
    Field::same("allowedCudaVersions"),
    Field::same("minCudaVersion"),
];

static ENDPOINT_CPU: [Field; 2] = [Field::is("id", "cpuFlavorIds"), Field::same("vcpuCount")];

static SCALING: [Field; 3] = [
    Field::is("type", "scalerType"),
    Field::is("queueDelay", "scalerValue"),
    Field::is("requestCount", "scalerValue"),
];

static WORKERS: [Field; 3] =
    [Field::is("min", "workersMin"), Field::is("max", "workersMax"), Field::same("idleTimeout")];

pub(super) static ENDPOINT: [Field; 10] = [
    Field::same("name"),
    Field::same("templateId"),
    Field::new("gpu", Way::Within(&ENDPOINT_GPU, None)),
    Field::new("cpu", Way::Rule(cpus, &ENDPOINT_CPU)),
    Field::new("scaling", Way::Rule(scaling, &SCALING)),
    Field::new("workers", Way::Within(&WORKERS, None)),
    Field::same("dataCenterIds"),
    Field::is("networkVolumes", "networkVolumeIds"),
    Field::is("timeout", "executionTimeoutMs"),
    Field::same("flashboot"),
];

/// Fixed when an endpoint is made.
pub(super) static ENDPOINT_TYPE: [Field; 1] = [Field::is("type", "endpointType")];

static TEMPLATE_MOUNTS: [Field; 1] = [Field::new("persistent", Way::Within(&PERSISTENT, None))];

pub(super) static TEMPLATE: [Field; 8] = [
    Field::same("name"),
    Field::new("mounts", Way::Within(&TEMPLATE_MOUNTS, None)),
    Field::same("category"),
    Field::is("public", "isPublic"),
    Field::is("serverless", "isServerless"),
    Field::same("startSsh"),
    Field::same("startJupyter"),
    Field::same("allowedCudaVersions"),
];

static COMPUTE: [Field; 3] =
    [Field::same("gpuTypeId"), Field::same("gpuCountPerPod"), Field::same("podCount")];

pub(super) static CREATE_CLUSTER: [Field; 7] = [
    Field::same("name"),
    Field::same("type"),
    Field::new("compute", Way::Within(&COMPUTE, None)),
    Field::same("templateId"),
    Field::same("dataCenterIds"),
    Field::same("startSsh"),
    Field::same("startJupyter"),
];

pub(super) static NAME: [Field; 1] = [Field::same("name")];

pub(super) static CREATE_VOLUME: [Field; 4] = [
    Field::same("name"),
    Field::same("size"),
    Field::is("dataCenter", "dataCenterId"),
    Field::is("type", "volumeType"),
];

pub(super) static UPDATE_VOLUME: [Field; 2] = [Field::same("name"), Field::same("size")];

pub(super) static CREDENTIAL: [Field; 3] =
    [Field::same("name"), Field::same("username"), Field::same("password")];

pub(super) static DELEGATION: [Field; 2] = [Field::same("resource"), Field::same("name")];

pub(super) static KEYS: [Field; 1] = [Field::same("keys")];

pub(super) static SECRET: [Field; 2] = [Field::same("value"), Field::same("description")];

/// CPU types to choose from. Each may have vCPUs of its own in the API; here one number goes for all.
fn cpus(moving: &mut Moving, fields: &'static [Field], path: &str, value: &Value) {
    let Value::Array(choices) = value else {
        return moving.findings.push(format!("`{path}` must be a list of objects"));
    };
    let of = |name: &str| -> Vec<Value> {
        choices.iter().map(|choice| choice.get(name).cloned().unwrap_or_default()).collect()
    };
    let (ids, mut sizes) = (of("id"), of("vcpuCount"));
    sizes.dedup();
    for choice in choices {
        let members = choice.as_object().into_iter().flat_map(|members| members.keys());
        let strangers = members.filter(|name| fields.iter().all(|field| field.name != *name));
        strangers.for_each(|name| moving.findings.push(format!("unknown `{path}[].{name}`")));
    }
    match sizes.as_slice() {
        _ if !choices.iter().all(Value::is_object) => {
            moving.findings.push(format!("`{path}` must be a list of objects"));
        }
        [_, _, ..] => moving.findings.push(format!(
            "`{path}[].vcpuCount` has no place here when it differs: one vcpuCount goes for all CPU types"
        )),
        [size] if !size.is_null() => {
            moving.put("cpuFlavorIds", &format!("{path}[].id"), ids.into());
            moving.put("vcpuCount", &format!("{path}[].vcpuCount"), size.clone());
        }
        _ => moving.put("cpuFlavorIds", &format!("{path}[].id"), ids.into()),
    }
}

/// A target goes with its type: seconds for a queue must not become a number of requests.
fn scaling(moving: &mut Moving, fields: &'static [Field], path: &str, value: &Value) {
    let members = super::moving::object(Some(value)).unwrap_or_default();
    let kind = members.get("type").and_then(Value::as_str);
    let strange = match kind {
        Some("QUEUE_DELAY") => Some("requestCount"),
        Some("REQUEST_COUNT") => Some("queueDelay"),
        _ => None,
    };
    if members.get("type").is_none() {
        moving.findings.push(format!("missing `{path}.type`"));
    }
    match strange.filter(|name| members.contains_key(*name)) {
        Some(name) => {
            let kind = kind.unwrap_or_default();
            moving.findings.push(format!("`{path}.{name}` has no place here: it does not go with {kind}"));
        }
        None => moving.within(fields, path, value, None),
    }
}
