//! Stories of jobs: submitted, waited for, diagnosed, cut, saved.

use std::time::Duration;

use runpod_api::{ApiKey, Caller};
use runpod_mcp::files::Files;
use runpod_mcp::mcp::Who;
use runpod_sim::{Action, Match, Pace, Seed, Sim};
use serde_json::{Value, json};

use crate::rig::Rig;

/// Longer than any worker takes to come up.
pub(super) const BOOT: u64 = 90;

pub(super) async fn endpoint(rig: &Rig, more: &Value) -> Value {
    let mut new = json!({"name": "e", "imageName": "me/worker:1", "gpuPoolIds": ["AMPERE_80"], "workersMax": 3,
        "dataCenterIds": ["EU-RO-1"]});
    new.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    rig.call("create-endpoint", new).await.ok()["id"].clone()
}

/// An endpoint with a worker that is up.
pub(super) async fn warm(rig: &Rig, more: Value) -> Value {
    let mut more = more;
    more["workersMin"] = 1.into();
    let endpoint = endpoint(rig, &more).await;
    rig.pass(BOOT);
    endpoint
}

/// Queues a job; answers the arguments that lead to it.
async fn run(rig: &Rig, endpoint: &Value, input: Value) -> Value {
    let queued = rig.call("run-endpoint", json!({"endpointId": endpoint, "input": input})).await.ok();
    json!({"endpointId": endpoint, "jobId": queued["id"]})
}

fn with(job: &Value, more: Value) -> Value {
    let (Value::Object(mut args), Value::Object(more)) = (job.clone(), more) else { panic!("objects") };
    args.extend(more);
    args.into()
}

async fn trouble(rig: &Rig, action: Action) {
    rig.sim.faults().add(Match::any().then(action));
}

#[tokio::test]
async fn a_job_is_queued_and_waited_for() {
    let rig = Rig::skipping(Seed::Empty).await;
    let endpoint = endpoint(&rig, &json!({"imageName": "me/sum:1"})).await;
    let queued = rig
        .call("run-endpoint", json!({"endpointId": endpoint, "input": {"numbers": [1, 2, 3.5]}}))
        .await
        .ok();
    assert_eq!(queued["status"], "IN_QUEUE");
    let notes = queued["_notes"].to_string();
    assert!(notes.contains("get-job-status") && notes.contains(queued["id"].as_str().unwrap()), "{queued}");
    let job = json!({"endpointId": endpoint, "jobId": queued["id"], "wait": 120_000});
    let done = rig.call("get-job-status", job).await.ok();
    assert_eq!((&done["status"], &done["output"]), (&json!("COMPLETED"), &json!({"sum": 6.5, "count": 3})));
    assert_eq!((&done["wait"]["done"], done.get("pollingTimedOut")), (&json!(true), None), "{done}");
    assert!(rig.sim.journal().count("getJobStatus") > 3);
}

#[tokio::test]
async fn what_is_submitted_is_all_that_was_said() {
    let rig = Rig::new(Seed::Empty).await;
    let endpoint = endpoint(&rig, &json!({})).await;
    let s3 = json!({"accessId": "AKIA1", "accessSecret": "s", "bucketName": "b", "endpointUrl": "https://s3.example"});
    let input = json!({"seed": 18_446_744_073_709_551_615_u64, "nothing": null, "deep": [{"n": null}]});
    let args = json!({"endpointId": endpoint, "input": input, "webhook": "https://example.com/done",
        "executionTimeout": 5000, "lowPriority": true, "ttl": 10_000, "s3Config": s3});
    rig.call("run-endpoint", args.clone()).await.ok();
    let policy = json!({"executionTimeout": 5000, "lowPriority": true, "ttl": 10_000});
    let sent =
        json!({"input": input, "webhook": "https://example.com/done", "policy": policy, "s3Config": s3});
    assert_eq!(rig.sim.journal().bodies("runJob"), std::slice::from_ref(&sent));

    let mut nested = args;
    nested
        .as_object_mut()
        .unwrap()
        .retain(|field, _| !matches!(field.as_str(), "executionTimeout" | "lowPriority" | "ttl"));
    nested["policy"] = policy;
    rig.call("run-endpoint", nested.clone()).await.ok();
    assert_eq!(rig.sim.journal().bodies("runJob")[1], sent, "as older servers took it");
    nested["dryRun"] = true.into();
    let shown = rig.call("run-endpoint", nested).await.ok();
    assert!(!shown.to_string().contains("AKIA1"), "{shown}");
}

