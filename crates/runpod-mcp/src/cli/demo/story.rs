//! What happens in the demo.

use std::io::Write;
use std::time::Duration;

use anyhow::{Context, ensure};
use runpod_sim::Clock;
use serde_json::{Value, json};

use super::SPEED;
use super::assistant::Assistant;
use super::voice::{Voice, dollars, text};

/// What is rented and deployed: the examples that people know from Runpod's own server.
const GPU: &str = "NVIDIA GeForce RTX 4090";
const IMAGE: &str = "runpod/pytorch:2.1.0-py3.10-cuda11.8.0-devel-ubuntu22.04";
const POOL: &str = "AMPERE_80";
const WORKER: &str = "runpod/test-output:0.0.1";

/// For how long to wait with one call, and with several of them, in the sandbox's time.
const WAIT_MS: u64 = 300_000;
const PATIENCE: Duration = Duration::from_secs(1800);

/// Tells it from beginning to end.
///
/// # Errors
/// At the first step that does not do what it should.
pub(super) async fn tell<W: Write>(
    voice: &mut Voice<W>,
    assistant: &Assistant,
    clock: &Clock,
) -> anyhow::Result<()> {
    voice.tell(&format!(
        "A Runpod in memory, {SPEED} times as fast as the real one. Nothing is rented, no key is used.\n\
         An MCP client talks to this server over a pipe, as an assistant would."
    ))?;
    voice.step("tools/list", "What can it do?")?;
    voice.say(&format!("{} tools", assistant.tools().await?))?;
    look_at_gpus(voice, assistant).await?;
    let pod = rent(voice, assistant).await?;
    wait_until_it_runs(voice, assistant, &pod).await?;
    let endpoint = deploy(voice, assistant).await?;
    run_a_job(voice, assistant, clock, &endpoint).await?;
    show_the_bill(voice, assistant, clock).await?;
    clean_up(voice, assistant, &pod, &endpoint).await?;
    voice.tell(
        "\nDone: everything above was a tool call through MCP. Next: runpod-mcp --help, or\n\
         claude mcp add runpod -- runpod-mcp serve --sandbox",
    )?;
    Ok(())
}

async fn look_at_gpus<W: Write>(voice: &mut Voice<W>, assistant: &Assistant) -> anyhow::Result<()> {
    voice.step("list-gpu-types", "Which GPUs are there, at what price per hour, and how many are left?")?;
    let listed = assistant.call("list-gpu-types", json!({"limit": 100})).await?;
    let gpus = listed.get("items").and_then(Value::as_array).context("list-gpu-types: no items")?;
    let ours = gpus.iter().filter(|gpu| text(gpu, "/id") == GPU);
    let others = gpus.iter().filter(|gpu| text(gpu, "/id") != GPU).step_by(4);
    let shown: Vec<_> = ours.chain(others.take(5)).collect();
    let width = shown.iter().map(|gpu| text(gpu, "/id").len()).max().unwrap_or_default();
    for gpu in shown {
        let (id, memory) = (text(gpu, "/id"), text(gpu, "/memory"));
        let (price, stock) = (dollars(gpu, "/price/secure"), text(gpu, "/availability"));
        voice.say(&format!("{id:<width$} {memory:>4} GB  {price:>6}  stock {stock}"))?;
    }
    voice.say(&format!("... {} in all; prices and stock are samples", gpus.len()))?;
    ensure!(gpus.iter().any(|gpu| text(gpu, "/id") == GPU), "list-gpu-types: no {GPU}");
    Ok(())
}

async fn rent<W: Write>(voice: &mut Voice<W>, assistant: &Assistant) -> anyhow::Result<String> {
    voice.step("create-pod", &format!("Rent one {GPU}"))?;
    let args = json!({"name": "demo", "imageName": IMAGE, "gpuTypeIds": [GPU], "gpuCount": 1});
    let pod = assistant.call("create-pod", args).await?;
    voice.say(&format!("Pod {} with {IMAGE}", text(&pod, "/id")))?;
    voice.say(&format!("{}, {} per hour from now on", text(&pod, "/status"), dollars(&pod, "/cost")))?;
    Ok(text(&pod, "/id"))
}

async fn wait_until_it_runs<W: Write>(
    voice: &mut Voice<W>,
    assistant: &Assistant,
    id: &str,
) -> anyhow::Result<()> {
    voice.step("get-pod", "Wait until it runs and can be reached")?;
    let mut waited = 0.0;
    loop {
        let pod = assistant.call("get-pod", json!({"podId": id, "wait": WAIT_MS})).await?;
        waited += pod.pointer("/wait/waitedMs").and_then(Value::as_f64).unwrap_or_default() / 1e3;
        let status = text(&pod, "/status");
        if pod.pointer("/wait/done") == Some(&Value::Bool(true)) {
            voice.say(&format!("{status} after {waited:.0} s"))?;
            voice.say(&text(&pod, "/connect/ssh"))?;
            return Ok(());
        }
        // A wait that ends early without being done has seen why there is nothing to wait for.
        let goes_on = pod.pointer("/wait/ended").is_some() && waited < PATIENCE.as_secs_f64();
        ensure!(goes_on, "get-pod: {status} after {waited:.0} s: {}", text(&pod, "/_notes/0"));
    }
}

