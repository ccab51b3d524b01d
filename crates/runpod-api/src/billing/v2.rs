//! The bill as REST v2 spells it.

use http::Method;

use super::{Query, Scope};
use crate::check;
use crate::client::Outcome;
use crate::op::Op;
use crate::query::Pairs;
use crate::word::Word;

static ALL: Op = Op::v2("listBilling", Method::GET, "/billing");
static PODS: Op = Op::v2("listPodBilling", Method::GET, "/billing/pods");
static SERVERLESS: Op = Op::v2("listServerlessBilling", Method::GET, "/billing/serverless");
static ENDPOINTS: Op = Op::v2("listEndpointBilling", Method::GET, "/billing/endpoints");
static VOLUMES: Op = Op::v2("listNetworkVolumeBilling", Method::GET, "/billing/network-volumes");
static CLUSTERS: Op = Op::v2("listClusterBilling", Method::GET, "/billing/clusters");

/// The operation of a scope, and its query.
pub(super) fn query(query: &Query) -> Outcome<(&'static Op, Vec<(&'static str, String)>)> {
    // No `..`: a new field of `Query` is placed here or refused here.
    let Query { scope, start_time, end_time, bucket, last_n } = query;
    check::at_least("lastN", *last_n, 1)?;
    if last_n.is_some() && (start_time.is_some() || end_time.is_some()) {
        return check::refuse("lastN", "cannot stand beside startTime or endTime; give one or the other");
    }
    let pairs = Pairs::default()
        .set("startTime", check::moment("startTime", start_time.as_deref())?)
        .set("endTime", check::moment("endTime", end_time.as_deref())?)
        .set("bucketSize", bucket.map(Word::as_str))
        .set("lastN", *last_n);
    let (op, one) = match scope {
        Scope::All => (&ALL, None),
        Scope::PublicEndpoints => (&ENDPOINTS, None),
        Scope::Pods(id) => (&PODS, id.as_ref().map(|id| ("podId", id))),
        Scope::Serverless(id) => (&SERVERLESS, id.as_ref().map(|id| ("serverlessId", id))),
        Scope::NetworkVolumes(id) => (&VOLUMES, id.as_ref().map(|id| ("networkVolumeId", id))),
        Scope::Clusters(id) => (&CLUSTERS, id.as_ref().map(|id| ("clusterId", id))),
    };
    let pairs = one.map_or(pairs.clone(), |(name, id)| pairs.set(name, Some(id)));
    Ok((op, pairs.into_vec()))
}
