//! Jobs on the Serverless runtime: what is asked for, what workers make of it, and what goes wrong on the way.

mod balancer;
mod holds;
mod law;

use runpod_sim::{Action, Match, Pace, Seed, Settings};
use serde_json::{Value, json};

use crate::desk::{Desk, desk, desk_with};

/// Longer than any worker takes to come up.
const BOOT: u64 = 90;

/// An endpoint with a queue, and the way to it.
pub(crate) struct Queue {
    pub(crate) desk: Desk,
    pub(crate) id: String,
}

pub(crate) async fn queue(changes: Value) -> Queue {
    let desk = desk(Seed::Empty);
    let mut body = json!({
        "name": "e", "type": "QUEUE", "image": "me/worker:1", "gpu": { "pools": ["AMPERE_80"] },
        "scaling": { "type": "QUEUE_DELAY", "queueDelay": 4 }, "workers": { "min": 0, "max": 3 },
        "dataCenterIds": ["EU-RO-1"],
    });
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    let made = desk.post("/v2/serverless", body).await.expect(201);
    Queue { id: made["id"].as_str().unwrap().to_owned(), desk }
}

impl Queue {
    /// The path of an operation of the runtime.
    pub(crate) fn at(&self, what: &str) -> String {
        format!("/serverless/v2/{}/{what}", self.id)
    }

    /// Asks for a job; answers its id.
    pub(crate) async fn run(&self, input: Value) -> String {
        self.ask(json!({ "input": input })).await
    }

