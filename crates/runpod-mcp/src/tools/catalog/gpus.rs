//! `list-gpu-types`, `get-gpu-type`.

use runpod_api::catalog::{GpuQuery, GpuType, Product};
use runpod_api::{Cloud, Listing};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Map;

use super::refused;
use crate::error::ToolError;
use crate::reply::Reply;
use crate::reply::list::Sheet;
use crate::tool::word::Pick;
use crate::tool::{Card, Cx, Effect, Outcome, Page, ToolDef};

/// A row of the API's list that is no GPU (observed 2026-08).
pub(super) const SENTINEL: &str = "unknown";

/// A GPU type in a list.
#[derive(Debug, Deserialize, Serialize)]
#[serde(from = "GpuType")]
struct GpuLine {
    id: String,
    pool: Option<String>,
    memory: Option<u32>,
    price: Price,
    availability: Option<String>,
}

/// USD per GPU and hour.
#[derive(Debug, Serialize)]
struct Price {
    #[serde(skip_serializing_if = "Option::is_none")]
    secure: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    community: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    serverless: Option<f64>,
}

impl From<GpuType> for GpuLine {
    fn from(gpu: GpuType) -> Self {
        let GpuType { id, pool, memory, secure, community, price, availability, .. } = gpu;
        // A cloud that does not offer the type has a placeholder for a price (0 or 0.5, observed 2026-08).
        let price = Price {
            secure: price.secure.filter(|_| secure),
            community: price.community.filter(|_| community),
            serverless: price.serverless,
        };
        Self { id, pool, memory, price, availability }
    }
}

/// Which stock is meant.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct StockArgs {
    /// Look up stock, true when omitted.
    include_availability: Option<bool>,
    /// Stock for what, POD when omitted.
    product: Option<Pick<Product>>,
    /// Stock of machines with so many GPUs, 1 when omitted.
    #[schemars(range(min = 1))]
    gpu_count: Option<u32>,
    /// Stock of this cloud only.
    cloud_type: Option<Pick<Cloud>>,
    /// Stock in these countries only, such as US.
    country_codes: Option<Vec<String>>,
    /// Stock with these CUDA versions only, such as 12.8.
    cuda_versions: Option<Vec<String>>,
    /// Stock from this CUDA version on, such as 12.4.
    min_cuda_version: Option<String>,
}

impl StockArgs {
    fn into_query(self) -> Result<GpuQuery, ToolError> {
        let wanted = self.include_availability.unwrap_or(true);
        let filters = [
            ("gpuCount", self.gpu_count.is_some()),
            ("cloudType", self.cloud_type.is_some()),
            ("countryCodes", self.country_codes.as_ref().is_some_and(|codes| !codes.is_empty())),
            ("cudaVersions", self.cuda_versions.as_ref().is_some_and(|versions| !versions.is_empty())),
            ("minCudaVersion", self.min_cuda_version.is_some()),
        ];
        if let Some((name, _)) = filters.iter().find(|(_, given)| *given && !wanted) {
            return Err(ToolError::bad_argument(format!(
                "`{name}` narrows the stock, but `includeAvailability` is false"
            ))
            .hint("drop includeAvailability, or the filter"));
        }
        Ok(GpuQuery {
            availability: wanted.then(|| self.product.map_or(Product::Pod, |pick| pick.0)),
            count: self.gpu_count,
            cloud: self.cloud_type.map(|pick| pick.0),
            country_codes: self.country_codes.unwrap_or_default(),
            cuda_versions: self.cuda_versions.unwrap_or_default(),
            min_cuda_version: self.min_cuda_version,
        })
    }
}

pub(super) struct ListGpuTypes;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListGpuTypesArgs {
    /// Part of the id or name.
    search_term: Option<String>,
    /// Least memory of one GPU in GB.
    #[schemars(range(min = 0))]
    min_memory_gb: Option<f64>,
    /// Only types of the Secure Cloud.
    secure_cloud_only: Option<bool>,
    /// Only types of the Community Cloud.
    community_cloud_only: Option<bool>,
    /// False leaves out types without stock.
    include_unavailable: Option<bool>,
    #[serde(flatten)]
    stock: StockArgs,
    #[serde(flatten)]
    page: Page,
}

