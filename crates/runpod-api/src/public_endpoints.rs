//! Public endpoints: models that Runpod runs for everybody, paid by use. Public: no key is sent to list them.

use serde::Deserialize;

use crate::client::Outcome;
use crate::graphql::{Nothing, PUBLIC_ENDPOINTS};
use crate::listing::Listing;
use crate::view::lenient;
use crate::wire::Wire;

/// Questions about public endpoints.
#[derive(Clone, Copy, Debug)]
pub struct PublicEndpoints<'a>(pub(crate) &'a Wire);

/// A public endpoint. Only `aiApiId` is required of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PublicEndpoint {
    /// Endpoint id at the Serverless runtime.
    pub ai_api_id: String,
    /// Name of the model.
    #[serde(default)]
    pub model_name: Option<String>,
    /// Name for people.
    #[serde(default, deserialize_with = "lenient")]
    pub display_name: String,
    /// What it does, in its maker's words.
    #[serde(default)]
    pub description: Option<String>,
    /// JSON in a text, which may be broken; [`PublicEndpoint::about`] reads it.
    #[serde(default)]
    pub metadata: Option<String>,
    /// Whether it can be called.
    #[serde(default, deserialize_with = "lenient")]
    pub is_live: bool,
    /// When it was added.
    #[serde(default)]
    pub created_at: Option<String>,
    /// When it was changed last.
    #[serde(default)]
    pub updated_at: Option<String>,
}

/// What the metadata says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct About {
    /// Who made the model.
    #[serde(default)]
    pub owner: Option<String>,
    /// `image`, `video`, `audio`, `language`.
    #[serde(default)]
    pub source: Option<String>,
    /// What it is for.
    #[serde(default)]
    pub tag: Option<String>,
    /// Price in words.
    #[serde(default)]
    pub price_string: Option<String>,
}

impl PublicEndpoints<'_> {
    /// All of them, also those that are not live (`allAiApiPublicConfigs`; rows read as [`PublicEndpoint`]).
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn list(&self) -> Outcome<Listing> {
        Listing::read(PUBLIC_ENDPOINTS.ask(self.0, &Nothing {}).await?, "allAiApiPublicConfigs")
    }
}

impl PublicEndpoint {
    /// Its metadata; nothing where it is missing or broken.
    #[must_use]
    pub fn about(&self) -> About {
        self.metadata.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }
}
