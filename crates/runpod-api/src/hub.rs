//! The Hub: repositories with releases that can be deployed. Listing is public and sends no key; deploying does.

mod deploy;

use serde::Deserialize;

use crate::client::Outcome;
use crate::graphql::{self, LISTINGS, LISTINGS_WITH_CONFIG, Nothing, SAVE_ENDPOINT};
use crate::listing::Listing;
use crate::mapped::Mapped;
use crate::view::lenient;
use crate::wire::Wire;

pub use deploy::Deploy;

/// Calls on the Hub.
#[derive(Clone, Copy, Debug)]
pub struct Hub<'a>(pub(crate) &'a Wire);

/// A repository of the Hub. Only `id` is required of an answer.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Repo {
    /// Listing id.
    pub id: String,
    /// Name for people.
    #[serde(default, deserialize_with = "lenient")]
    pub title: String,
    /// What it does, in its maker's words.
    #[serde(default)]
    pub description: Option<String>,
    /// Name on GitHub.
    #[serde(default, deserialize_with = "lenient")]
    pub repo_name: String,
    /// Owner on GitHub.
    #[serde(default, deserialize_with = "lenient")]
    pub repo_owner: String,
    /// When it was listed.
    #[serde(default)]
    pub created_at: Option<String>,
    /// When it was changed last.
    #[serde(default)]
    pub updated_at: Option<String>,
    /// How often it was looked at.
    #[serde(default, deserialize_with = "lenient")]
    pub views: u64,
    /// Stars on GitHub.
    #[serde(default, deserialize_with = "lenient")]
    pub stars: u64,
    /// How often it was deployed.
    #[serde(default, deserialize_with = "lenient")]
    pub deploys: u64,
    /// Programming language.
    #[serde(default)]
    pub language: Option<String>,
    /// `audio`, `embedding`, `image`, `language` or `video`.
    #[serde(default)]
    pub category: Option<String>,
    /// Words to find it by.
    #[serde(default, deserialize_with = "lenient")]
    pub tags: Vec<String>,
    /// `SERVERLESS` or `POD`.
    #[serde(rename = "type", default, deserialize_with = "lenient")]
    pub kind: String,
    /// The release that is offered.
    #[serde(default)]
    pub listed_release: Option<Release>,
}

/// A release of a repository.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Release {
    /// Release id, for [`Deploy`].
    pub id: String,
    /// Name.
    #[serde(default)]
    pub name: Option<String>,
    /// Git tag.
    #[serde(default, deserialize_with = "lenient")]
    pub tag_name: String,
    /// When it was made.
    #[serde(default)]
    pub created_at: Option<String>,
    /// JSON in a text, which may be broken: what it runs on and which environment it takes. When asked for.
    #[serde(default)]
    pub config: Option<String>,
    /// The image, once there is one.
    #[serde(default)]
    pub build: Option<Image>,
}

/// What a release was built into.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Image {
    /// Image reference.
    #[serde(default)]
    pub image_name: Option<String>,
}

/// An endpoint as deploying answers it. Only `id` is required of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Deployed {
    /// Endpoint id.
    pub id: String,
    /// Name.
    #[serde(default, deserialize_with = "lenient")]
    pub name: String,
    /// The template that belongs to it.
    #[serde(default)]
    pub template_id: Option<String>,
}

impl Hub<'_> {
    /// Every repository (`listings`; rows read as [`Repo`]), on request with the config of its release.
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn listings(&self, with_config: bool) -> Outcome<Listing> {
        let document = if with_config { &LISTINGS_WITH_CONFIG } else { &LISTINGS };
        Listing::read(document.ask(self.0, &Nothing {}).await?, "listings")
    }

    /// Creates an endpoint of a release (`saveEndpoint`).
    ///
    /// # Errors
    /// See [`crate::Error`]; [`crate::Error::Argument`] for what cannot be sent.
    pub async fn deploy(&self, deploy: &Deploy) -> Outcome<Mapped<Deployed>> {
        let data = SAVE_ENDPOINT.ask(self.0, &deploy.variables()?).await?;
        Mapped::read(&graphql::field(&data, "saveEndpoint")?)
    }
}
