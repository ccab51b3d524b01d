//! One authorization server, one twin behind it, and a person in front of the console.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::body::{Body, to_bytes};
use axum::{Extension, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, Request, StatusCode, header};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use runpod_api::Base;
use runpod_mcp::oauth::{Issuer, Keyring, Peer, Settings, SignIn, Wall};
use runpod_mcp::sandbox;
use runpod_mcp::state::{Memory, Size, State};
use runpod_sim::{Pace, Seed, Sim};
use serde_json::Value;
use tower_service::Service;

pub(crate) const ISSUER: &str = "https://mcp.example";
pub(crate) const BACK: &str = "http://127.0.0.1:3118/callback";
/// The pair of RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub(crate) const OTHER: &str = "another-verifier-another-verifier-another-ver";

pub(crate) const CREATE: &str = "graphql:createFlashAuthRequest";
pub(crate) const STATUS: &str = "graphql:flashAuthRequestStatus";

pub(crate) struct Desk {
    pub(crate) sim: Sim,
    pub(crate) sign_in: SignIn,
    sent: AtomicU32,
}

#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Said {
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.headers["cache-control"], "no-store");
        serde_json::from_str(&self.text).unwrap()
    }

    /// The word of an error.
    #[track_caller]
    pub(crate) fn refused(self, status: u16) -> String {
        let said = self.expect(status);
        assert!(said["error_description"].is_string(), "{said}");
        said["error"].as_str().unwrap().to_owned()
    }

    /// Where the browser is sent.
    #[track_caller]
    pub(crate) fn location(&self) -> String {
        assert_eq!(self.status, 302, "{}", self.text);
        for (name, value) in
            [("cache-control", "no-store"), ("referrer-policy", "no-referrer"), ("x-frame-options", "DENY")]
        {
            assert_eq!(self.headers[name], value);
        }
        self.headers["location"].to_str().unwrap().to_owned()
    }
}

pub(crate) async fn twin() -> Sim {
    Sim::builder().seed(Seed::Empty).clock(Pace::Manual).start().await.unwrap()
}

/// The compatible mode in front of a twin.
pub(crate) fn settings(sim: &Sim) -> Settings {
    let clock = sim.clock();
    let wall = Wall::new(move || u64::try_from(clock.now().timestamp()).unwrap());
    let backend = Base::parse(&sim.graphql_url()).unwrap();
    let client = sandbox::settings(sim).unwrap();
    Settings { wall, ..Settings::compatible(client, backend, &sim.console_url()) }
}

/// What one process counts, by the twin's clock.
pub(crate) fn state(sim: &Sim) -> Arc<dyn State> {
    Arc::new(Memory::new(Size::default(), sandbox::settings(sim).unwrap().clock))
}

/// 32 bytes that nobody would call a placeholder, under a name.
pub(crate) fn key(kid: &str, seed: u8) -> String {
    let bytes: Vec<u8> = (0..32u8).map(|n| n.wrapping_mul(37).wrapping_add(seed) ^ 0x80).collect();
    format!("{kid}:{}", STANDARD.encode(bytes))
}

pub(crate) fn keys(text: &str) -> Option<Keyring> {
    Some(Keyring::parse(text).unwrap())
}

/// With sealed client ids.
pub(crate) fn sealed(settings: Settings) -> Settings {
    Settings { keys: keys(&key("a", 1)), ..settings }
}

/// With a callback of our own too.
pub(crate) fn strict(settings: Settings) -> Settings {
    Settings { callback: true, ..sealed(settings) }
}

/// A server that is set up as the compatible mode with these changes.
pub(crate) async fn desk_with(change: impl FnOnce(Settings) -> Settings) -> Desk {
    let sim = twin().await;
    let sign_in = SignIn::new(change(settings(&sim)), state(&sim)).unwrap();
    Desk::of(sim, sign_in)
}

pub(crate) async fn desk() -> Desk {
    desk_with(|settings| settings).await
}

/// A value as it stands in a query or a form.
pub(crate) fn escaped(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

pub(crate) fn form(pairs: &[(&str, &str)]) -> String {
    pairs.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect::<Vec<_>>().join("&")
}

/// A value of the query of an address.
pub(crate) fn query(address: &str, name: &str) -> Option<String> {
    let (_, query) = address.split_once('?')?;
    let found = query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name)?.1;
    Some(percent_decode_str(&found.replace('+', " ")).decode_utf8().unwrap().into_owned())
}

/// What a client asks `/authorize` for.
pub(crate) fn wish<'a>(client: &'a str, back: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("response_type", "code"),
        ("client_id", client),
        ("redirect_uri", back),
        ("state", "st 1&x"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]
}