async fn deploy<W: Write>(voice: &mut Voice<W>, assistant: &Assistant) -> anyhow::Result<String> {
    voice.step("create-endpoint", &format!("Deploy {WORKER} on {POOL}, 0 to 3 workers"))?;
    let args = json!({"name": "demo", "imageName": WORKER, "gpuPoolIds": [POOL], "workersMin": 0,
        "workersMax": 3});
    let endpoint = assistant.call("create-endpoint", args).await?;
    voice.say(&format!(
        "Endpoint {}: no worker runs, so nothing is billed until a job comes",
        text(&endpoint, "/id")
    ))?;
    Ok(text(&endpoint, "/id"))
}

/// The first job of an endpoint: it waits for a worker to start.
async fn run_a_job<W: Write>(
    voice: &mut Voice<W>,
    assistant: &Assistant,
    clock: &Clock,
    endpoint: &str,
) -> anyhow::Result<()> {
    voice.step("run-endpoint", "Send it a job")?;
    let args = json!({"endpointId": endpoint, "input": {"prompt": "Hello, Runpod"}});
    let job = assistant.call("run-endpoint", args).await?;
    let id = text(&job, "/id");
    voice.say(&format!("Job {id}: {}", text(&job, "/status")))?;
    let args = json!({"endpointId": endpoint, "jobId": id});
    let queued = assistant.call("get-job-status", args).await?;
    voice.step("get-job-status", "Why does it wait? And then one call that waits for its end")?;
    if queued.get("cause").is_some() {
        voice.say(&format!("It waits: {}", text(&queued, "/cause").replace('_', " ")))?;
    }
    let done = wait_for_the_job(assistant, clock, (endpoint, &id)).await?;
    let seconds = |pointer: &str| done.pointer(pointer).and_then(Value::as_f64).unwrap_or_default() / 1e3;
    voice.say(&format!(
        "{} after {:.0} s for a worker to start and {:.1} s of work: {}",
        text(&done, "/status"),
        seconds("/delayTime"),
        seconds("/executionTime"),
        text(&done, "/output"),
    ))?;
    ensure!(
        text(&done, "/status") == "COMPLETED",
        "get-job-status: the job ended as {}",
        text(&done, "/status")
    );
    Ok(())
}

async fn wait_for_the_job(
    assistant: &Assistant,
    clock: &Clock,
    (endpoint, id): (&str, &str),
) -> anyhow::Result<Value> {
    let begin = clock.now();
    loop {
        let args = json!({"endpointId": endpoint, "jobId": id, "wait": 300_000});
        let job = assistant.call("get-job-status", args).await?;
        let waited = (clock.now() - begin).to_std().unwrap_or_default();
        if job.get("pollingTimedOut").is_none() {
            return Ok(job);
        }
        ensure!(
            waited < PATIENCE,
            "get-job-status: still {} after {} s",
            text(&job, "/status"),
            waited.as_secs()
        );
    }
}

async fn show_the_bill<W: Write>(
    voice: &mut Voice<W>,
    assistant: &Assistant,
    clock: &Clock,
) -> anyhow::Result<()> {
    voice.step("get-billing", "An hour later (the sandbox's clock is set forward): what did it cost?")?;
    clock.advance(Duration::from_secs(3600));
    let bill = assistant.call("get-billing", json!({"bucketSize": "hour"})).await?;
    let totals =
        bill.pointer("/metadata/totals").and_then(Value::as_object).context("get-billing: no totals")?;
    let parts = totals.iter().filter(|(_, amount)| amount.as_f64().is_some_and(|usd| usd >= 0.005));
    for (part, amount) in parts {
        voice.say(&format!("{:<22} {:>6}", words(part), dollars(amount, "")))?;
    }
    let total = bill.pointer("/metadata/totals/totalAmount").and_then(Value::as_f64);
    ensure!(total.is_some_and(|usd| usd > 0.0), "get-billing: a Pod ran for an hour and nothing was billed");
    Ok(())
}

/// `podGpuAmount` is "pod gpu".
fn words(name: &str) -> String {
    let mut words = String::new();
    for c in name.trim_end_matches("Amount").chars() {
        if c.is_ascii_uppercase() {
            words.push(' ');
        }
        words.push(c.to_ascii_lowercase());
    }
    words
}

async fn clean_up<W: Write>(
    voice: &mut Voice<W>,
    assistant: &Assistant,
    pod: &str,
    endpoint: &str,
) -> anyhow::Result<()> {
    voice.step("delete-endpoint", "Away with it")?;
    assistant.call("delete-endpoint", json!({"endpointId": endpoint})).await?;
    voice.say("gone, with its workers and jobs")?;
    voice.step("delete-pod", "And the Pod")?;
    assistant.call("delete-pod", json!({"podId": pod})).await?;
    voice.say("gone, with its disk")?;
    voice.step("list-pods", "Is anything left that costs money?")?;
    for (tool, what) in [("list-pods", "Pods"), ("list-endpoints", "endpoints")] {
        let left = assistant.call(tool, json!({})).await?;
        let left = left.get("items").and_then(Value::as_array).map_or(0, Vec::len);
        ensure!(left == 0, "{tool}: {left} {what} left");
        voice.say(&format!("no {what}"))?;
    }
    Ok(())
}
