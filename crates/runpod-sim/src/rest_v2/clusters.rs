//! `/v2/clusters`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::pods::{self, ssh_address};
use super::{Call, Routes};
use crate::answer::Answer;
use crate::clock::stamp;
use crate::refusal::Refusal;
use crate::world::Visit;
use crate::world::clusters::{Cluster, Kind, Network};

/// The UDP port of VXLAN (RFC 7348, section 5).
const VXLAN_PORT: u16 = 4789;

pub(super) const ROUTES: Routes = &[
    ("listClusters", list),
    ("getCluster", get),
    ("createCluster", create),
    ("updateCluster", update),
    ("deleteCluster", delete),
    ("listClusterPods", members),
];

fn list(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let clusters = call.visit.clusters();
    Answer::ok(&List { clusters: clusters.into_iter().map(|cluster| spell(cluster, &call.visit)).collect() })
}

fn get(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    Answer::ok(&spell(call.visit.cluster(call.param("id")?)?, &call.visit))
}

fn create(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let new = call.read()?;
    let id = call.visit.create_cluster(new)?.id.clone();
    Answer::created(&spell(call.visit.cluster(&id)?, &call.visit))
}

/// `UpdateClusterRequest` of the contract, in which the name is the only property and one must be there.
#[derive(Deserialize)]
struct Change {
    name: String,
}

fn update(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let (id, Change { name }) = (call.param("id")?, call.read()?);
    call.visit.rename_cluster(id, name)?;
    get(call)
}

fn delete(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let id = call.param("id")?;
    call.visit.delete_cluster(id)?;
    Ok(Answer::empty())
}

fn members(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let members = call.visit.members(call.visit.cluster(call.param("id")?)?);
    Answer::ok(&Members { pods: members.into_iter().map(|pod| pods::spell(pod, call.visit.now)).collect() })
}

#[derive(Serialize)]
struct List<'a> {
    clusters: Vec<Spelt<'a>>,
}

#[derive(Serialize)]
struct Members<'a> {
    pods: Vec<pods::Spelt<'a>>,
}

/// `Cluster` of the contract. What there is none of is left out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Spelt<'a> {
    id: &'a str,
    name: &'a str,
    r#type: Kind,
    compute: Compute,
    pods: Summary,
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<&'a str>,
    data_center_id: &'static str,
    network: SpeltNetwork,
    #[serde(skip_serializing_if = "Option::is_none")]
    primary: Option<Primary<'a>>,
    created_at: String,
}

/// `ClusterCompute` of the contract.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Compute {
    gpu_type_id: &'static str,
    gpu_count_per_pod: u32,
    pod_count: usize,
}

/// `ClusterPodsSummary` of the contract.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    total: usize,
    by_status: BTreeMap<&'static str, usize>,
}

/// `ClusterNetwork` of the contract.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SpeltNetwork {
    cidr: String,
    vxlan_id: u32,
    vxlan_port: u16,
}

/// `ClusterPrimary` of the contract: the member of rank 0.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Primary<'a> {
    pod_id: &'a str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ssh_endpoint: Option<String>,
}

fn spell<'a>(cluster: &'a Cluster, visit: &'a Visit<'_>) -> Spelt<'a> {
    let Cluster { id, born: _, created, name, kind, gpu, count, site, network, template, members } = cluster;
    let pods = visit.members(cluster);
    let mut by_status = BTreeMap::new();
    pods.iter().for_each(|pod| *by_status.entry(pod.status(visit.now).word()).or_default() += 1);
    let primary = pods.first().map(|pod| Primary {
        pod_id: &pod.id,
        status: pod.status(visit.now).word(),
        ssh_endpoint: ssh_address(pod, visit.now),
    });
    Spelt {
        id,
        name,
        r#type: *kind,
        compute: Compute { gpu_type_id: gpu.id, gpu_count_per_pod: *count, pod_count: members.len() },
        pods: Summary { total: pods.len(), by_status },
        template: template.as_deref(),
        data_center_id: site.id,
        network: spell_network(*network),
        primary,
        created_at: stamp(*created),
    }
}

fn spell_network(network: Network) -> SpeltNetwork {
    SpeltNetwork { cidr: network.cidr(), vxlan_id: network.vxlan, vxlan_port: VXLAN_PORT }
}
