//! The tools that older servers had or called differently, and how they were called.

use super::body;
use super::moving::{Field, Moving, Way};
use serde_json::Value;

/// How a tool was called.
#[derive(Debug)]
pub(super) struct Form {
    /// The tool that it is here.
    pub(super) tool: &'static str,
    /// What it was called, today's name among them.
    pub(super) names: &'static [&'static str],
    /// What `id` is here.
    pub(super) id: Option<&'static str>,
    /// Arguments that the former name implies.
    pub(super) sets: &'static [(&'static str, &'static str)],
    /// Arguments beside `id` and `body`.
    pub(super) fields: &'static [Field],
    /// Fields of `body`; none when there was no body.
    pub(super) body: &'static [&'static [Field]],
}

/// Actions of `pod-action`, with the tool that each is here.
pub(super) const ACTIONS: [(&str, &str); 4] =
    [("start", "start-pod"), ("stop", "stop-pod"), ("restart", "restart-pod"), ("terminate", "delete-pod")];

/// Tools without a counterpart, and why.
pub(super) const GONE: [(&[&str], &str); 1] = [(
    &["list-tags", "get-tag", "create-tag", "update-tag", "delete-tag", "attach-tag", "detach-tag"],
    "Runpod removed tags: its API has none any more",
)];

const fn form(tool: &'static str, names: &'static [&'static str]) -> Form {
    Form { tool, names, id: None, sets: &[], fields: &[], body: &[] }
}

impl Form {
    const fn id(self, id: &'static str) -> Self {
        Self { id: Some(id), ..self }
    }

    const fn sets(self, sets: &'static [(&'static str, &'static str)]) -> Self {
        Self { sets, ..self }
    }

    const fn fields(self, fields: &'static [Field]) -> Self {
        Self { fields, ..self }
    }

    const fn body(self, body: &'static [&'static [Field]]) -> Self {
        Self { body, ..self }
    }
}

/// Every form, group by group.
pub(super) static FORMS: [Form; 52] = [
    form("get-pod", &["get-pod"]).id("podId"),
    form("create-pod", &["create-pod"]).body(&[
        &body::CREATE_POD,
        &body::CONTAINER,
        &body::REGISTRY,
        &body::MOUNTS,
    ]),
    form("update-pod", &["update-pod"]).id("podId").body(&[
        &body::UPDATE_POD,
        &body::CONTAINER,
        &body::REGISTRY,
        &body::MOUNTS,
    ]),
    form("start-pod", &["start-pod"]).id("podId"),
    form("stop-pod", &["stop-pod"]).id("podId"),
    form("restart-pod", &["restart-pod"]).id("podId"),
    form("delete-pod", &["delete-pod"]).id("podId"),
    form("get-endpoint", &["get-endpoint"]).id("endpointId"),
    form("create-endpoint", &["create-endpoint"]).body(&[
        &body::ENDPOINT,
        &body::ENDPOINT_TYPE,
        &body::CONTAINER,
        &body::REGISTRY,
    ]),
    form("update-endpoint", &["update-endpoint"]).id("endpointId").body(&[
        &body::ENDPOINT,
        &body::CONTAINER,
        &body::REGISTRY,
    ]),
    form("delete-endpoint", &["delete-endpoint"]).id("endpointId"),
    form("list-endpoint-workers", &["list-endpoint-workers"]).id("endpointId"),
    form("list-endpoint-releases", &["list-endpoint-releases"]).id("endpointId"),
    form("list-endpoint-builds", &["list-endpoint-builds"]).id("endpointId"),
    form("get-endpoint-build", &["get-endpoint-build"]).id("endpointId"),
    form("get-template", &["get-template"]).id("templateId"),
    form("create-template", &["create-template"]).body(&[
        &body::TEMPLATE,
        &body::TEMPLATE_CONTAINER,
        &body::REGISTRY,
    ]),
    form("update-template", &["update-template"]).id("templateId").body(&[
        &body::TEMPLATE,
        &body::TEMPLATE_CONTAINER,
        &body::REGISTRY,
    ]),
    form("delete-template", &["delete-template"]).id("templateId"),
    form("get-network-volume", &["get-network-volume"]).id("networkVolumeId"),
    form("create-network-volume", &["create-network-volume"]).body(&[&body::CREATE_VOLUME]),
    form("update-network-volume", &["update-network-volume"])
        .id("networkVolumeId")
        .body(&[&body::UPDATE_VOLUME]),
    form("delete-network-volume", &["delete-network-volume"]).id("networkVolumeId"),
    form("list-container-registry-auths", &["list-registries"]),
    form("get-container-registry-auth", &["get-container-registry-auth", "get-registry"])
        .id("containerRegistryAuthId"),
    form("create-container-registry-auth", &["create-container-registry-auth", "create-registry"])
        .body(&[&body::CREDENTIAL]),
    form("delete-container-registry-auth", &["delete-container-registry-auth", "delete-registry"])
        .id("containerRegistryAuthId"),
    form("list-registry-delegations", &["list-delegations"]),
    form("create-registry-delegation", &["create-registry-delegation", "create-delegation"])
        .body(&[&body::DELEGATION]),
    form("delete-registry-delegation", &["delete-registry-delegation", "revoke-delegation"])
        .id("delegationId"),
    form("list-gpu-types", &["list-gpu-types"]).fields(&GPU_STOCK),
    form("get-gpu-type", &["get-gpu-type"]).id("gpuTypeId").fields(&ONE_GPU),
    form("list-cpu-types", &["list-cpu-types"]).fields(&CPU_STOCK),
    form("get-cpu-type", &["get-cpu-type"]).id("cpuTypeId").fields(&CPU_STOCK),
    form("list-data-centers", &["list-data-centers"]).fields(&REGIONS),
    form("get-data-center", &["get-data-center"]).id("dataCenterId"),
    form("get-billing", &["list-billing"]).sets(&[("scope", "all")]),
    form("get-billing", &["list-pod-billing"]).sets(&[("scope", "pods")]),
    form("get-billing", &["list-serverless-billing"]).sets(&[("scope", "serverless")]).fields(&OF_ENDPOINT),
    form("get-billing", &["list-endpoint-billing"]).sets(&[("scope", "endpoints")]),
    form("get-billing", &["list-network-volume-billing"]).sets(&[("scope", "network-volumes")]),
    form("get-billing", &["list-cluster-billing"]).sets(&[("scope", "clusters")]),
    form("get-cluster", &["get-cluster"]).id("clusterId"),
    form("create-cluster", &["create-cluster"]).body(&[
        &body::CREATE_CLUSTER,
        &body::CONTAINER,
        &body::MOUNTS,
    ]),
    form("update-cluster", &["update-cluster"]).id("clusterId").body(&[&body::NAME]),
    form("delete-cluster", &["delete-cluster"]).id("clusterId"),
    form("list-cluster-pods", &["list-cluster-pods"]).id("clusterId"),
    form("update-ssh-keys", &["update-ssh-keys"]).body(&[&body::KEYS]),
    form("get-secret", &["get-secret"]).id("secretId"),
    form("create-secret", &["create-secret"]).body(&[&body::NAME, &body::SECRET]),
    form("update-secret", &["update-secret"]).id("secretId").body(&[&body::SECRET]),
    form("delete-secret", &["delete-secret"]).id("secretId"),
];

