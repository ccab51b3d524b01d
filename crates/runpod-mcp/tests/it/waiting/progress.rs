//! Progress notifications: for whoever asked, growing, before the answer.

use runpod_sim::Seed;
use serde_json::{Value, json};

use super::pods::pod;
use crate::rig::Rig;
use crate::session::{Session, modern};

/// Calls a tool and reads everything up to its answer.
async fn told(session: &mut Session, tool: &str, args: Value, meta: Value) -> (Vec<Value>, Value) {
    let params = json!({"name": tool, "arguments": args, "_meta": meta});
    session
        .line(&json!({"jsonrpc": "2.0", "id": "w", "method": "tools/call", "params": params}).to_string())
        .await;
    let mut told = Vec::new();
    loop {
        let message = session.next().await.expect("an answer");
        if message["id"] == "w" {
            return (told, message["result"].clone());
        }
        assert_eq!(message["method"], "notifications/progress", "{message}");
        told.push(message["params"].clone());
    }
}

#[tokio::test]
async fn whoever_gave_a_token_is_told_how_far_it_is_in_both_eras() {
    for era in [None, Some(modern())] {
        let rig = Rig::skipping(Seed::Empty).await;
        let mut session = Session::with(rig.server.clone());
        let mut meta = era.clone().unwrap_or_else(|| json!({}));
        if era.is_none() {
            session.initialize("2025-11-25").await;
        }
        meta["progressToken"] = "t-1".into();
        let (told, result) = told(&mut session, "create-pod", pod("a", 120_000), meta).await;
        assert_ne!(result["isError"], true, "{result}");
        assert!(told.len() >= 2, "{told:?}");
        assert!(told.iter().all(|step| step["progressToken"] == "t-1" && step["total"] == json!(120.0)));
        let done: Vec<f64> = told.iter().map(|step| step["progress"].as_f64().unwrap()).collect();
        assert!(done.is_sorted_by(|a, b| a < b), "{done:?}");
        let first = told[0]["message"].as_str().unwrap();
        assert!(first.starts_with("Pod ") && first.contains("was created"), "the id comes first: {first}");
        assert!(told[1]["message"].as_str().unwrap().contains("ING"), "{told:?}");
        assert!(session.end().await.said.is_empty(), "nothing is told after the answer");
    }
}

#[tokio::test]
async fn whoever_gave_no_token_is_told_nothing() {
    let rig = Rig::skipping(Seed::Empty).await;
    let mut session = Session::with(rig.server.clone());
    session.initialize("2025-11-25").await;
    let (told, _) = told(&mut session, "create-pod", pod("a", 120_000), json!({})).await;
    assert_eq!(told, [] as [Value; 0]);
}
