//! What goes wrong on the side of Runpod: another mixture of faults every second or two.

use std::time::{Duration, Instant};

use fastrand::Rng;
use serde_json::{Value, json};

/// How often the sandbox forgets what was done in it, so that its account does not grow without an end.
const ANEW: u32 = 30;

/// So many answers at the beginning are larger than is read.
const AT_FIRST: u32 = 12;

/// Changes the weather until the end, then clears it.
pub(crate) async fn change(sandbox: String, mut dice: Rng, until: Instant) -> anyhow::Result<()> {
    let client = reqwest::Client::new();
    let told = async |path: &str, body: Value| {
        let url = format!("{sandbox}/__sandbox/{path}");
        client.post(url).body(body.to_string()).send().await?.error_for_status()?;
        anyhow::Ok(())
    };
    // Memory that was needed once is kept: what the largest answers need is needed first, so that it does not look like growth.
    let action = json!({"kind": "huge", "bytes": 40_000_000});
    told("faults", json!([{"match": {"times": AT_FIRST}, "action": action}])).await?;
    tokio::time::sleep(Duration::from_secs(10)).await;
    for round in 1.. {
        if Instant::now() >= until {
            break;
        }
        if round % ANEW == 0 {
            told("reset", json!({})).await?;
        }
        let faults: Value = (0..dice.u32(0..4)).map(|_| fault(&mut dice)).collect();
        told("faults", faults).await?;
        tokio::time::sleep(Duration::from_millis(dice.u64(500..2000))).await;
    }
    told("faults", json!([])).await
}

fn fault(dice: &mut Rng) -> Value {
    let paths = ["/v2/pods*", "/v2/serverless*", "/v2/*", "/serverless/*", "*"];
    let path = paths.get(dice.usize(..paths.len())).copied().unwrap_or("*");
    let (action, times) = action(dice);
    json!({"match": {"path": path, "nth": dice.u32(1..5), "times": times}, "action": action})
}

/// What happens, and how often at most.
fn action(dice: &mut Rng) -> (Value, u32) {
    let status = |status: u16| json!({"kind": "status", "status": status});
    let often = dice.u32(1..6);
    match dice.u32(0..40) {
        0..4 => (status(500), often),
        4..8 => (status(503), often),
        8..11 => (status(404), often),
        11..13 => (status(422), often),
        13..17 => (json!({"kind": "status", "status": 429, "headers": {"retry-after": "1"}}), often),
        17..20 => (json!({"kind": "html"}), often),
        20..23 => (json!({"kind": "cut"}), often),
        23..26 => (json!({"kind": "cut-body"}), often),
        26..28 => (json!({"kind": "truncated"}), often),
        28..30 => (json!({"kind": "wrong-shape"}), often),
        30..32 => (json!({"kind": "empty"}), often),
        32..34 => (json!({"kind": "redirect", "to": "http://127.0.0.1:9/elsewhere"}), often),
        34..38 => (json!({"kind": "slow", "by": format!("{}ms", dice.u32(50..2000))}), often),
        // Each of these takes a request timeout, or megabytes.
        38 => (json!({"kind": "silent"}), 1),
        _ => (json!({"kind": "huge", "bytes": 40_000_000}), 1),
    }
}
