//! A large account: hundreds of Pods, tens of endpoints, a month of bills.

use serde_json::json;

use super::diary::Diary;
use crate::clock::Time;
use crate::ids::fate;
use crate::world::World;
use crate::world::endpoints::builds::End;
use crate::world::pods::Action;

const PODS: i64 = 300;
const ENDPOINTS: i64 = 40;
const HOUR: i64 = 60;

const CARDS: &[&str] = &[
    "NVIDIA GeForce RTX 4090",
    "NVIDIA L4",
    "NVIDIA A40",
    "NVIDIA RTX A5000",
    "NVIDIA L40S",
    "NVIDIA A100 80GB PCIe",
    "NVIDIA H100 80GB HBM3",
];

const POOLS: &[&str] = &["AMPERE_16", "AMPERE_24", "ADA_24", "AMPERE_48", "ADA_48_PRO", "AMPERE_80"];

pub(super) fn live(world: &mut World, now: Time) {
    let mut diary = Diary::open(world, now);
    // Pods first: every later entry would look after all endpoints.
    for n in 0..PODS {
        pod(&mut diary, n);
    }
    for n in 0..ENDPOINTS {
        endpoint(&mut diary, n);
    }
    diary.close(25_000.0);
}

/// The newest came three hours ago, the oldest thirty days before.
fn endpoint(diary: &mut Diary<'_>, n: i64) {
    let luck = fate(7, &["endpoint", &n.to_string()]);
    let pool = pick(POOLS, luck);
    let id = diary.ago(HOUR * (3 + (ENDPOINTS - n) * 18)).endpoint(json!({
        "name": format!("service-{n:02}"), "type": "QUEUE", "image": format!("acme/service:{n}"),
        "gpu": { "pools": [pool], "count": 1 }, "scaling": { "type": "QUEUE_DELAY", "queueDelay": 4 },
        "workers": { "min": u32::from(luck.is_multiple_of(8)), "max": 3, "idleTimeout": 10 }
    }));
    if luck.is_multiple_of(5) {
        diary.ago(2 * HOUR).employ(&id, 2);
    }
    if luck.is_multiple_of(10) {
        let commit = format!("{luck:016x}");
        diary.ago(HOUR).push(&id, (&commit, "Try another kernel"), End::Cancelled);
        let error = "health check did not answer within 60 s".to_owned();
        diary.ago(HOUR / 2).push(&id, (&commit, "Try another kernel again"), End::TestFailed { error });
    }
}

/// One every two hours, the last one two hours ago. A quarter has been stopped, some cannot start.
fn pod(diary: &mut Diary<'_>, n: i64) {
    let luck = fate(7, &["pod", &n.to_string()]);
    let age = HOUR * 2 * (PODS - n);
    let tag = if luck % 20 == 1 { "does-not-exist" } else { "stable" };
    let id = diary.ago(age).pod(json!({
        "name": format!("job-{n:03}"), "image": format!("acme/job:{tag}"), "ports": ["8888/http", "22/tcp"],
        "gpu": { "id": pick(CARDS, luck), "count": 1 + (luck >> 8) % 2 },
        "env": { "JOB": n.to_string(), "QUEUE": "nightly" },
        "mounts": { "persistent": { "size": 20 + luck % 80, "path": "/workspace" } }
    }));
    if luck.is_multiple_of(4) {
        diary.ago(age / 2).act(&id, Action::Stop);
    }
}

fn pick(from: &[&'static str], luck: u64) -> &'static str {
    let place = usize::try_from(luck >> 16).unwrap_or_default().checked_rem(from.len()).unwrap_or_default();
    from.get(place).copied().unwrap_or_default()
}
