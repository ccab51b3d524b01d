//! Where the key goes, and where it does not.

use runpod_api::pods::{Create, Gpu, Query};
use runpod_api::{ApiKey, Call, Client, Error, Page, Settings};

use crate::hand::Hand;
use crate::stub::{KEY, Reply, Stub, client};

#[tokio::test]
async fn a_redirect_is_an_error_and_nobody_else_is_asked() {
    let other = Stub::start([]).await;
    for status in [301, 302, 303, 307, 308] {
        let there = format!("http://me:{KEY}@127.0.0.1:{}/v2/pods?key={KEY}", other.port);
        let reply = || Reply::new(status, &format!("location: {there}\r\n"), "");
        let stub = Stub::start([reply(), reply()]).await;
        let client = stub.client(&Hand::new());
        let pod = Create::gpu("n", "i", Gpu::new("L4"));
        for error in [
            client.pods().list(&Query::default()).await.map(drop).unwrap_err(),
            client.pods().create(&pod).await.map(drop).unwrap_err(),
        ] {
            let words =
                format!("Runpod answered {status}, which points to 127.0.0.1; redirects are not followed");
            assert_eq!(error.to_string(), words);
            assert!(!format!("{error:?}").contains("CANARY"));
        }
        assert_eq!(stub.heard().len(), 2);
    }
    assert_eq!(other.connections(), 0);
}

#[tokio::test]
async fn a_redirect_names_the_host_in_every_spelling() {
    for (location, host) in [
        ("//evil.example/v2", "evil.example"),
        ("https://EVIL.example:8443/x", "evil.example"),
        ("/elsewhere", "127.0.0.1"),
        ("http://[broken", "no readable address"),
    ] {
        let stub = Stub::start([Reply::new(302, &format!("location: {location}\r\n"), "")]).await;
        let error = stub.client(&Hand::new()).pods().list(&Query::default()).await.unwrap_err();
        assert!(matches!(&error, Error::Redirected { to, .. } if to == host), "{location}: {error:?}");
    }
    let stub = Stub::start([Reply::new(304, "", "")]).await;
    let error = stub.client(&Hand::new()).pods().list(&Query::default()).await.unwrap_err();
    assert_eq!(error.status(), Some(304));
}

#[tokio::test]
async fn without_a_key_nothing_is_asked() {
    let stub = Stub::start([]).await;
    let nobody = Client::new(Settings { hosts: stub.hosts(), ..Settings::default() });
    let blank = nobody.acting_for(Call::new(Some(ApiKey::new("\n")), nobody.deadline()));
    for client in [nobody, blank] {
        assert!(matches!(client.pods().list(&Query::default()).await, Err(Error::NoKey)));
    }
    assert_eq!(stub.connections(), 0);
}

#[tokio::test]
async fn two_callers_of_one_client_are_never_mixed_up() {
    let stub = Stub::start((0..40).map(|_| Reply::json(200, r#"{"pods":[]}"#))).await;
    let client = stub.client(&Hand::new());
    let asked: Vec<_> = (0..40)
        .map(|n| {
            let key = ApiKey::new(&format!("rpa_of_caller_{}", n % 2));
            let client = client.acting_for(Call::new(Some(key), client.deadline()));
            let page = Page { limit: Some(n % 2 + 1), cursor: None };
            tokio::spawn(async move {
                client.pods().list(&Query { page, ..Query::default() }).await.map(drop).unwrap();
            })
        })
        .collect();
    for task in asked {
        task.await.unwrap();
    }
    for heard in stub.heard() {
        let caller = heard.line().ends_with("limit=2");
        assert_eq!(heard.header("authorization"), [format!("Bearer rpa_of_caller_{}", u8::from(caller))]);
    }
}

#[tokio::test]
async fn no_error_and_no_debug_text_shows_the_key() {
    let echo = format!("you sent Authorization: Bearer {KEY}");
    let problem =
        format!(r#"{{"title":"{echo}","detail":"{echo}","errors":["{echo}",{{"message":"{echo}"}}]}}"#);
    let stub = Stub::start([
        Reply::json(400, &problem),
        Reply::json(401, &format!(r#"{{"message":"{echo}"}}"#)),
        Reply::new(403, "", &format!("<html><title>{echo}</title></html>")),
        Reply::new(404, "", &echo),
        Reply::new(302, &format!("location: https://{KEY}.example/{KEY}\r\n"), ""),
        Reply::new(429, &format!("ratelimit: \"{KEY}\";r=0;t=9\r\nretry-after: {KEY}\r\n"), &echo),
        Reply::json(200, &format!(r#"{{"pods":"{KEY}"}}"#)),
        Reply::new(200, &format!("content-encoding: {KEY}\r\n"), "x"),
        Reply::new(200, "", KEY),
    ])
    .await;
    let client = stub.client(&Hand::new());
    for _ in 0..9 {
        let error = client.pods().list(&Query::default()).await.unwrap_err();
        assert!(!format!("{error} {error:?}").to_lowercase().contains("canary"), "{error:?}");
    }
    assert_eq!(stub.heard().len(), 9);
    assert!(!format!("{client:?}").contains("CANARY"));
}

#[test]
fn settings_do_not_show_the_password_of_a_proxy() {
    let proxy = Some(format!("http://me:{KEY}@proxy.example"));
    let settings = Settings { proxy, roots_pem: Some(KEY.as_bytes().into()), ..Settings::default() };
    assert!(!format!("{settings:?} {:?}", client(settings.clone())).contains("CANARY"));
}
