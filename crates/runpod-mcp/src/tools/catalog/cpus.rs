//! `list-cpu-types`, `get-cpu-type`.

use runpod_api::Word;
use runpod_api::catalog::{CpuQuery, Product};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::ToolError;
use crate::reply::Reply;
use crate::reply::list::Sheet;
use crate::tool::word::Pick;
use crate::tool::{Card, Cx, Effect, IdArg, Outcome, Page, ToolDef};

/// A CPU type in a list.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct CpuRow {
    id: String,
    name: Option<String>,
    vcpu: Option<Map<String, Value>>,
    ram_gb_per_vcpu: Option<f64>,
    price: Option<Map<String, Value>>,
    availability: Option<String>,
}

/// What CPUs can be rented for; there are no CPU clusters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CpuProduct {
    Pod,
    Serverless,
}

impl Word for CpuProduct {
    const ALL: &'static [Self] = &[Self::Pod, Self::Serverless];

    fn as_str(self) -> &'static str {
        match self {
            Self::Pod => Product::Pod.as_str(),
            Self::Serverless => Product::Serverless.as_str(),
        }
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct StockArgs {
    /// Look up stock for this product, none when omitted.
    product: Option<Pick<CpuProduct>>,
    /// Stock of machines with so many vCPUs, together with product.
    #[schemars(range(min = 2))]
    vcpu_count: Option<u32>,
}

impl StockArgs {
    fn query(&self) -> Result<CpuQuery, ToolError> {
        let product = self.product.map(|pick| match pick.0 {
            CpuProduct::Pod => Product::Pod,
            CpuProduct::Serverless => Product::Serverless,
        });
        match (product, self.vcpu_count) {
            (None, Some(_)) => {
                Err(ToolError::bad_argument("`vcpuCount` narrows the stock, so it needs `product`"))
            }
            (availability, vcpu_count) => Ok(CpuQuery { availability, vcpu_count }),
        }
    }
}

pub(super) struct ListCpuTypes;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListCpuTypesArgs {
    #[serde(flatten)]
    stock: StockArgs,
    #[serde(flatten)]
    page: Page,
}

impl ToolDef for ListCpuTypes {
    type Args = ListCpuTypesArgs;
    const CARD: Card = Card {
        name: "list-cpu-types",
        title: "List CPU types",
        about: "Lists CPU types with their range of vCPUs, GB of memory per vCPU and price in USD per vCPU and hour.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["listCpuTypes"],
        ids_from: None,
    };

    async fn call(cx: &Cx, args: ListCpuTypesArgs) -> Outcome {
        let sheet = Sheet::new(Self::CARD.name, cx, &args.page)?;
        sheet.show::<CpuRow>(&cx.client.catalog().cpus(&args.stock.query()?).await?)
    }
}

pub(super) struct GetCpuType;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct GetCpuTypeArgs {
    /// From list-cpu-types.
    cpu_type_id: IdArg,
    #[serde(flatten)]
    stock: StockArgs,
}

impl ToolDef for GetCpuType {
    type Args = GetCpuTypeArgs;
    const CARD: Card = Card {
        name: "get-cpu-type",
        title: "Get CPU type",
        about: "One CPU type, with its stock by data center when product is given.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["getCpuType"],
        ids_from: Some("list-cpu-types"),
    };

    async fn call(cx: &Cx, args: GetCpuTypeArgs) -> Outcome {
        let query = args.stock.query()?;
        Ok(Reply::of(&cx.client.catalog().cpu(&args.cpu_type_id.0, &query).await?))
    }
}
