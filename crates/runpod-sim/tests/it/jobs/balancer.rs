//! Endpoints that are load balancers, at their own address.

use axum::body::Body;
use http::Request;
use runpod_sim::Action;
use serde_json::json;

use super::holds::held;
use super::{BOOT, Queue, queue};

async fn balancer(changes: serde_json::Value) -> Queue {
    let mut all = json!({ "type": "LOAD_BALANCER", "scaling": { "type": "REQUEST_COUNT", "requestCount": 5 },
        "env": { "HEALTH_CHECK_PATH": "/healthz" } });
    all.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    queue(all).await
}

fn at(queue: &Queue, path: &str) -> String {
    format!("/serverless/lb/{}{path}", queue.id)
}

#[tokio::test]
async fn a_request_waits_for_a_worker_and_is_answered_by_it() {
    let queue = balancer(json!({ "image": "me/sum:1" })).await;
    assert_eq!(queue.desk.get(&at(&queue, "/healthz")).await.status, 503, "nobody is there");
    let path = at(&queue, "/add");
    let (said, seconds) = held(&queue, queue.desk.post(&path, json!({ "numbers": [1, 2] }))).await;
    assert_eq!(said, json!({ "sum": 3.0, "count": 2 }));
    assert!((20..=61).contains(&seconds), "{seconds}");
    assert_eq!(queue.desk.get(&at(&queue, "/healthz")).await.status, 200);
}

#[tokio::test]
async fn a_request_finds_its_endpoint_by_the_name_of_the_host() {
    let queue = balancer(json!({ "workers": { "min": 1 } })).await;
    let ask = |path: &str, key: &str| {
        let host = format!("{}.api.runpod.ai", queue.id);
        Request::get(path)
            .header("host", host)
            .header("authorization", format!("Bearer {key}"))
            .body(Body::empty())
    };
    let key = queue.desk.twin.key();
    assert_eq!(queue.desk.raw(ask("/healthz", key).unwrap()).await.status, 204, "it is starting");
    queue.pass(BOOT);
    let (said, _) = held(&queue, queue.desk.raw(ask("/v1/hello", key).unwrap())).await;
    assert_eq!((&said["method"], &said["path"]), (&json!("GET"), &json!("/v1/hello")));
    assert_eq!(queue.desk.raw(ask("/v1/hello", "rpa_STRANGER").unwrap()).await.status, 401);
}

#[tokio::test]
async fn a_request_that_finds_no_worker_for_two_minutes_is_given_up() {
    let queue = balancer(json!({})).await;
    queue.trouble(Action::Throttle { endpoint: "*".into() });
    let path = at(&queue, "/x");
    let (said, ()) = tokio::join!(queue.desk.post(&path, json!({})), async {
        tokio::task::yield_now().await;
        queue.pass(121);
    });
    let said = said.refused(503);
    assert!(said.contains("two minutes"), "{said}");
    assert_eq!(queue.workers().await["total"], 0, "nobody asks for a worker any more");
}

#[tokio::test]
async fn an_endpoint_with_a_queue_has_no_address_of_its_own() {
    let queue = queue(json!({})).await;
    queue.desk.get(&at(&queue, "/ping")).await.refused(404);
}
