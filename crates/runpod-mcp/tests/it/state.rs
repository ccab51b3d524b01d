//! The state on a real Valkey or Redis server, which speaks the same protocol. Skipped, loudly, where there is none.

mod server;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use runpod_api::{Clock, RealClock};
use runpod_mcp::state::{self, Memory, Rule, Settings, Size, State, Taken, Unsure};

use server::Server;

const SLOW: Rule = Rule::per_minute("slow", 1, 10);
const KEEP: Duration = Duration::from_secs(60);

/// With time enough for a busy machine.
fn settings(url: &str) -> Settings {
    Settings { url: Some(url.to_owned()), patience: Duration::from_secs(10), ..Settings::default() }
}

fn replica(url: &str) -> Arc<dyn State> {
    state::open(&settings(url), Arc::new(RealClock::default())).expect("usable settings")
}

/// A clock that stands still: what once failed is never tried again.
#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn a_limit_holds_across_replicas_and_what_is_given_back_can_be_taken() {
    let Some(server) = Server::start() else { return };
    let (one, two) = (replica(server.url()), replica(server.url()));
    let mut passed = 0;
    for _ in 0..20 {
        for replica in [&one, &two] {
            passed += u32::from(replica.take(&SLOW, "a", 1).await == Taken::Allowed);
        }
    }
    assert_eq!(passed, 10);
    let wait = two.take(&SLOW, "a", 1).await.wait().expect("it is empty");
    assert!(wait > Duration::from_secs(50) && wait <= Duration::from_secs(60), "{wait:?}");
    assert_eq!(two.take(&SLOW, "b", 10).await, Taken::Allowed, "somebody else");
    one.give_back(&SLOW, "a", 1).await;
    assert_eq!(two.take(&SLOW, "a", 1).await, Taken::Allowed);
    assert!(two.take(&SLOW, "a", 1).await.wait().is_some());
    one.give_back(&SLOW, "b", 99).await;
    one.give_back(&SLOW, "c", 1).await;
    assert_eq!(one.take(&SLOW, "b", 10).await, Taken::Allowed, "no fuller than full");
    assert!(one.take(&SLOW, "b", 1).await.wait().is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_replicas_at_once_one_is_first() {
    let Some(server) = Server::start() else { return };
    let replicas: Vec<_> = (0..8).map(|_| replica(server.url())).collect();
    let asking: Vec<_> = replicas
        .iter()
        .map(|replica| {
            let replica = Arc::clone(replica);
            tokio::spawn(async move { replica.first("code", KEEP).await.expect("the server answers") })
        })
        .collect();
    let mut firsts = 0;
    for one in asking {
        firsts += u32::from(one.await.expect("no panic"));
    }
    assert_eq!(firsts, 1);
    assert_eq!(replicas[0].first("other", Duration::from_millis(1)).await, Ok(true));
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert_eq!(replicas[1].first("other", KEEP).await, Ok(true), "its time was over");
}

/// The script on the server and the arithmetic here are one machine: what one lets pass the other does.
#[tokio::test]
async fn the_server_counts_as_memory_does() {
    let Some(server) = Server::start() else { return };
    let (there, here) = (replica(server.url()), Memory::new(Size::default(), Arc::new(RealClock::default())));
    let mut random = 7_u32;
    for step in 0..300 {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let (cost, who) = (random >> 28, ["a", "b", "c"][(random >> 20) as usize % 3]);
        if random >> 30 == 0 {
            there.give_back(&SLOW, who, cost).await;
            here.give_back_now(&SLOW, who, cost);
            continue;
        }
        let (far, near) = (there.take(&SLOW, who, cost).await, here.take_now(&SLOW, who, cost));
        match (far.wait(), near.wait()) {
            (None, None) => (),
            (Some(far), Some(near)) => {
                assert!(far.abs_diff(near) < Duration::from_secs(30), "{step}: {far:?}, {near:?}");
            }
            _ => panic!("{step}: {far:?} there, {near:?} here"),
        }
    }
}

#[tokio::test]
async fn only_digests_and_numbers_are_kept_and_only_for_a_time() {
    let Some(server) = Server::start() else { return };
    let replica = replica(server.url());
    replica.take(&SLOW, "CANARY-token", 1).await;
    replica.first("CANARY-code", KEEP).await.expect("the server answers");
    let kept = server.everything();
    assert_eq!(kept.len(), 2, "{kept:?}");
    for (key, value, expires) in kept {
        let digest = key.strip_prefix("runpod-mcp:").and_then(|key| key.split_once(':')).expect("a name").1;
        assert!(digest.len() == 32 && digest.bytes().all(|b| b.is_ascii_hexdigit()), "{key}");
        assert!(value.bytes().all(|b| b.is_ascii_digit()), "{value}");
        assert!(expires > 0 && expires <= 61_000, "{key} is kept for {expires} ms");
    }
}

#[tokio::test]
async fn while_the_server_is_away_limits_are_counted_here_and_marks_are_refused() {
    let Some(mut server) = Server::start() else { return };
    let replica = replica(server.url());
    assert_eq!(replica.take(&SLOW, "a", 10).await, Taken::Allowed);
    assert_eq!(replica.first("before", KEEP).await, Ok(true));
    server.stop();
    assert_eq!(replica.first("code", KEEP).await, Err(Unsure::Unreachable));
    assert!(!replica.reachable());
    let mut passed = 0;
    for _ in 0..20 {
        passed += u32::from(replica.take(&SLOW, "a", 1).await == Taken::Allowed);
    }
    assert_eq!(passed, 10, "a replica that is alone has a limit too");
    server.again();
    let back = async {
        while replica.first("after", KEEP).await != Ok(true) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), back).await.expect("it is noticed within a second or so");
    assert!(replica.reachable());
}

#[tokio::test]
async fn nobody_waits_for_a_server_that_hangs_once_that_is_known() {
    // Accepts and never answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("redis://{}", silent.local_addr().expect("it has one"));
    let settings = Settings { patience: Duration::from_millis(50), ..settings(&url) };
    let replica = state::open(&settings, Arc::new(Still)).expect("usable settings");
    for _ in 0..5 {
        assert_eq!(replica.take(&SLOW, "a", 1).await, Taken::Allowed);
    }
    silent.set_nonblocking(true).expect("it can be asked");
    let connections = std::iter::from_fn(|| silent.accept().ok()).count();
    assert_eq!((connections, replica.reachable()), (1, false));
}

#[tokio::test]
async fn tls_is_checked_against_the_roots_that_were_given() {
    let Some(server) = Server::with_tls() else { return };
    let first = async |roots_pem: Vec<u8>| {
        let settings = Settings { roots_pem: Some(roots_pem.into()), ..settings(server.url()) };
        let replica = state::open(&settings, Arc::new(RealClock::default())).expect("usable settings");
        replica.first("code", KEEP).await
    };
    assert_eq!(first(server.root_pem()).await, Ok(true));
    assert_eq!(first(server::stranger_pem()).await, Err(Unsure::Unreachable));
}
