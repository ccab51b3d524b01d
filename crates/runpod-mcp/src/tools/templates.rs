//! Tools over templates: container settings under a name, the account's and those of the catalogue.

mod list;
mod write;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::reply::Reply;
use crate::tool::{Card, Cx, Effect, IdArg, Outcome, Tool, ToolDef};

pub(super) static TOOLS: [Tool; 6] = [
    Tool::of::<list::ListTemplates>(),
    Tool::of::<GetTemplate>(),
    Tool::of::<write::CreateTemplate>(),
    Tool::of::<write::UpdateTemplate>(),
    Tool::of::<DeleteTemplate>(),
    Tool::of::<list::ListPublicTemplates>(),
];

struct GetTemplate;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct GetTemplateArgs {
    /// From list-templates or list-public-templates.
    template_id: IdArg,
    /// Show secrets in env instead of placeholders.
    reveal: Option<bool>,
}

impl ToolDef for GetTemplate {
    type Args = GetTemplateArgs;
    const CARD: Card = Card {
        name: "get-template",
        title: "Get template",
        about: "Everything about one template, the account's or a public one.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["getTemplate"],
        ids_from: Some("list-templates"),
    };

    async fn call(cx: &Cx, args: GetTemplateArgs) -> Outcome {
        let template = cx.client.templates().get(&args.template_id.0).await?;
        Ok(Reply::shown(&template, args.reveal.unwrap_or(false)))
    }
}

struct DeleteTemplate;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct DeleteTemplateArgs {
    /// From list-templates.
    template_id: IdArg,
}

impl ToolDef for DeleteTemplate {
    type Args = DeleteTemplateArgs;
    const CARD: Card = Card {
        name: "delete-template",
        title: "Delete template",
        about: "Deletes a template of the account for good; refused while a Pod or an endpoint is bound to it.",
        effect: Effect::Destroys,
        idempotent: true,
        covers: &["deleteTemplate"],
        ids_from: Some("list-templates"),
    };

    async fn call(cx: &Cx, args: DeleteTemplateArgs) -> Outcome {
        let id = args.template_id.0;
        Reply::deleted(&id, cx.client.templates().delete(&id).await)
    }
}
