//! Tools over network volumes.

use runpod_api::Tier;
use runpod_api::volumes::{self, Volume};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::reply::Reply;
use crate::reply::list::Sheet;
use crate::tool::word::Pick;
use crate::tool::{Card, Cx, Effect, IdArg, Outcome, Page, Tool, ToolDef};

pub(super) static TOOLS: [Tool; 5] = [
    Tool::of::<ListNetworkVolumes>(),
    Tool::of::<GetNetworkVolume>(),
    Tool::of::<CreateNetworkVolume>(),
    Tool::of::<UpdateNetworkVolume>(),
    Tool::of::<DeleteNetworkVolume>(),
];

/// One network volume, by id.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct VolumeArgs {
    /// From list-network-volumes.
    network_volume_id: IdArg,
}

/// A network volume in a list.
#[derive(Debug, Deserialize, Serialize)]
#[serde(from = "Volume", rename_all = "camelCase")]
struct VolumeRow {
    id: String,
    name: String,
    size: Option<u32>,
    data_center: String,
    #[serde(rename = "type")]
    tier: Option<String>,
}

impl From<Volume> for VolumeRow {
    fn from(volume: Volume) -> Self {
        let Volume { id, name, size, data_center, tier } = volume;
        Self { id, name, size, data_center, tier }
    }
}

struct ListNetworkVolumes;

#[derive(Debug, Deserialize, JsonSchema)]
struct ListVolumesArgs {
    #[serde(flatten)]
    page: Page,
}

impl ToolDef for ListNetworkVolumes {
    type Args = ListVolumesArgs;
    const CARD: Card = Card {
        name: "list-network-volumes",
        title: "List network volumes",
        about: "Lists network volumes with size in GB and data center.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["listNetworkVolumes"],
        ids_from: None,
    };

    async fn call(cx: &Cx, args: ListVolumesArgs) -> Outcome {
        let sheet = Sheet::new(Self::CARD.name, cx, &args.page)?;
        sheet.show::<VolumeRow>(&cx.client.volumes().list().await?)
    }
}

struct GetNetworkVolume;

impl ToolDef for GetNetworkVolume {
    type Args = VolumeArgs;
    const CARD: Card = Card {
        name: "get-network-volume",
        title: "Get network volume",
        about: "Reads one network volume.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["getNetworkVolume"],
        ids_from: Some("list-network-volumes"),
    };

    async fn call(cx: &Cx, args: VolumeArgs) -> Outcome {
        Ok(Reply::of(&cx.client.volumes().get(&args.network_volume_id.0).await?))
    }
}

struct CreateNetworkVolume;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct CreateVolumeArgs {
    /// Name of the volume.
    #[schemars(length(min = 1))]
    name: String,
    /// Size in GB; it can grow later, never shrink.
    #[schemars(range(min = 10, max = 4096))]
    size: u32,
    /// From list-data-centers; only Pods and workers there can mount the volume.
    data_center_id: IdArg,
    /// Speed class, fixed for good; the data center's default when omitted.
    volume_type: Option<Pick<Tier>>,
}

impl ToolDef for CreateNetworkVolume {
    type Args = CreateVolumeArgs;
    const CARD: Card = Card {
        name: "create-network-volume",
        title: "Create network volume",
        about: "Creates storage that outlives Pods and can be shared; billed by the GB until deleted.",
        effect: Effect::Spends,
        idempotent: false,
        covers: &["createNetworkVolume"],
        ids_from: Some("list-data-centers"),
    };

    async fn call(cx: &Cx, args: CreateVolumeArgs) -> Outcome {
        let CreateVolumeArgs { name, size, data_center_id, volume_type } = args;
        let new = volumes::Create {
            name,
            size_gb: size,
            data_center_id: data_center_id.0.to_string(),
            tier: volume_type.map(|tier| tier.0),
        };
        Ok(Reply::of(&cx.client.volumes().create(&new).await?))
    }
}

struct UpdateNetworkVolume;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct UpdateVolumeArgs {
    /// From list-network-volumes.
    network_volume_id: IdArg,
    /// New name.
    #[schemars(length(min = 1))]
    name: Option<String>,
    /// New size in GB, larger than now; raises the bill.
    #[schemars(range(min = 10, max = 4096))]
    size: Option<u32>,
}

impl ToolDef for UpdateNetworkVolume {
    type Args = UpdateVolumeArgs;
    const CARD: Card = Card {
        name: "update-network-volume",
        title: "Update network volume",
        about: "Renames a network volume or grows it.",
        effect: Effect::Spends,
        idempotent: true,
        covers: &["updateNetworkVolume"],
        ids_from: Some("list-network-volumes"),
    };

    /// A new name costs nothing.
    fn effect(args: &UpdateVolumeArgs) -> Effect {
        if args.size.is_some() { Effect::Spends } else { Effect::Writes }
    }

    async fn call(cx: &Cx, args: UpdateVolumeArgs) -> Outcome {
        let UpdateVolumeArgs { network_volume_id, name, size } = args;
        let change = volumes::Update { name, size_gb: size };
        Ok(Reply::of(&cx.client.volumes().update(&network_volume_id.0, &change).await?))
    }
}

struct DeleteNetworkVolume;

impl ToolDef for DeleteNetworkVolume {
    type Args = VolumeArgs;
    const CARD: Card = Card {
        name: "delete-network-volume",
        title: "Delete network volume",
        about: "Deletes a network volume and all data on it for good.",
        effect: Effect::Destroys,
        idempotent: true,
        covers: &["deleteNetworkVolume"],
        ids_from: Some("list-network-volumes"),
    };

    async fn call(cx: &Cx, args: VolumeArgs) -> Outcome {
        let id = args.network_volume_id.0;
        Reply::deleted(&id, cx.client.volumes().delete(&id).await)
    }
}