#[tokio::test]
async fn t53_where_a_result_goes_is_judged_and_never_called_from_here() {
    let rig = Rig::new(Seed::Empty).await;
    let s3 = |url: &str| json!({"accessId": "a", "accessSecret": "s", "bucketName": "b", "endpointUrl": url});
    let tell = async |more: Value| {
        let job = with(&json!({"endpointId": "e", "input": {}}), more);
        rig.call("run-endpoint", job).await.err()
    };
    for bad in [
        "me",
        "",
        "http://example.com/done",
        "ftp://example.com/",
        "https://",
        "https:///done",
        "https://user:CANARY@example.com/",
        "https://example.com@evil.example/CANARY",
        "https://example.com\\@evil.example/ CANARY",
        "https://example.com/a b",
        "https://example.com/\r\nX: CANARY",
        "file:///etc/passwd",
    ] {
        let error = tell(json!({"webhook": bad})).await;
        assert!(error["error"].as_str().unwrap().contains("webhook"), "{bad}: {error}");
        assert!(!error.to_string().contains("CANARY"), "{error}");
        if !bad.starts_with("http://") {
            let error = tell(json!({"s3Config": s3(bad)})).await;
            assert!(error["error"].as_str().unwrap().contains("endpointUrl"), "{bad}: {error}");
        }
    }
    assert!(rig.sim.journal().requests().is_empty());
    for good in [
        json!({"webhook": "https://hooks.example:8443/a?b=c@d"}),
        json!({"s3Config": s3("http://minio:9000")}),
    ] {
        assert_eq!(tell(good.clone()).await["code"], "not_found", "{good}: only the endpoint is not there");
    }
}

#[tokio::test]
async fn a_wait_that_ends_early_says_how_to_go_on() {
    let rig = Rig::skipping(Seed::Empty).await;
    let endpoint = warm(&rig, json!({})).await;
    let job = run(&rig, &endpoint, json!({"sandbox": {"seconds": 600}})).await;
    let early = rig.call("get-job-status", with(&job, json!({"wait": 10_000}))).await.ok();
    assert_eq!((&early["id"], &early["status"]), (&job["jobId"], &json!("IN_PROGRESS")));
    assert_eq!(early["pollingTimedOut"], true);
    let note = early["note"].as_str().unwrap();
    for part in ["get-job-status", job["jobId"].as_str().unwrap(), endpoint.as_str().unwrap(), "10 s"] {
        assert!(note.contains(part), "{note}");
    }
}

#[tokio::test]
async fn what_can_not_get_better_ends_a_wait_at_once_and_trouble_does_not() {
    let rig = Rig::skipping(Seed::Empty).await;
    let endpoint = warm(&rig, json!({})).await;
    let nobody = json!({"endpointId": endpoint, "jobId": "nobody", "wait": 60_000});
    let error = rig.call("get-job-status", nobody).await.err();
    assert_eq!((&error["status"], rig.sim.journal().count("getJobStatus")), (&json!(404), 1));
    assert!(error["hint"].as_str().unwrap().contains("30 minutes"), "{error}");

    let job = run(&rig, &endpoint, json!({"sandbox": {"seconds": 20}})).await;
    rig.sim.faults().add(Match::operation("getJobStatus").times(3).then(Action::status(429)));
    let done = rig.call("get-job-status", with(&job, json!({"wait": 60_000}))).await.ok();
    assert_eq!(done["status"], "COMPLETED");

    let job = run(&rig, &endpoint, json!({"sandbox": {"seconds": 200}})).await;
    rig.sim.journal().clear();
    rig.sim.faults().add(Match::operation("getJobStatus").then(Action::status(429)));
    let error = rig.call("get-job-status", with(&job, json!({"wait": 60_000}))).await.err();
    assert_eq!((&error["code"], &error["jobId"]), (&json!("rate_limited"), &job["jobId"]));
    assert_eq!(rig.sim.journal().count("getJobStatus"), 5);
}

