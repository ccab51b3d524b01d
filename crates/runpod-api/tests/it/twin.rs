//! The client and the twin, their time moved by one hand.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use runpod_api::{ApiKey, Base, Call, Client, Deadline, Error, Hosts, Id, Settings, volumes};
use runpod_sim::{Action, Match, Pace, Seed, Sim, Time};

/// The twin's clock, as a client reads it.
#[derive(Debug)]
struct OneHand(runpod_sim::Clock, Time);

impl runpod_api::Clock for OneHand {
    fn now(&self) -> Duration {
        (self.0.now() - self.1).to_std().unwrap_or_default()
    }

    fn sleep(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let clock = self.0.clone();
        Box::pin(async move { clock.sleep(time).await })
    }
}

async fn twin() -> (Sim, Client) {
    let builder = Sim::builder().seed(Seed::Empty).clock(Pace::Manual).enforce_rate_limits();
    let sim = builder.start().await.unwrap();
    let clock: Arc<dyn runpod_api::Clock> = Arc::new(OneHand(sim.clock().clone(), sim.clock().now()));
    let rest_v2 = Base::parse(&sim.rest_v2_url()).unwrap();
    let hosts = Hosts { rest_v2, ..Hosts::default() };
    let deadline = Deadline::never(&clock);
    let settings = Settings { hosts, clock, jitter: |_| Duration::ZERO, ..Settings::default() };
    let client = Client::new(settings).acting_for(Call::new(Some(ApiKey::new(sim.key())), deadline));
    (sim, client)
}

fn volume() -> volumes::Create {
    let (name, data_center_id) = ("data".to_owned(), "EU-RO-1".to_owned());
    volumes::Create { name, size_gb: 50, data_center_id, tier: None }
}

async fn rows(client: &Client) -> usize {
    client.volumes().list().await.unwrap().rows().len()
}

#[tokio::test]
async fn a_full_minute_is_waited_out_by_whoever_asks_again_when_told() {
    let (sim, client) = twin().await;
    for _ in 0..60 {
        client.volumes().list().await.unwrap();
    }
    sim.clock().advance(Duration::from_secs(10));
    let error = client.volumes().list().await.unwrap_err();
    let Error::TooFast { after: Some(wait), sure: true, hint, .. } = error else { panic!("{error:?}") };
    assert_eq!(hint, format!("the minute quota is used up: wait ~{}s", wait.as_secs()));
    assert!(wait <= Duration::from_secs(50), "{wait:?}");
    sim.clock().advance(wait);
    assert_eq!(rows(&client).await, 0);
}

#[tokio::test]
async fn a_late_answer_is_given_up_in_the_same_time_in_which_it_is_late() {
    let (sim, client) = twin().await;
    sim.faults()
        .add(Match::operation("createNetworkVolume").times(1).then(Action::slow(Duration::from_secs(40))));
    let new = volume();
    let moved = async {
        while sim.journal().count("createNetworkVolume") == 0 {
            tokio::task::yield_now().await;
        }
        sim.clock().advance(Duration::from_secs(30));
    };
    let (error, ()) = tokio::join!(async { client.volumes().create(&new).await.unwrap_err() }, moved);
    assert!(error.to_string().ends_with("within 30.0 s; whether it took effect is unknown"), "{error}");
}

#[tokio::test]
async fn a_write_whose_answer_was_cut_happened_once_and_is_in_doubt() {
    let (sim, client) = twin().await;
    sim.faults().add(Match::operation("createNetworkVolume").then(Action::CutBody));
    let error = client.volumes().create(&volume()).await.unwrap_err();
    assert!(matches!(error, Error::Connection { sent: true, write: true, .. }), "{error:?}");
    assert_eq!((sim.journal().count("createNetworkVolume"), rows(&client).await), (1, 1));
}

#[tokio::test]
async fn a_delete_through_a_broken_gateway_succeeds() {
    let (sim, client) = twin().await;
    let made = client.volumes().create(&volume()).await.unwrap();
    let id = Id::parse(&made.view.id).unwrap();
    sim.faults().add(Match::operation("deleteNetworkVolume").times(2).then(Action::html_bad_gateway()));
    client.volumes().delete(&id).await.unwrap();
    assert_eq!((sim.journal().count("deleteNetworkVolume"), rows(&client).await), (3, 0));
    assert!(client.volumes().delete(&id).await.unwrap_err().is_missing());
}

#[tokio::test]
async fn every_trouble_the_twin_can_make_is_one_clear_error() {
    let elsewhere = Action::Redirect { to: "https://evil.example/v2".to_owned(), status: 308 };
    for (action, tries, words) in [
        (Action::html_bad_gateway(), 3, "Runpod answered 502: an HTML page"),
        (Action::Html { status: 200 }, 1, "an unexpected shape: it is an HTML page, not JSON"),
        (Action::Cut, 3, "the connection for listNetworkVolumes failed"),
        (Action::CutBody, 3, "the connection for listNetworkVolumes failed"),
        (Action::Truncated, 1, "an unexpected shape: the JSON ends early"),
        (Action::WrongShape, 1, "an unexpected shape"),
        (Action::Empty, 1, "an unexpected shape: it is empty"),
        (Action::huge(), 1, "is larger than 33554432 bytes"),
        (elsewhere, 1, "Runpod answered 308, which points to evil.example"),
        (Action::status(401).into(), 1, "Runpod answered 401"),
        (Action::status(503).into(), 3, "Runpod answered 503"),
    ] {
        let (sim, client) = twin().await;
        sim.faults().add(Match::any().then(action.clone()));
        let error = client.volumes().list().await.unwrap_err();
        assert!(error.to_string().contains(words), "{action:?}: {error}");
        assert_eq!(sim.journal().count("listNetworkVolumes"), tries, "{action:?}");
        assert!(!format!("{error:?}").contains(sim.key()));
    }
}