/// How the stock of GPUs was narrowed.
static GPU_STOCK: [Field; 4] = [
    Field::new("include", Way::Rule(stock_of_gpus, &[])),
    Field::new("product", Way::Single("product")),
    Field::is("count", "gpuCount"),
    Field::is("cloud", "cloudType"),
];

const NARROWS: Way = Way::Never("list-gpu-types narrows the stock");

static ONE_GPU: [Field; 7] = [
    Field::new("include", Way::Rule(stock_of_gpus, &[])),
    Field::new("product", Way::Single("product")),
    Field::new("count", NARROWS),
    Field::new("cloud", NARROWS),
    Field::new("countryCodes", NARROWS),
    Field::new("cudaVersions", NARROWS),
    Field::new("minCudaVersion", NARROWS),
];

static CPU_STOCK: [Field; 2] =
    [Field::new("product", Way::Single("product")), Field::new("include", Way::Rule(stock_of_cpus, &[]))];

static REGIONS: [Field; 1] = [Field::new("regions", Way::Single("region"))];

static OF_ENDPOINT: [Field; 1] = [Field::is("serverlessId", "endpointId")];

/// Stock was shown when asked for; here it is shown unless asked not to.
fn stock_of_gpus(moving: &mut Moving, _: &'static [Field], path: &str, value: &Value) {
    if asks_for_stock(moving, path, value) {
        moving.put("includeAvailability", path, true.into());
    }
}

/// Here a product asks for stock by being named.
fn stock_of_cpus(moving: &mut Moving, _: &'static [Field], path: &str, value: &Value) {
    if !asks_for_stock(moving, path, value) {
        return;
    }
    match moving.args.contains_key("product") {
        true => moving.notes.push(format!("product alone asks for the stock, `{path}` is not needed")),
        false => moving.findings.push(format!("`{path}` needs `product` here: POD or SERVERLESS")),
    }
}

fn asks_for_stock(moving: &mut Moving, path: &str, value: &Value) -> bool {
    let words = match value {
        Value::Array(words) => words.clone(),
        word => vec![word.clone()],
    };
    match words.iter().all(|word| word == "AVAILABILITY") {
        true => !words.is_empty(),
        false => {
            moving.findings.push(format!("`{path}` must be AVAILABILITY"));
            false
        }
    }
}
