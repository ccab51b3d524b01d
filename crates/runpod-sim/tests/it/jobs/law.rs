//! Laws of jobs: they hold whatever is asked, cancelled, purged and broken, and however the clock is moved.

use std::collections::BTreeMap;

use http::Method;
use proptest::prelude::*;
use runpod_sim::contract;
use runpod_sim::{Action, Seed};
use serde_json::{Value, json};

use super::{BOOT, Queue, queue};
use crate::desk::desk;
use crate::logs::read;

/// Something that happens to an endpoint.
#[derive(Clone, Debug)]
enum Event {
    Run { seconds: u8, fails: bool, low: bool },
    Cancel(usize),
    Retry(usize),
    Purge,
    Crash(bool),
    Pass(u16),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (0..90_u8, any::<bool>(), prop::bool::weighted(0.2)).prop_map(|(seconds, fails, low)| Event::Run { seconds, fails, low }),
        1 => (0..8_usize).prop_map(Event::Cancel),
        1 => (0..8_usize).prop_map(Event::Retry),
        1 => Just(Event::Purge),
        1 => any::<bool>().prop_map(Event::Crash),
        6 => (0..120_u16).prop_map(Event::Pass),
    ]
}

/// What was said about every job, each time somebody asked.
#[derive(Debug, Default)]
struct Told {
    ids: Vec<String>,
    /// Statuses by job, without repetitions; `gone` once it is not found.
    statuses: BTreeMap<String, Vec<String>>,
    retried: Vec<String>,
}

impl Told {
    async fn ask(&mut self, queue: &Queue) {
        for id in &self.ids {
            let said = queue.desk.get(&queue.at(&format!("status/{id}"))).await;
            let status = match said.status.as_u16() {
                404 => "gone".to_owned(),
                _ => said.expect(200)["status"].as_str().unwrap().to_owned(),
            };
            let told = self.statuses.entry(id.clone()).or_default();
            if told.last() != Some(&status) {
                told.push(status);
            }
        }
    }
}

/// Lets everything happen; the clock is moved `step` seconds at a time.
async fn live(queue: &Queue, events: &[Event], (step, watch): (u64, bool)) -> Told {
    let mut told = Told::default();
    for event in events {
        let nth = |n: &usize| told.ids.get(*n).cloned().unwrap_or_else(|| "nobody".to_owned());
        match event {
            Event::Run { seconds, fails, low } => {
                let mut wish = json!({ "seconds": seconds });
                if *fails {
                    wish["fail"] = json!("scripted");
                }
                let id = queue
                    .ask(json!({ "input": { "sandbox": wish }, "policy": { "lowPriority": low } }))
                    .await;
                told.ids.push(id);
            }
            Event::Cancel(n) => {
                drop(queue.desk.send(Method::POST, &queue.at(&format!("cancel/{}", nth(n))), None).await)
            }
            Event::Retry(n) => {
                let id = nth(n);
                let said = queue.desk.send(Method::POST, &queue.at(&format!("retry/{id}")), None).await;
                if said.status == 200 {
                    told.retried.push(id);
                }
            }
            Event::Purge => drop(queue.call("purge-queue").await),
            Event::Crash(true) => queue.trouble(Action::CrashLoop { endpoint: "e".into() }),
            Event::Crash(false) => queue.trouble(Action::Heal { endpoint: "e".into() }),
            Event::Pass(seconds) => {
                let mut left = u64::from(*seconds);
                while left > 0 {
                    queue.pass(step.min(left));
                    left -= step.min(left);
                    queue.health().await;
                }
            }
        }
        // What changed the world takes effect with the next request; let it be at the same instant in every run.
        queue.health().await;
        if watch {
            told.ask(queue).await;
        }
    }
    told
}

async fn endpoint() -> Queue {
    queue(json!({ "flashboot": "FLASHBOOT", "workers": { "min": 0, "max": 2, "idleTimeout": 7 } })).await
}

/// All that anybody can see of an endpoint.
async fn seen(queue: &Queue, told: &Told) -> Vec<String> {
    let mut paths: Vec<_> = told.ids.iter().map(|id| queue.at(&format!("status/{id}"))).collect();
    paths.push(queue.at("health"));
    paths.push(format!("/v2/serverless/{}/workers", queue.id));
    paths.push("/v2/billing".to_owned());
    let mut all = Vec::new();
    for path in paths {
        all.push(queue.desk.get(&path).await.text);
    }
    all
}

fn run<T>(story: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(story)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_job_goes_forward_only_and_ends_once(events in prop::collection::vec(event(), 1..30)) {
        run(async {
            let queue = endpoint().await;
            let told = live(&queue, &events, (7, true)).await;
            for (id, statuses) in &told.statuses {
                let ends = ["COMPLETED", "FAILED", "CANCELLED", "TIMED_OUT"];
                let ended = statuses.iter().filter(|status| ends.contains(&status.as_str())).count();
                let again = told.retried.iter().filter(|retried| *retried == id).count();
                assert!(ended <= 1 + again, "{id} ended more than once: {statuses:?}");
                let gone = statuses.iter().position(|status| status == "gone");
                assert!(gone.is_none_or(|place| place + 1 == statuses.len()), "{id} came back: {statuses:?}");
                for pair in statuses.windows(2).filter(|pair| ends.contains(&pair[0].as_str())) {
                    assert!(pair[1] == "gone" || again > 0, "{id} went on after its end: {statuses:?}");
                }
            }
            let health = queue.health().await["jobs"].clone();
            let busy = health["inProgress"].as_u64().unwrap();
            assert!(busy <= 2, "more jobs at work than workers: {health}");
        });
    }

    #[test]
    fn the_same_events_give_the_same_answers_however_the_clock_is_moved(
        events in prop::collection::vec(event(), 1..25),
        step in 1..50_u64,
    ) {
        run(async {
            let (one, other) = (endpoint().await, endpoint().await);
            let first = live(&one, &events, (1000, false)).await;
            let second = live(&other, &events, (step, false)).await;
            assert_eq!(first.ids, second.ids);
            assert_eq!(seen(&one, &first).await, seen(&other, &second).await);
        });
    }
}

