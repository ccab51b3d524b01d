//! What is written down about a sign-in: enough to follow it, nothing to steal.

use std::io::Write;
use std::sync::{Arc, Mutex};

use tracing_subscriber::fmt::MakeWriter;

use super::desk::{BACK, OTHER, VERIFIER, claim, desk_with, query, sealed, strict, wish, with};

/// Everything that is logged at any level.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Paper {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Paper {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

#[tokio::test]
async fn t01_t13_no_code_verifier_state_key_or_token_is_ever_written_down() {
    let paper = Paper::default();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(paper.clone());
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    let mut secrets = vec![VERIFIER.to_owned(), OTHER.to_owned(), "st 1&x".to_owned()];
    let changes: [fn(_) -> _; 3] = [|settings| settings, sealed, strict];
    for (place, change) in changes.into_iter().enumerate() {
        // Other tests of this process log too, and what they care about is remembered for all.
        tracing::callsite::rebuild_interest_cache();
        let desk = desk_with(change).await;
        let client = desk.client(BACK).await;
        let handoff = desk.authorize(&wish(&client, BACK)).await.location();
        let inner = query(&handoff, "redirect").unwrap();
        secrets.extend([client.clone(), query(&inner, "request").unwrap(), query(&inner, "state").unwrap()]);
        let back = if place == 2 {
            desk.approve_through(&handoff).await
        } else {
            desk.decide(&handoff, "approve").await
        };
        let code = query(&back, "code").unwrap();
        let right = claim(&client, &code, BACK);
        let strange = with(&with(&right, "client_id", Some("CANARY-client")), "code", Some("CANARY-code"));
        desk.token(&strange).await;
        let said = desk.token(&right).await.expect(200);
        desk.token(&with(&right, "code_verifier", Some(OTHER))).await;
        desk.authorize(&wish(&client, "https://evil.example/CANARY-path")).await;
        secrets.extend([code, said["access_token"].as_str().unwrap().to_owned(), "CANARY".to_owned()]);
    }
    let text = paper.text();
    for event in [
        "oauth_register",
        "oauth_authorize",
        "oauth_authorize_handoff",
        "oauth_authorize_rejected",
        "oauth_token",
    ] {
        assert!(text.contains(event), "{event} is not there:\n{text}");
    }
    let found: Vec<_> = secrets.iter().filter(|secret| text.contains(secret.as_str())).collect();
    assert!(found.is_empty(), "{found:?} in\n{text}");
}
