//! Waiting with the runtime: `runsync` and `stream`.

use serde_json::{Value, json};

use super::{BOOT, Queue, queue};
use crate::desk::Said;

/// Asks, lets the clock run second by second until there is an answer, and says how many seconds that took.
pub(super) async fn held(queue: &Queue, ask: impl Future<Output = Said>) -> (Value, u64) {
    let mut ask = std::pin::pin!(ask);
    for second in 0..1000 {
        // Twice: to ask, and to see what the moved clock changed.
        for _ in 0..2 {
            tokio::select! {
                biased;
                said = &mut ask => return (said.expect(200), second),
                () = tokio::task::yield_now() => {}
            }
        }
        queue.pass(1);
    }
    panic!("no answer within a thousand seconds");
}

async fn warm(changes: Value) -> Queue {
    let mut all = json!({ "workers": { "min": 1 } });
    all.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    let queue = queue(all).await;
    queue.pass(BOOT);
    queue
}

#[tokio::test]
async fn runsync_answers_when_the_job_is_done() {
    let queue = warm(json!({})).await;
    let body = json!({ "input": { "sandbox": { "seconds": 7 } } });
    let (said, seconds) = held(&queue, queue.desk.post(&queue.at("runsync"), body)).await;
    assert_eq!((&said["status"], seconds), (&json!("COMPLETED"), 7));
    assert!(said["id"].as_str().unwrap().starts_with("sync-"));
    queue.pass(59);
    queue.status(said["id"].as_str().unwrap()).await;
    queue.pass(2);
    queue.desk.get(&queue.at(&format!("status/{}", said["id"].as_str().unwrap()))).await.refused(404);
}

#[tokio::test]
async fn runsync_ends_early_with_an_id_to_come_back_with() {
    let queue = warm(json!({ "workers": { "min": 1, "max": 1 } })).await;
    let body = json!({ "input": { "sandbox": { "seconds": 100 } } });
    let (said, seconds) = held(&queue, queue.desk.post(&queue.at("runsync?wait=3000"), body.clone())).await;
    assert_eq!((&said["status"], seconds), (&json!("IN_PROGRESS"), 3));
    let (said, seconds) = held(&queue, queue.desk.post(&queue.at("runsync"), body)).await;
    assert_eq!((&said["status"], seconds), (&json!("IN_QUEUE"), 90), "nobody said how long to wait");
    queue.pass(120);
    assert_eq!(queue.status(said["id"].as_str().unwrap()).await["status"], "COMPLETED");
}

#[tokio::test]
async fn a_hold_ends_when_somebody_else_ends_the_job() {
    let queue = warm(json!({})).await;
    let job = queue.run(json!({ "sandbox": { "seconds": 100, "chunks": 1, "gapSeconds": 90 } })).await;
    let path = queue.at(&format!("stream/{job}?wait=300000"));
    let cancel = async {
        tokio::task::yield_now().await;
        queue.call(&format!("cancel/{job}")).await
    };
    let (said, _) = tokio::join!(queue.desk.get(&path), cancel);
    assert_eq!(said.expect(200), json!({ "status": "CANCELLED", "stream": [] }));
}

#[tokio::test]
async fn a_hold_ends_when_the_endpoint_is_deleted() {
    let queue = warm(json!({})).await;
    let body = json!({ "input": { "sandbox": { "seconds": 100 } } });
    let delete = async {
        tokio::task::yield_now().await;
        queue.desk.delete(&format!("/v2/serverless/{}", queue.id)).await.expect(204);
    };
    let path = queue.at("runsync");
    let (said, ()) = tokio::join!(queue.desk.post(&path, body), delete);
    said.refused(404);
}

#[tokio::test]
async fn a_stream_gives_every_chunk_once_and_waits_over_the_gaps() {
    let queue = warm(json!({})).await;
    let job = queue.run(json!({ "sandbox": { "chunks": 4, "gapSeconds": 6 } })).await;
    let path = queue.at(&format!("stream/{job}"));
    let mut numbers = Vec::new();
    for _ in 0..9 {
        let (said, seconds) = held(&queue, queue.desk.get(&path)).await;
        assert!(seconds <= 10, "{seconds}");
        let chunks = said["stream"].as_array().unwrap();
        numbers.extend(chunks.iter().map(|chunk| chunk["output"]["chunk"].as_u64().unwrap()));
        if said["status"] == "COMPLETED" {
            break;
        }
        assert_eq!((chunks.len(), &said["status"]), (1, &json!("IN_PROGRESS")));
    }
    assert_eq!(numbers, [1, 2, 3, 4]);
    let (said, seconds) = held(&queue, queue.desk.get(&path)).await;
    assert_eq!((said, seconds), (json!({ "status": "COMPLETED", "stream": [] }), 0));
    let whole = queue.status(&job).await["output"].clone();
    assert_eq!(whole, json!([{ "chunk": 1 }, { "chunk": 2 }, { "chunk": 3 }, { "chunk": 4 }]));
}

#[tokio::test]
async fn tokens_are_streamed_as_they_are_written() {
    let queue = warm(json!({ "image": "runpod/worker-vllm:stable" })).await;
    let input = json!({ "prompt": "Say something", "sampling_params": { "max_tokens": 100 } });
    let job = queue.run(input).await;
    let mut texts = String::new();
    loop {
        let (said, _) = held(&queue, queue.desk.get(&queue.at(&format!("stream/{job}")))).await;
        for chunk in said["stream"].as_array().unwrap() {
            texts += chunk["output"]["choices"][0]["tokens"][0].as_str().unwrap();
        }
        if said["status"] == "COMPLETED" {
            break;
        }
    }
    assert_eq!(queue.status(&job).await["output"][0]["choices"][0]["tokens"][0], texts);
}
