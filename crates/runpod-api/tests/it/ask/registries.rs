use runpod_api::Client;
use runpod_api::registries::{Create, Delegate};

use super::{Said, notes, nothing};
use crate::input::Input;

pub(super) async fn ask(client: &Client, operation: &str, mut input: Input) -> Said {
    let registries = client.registries();
    match operation {
        "listRegistries" => nothing(registries.list().await),
        "getRegistry" => notes(registries.get(&input.id("containerRegistryAuthId")).await),
        "createRegistry" => {
            let password = input.secret("password").expect("a password");
            let new = Create { name: input.take("name"), username: input.take("username"), password };
            input.end();
            notes(registries.create(&new).await)
        }
        "deleteRegistry" => nothing(registries.delete(&input.id("containerRegistryAuthId")).await),
        "listDelegations" => nothing(registries.delegations().await),
        "createDelegation" => {
            let new = Delegate { resource: input.take("resource"), name: input.take("name") };
            input.end();
            notes(registries.delegate(&new).await)
        }
        "revokeDelegation" => nothing(registries.revoke(&input.id("delegationId")).await),
        other => panic!("{other} is no operation on registries"),
    }
}
