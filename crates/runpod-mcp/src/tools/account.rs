//! Tools over the account: SSH keys and secrets.

mod secrets;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::reply::Reply;
use crate::tool::{Card, Cx, Effect, Outcome, Tool, ToolDef};
use secrets::{CreateSecret, DeleteSecret, GetSecret, ListSecrets, UpdateSecret};

pub(super) static TOOLS: [Tool; 7] = [
    Tool::of::<GetSshKeys>(),
    Tool::of::<UpdateSshKeys>(),
    Tool::of::<ListSecrets>(),
    Tool::of::<GetSecret>(),
    Tool::of::<CreateSecret>(),
    Tool::of::<UpdateSecret>(),
    Tool::of::<DeleteSecret>(),
];

struct GetSshKeys;

#[derive(Debug, Deserialize, JsonSchema)]
struct NoArgs {}

impl ToolDef for GetSshKeys {
    type Args = NoArgs;
    const CARD: Card = Card {
        name: "get-ssh-keys",
        title: "Get SSH keys",
        about: "Lists the account's public SSH keys, which startSsh lets into new Pods.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["getSshKeys"],
        ids_from: None,
    };

    async fn call(cx: &Cx, _: NoArgs) -> Outcome {
        Ok(Reply::of(&cx.client.account().ssh_keys().await?))
    }
}

struct UpdateSshKeys;

#[derive(Debug, Deserialize, JsonSchema)]
struct SshKeysArgs {
    /// The whole new set, one OpenSSH public key each; [] removes all.
    keys: Vec<String>,
}

impl ToolDef for UpdateSshKeys {
    type Args = SshKeysArgs;
    const CARD: Card = Card {
        name: "update-ssh-keys",
        title: "Replace SSH keys",
        about: "Replaces all public SSH keys of the account, so read get-ssh-keys first; existing Pods keep theirs.",
        effect: Effect::Destroys,
        idempotent: true,
        covers: &["updateSshKeys"],
        ids_from: None,
    };

    async fn call(cx: &Cx, args: SshKeysArgs) -> Outcome {
        Ok(Reply::of(&cx.client.account().replace_ssh_keys(&args.keys).await?))
    }
}
