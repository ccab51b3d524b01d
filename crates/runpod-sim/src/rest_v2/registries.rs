//! `/v2/registries` and `/v2/registries/delegations`.

use serde::Serialize;

use super::{Call, Routes};
use crate::answer::Answer;
use crate::clock::stamp;
use crate::refusal::Refusal;
use crate::world::delegations::Delegation;
use crate::world::registries::Registry;

pub(super) const ROUTES: Routes = &[
    ("listRegistries", list),
    ("getRegistry", get),
    ("createRegistry", create),
    ("deleteRegistry", delete),
    ("listDelegations", list_delegations),
    ("createDelegation", create_delegation),
    ("revokeDelegation", revoke_delegation),
];

fn list(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let registries: Vec<_> = call.visit.registries().into_iter().map(spell).collect();
    Answer::ok(&List { registries })
}

fn get(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    Answer::ok(&spell(call.visit.registry(call.param("id")?)?))
}

fn create(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let new = call.read()?;
    Answer::created(&spell(call.visit.create_registry(new)))
}

fn delete(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let id = call.param("id")?;
    call.visit.delete_registry(id)?;
    Ok(Answer::empty())
}

fn list_delegations(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let user = call.visit.account.id.as_str();
    let delegations = call.visit.delegations();
    let delegations: Vec<_> = delegations.into_iter().map(|one| spell_delegation(one, user)).collect();
    Answer::ok(&Delegations { delegations })
}

fn create_delegation(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let (new, user) = (call.read()?, call.visit.account.id.clone());
    Answer::created(&spell_delegation(call.visit.create_delegation(new)?, &user))
}

fn revoke_delegation(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let id = call.param("id")?;
    call.visit.revoke_delegation(id)?;
    Ok(Answer::empty())
}

#[derive(Serialize)]
struct List<'a> {
    registries: Vec<Spelt<'a>>,
}

/// `Registry` of the contract.
#[derive(Serialize)]
struct Spelt<'a> {
    id: &'a str,
    name: &'a str,
}

fn spell(registry: &Registry) -> Spelt<'_> {
    let Registry { id, born: _, name } = registry;
    Spelt { id, name }
}

#[derive(Serialize)]
struct Delegations<'a> {
    delegations: Vec<SpeltDelegation<'a>>,
}

/// `EcrDelegation` of the contract.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SpeltDelegation<'a> {
    id: &'a str,
    name: Option<&'a str>,
    delegator_user_id: &'a str,
    aws_user: &'a str,
    repository: &'a str,
    tag: &'a str,
    aws_region: &'a str,
    docker_registry_uri: String,
    created_at: String,
}

fn spell_delegation<'a>(delegation: &'a Delegation, user: &'a str) -> SpeltDelegation<'a> {
    let Delegation { id, born: _, name, resource, created } = delegation;
    SpeltDelegation {
        id,
        name: name.as_deref(),
        delegator_user_id: user,
        aws_user: &resource.owner,
        repository: &resource.repository,
        tag: &resource.tag,
        aws_region: &resource.region,
        docker_registry_uri: format!(
            "{}.dkr.ecr.{}.amazonaws.com/{}",
            resource.owner, resource.region, resource.repository
        ),
        created_at: stamp(*created),
    }
}
