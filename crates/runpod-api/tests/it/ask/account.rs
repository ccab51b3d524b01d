use runpod_api::Client;
use runpod_api::account::{NewSecret, SecretUpdate};

use super::{Said, notes, nothing};
use crate::input::Input;

pub(super) async fn ask(client: &Client, operation: &str, mut input: Input) -> Said {
    let account = client.account();
    match operation {
        "getSshKeys" => notes(account.ssh_keys().await),
        "updateSshKeys" => notes(account.replace_ssh_keys(&input.list("keys")).await),
        "listSecrets" => nothing(account.secrets(input.take::<Option<String>>("name").as_deref()).await),
        "getSecret" => notes(account.secret(&input.id("secretId")).await),
        "createSecret" => {
            let value = input.secret("value").expect("a value");
            let new = NewSecret { name: input.take("name"), value, description: input.take("description") };
            input.end();
            notes(account.create_secret(&new).await)
        }
        "updateSecret" => {
            let id = input.id("secretId");
            let change =
                SecretUpdate { value: input.secret("value"), description: input.change("description") };
            input.end();
            notes(account.update_secret(&id, &change).await)
        }
        "deleteSecret" => nothing(account.delete_secret(&input.id("secretId")).await),
        other => panic!("{other} is no operation on the account"),
    }
}
