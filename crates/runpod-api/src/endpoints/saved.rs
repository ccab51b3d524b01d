//! The GPUs of an endpoint where REST v1 is spoken, which knows types but no pools: read and saved through GraphQL.
//!
//! Saving replaces an endpoint rather than changing it: what is not mentioned goes back to a default (the most workers,
//! the idle timeout and the scaler did, observed in 2026). So it is read as a whole first, and said again as a whole.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Endpoints, GpuChange};
use crate::check;
use crate::client::Outcome;
use crate::container::Change;
use crate::error::Error;
use crate::graphql::{self, ENDPOINTS, Nothing, SAVE_ENDPOINT};
use crate::id::Id;
use crate::listing::Listing;

/// An endpoint as GraphQL keeps it. Only `id` is required of an answer.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Saved {
    /// Endpoint id.
    pub id: String,
    /// Name.
    pub name: Option<String>,
    /// `POOL,POOL,-TYPE`: GPU pools, and GPU types left out of them. None for an endpoint on CPUs.
    pub gpu_ids: Option<String>,
    /// GPUs per worker.
    pub gpu_count: Option<u32>,
    /// Workers that always run.
    pub workers_min: Option<u32>,
    /// Most workers.
    pub workers_max: Option<u32>,
    #[serde(flatten)]
    rest: Rest,
}

/// What is said again as it was: of no concern here, and lost if it were left out.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rest {
    idle_timeout: Option<Value>,
    scaler_type: Option<Value>,
    scaler_value: Option<Value>,
    execution_timeout_ms: Option<Value>,
    flash_boot_type: Option<Value>,
    r#type: Option<Value>,
    locations: Option<Value>,
    network_volume_ids: Option<Vec<Volume>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    template_id: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_cuda_versions: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_cuda_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    compliance: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model_references: Option<Value>,
}

/// A network volume. Where it is is read and never written: the input has no such field.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Volume {
    network_volume_id: String,
}

impl Endpoints<'_> {
    /// One endpoint as GraphQL keeps it (`myself`), whatever version of REST is spoken. None where the account has no
    /// such endpoint.
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn saved(&self, id: &Id) -> Outcome<Option<Saved>> {
        let account = graphql::field(&ENDPOINTS.ask(self.0, &Nothing {}).await?, "myself")?;
        let all: Vec<Saved> = Listing::read(account, "endpoints")?.views()?;
        Ok(all.into_iter().find(|saved| saved.id == id.as_str()))
    }

    /// Saves an endpoint with other GPUs (`saveEndpoint`), all else as it was read a moment ago. A change that somebody
    /// else made in between is undone.
    ///
    /// # Errors
    /// See [`crate::Error`]; [`crate::Error::Argument`] for a change without pools, or that cannot be sent.
    pub async fn save_gpus(&self, saved: &Saved, change: &GpuChange) -> Outcome<Saved> {
        let input = saved.with(change)?;
        let data = SAVE_ENDPOINT.ask(self.0, &json!({ "input": input })).await?;
        graphql::field(&data, "saveEndpoint")?.json()
    }
}

impl Saved {
    fn with(&self, change: &GpuChange) -> Outcome<Self> {
        // No `..`: a new field is placed here or refused here.
        let GpuChange {
            pool_ids,
            excluded_type_ids,
            type_ids,
            count,
            allowed_cuda_versions,
            min_cuda_version,
        } = change;
        if type_ids.is_some() {
            let why = "GraphQL selects GPUs by pool; give gpuPoolIds";
            return Err(Error::Unmappable { field: "gpuTypeIds", why, switch: None });
        }
        let pools = pool_ids.as_deref().unwrap_or_default();
        if pools.is_empty() {
            return check::refuse("gpuPoolIds", "must name at least one GPU pool of the catalogue");
        }
        check::at_least("gpuCount", *count, 1)?;
        let floor = match min_cuda_version {
            Some(Change::Set(version)) => Some(version.as_str()),
            Some(Change::Clear) | None => None,
        };
        check::cuda_choice(allowed_cuda_versions.as_deref(), floor)?;
        let mut new = self.clone();
        let excluded = excluded_type_ids.iter().flatten().map(|id| format!("-{id}"));
        new.gpu_ids = Some(pools.iter().cloned().chain(excluded).collect::<Vec<_>>().join(","));
        new.gpu_count = count.or(self.gpu_count);
        if let Some(versions) = allowed_cuda_versions {
            new.rest.allowed_cuda_versions = Some(versions.join(",")).filter(|text| !text.is_empty());
        }
        if min_cuda_version.is_some() {
            new.rest.min_cuda_version = floor.map(str::to_owned);
        }
        // No volumes are null, not a list of none (observed in 2026).
        new.rest.network_volume_ids = new.rest.network_volume_ids.filter(|volumes| !volumes.is_empty());
        Ok(new)
    }
}