/// What is said about a queued job.
async fn diagnosis(rig: &Rig, job: &Value) -> (String, String) {
    let queued = rig.call("get-job-status", job.clone()).await.ok();
    assert_eq!(queued["status"], "IN_QUEUE", "{queued}");
    let text = |name: &str| queued[name].as_str().unwrap_or_default().to_owned();
    (text("cause"), text("hint"))
}

#[tokio::test]
async fn a_crash_loop_is_called_one_and_not_a_lack_of_capacity() {
    let rig = Rig::new(Seed::Empty).await;
    trouble(&rig, Action::CrashLoop { endpoint: "me/*".into() }).await;
    let endpoint = endpoint(&rig, &json!({})).await;
    let job = run(&rig, &endpoint, json!({})).await;
    rig.pass(600);
    let (cause, hint) = diagnosis(&rig, &job).await;
    assert_eq!(cause, "crash_loop", "{hint}");
    assert!(hint.contains("no lack of capacity") && hint.contains("stream-worker-logs"), "{hint}");
}

#[tokio::test]
async fn a_lack_of_capacity_is_called_one_and_not_a_crash_loop() {
    let rig = Rig::new(Seed::Empty).await;
    trouble(&rig, Action::Throttle { endpoint: "e".into() }).await;
    let endpoint = endpoint(&rig, &json!({})).await;
    let job = run(&rig, &endpoint, json!({})).await;
    rig.pass(600);
    let (cause, hint) = diagnosis(&rig, &job).await;
    assert_eq!(cause, "no_capacity", "{hint}");
    assert!(hint.contains("set-endpoint-gpus") && !hint.contains("crash"), "{hint}");
}

#[tokio::test]
async fn a_cold_start_a_full_house_and_a_shut_door_are_told_apart() {
    let rig = Rig::new(Seed::Empty).await;
    let cold = endpoint(&rig, &json!({"name": "cold"})).await;
    let job = run(&rig, &cold, json!({})).await;
    rig.pass(2);
    assert_eq!(diagnosis(&rig, &job).await.0, "cold_start");

    let busy = warm(&rig, json!({"name": "busy", "workersMax": 1})).await;
    run(&rig, &busy, json!({"sandbox": {"seconds": 500}})).await;
    let job = run(&rig, &busy, json!({})).await;
    rig.pass(20);
    let (cause, hint) = diagnosis(&rig, &job).await;
    assert_eq!(cause, "busy", "{hint}");

    let shut = endpoint(&rig, &json!({"name": "shut"})).await;
    rig.call("update-endpoint", json!({"endpointId": shut, "workersMax": 0})).await.ok();
    let job = run(&rig, &shut, json!({})).await;
    let (cause, hint) = diagnosis(&rig, &job).await;
    assert_eq!(cause, "no_workers_allowed", "{hint}");
    assert!(hint.contains("update-endpoint") && hint.contains("workersMax"), "{hint}");
}

#[tokio::test]
async fn a_diagnosis_is_remembered_for_its_caller_only_and_never_fails_the_status() {
    let rig = Rig::new(Seed::Empty).await;
    let endpoint = endpoint(&rig, &json!({})).await;
    let job = run(&rig, &endpoint, json!({})).await;
    let looked = || rig.sim.journal().count("listEndpointWorkers");
    diagnosis(&rig, &job).await;
    diagnosis(&rig, &job).await;
    assert_eq!(looked(), 1);
    rig.sim.add_key("rpa_SOMEBODYELSE");
    let other = Who { key: Some(ApiKey::new("rpa_SOMEBODYELSE")), caller: Caller::default(), name: None };
    let Value::Object(args) = job.clone() else { panic!("object") };
    drop(rig.server.call("get-job-status", args.clone(), &other).await.unwrap());
    assert_eq!(looked(), 2, "what was found for one key is not told to another");
    rig.pass(16);
    rig.sim.faults().add(Match::operation("listEndpointWorkers").then(Action::status(500)));
    let queued = rig.call("get-job-status", job).await.ok();
    assert_eq!((&queued["status"], queued.get("hint")), (&json!("IN_QUEUE"), None), "{queued}");
}

