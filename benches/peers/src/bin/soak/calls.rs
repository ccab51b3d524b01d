//! Which tools are called with what: mostly what works, some of what does not.

use std::sync::Arc;

use anyhow::Context;
use fastrand::Rng;
use serde_json::{Value, json};

use crate::stdio::Session;

/// What is in the account. Clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct Known(Arc<Ids>);

#[derive(Debug)]
struct Ids {
    pods: Vec<String>,
    endpoints: Vec<String>,
    templates: Vec<String>,
    volumes: Vec<String>,
}

impl Known {
    /// Looks for it.
    pub(crate) async fn ask(session: &mut Session) -> anyhow::Result<Self> {
        let mut ids = async |tool: &str| {
            let reply = session.call(tool).await?;
            let items = reply.get("items").and_then(Value::as_array).context("a list without items")?;
            let id = |item: &Value| Some(item.get("id")?.as_str()?.to_owned());
            anyhow::Ok(items.iter().filter_map(id).collect::<Vec<_>>())
        };
        Ok(Self(Arc::new(Ids {
            pods: ids("list-pods").await?,
            endpoints: ids("list-endpoints").await?,
            templates: ids("list-templates").await?,
            volumes: ids("list-network-volumes").await?,
        })))
    }

    /// The next call: a tool and its arguments.
    pub(crate) fn next(&self, dice: &mut Rng) -> (&'static str, Value) {
        match dice.u32(0..10) {
            0..6 => self.look(dice),
            6..9 => self.act(dice),
            _ => nonsense(dice),
        }
    }

    /// A call that only reads, and takes no time.
    pub(crate) fn look(&self, dice: &mut Rng) -> (&'static str, Value) {
        let Ids { pods, endpoints, templates, volumes } = &*self.0;
        match dice.u32(0..17) {
            0 => ("list-pods", json!({"limit": dice.u32(1..50)})),
            1 => ("get-pod", json!({"podId": one(dice, pods)})),
            2 => ("list-endpoints", json!({"includeWorkers": dice.bool()})),
            3 => ("get-endpoint", json!({"endpointId": one(dice, endpoints)})),
            4 => ("list-endpoint-workers", json!({"endpointId": one(dice, endpoints)})),
            5 => ("list-templates", json!({})),
            6 => ("get-template", json!({"templateId": one(dice, templates)})),
            7 => ("list-network-volumes", json!({})),
            8 => ("get-network-volume", json!({"networkVolumeId": one(dice, volumes)})),
            9 => ("list-gpu-types", json!({"gpuCount": dice.u32(1..8)})),
            10 => ("list-data-centers", json!({})),
            11 => ("get-capacity", json!({"limit": 5})),
            12 => ("get-billing", json!({"scope": "pods", "lastN": dice.u32(1..30)})),
            13 => ("list-hub-repos", json!({})),
            14 => ("list-public-endpoints", json!({})),
            15 => ("endpoint-health", json!({"endpointId": one(dice, endpoints)})),
            _ => ("list-secrets", json!({})),
        }
    }

    /// A call that changes something, or waits for something.
    fn act(&self, dice: &mut Rng) -> (&'static str, Value) {
        let Ids { pods, endpoints, .. } = &*self.0;
        let name = format!("soak-{}", dice.u32(0..1000));
        match dice.u32(0..12) {
            0 => ("create-pod", json!({"name": name, "imageName": "a/b:1", "gpuTypeIds": ["NVIDIA L4"]})),
            1 => ("stop-pod", json!({"podId": one(dice, pods)})),
            2 => ("start-pod", json!({"podId": one(dice, pods)})),
            3 => ("update-pod", json!({"podId": one(dice, pods), "name": name})),
            4 => ("create-template", json!({"name": name, "imageName": "a/b:1"})),
            5 => ("run-endpoint", json!({"endpointId": one(dice, endpoints), "input": {"n": dice.u32(..)}})),
            6 => {
                let input = json!({"sandbox": {"chunks": dice.u32(0..4)}});
                (
                    "runsync-endpoint",
                    json!({"endpointId": one(dice, endpoints), "input": input, "wait": 1000}),
                )
            }
            7 => ("purge-endpoint-queue", json!({"endpointId": one(dice, endpoints)})),
            8 => ("create-secret", json!({"name": format!("S{}", dice.u32(0..1000)), "value": name})),
            9 => ("get-pod", json!({"podId": one(dice, pods), "wait": dice.u32(500..3000)})),
            _ => {
                let wait = dice.u32(500..2500);
                (
                    "stream-pod-logs",
                    json!({"podId": one(dice, pods), "tail": dice.u32(0..500), "maxWaitMs": wait}),
                )
            }
        }
    }
}

fn nonsense(dice: &mut Rng) -> (&'static str, Value) {
    match dice.u32(0..4) {
        0 => ("get-pod", json!({"podId": "nobody"})),
        1 => ("list-pods", json!({"limit": "many"})),
        2 => ("create-pod", json!({"name": "x".repeat(dice.usize(0..100_000))})),
        _ => ("no-such-tool", json!({})),
    }
}

fn one<'a>(dice: &mut Rng, ids: &'a [String]) -> &'a str {
    dice.choice(ids).map_or("nobody", String::as_str)
}
