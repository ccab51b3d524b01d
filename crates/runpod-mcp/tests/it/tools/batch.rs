//! Stories of batches: many inputs in one call, a file that can be submitted again, many jobs summed up.

use std::fs;

use runpod_mcp::files::Files;
use runpod_mcp::policy::Policy;
use runpod_sim::{Action, Match, Pace, Seed, Sim};
use serde_json::{Value, json};

use super::jobs::{BOOT, endpoint, warm};
use crate::rig::Rig;
use crate::session::Session;

/// A server with a folder for files, and an endpoint.
async fn with_files() -> (tempfile::TempDir, Rig, Value) {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::inside(folder.path().to_owned()).unwrap();
    let rig =
        Rig::with(Sim::builder().seed(Seed::Empty).clock(Pace::Manual), |setup| setup.files = Some(files))
            .await;
    let endpoint = endpoint(&rig, &json!({})).await;
    (folder, rig, endpoint)
}

fn write(folder: &tempfile::TempDir, inputs: &[Value]) {
    let text: String = inputs.iter().map(|input| format!("{input}\n")).collect();
    fs::write(folder.path().join("in.jsonl"), text).unwrap();
}

fn numbered(count: usize) -> Vec<Value> {
    (1..=count).map(|number| json!({ "n": number })).collect()
}

fn file(endpoint: &Value) -> Value {
    json!({"endpointId": endpoint, "inputsFile": "in.jsonl"})
}

fn sent(rig: &Rig) -> Vec<u64> {
    let mut sent: Vec<_> =
        rig.sim.journal().bodies("runJob").iter().map(|body| body["input"]["n"].as_u64().unwrap()).collect();
    sent.sort_unstable();
    sent
}

fn notes(reply: &Value) -> String {
    reply["_notes"].to_string()
}

#[tokio::test]
async fn a_list_of_inputs_becomes_a_job_each_and_is_summed_up() {
    let rig = Rig::skipping(Seed::Empty).await;
    let endpoint = warm(&rig, json!({"imageName": "me/sum:1"})).await;
    let inputs: Vec<_> =
        (0..40)
            .map(|n| {
                if n == 7 {
                    json!({"sandbox": {"fail": "no such model"}})
                } else {
                    json!({"numbers": [n, 1]})
                }
            })
            .collect();
    let batch = rig.call("run-endpoint", json!({"endpointId": endpoint, "inputs": inputs})).await.ok();
    assert_eq!((&batch["inputs"], &batch["submitted"]), (&json!(40), &json!(40)), "{batch}");
    assert!(notes(&batch).contains("submits all of them again"), "{batch}");
    let jobs = batch["jobs"].as_object().unwrap();
    assert_eq!(jobs.len(), 40);
    let ids: Vec<_> = jobs.values().collect();
    let many = json!({"endpointId": endpoint, "jobIds": ids, "wait": 300_000});
    let sum = rig.call("get-job-status", many).await.ok();
    assert_eq!(sum["counts"], json!({"COMPLETED": 39, "FAILED": 1}), "{sum}");
    assert_eq!(sum["wait"]["done"], true);
    let first = &sum["jobs"][0];
    assert_eq!((&first["jobId"], &first["status"]), (&jobs["8"], &json!("FAILED")));
    assert!(first["error"].as_str().unwrap().contains("no such model"), "{first}");
    let output = |id: &Value| sum["jobs"].as_array().unwrap().iter().find(|row| row["jobId"] == *id).unwrap();
    assert_eq!(output(&jobs["3"])["output"], json!({"sum": 3.0, "count": 2}));
}

