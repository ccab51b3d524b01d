//! Endpoints as GraphQL saves them: created with a template of their own, and replaced rather than changed.
//!
//! Saving an endpoint that exists puts what is not mentioned back to its default: the most workers, the idle timeout
//! and the scaler (observed in 2026), and with them CUDA, places and volumes. The container stays.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::world::container::Env;
use crate::world::endpoints::Endpoint;
use crate::world::endpoints::config::{EndpointChange, FlashBoot};
use crate::world::hub;
use crate::world::templates::TemplateChange;
use crate::world::{Denied, Visit};

/// Seconds, where nothing is said.
const IDLE: u32 = 10;
/// The most workers, where nothing is said.
const WORKERS: u32 = 3;
/// Seconds of delay or number of requests, where nothing is said.
const SCALER: f64 = 4.0;

/// `EndpointInput` of the GraphQL schema.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SavedEndpoint {
    id: Option<String>,
    name: Option<String>,
    hub_release_id: Option<String>,
    r#type: Option<String>,
    gpu_ids: Option<String>,
    gpu_count: Option<u32>,
    workers_min: Option<u32>,
    workers_max: Option<u32>,
    idle_timeout: Option<u32>,
    scaler_type: Option<String>,
    scaler_value: Option<f64>,
    execution_timeout_ms: Option<u64>,
    flash_boot_type: Option<FlashBoot>,
    locations: Option<String>,
    network_volume_ids: Option<Vec<VolumeOf>>,
    min_cuda_version: Option<String>,
    allowed_cuda_versions: Option<String>,
    template_id: Option<String>,
    template: Option<OwnTemplate>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct VolumeOf {
    network_volume_id: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OwnTemplate {
    name: String,
    image_name: String,
    container_disk_in_gb: Option<u32>,
    container_registry_auth_id: Option<String>,
    docker_args: Option<String>,
    ports: Option<String>,
    env: Option<Vec<EnvOf>>,
}

#[derive(Debug, Deserialize)]
struct EnvOf {
    key: String,
    value: String,
}

impl Visit<'_> {
    /// Saves an endpoint: a new one without an id, or the whole of the one with it.
    pub(crate) fn save_endpoint(&mut self, input: SavedEndpoint) -> Result<&Endpoint, Denied> {
        if let Some(release) = input.hub_release_id.as_ref().filter(|release| !hub::is_deployable(release)) {
            return Err(Denied::missing("hub release", release));
        }
        match &input.id {
            Some(id) => {
                let id = id.clone();
                let change = change(&input.settings()?)?;
                self.update_endpoint(&id, change)
            }
            None => self.create_saved(input),
        }
    }

    fn create_saved(&mut self, input: SavedEndpoint) -> Result<&Endpoint, Denied> {
        let needed = |what: &str| Denied::contradiction(format!("a new endpoint needs `{what}`"));
        input.name.as_ref().filter(|name| !name.is_empty()).ok_or_else(|| needed("name"))?;
        let mut body = input.settings()?;
        let kind = if input.r#type.as_deref() == Some("LB") { "LOAD_BALANCER" } else { "QUEUE" };
        put(&mut body, "type", kind);
        let template = match (input.template, input.template_id) {
            (Some(template), None) => Some(template),
            (None, Some(id)) => {
                put(&mut body, "templateId", id);
                None
            }
            _ => return Err(needed("template` or `templateId")),
        };
        if let Some(template) = &template {
            self.check_name(&template.name)?;
            template.write_into(&mut body);
        }
        let id = self.create_endpoint(read(&body)?)?.id.clone();
        if let Some(template) = template {
            let bound = self.create_template(template.into_template()?)?.id.clone();
            if let Some(endpoint) = self.account.endpoints.get_mut(&id) {
                endpoint.bound = Some(bound);
            }
        }
        self.endpoint(&id)
    }

    fn check_name(&self, name: &str) -> Result<(), Denied> {
        match self.account.templates.values().any(|template| template.name == name) {
            false => Ok(()),
            true => {
                Err(Denied::contradiction(format!("there is a template `{name}` already; names are unique")))
            }
        }
    }
}

