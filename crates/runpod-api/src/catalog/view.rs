//! What is read of the catalogue, the same from REST v2 and from the GraphQL that stands in for it under REST v1.

mod said;

use serde::Deserialize;

use crate::view::lenient;

/// The fields of a GPU type that callers act on. Only `id` is required of an answer.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(from = "said::GpuSaid")]
pub struct GpuType {
    /// GPU type id, free text.
    pub id: String,
    /// Short name.
    pub name: String,
    /// Pool that endpoints select it by, if it has one; REST v2 only.
    pub pool: Option<String>,
    /// Memory of one GPU, GB.
    pub memory: Option<u32>,
    /// Offered in Secure Cloud.
    pub secure: bool,
    /// Offered in Community Cloud.
    pub community: bool,
    /// Prices of one GPU.
    pub price: GpuPrice,
    /// Most on one machine; REST v2 only.
    pub max_count: MaxCount,
    /// `NONE`, `LOW`, `MEDIUM` or `HIGH`, when asked for.
    pub availability: Option<String>,
    /// The same per data centre; absent where there is none anywhere, and under REST v1.
    pub data_centers: Vec<Place>,
}

/// Prices of one GPU in USD per hour. A cloud that does not offer it may still show a placeholder. Under REST v1 only
/// what is in stock has a price, and that of the Community Cloud is known only where it is the lower one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
pub struct GpuPrice {
    /// Pods in Secure Cloud.
    #[serde(default)]
    pub secure: Option<f64>,
    /// Pods in Community Cloud.
    #[serde(default)]
    pub community: Option<f64>,
    /// Serverless workers; absent without a pool.
    #[serde(default)]
    pub serverless: Option<f64>,
}

/// Most GPUs on one machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct MaxCount {
    /// In Secure Cloud.
    #[serde(default, deserialize_with = "lenient")]
    pub secure: u32,
    /// In Community Cloud.
    #[serde(default, deserialize_with = "lenient")]
    pub community: u32,
}

/// Stock in one data centre.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Place {
    /// Data centre id.
    pub id: String,
    /// `NONE`, `LOW`, `MEDIUM` or `HIGH`.
    #[serde(default, deserialize_with = "lenient")]
    pub availability: String,
}

/// The fields of a CPU flavour that callers act on. Only `id` is required of an answer.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CpuType {
    /// CPU flavour id.
    pub id: String,
    /// Name.
    #[serde(default, deserialize_with = "lenient")]
    pub name: String,
    /// vCPUs it comes with.
    #[serde(default, deserialize_with = "lenient")]
    pub vcpu: VcpuRange,
    /// Memory per vCPU, GB.
    #[serde(default)]
    pub ram_gb_per_vcpu: Option<f64>,
    /// Prices of one vCPU.
    #[serde(default, deserialize_with = "lenient")]
    pub price: CpuPrice,
    /// `NONE`, `LOW`, `MEDIUM` or `HIGH`, when asked for.
    #[serde(default)]
    pub availability: Option<String>,
}

/// vCPUs a flavour comes with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct VcpuRange {
    /// Fewest.
    #[serde(default)]
    pub min: Option<u32>,
    /// Most.
    #[serde(default)]
    pub max: Option<u32>,
}

/// Prices of one vCPU in USD per hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CpuPrice {
    /// Pods in Secure Cloud.
    #[serde(default)]
    pub secure_per_vcpu: Option<f64>,
    /// Serverless workers.
    #[serde(default)]
    pub serverless_per_vcpu: Option<f64>,
}

/// The fields of a data centre that callers act on. Only `id` is required of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "said::DataCenterSaid")]
pub struct DataCenter {
    /// Data centre id.
    pub id: String,
    /// Name; its id again under REST v1.
    pub name: String,
    /// Part of the world, such as `EUROPE`; the location as it is said where it is nowhere we know.
    pub region: String,
    /// Country or continent in words; REST v1 only.
    pub location: Option<String>,
    /// With or without the private network between Pods; REST v2 only.
    pub global_network: Option<bool>,
    /// Tiers of network volumes, as the API spells them; REST v2 only.
    pub network_volume_types: Vec<String>,
}
