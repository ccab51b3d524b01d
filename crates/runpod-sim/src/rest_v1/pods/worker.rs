//! A Serverless worker as v1 shows it: a Pod that belongs to an endpoint.

use super::machine;
use super::shown::{Extras, Spelt, flavor};
use crate::clock::stamp;
use crate::rest_v1::container;
use crate::world::Visit;
use crate::world::endpoints::Endpoint;
use crate::world::endpoints::fleet::Worker;
use crate::world::endpoints::placing::Place;

/// A worker; without a machine it is meant to run as little as it does.
pub(in crate::rest_v1) fn spell<'a>(
    endpoint: &'a Endpoint,
    worker: &'a Worker,
    (visit, extras): (&Visit<'_>, Extras),
) -> Spelt<'a> {
    let (config, place) = (&endpoint.config, worker.place());
    let cost = place.map_or(0.0, Place::rate);
    let size = place.map(|place| machine::size(&place.machine));
    let terms = machine::Terms { cost, secure: true };
    let started = worker.started(visit.crashes(endpoint), visit.now);
    Spelt {
        id: &worker.id,
        name: &config.name,
        image: &worker.image,
        desired_status: if place.is_some() { "RUNNING" } else { "EXITED" },
        cost_per_hr: cost,
        adjusted_cost_per_hr: cost,
        container: container::Spelt::of(&config.container),
        volume_in_gb: 0,
        volume_mount_path: "",
        volume_encrypted: false,
        vcpu_count: size.map(|(vcpus, _)| vcpus),
        memory_in_gb: size.map(|(_, memory)| memory),
        gpu: place.and_then(|place| machine::gpu(&place.machine)),
        cpu_flavor_id: place.and_then(|place| flavor(&place.machine)),
        machine_id: place.map(|_| machine::id(&worker.id)),
        machine: place.filter(|_| extras.machine).map(|one| machine::spell(&one.machine, one.site, terms)),
        network_volume: None,
        template_id: endpoint.template.as_deref(),
        endpoint_id: Some(&endpoint.id),
        sls_version: Some(worker.version),
        public_ip: None,
        port_mappings: None,
        interruptible: false,
        locked: false,
        last_started_at: started.map(stamp),
        savings_plans: None,
        site: place.map(|place| place.site.id),
        volumes: config.volumes.iter().map(|volume| volume.id.as_str()).collect(),
    }
}
