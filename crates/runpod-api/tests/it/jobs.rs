//! Jobs: what is sent to the Serverless runtime, and what is made of answers of any size.
//!
//! `tests/runtime/<case>.json` holds a call, its neutral input and the request that was decided by hand, with its
//! path below the base. No tool writes these files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use runpod_api::jobs::{Pointer, Policy, S3, Sink, Submit, Window};
use runpod_api::{Base, Client, Error, Hosts, Id, SecretText, Settings, Sketchbook, Version};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::hand::Hand;
use crate::recorder::Recorder;
use crate::stub::{Reply, Stub, client};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    call: String,
    input: Given,
    sent: Sent,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Given {
    endpoint_id: String,
    job_id: Option<String>,
    #[serde(default)]
    input: Map<String, Value>,
    webhook: Option<String>,
    execution_timeout: Option<u64>,
    low_priority: Option<bool>,
    ttl: Option<u64>,
    s3: Option<Bucket>,
    wait: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Bucket {
    access_id: String,
    access_secret: String,
    bucket_name: String,
    endpoint_url: String,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    method: String,
    path: String,
    #[serde(default)]
    query: BTreeMap<String, String>,
    body: Option<Value>,
}

impl Given {
    fn submit(&self) -> Submit {
        let s3 = self.s3.as_ref().map(|s3| S3 {
            access_id: SecretText::new(s3.access_id.clone()),
            access_secret: SecretText::new(s3.access_secret.clone()),
            bucket_name: s3.bucket_name.clone(),
            endpoint_url: s3.endpoint_url.clone(),
        });
        let policy = Policy {
            execution_timeout: self.execution_timeout,
            low_priority: self.low_priority,
            ttl: self.ttl,
        };
        Submit { input: self.input.clone(), webhook: self.webhook.clone(), policy, s3 }
    }
}

fn id(text: &str) -> Id {
    Id::parse(text).unwrap()
}

fn window(path: &str, from: u64, most: usize) -> Window {
    Window { path: Pointer::parse(path).unwrap(), from, to: None, most }
}

fn all() -> Window {
    window("/output", 0, 1 << 20)
}

async fn make(client: &Client, case: &Case) -> Result<(), Error> {
    let (jobs, given) = (client.jobs(), &case.input);
    let endpoint = id(&given.endpoint_id);
    let job = given.job_id.as_deref().map(id);
    let hold = given.wait.map(Duration::from_millis);
    match (case.call.as_str(), job) {
        ("run", None) => jobs.run(&endpoint, &given.submit()).await.map(drop),
        ("runsync", None) => jobs.run_sync(&endpoint, &given.submit(), hold, &all()).await.map(drop),
        ("status", Some(job)) => jobs.status(&endpoint, &job, &all()).await.map(drop),
        ("stream", Some(job)) => {
            jobs.stream(&endpoint, &job, hold, &window("/stream", 0, 99)).await.map(drop)
        }
        ("cancel", Some(job)) => jobs.cancel(&endpoint, &job).await.map(drop),
        ("retry", Some(job)) => jobs.retry(&endpoint, &job).await.map(drop),
        ("purge", None) => jobs.purge_queue(&endpoint).await.map(drop),
        ("health", None) => jobs.health(&endpoint).await.map(drop),
        other => panic!("{other:?} is no call"),
    }
}

#[tokio::test]
async fn requests_are_what_was_decided() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/runtime");
    let recorder = Recorder::start().await;
    let mut calls = BTreeSet::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let case: Case = serde_json::from_str(&std::fs::read_to_string(&path).unwrap())
            .unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        make(&recorder.client(Version::V1), &case)
            .await
            .unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let [asked] = <[_; 1]>::try_from(recorder.take()).unwrap();
        let pairs = asked.query.unwrap_or_default();
        let pairs = pairs.split('&').filter_map(|pair| pair.split_once('='));
        let sent = Sent {
            method: asked.method.to_string(),
            path: asked.path.strip_prefix("/sls").expect("jobs have a host of their own").to_owned(),
            query: pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            body: asked.body,
        };
        assert_eq!(sent, case.sent, "{}", path.display());
        calls.insert(case.call);
    }
    assert_eq!(calls.len(), 8, "{calls:?}");
}

/// A client of this stub's runtime whose time stands still.
fn of(stub: &Stub, hand: &std::sync::Arc<Hand>) -> Client {
    let base = Base::parse(&format!("http://127.0.0.1:{}/sls", stub.port)).unwrap();
    let hosts = Hosts { serverless: base, ..stub.hosts() };
    client(Settings { hosts, clock: hand.clone(), jitter: |_| Duration::ZERO, ..Settings::default() })
}

const DONE: &str = r#"{"id":"j","status":"COMPLETED","output":[1,2,3],"executionTime":7}"#;

#[tokio::test]
async fn an_answer_is_read_through_a_window() {
    let stub = Stub::start([Reply::json(200, DONE)]).await;
    let client = of(&stub, &Hand::new());
    let report = client.jobs().status(&id("e"), &id("j"), &window("/output", 1, 1000)).await.unwrap();
    assert!(report.is_terminal());
    assert_eq!(report.member::<u64>("executionTime"), Some(7));
    let shown = report.shown.unwrap();
    assert_eq!((shown.json.get(), shown.total, shown.from, shown.bytes), ("[2,3]", 3, 1, 7));
}

