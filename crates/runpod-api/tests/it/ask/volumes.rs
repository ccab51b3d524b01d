use runpod_api::Client;
use runpod_api::volumes::{Create, Update};

use super::{Said, notes, nothing};
use crate::input::Input;

pub(super) async fn ask(client: &Client, operation: &str, mut input: Input) -> Said {
    let volumes = client.volumes();
    match operation {
        "listNetworkVolumes" => nothing(volumes.list().await),
        "getNetworkVolume" => notes(volumes.get(&input.id("networkVolumeId")).await),
        "createNetworkVolume" => {
            let new = Create {
                name: input.take("name"),
                size_gb: input.take("size"),
                data_center_id: input.take("dataCenterId"),
                tier: input.word("volumeType"),
            };
            input.end();
            notes(volumes.create(&new).await)
        }
        "updateNetworkVolume" => {
            let id = input.id("networkVolumeId");
            let change = Update { name: input.take("name"), size_gb: input.take("size") };
            input.end();
            notes(volumes.update(&id, &change).await)
        }
        "deleteNetworkVolume" => nothing(volumes.delete(&input.id("networkVolumeId")).await),
        other => panic!("{other} is no operation on network volumes"),
    }
}
