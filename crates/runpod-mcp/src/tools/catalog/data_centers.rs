//! `list-data-centers`, `get-data-center`.

use runpod_api::catalog::{Compliance, DataCenter, DataCenterQuery, Stock};
use runpod_api::{Tier, Word};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::refused;
use crate::error::ToolError;
use crate::reply::Reply;
use crate::reply::list::Sheet;
use crate::tool::word::Pick;
use crate::tool::{Card, Cx, Effect, IdArg, Outcome, Page, ToolDef};

/// A data center in a list.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(into = "DataCenterLine", rename_all = "camelCase")]
struct DataCenterRow {
    #[serde(flatten)]
    place: DataCenter,
    gpu_availability: Option<Vec<Place>>,
    cpu_availability: Option<Vec<Place>>,
}

/// Stock of one GPU or CPU type in a data center.
#[derive(Clone, Debug, Deserialize)]
struct Place {
    id: String,
    availability: Option<String>,
}

/// What is shown of it: stock as type ids by level, without what is sold out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DataCenterLine {
    id: String,
    name: String,
    region: String,
    global_network: Option<bool>,
    network_volume_types: Vec<String>,
    gpu_availability: Map<String, Value>,
    cpu_availability: Map<String, Value>,
}

impl From<DataCenterRow> for DataCenterLine {
    fn from(row: DataCenterRow) -> Self {
        let DataCenter { id, name, region, global_network, network_volume_types, .. } = row.place;
        Self {
            id,
            name,
            region,
            global_network,
            network_volume_types,
            gpu_availability: by_level(row.gpu_availability),
            cpu_availability: by_level(row.cpu_availability),
        }
    }
}

/// Most stock first; a level that is new to us comes last.
fn by_level(places: Option<Vec<Place>>) -> Map<String, Value> {
    let mut levels = Map::from_iter(["HIGH", "MEDIUM", "LOW"].map(|level| (level.to_owned(), json!([]))));
    for Place { id, availability } in places.into_iter().flatten() {
        match availability {
            Some(level) if level != "NONE" => {
                let ids = levels.entry(level).or_insert_with(|| json!([]));
                ids.as_array_mut().into_iter().for_each(|ids| ids.push(id.as_str().into()));
            }
            _ => (),
        }
    }
    levels.retain(|_, ids| ids.as_array().is_some_and(|ids| !ids.is_empty()));
    levels
}

/// Stock that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Include {
    Gpus,
    Cpus,
}

impl Word for Include {
    const ALL: &'static [Self] = &[Self::Gpus, Self::Cpus];

    fn as_str(self) -> &'static str {
        match self {
            Self::Gpus => "GPU_AVAILABILITY",
            Self::Cpus => "CPU_AVAILABILITY",
        }
    }
}

fn stock(include: Option<&[Pick<Include>]>) -> Stock {
    let has = |wanted| include.is_some_and(|include| include.iter().any(|pick| pick.0 == wanted));
    Stock { gpus: has(Include::Gpus), cpus: has(Include::Cpus) }
}

/// Certificates by name. The schema does not list the twelve: few calls name one, and every session would pay.
fn certificates(names: Vec<String>) -> Result<Vec<Compliance>, ToolError> {
    let read = |name: String| {
        Compliance::parse(&name.to_uppercase()).ok_or_else(|| {
            let words: Vec<_> = Compliance::ALL.iter().map(|word| word.as_str()).collect();
            ToolError::bad_argument(format!("`compliance` must hold certificates among {}", words.join(", ")))
        })
    };
    names.into_iter().map(read).collect()
}

pub(super) struct ListDataCenters;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListDataCentersArgs {
    /// Part of the region, such as europe.
    region: Option<String>,
    /// Only those with all these volume tiers.
    network_volume_types: Option<Vec<Pick<Tier>>>,
    /// Only those with all these certificates, such as GDPR or HIPAA.
    compliance: Option<Vec<String>>,
    /// Whether Pods there can share a private network.
    global_network: Option<bool>,
    /// Stock to add to each row.
    include: Option<Vec<Pick<Include>>>,
    #[serde(flatten)]
    page: Page,
}

impl ToolDef for ListDataCenters {
    type Args = ListDataCentersArgs;
    const CARD: Card = Card {
        name: "list-data-centers",
        title: "List data centers",
        about: "Lists data centers with region and what they offer, with stock by GPU or CPU type on request.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["listDataCenters"],
        ids_from: None,
    };

    async fn call(cx: &Cx, args: ListDataCentersArgs) -> Outcome {
        let sheet = Sheet::new(Self::CARD.name, cx, &args.page)?;
        let query = DataCenterQuery {
            stock: stock(args.include.as_deref()),
            regions: Vec::new(),
            volume_tiers: args.network_volume_types.into_iter().flatten().map(|pick| pick.0).collect(),
            compliance: certificates(args.compliance.unwrap_or_default())?,
            global_network: args.global_network,
        };
        let listing = cx.client.catalog().data_centers(&query).await.map_err(refused)?;
        let part = args.region.map(|part| part.trim().to_lowercase()).unwrap_or_default();
        let views: Vec<DataCenter> = listing.views()?;
        let kept = listing.rows().zip(&views).filter(|(_, place)| lies_in(place, &part));
        let rows: Vec<&str> = kept.map(|(row, _)| row).collect();
        sheet.page_of_all::<DataCenterRow>(Map::new(), &rows)
    }
}

/// Whether part of its region or location is this, in small letters.
fn lies_in(place: &DataCenter, part: &str) -> bool {
    let words = [Some(&place.region), place.location.as_ref()];
    words.into_iter().flatten().any(|word| word.to_lowercase().contains(part))
}

pub(super) struct GetDataCenter;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct GetDataCenterArgs {
    /// From list-data-centers.
    data_center_id: IdArg,
    /// Stock to add.
    include: Option<Vec<Pick<Include>>>,
}

impl ToolDef for GetDataCenter {
    type Args = GetDataCenterArgs;
    const CARD: Card = Card {
        name: "get-data-center",
        title: "Get data center",
        about: "One data center, with stock by GPU or CPU type on request.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["getDataCenter"],
        ids_from: Some("list-data-centers"),
    };

    async fn call(cx: &Cx, args: GetDataCenterArgs) -> Outcome {
        let stock = stock(args.include.as_deref());
        Ok(Reply::of(&cx.client.catalog().data_center(&args.data_center_id.0, stock).await?))
    }
}