#[tokio::test]
async fn a_body_that_broke_off_is_asked_for_again_and_never_taken_for_whole() {
    let cut = || Reply::Cut(format!("HTTP/1.1 200 X\r\ncontent-length: 999\r\n\r\n{DONE}").into_bytes());
    let stub = Stub::start([cut(), Reply::json(200, DONE)]).await;
    let client = of(&stub, &Hand::new());
    client.jobs().status(&id("e"), &id("j"), &all()).await.unwrap();
    assert_eq!(stub.heard().len(), 2);

    let stub = Stub::start([cut(), cut(), cut()]).await;
    let client = of(&stub, &Hand::new());
    let error = client.jobs().status(&id("e"), &id("j"), &all()).await.unwrap_err();
    assert!(matches!(error, Error::Connection { write: false, .. }), "{error:?}");
    assert_eq!(stub.heard().len(), 3);
}

#[tokio::test]
async fn what_was_handed_out_once_is_not_asked_for_again() {
    for reply in [Reply::json(502, ""), Reply::Cut(Vec::new())] {
        let stub = Stub::start([reply]).await;
        let client = of(&stub, &Hand::new());
        client.jobs().stream(&id("e"), &id("j"), None, &window("/stream", 0, 99)).await.unwrap_err();
        assert_eq!(stub.heard().len(), 1);
    }
}

#[tokio::test]
async fn what_is_no_job_is_an_error_with_a_place() {
    for (body, words) in [
        ("", "ends early after 0 bytes"),
        ("[]", "no JSON object after 0 bytes"),
        ("<html>", "no JSON object after 0 bytes"),
        (r#"{"id":"j"}"#, "there is no text `status`"),
        (r#"{"status":5}"#, "there is no text `status`"),
        (r#"{"status":"COMPLETED","output":[1,"#, "ends early after 34 bytes"),
    ] {
        let stub = Stub::start([Reply::new(200, "", body)]).await;
        let client = of(&stub, &Hand::new());
        match client.jobs().status(&id("e"), &id("j"), &all()).await {
            Err(Error::Shape { operation: "getJobStatus", why, .. }) => {
                assert!(why.contains(words), "{body}: {why}")
            }
            other => panic!("{body}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_host_that_never_answers_is_given_up_after_its_hold() {
    for (hold, expected) in [(None, 95), (Some(Duration::from_secs(2)), 7)] {
        let stub = Stub::start([Reply::Stall(Vec::new())]).await;
        let hand = Hand::new();
        let client = of(&stub, &hand);
        let submit = Submit::default();
        let (endpoint, window) = (id("e"), all());
        let jobs = client.jobs();
        let call = jobs.run_sync(&endpoint, &submit, hold, &window);
        let moved = async {
            stub.until(|log| log.heard.len() == 1).await;
            hand.advance(Duration::from_secs(expected));
        };
        let (answer, ()) = tokio::join!(call, moved);
        match answer {
            Err(Error::Timeout { after, write: true, sent: true, .. }) => {
                assert_eq!(after.as_secs(), expected)
            }
            other => panic!("{other:?}"),
        }
    }
}

/// Keeps what it gets, up to a limit.
struct Bucketful(Vec<u8>, usize);

impl Sink for Bucketful {
    async fn put(&mut self, piece: Bytes) -> std::io::Result<()> {
        self.0.extend_from_slice(&piece);
        if self.0.len() > self.1 { Err(std::io::Error::other("no space left")) } else { Ok(()) }
    }
}

#[tokio::test]
async fn what_is_saved_is_the_value_to_the_letter() {
    let body =
        r#"{"status":"COMPLETED", "output": { "a" : [1.0,  18446744073709551615] , "b":"\u00e9"} ,"id":"j"}"#;
    let stub = Stub::start([Reply::json(200, body), Reply::json(200, body), Reply::json(200, body)]).await;
    let client = of(&stub, &Hand::new());
    let save = async |path: &str, room: usize| {
        let mut kept = Bucketful(Vec::new(), room);
        let path = Pointer::parse(path).unwrap();
        let report = client.jobs().save(&id("e"), &id("j"), &path, &mut kept).await;
        (report, String::from_utf8(kept.0).unwrap())
    };
    let (report, kept) = save("/output", 1000).await;
    assert_eq!(kept, r#"{ "a" : [1.0,  18446744073709551615] , "b":"\u00e9"}"#);
    let report = report.unwrap();
    assert_eq!(
        (report.shown.as_ref().unwrap().bytes, report.member::<String>("id")),
        (52, Some("j".to_owned()))
    );
    assert_eq!(save("/output/a", 1000).await.1, "[1.0,  18446744073709551615]");
    let (full, _) = save("/output", 5).await;
    assert!(matches!(full, Err(Error::Sink { .. })), "{full:?}");
}

#[tokio::test]
async fn a_sketch_of_a_job_shows_no_secret_of_its_bucket() {
    let stub = Stub::start([]).await;
    let client = of(&stub, &Hand::new());
    let book = Sketchbook::default();
    let call = runpod_api::Call::new(Some(runpod_api::ApiKey::new("rpa_key")), client.deadline());
    let client = client.acting_for(call.sketching(&book));
    let secret = |text: &str| SecretText::new(text);
    let s3 = S3 {
        access_id: secret("AKIACANARY"),
        access_secret: secret("CANARY"),
        bucket_name: "b".into(),
        endpoint_url: "https://s3.example".into(),
    };
    let submit = Submit { s3: Some(s3), ..Submit::default() };
    assert!(client.jobs().run(&id("e"), &submit).await.is_err());
    assert!(client.jobs().stream(&id("e"), &id("j"), None, &all()).await.is_err());
    let sketches = book.take();
    assert!(!format!("{sketches:?} {submit:?}").contains("CANARY"));
    assert_eq!(sketches[0].body.as_ref().unwrap()["s3Config"]["bucketName"], "b");
    assert_eq!((sketches[1].operation, stub.heard().len()), ("streamJob", 0));
    assert_eq!(json!(sketches[1].body), Value::Null);
}
