//! A deploy of a Hub release, and how `saveEndpoint` spells it.
//!
//! The mutation replaces an endpoint as a whole, so nothing is left to its defaults: every field that it could reset
//! is said, null where there is nothing to say.

use std::fmt;

use serde::Serialize;
use serde_json::Number;
use uuid::Uuid;

use crate::check;
use crate::client::Outcome;
use crate::endpoints::{Flashboot, Kind, Scaling};
use crate::word::Word;

/// A new endpoint of a Hub release.
#[derive(Clone, PartialEq)]
pub struct Deploy {
    /// Name of the endpoint.
    pub name: String,
    /// Release id.
    pub release_id: String,
    /// Whether jobs wait in a queue. Fixed for life.
    pub kind: Kind,
    /// Image of the release.
    pub image: String,
    /// `POOL,POOL,-TYPE`: GPU pools, and GPU types left out of them.
    pub gpu_ids: String,
    /// GPUs per worker.
    pub gpu_count: u32,
    /// Container disk, GB.
    pub disk_gb: u32,
    /// Workers that always run.
    pub workers_min: u32,
    /// Most workers; the account's default when nothing is said.
    pub workers_max: Option<u32>,
    /// Seconds without work before a worker stops.
    pub idle_timeout_s: u32,
    /// What the number of workers follows.
    pub scaling: Scaling,
    /// Longest run of a job, milliseconds.
    pub execution_timeout_ms: u32,
    /// Fast starts.
    pub flashboot: Flashboot,
    /// Host CUDA versions that will do, `12.8`; empty for any.
    pub allowed_cuda_versions: Vec<String>,
    /// Environment variables, in the order in which the worker is to get them.
    pub env: Vec<(String, String)>,
}

impl fmt::Debug for Deploy {
    /// Without values of the environment: they are often keys and tokens.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deploy")
            .field("name", &self.name)
            .field("release_id", &self.release_id)
            .field("image", &self.image)
            .field("gpu_ids", &self.gpu_ids)
            .field("env", &self.env.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

#[derive(Serialize)]
pub(super) struct Variables<'a> {
    input: EndpointInput<'a>,
}

/// `EndpointInput`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EndpointInput<'a> {
    name: &'a str,
    hub_release_id: &'a str,
    r#type: &'static str,
    gpu_ids: &'a str,
    gpu_count: u32,
    workers_min: u32,
    workers_max: Option<u32>,
    idle_timeout: u32,
    scaler_type: &'static str,
    scaler_value: Number,
    execution_timeout_ms: u32,
    flash_boot_type: &'static str,
    locations: Option<&'static str>,
    network_volume_ids: Option<[&'static str; 0]>,
    compliance: [&'static str; 0],
    model_references: [&'static str; 0],
    #[serde(skip_serializing_if = "Option::is_none")]
    min_cuda_version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_cuda_versions: Option<String>,
    template: TemplateInput<'a>,
}

/// `EndpointTemplateInput`: the template that belongs to the endpoint.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TemplateInput<'a> {
    name: String,
    image_name: &'a str,
    container_disk_in_gb: u32,
    container_registry_auth_id: &'static str,
    docker_args: &'static str,
    start_script: &'static str,
    ports: &'static str,
    env: Vec<Variable<'a>>,
}

#[derive(Serialize)]
struct Variable<'a> {
    key: &'a str,
    value: &'a str,
}

impl Deploy {
    pub(super) fn variables(&self) -> Outcome<Variables<'_>> {
        check::filled("name", &self.name)?;
        check::filled("hubReleaseId", &self.release_id)?;
        check::filled("gpuIds", &self.gpu_ids)?;
        check::at_least("gpuCount", Some(self.gpu_count), 1)?;
        check::at_least("containerDiskInGb", Some(self.disk_gb), 1)?;
        check::cuda_choice(Some(&self.allowed_cuda_versions), None)?;
        Ok(Variables { input: self.input()? })
    }

    fn input(&self) -> Outcome<EndpointInput<'_>> {
        let (scaler_type, scaler_value) = self.scaler()?;
        let allowed = &self.allowed_cuda_versions;
        Ok(EndpointInput {
            name: &self.name,
            hub_release_id: &self.release_id,
            r#type: match self.kind {
                Kind::Queue => "QB",
                Kind::LoadBalancer => "LB",
            },
            gpu_ids: &self.gpu_ids,
            gpu_count: self.gpu_count,
            workers_min: self.workers_min,
            workers_max: self.workers_max,
            idle_timeout: self.idle_timeout_s,
            scaler_type,
            scaler_value,
            execution_timeout_ms: self.execution_timeout_ms,
            flash_boot_type: self.flashboot.as_str(),
            locations: None,
            network_volume_ids: None,
            compliance: [],
            model_references: [],
            min_cuda_version: lowest(allowed),
            allowed_cuda_versions: (!allowed.is_empty()).then(|| allowed.join(",")),
            template: self.template(),
        })
    }

    /// A whole number is written as one: the API's scaler counts in integers unless told otherwise.
    fn scaler(&self) -> Outcome<(&'static str, Number)> {
        let (word, value) = match self.scaling {
            Scaling::QueueDelay(seconds) => ("QUEUE_DELAY", seconds),
            Scaling::RequestCount(requests) => ("REQUEST_COUNT", f64::from(requests)),
        };
        let whole = (value.fract() == 0.0 && (1.0..9e15).contains(&value)).then(|| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "whole, from 1 to 9e15"
            )]
            Number::from(value as u64)
        });
        match whole.or_else(|| Number::from_f64(value).filter(|_| value > 0.0)) {
            Some(number) => Ok((word, number)),
            None => check::refuse("scalerValue", "must be a number above 0"),
        }
    }

    fn template(&self) -> TemplateInput<'_> {
        TemplateInput {
            name: format!("{}__template__{}", self.name, suffix()),
            image_name: &self.image,
            container_disk_in_gb: self.disk_gb,
            container_registry_auth_id: "",
            docker_args: "",
            start_script: "",
            ports: "",
            env: self.env.iter().map(|(key, value)| Variable { key, value }).collect(),
        }
    }
}

/// The lowest of some CUDA versions, as numbers: 12.10 is above 12.9.
fn lowest(versions: &[String]) -> Option<&str> {
    let numbers = |version: &&String| {
        let (major, minor) = version.split_once('.')?;
        Some((major.parse::<u32>().ok()?, minor.parse::<u32>().ok()?))
    };
    versions.iter().min_by_key(numbers).map(String::as_str)
}

/// Letters and digits that nobody else picks: template names are unique in an account.
fn suffix() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let random = Uuid::new_v4().into_bytes();
    // Bytes 6 and 8 of such an id hold its version; the first five and the last five are random.
    let (first, last) = (random.iter().take(5), random.iter().rev().take(5));
    first
        .chain(last)
        .filter_map(|byte| LETTERS.get(usize::from(byte & 31)))
        .map(|letter| char::from(*letter))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_lowest_cuda_version_is_the_lowest_number() {
        let versions = ["12.10", "12.9", "12.4"].map(str::to_owned);
        assert_eq!(lowest(&versions), Some("12.4"));
        assert_eq!(lowest(&versions[..2]), Some("12.9"));
        assert_eq!(lowest(&[]), None);
    }

    #[test]
    fn no_two_suffixes_are_alike() {
        let all: BTreeSet<_> = (0..10_000).map(|_| suffix()).collect();
        assert_eq!(all.len(), 10_000);
        assert!(all.iter().all(|one| one.len() == 10 && one.bytes().all(|b| b.is_ascii_alphanumeric())));
    }
}
