//! `/v2/account/ssh-keys` and `/v2/account/secrets`.

use serde::{Deserialize, Serialize};

use super::{Call, Routes};
use crate::answer::Answer;
use crate::clock::stamp;
use crate::refusal::Refusal;
use crate::world::secrets::Secret;

pub(super) const ROUTES: Routes = &[
    ("getSshKeys", ssh_keys),
    ("updateSshKeys", replace_ssh_keys),
    ("listSecrets", list),
    ("getSecret", get),
    ("createSecret", create),
    ("updateSecret", update),
    ("deleteSecret", delete),
];

/// `SshKeys` of the contract, in both directions.
#[derive(Serialize, Deserialize)]
struct Keys {
    keys: Vec<String>,
}

fn ssh_keys(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    Answer::ok(&Keys { keys: call.visit.account.ssh_keys.clone() })
}

/// The whole set is replaced; Pods that exist keep what they were born with.
fn replace_ssh_keys(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let new: Keys = call.read()?;
    call.visit.account.ssh_keys = new.keys;
    ssh_keys(call)
}

fn list(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let name = call.asked("name");
    let secrets: Vec<_> = call.visit.secrets(name.as_deref()).into_iter().map(spell).collect();
    Answer::ok(&List { secrets })
}

fn get(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    Answer::ok(&spell(call.visit.secret(call.param("id")?)?))
}

fn create(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let new = call.read()?;
    Answer::created(&spell(call.visit.create_secret(new)?))
}

fn update(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let (id, change) = (call.param("id")?, call.read()?);
    Answer::ok(&spell(call.visit.update_secret(id, change)?))
}

fn delete(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let id = call.param("id")?;
    call.visit.delete_secret(id)?;
    Ok(Answer::empty())
}

#[derive(Serialize)]
struct List<'a> {
    secrets: Vec<Spelt<'a>>,
}

/// `Secret` of the contract.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Spelt<'a> {
    id: &'a str,
    name: &'a str,
    description: Option<&'a str>,
    created_at: String,
    value_last_updated_at: String,
}

fn spell(secret: &Secret) -> Spelt<'_> {
    let Secret { id, born: _, name, description, created, valued } = secret;
    Spelt {
        id,
        name,
        description: description.as_deref(),
        created_at: stamp(*created),
        value_last_updated_at: stamp(*valued),
    }
}
