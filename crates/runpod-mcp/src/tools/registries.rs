//! Tools over registry credentials.

mod delegations;

use std::borrow::Cow;

use runpod_api::registries::Create;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::reply::Reply;
use crate::reply::list::Sheet;
use crate::tool::hidden::Hidden;
use crate::tool::{Card, Cx, Effect, IdArg, Outcome, Page, Tool, ToolDef};
use delegations::{CreateRegistryDelegation, DeleteRegistryDelegation, ListRegistryDelegations};

pub(super) static TOOLS: [Tool; 7] = [
    Tool::of::<ListContainerRegistryAuths>(),
    Tool::of::<GetContainerRegistryAuth>(),
    Tool::of::<CreateContainerRegistryAuth>(),
    Tool::of::<DeleteContainerRegistryAuth>(),
    Tool::of::<ListRegistryDelegations>(),
    Tool::of::<CreateRegistryDelegation>(),
    Tool::of::<DeleteRegistryDelegation>(),
];

/// One credential, by id.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct AuthArgs {
    /// From list-container-registry-auths.
    container_registry_auth_id: IdArg,
}

/// A credential in a list; the API says no more of it.
#[derive(Debug, Deserialize, Serialize)]
struct AuthRow<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow, default)]
    name: Option<Cow<'a, str>>,
}

struct ListContainerRegistryAuths;

#[derive(Debug, Deserialize, JsonSchema)]
struct ListAuthsArgs {
    #[serde(flatten)]
    page: Page,
}

impl ToolDef for ListContainerRegistryAuths {
    type Args = ListAuthsArgs;
    const CARD: Card = Card {
        name: "list-container-registry-auths",
        title: "List registry credentials",
        about: "Lists stored credentials for private container registries, by name.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["listRegistries"],
        ids_from: None,
    };

    async fn call(cx: &Cx, args: ListAuthsArgs) -> Outcome {
        let sheet = Sheet::new(Self::CARD.name, cx, &args.page)?;
        sheet.show::<AuthRow<'_>>(&cx.client.registries().list().await?)
    }
}

struct GetContainerRegistryAuth;

impl ToolDef for GetContainerRegistryAuth {
    type Args = AuthArgs;
    const CARD: Card = Card {
        name: "get-container-registry-auth",
        title: "Get registry credential",
        about: "Reads id and name of one registry credential; the password is never given back.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["getRegistry"],
        ids_from: Some("list-container-registry-auths"),
    };

    async fn call(cx: &Cx, args: AuthArgs) -> Outcome {
        Ok(Reply::of(&cx.client.registries().get(&args.container_registry_auth_id.0).await?))
    }
}

struct CreateContainerRegistryAuth;

#[derive(Debug, Deserialize, JsonSchema)]
struct CreateAuthArgs {
    /// Label.
    #[schemars(length(min = 1, max = 191))]
    name: String,
    /// User at the registry.
    #[schemars(length(min = 1, max = 191))]
    username: String,
    /// Password or access token; stored by Runpod, never shown again.
    password: Hidden,
}

impl ToolDef for CreateContainerRegistryAuth {
    type Args = CreateAuthArgs;
    const CARD: Card = Card {
        name: "create-container-registry-auth",
        title: "Create registry credential",
        about: "Stores a credential with which Pods, templates and endpoints pull private images.",
        effect: Effect::Writes,
        idempotent: false,
        covers: &["createRegistry"],
        ids_from: None,
    };

    async fn call(cx: &Cx, args: CreateAuthArgs) -> Outcome {
        let CreateAuthArgs { name, username, password } = args;
        let new = Create { name, username, password: password.0 };
        Ok(Reply::of(&cx.client.registries().create(&new).await?))
    }
}

struct DeleteContainerRegistryAuth;

impl ToolDef for DeleteContainerRegistryAuth {
    type Args = AuthArgs;
    const CARD: Card = Card {
        name: "delete-container-registry-auth",
        title: "Delete registry credential",
        about: "Deletes a registry credential; refused while a Pod uses it, and templates lose the reference.",
        effect: Effect::Destroys,
        idempotent: true,
        covers: &["deleteRegistry"],
        ids_from: Some("list-container-registry-auths"),
    };

    async fn call(cx: &Cx, args: AuthArgs) -> Outcome {
        let id = args.container_registry_auth_id.0;
        Reply::deleted(&id, cx.client.registries().delete(&id).await)
    }
}
