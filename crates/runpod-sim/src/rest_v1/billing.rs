//! `/v1/billing`: lists of records, by time and by what was asked to group by.

use serde::Serialize;

use crate::answer::Answer;
use crate::call::{Call, Routes};
use crate::clock::stamp;
use crate::refusal::Refusal;
use crate::world::billing::{Bucket, Group, Line, Window};
use crate::world::meter::{Payer, Usage};

pub(super) const ROUTES: Routes =
    &[("PodBilling", pods), ("EndpointBilling", endpoints), ("NetworkVolumeBilling", volumes)];

/// By GPU type unless something else is asked for.
fn pods(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let by = if call.asked("grouping").as_deref() == Some("podId") { By::Pod } else { By::Gpu };
    let (pod, gpu) = (call.asked("podId"), call.asked("gpuTypeId"));
    let group = if by == By::Pod { Group::Resource } else { Group::Gpu };
    let takes = |usage: &Usage| {
        pod.as_ref().is_none_or(|pod| *pod == usage.id)
            && gpu.as_deref().is_none_or(|gpu| usage.detail.gpu == Some(gpu))
    };
    let lines = call.visit.lines(Payer::Pod, (&window(call)?, group), takes);
    Answer::ok(&lines.into_iter().map(|line| spell(line, by)).collect::<Vec<_>>())
}

/// By endpoint unless something else is asked for.
fn endpoints(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let (by, group) = match call.asked("grouping").as_deref() {
        Some("podId") => (By::Pod, Group::Worker),
        Some("gpuTypeId") => (By::Gpu, Group::Gpu),
        _ => (By::Endpoint, Group::Resource),
    };
    let asked = Asked::read(call);
    let follows = |id: &str, template: &str| {
        let endpoint = call.visit.endpoint(id).ok();
        endpoint.is_some_and(|endpoint| endpoint.template.as_deref() == Some(template))
    };
    let takes = |usage: &Usage| {
        asked.takes(usage) && asked.template.as_deref().is_none_or(|template| follows(&usage.id, template))
    };
    let lines = call.visit.lines(Payer::Serverless, (&window(call)?, group), takes);
    Answer::ok(&lines.into_iter().map(|line| spell(line, by)).collect::<Vec<_>>())
}

/// All volumes together.
fn volumes(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let lines = call.visit.lines(Payer::NetworkVolume, (&window(call)?, Group::Nothing), |_| true);
    let records = lines.into_iter().map(|line| VolumeRecord {
        time: stamp(line.from),
        amount: line.amount,
        disk_space_billed_gb: line.gigabytes,
        high_performance_storage_amount: line.fast.amount,
        high_performance_storage_disk_space_billed_gb: line.fast.gigabytes,
    });
    Answer::ok(&records.collect::<Vec<_>>())
}

/// What names the group of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Pod,
    Endpoint,
    Gpu,
}

/// The filters of `EndpointBilling`. Of repeated ones any value will do.
struct Asked {
    endpoint: Option<String>,
    image: Option<String>,
    /// The one that the endpoint follows now: bills do not remember which it was.
    template: Option<String>,
    gpus: Vec<String>,
    sites: Vec<String>,
}

impl Asked {
    fn read(call: &Call<'_>) -> Self {
        Self {
            endpoint: call.asked("endpointId"),
            image: call.asked("imageName"),
            template: call.asked("templateId"),
            gpus: call.asked_each("gpuTypeId").collect(),
            sites: call.asked_each("dataCenterId").collect(),
        }
    }

    fn takes(&self, usage: &Usage) -> bool {
        let among = |asked: &[String], id: Option<&str>| {
            asked.is_empty() || id.is_some_and(|id| asked.iter().any(|one| one == id))
        };
        self.endpoint.as_ref().is_none_or(|id| *id == usage.id)
            && self.image.as_ref().is_none_or(|image| *image == usage.detail.image)
            && among(&self.gpus, usage.detail.gpu)
            && among(&self.sites, usage.detail.site)
    }
}

/// `BillingRecord` of the contract.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    time: String,
    /// US dollars.
    amount: f64,
    time_billed_ms: i64,
    disk_space_billed_gb: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pod_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoint_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gpu_type_id: Option<String>,
}

/// `NetworkVolumeBillingRecord` of the contract. What is said of fast storage is part of the rest.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VolumeRecord {
    time: String,
    /// US dollars.
    amount: f64,
    disk_space_billed_gb: u32,
    high_performance_storage_amount: f64,
    high_performance_storage_disk_space_billed_gb: u32,
}

fn spell(line: Line, by: By) -> Record {
    let group = Some(line.group).filter(|group| !group.is_empty());
    let record = Record {
        time: stamp(line.from),
        amount: line.amount,
        time_billed_ms: line.ran.num_milliseconds(),
        disk_space_billed_gb: line.gigabytes,
        ..Record::default()
    };
    match by {
        By::Pod => Record { pod_id: group, ..record },
        By::Endpoint => Record { endpoint_id: group, ..record },
        By::Gpu => Record { gpu_type_id: group, ..record },
    }
}

fn window(call: &Call<'_>) -> Result<Window, Refusal> {
    let bucket = call.asked("bucketSize").and_then(|word| Bucket::read(&word)).unwrap_or_default();
    let between = (call.asked_time("startTime")?, call.asked_time("endTime")?);
    Ok(Window::asked(between, call.visit.now, bucket)?)
}
