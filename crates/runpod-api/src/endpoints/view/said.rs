//! An endpoint as either version says it, made one.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{CpuView, Endpoint, GpuView, ScalingView, WorkersView};
use crate::container::Env;
use crate::view::lenient;

/// First what both say, then what one of them says in its own way.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Said {
    id: String,
    #[serde(default, deserialize_with = "lenient")]
    name: String,
    #[serde(default, deserialize_with = "lenient")]
    env: Env,
    workers: Option<Workers>,

    #[serde(rename = "type")]
    kind: Option<String>,
    image: Option<String>,
    scaling: Option<ScalingView>,
    gpu: Option<GpuView>,
    cpu: Option<Vec<CpuView>>,
    network_volumes: Option<Vec<String>>,

    compute_type: Option<String>,
    instance_ids: Option<Vec<String>>,
    gpu_type_ids: Option<Vec<String>>,
    gpu_count: Option<u32>,
    #[serde(default, deserialize_with = "lenient")]
    allowed_cuda_versions: Vec<String>,
    min_cuda_version: Option<String>,
    scaler_type: Option<String>,
    scaler_value: Option<f64>,
    workers_min: Option<u32>,
    workers_max: Option<u32>,
    idle_timeout: Option<u32>,
    network_volume_id: Option<String>,
    network_volume_ids: Option<Vec<String>>,
    template_id: Option<String>,
    template: Option<TemplateSaid>,
}

/// What the template adds to the endpoint. One that belongs to this endpoint alone has no id that anybody needs.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TemplateSaid {
    #[serde(default, deserialize_with = "lenient")]
    image_name: String,
    #[serde(default, deserialize_with = "lenient")]
    env: Env,
}

/// The number of workers on REST v2, the workers themselves on REST v1.
#[derive(Deserialize)]
#[serde(untagged)]
enum Workers {
    Number(WorkersView),
    Themselves(IgnoredAny),
}

impl From<Said> for Endpoint {
    fn from(said: Said) -> Self {
        let flat =
            WorkersView { min: said.workers_min, max: said.workers_max, idle_timeout: said.idle_timeout };
        let workers = match said.workers {
            Some(Workers::Number(number)) if number != WorkersView::default() => number,
            Some(Workers::Number(_) | Workers::Themselves(_)) | None => flat,
        };
        let types = GpuView {
            type_ids: said.gpu_type_ids.unwrap_or_default(),
            pools: Vec::new(),
            excluded_types: Vec::new(),
            count: said.gpu_count,
            allowed_cuda_versions: said.allowed_cuda_versions,
            min_cuda_version: said.min_cuda_version.filter(|version| !version.is_empty()),
        };
        let has_gpus = said.compute_type.as_deref() != Some("CPU") && types != GpuView::default();
        let scaler = said.scaler_type.map(|kind| scaler(kind, said.scaler_value));
        let one = said.network_volume_id.filter(|id| !id.is_empty());
        let several = said.network_volume_ids.filter(|ids| !ids.is_empty());
        let TemplateSaid { image_name, env } = said.template.unwrap_or_default();
        Self {
            id: said.id,
            name: said.name,
            kind: said.kind,
            image: said.image.unwrap_or(image_name),
            scaling: said.scaling.or(scaler),
            workers,
            gpu: said.gpu.or(has_gpus.then_some(types)),
            cpu: said
                .cpu
                .unwrap_or_else(|| said.instance_ids.iter().flatten().map(|id| instance(id)).collect()),
            env: if said.env.0.is_empty() { env } else { said.env },
            network_volumes: said.network_volumes.or(several).unwrap_or(one.into_iter().collect()),
            template_id: said.template_id.filter(|id| !id.is_empty()),
        }
    }
}

/// `cpu3c-2-4` is flavour, vCPUs and GB. What says less is shown as far as it goes.
fn instance(id: &str) -> CpuView {
    let mut parts = id.split('-');
    let flavor = parts.next().unwrap_or_default();
    let mut number = || parts.next().and_then(|part| part.parse().ok());
    CpuView { id: flavor.to_owned(), vcpu_count: number(), memory: number() }
}

fn scaler(kind: String, target: Option<f64>) -> ScalingView {
    let requests =
        target.filter(|target| target.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(target));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole and inside the range of u32, as the line above says"
    )]
    let requests = requests.map(|target| target as u32);
    match kind.as_str() {
        "REQUEST_COUNT" => ScalingView { kind, queue_delay: None, request_count: requests },
        _ => ScalingView { kind, queue_delay: target, request_count: None },
    }
}