#[tokio::test]
async fn a_worker_is_paid_for_its_jobs_and_for_the_time_it_waited_for_more() {
    let queue = queue(json!({ "workers": { "min": 0, "idleTimeout": 30 }, "disk": 10 })).await;
    for _ in 0..3 {
        queue.run(json!({ "sandbox": { "seconds": 100 } })).await;
    }
    // One worker is up after the other two jobs were late, so that each has its own.
    queue.pass(3600);
    assert_eq!(queue.health().await["jobs"]["completed"], 3);
    assert_eq!(queue.workers().await["total"], 0);
    let spent =
        queue.desk.get("/v2/billing/serverless").await.expect(200)["metadata"]["totals"]["totalAmount"]
            .as_f64()
            .unwrap();
    let hourly = 2.736 + 10.0 * 0.10 / 730.0;
    let seconds = spent / hourly * 3600.0;
    assert!((seconds - 3.0 * 130.0).abs() < 0.01, "{seconds}");
}

#[tokio::test]
async fn every_operation_of_the_runtime_succeeds_somewhere() {
    for operation in contract::serverless().operations() {
        let queue = queue(json!({ "workers": { "min": 1 } })).await;
        queue.pass(BOOT);
        let job = queue.run(json!({ "sandbox": { "fail": "scripted" } })).await;
        queue.pass(1);
        let path = operation.path().replace("{endpointId}", &queue.id).replace("{jobId}", &job);
        let body = operation.body().map(|_| json!({ "input": {} }));
        let path = format!("/serverless/v2{path}");
        let asked = queue.desk.send(operation.method().clone(), &path, body);
        let waited = async {
            tokio::task::yield_now().await;
            queue.pass(1);
        };
        let (said, ()) = tokio::join!(asked, waited);
        assert_eq!(said.status, 200, "{}: {}", operation.id(), said.text);
    }
}

#[tokio::test]
async fn every_operation_of_the_runtime_refuses_strangers_and_knows_no_other_endpoint() {
    let desk = desk(Seed::Demo);
    for operation in contract::serverless().operations() {
        let path = operation.path().replace("{endpointId}", "nobody").replace("{jobId}", "nothing");
        let (path, body) =
            (format!("/serverless/v2{path}"), operation.body().map(|_| json!({ "input": {} })));
        let stranger =
            desk.with_key("rpa_STRANGER").send(operation.method().clone(), &path, body.clone()).await;
        stranger.refused(401);
        desk.send(operation.method().clone(), &path, body).await.refused(404);
    }
}

/// What a worker printed, read as anybody reads it.
async fn printed(queue: &Queue, seconds: u64) -> Vec<Value> {
    let workers = queue.desk.get(&format!("/v2/serverless/{}/workers", queue.id)).await.expect(200);
    let worker = workers["workers"][0]["id"].as_str().unwrap().to_owned();
    queue.pass(seconds);
    let path = format!("/v2/serverless/{}/workers/{worker}/logs", queue.id);
    read(&queue.desk, &path, None).await.into_iter().map(|(_, data)| data).collect()
}

#[tokio::test]
async fn a_worker_prints_what_it_does_with_a_job() {
    let queue = queue(json!({ "workers": { "min": 1 } })).await;
    queue.pass(BOOT);
    let job = queue.run(json!({ "sandbox": { "seconds": 3, "fail": "no weights" } })).await;
    let early = printed(&queue, 1).await;
    let late = printed(&queue, 5).await;
    let has =
        |lines: &[Value], text: &str| lines.iter().any(|line| line["line"].as_str().unwrap().contains(text));
    assert!(has(&early, "Started.") && has(&early, &job) && !has(&early, "no weights"), "{early:?}");
    assert!(has(&late, "no weights") && has(&late, "Finished."), "{late:?}");
}

#[tokio::test]
async fn a_crash_loop_is_told_by_the_log_and_by_nothing_else() {
    let queue = queue(json!({ "workers": { "min": 1 } })).await;
    queue.trouble(Action::CrashLoop { endpoint: "e".into() });
    // The trouble begins with the next request.
    queue.health().await;
    queue.pass(BOOT);
    for _ in 0..120 {
        queue.pass(1);
        // Twice at the same instant: looking changes nothing.
        queue.health().await;
        queue.health().await;
    }
    let lines = printed(&queue, 0).await;
    let count =
        |text: &str| lines.iter().filter(|line| line["line"].as_str().unwrap().contains(text)).count();
    assert!(count("ModuleNotFoundError") >= 4 && count("exited with code 1") >= 3, "{lines:?}");
    assert_eq!(count("begin"), count("Traceback"), "{lines:?}");
    let boot = lines.iter().position(|line| line["line"].as_str().unwrap().contains("begin")).unwrap();
    let began: Vec<_> =
        lines[boot..].iter().filter(|line| line["line"].as_str().unwrap().contains("begin")).collect();
    assert!(began.windows(2).all(|pair| pair[0]["ts"] != pair[1]["ts"]), "{began:?}");
    assert_eq!(queue.workers().await["unhealthy"], 0);
}
