//! Argument types that many tools share.

use std::borrow::Cow;

use runpod_api::Id;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

use super::schema::KIND;

/// An id argument: checked before any request, so that it cannot leave its path segment.
#[derive(Clone, Debug)]
pub struct IdArg(pub Id);

impl<'de> Deserialize<'de> for IdArg {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<'_, str>::deserialize(from)?;
        Id::parse(&text).map(Self).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for IdArg {
    fn schema_name() -> Cow<'static, str> {
        "Id".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", KIND: "id"})
    }
}

/// Paging and detail, the same on every list tool.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    /// Rows to return, 20 when omitted.
    #[schemars(range(min = 1, max = 100))]
    pub limit: Option<u32>,
    /// `nextCursor` of the previous reply; omit for the first page.
    pub cursor: Option<String>,
    /// `full` returns everything the API says; `summary`, the default, what one scans.
    pub detail: Option<Detail>,
}

/// How much of each row a list shows.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub enum Detail {
    #[default]
    Summary,
    Full,
}
