//! What happens to a request whose caller leaves.

use std::sync::Arc;
use std::time::Duration;

use runpod_api::pods::{Create, Gpu, Query};
use runpod_api::{ApiKey, Call, Client, Id, Settings};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::hand::Hand;
use crate::stub::{KEY, Reply, Stub, client, hosts};

type Ends = watch::Sender<Vec<String>>;

/// The same client, with a record of the changes that ended alone.
fn recorded(client: &Client, ends: &Ends) -> Client {
    let ends = ends.clone();
    let call = Call::new(Some(ApiKey::new(KEY)), client.deadline()).on_detached(move |end| {
        let outcome = end.outcome.map_err(ToString::to_string);
        ends.send_modify(|ends| ends.push(format!("{} {outcome:?}", end.operation)));
    });
    client.acting_for(call)
}

fn create(client: &Client) -> JoinHandle<()> {
    let client = client.clone();
    tokio::spawn(async move {
        let pod = Create::gpu("trainer", "image", Gpu::new("NVIDIA L4"));
        client.pods().create(&pod).await.map(drop).unwrap_or_default();
    })
}

/// Completes when nothing is under way any more, and fails where that would take for ever.
async fn settled(client: &Client) {
    tokio::time::timeout(Duration::from_secs(5), client.settled())
        .await
        .expect("a change is still under way");
}

async fn leave(task: JoinHandle<()>) {
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
}

#[tokio::test]
async fn a_read_ends_with_its_caller() {
    let stub = Stub::start([Reply::Stall(Vec::new())]).await;
    let client = stub.client(&Hand::new());
    let task = tokio::spawn(async move { drop(client.pods().list(&Query::default()).await) });
    stub.until(|log| log.heard.len() == 1).await;
    leave(task).await;
    stub.until(|log| log.hung_up == 1).await;
}

#[tokio::test]
async fn a_write_that_was_sent_ends_alone_and_is_reported() {
    let (reply, go) = Reply::held(201, r#"{"id":"p"}"#);
    let stub = Stub::start([reply]).await;
    let ends = Ends::default();
    let client = recorded(&stub.client(&Hand::new()), &ends);
    let task = create(&client);
    stub.until(|log| log.heard.len() == 1).await;
    leave(task).await;
    assert!(tokio::time::timeout(Duration::ZERO, client.settled()).await.is_err(), "it is still under way");
    go.send_replace(true);
    settled(&client).await;
    assert_eq!(*ends.borrow(), ["createPod Ok(201)"]);
    assert_eq!(stub.lines(), ["POST /v2/pods"]);
}

#[tokio::test]
async fn a_delete_that_lost_its_caller_is_still_repeated() {
    let (reply, go) = Reply::held(502, "");
    let stub = Stub::start([reply, Reply::json(404, r#"{"title":"Not Found"}"#)]).await;
    let ends = Ends::default();
    let client = recorded(&stub.client(&Hand::new()), &ends);
    let deleting = client.clone();
    let task = tokio::spawn(async move { drop(deleting.pods().delete(&Id::parse("p").unwrap()).await) });
    stub.until(|log| log.heard.len() == 1).await;
    leave(task).await;
    go.send_replace(true);
    settled(&client).await;
    assert_eq!(*ends.borrow(), ["deletePod Ok(204)"]);
}

#[tokio::test]
async fn a_write_that_lost_its_caller_keeps_its_deadline() {
    let stub = Stub::start([Reply::Stall(Vec::new())]).await;
    let (hand, ends) = (Hand::new(), Ends::default());
    let client = recorded(&stub.client(&hand), &ends);
    let task = create(&client);
    stub.until(|log| log.heard.len() == 1).await;
    leave(task).await;
    hand.advance(Duration::from_secs(30));
    settled(&client).await;
    let end = "no answer to createPod within 30.0 s; whether it took effect is unknown";
    assert_eq!(*ends.borrow(), [format!("createPod Err({end:?})")]);
}

#[tokio::test]
async fn a_write_that_still_waits_for_its_connection_is_called_back() {
    // It takes the first bytes of TLS and never answers them.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let settings = Settings {
        hosts: hosts(&format!("https://{address}/v2")),
        clock: Hand::new(),
        ..Settings::default()
    };
    let ends = Ends::default();
    let client = recorded(&client(settings), &ends);
    let task = create(&client);
    let (mut socket, _) = listener.accept().await.unwrap();
    assert!(socket.read(&mut [0; 16]).await.unwrap() > 0);
    leave(task).await;
    settled(&client).await;
    assert!(ends.borrow().is_empty(), "{:?}", ends.borrow());
}

#[tokio::test]
async fn a_write_that_was_asked_to_come_later_is_called_back() {
    let stub =
        Stub::start([Reply::new(429, "retry-after: 4\r\n", "{}"), Reply::json(201, r#"{"id":"p"}"#)]).await;
    let (hand, ends): (Arc<Hand>, _) = (Hand::new(), Ends::default());
    let client = recorded(&stub.client(&hand), &ends);
    let task = create(&client);
    hand.until_asked(Duration::from_secs(4)).await;
    leave(task).await;
    hand.advance(Duration::from_secs(4));
    settled(&client).await;
    assert_eq!(stub.heard().len(), 1);
    assert!(ends.borrow().is_empty(), "{:?}", ends.borrow());
}

#[tokio::test]
async fn a_write_whose_caller_stays_is_not_reported() {
    let stub = Stub::start([Reply::json(201, r#"{"id":"p"}"#)]).await;
    let ends = Ends::default();
    let client = recorded(&stub.client(&Hand::new()), &ends);
    create(&client).await.unwrap();
    settled(&client).await;
    assert!(ends.borrow().is_empty());
}
