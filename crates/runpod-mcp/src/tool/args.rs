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

/// An id argument that an empty string clears.
#[derive(Clone, Debug)]
pub struct ClearableId(pub Option<Id>);

impl<'de> Deserialize<'de> for ClearableId {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<'_, str>::deserialize(from)?;
        match &*text {
            "" => Ok(Self(None)),
            text => Id::parse(text).map(|id| Self(Some(id))).map_err(serde::de::Error::custom),
        }
    }
}

impl JsonSchema for ClearableId {
    fn schema_name() -> Cow<'static, str> {
        "ClearableId".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", KIND: "id-or-empty"})
    }
}

/// Paging and detail, the same on every list tool.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    /// Rows, default 20.
    #[schemars(range(min = 1, max = 100))]
    pub limit: Option<u32>,
    /// nextCursor of the last reply.
    pub cursor: Option<String>,
    /// Default summary.
    pub detail: Option<Detail>,
}

/// Notes on arguments that change nothing here: each with whether it was given, and what does what it would.
pub(crate) fn ignored(arguments: &[(&'static str, bool, &'static str)]) -> Vec<String> {
    let given = arguments.iter().filter(|(_, given, _)| *given);
    given.map(|(name, _, instead)| format!("`{name}` changes nothing here: {instead}")).collect()
}

/// How much of each row a list shows.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub enum Detail {
    #[default]
    Summary,
    Full,
}
