//! Tools over ECR delegations: pulling from AWS without a stored credential.

use std::borrow::Cow;

use runpod_api::registries::Delegate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::reply::Reply;
use crate::reply::list::Sheet;
use crate::tool::{Card, Cx, Effect, IdArg, Outcome, Page, ToolDef};

/// A delegation in a list.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct DelegationRow<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow, default)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    repository: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    aws_region: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    docker_registry_uri: Option<Cow<'a, str>>,
}

pub(super) struct ListRegistryDelegations;

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct ListDelegationsArgs {
    #[serde(flatten)]
    page: Page,
}

impl ToolDef for ListRegistryDelegations {
    type Args = ListDelegationsArgs;
    const CARD: Card = Card {
        name: "list-registry-delegations",
        title: "List registry delegations",
        about: "Lists the AWS ECR repositories Runpod may pull from, with the address for image names.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["listDelegations"],
        ids_from: None,
    };

    async fn call(cx: &Cx, args: ListDelegationsArgs) -> Outcome {
        let sheet = Sheet::new(Self::CARD.name, cx, &args.page)?;
        sheet.show::<DelegationRow<'_>>(&cx.client.registries().delegations().await?)
    }
}

pub(super) struct CreateRegistryDelegation;

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct CreateDelegationArgs {
    /// ARN of the ECR repository.
    #[schemars(length(min = 1))]
    resource: String,
    /// Label.
    name: Option<String>,
}

impl ToolDef for CreateRegistryDelegation {
    type Args = CreateDelegationArgs;
    const CARD: Card = Card {
        name: "create-registry-delegation",
        title: "Create registry delegation",
        about: "Lets Runpod pull images from one AWS ECR repository without a stored password.",
        effect: Effect::Writes,
        idempotent: false,
        covers: &["createDelegation"],
        ids_from: None,
    };

    async fn call(cx: &Cx, args: CreateDelegationArgs) -> Outcome {
        let CreateDelegationArgs { resource, name } = args;
        Ok(Reply::of(&cx.client.registries().delegate(&Delegate { resource, name }).await?))
    }
}

pub(super) struct DeleteRegistryDelegation;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DelegationArgs {
    /// From list-registry-delegations.
    delegation_id: IdArg,
}

impl ToolDef for DeleteRegistryDelegation {
    type Args = DelegationArgs;
    const CARD: Card = Card {
        name: "delete-registry-delegation",
        title: "Revoke registry delegation",
        about: "Revokes an ECR delegation: running workers go on, new pulls fail.",
        effect: Effect::Destroys,
        idempotent: true,
        covers: &["revokeDelegation"],
        ids_from: Some("list-registry-delegations"),
    };

    async fn call(cx: &Cx, args: DelegationArgs) -> Outcome {
        let id = args.delegation_id.0;
        Reply::deleted(&id, cx.client.registries().revoke(&id).await)
    }
}
