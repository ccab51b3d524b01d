//! A row of the catalogue as either version says it, made one.

use serde::Deserialize;

use super::{DataCenter, GpuPrice, GpuType, MaxCount, Place};
use crate::view::lenient;

/// First what both say, then what REST v2 says, then what GraphQL says.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GpuSaid {
    id: String,

    #[serde(default, deserialize_with = "lenient")]
    name: String,
    pool: Option<String>,
    memory: Option<u32>,
    #[serde(default, deserialize_with = "lenient")]
    secure: bool,
    #[serde(default, deserialize_with = "lenient")]
    community: bool,
    price: Option<GpuPrice>,
    #[serde(default, deserialize_with = "lenient")]
    max_count: MaxCount,
    availability: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    data_centers: Vec<Place>,

    display_name: Option<String>,
    memory_in_gb: Option<f64>,
    secure_cloud: Option<bool>,
    community_cloud: Option<bool>,
    stock: Option<Stock>,
    lowest: Option<Offer>,
    lowest_secure: Option<Offer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stock {
    stock_status: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Offer {
    uninterruptable_price: Option<f64>,
}

impl From<GpuSaid> for GpuType {
    fn from(said: GpuSaid) -> Self {
        let price = said.price.unwrap_or_else(|| prices(said.lowest, said.lowest_secure));
        Self {
            id: said.id,
            name: said.display_name.unwrap_or(said.name),
            pool: said.pool,
            memory: said.memory.or_else(|| said.memory_in_gb.map(whole)),
            secure: said.secure_cloud.unwrap_or(said.secure),
            community: said.community_cloud.unwrap_or(said.community),
            price,
            max_count: said.max_count,
            availability: said.availability.or_else(|| said.stock.as_ref().map(level)),
            data_centers: said.data_centers,
        }
    }
}

/// The lowest of all offers is the Community Cloud's where the Secure Cloud asks more.
fn prices(lowest: Option<Offer>, secure: Option<Offer>) -> GpuPrice {
    let usd = |offer: Option<Offer>| offer.and_then(|offer| offer.uninterruptable_price);
    let (lowest, secure) = (usd(lowest), usd(secure));
    let community = lowest.filter(|usd| secure.is_none_or(|secure| *usd < secure));
    GpuPrice { secure, community, serverless: None }
}

/// No stock is `Out`, `None` or nothing (observed 2026-08).
fn level(stock: &Stock) -> String {
    match stock.stock_status.as_deref() {
        None | Some("" | "None" | "Out") => "NONE".to_owned(),
        Some(status) => status.to_ascii_uppercase(),
    }
}

fn whole(gigabytes: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
    let whole = gigabytes as u32;
    whole
}

/// First what both say, then what REST v2 says, then what GraphQL says.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DataCenterSaid {
    id: String,
    #[serde(default, deserialize_with = "lenient")]
    name: String,

    region: Option<String>,
    global_network: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    network_volume_types: Vec<String>,

    location: Option<String>,
}

impl From<DataCenterSaid> for DataCenter {
    fn from(said: DataCenterSaid) -> Self {
        let DataCenterSaid { id, name, region, global_network, network_volume_types, location } = said;
        let region = region.or_else(|| location.as_deref().map(region_of)).unwrap_or_default();
        Self { id, name, region, location, global_network, network_volume_types }
    }
}

/// Locations are free text; these are the ones that have been seen (2026-08).
fn region_of(location: &str) -> String {
    match location {
        "United States" | "Canada" => "NORTH_AMERICA",
        "Europe" => "EUROPE",
        "Japan" | "Singapore" => "ASIA",
        "Australia" => "OCEANIA",
        elsewhere => elsewhere,
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn gpu(said: serde_json::Value) -> GpuType {
        serde_json::from_value(said).unwrap()
    }

    #[test]
    fn no_stock_has_several_spellings_and_stock_has_one() {
        for (status, level) in
            [(json!("High"), "HIGH"), (json!("Out"), "NONE"), (json!("None"), "NONE"), (json!(null), "NONE")]
        {
            let gpu = gpu(json!({"id": "a", "stock": {"stockStatus": status}}));
            assert_eq!(gpu.availability.as_deref(), Some(level), "{status}");
        }
        assert_eq!(gpu(json!({"id": "a"})).availability, None, "nobody asked");
    }

    #[test]
    fn the_price_of_the_community_cloud_is_told_only_where_it_is_known() {
        let price = |lowest, secure| {
            let offer = |usd: Option<f64>| json!({"uninterruptablePrice": usd});
            let gpu = gpu(json!({"id": "a", "lowest": offer(lowest), "lowestSecure": offer(secure)}));
            (gpu.price.secure, gpu.price.community)
        };
        assert_eq!(price(Some(0.3), Some(0.7)), (Some(0.7), Some(0.3)));
        assert_eq!(price(Some(0.7), Some(0.7)), (Some(0.7), None));
        assert_eq!(price(Some(0.3), None), (None, Some(0.3)));
        assert_eq!(price(None, None), (None, None));
    }

    #[test]
    fn a_location_is_a_region_where_we_know_it() {
        let region = |location: &str| {
            let place: DataCenter = serde_json::from_value(json!({"id": "a", "location": location})).unwrap();
            place.region
        };
        assert_eq!((region("Canada"), region("Mars")), ("NORTH_AMERICA".to_owned(), "Mars".to_owned()));
    }
}
