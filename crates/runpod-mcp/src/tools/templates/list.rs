//! `list-templates`, `list-public-templates`.

use runpod_api::templates::{Query, Source, Template};
use runpod_api::{Page as ApiPage, Resource, Version};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::reply::list::Sheet;
use crate::tool::args::ignored;
use crate::tool::word::Pick;
use crate::tool::{Card, Cx, Effect, Outcome, Page, ToolDef};

/// A template in a list.
#[derive(Debug, Deserialize, Serialize)]
#[serde(from = "Template", rename_all = "camelCase")]
struct TemplateRow {
    id: String,
    name: String,
    image: String,
    category: Option<String>,
    serverless: bool,
}

impl From<Template> for TemplateRow {
    fn from(template: Template) -> Self {
        let Template { id, name, image, category, serverless, .. } = template;
        Self { id, name, image, category, serverless }
    }
}

pub(super) struct ListTemplates;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListTemplatesArgs {
    /// Also those of Runpod, on REST v1.
    #[schemars(extend("x-unlisted" = true))]
    include_runpod_templates: Option<bool>,
    /// Also those that anybody published, on REST v1.
    #[schemars(extend("x-unlisted" = true))]
    include_public_templates: Option<bool>,
    /// Also those that belong to one endpoint, on REST v1.
    #[schemars(extend("x-unlisted" = true))]
    include_endpoint_bound_templates: Option<bool>,
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
        let page = ApiPage { limit, cursor };
        let (query, notes) = match cx.client.version(Resource::Templates).await {
            Version::V1 => (Query { page, ..args.of_v1() }, Vec::new()),
            Version::V2 => ((&page).into(), args.on_v2()),
        };
        Ok(sheet.show::<TemplateRow>(&cx.client.templates().list(&query).await?)?.notes(notes))
    }
}

impl ListTemplatesArgs {
    fn of_v1(&self) -> Query {
        Query {
            include_runpod: self.include_runpod_templates == Some(true),
            include_public: self.include_public_templates == Some(true),
            include_endpoint_bound: self.include_endpoint_bound_templates == Some(true),
            ..Query::default()
        }
    }

    /// What to tell who asked for more on REST v2.
    fn on_v2(&self) -> Vec<String> {
        let asked = self.of_v1();
        let apart = "list-public-templates lists those of others";
        ignored(&[
            ("includeRunpodTemplates", asked.include_runpod, apart),
            ("includePublicTemplates", asked.include_public, apart),
            (
                "includeEndpointBoundTemplates",
                asked.include_endpoint_bound,
                "lists of REST v2 leave them out",
            ),
        ])
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
