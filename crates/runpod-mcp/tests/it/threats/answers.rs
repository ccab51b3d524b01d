//! Answers that are made to hurt: addresses that want to be called, and JSON that wants to break its reader.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use runpod_api::{Base, Client, Hosts};
use runpod_mcp::mcp::Setup;
use runpod_mcp::tool::Effect;
use runpod_mcp::tools;
use runpod_sim::{Action, Match, Pace, Seed, Sim};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::random::dummy;
use crate::rig::{self, Rig};

/// Somebody who listens and counts who came.
async fn bait() -> (String, Arc<AtomicUsize>) {
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    let address = format!("http://{}/", socket.local_addr().expect("bound"));
    let came = Arc::new(AtomicUsize::new(0));
    let told = Arc::clone(&came);
    tokio::spawn(async move {
        while let Ok((stream, _)) = socket.accept().await {
            told.fetch_add(1, Ordering::SeqCst);
            drop(stream);
        }
    });
    (address, came)
}

/// Something that every reader finds to be what it reads, with this address wherever one may stand.
fn full_of(address: &str) -> Value {
    let row = json!({
        "id": "x", "name": "n", "status": "COMPLETED", "next": address, "href": address, "url": address,
        "baseUrl": address, "requestUrls": {"run": address, "runsync": address}, "webhook": address,
        "location": address, "output": {"url": address}, "env": {},
    });
    let mut body = row.clone();
    for rows in [
        "pods",
        "endpoints",
        "workers",
        "releases",
        "builds",
        "templates",
        "networkVolumes",
        "registries",
        "delegations",
        "gpus",
        "cpus",
        "dataCenters",
        "clusters",
        "secrets",
        "records",
        "keys",
    ] {
        body[rows] = json!([row]);
    }
    body["pagination"] = json!({"nextCursor": address, "next": address, "hasMore": true});
    body["_links"] = json!({"next": {"href": address}});
    body["data"] = json!({"listings": [row], "endpoints": [row], "gpuTypes": [row], "dataCenters": [row]});
    body
}

#[tokio::test]
async fn t03_no_address_in_an_answer_is_ever_called() {
    let rig = Rig::new(Seed::Empty).await;
    let (address, came) = bait().await;
    rig.sim
        .faults()
        .add(Match::any().then(Action::status(200).header("location", &address).body(full_of(&address))));
    let mut read = 0;
    for tool in tools::all().filter(|tool| tool.card.effect == Effect::Reads) {
        let args = dummy(&tool.listing()["inputSchema"]);
        let reply = rig.call(tool.card.name, args.clone().into()).await.any();
        read += usize::from(reply.to_string().contains(&address));
        if let Some(cursor) = reply["pagination"]["nextCursor"].as_str() {
            let mut on = args;
            on.insert("cursor".to_owned(), cursor.into());
            rig.call(tool.card.name, on.into()).await.any();
        }
    }
    assert!(read > 10, "{read} replies had the address in them");
    assert_eq!(came.load(Ordering::SeqCst), 0);
    let job = json!({"endpointId": "x", "input": {"url": address}, "webhook": "https://example.com/"});
    rig.call("run-endpoint", job).await.any();
    assert_eq!(came.load(Ordering::SeqCst), 0);
}

/// A server in front of a host that answers everything with these bytes.
async fn answering(body: Vec<u8>) -> Rig {
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    let base = Base::parse(&format!("http://{}/v2", socket.local_addr().expect("bound"))).expect("loopback");
    let answer = move || std::future::ready(([("content-type", "application/json")], body.clone()));
    tokio::spawn(async move { axum::serve(socket, Router::new().fallback(answer)).await });
    let sim = Sim::builder().seed(Seed::Empty).clock(Pace::Manual).start().await.expect("a free port");
    let reach = rig::settings(&sim);
    let hosts = Hosts { rest_v2: base.clone(), serverless: base, ..reach.hosts.clone() };
    let client = Client::new(runpod_api::Settings { hosts, ..reach });
    let setup = Setup { client, ..rig::setup(&sim) };
    Rig::of(sim, setup)
}

/// This JSON as one row of a list, as the only thing there is, and as what a job made.
async fn told(value: &[u8]) -> [Value; 3] {
    let around = |before: &str, after: &str| [before.as_bytes(), value, after.as_bytes()].concat();
    let list = answering(around(r#"{"pods":[{"id":"p","x":"#, "}]}")).await;
    let one = answering(around(r#"{"id":"p","x":"#, "}")).await;
    let job = answering(around(r#"{"id":"j","status":"COMPLETED","output":"#, "}")).await;
    let output = json!({"endpointId": "e", "jobId": "j"});
    [
        list.call("list-pods", json!({"detail": "full"})).await.any(),
        one.call("get-pod", json!({"podId": "p"})).await.any(),
        job.call("get-job-output", output).await.any(),
    ]
}

#[tokio::test]
async fn t55_json_that_is_made_to_break_its_reader_ends_as_a_reply_of_usual_size() {
    let deep = |open: &str, close: &str| [open.repeat(20_000), "1".to_owned(), close.repeat(20_000)].concat();
    let many = format!("[{}1]", "1,".repeat(50_000));
    let names: Vec<_> = (0..5_000).map(|n| format!("\"n{n}\":{n}")).collect();
    for (what, value) in [
        ("lists in lists", deep("[", "]").into_bytes()),
        ("objects in objects", deep("{\"a\":", "}").into_bytes()),
        ("no end", "[".repeat(20_000).into_bytes()),
        ("no UTF-8", b"\"a\xff\xfe\xc0\xafb\"".to_vec()),
        ("half a character", br#""\ud800""#.to_vec()),
        ("no number of anybody", b"1e99999".to_vec()),
        ("digits without end", "9".repeat(10_000).into_bytes()),
        ("the same name twice", br#"{"a":1,"a":2}"#.to_vec()),
        ("a long text", format!("\"{}\"", "x".repeat(1 << 20)).into_bytes()),
        ("many rows", many.into_bytes()),
        ("many names", format!("{{{}}}", names.join(",")).into_bytes()),
    ] {
        for reply in told(&value).await {
            let size = reply.to_string().len();
            assert!(size <= 80_000, "{what}: {size} bytes");
            let code = reply.get("code").and_then(Value::as_str);
            assert!(code.is_none_or(|code| code == "unexpected_answer"), "{what}: {reply}");
        }
    }
}