#[tokio::test]
async fn a_failed_job_says_why_and_can_be_tried_again() {
    let rig = Rig::new(Seed::Empty).await;
    let endpoint = warm(&rig, json!({})).await;
    let job = run(&rig, &endpoint, json!({"sandbox": {"fail": "out of memory\u{1b}[31m"}})).await;
    rig.pass(1);
    let failed = rig.call("get-job-status", job.clone()).await.ok();
    assert_eq!((&failed["status"], &failed["error"]), (&json!("FAILED"), &json!("out of memory")));
    let none = rig.call("get-job-output", job.clone()).await.err();
    assert!(none["hint"].as_str().unwrap().contains("/error"), "{none}");
    let error = rig.call("get-job-output", with(&job, json!({"path": "/error"}))).await.ok();
    assert_eq!((&error["value"], &error["kind"]), (&json!("out of memory"), &json!("string")));
    let again = rig.call("retry-job", job.clone()).await.ok();
    assert_eq!((&again["id"], &again["status"]), (&job["jobId"], &json!("IN_QUEUE")));

    let good = run(&rig, &endpoint, json!({})).await;
    rig.pass(1);
    let error = rig.call("retry-job", good).await.err();
    assert!(error["hint"].as_str().unwrap().contains("FAILED or TIMED_OUT"), "{error}");
}

#[tokio::test]
async fn a_running_job_is_cancelled_and_a_queue_purged() {
    let rig = Rig::new(Seed::Empty).await;
    let endpoint = warm(&rig, json!({"workersMax": 1})).await;
    let running = run(&rig, &endpoint, json!({"sandbox": {"seconds": 100}})).await;
    let waiting = run(&rig, &endpoint, json!({})).await;
    let purged = rig.call("purge-endpoint-queue", json!({"endpointId": endpoint})).await.ok();
    assert_eq!(purged["removed"], 1);
    assert_eq!(rig.call("get-job-status", waiting).await.err()["status"], 404);
    let health = rig.call("endpoint-health", json!({"endpointId": endpoint})).await.ok();
    assert_eq!((&health["jobs"]["inProgress"], &health["jobs"]["inQueue"]), (&json!(1), &json!(0)));
    assert_eq!(rig.call("cancel-job", running.clone()).await.ok()["status"], "CANCELLED");
    assert_eq!(rig.call("get-job-status", running).await.ok()["status"], "CANCELLED");
}

#[tokio::test]
async fn what_is_gone_says_why_it_may_be() {
    let rig = Rig::new(Seed::Empty).await;
    let endpoint = warm(&rig, json!({})).await;
    let expired = run(&rig, &endpoint, json!({})).await;
    rig.pass(1 + 30 * 60 + 60);
    let error = rig.call("get-job-status", expired).await.err();
    assert!(error["hint"].as_str().unwrap().contains("30 minutes"), "{error}");
    let running = run(&rig, &endpoint, json!({"sandbox": {"seconds": 100}})).await;
    rig.call("delete-endpoint", json!({"endpointId": endpoint})).await.ok();
    let error = rig.call("get-job-status", running).await.err();
    assert_eq!((&error["code"], &error["status"]), (&json!("not_found"), &json!(404)));
    assert!(error["hint"].as_str().unwrap().contains("list-endpoints"), "{error}");
}

#[tokio::test]
async fn a_wait_ends_when_its_job_or_endpoint_is_taken_away_under_it() {
    for (tool, taken) in [("purge-endpoint-queue", "queued"), ("delete-endpoint", "running")] {
        let rig = Rig::skipping(Seed::Empty).await;
        let endpoint = warm(&rig, json!({"workersMax": 1})).await;
        let running = run(&rig, &endpoint, json!({"sandbox": {"seconds": 5000}})).await;
        let queued = run(&rig, &endpoint, json!({})).await;
        let job = if taken == "queued" { queued } else { running };
        let looks = || rig.sim.journal().count("getJobStatus");
        let taking = async {
            while looks() == 0 {
                tokio::task::yield_now().await;
            }
            rig.call(tool, json!({"endpointId": endpoint})).await.ok();
        };
        let (ended, ()) =
            tokio::join!(rig.call("get-job-status", with(&job, json!({"wait": 250_000}))), taking);
        let error = ended.err();
        assert_eq!((&error["status"], &error["jobId"]), (&json!(404), &job["jobId"]), "{tool}: {error}");
        assert!(error["lastStatus"].as_str().is_some_and(|status| status.starts_with("IN_")), "{error}");
    }
}

