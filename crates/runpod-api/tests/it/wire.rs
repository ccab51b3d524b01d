//! Bad answers, each of which must become one clear error in bounded time and memory.

use std::time::Duration;

use runpod_api::pods::{Create, Gpu, Query};
use runpod_api::{Call, Deadline, Error, Id, Page, Settings};

use crate::hand::Hand;
use crate::stub::{KEY, Reply, Stub, client};

const MIB: u64 = 1024 * 1024;

fn new_pod() -> Create {
    Create::gpu("trainer", "image", Gpu::new("NVIDIA L4"))
}

/// What the first read says when the stub answers this.
async fn read(reply: Reply) -> Error {
    let stub = Stub::start([reply]).await;
    stub.client(&Hand::new()).pods().list(&Query::default()).await.unwrap_err()
}

/// What a write says when the stub answers this.
async fn write(reply: Reply) -> Error {
    let stub = Stub::start([reply]).await;
    let error = stub.client(&Hand::new()).pods().create(&new_pod()).await.unwrap_err();
    assert_eq!(stub.heard().len(), 1, "a write was repeated");
    error
}

fn shape(error: Error) -> String {
    match error {
        Error::Shape { operation: "listPods" | "createPod" | "deletePod", why, .. } => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_request_goes_where_it_should_and_asks_for_json() {
    let stub = Stub::start([Reply::json(200, r#"{"pods":[]}"#), Reply::json(201, r#"{"id":"p"}"#)]).await;
    let client = stub.client(&Hand::new());
    let page = Page { limit: Some(5), cursor: Some("a b&c=d/é".into()) };
    client.pods().list(&Query { page, ..Query::default() }).await.unwrap();
    client.pods().create(&new_pod()).await.unwrap();
    assert_eq!(stub.lines(), ["GET /v2/pods?limit=5&cursor=a+b%26c%3Dd%2F%C3%A9", "POST /v2/pods"]);
    let heard = stub.heard();
    assert_eq!(heard[0].header("accept"), ["application/json"]);
    assert_eq!(heard[0].header("authorization"), [format!("Bearer {KEY}")]);
    assert!(heard[0].header("accept-encoding").is_empty() && heard[0].header("content-type").is_empty());
    assert_eq!(heard[1].header("content-type"), ["application/json"]);
    assert!(heard[1].body.starts_with(r#"{"name":"trainer""#), "{}", heard[1].body);
    assert_eq!(stub.connections(), 1, "the connection was not used again");
}

#[tokio::test]
async fn what_is_not_the_promised_json_is_an_error_with_a_place() {
    for (body, words) in [
        ("", "it is empty"),
        ("<!doctype html><p>sign in to the hotel's wifi", "it is an HTML page"),
        (r#"{"pods":[{"id":"#, "the JSON ends early at line 1 column 15"),
        (r#"{"items":[]}"#, "there is no array `pods`"),
        (r#"{"pods":null}"#, "there is no array `pods`"),
        ("[]", "expected a map"),
    ] {
        let why = shape(read(Reply::json(200, body)).await);
        assert!(why.starts_with(words), "{body}: {why}");
    }
    let why = shape(write(Reply::json(201, r#"{"status":"RUNNING"}"#)).await);
    assert!(why.starts_with("missing field `id`"), "{why}");
}

#[tokio::test]
async fn a_change_that_was_accepted_without_a_word_is_not_called_failed() {
    for (reply, words) in [
        (Reply::json(201, ""), "it is empty"),
        (Reply::new(204, "", ""), "it is empty"),
        (Reply::new(200, "content-type: text/plain\r\n", "ok"), "it is not JSON"),
        (Reply::json(201, r#"{"id":"p","na"#), "the JSON ends early"),
        (Reply::json(200, "null"), "it is null"),
        (Reply::json(200, "{\n}"), "it is an empty object"),
    ] {
        match write(reply).await {
            Error::Wordless { operation: "createPod", status: 200..300, why, .. } => {
                assert!(why.starts_with(words), "{words}: {why}");
            }
            other => panic!("{words}: {other:?}"),
        }
    }
    let page = Reply::new(200, "content-type: text/html\r\n", "<html>welcome</html>");
    assert_eq!(shape(write(page).await), "it is an HTML page, not JSON");
    assert!(shape(write(Reply::json(200, r#"["p"]"#)).await).starts_with("expected"));
}

#[tokio::test]
async fn a_web_page_is_no_proof_that_something_was_deleted() {
    let stub = Stub::start([Reply::new(200, "content-type: text/html\r\n", "<html>welcome</html>")]).await;
    let error = stub.client(&Hand::new()).pods().delete(&Id::parse("p").unwrap()).await.unwrap_err();
    assert_eq!(shape(error), "it is an HTML page, not JSON");
}

#[tokio::test]
async fn a_body_that_was_packed_unasked_is_not_unpacked() {
    let why = shape(read(Reply::new(200, "content-encoding: gzip\r\n", "\x1f\x1bbomb")).await);
    assert_eq!(why, "it is encoded as gzip, which was not asked for");
}

#[tokio::test]
async fn t56_nothing_that_was_packed_is_unpacked_or_read() {
    for coding in ["gzip", "br", "zstd", "deflate", "gzip, gzip", "GZIP", "x"] {
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: {coding}\r\n\r\n"
        );
        let bomb = || Reply::Flood(head.clone().into(), 200 * MIB);
        let stub = Stub::start([bomb(), bomb()]).await;
        let client = stub.client(&Hand::new());
        let (pod, most) = (Id::parse("p").unwrap(), Duration::from_secs(1));
        for error in [
            client.pods().list(&Query::default()).await.map(drop).unwrap_err(),
            client.pods().logs(&pod, &runpod_api::logs::Query::default(), most).await.map(drop).unwrap_err(),
        ] {
            let Error::Shape { why, .. } = &error else { panic!("{coding}: {error:?}") };
            assert!(why.contains("encoded as") && why.contains("not asked for"), "{coding}: {why}");
        }
        stub.until(|log| log.hung_up == 2).await;
        assert!(stub.flooded() < 32 * MIB, "{coding}: {} bytes were taken", stub.flooded());
        assert!(
            stub.heard().iter().all(|heard| heard.header("accept-encoding").is_empty()),
            "none is asked for"
        );
    }
}

#[tokio::test]
async fn a_cut_answer_is_an_error_before_and_in_the_middle_of_it() {
    for start in
        ["", "HTTP/1.1 200 OK\r\ncontent-le", "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"pods\":["]
    {
        let cut = || Reply::Cut(start.into());
        let stub = Stub::start([cut(), cut(), cut()]).await;
        let error = stub.client(&Hand::new()).pods().list(&Query::default()).await.unwrap_err();
        assert!(
            matches!(
                error,
                Error::Connection { sent: true, write: true, .. }
                    | Error::Connection { sent: true, write: false, .. }
            ),
            "{error:?}"
        );
        assert_eq!(stub.heard().len(), 3, "{start}");
        let error = write(cut()).await;
        assert!(error.to_string().ends_with("whether it took effect is unknown"), "{error}");
    }
}

#[tokio::test]
async fn a_huge_answer_is_refused_unread_when_it_says_so() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 209715200\r\n\r\n";
    let stub = Stub::start([Reply::Flood(head.into(), 200 * MIB)]).await;
    let error = stub.client(&Hand::new()).pods().list(&Query::default()).await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { limit: 33_554_432, .. }), "{error:?}");
    stub.until(|log| log.hung_up == 1).await;
    assert!(stub.flooded() < 16 * MIB, "{} bytes were taken", stub.flooded());
}

#[tokio::test]
async fn a_huge_answer_is_given_up_at_its_cap_when_it_does_not_say_so() {
    let stub = Stub::start([Reply::Flood("HTTP/1.1 200 OK\r\n\r\n".into(), 200 * MIB)]).await;
    let error = stub.client(&Hand::new()).pods().list(&Query::default()).await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { operation: "listPods", .. }), "{error:?}");
    stub.until(|log| log.hung_up == 1).await;
    assert!((32 * MIB..48 * MIB).contains(&stub.flooded()), "{} bytes were taken", stub.flooded());
}

#[tokio::test]
async fn of_an_endless_error_a_little_is_read() {
    let stub = Stub::start([Reply::Flood("HTTP/1.1 400 X\r\n\r\nbad name".into(), 200 * MIB)]).await;
    let error = stub.client(&Hand::new()).pods().list(&Query::default()).await.unwrap_err();
    assert!(matches!(&error, Error::Refused { status: 400, said, .. } if said == "bad name"), "{error:?}");
    stub.until(|log| log.hung_up == 1).await;
    assert!(stub.flooded() < 16 * MIB, "{} bytes were taken", stub.flooded());
}

#[tokio::test]
async fn an_error_keeps_its_status_when_its_words_do_not_come() {
    let stub = Stub::start([Reply::Stall("HTTP/1.1 403 X\r\ncontent-length: 9\r\n\r\nno".into())]).await;
    let hand = Hand::new();
    let client = stub.client(&hand);
    let moved = async {
        hand.until_asked(Duration::from_secs(2)).await;
        hand.advance(Duration::from_secs(2));
    };
    let (error, ()) = tokio::join!(async { client.pods().list(&Query::default()).await.unwrap_err() }, moved);
    assert!(matches!(&error, Error::Refused { status: 403, said, .. } if said == "no"), "{error:?}");
}

#[tokio::test]
async fn a_429_keeps_its_advice_whatever_its_body_is_and_whether_it_comes_or_not() {
    let head = "HTTP/1.1 429 X\r\nretry-after: 600\r\nratelimit: \"hour\";r=0;t=600\r\ncontent-length: ";
    let whole = |body: &str| Reply::Cut(format!("{head}{}\r\n\r\n{body}", body.len()).into());
    let bodies = ["7", "true", "null", "\"slow\"", "[]", "", "<html></html>", "{\"error\":"];
    for reply in bodies.map(whole).into_iter().chain([Reply::Stall(format!("{head}9\r\n\r\n").into())]) {
        let stub = Stub::start([reply]).await;
        let hand = Hand::new();
        let client = stub.client(&hand);
        let moved = async {
            hand.until_asked(Duration::from_secs(2)).await;
            hand.advance(Duration::from_secs(2));
        };
        let (pods, query) = (client.pods(), Query::default());
        let listing = pods.list(&query);
        tokio::pin!(listing);
        let listed = tokio::select! {
            listed = &mut listing => listed,
            () = moved => listing.await,
        };
        let error = listed.unwrap_err();
        let Error::TooFast { after, sure, hint, said, .. } = error else { panic!("{error:?}") };
        assert_eq!((after, sure), (Some(Duration::from_secs(600)), true), "{said}");
        assert!(hint.contains("the hour quota") && !said.is_empty(), "{hint} {said}");
    }
}

#[tokio::test]
async fn runpods_findings_reach_the_caller() {
    let problem = r#"{"title":"Unprocessable Entity","status":422,"detail":"validation failed",
        "errors":["$: additional properties 'bogus' not allowed"]}"#;
    let error = write(Reply::new(422, "content-type: application/problem+json\r\n", problem)).await;
    assert_eq!(error.to_string(), "Runpod answered 422: Unprocessable Entity: validation failed");
    assert!(
        matches!(&error, Error::Refused { operation: "createPod", problems, .. }
            if problems == &["$: additional properties 'bogus' not allowed"]),
        "{error:?}"
    );
    let error = write(Reply::new(502, "", "<html><title>502 Bad Gateway</title>...")).await;
    assert_eq!(error.to_string(), r#"Runpod answered 502: an HTML page titled "502 Bad Gateway""#);
}

#[tokio::test]
async fn a_silent_host_is_given_up_after_the_request_timeout() {
    for start in ["", "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"] {
        let stub = Stub::start([Reply::Stall(start.into()), Reply::Stall(start.into())]).await;
        let hand = Hand::new();
        let client = stub.client(&hand);
        let (pods, pod) = (client.pods(), new_pod());
        let query = Query::default();
        let late = async {
            stub.until(|log| log.heard.len() == 2).await;
            hand.advance(Duration::from_secs(30));
        };
        let (read, write, ()) = tokio::join!(pods.list(&query), pods.create(&pod), late);
        assert_eq!(read.unwrap_err().to_string(), "no answer to listPods within 30.0 s");
        assert_eq!(
            write.unwrap_err().to_string(),
            "no answer to createPod within 30.0 s; whether it took effect is unknown"
        );
        stub.until(|log| log.hung_up == 2).await;
    }
}

#[tokio::test]
async fn nothing_is_sent_when_no_time_is_left() {
    let stub = Stub::start([]).await;
    let hand = Hand::new();
    let client = stub.client(&hand);
    let deadline = Deadline::after(client.clock(), Duration::from_secs(50));
    let client = client.acting_for(Call::new(Some(runpod_api::ApiKey::new(KEY)), deadline));
    hand.advance(Duration::from_secs(50));
    for error in [
        client.pods().list(&Query::default()).await.map(drop).unwrap_err(),
        client.pods().create(&new_pod()).await.map(drop).unwrap_err(),
    ] {
        assert!(error.to_string().ends_with("within 0.0 s; nothing was sent"), "{error}");
    }
    assert_eq!(stub.connections(), 0);
}

#[tokio::test]
async fn the_deadline_of_the_call_is_shorter_than_that_of_a_request() {
    let stub = Stub::start([Reply::Stall(Vec::new())]).await;
    let hand = Hand::new();
    let client = stub.client(&hand);
    let deadline = Deadline::after(client.clock(), Duration::from_secs(4));
    let client = client.acting_for(Call::new(Some(runpod_api::ApiKey::new(KEY)), deadline));
    let late = async {
        stub.until(|log| log.heard.len() == 1).await;
        hand.advance(Duration::from_secs(4));
    };
    let (error, ()) = tokio::join!(async { client.pods().list(&Query::default()).await.unwrap_err() }, late);
    assert!(matches!(error, Error::Timeout { after, .. } if after == Duration::from_secs(4)), "{error:?}");
}

#[tokio::test]
async fn no_more_than_64_exchanges_run_at_a_time() {
    let (replies, go): (Vec<_>, Vec<_>) = (0..65).map(|_| Reply::held(200, r#"{"pods":[]}"#)).unzip();
    let stub = Stub::start(replies).await;
    let client = stub.client(&Hand::new());
    let listed = |_| {
        let client = client.clone();
        tokio::spawn(async move { client.pods().list(&Query::default()).await.map(drop) })
    };
    let tasks: Vec<_> = (0..65).map(listed).collect();
    stub.until(|log| log.heard.len() >= 64).await;
    // Whoever were to come next would have come by now.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(stub.heard().len(), 64);
    for go in go {
        go.send_replace(true);
    }
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(stub.heard().len(), 65);
}

#[tokio::test]
async fn waiting_for_a_turn_ends_with_the_deadline() {
    let stub = Stub::start((0..64).map(|_| Reply::Stall(Vec::new()))).await;
    let hand = Hand::new();
    let client = stub.client(&hand);
    let others: Vec<_> = (0..64)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.pods().list(&Query::default()).await.map(drop) })
        })
        .collect();
    stub.until(|log| log.heard.len() == 64).await;
    let (pods, pod) = (client.pods(), new_pod());
    let late = async {
        while hand.asked().len() < 65 {
            tokio::task::yield_now().await;
        }
        hand.advance(Duration::from_secs(30));
    };
    let (error, ()) = tokio::join!(async { pods.create(&pod).await.unwrap_err() }, late);
    assert_eq!(error.to_string(), "no answer to createPod within 30.0 s; nothing was sent");
    for other in others {
        assert!(other.await.unwrap().is_err());
    }
    assert!(stub.lines().iter().all(|line| line.starts_with("GET")));
}

#[tokio::test]
async fn an_unusable_setting_is_named_by_the_first_call() {
    let stub = Stub::start([]).await;
    let settings = Settings {
        hosts: stub.hosts(),
        roots_pem: Some(b"no certificate".as_slice().into()),
        ..Settings::default()
    };
    let error = client(settings).pods().list(&Query::default()).await.unwrap_err();
    assert_eq!(error.to_string(), "the setting `roots_pem` contains no usable certificate");
}
