//! `list-templates`, `list-public-templates`.

use runpod_api::Page as ApiPage;
use runpod_api::templates::Source;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::reply::list::Sheet;
use crate::tool::word::Pick;
use crate::tool::{Card, Cx, Effect, Outcome, Page, ToolDef};

/// A template in a list.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct TemplateRow {
    id: String,
    name: Option<String>,
    image: Option<String>,
    category: Option<String>,
    serverless: Option<bool>,
}

pub(super) struct ListTemplates;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListTemplatesArgs {
    #[serde(flatten)]
    page: Page,
}

impl ToolDef for ListTemplates {
    type Args = ListTemplatesArgs;
    const CARD: Card = Card {
        name: "list-templates",
        title: "List templates",
        about: "Lists the account's own templates; those of Runpod and others are in list-public-templates.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["listTemplates"],
        ids_from: None,
    };

    async fn call(cx: &Cx, args: ListTemplatesArgs) -> Outcome {
        let sheet = Sheet::new(Self::CARD.name, cx, &args.page)?;
        let (limit, cursor) = sheet.ask();
        sheet.show::<TemplateRow>(&cx.client.templates().list(&ApiPage { limit, cursor }).await?)
    }
}

pub(super) struct ListPublicTemplates;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListPublicTemplatesArgs {
    /// Who published them, official when omitted.
    source: Option<Pick<Source>>,
    #[serde(flatten)]
    page: Page,
}

impl ToolDef for ListPublicTemplates {
    type Args = ListPublicTemplatesArgs;
    const CARD: Card = Card {
        name: "list-public-templates",
        title: "List public templates",
        about: "Lists templates published by Runpod (official), by partners (verified) or by anybody (community).",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["listPublicTemplates"],
        ids_from: None,
    };

    async fn call(cx: &Cx, args: ListPublicTemplatesArgs) -> Outcome {
        let sheet = Sheet::new(Self::CARD.name, cx, &args.page)?;
        let source = args.source.map(|pick| pick.0);
        sheet.show::<TemplateRow>(&cx.client.templates().public(source).await?)
    }
}