impl SavedEndpoint {
    /// Everything but the container, as REST v2 would spell it: the same rules hold.
    fn settings(&self) -> Result<Value, Denied> {
        let by_requests = self.scaler_type.as_deref() == Some("REQUEST_COUNT");
        let value = self.scaler_value.unwrap_or(SCALER);
        let scaling = match by_requests {
            true => json!({ "type": "REQUEST_COUNT", "requestCount": whole(value)? }),
            false => json!({ "type": "QUEUE_DELAY", "queueDelay": value }),
        };
        let mut workers =
            json!({ "min": self.workers_min.unwrap_or(0), "max": self.workers_max.unwrap_or(WORKERS) });
        if !by_requests || self.r#type.as_deref() == Some("LB") {
            put(&mut workers, "idleTimeout", self.idle_timeout.unwrap_or(IDLE));
        }
        let volumes =
            self.network_volume_ids.iter().flatten().map(|volume| volume.network_volume_id.as_str());
        let mut body = json!({
            "gpu": self.gpus()?, "scaling": scaling, "workers": workers,
            "dataCenterIds": list(self.locations.as_deref()),
            "networkVolumes": volumes.collect::<Vec<_>>(),
        });
        let optional = [
            ("name", json!(self.name)),
            ("timeout", json!(self.execution_timeout_ms.filter(|ms| *ms > 0))),
            ("flashboot", json!(self.flash_boot_type)),
        ];
        optional
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .for_each(|(name, value)| put(&mut body, name, value));
        Ok(body)
    }

    fn gpus(&self) -> Result<Value, Denied> {
        let all = list(self.gpu_ids.as_deref());
        let (excluded, pools): (Vec<&str>, Vec<&str>) = all.into_iter().partition(|id| id.starts_with('-'));
        if pools.is_empty() {
            return Err(Denied::contradiction("`gpuIds` names no GPU pool"));
        }
        let excluded: Vec<_> = excluded.into_iter().map(|id| id.trim_start_matches('-').trim()).collect();
        let allowed = list(self.allowed_cuda_versions.as_deref());
        // A set says more than the floor that may stand beside it.
        let floor = self.min_cuda_version.as_deref().filter(|_| allowed.is_empty()).unwrap_or_default();
        let mut gpu = json!({
            "pools": pools, "excludedTypes": excluded, "allowedCudaVersions": allowed, "minCudaVersion": floor,
        });
        if let Some(count) = self.gpu_count {
            put(&mut gpu, "count", count);
        }
        Ok(gpu)
    }
}

impl OwnTemplate {
    fn container(&self) -> Value {
        let env: Env = self.env.iter().flatten().map(|one| (one.key.clone(), one.value.clone())).collect();
        let mut container = json!({
            "image": self.image_name, "env": env, "ports": list(self.ports.as_deref()),
            "args": self.docker_args.as_deref().unwrap_or_default(),
            "registry": self.container_registry_auth_id.as_deref().unwrap_or_default(),
        });
        if let Some(disk) = self.container_disk_in_gb {
            put(&mut container, "disk", disk);
        }
        container
    }

    fn write_into(&self, body: &mut Value) {
        if let (Some(body), Value::Object(container)) = (body.as_object_mut(), self.container()) {
            body.extend(container);
        }
    }

    fn into_template(self) -> Result<TemplateChange, Denied> {
        let mut body = self.container();
        put(&mut body, "name", self.name);
        put(&mut body, "serverless", true);
        read(&body)
    }
}

fn change(body: &Value) -> Result<EndpointChange, Denied> {
    read(body)
}

fn read<T: serde::de::DeserializeOwned>(body: &Value) -> Result<T, Denied> {
    T::deserialize(body).map_err(|e| Denied::contradiction(e.to_string()))
}

fn put(object: &mut Value, name: &str, value: impl Into<Value>) {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), value.into());
    }
}

/// A number without a fraction that is at least one.
fn whole(value: f64) -> Result<u32, Denied> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be whole and in range"
    )]
    let count = value as u32;
    match value.fract() == 0.0 && (1.0..=f64::from(u32::MAX)).contains(&value) {
        true => Ok(count),
        false => Err(Denied::contradiction("`scalerValue` of REQUEST_COUNT is a whole number from 1 on")),
    }
}

/// The words between commas.
fn list(text: Option<&str>) -> Vec<&str> {
    text.unwrap_or_default().split(',').map(str::trim).filter(|word| !word.is_empty()).collect()
}