#[tokio::test]
async fn a_file_is_submitted_once_however_often_the_call_is_repeated() {
    let (folder, rig, endpoint) = with_files().await;
    write(&folder, &numbered(150));
    let batch = rig.call("run-endpoint", file(&endpoint)).await.ok();
    assert_eq!((&batch["inputs"], &batch["submitted"]), (&json!(150), &json!(150)));
    assert_eq!(batch["jobs"].as_object().unwrap().len(), 100, "the ledger has the rest");
    let ledger = batch["ledger"].as_str().unwrap();
    assert_eq!(ledger, format!("in.jsonl.{}.ledger", endpoint.as_str().unwrap()));
    let again = rig.call("run-endpoint", file(&endpoint)).await.ok();
    assert_eq!((&again["submitted"], &again["submittedEarlier"]), (&json!(0), &json!(150)));
    write(&folder, &numbered(152));
    assert_eq!(rig.call("run-endpoint", file(&endpoint)).await.ok()["submitted"], 2);
    assert_eq!(sent(&rig), (1..=152).collect::<Vec<_>>());
    // Not the inputs: they may be large, or secret.
    assert!(!fs::read_to_string(folder.path().join(ledger)).unwrap().contains("\"n\""));

    rig.pass(BOOT);
    let sum = rig.call("get-job-status", json!({"endpointId": endpoint, "ledger": ledger})).await.ok();
    assert_eq!(sum["total"], 152);
    assert_eq!(sum["counts"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum::<u64>(), 152);
    assert!(sum["jobs"][0]["line"].is_u64() && notes(&sum).contains("100 of 152"), "{}", notes(&sum));
}

#[tokio::test]
async fn a_line_without_an_answer_is_unknown_and_never_sent_again() {
    let (folder, rig, endpoint) = with_files().await;
    write(&folder, &numbered(20));
    rig.sim.faults().add(Match::operation("runJob").nth(5).then(Action::CutBody));
    let batch = rig.call("run-endpoint", file(&endpoint)).await.ok();
    assert_eq!((&batch["submitted"], &batch["unknown"]), (&json!(19), &json!(1)), "{batch}");
    assert!(
        notes(&batch).contains("endpoint-health") && notes(&batch).contains("does not send it again"),
        "{batch}"
    );
    assert_eq!(batch["failures"][0]["is"], "unknown");
    let again = rig.call("run-endpoint", file(&endpoint)).await.ok();
    assert_eq!((&again["submitted"], &again["unknown"]), (&json!(0), &json!(1)));
    assert_eq!((&again["unknownLines"], sent(&rig).len()), (&batch["unknownLines"], 20));
    let sum =
        rig.call("get-job-status", json!({"endpointId": endpoint, "ledger": batch["ledger"]})).await.ok();
    assert_eq!((&sum["total"], &sum["linesUnknown"]), (&json!(19), &json!(1)));
}

#[tokio::test]
async fn what_was_not_taken_is_sent_by_a_repeat_and_may_be_mended_before() {
    let (folder, rig, endpoint) = with_files().await;
    write(&folder, &numbered(10));
    rig.sim.faults().add(Match::operation("runJob").nth(1).then(Action::status(400)));
    let batch = rig.call("run-endpoint", file(&endpoint)).await.ok();
    assert_eq!((&batch["submitted"], &batch["failures"][0]["line"]), (&json!(9), &json!(1)), "{batch}");
    assert!(notes(&batch).contains("sends what failed"), "{batch}");
    let mut mended = numbered(10);
    mended[0] = json!({"n": 99});
    write(&folder, &mended);
    let again = rig.call("run-endpoint", file(&endpoint)).await.ok();
    assert_eq!((&again["submitted"], &again["jobs"]["1"].is_string()), (&json!(1), &true), "{again}");
    // A line that is a job already is another matter.
    mended[4] = json!({"n": 98});
    write(&folder, &mended);
    let error = rig.call("run-endpoint", file(&endpoint)).await.err();
    assert_eq!(error["code"], "changed_input");
    assert!(error["error"].as_str().unwrap().ends_with(": 5"), "{error}");
    mended[4] = json!({"n": 5});
    write(&folder, &mended);
    assert_eq!(rig.call("run-endpoint", file(&endpoint)).await.ok()["submitted"], 0);
    assert_eq!(sent(&rig).len(), 11);
}

#[tokio::test]
async fn a_key_that_is_refused_and_a_quota_that_is_used_up_end_a_batch_and_name_the_rest() {
    for (status, header, why) in [(401, None, "401"), (429, Some("3600"), "pause of 3600 s")] {
        let (folder, rig, endpoint) = with_files().await;
        write(&folder, &numbered(60));
        let action = Action::status(status);
        let action = match header {
            Some(seconds) => action.header("retry-after", seconds),
            None => action,
        };
        rig.sim.faults().add(Match::operation("runJob").nth(1).then(action.clone()));
        let batch = rig.call("run-endpoint", file(&endpoint)).await.ok();
        assert_eq!((&batch["submitted"], &batch["failed"]), (&json!(0), &json!(1)), "{batch}");
        assert_eq!((&batch["notSent"], &batch["notSentLines"]), (&json!(59), &json!("2-60")));
        assert!(notes(&batch).contains(why), "{batch}");
        let again = rig.call("run-endpoint", file(&endpoint)).await.ok();
        assert_eq!(again["submitted"], 60, "{again}");
        assert_eq!(sent(&rig).len(), 61);
    }
}

#[tokio::test]
async fn a_call_whose_time_runs_out_tells_what_it_submitted_and_a_repeat_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::inside(folder.path().to_owned()).unwrap();
    let builder = Sim::builder().seed(Seed::Empty).clock(Pace::Manual);
    let rig = Rig::with(builder, |setup| {
        setup.files = Some(files);
        setup.patience = std::time::Duration::from_secs(50);
    })
    .await;
    let endpoint = endpoint(&rig, &json!({})).await;
    write(&folder, &numbered(600));
    // 500 are sent at once; the clock then stands still until somebody moves it.
    let (journal, clock) = (rig.sim.journal().clone(), rig.sim.clock().clone());
    let late = async {
        while journal.count("runJob") < 500 {
            tokio::task::yield_now().await;
        }
        clock.advance(std::time::Duration::from_secs(45));
    };
    let (batch, ()) = tokio::join!(rig.call("run-endpoint", file(&endpoint)), late);
    let batch = batch.ok();
    assert!(notes(&batch).contains("the time of one call is up"), "{batch}");
    assert_eq!((&batch["submitted"], &batch["notSentLines"]), (&json!(500), &json!("501-600")));
    assert_eq!(rig.call("run-endpoint", file(&endpoint)).await.ok()["submitted"], 100);
    assert_eq!(sent(&rig), (1..=600).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_is_under_way_when_a_batch_is_cancelled_is_in_the_ledger() {
    let (folder, rig, endpoint) = with_files().await;
    write(&folder, &numbered(40));
    rig.sim
        .faults()
        .add(Match::operation("runJob").nth(1).then(Action::slow(std::time::Duration::from_secs(5))));
    {
        let journal = rig.sim.journal();
        let call = rig.call("run-endpoint", file(&endpoint));
        let begun = async {
            while journal.count("runJob") < 1 {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            biased;
            _ = call => panic!("the first line is not answered yet"),
            () = begun => (),
        }
    }
    // Nobody waits any more: what was begun ends, nothing else begins.
    let busy = rig.call("run-endpoint", file(&endpoint)).await.err();
    assert_eq!(busy["code"], "file_busy");
    rig.pass(5);
    rig.server.settled().await;
    assert_eq!(sent(&rig), [1]);
    let rest = rig.call("run-endpoint", file(&endpoint)).await.ok();
    assert_eq!((&rest["submittedEarlier"], &rest["submitted"]), (&json!(1), &json!(39)), "{rest}");
}

#[tokio::test]
async fn a_dry_run_shows_what_would_be_sent_and_no_spend_refuses_it() {
    let (folder, rig, endpoint) = with_files().await;
    write(&folder, &numbered(3));
    let mut args = file(&endpoint);
    args["dryRun"] = true.into();
    let shown = rig.call("run-endpoint", args.clone()).await.ok();
    let bodies: Vec<_> = shown["requests"].as_array().unwrap().iter().map(|r| r["body"].clone()).collect();
    assert_eq!(bodies, [json!({"input": {"n": 1}}), json!({"input": {"n": 2}}), json!({"input": {"n": 3}})]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no ledger of what was not done");
    rig.call("run-endpoint", file(&endpoint)).await.ok();
    assert_eq!(rig.call("run-endpoint", args).await.ok()["requests"], json!([]));

    let careful = Policy { no_spend: true, ..Policy::default() };
    let rig = Rig::with(Sim::builder(), |setup| setup.policy = careful).await;
    let error = rig.call("run-endpoint", json!({"endpointId": "e", "inputs": [{}]})).await.err();
    assert_eq!(error["code"], "not_allowed");
    assert_eq!(rig.sim.journal().count("runJob"), 0);
}

#[tokio::test]
async fn without_a_folder_the_file_arguments_refuse_and_say_what_to_do() {
    let rig = Rig::new(Seed::Empty).await;
    for (tool, args, instead) in [
        ("run-endpoint", json!({"endpointId": "e", "inputsFile": "a"}), "inputs"),
        ("get-job-status", json!({"endpointId": "e", "ledger": "a"}), "jobIds"),
        ("get-job-output", json!({"endpointId": "e", "jobId": "j", "saveTo": "a"}), "path"),
    ] {
        let error = rig.call(tool, args).await.err();
        assert_eq!((&error["code"], &error["status"]), (&json!("no_files_dir"), &json!(403)));
        assert!(error["error"].as_str().unwrap().contains("over HTTP"), "{error}");
        assert!(error["hint"].as_str().unwrap().contains(instead), "{error}");
    }
}

#[tokio::test]
async fn what_is_asked_for_in_two_ways_or_none_is_refused_with_all_of_them() {
    let (folder, rig, endpoint) = with_files().await;
    for (tool, more) in [
        ("run-endpoint", json!({})),
        ("run-endpoint", json!({"input": {}, "inputs": [{}]})),
        ("get-job-status", json!({})),
        ("get-job-status", json!({"jobId": "a", "ledger": "b"})),
    ] {
        let mut args = json!({"endpointId": endpoint});
        args.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let error = rig.call(tool, args).await.err();
        assert_eq!(error["code"], "bad_argument");
        assert!(error["hint"].as_str().unwrap().contains("list of up to 100"), "{error}");
    }
    for (inputs, said) in [(json!([]), "at least 1"), (json!(vec![json!({}); 101]), "at most 100")] {
        let error = rig.call("run-endpoint", json!({"endpointId": endpoint, "inputs": inputs})).await.err();
        assert!(error["error"].as_str().unwrap().contains(said), "{error}");
    }
    fs::write(folder.path().join("in.jsonl"), "{}\nnonsense\n").unwrap();
    let error = rig.call("run-endpoint", file(&endpoint)).await.err();
    assert!(error["error"].as_str().unwrap().contains("line 2"), "{error}");
    let error = rig.call("get-job-status", json!({"endpointId": endpoint, "ledger": "none"})).await.err();
    assert_eq!(error["code"], "not_found");
    assert_eq!(rig.sim.journal().count("runJob"), 0);
}

#[tokio::test]
async fn jobs_that_wait_are_diagnosed_and_those_that_are_gone_are_named_first() {
    let rig = Rig::new(Seed::Empty).await;
    rig.sim.faults().add(Match::any().then(Action::CrashLoop { endpoint: "me/*".into() }));
    let endpoint = endpoint(&rig, &json!({})).await;
    let batch = rig.call("run-endpoint", json!({"endpointId": endpoint, "inputs": [{}, {}]})).await.ok();
    rig.pass(600);
    let ids = json!(["nobody", batch["jobs"]["1"], batch["jobs"]["2"]]);
    let sum = rig.call("get-job-status", json!({"endpointId": endpoint, "jobIds": ids})).await.ok();
    assert_eq!(
        (&sum["cause"], &sum["jobs"][0]["status"]),
        (&json!("crash_loop"), &json!("NOT_FOUND")),
        "{sum}"
    );
    assert_eq!(sum["counts"], json!({"IN_QUEUE": 2, "NOT_FOUND": 1}));
    rig.sim.faults().add(Match::operation("getJobStatus").then(Action::status(401)));
    let error = rig.call("get-job-status", json!({"endpointId": endpoint, "jobIds": ids})).await.err();
    assert_eq!(error["code"], "key_rejected");
}

#[tokio::test]
async fn the_log_names_the_jobs_and_not_their_inputs_and_whoever_follows_is_told_how_many() {
    let mut session = Session::spawn(&["serve", "--sandbox", "--log", "info"], &[]);
    session.initialize("2025-11-25").await;
    let new = json!({"name": "e", "imageName": "me/worker:1", "gpuPoolIds": ["AMPERE_80"]});
    let made = session.ask(1, "tools/call", json!({"name": "create-endpoint", "arguments": new})).await;
    let text = |answer: &Value| -> Value {
        serde_json::from_str(answer["result"]["content"][0]["text"].as_str().unwrap()).unwrap()
    };
    let args = json!({"endpointId": text(&made)["id"], "inputs": [{"word": "xyzzy"}, {"word": "plugh"}]});
    let call = json!({"name": "run-endpoint", "arguments": args, "_meta": {"progressToken": 7}});
    session
        .line(&json!({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": call}).to_string())
        .await;
    let told = session.next().await.unwrap();
    assert_eq!(told["params"]["message"], "1 of 2 submitted", "{told}");
    assert_eq!((&told["params"]["progress"], &told["params"]["total"]), (&json!(1.0), &json!(2.0)));
    let batch = text(&session.next().await.unwrap());
    let log = session.end().await.stderr;
    let line = log.lines().find(|line| line.contains("audit") && line.contains("run-endpoint")).unwrap();
    for number in ["1", "2"] {
        assert!(line.contains(batch["jobs"][number].as_str().unwrap()), "{line}");
    }
    assert!(!log.contains("xyzzy") && !log.contains("plugh"), "{log}");
}
