//! The tracking headers as they stand on the wire.

use runpod_api::pods::{Create, Gpu, Query};
use runpod_api::{ApiKey, Call, Caller};

use crate::hand::Hand;
use crate::stub::{KEY, Reply, Stub};

#[tokio::test]
async fn every_call_says_who_is_calling_however_hostile_the_name() {
    for (name, expected) in [
        ("Cursor", "Cursor"),
        ("evil\r\nX-Evil: 1\r\n\r\nGET / HTTP/1.1", "evil__X-Evil__1____GET___HTTP_1.1"),
        ("Ünïcode", "_n_code"),
        ("😀 agent", "__agent"),
        ("a;b=(c)", "a_b__c_"),
        ("", "unknown"),
    ] {
        let stub = Stub::start([Reply::json(200, r#"{"pods":[]}"#), Reply::json(201, r#"{"id":"p"}"#)]).await;
        let client = stub.client(&Hand::new());
        let session = "3f1c0b7e-6a0f-4f4e-9f57-6f1f6f3c2f11";
        let caller = Caller::new("runpod-mcp/0.1.0", (name, "1.2.3"), "stdio", session);
        let call = Call::new(Some(ApiKey::new(KEY)), client.deadline()).by(caller);
        let client = client.acting_for(call);
        client.pods().list(&Query::default()).await.unwrap();
        client.pods().create(&Create::gpu("n", "i", Gpu::new("L4"))).await.unwrap();
        assert_eq!(stub.lines(), ["GET /v2/pods", "POST /v2/pods"]);
        for heard in stub.heard() {
            let agent = format!(
                "runpod-mcp/0.1.0 (caller=mcp; client={expected}; client_version=1.2.3; transport=stdio)"
            );
            assert_eq!(heard.header("user-agent"), [agent]);
            assert_eq!(heard.header("x-runpod-session-id"), [session]);
            assert!(heard.header("x-evil").is_empty());
        }
    }
}

#[tokio::test]
async fn who_uses_the_client_alone_is_named_after_it() {
    let stub = Stub::start([Reply::json(200, r#"{"pods":[]}"#)]).await;
    stub.client(&Hand::new()).pods().list(&Query::default()).await.unwrap();
    let heard = stub.heard();
    assert!(heard[0].header("user-agent")[0].starts_with("runpod-api/"));
    assert_eq!(heard[0].header("x-runpod-session-id")[0].len(), 36);
}