impl ToolDef for ListGpuTypes {
    type Args = ListGpuTypesArgs;
    const CARD: Card = Card {
        name: "list-gpu-types",
        title: "List GPU types",
        about: "Lists GPU types, best stock first: id for gpuTypeIds, pool for gpuPoolIds, memory in GB, price in USD per \
                hour.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["listGpuTypes"],
        ids_from: None,
    };

    async fn call(cx: &Cx, args: ListGpuTypesArgs) -> Outcome {
        let sheet = Sheet::new(Self::CARD.name, cx, &args.page)?;
        let ListGpuTypesArgs { stock, search_term, page: _, .. } = args;
        let filter = Filter {
            term: search_term.map(|term| term.trim().to_lowercase()).unwrap_or_default(),
            least_memory: args.min_memory_gb.unwrap_or(0.0),
            secure: args.secure_cloud_only.unwrap_or(false),
            community: args.community_cloud_only.unwrap_or(false),
            in_stock: args.include_unavailable == Some(false),
        };
        let listing = cx.client.catalog().gpus(&stock.into_query()?).await.map_err(refused)?;
        sheet.page_of_all::<GpuLine>(Map::new(), &filter.choose(&listing)?)
    }
}

/// What the caller wants to see; the API has no such filters.
struct Filter {
    term: String,
    least_memory: f64,
    secure: bool,
    community: bool,
    in_stock: bool,
}

impl Filter {
    /// The rows to show, best stock first.
    fn choose<'a>(&self, listing: &'a Listing) -> Result<Vec<&'a str>, ToolError> {
        let views: Vec<GpuType> = listing.views()?;
        let mut kept: Vec<_> = listing.rows().zip(&views).filter(|(_, gpu)| self.keeps(gpu)).collect();
        kept.sort_by_key(|(_, gpu)| grade(gpu));
        Ok(kept.into_iter().map(|(row, _)| row).collect())
    }

    fn keeps(&self, gpu: &GpuType) -> bool {
        let has = |text: &str| text.to_lowercase().contains(&self.term);
        gpu.id != SENTINEL
            && gpu.memory.map_or(0.0, f64::from) >= self.least_memory
            && (!self.secure || gpu.secure)
            && (!self.community || gpu.community)
            && (has(&gpu.id) || has(&gpu.name))
            && (!self.in_stock || gpu.availability.as_deref() != Some("NONE"))
    }
}

/// Place in the order: the more stock, the earlier; without a word on stock, last.
fn grade(gpu: &GpuType) -> u8 {
    match gpu.availability.as_deref() {
        Some("HIGH") => 0,
        Some("MEDIUM") => 1,
        Some("LOW") => 2,
        Some("NONE") => 3,
        _ => 4,
    }
}

pub(super) struct GetGpuType;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct GetGpuTypeArgs {
    /// From list-gpu-types.
    #[schemars(length(min = 1))]
    gpu_type_id: String,
    /// Look up stock, true when omitted.
    include_availability: Option<bool>,
    /// Stock for what, POD when omitted.
    product: Option<Pick<Product>>,
}

impl ToolDef for GetGpuType {
    type Args = GetGpuTypeArgs;
    const CARD: Card = Card {
        name: "get-gpu-type",
        title: "Get GPU type",
        about: "One GPU type with its stock by data center and by CUDA version.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["getGpuType"],
        ids_from: Some("list-gpu-types"),
    };

    async fn call(cx: &Cx, args: GetGpuTypeArgs) -> Outcome {
        let wanted = args.include_availability.unwrap_or(true);
        let product = args.product.map_or(Product::Pod, |pick| pick.0);
        let query = GpuQuery { availability: wanted.then_some(product), ..GpuQuery::default() };
        Ok(Reply::of(&cx.client.catalog().gpu(&args.gpu_type_id, &query).await?))
    }
}