/// Makes a call whose answer the runtime holds back, and moves the clock when it does. Once: whoever is held for longer
/// than that fails instead of waiting for ever.
async fn held(rig: &Rig, tool: &str, args: Value, (operation, seconds): (&str, u64)) -> Value {
    let call = rig.call(tool, args);
    let asked = rig.sim.journal().count(operation);
    let moved = async {
        while rig.sim.journal().count(operation) == asked {
            tokio::task::yield_now().await;
        }
        // Once more, so that it is held by then.
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        rig.pass(seconds);
        for _ in 0..1_000 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{tool} is held for longer than {seconds} s")
    };
    tokio::select! {
        answer = call => answer.ok(),
        never = moved => never,
    }
}

#[tokio::test]
async fn runsync_answers_with_the_result_or_with_the_way_to_it() {
    let rig = Rig::new(Seed::Empty).await;
    let endpoint = warm(&rig, json!({"workersMax": 1})).await;
    let quick = json!({"endpointId": endpoint, "input": {"sandbox": {"seconds": 7}}});
    let done = held(&rig, "runsync-endpoint", quick, ("runJobSync", 8)).await;
    assert_eq!((&done["status"], &done["output"]["sandbox"]["seconds"]), (&json!("COMPLETED"), &json!(7)));

    let slow = json!({"endpointId": endpoint, "input": {"sandbox": {"seconds": 500}}, "wait": 3000});
    let early = held(&rig, "runsync-endpoint", slow, ("runJobSync", 3)).await;
    assert_eq!(early["status"], "IN_PROGRESS");
    let note = early["_notes"].to_string();
    assert!(
        note.contains(early["id"].as_str().unwrap()) && note.contains("do not submit it again"),
        "{early}"
    );
    assert!(early.get("waitClamped").is_none());
    let queries: Vec<_> = rig.sim.journal().requests().into_iter().map(|entry| entry.query).collect();
    assert_eq!(&queries[queries.len() - 2..], [None, Some("wait=3000".to_owned())]);
}

#[tokio::test]
async fn where_a_call_has_little_time_the_hold_fits_and_says_that_it_was_cut() {
    let builder = Sim::builder().seed(Seed::Empty).clock(Pace::Manual);
    let rig = Rig::with(builder, |setup| setup.patience = Duration::from_secs(50)).await;
    let endpoint = warm(&rig, json!({})).await;
    let slow = json!({"endpointId": endpoint, "input": {"sandbox": {"seconds": 500}}, "wait": 300_000});
    let early = held(&rig, "runsync-endpoint", slow, ("runJobSync", 45)).await;
    assert_eq!(
        (&early["waitClamped"]["requestedMs"], &early["waitClamped"]["effectiveMs"]),
        (&json!(300_000), &json!(45_000))
    );
    assert_eq!(rig.sim.journal().last().unwrap().query.as_deref(), Some("wait=45000"));
    let unsaid = json!({"endpointId": endpoint, "input": {"sandbox": {"seconds": 500}}});
    held(&rig, "runsync-endpoint", unsaid, ("runJobSync", 45)).await;
    assert_eq!(
        rig.sim.journal().last().unwrap().query.as_deref(),
        Some("wait=45000"),
        "the host's 90 s would not fit"
    );
}

#[tokio::test]
async fn a_diagnosis_that_takes_too_long_is_left_out() {
    let rig = Rig::new(Seed::Empty).await;
    let endpoint = endpoint(&rig, &json!({})).await;
    let job = run(&rig, &endpoint, json!({})).await;
    rig.sim.faults().add(Match::operation("listEndpointWorkers").then(Action::Silent));
    let queued = held(&rig, "get-job-status", job, ("listEndpointWorkers", 5)).await;
    assert_eq!((&queued["status"], queued.get("hint")), (&json!("IN_QUEUE"), None), "{queued}");
}

#[tokio::test]
async fn a_job_without_any_worker_is_told_that_one_starts_from_zero() {
    let rig = Rig::new(Seed::Empty).await;
    let none = json!({"workers": [], "summary": {"total": 0, "running": 0, "idle": 0, "initializing": 0,
        "throttled": 0, "unhealthy": 0}});
    rig.sim.faults().add(Match::operation("listEndpointWorkers").then(Action::status(200).body(none)));
    let endpoint = endpoint(&rig, &json!({})).await;
    let job = run(&rig, &endpoint, json!({})).await;
    let (cause, hint) = diagnosis(&rig, &job).await;
    assert_eq!(cause, "starting_from_zero", "{hint}");
    assert!(hint.contains("from zero") && hint.find("from zero") < hint.find("stock"), "{hint}");
}

