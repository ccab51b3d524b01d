//! How often somebody may ask, and what Runpod hears of where a call came from.

use std::sync::{Arc, Mutex};

use runpod_api::{Client, ExchangeHook};
use runpod_mcp::config::Keys;
use runpod_mcp::mcp::Setup;
use runpod_mcp::serve::http::Rates;
use runpod_sim::{Pace, Seed, Sim};
use serde_json::{Value, json};

use crate::rig::{self, Rig};
use crate::web::{Got, Web, modern};

async fn web(rates: Rates) -> (Rig, Web) {
    let builder = Sim::builder().seed(Seed::Empty).clock(Pace::Manual);
    let rig = Rig::with(builder, |setup| setup.keys = Keys::default()).await;
    let web = Web::with(&rig.server, |settings| settings.rates = rates).await;
    (rig, web)
}

fn call(tool: &str) -> Value {
    json!({"jsonrpc": "2.0", "id": "c", "method": "tools/call", "params": {"name": tool}})
}

async fn ask(web: &Web, key: &str, body: &Value) -> Got {
    web.post(&[("Authorization", &format!("Bearer {key}"))], body).await
}

#[tokio::test]
async fn t57_a_key_that_asks_too_often_is_told_how_long_to_wait() {
    let (rig, web) = web(Rates::of(Some(20), Some(0))).await;
    for _ in 0..10 {
        assert_eq!(ask(&web, "rpa_aaaaaaaa", &call("list-pods")).await.status, 200);
    }
    let got = ask(&web, "rpa_aaaaaaaa", &call("list-pods")).await;
    assert_eq!((got.refused(), got.header("retry-after")), ((429, 429), Some("3")));
    assert_eq!(
        (&got.json()["id"], &got.json()["error"]["data"]),
        (&json!("c"), &json!({"retryAfterSeconds": 3}))
    );
    assert_eq!(ask(&web, "rpa_bbbbbbbb", &call("list-pods")).await.status, 200, "another key has its own");
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
    assert_eq!(ask(&web, "rpa_aaaaaaaa", &list).await.status, 200, "what Runpod is not asked for is free");
    rig.pass(3);
    assert_eq!(ask(&web, "rpa_aaaaaaaa", &call("list-pods")).await.status, 200);
    assert_eq!(rig.sim.journal().count("listPods"), 12);
}

#[tokio::test]
async fn t57_what_costs_more_counts_more() {
    for (tool, calls) in [("list-pods", 10), ("create-template", 5), ("create-pod", 2), ("delete-pod", 2)] {
        let (_rig, web) = web(Rates::of(Some(20), Some(0))).await;
        for _ in 0..calls {
            assert_eq!(ask(&web, "rpa_aaaaaaaa", &call(tool)).await.status, 200, "{tool}");
        }
        assert_eq!(ask(&web, "rpa_aaaaaaaa", &call(tool)).await.status, 429, "{tool}");
    }
}

#[tokio::test]
async fn t57_an_address_has_so_many_requests_whatever_its_keys() {
    let (_rig, web) = web(Rates::of(Some(0), Some(10))).await;
    let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
    for n in 0..5 {
        assert_eq!(ask(&web, &format!("rpa_key{n}"), &ping).await.status, 200);
    }
    assert_eq!(ask(&web, "rpa_key9", &ping).await.refused(), (429, 429));
}

#[tokio::test]
async fn a_trace_is_passed_on_to_runpod() {
    let spans = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&spans);
    let builder = Sim::builder().seed(Seed::Empty).clock(Pace::Manual);
    let sim = builder.start().await.expect("a free port");
    let on_exchange = ExchangeHook::new(move |exchange| {
        let span = exchange.span.map(|span| (span.trace_id(), span.tracestate().map(str::to_owned)));
        heard.lock().unwrap().push(span);
    });
    let client = Client::new(runpod_api::Settings { on_exchange, ..rig::settings(&sim) });
    let setup = Setup { client, ..rig::setup(&sim) };
    let rig = Rig::of(sim, setup);
    let web = Web::open(&rig.server).await;
    let parent =
        |digit: char| format!("00-{}-{}-01", digit.to_string().repeat(32), digit.to_string().repeat(16));
    let (of_proxy, of_client) = (parent('a'), parent('b'));
    let send = async |headers: &[(&str, &str)], in_body: Option<&str>| {
        let (own, mut body) = modern("tools/call", json!({"name": "list-pods"}));
        if let Some(parent) = in_body {
            body["params"]["_meta"]["traceparent"] = parent.into();
        }
        let mut all: Vec<_> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
        all.extend(headers);
        assert_eq!(web.post(&all, &body).await.status, 200);
        spans.lock().unwrap().pop().unwrap()
    };
    let proxied = [("traceparent", of_proxy.as_str()), ("tracestate", "v=1")];
    assert_eq!(send(&[], None).await, None);
    assert_eq!(send(&proxied, None).await, Some(("a".repeat(32), Some("v=1".to_owned()))));
    assert_eq!(send(&proxied, Some(&of_client)).await, Some(("b".repeat(32), None)));
    assert_eq!(send(&[("traceparent", "junk")], Some("x")).await, None);
}
