//! `get-billing`: what was spent, in time buckets.

use runpod_api::Id;
use runpod_api::billing::{Bucket, Query, Scope};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::ToolError;
use crate::reply::list::Sheet;
use crate::tool::word::Pick;
use crate::tool::{Card, Cx, Effect, IdArg, Outcome, Page, Tool, ToolDef};

pub(super) static TOOLS: [Tool; 1] = [Tool::of::<GetBilling>()];

struct GetBilling;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct BillingArgs {
    /// The whole account when omitted; serverless are your endpoints, endpoints Runpod's public ones.
    scope: Option<ScopeArg>,
    /// Only this Pod.
    pod_id: Option<IdArg>,
    /// Only this Serverless endpoint.
    endpoint_id: Option<IdArg>,
    /// Only this network volume.
    network_volume_id: Option<IdArg>,
    /// Only this cluster.
    cluster_id: Option<IdArg>,
    /// RFC 3339, 30 days ago when omitted.
    start_time: Option<String>,
    /// RFC 3339, exclusive, now when omitted.
    end_time: Option<String>,
    /// Length of a bucket, day when omitted.
    bucket_size: Option<Pick<Bucket>>,
    /// The last so many buckets, instead of startTime and endTime.
    #[schemars(range(min = 1))]
    last_n: Option<u32>,
    #[serde(flatten)]
    page: Page,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum ScopeArg {
    All,
    Pods,
    Serverless,
    Endpoints,
    NetworkVolumes,
    // An older spelling of the same, which agents know from earlier servers.
    #[serde(rename = "networkvolumes")]
    NetworkVolumesInOneWord,
    Clusters,
}

impl ToolDef for GetBilling {
    type Args = BillingArgs;
    const CARD: Card = Card {
        name: "get-billing",
        title: "Get billing",
        about: "Shows USD spent per time bucket, for the account or one kind of resource, with totals in metadata.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &[
            "listBilling",
            "listPodBilling",
            "listServerlessBilling",
            "listEndpointBilling",
            "listNetworkVolumeBilling",
            "listClusterBilling",
        ],
        ids_from: None,
    };

    async fn call(cx: &Cx, args: BillingArgs) -> Outcome {
        let sheet = Sheet::new(Self::CARD.name, cx, &args.page)?;
        let reply = sheet.show::<RecordRow>(&cx.client.billing().read(&args.into_query()?).await?)?;
        let totals = |metadata: &mut Value| {
            if let Some(Value::Object(totals)) = metadata.get_mut("totals") {
                tidy(totals);
            }
        };
        Ok(if sheet.is_summary() { reply.rewrite("metadata", totals) } else { reply })
    }
}

impl BillingArgs {
    fn into_query(self) -> Result<Query, ToolError> {
        let scope = self.scope()?;
        Ok(Query {
            scope,
            start_time: self.start_time,
            end_time: self.end_time,
            bucket: self.bucket_size.map(|bucket| bucket.0),
            last_n: self.last_n,
        })
    }

    /// The scope that was asked for, or the one an id implies.
    fn scope(&self) -> Result<Scope, ToolError> {
        let ids = [
            (ScopeArg::Pods, &self.pod_id),
            (ScopeArg::Serverless, &self.endpoint_id),
            (ScopeArg::NetworkVolumes, &self.network_volume_id),
            (ScopeArg::Clusters, &self.cluster_id),
        ];
        let mut given = ids.into_iter().filter_map(|(of, id)| id.as_ref().map(|id| (of, id.0.clone())));
        let one = given.next();
        if given.next().is_some() {
            return Err(ToolError::bad_argument(
                "more than one resource id: a call breaks down one resource",
            ));
        }
        match (self.scope.map(ScopeArg::canonical), one) {
            (None, None) => Ok(Scope::All),
            (Some(scope), None) => Ok(scope.of(None)),
            (None, Some((of, id))) => Ok(of.of(Some(id))),
            (Some(scope), Some((of, id))) if scope == of => Ok(of.of(Some(id))),
            (Some(_), Some(_)) => {
                Err(ToolError::bad_argument("the resource id does not belong to this `scope`")
                    .hint("omit `scope`: the id chooses it"))
            }
        }
    }
}

impl ScopeArg {
    fn canonical(self) -> Self {
        if self == Self::NetworkVolumesInOneWord { Self::NetworkVolumes } else { self }
    }

    fn of(self, id: Option<Id>) -> Scope {
        match self {
            Self::All => Scope::All,
            Self::Pods => Scope::Pods(id),
            Self::Serverless => Scope::Serverless(id),
            Self::Endpoints => Scope::PublicEndpoints,
            Self::NetworkVolumes | Self::NetworkVolumesInOneWord => Scope::NetworkVolumes(id),
            Self::Clusters => Scope::Clusters(id),
        }
    }
}

/// A record without what says nothing.
#[derive(Debug, Deserialize, Serialize)]
#[serde(from = "Map<String, Value>")]
struct RecordRow(Map<String, Value>);

impl From<Map<String, Value>> for RecordRow {
    /// The end of a bucket follows from `bucketSize`. What REST v1 calls otherwise gets the name it has on v2.
    fn from(record: Map<String, Value>) -> Self {
        let renamed = record.into_iter().map(|(name, value)| match name.as_str() {
            "time" => ("startTime".to_owned(), value),
            "amount" => ("totalAmount".to_owned(), value),
            _ => (name, value),
        });
        let mut record: Map<String, Value> = renamed.filter(|(name, _)| name != "endTime").collect();
        tidy(&mut record);
        Self(record)
    }
}

/// Drops amounts of zero but the total, and rounds the others to a millionth of a dollar: one sees what was spent
/// on what, without fifteen digits of each.
fn tidy(amounts: &mut Map<String, Value>) {
    amounts.retain(|name, value| name == "totalAmount" || value.as_f64() != Some(0.0));
    for value in amounts.values_mut().filter(|value| value.is_f64()) {
        if let Some(usd) = value.as_f64() {
            *value = ((usd * 1e6).round() / 1e6).into();
        }
    }
}
