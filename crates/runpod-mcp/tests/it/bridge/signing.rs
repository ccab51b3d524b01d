//! Signing in through a browser, of which the test is one.

use std::sync::Mutex;

use runpod_mcp::vault::Secret;

use super::*;

/// A browser and the person in front of it: follows the link and is sent back.
#[derive(Debug, Default)]
struct Visitor {
    links: Mutex<Vec<String>>,
}

impl Person for Visitor {
    fn show(&self, host: &str, link: &str) {
        assert!(host.starts_with("127.0.0.1:"));
        self.links.lock().unwrap().push(link.to_owned());
        let link = link.to_owned();
        tokio::spawn(async move {
            let http = engine();
            let sent_on = http.get(&link).send().await.unwrap();
            let back = sent_on.headers()["location"].to_str().unwrap().to_owned();
            // A page of somebody else tries first.
            let forged = back.split('?').next().unwrap().to_owned() + "?code=EVIL&state=guessed";
            assert_eq!(http.get(&forged).send().await.unwrap().status(), 404);
            let page = http.get(&back).send().await.unwrap();
            assert_eq!(page.status(), 200);
        });
    }
}

impl Visitor {
    fn visits(&self) -> usize {
        self.links.lock().unwrap().len()
    }
}

fn signing(server: &Elsewhere, home: &Home) -> (Line, Arc<Visitor>) {
    let visitor = Arc::new(Visitor::default());
    let person: Arc<dyn Person> = Arc::clone(&visitor) as _;
    (Line::with(&server.url(), HeaderMap::new(), Some(person), home.wallet()), visitor)
}

#[tokio::test]
async fn a_server_that_wants_a_sign_in_gets_one_and_the_token_is_kept() {
    let (server, home) = (Elsewhere::guarded().await, Home::new());
    let (mut line, visitor) = signing(&server, &home);
    line.open().await;
    assert_eq!(line.ask(1, "echo").await["id"], 1);
    assert_eq!((visitor.visits(), server.granted()), (1, 1));
    line.end().await;
    // The next process finds it.
    let (mut line, visitor) = signing(&server, &home);
    assert_eq!(line.ask(1, "echo").await["id"], 1);
    assert_eq!(visitor.visits(), 0);
    let address = Address::parse(&server.url()).unwrap();
    assert_eq!(home.wallet().find(&address), Ok(Some(Secret::new("TOKEN-CANARY-1"))));
}

#[tokio::test]
async fn a_token_that_is_refused_later_is_replaced_once_for_all_requests() {
    let (server, home) = (Elsewhere::guarded().await, Home::new());
    let (mut line, visitor) = signing(&server, &home);
    assert_eq!(line.ask(1, "echo").await["id"], 1);
    server.revoke_tokens();
    for id in 2..6 {
        line.say(json!({"jsonrpc": "2.0", "id": id, "method": "echo"})).await;
    }
    for _ in 2..6 {
        assert_eq!(line.hear().await["result"], json!({}));
    }
    assert_eq!((visitor.visits(), server.granted()), (2, 2));
}

#[tokio::test]
async fn a_refusal_in_the_browser_is_an_error_and_asks_nobody_again_at_once() {
    let (server, home) = (Elsewhere::guarded().await, Home::new());
    server.deny();
    let (mut line, visitor) = signing(&server, &home);
    for id in [1, 2] {
        let answer = line.ask(id, "echo").await;
        assert_eq!(answer["id"], id);
        assert!(answer["error"]["message"].as_str().unwrap().contains("refused in the browser"), "{answer}");
        assert!(!answer.to_string().contains("CANARY"));
    }
    assert_eq!(visitor.visits(), 1);
}

#[tokio::test]
async fn a_sign_in_outlives_the_request_that_wanted_it() {
    /// Somebody who takes until the test says so.
    #[derive(Debug)]
    struct Slow(Arc<tokio::sync::Notify>, tokio::sync::mpsc::UnboundedSender<()>);

    impl Person for Slow {
        fn show(&self, host: &str, link: &str) {
            let (go, host, link) = (Arc::clone(&self.0), host.to_owned(), link.to_owned());
            let visitor = Visitor::default();
            self.1.send(()).unwrap();
            tokio::spawn(async move {
                go.notified().await;
                visitor.show(&host, &link);
            });
        }
    }

    let (server, home) = (Elsewhere::guarded().await, Home::new());
    let (go, (shown, mut seen)) =
        (Arc::new(tokio::sync::Notify::new()), tokio::sync::mpsc::unbounded_channel());
    let person = Arc::new(Slow(Arc::clone(&go), shown));
    let mut line = Line::with(&server.url(), HeaderMap::new(), Some(person), home.wallet());
    line.say(json!({"jsonrpc": "2.0", "id": 1, "method": "echo"})).await;
    seen.recv().await.unwrap();
    // The client gives up before the person is done.
    let params = json!({"requestId": 1});
    line.say(json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params})).await;
    line.say(json!({"jsonrpc": "2.0", "id": 2, "method": "echo"})).await;
    go.notify_one();
    assert_eq!(line.hear().await["id"], 2);
    assert_eq!(server.granted(), 1);
}

#[tokio::test]
async fn a_header_of_ones_own_is_sent_and_its_refusal_asks_nobody() {
    let (server, home) = (Elsewhere::guarded().await, Home::new());
    let headers: HeaderMap =
        [(http::header::AUTHORIZATION, "Bearer HEADER-CANARY".parse().unwrap())].into_iter().collect();
    let visitor = Arc::new(Visitor::default());
    let person: Arc<dyn Person> = Arc::clone(&visitor) as _;
    let mut line = Line::with(&server.url(), headers, Some(person), home.wallet());
    let answer = line.ask(1, "echo").await;
    assert!(answer["error"]["message"].as_str().unwrap().contains("--header"), "{answer}");
    assert!(!answer.to_string().contains("CANARY"));
    assert_eq!(visitor.visits(), 0);
}

#[tokio::test]
async fn where_nobody_may_be_asked_the_error_says_what_helps() {
    let server = Elsewhere::guarded().await;
    let mut line = Line::to(&server.url());
    let answer = line.ask(1, "echo").await;
    assert!(answer["error"]["message"].as_str().unwrap().contains("--header"), "{answer}");
}