/// What a client redeems a code with.
pub(crate) fn claim<'a>(client: &'a str, code: &'a str, back: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("grant_type", "authorization_code"),
        ("client_id", client),
        ("code", code),
        ("redirect_uri", back),
        ("code_verifier", VERIFIER),
    ]
}

/// The same with another value, or without one.
pub(crate) fn with<'a>(
    pairs: &[(&'a str, &'a str)],
    name: &'a str,
    value: Option<&'a str>,
) -> Vec<(&'a str, &'a str)> {
    let rest = pairs.iter().copied().filter(|(key, _)| *key != name);
    rest.chain(value.map(|value| (name, value))).collect()
}

impl Desk {
    pub(crate) fn of(sim: Sim, sign_in: SignIn) -> Self {
        Self { sim, sign_in, sent: AtomicU32::new(0) }
    }

    pub(crate) fn router(&self, peer: Peer) -> Router {
        self.sign_in.router().layer(Extension(Issuer::new(ISSUER))).layer(Extension(peer))
    }

    /// Each request comes from somewhere else, so that limits are met only where a test is about them.
    pub(crate) async fn send(&self, request: Request<Body>) -> Said {
        let number = self.sent.fetch_add(1, Ordering::Relaxed);
        self.send_from(IpAddr::V4(Ipv4Addr::from_bits(0x0800_0000 + number)), request).await
    }

    pub(crate) async fn send_from(&self, from: IpAddr, request: Request<Body>) -> Said {
        let response = self.router(Peer(from)).call(request).await.unwrap();
        let (head, body) = response.into_parts();
        let text = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
        Said { status: head.status, headers: head.headers, text }
    }

    pub(crate) async fn get(&self, path: &str) -> Said {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn browse(&self, path: &str) -> Said {
        let request = Request::get(path).header(header::ACCEPT, "text/html,*/*;q=0.8");
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn register(&self, body: &Value) -> Said {
        let request = Request::post("/register").header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    /// The id of a client with this redirect address.
    pub(crate) async fn client(&self, back: &str) -> String {
        let body = serde_json::json!({ "client_name": "Probe", "redirect_uris": [back] });
        self.register(&body).await.expect(201)["client_id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn authorize(&self, pairs: &[(&str, &str)]) -> Said {
        self.get(&format!("/authorize?{}", form(pairs))).await
    }

    pub(crate) async fn token(&self, pairs: &[(&str, &str)]) -> Said {
        let request =
            Request::post("/token").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(form(pairs))).unwrap()).await
    }

    /// The person follows the hand-off and decides; where the browser is sent then.
    pub(crate) async fn decide(&self, handoff: &str, decision: &str) -> String {
        let inner = query(handoff, "redirect").unwrap();
        let fields =
            ["request", "redirect_uri", "state"].map(|name| (name, query(&inner, name).unwrap_or_default()));
        let mut pairs: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        pairs.push(("decision", decision));
        let path = inner.split('?').next().unwrap();
        let request = Request::post(format!("/console{path}")).body(Body::from(form(&pairs))).unwrap();
        let response = self.sim.answer(request).await;
        assert_eq!(response.status(), 302);
        response.headers()["location"].to_str().unwrap().to_owned()
    }

    /// The person approves what our own callback gets; where our callback sends the browser then.
    pub(crate) async fn approve_through(&self, handoff: &str) -> String {
        let ours = self.decide(handoff, "approve").await;
        let path = ours.strip_prefix(ISSUER).unwrap();
        self.get(path).await.location()
    }

    /// How often the backend was asked at all.
    pub(crate) fn asked(&self) -> usize {
        self.sim.journal().count(CREATE) + self.sim.journal().count(STATUS)
    }

    /// Moves the clock past every wait of a poll, one after the other, while it goes on.
    pub(crate) async fn while_time_passes<T>(&self, work: impl Future<Output = T>) -> T {
        let clock = self.sim.clock();
        let hand = async {
            loop {
                clock.advance(std::time::Duration::from_millis(100));
                tokio::time::sleep(std::time::Duration::from_micros(200)).await;
            }
        };
        tokio::select! {
            biased;
            done = work => done,
            () = hand => unreachable!(),
        }
    }

    /// Whether a key opens the account of the twin.
    pub(crate) async fn opens(&self, key: &str) -> bool {
        let request = Request::get("/v2/network-volumes").header("authorization", format!("Bearer {key}"));
        self.sim.answer(request.body(Body::empty()).unwrap()).await.status() == 200
    }
}