#[tokio::test]
async fn collecting_a_stream_ends_with_the_time_of_a_call_and_says_how_to_go_on() {
    let builder = Sim::builder().seed(Seed::Empty).clock(Pace::Manual);
    let rig = Rig::with(builder, |setup| setup.patience = Duration::from_secs(50)).await;
    let endpoint = warm(&rig, json!({})).await;
    let job = run(&rig, &endpoint, json!({"sandbox": {"seconds": 600}})).await;
    let call = rig.call("stream-job", job.clone());
    tokio::pin!(call);
    let mut passed = 0;
    let early = loop {
        tokio::select! {
            biased;
            early = &mut call => break early.ok(),
            () = tokio::time::sleep(Duration::from_millis(2)) => {
                rig.pass(1);
                passed += 1;
            }
        }
        assert!(passed < 60, "a call ends before its platform does");
    };
    assert_eq!(early["pollingTimedOut"], true, "{early}");
    let note = early["note"].as_str().unwrap();
    assert!(note.contains("stream-job") && note.contains(job["jobId"].as_str().unwrap()), "{note}");
    let asked =
        rig.sim.journal().requests().into_iter().filter(|one| one.operation.as_deref() == Some("streamJob"));
    let holds: Vec<_> = asked.map(|one| one.query.unwrap_or_default()).collect();
    assert!(holds.len() > 3 && holds.iter().all(|query| query == "wait=1000"), "{holds:?}");
}

#[tokio::test]
async fn a_stream_with_gaps_is_collected_piece_by_piece() {
    let rig = Rig::skipping(Seed::Empty).await;
    let endpoint = warm(&rig, json!({})).await;
    let job = run(&rig, &endpoint, json!({"sandbox": {"chunks": 5, "gapSeconds": 2}})).await;
    rig.pass(5);
    let first = rig.call("stream-job", job.clone());
    let moved = async {
        for _ in 0..40 {
            tokio::time::sleep(Duration::from_millis(5)).await;
            rig.pass(1);
        }
    };
    let (all, ()) = tokio::join!(first, moved);
    let all = all.ok();
    let chunks: Vec<_> =
        all["stream"].as_array().unwrap().iter().map(|piece| piece["output"]["chunk"].clone()).collect();
    assert_eq!((json!(chunks), &all["status"]), (json!([1, 2, 3, 4, 5]), &json!("COMPLETED")));
    let drained = rig.call("stream-job", job).await.ok();
    assert_eq!(drained["stream"], json!([]));
}

#[tokio::test]
async fn a_stream_of_which_an_answer_was_lost_says_so() {
    let rig = Rig::skipping(Seed::Empty).await;
    let endpoint = warm(&rig, json!({})).await;
    let job = run(&rig, &endpoint, json!({"sandbox": {"chunks": 3}})).await;
    rig.pass(60);
    rig.sim.faults().add(Match::operation("streamJob").nth(1).then(Action::CutBody));
    let rest = rig.call("stream-job", job).await.ok();
    assert_eq!((&rest["stream"], &rest["status"]), (&json!([]), &json!("COMPLETED")));
    assert!(rest["_notes"].to_string().contains("lost on its way"), "{rest}");
}

