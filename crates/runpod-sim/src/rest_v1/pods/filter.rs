//! Which Pods a list shows.

use super::shown::Spelt;
use crate::call::Call;

/// The filters of `ListPods`: a Pod is shown when it fits every one that was given, and of a repeated one any
/// value. Texts are compared as a whole.
pub(super) struct Filter {
    one: Vec<(Read, String)>,
    any: Vec<(Read, Vec<String>)>,
    compute: Option<String>,
    volume: Option<String>,
}

/// What of a Pod a filter looks at.
type Read = for<'a> fn(&'a Spelt<'_>) -> Option<&'a str>;

const ONE: [(&str, Read); 6] = [
    ("desiredStatus", |pod| Some(pod.desired_status)),
    ("endpointId", |pod| pod.endpoint_id),
    ("id", |pod| Some(pod.id)),
    ("imageName", |pod| Some(pod.image)),
    ("name", |pod| Some(pod.name)),
    ("templateId", |pod| pod.template_id),
];

const ANY: [(&str, Read); 3] = [
    ("cpuFlavorId", |pod| pod.cpu_flavor_id),
    ("dataCenterId", |pod| pod.site),
    ("gpuTypeId", |pod| pod.gpu.as_ref().map(|gpu| gpu.id)),
];

impl Filter {
    pub(super) fn read(call: &Call<'_>) -> Self {
        let any = ANY.iter().map(|(name, read)| (*read, call.asked_each(name).collect::<Vec<_>>()));
        Self {
            one: ONE.iter().filter_map(|(name, read)| Some((*read, call.asked(name)?))).collect(),
            any: any.filter(|(_, values)| !values.is_empty()).collect(),
            compute: call.asked("computeType"),
            volume: call.asked("networkVolumeId"),
        }
    }

    pub(super) fn takes(&self, pod: &Spelt<'_>) -> bool {
        let family = if pod.cpu_flavor_id.is_some() { "CPU" } else { "GPU" };
        self.one.iter().all(|(read, value)| read(pod) == Some(value))
            && self.any.iter().all(|(read, values)| values.iter().any(|value| read(pod) == Some(value)))
            && self.compute.as_deref().is_none_or(|compute| compute == family)
            && self.volume.as_deref().is_none_or(|volume| pod.volumes.contains(&volume))
    }
}
