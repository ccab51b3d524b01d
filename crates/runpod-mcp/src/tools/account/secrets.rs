//! Tools over secrets. A value goes in and never comes back.

use std::borrow::Cow;

use runpod_api::Change;
use runpod_api::account::{NewSecret, SecretUpdate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::reply::Reply;
use crate::reply::list::Sheet;
use crate::tool::hidden::Hidden;
use crate::tool::{Card, Cx, Effect, IdArg, Outcome, Page, ToolDef};

/// One secret, by id.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SecretArgs {
    /// From list-secrets.
    secret_id: IdArg,
}

/// A secret in a list.
#[derive(Debug, Deserialize, Serialize)]
struct SecretRow<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow, default)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    description: Option<Cow<'a, str>>,
}

pub(super) struct ListSecrets;

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct ListSecretsArgs {
    /// Only the one of this name, in any letter case.
    name: Option<String>,
    #[serde(flatten)]
    page: Page,
}

impl ToolDef for ListSecrets {
    type Args = ListSecretsArgs;
    const CARD: Card = Card {
        name: "list-secrets",
        title: "List secrets",
        about: "Lists secrets by name; env uses one as {{ RUNPOD_SECRET_name }}.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["listSecrets"],
        ids_from: None,
    };

    async fn call(cx: &Cx, args: ListSecretsArgs) -> Outcome {
        let sheet = Sheet::new(Self::CARD.name, cx, &args.page)?;
        sheet.show::<SecretRow<'_>>(&cx.client.account().secrets(args.name.as_deref()).await?)
    }
}

pub(super) struct GetSecret;

impl ToolDef for GetSecret {
    type Args = SecretArgs;
    const CARD: Card = Card {
        name: "get-secret",
        title: "Get secret",
        about: "Reads name, description and age of a secret, never its value.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["getSecret"],
        ids_from: Some("list-secrets"),
    };

    async fn call(cx: &Cx, args: SecretArgs) -> Outcome {
        Ok(Reply::of(&cx.client.account().secret(&args.secret_id.0).await?))
    }
}

pub(super) struct CreateSecret;

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct CreateSecretArgs {
    /// A letter or _ first, then also digits, dots, dashes and slashes; RUNPOD at the start is reserved.
    #[schemars(length(min = 1, max = 191))]
    name: String,
    /// Stored by Runpod, never shown again.
    value: Hidden,
    /// What it is for.
    #[schemars(length(max = 65535))]
    description: Option<String>,
}

impl ToolDef for CreateSecret {
    type Args = CreateSecretArgs;
    const CARD: Card = Card {
        name: "create-secret",
        title: "Create secret",
        about: "Stores a value that env can use without showing it; the name cannot change later.",
        effect: Effect::Writes,
        idempotent: false,
        covers: &["createSecret"],
        ids_from: None,
    };

    async fn call(cx: &Cx, args: CreateSecretArgs) -> Outcome {
        let CreateSecretArgs { name, value, description } = args;
        let new = NewSecret { name, value: value.0, description };
        Ok(Reply::of(&cx.client.account().create_secret(&new).await?))
    }
}

pub(super) struct UpdateSecret;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct UpdateSecretArgs {
    /// From list-secrets.
    secret_id: IdArg,
    /// New value; containers see it when they start next.
    value: Option<Hidden>,
    /// New description; an empty string clears it.
    #[schemars(length(max = 65535))]
    description: Option<String>,
}

impl ToolDef for UpdateSecret {
    type Args = UpdateSecretArgs;
    const CARD: Card = Card {
        name: "update-secret",
        title: "Update secret",
        about: "Replaces value or description of a secret.",
        effect: Effect::Writes,
        idempotent: true,
        covers: &["updateSecret"],
        ids_from: Some("list-secrets"),
    };

    async fn call(cx: &Cx, args: UpdateSecretArgs) -> Outcome {
        let UpdateSecretArgs { secret_id, value, description } = args;
        let description =
            description.map(|text| if text.is_empty() { Change::Clear } else { Change::Set(text) });
        let change = SecretUpdate { value: value.map(|value| value.0), description };
        Ok(Reply::of(&cx.client.account().update_secret(&secret_id.0, &change).await?))
    }
}

pub(super) struct DeleteSecret;

impl ToolDef for DeleteSecret {
    type Args = SecretArgs;
    const CARD: Card = Card {
        name: "delete-secret",
        title: "Delete secret",
        about: "Deletes a secret for good; containers that refer to it find nothing at their next start.",
        effect: Effect::Destroys,
        idempotent: true,
        covers: &["deleteSecret"],
        ids_from: Some("list-secrets"),
    };

    async fn call(cx: &Cx, args: SecretArgs) -> Outcome {
        let id = args.secret_id.0;
        Reply::deleted(&id, cx.client.account().delete_secret(&id).await)
    }
}