#[tokio::test]
async fn an_output_that_is_too_large_is_cut_between_rows_and_goes_on_exactly() {
    let rig = Rig::new(Seed::Empty).await;
    let endpoint = warm(&rig, json!({})).await;
    let job = run(&rig, &endpoint, json!({"sandbox": {"rows": 3000}})).await;
    rig.pass(60);
    let whole = rig.call("get-job-status", with(&job, json!({"maxBytes": 4_000_000}))).await.ok();
    let whole = whole["output"].as_array().unwrap().clone();
    assert_eq!(whole.len(), 3000);

    let first = rig.call("get-job-status", job.clone()).await.ok();
    assert!(first.to_string().len() <= 80_000, "{}", first.to_string().len());
    let mut rows = first["output"].as_array().unwrap().clone();
    let mut next = first["_truncated"][0].clone();
    assert!(first["_notes"].to_string().contains("get-job-output"), "{}", first["_notes"]);
    while next.is_object() {
        let args = with(&job, json!({"path": next["path"], "from": next["from"]}));
        let part = rig.call("get-job-output", args).await.ok();
        assert!(part.to_string().len() <= 80_000 && part["total"] == 3000);
        rows.extend(part["value"].as_array().unwrap().clone());
        next = part["_truncated"][0].clone();
    }
    assert_eq!(rows, whole);

    let some = rig.call("get-job-output", with(&job, json!({"path": "/7"}))).await.ok();
    assert_eq!((&some["value"], &some["path"]), (&whole[7], &json!("/output/7")));
    let range = rig.call("get-job-output", with(&job, json!({"from": 10, "to": 12}))).await.ok();
    assert_eq!(range["value"], json!(whole[10..12]));
    for (args, words) in [
        (json!({"from": 3000}), "beyond the end"),
        (json!({"from": 5, "to": 5}), "greater than"),
        (json!({"path": "rows"}), "JSON pointer"),
        (json!({"path": "/9999"}), "nothing at /output/9999"),
        (json!({"saveTo": "x", "from": 1}), "leave out"),
        (json!({"saveTo": "x"}), "--files-dir"),
    ] {
        let error = rig.call("get-job-output", with(&job, args)).await.err();
        assert!(error["error"].as_str().unwrap().contains(words), "{error}");
    }
}

#[tokio::test]
async fn one_long_text_goes_on_at_a_byte() {
    let rig = Rig::new(Seed::Empty).await;
    let endpoint = warm(&rig, json!({})).await;
    let job = run(&rig, &endpoint, json!({"sandbox": {"bytes": 200_000}})).await;
    rig.pass(60);
    let first = rig.call("get-job-status", job.clone()).await.ok();
    let mut text = first["output"].as_str().unwrap().to_owned();
    let mut next = first["_truncated"][0].clone();
    while next.is_object() {
        assert_eq!((&next["path"], &next["unit"]), (&json!("/output"), &json!("bytes")));
        let part = rig.call("get-job-output", with(&job, json!({"from": next["from"]}))).await.ok();
        text.push_str(part["value"].as_str().unwrap());
        next = part["_truncated"][0].clone();
    }
    assert_eq!(text.len(), 200_000);
}

#[tokio::test]
async fn an_output_is_saved_to_the_letter_with_its_digest() {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::inside(folder.path().to_owned()).unwrap();
    let builder = Sim::builder().seed(Seed::Empty).clock(Pace::Manual);
    let rig = Rig::with(builder, |setup| setup.files = Some(files)).await;
    let endpoint = warm(&rig, json!({})).await;
    let job = run(&rig, &endpoint, json!({"sandbox": {"rows": 3000}})).await;
    rig.pass(60);
    let saved = rig.call("get-job-output", with(&job, json!({"saveTo": "out.json"}))).await.ok();
    let bytes = std::fs::read(folder.path().join("out.json")).unwrap();
    assert_eq!((&saved["bytes"], saved["sha256"].as_str().unwrap().len()), (&json!(bytes.len()), 64));
    assert_eq!(serde_json::from_slice::<Value>(&bytes).unwrap().as_array().unwrap().len(), 3000);

    let again =
        rig.call("get-job-output", with(&job, json!({"saveTo": "out.json", "path": "/1"}))).await.err();
    assert_eq!(again["code"], "file_exists");
    rig.call("get-job-output", with(&job, json!({"saveTo": "out.json", "path": "/1", "overwrite": true})))
        .await
        .ok();
    assert!(std::fs::read(folder.path().join("out.json")).unwrap().starts_with(b"{"));
    rig.call("get-job-output", with(&job, json!({"saveTo": "../out.json"}))).await.err();

    // A transfer that breaks off leaves nothing behind.
    rig.sim.faults().add(Match::operation("getJobStatus").then(Action::CutBody));
    rig.call("get-job-output", with(&job, json!({"saveTo": "cut.json"}))).await.err();
    let left = async || std::fs::read_dir(folder.path()).unwrap().count();
    for _ in 0..200 {
        if left().await == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(left().await, 1);
}
