//! The bill as REST v1 spells it: three scopes, grouped as REST v2 always groups them.

use http::Method;

use super::{Query, Scope};
use crate::check;
use crate::client::Outcome;
use crate::error::Error;
use crate::op::Op;
use crate::query::Pairs;
use crate::version::{Resource, Switch};
use crate::word::Word;

static PODS: Op = Op::v1("PodBilling", Method::GET, "/billing/pods");
static ENDPOINTS: Op = Op::v1("EndpointBilling", Method::GET, "/billing/endpoints");
static VOLUMES: Op = Op::v1("NetworkVolumeBilling", Method::GET, "/billing/networkvolumes");

const SWITCH: Switch = Switch::to_v2(Resource::Billing);

/// The operation of a scope, and its query.
pub(super) fn query(query: &Query) -> Outcome<(&'static Op, Vec<(&'static str, String)>)> {
    // No `..`: a new field of `Query` is placed here or refused here.
    let Query { scope, start_time, end_time, bucket, last_n } = query;
    let (op, one, grouping) = match scope {
        Scope::Pods(id) => (&PODS, id.as_ref().map(|id| ("podId", id)), Some("podId")),
        Scope::Serverless(id) => (&ENDPOINTS, id.as_ref().map(|id| ("endpointId", id)), Some("endpointId")),
        Scope::NetworkVolumes(None) => (&VOLUMES, None, None),
        Scope::NetworkVolumes(Some(_)) => {
            return homeless("networkVolumeId", "REST v1 bills network volumes as a whole");
        }
        Scope::All => return Err(wrong("the bill of the account as a whole")),
        Scope::PublicEndpoints => return Err(wrong("the bill of public endpoints")),
        Scope::Clusters(_) => return Err(wrong("the bill of clusters")),
    };
    if last_n.is_some() {
        return homeless("lastN", "REST v1 takes a window; give startTime and endTime");
    }
    let pairs = Pairs::default()
        .set("startTime", check::moment("startTime", start_time.as_deref())?)
        .set("endTime", check::moment("endTime", end_time.as_deref())?)
        .set("bucketSize", bucket.map(Word::as_str))
        .set("grouping", grouping);
    let pairs = one.map_or(pairs.clone(), |(name, id)| pairs.set(name, Some(id)));
    Ok((op, pairs.into_vec()))
}

fn homeless<T>(field: &'static str, why: &'static str) -> Outcome<T> {
    Err(Error::Unmappable { field, why, switch: Some(SWITCH) })
}

fn wrong(what: &'static str) -> Error {
    Error::WrongVersion { what, instead: None, switch: SWITCH }
}