    pub(crate) async fn ask(&self, body: Value) -> String {
        let said = self.desk.post(&self.at("run"), body).await.expect(200);
        assert_eq!(said["status"], "IN_QUEUE");
        said["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn status(&self, job: &str) -> Value {
        self.desk.get(&self.at(&format!("status/{job}"))).await.expect(200)
    }

    async fn call(&self, what: &str) -> Value {
        self.desk.send(http::Method::POST, &self.at(what), None).await.expect(200)
    }

    async fn health(&self) -> Value {
        self.desk.get(&self.at("health")).await.expect(200)
    }

    async fn workers(&self) -> Value {
        self.desk.get(&format!("/v2/serverless/{}/workers", self.id)).await.expect(200)["summary"].clone()
    }

    fn trouble(&self, action: Action) {
        self.desk.twin.faults().add(Match::any().then(action));
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.desk.pass(seconds);
    }
}

#[tokio::test]
async fn a_job_waits_for_a_cold_start_and_is_done() {
    let queue = queue(json!({ "image": "me/sum:1" })).await;
    let job = queue.run(json!({ "numbers": [1, 2, 3.5] })).await;
    assert_eq!(queue.status(&job).await, json!({ "id": job, "status": "IN_QUEUE" }));
    assert_eq!(queue.workers().await["initializing"], 1);
    queue.pass(BOOT);
    let done = queue.status(&job).await;
    assert_eq!((&done["status"], &done["output"]), (&json!("COMPLETED"), &json!({ "sum": 6.5, "count": 3 })));
    assert_eq!(done["executionTime"], 20);
    let delay = done["delayTime"].as_u64().unwrap();
    assert!((20_000..60_000).contains(&delay), "{delay}");
    assert_eq!(done["workerId"].as_str().unwrap().len(), 14);
    let health = queue.health().await;
    assert_eq!(health["jobs"]["completed"], 1);
}

#[tokio::test]
async fn a_warm_worker_takes_a_job_at_once() {
    let queue = queue(json!({ "workers": { "min": 1 } })).await;
    queue.pass(BOOT);
    let job = queue.run(json!({ "hello": "world" })).await;
    assert_eq!(queue.status(&job).await["status"], "IN_PROGRESS");
    assert_eq!(queue.health().await["workers"], json!({ "idle": 0, "running": 1 }));
    queue.pass(1);
    let done = queue.status(&job).await;
    assert_eq!((&done["output"], &done["delayTime"]), (&json!({ "hello": "world" }), &json!(0)));
    assert_eq!(queue.health().await["workers"], json!({ "idle": 1, "running": 0 }));
}

#[tokio::test]
async fn a_worker_that_has_nothing_more_to_do_goes() {
    let queue = queue(json!({})).await;
    let job = queue.run(json!({})).await;
    queue.pass(BOOT);
    assert_eq!(queue.status(&job).await["status"], "COMPLETED");
    assert_eq!(queue.workers().await["total"], 0, "it was idle for longer than ten seconds");
}

#[tokio::test]
async fn jobs_that_wait_too_long_bring_more_workers_up_to_the_maximum() {
    let queue = queue(json!({ "flashboot": "PRIORITY_FLASHBOOT" })).await;
    for _ in 0..8 {
        queue.run(json!({ "sandbox": { "seconds": 120 } })).await;
    }
    assert_eq!(queue.workers().await["total"], 1, "from none to the first one there is no delay");
    queue.pass(5);
    assert_eq!(queue.workers().await["total"], 3);
    queue.pass(10);
    assert_eq!(queue.health().await["jobs"]["inProgress"], 3);
    queue.pass(3600);
    assert_eq!(queue.health().await["jobs"]["completed"], 8);
}

#[tokio::test]
async fn a_crash_loop_leaves_the_queue_as_it_is_and_looks_like_workers_that_run() {
    let queue = queue(json!({})).await;
    queue.trouble(Action::CrashLoop { endpoint: "me/*".into() });
    let job = queue.run(json!({})).await;
    queue.pass(600);
    assert_eq!(queue.status(&job).await["status"], "IN_QUEUE");
    let workers = queue.workers().await;
    assert_eq!((&workers["unhealthy"], &workers["initializing"]), (&json!(0), &json!(0)));
    assert!(workers["total"].as_u64().unwrap() >= 1, "{workers}");
    queue.trouble(Action::Heal { endpoint: "*".into() });
    queue.status(&job).await;
    queue.pass(5);
    assert_eq!(queue.status(&job).await["status"], "COMPLETED");
}

#[tokio::test]
async fn without_a_machine_workers_are_throttled_and_the_queue_grows() {
    let queue = queue(json!({})).await;
    queue.trouble(Action::Throttle { endpoint: "e".into() });
    let jobs = [queue.run(json!({})).await, queue.run(json!({})).await];
    queue.pass(600);
    let workers = queue.workers().await;
    assert_eq!((&workers["throttled"], &workers["total"]), (&json!(2), &json!(2)), "one for each job");
    assert_eq!(queue.health().await["jobs"]["inQueue"], 2);
    queue.trouble(Action::Heal { endpoint: "e".into() });
    queue.status(&jobs[0]).await;
    queue.pass(BOOT);
    for job in jobs {
        assert_eq!(queue.status(&job).await["status"], "COMPLETED");
    }
}

#[tokio::test]
async fn a_failed_job_says_why_and_can_be_tried_again() {
    let queue = queue(json!({ "workers": { "min": 1 } })).await;
    queue.pass(BOOT);
    let job = queue.run(json!({ "sandbox": { "fail": "out of memory" } })).await;
    queue.pass(1);
    let failed = queue.status(&job).await;
    assert_eq!((&failed["status"], &failed["error"]), (&json!("FAILED"), &json!("out of memory")));
    assert_eq!(queue.call(&format!("retry/{job}")).await, json!({ "id": job, "status": "IN_QUEUE" }));
    let again = queue.status(&job).await;
    assert_eq!((&again["status"], again.get("error")), (&json!("IN_PROGRESS"), None));
    queue.pass(1);
    let health = queue.health().await["jobs"].clone();
    assert_eq!((&health["failed"], &health["retried"]), (&json!(2), &json!(1)));
    let good = queue.run(json!({})).await;
    queue.pass(1);
    let refused =
        queue.desk.send(http::Method::POST, &queue.at(&format!("retry/{good}")), None).await.refused(400);
    assert!(refused.contains("COMPLETED") || refused.contains("Completed"), "{refused}");
}

#[tokio::test]
async fn a_cancelled_job_frees_its_worker() {
    let queue = queue(json!({ "workers": { "min": 1, "max": 1 } })).await;
    queue.pass(BOOT);
    let long = queue.run(json!({ "sandbox": { "seconds": 200 } })).await;
    let next = queue.run(json!({ "sandbox": { "seconds": 200 } })).await;
    assert_eq!(queue.status(&next).await["status"], "IN_QUEUE");
    queue.pass(7);
    assert_eq!(queue.call(&format!("cancel/{long}")).await, json!({ "id": long, "status": "CANCELLED" }));
    let cancelled = queue.status(&long).await;
    assert_eq!((&cancelled["status"], &cancelled["executionTime"]), (&json!("CANCELLED"), &json!(7000)));
    assert_eq!(queue.status(&next).await["status"], "IN_PROGRESS");
    assert_eq!(queue.call(&format!("cancel/{long}")).await["status"], "CANCELLED", "again changes nothing");
    queue.pass(200);
    assert_eq!(queue.status(&next).await["status"], "COMPLETED");
}

#[tokio::test]
async fn a_purge_takes_away_what_waits_and_nothing_else() {
    let queue = queue(json!({ "workers": { "min": 1, "max": 1 } })).await;
    queue.pass(BOOT);
    let running = queue.run(json!({ "sandbox": { "seconds": 20 } })).await;
    let waiting = queue.run(json!({})).await;
    assert_eq!(queue.call("purge-queue").await, json!({ "removed": 1, "status": "completed" }));
    queue.desk.get(&queue.at(&format!("status/{waiting}"))).await.refused(404);
    queue.pass(20);
    assert_eq!(queue.status(&running).await["status"], "COMPLETED");
}

#[tokio::test]
async fn a_job_that_takes_too_long_times_out() {
    let queue = queue(json!({ "workers": { "min": 1 }, "timeout": 60_000 })).await;
    queue.pass(BOOT);
    let by_endpoint = queue.run(json!({ "sandbox": { "seconds": 1000 } })).await;
    let policy =
        json!({ "input": { "sandbox": { "seconds": 1000 } }, "policy": { "executionTimeout": 5000 } });
    queue.pass(61);
    let by_policy = queue.ask(policy).await;
    queue.pass(6);
    for (job, took) in [(by_endpoint, 60_000), (by_policy, 5000)] {
        let job = queue.status(&job).await;
        assert_eq!((&job["status"], &job["executionTime"]), (&json!("TIMED_OUT"), &json!(took)));
        assert!(job.get("output").is_none());
    }
}

#[tokio::test]
async fn results_are_kept_for_a_while_and_then_gone() {
    let queue = queue(json!({ "workers": { "min": 1 } })).await;
    queue.pass(BOOT);
    let job = queue.run(json!({})).await;
    queue.pass(1790);
    queue.status(&job).await;
    queue.pass(11);
    let gone = queue.desk.get(&queue.at(&format!("status/{job}"))).await.refused(404);
    assert!(gone.contains(&job), "{gone}");

    let short = queue.run(json!({ "sandbox": { "seconds": 100 } })).await;
    let path = queue.at(&format!("status/{short}?ttl=20000"));
    assert_eq!(queue.desk.get(&path).await.expect(200)["status"], "IN_PROGRESS");
    queue.pass(21);
    queue.desk.get(&queue.at(&format!("status/{short}"))).await.refused(404);
    assert_eq!(queue.health().await["workers"]["running"], 0, "nobody works on what nobody may ask for");

    let body = json!({ "input": {}, "policy": { "ttl": 10_000, "lowPriority": true } });
    queue
        .desk
        .patch(&format!("/v2/serverless/{}", queue.id), json!({ "workers": { "min": 0 } }))
        .await
        .expect(200);
    queue.pass(60);
    let patient = queue.ask(body).await;
    queue.pass(9);
    assert_eq!(queue.status(&patient).await["status"], "IN_QUEUE");
    assert_eq!(queue.workers().await["total"], 0, "no worker is started for a job of low priority");
    queue.pass(2);
    queue.desk.get(&queue.at(&format!("status/{patient}"))).await.refused(404);
}

#[tokio::test]
async fn jobs_go_with_their_endpoint() {
    let queue = queue(json!({ "workers": { "min": 1 } })).await;
    queue.pass(BOOT);
    let job = queue.run(json!({ "sandbox": { "seconds": 100 } })).await;
    queue.desk.delete(&format!("/v2/serverless/{}", queue.id)).await.expect(204);
    queue.desk.get(&queue.at(&format!("status/{job}"))).await.refused(404);
}

#[tokio::test]
async fn what_is_no_request_for_a_job_is_refused() {
    let queue = queue(json!({})).await;
    for body in [json!({}), json!({ "input": "text" }), json!({ "input": {}, "policy": { "ttl": 5 } })] {
        queue.desk.post(&queue.at("run"), body).await.refused(400);
    }
    let body = json!({ "input": {} });
    for wait in ["0", "999", "300001", "soon"] {
        queue.desk.post(&queue.at(&format!("runsync?wait={wait}")), body.clone()).await.refused(400);
    }
    queue.desk.with_key("rpa_STRANGER").post(&queue.at("run"), body.clone()).await.refused(401);
    queue.desk.post("/serverless/v2/nobody/run", body).await.refused(404);
    queue.desk.get(&queue.at("status/nothing")).await.refused(404);
    let large = json!({ "input": { "text": "x".repeat(11 << 20) } });
    let said = queue.desk.post(&queue.at("run"), large.clone()).await.refused(400);
    assert!(said.contains("10485760"), "{said}");
    let path = queue.at("runsync?wait=1000");
    let held = queue.desk.post(&path, large);
    let waited = async {
        tokio::task::yield_now().await;
        queue.pass(1);
    };
    tokio::join!(held, waited).0.expect(200);
}

#[tokio::test]
async fn a_load_balancer_has_no_queue() {
    let change =
        json!({ "type": "LOAD_BALANCER", "scaling": { "type": "REQUEST_COUNT", "requestCount": 5 } });
    let queue = queue(change).await;
    let said = queue.desk.post(&queue.at("run"), json!({ "input": {} })).await.refused(400);
    assert!(said.contains("load balancer"), "{said}");
}

#[tokio::test]
async fn a_public_endpoint_answers_everybody_and_is_paid_by_the_call() {
    let desk = desk(Seed::Empty);
    let at = |what: &str| format!("/serverless/v2/black-forest-labs-flux-1-dev/{what}");
    let job = desk.post(&at("run"), json!({ "input": { "prompt": "a cat" } })).await.expect(200);
    desk.pass(10);
    let done = desk.get(&at(&format!("status/{}", job["id"].as_str().unwrap()))).await.expect(200);
    assert_eq!((&done["status"], &done["delayTime"]), (&json!("COMPLETED"), &json!(12)));
    let cost = done["output"]["cost"].as_f64().unwrap();
    assert!(done["output"]["image_url"].is_string(), "{done}");
    let bill = desk.get("/v2/billing/endpoints").await.expect(200)["metadata"]["totals"].clone();
    assert!((bill["totalAmount"].as_f64().unwrap() - cost).abs() < 1e-6, "{bill} {cost}");
}

#[tokio::test]
async fn a_large_output_is_whole() {
    let queue = queue(json!({ "workers": { "min": 1 } })).await;
    queue.pass(BOOT);
    let job = queue.run(json!({ "sandbox": { "rows": 3000 } })).await;
    let text = queue.run(json!({ "sandbox": { "bytes": 300_000 } })).await;
    queue.pass(5);
    let said = queue.status(&job).await;
    assert_eq!((&said["status"], said["output"].as_array().unwrap().len()), (&json!("COMPLETED"), 3000));
    assert_eq!(queue.status(&text).await["output"].as_str().unwrap().len(), 300_000);
}

#[tokio::test]
async fn a_webhook_is_written_into_the_journal_and_tried_three_times() {
    let queue = queue(json!({ "workers": { "min": 1 } })).await;
    queue.pass(BOOT);
    let hook =
        |path: &str| json!({ "input": { "a": 1 }, "webhook": format!("https://hooks.example/{path}") });
    queue.trouble(Action::SoldOut { gpu: "none".into() });
    let broken = Match::path("POST", "https://hooks.example/broken").then(Action::status(500));
    queue.desk.twin.faults().add(broken);
    let good = queue.ask(hook("good")).await;
    queue.pass(1);
    let broken = queue.ask(hook("broken")).await;
    queue.pass(1);
    let calls = || {
        let all = queue.desk.twin.journal().of("webhook");
        all.iter()
            .map(|one| (one.path.clone(), one.body.clone().unwrap()["id"].clone(), one.status))
            .collect::<Vec<_>>()
    };
    let first = ("https://hooks.example/good".to_owned(), json!(good), Some(200));
    let other = ("https://hooks.example/broken".to_owned(), json!(broken), Some(500));
    assert_eq!(calls(), [first.clone(), other.clone()]);
    queue.pass(10);
    assert_eq!(calls(), [first.clone(), other.clone(), other.clone()]);
    queue.pass(100);
    assert_eq!(calls(), [first, other.clone(), other.clone(), other]);
    let body = queue.desk.twin.journal().bodies("webhook").remove(0);
    assert_eq!(body, queue.status(&good).await, "the job as its status tells it");
}

#[tokio::test]
async fn the_third_purge_in_ten_seconds_is_refused_where_limits_are_enforced() {
    for enforce in [false, true] {
        let settings = Settings {
            seed: Seed::Demo,
            pace: Pace::Manual,
            enforce_rate_limits: enforce,
            ..Settings::default()
        };
        let desk = desk_with(settings);
        let endpoints = desk.get("/v2/serverless").await.expect(200);
        let id = endpoints["endpoints"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["type"] == "QUEUE")
            .unwrap()["id"]
            .clone();
        let path = format!("/serverless/v2/{}/purge-queue", id.as_str().unwrap());
        let mut statuses = Vec::new();
        for _ in 0..3 {
            statuses.push(desk.send(http::Method::POST, &path, None).await.status.as_u16());
        }
        desk.pass(10);
        statuses.push(desk.send(http::Method::POST, &path, None).await.status.as_u16());
        assert_eq!(statuses, [200, 200, if enforce { 429 } else { 200 }, 200]);
    }
}

#[tokio::test]
async fn what_the_sandbox_does_not_imitate_it_says() {
    let queue = queue(json!({})).await;
    let said = queue.desk.post(&queue.at("openai/v1/chat/completions"), json!({})).await.refused(404);
    assert!(said.contains("/openai/"), "{said}");
    queue.desk.get(&queue.at("bogus")).await.refused(404);
}

#[tokio::test]
async fn a_thousand_jobs_are_done_in_their_order() {
    let queue = queue(json!({ "workers": { "min": 1, "max": 1 } })).await;
    queue.pass(BOOT);
    let mut jobs = Vec::new();
    for n in 0..1000 {
        jobs.push(queue.run(json!({ "n": n, "sandbox": { "seconds": 1 } })).await);
    }
    queue.pass(500);
    assert_eq!(queue.health().await["jobs"]["completed"], 500);
    let delays = [queue.status(&jobs[10]).await, queue.status(&jobs[499]).await];
    assert_eq!(delays.map(|job| job["delayTime"].as_u64().unwrap()), [10_000, 499_000]);
    assert_eq!(queue.status(&jobs[500]).await["status"], "IN_PROGRESS");
    assert_eq!(queue.status(&jobs[501]).await["status"], "IN_QUEUE");
}
