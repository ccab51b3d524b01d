//! Every operation of the client, asked for by its contract id with a neutral input.

mod account;
mod billing;
mod catalog;
mod clusters;
mod endpoints;
mod pods;
mod registries;
mod templates;
mod volumes;

use std::time::Duration;

use runpod_api::{Client, Error, Mapped, Note};
use serde_json::Value;

use crate::input::Input;

/// How long a log may be read.
const LOG_TIME: Duration = Duration::from_secs(5);

/// The notes of the call, or why there was none.
pub(crate) type Said = Result<Vec<Note>, Error>;

/// Asks for an operation.
pub(crate) async fn ask(client: &Client, operation: &str, input: Value) -> Said {
    let input = Input::new(input);
    match operation {
        id if id.ends_with("Billing") => billing::ask(client, id, input).await,
        "listPods" | "getPod" | "createPod" | "updatePod" | "podAction" | "deletePod" | "getPodLogs" => {
            pods::ask(client, operation, input).await
        }
        id if id.contains("Endpoint") || id.contains("Worker") => endpoints::ask(client, id, input).await,
        id if id.contains("Template") => templates::ask(client, id, input).await,
        id if id.contains("NetworkVolume") => volumes::ask(client, id, input).await,
        id if id.contains("Regist") || id.contains("Delegation") => registries::ask(client, id, input).await,
        id if id.contains("Cluster") => clusters::ask(client, id, input).await,
        id if id.contains("Secret") || id.contains("SshKeys") => account::ask(client, id, input).await,
        id => catalog::ask(client, id, input).await,
    }
}

/// Notes of an answer with a view.
fn notes<T>(answer: Result<Mapped<T>, Error>) -> Said {
    answer.map(|mapped| mapped.notes)
}

/// An answer that has no place for notes.
fn nothing<T>(answer: Result<T, Error>) -> Said {
    answer.map(|_| Vec::new())
}
