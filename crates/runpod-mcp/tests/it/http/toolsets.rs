//! Narrower lists: by the path, which has its own address, and by a header, which has not.

use runpod_mcp::tools::Selection;
use runpod_sim::{Pace, Seed, Sim};
use serde_json::{Value, json};

use crate::rig::Rig;
use crate::web::{Got, Web, modern};

fn names(got: &Got) -> Vec<String> {
    let tools = got.json()["result"]["tools"].as_array().cloned().unwrap_or_else(|| panic!("{got:?}"));
    tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

async fn list(web: &Web, path: &str, header: Option<&str>) -> Got {
    let (headers, body) = modern("tools/list", json!({}));
    let mut headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    headers.extend(header.map(|sets| ("X-MCP-Toolsets", sets)));
    headers.push(crate::web::BOTH);
    web.send(&format!("POST {path}"), &headers, &body.to_string()).await
}

fn of(sets: &[&str]) -> Vec<String> {
    let sets: Vec<_> = sets.iter().map(|set| (*set).to_owned()).collect();
    Selection::of(&sets, &[], &[]).unwrap().iter().map(|tool| tool.card.name.to_owned()).collect()
}

#[tokio::test]
async fn a_path_or_a_header_narrows_the_list_and_only_the_header_makes_it_private() {
    let web = Web::open(&Rig::new(Seed::Empty).await.server).await;
    for (path, header, sets, scope) in [
        ("/mcp", None, &["all"][..], "public"),
        ("/", None, &["all"], "public"),
        ("/mcp/pods", None, &["pods"], "public"),
        ("/mcp/billing,pods", None, &["pods", "billing"], "public"),
        ("/mcp/core", None, &["core"], "public"),
        ("/mcp", Some("pods"), &["pods"], "private"),
        ("/mcp", Some(" catalog , pods,,"), &["pods", "catalog"], "private"),
        ("/mcp/pods,billing", Some("billing"), &["billing"], "private"),
    ] {
        let got = list(&web, path, header).await;
        assert_eq!(names(&got), of(sets), "{path} {header:?}");
        assert_eq!(got.json()["result"]["cacheScope"], scope, "{path} {header:?}");
        assert_eq!(list(&web, path, header).await.body, got.body, "the second time too");
    }
}

#[tokio::test]
async fn what_is_not_listed_is_not_called() {
    let rig = Rig::new(Seed::Empty).await;
    let web = Web::open(&rig.server).await;
    let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "list-pods"}});
    let ask = async |path: &str, header: &[(&str, &str)]| {
        web.send(&format!("POST {path}"), header, &call.to_string()).await.refused()
    };
    assert_eq!(ask("/mcp/billing", &[]).await, (200, -32602));
    assert_eq!(ask("/mcp", &[("X-MCP-Toolsets", "billing")]).await, (200, -32602));
    assert_eq!(ask("/mcp/pods", &[]).await, (200, 0));
    assert_eq!(rig.sim.journal().count("listPods"), 1);
}

#[tokio::test]
async fn a_set_that_is_not_there_is_named() {
    let builder = Sim::builder().seed(Seed::Empty).clock(Pace::Manual);
    let only = |setup: &mut runpod_mcp::mcp::Setup| {
        setup.selection = Selection::of(&["pods".to_owned()], &[], &[]).unwrap();
    };
    let web = Web::open(&Rig::with(builder, only).await.server).await;
    let unknown = list(&web, "/mcp/podz", None).await;
    assert_eq!(unknown.status, 404);
    assert!(unknown.json()["error"]["message"].as_str().unwrap().contains("serverless"), "{unknown:?}");
    assert_eq!(list(&web, "/mcp/billing", None).await.status, 404, "left out by whoever started it");
    assert_eq!(list(&web, "/mcp", Some("podz")).await.refused(), (400, -32602));
    assert_eq!(list(&web, "/mcp", Some("billing")).await.refused(), (400, -32602));
}

#[tokio::test]
async fn t41_no_number_of_ways_to_narrow_is_kept() {
    let web = Web::open(&Rig::new(Seed::Empty).await.server).await;
    let sets = ["pods", "serverless", "jobs", "templates", "storage", "registries"];
    for bits in 1..64_u32 {
        let chosen: Vec<_> =
            (0..6).filter(|bit| bits & (1 << bit) != 0).map(|bit| sets[bit as usize]).collect();
        let got = list(&web, "/mcp", Some(&chosen.join(","))).await;
        assert_eq!(names(&got), of(&chosen));
    }
    let first: Value = list(&web, "/mcp", Some("pods")).await.json();
    assert_eq!(first["result"]["tools"].as_array().unwrap().len(), of(&["pods"]).len());
}
