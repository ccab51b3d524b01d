//! `list-public-endpoints`.

use runpod_api::public_endpoints::{About, PublicEndpoint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Map;

use super::{holds, is, term};
use crate::error::ToolError;
use crate::reply::list::Sheet;
use crate::tool::{Card, Cx, Effect, Outcome, Page, ToolDef};

/// A public endpoint in full.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FullEndpoint<'a> {
    endpoint_id: &'a str,
    display_name: &'a str,
    model_name: Option<&'a str>,
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modality: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pricing: Option<&'a str>,
    is_live: bool,
    base_url: String,
    created_at: Option<&'a str>,
    updated_at: Option<&'a str>,
}

/// What a list shows of it.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct EndpointLine {
    endpoint_id: String,
    display_name: Option<String>,
    description: Option<String>,
    modality: Option<String>,
    owner: Option<String>,
    pricing: Option<String>,
    is_live: Option<bool>,
}

pub(super) struct ListPublicEndpoints;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListPublicEndpointsArgs {
    /// Part of any text.
    search_term: Option<String>,
    /// Such as image.
    modality: Option<String>,
    /// Maker of the model.
    owner: Option<String>,
    /// Also those not live.
    include_offline: Option<bool>,
    #[serde(flatten)]
    page: Page,
}

impl ToolDef for ListPublicEndpoints {
    type Args = ListPublicEndpointsArgs;
    const CARD: Card = Card {
        name: "list-public-endpoints",
        title: "List public endpoints",
        about: "Lists models that Runpod runs for everybody, paid by use, with prices; endpointId works in run-endpoint \
                and runsync-endpoint.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["graphql:allAiApiPublicConfigs"],
        ids_from: None,
    };

    async fn call(cx: &Cx, args: ListPublicEndpointsArgs) -> Outcome {
        let sheet = Sheet::new(Self::CARD.name, cx, &args.page)?;
        let listing = cx.client.public_endpoints().list().await.map_err(ToolError::keyless)?;
        let filter = Filter {
            term: term(args.search_term),
            modality: term(args.modality),
            owner: term(args.owner),
            offline: args.include_offline.unwrap_or(false),
        };
        let endpoints: Vec<PublicEndpoint> = listing.views()?;
        let mut endpoints: Vec<_> = endpoints.into_iter().map(|one| (one.about(), one)).collect();
        endpoints.retain(|(about, one)| filter.keeps(one, about));
        endpoints.sort_by_cached_key(|(_, one)| (one.display_name.to_lowercase(), one.ai_api_id.clone()));
        let spell = |(about, one): &(About, PublicEndpoint)| {
            serde_json::to_string(&full(one, about)).unwrap_or_default()
        };
        let texts: Vec<String> = endpoints.iter().map(spell).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        sheet.page_of_all::<EndpointLine>(Map::new(), &texts)
    }
}

struct Filter {
    term: Option<String>,
    modality: Option<String>,
    owner: Option<String>,
    offline: bool,
}

impl Filter {
    fn keeps(&self, one: &PublicEndpoint, about: &About) -> bool {
        let optional = [&one.model_name, &one.description, &about.owner, &about.tag, &about.source];
        let texts = optional.into_iter().flatten().chain([&one.display_name, &one.ai_api_id]);
        (self.offline || one.is_live)
            && holds(self.term.as_ref(), texts.map(String::as_str))
            && is(self.modality.as_ref(), about.source.as_deref())
            && is(self.owner.as_ref(), about.owner.as_deref())
    }
}

fn full<'a>(one: &'a PublicEndpoint, about: &'a About) -> FullEndpoint<'a> {
    FullEndpoint {
        endpoint_id: &one.ai_api_id,
        display_name: &one.display_name,
        model_name: one.model_name.as_deref(),
        description: one.description.as_deref(),
        modality: about.source.as_deref(),
        tag: about.tag.as_deref(),
        owner: about.owner.as_deref(),
        pricing: about.price_string.as_deref(),
        is_live: one.is_live,
        base_url: format!("https://api.runpod.ai/v2/{}", one.ai_api_id),
        created_at: one.created_at.as_deref(),
        updated_at: one.updated_at.as_deref(),
    }
}
