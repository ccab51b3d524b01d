//! The check of a key before a request is let in, against a twin.

use std::sync::Arc;
use std::time::Duration;

use runpod_api::{ApiKey, Call, Client, ExchangeHook, Settings, pods};
use runpod_mcp::credential::{self, Gate, Switch, Verdict, Verdicts};
use runpod_mcp::metrics::Metrics;
use runpod_mcp::state::{Memory, Rule, Size};
use runpod_sim::{Action, Match, Pace, Seed, Sim};

use crate::rig;

const ADDRESS: &str = "192.0.2.1";

struct House {
    sim: Sim,
    client: Client,
    gate: Gate,
    metrics: Arc<Metrics>,
}

impl House {
    async fn new() -> Self {
        Self::with(credential::Settings::default()).await
    }

    async fn with(settings: credential::Settings) -> Self {
        let sim = Sim::builder().seed(Seed::Empty).clock(Pace::Manual).start().await.expect("a free port");
        let verdicts = Arc::new(Verdicts::default());
        let heard = Arc::clone(&verdicts);
        let on_exchange = ExchangeHook::new(move |exchange| heard.heard(exchange));
        let client = Client::new(Settings { on_exchange, ..rig::settings(&sim) });
        let metrics = Arc::new(Metrics::new(&[], &[settings.strangers.name()]));
        let state = Arc::new(Memory::new(Size::default(), Arc::clone(client.clock())));
        let gate = Gate::new(client.clone(), verdicts, (state, Arc::clone(&metrics)), settings);
        Self { sim, client, gate, metrics }
    }

    async fn check(&self, key: &str) -> Verdict {
        self.gate.check(&ApiKey::new(key), ADDRESS).await
    }

    fn good(&self) -> &'static str {
        self.sim.key()
    }

    /// How often Runpod was asked.
    fn asked(&self) -> usize {
        self.sim.journal().count("graphql:myself")
    }

    fn counted(&self, sample: &str) -> bool {
        self.metrics.render().lines().any(|line| line == sample)
    }
}

#[tokio::test]
async fn a_good_key_is_asked_about_once_a_minute_and_a_bad_one_twice() {
    let house = House::new().await;
    for _ in 0..3 {
        assert_eq!(house.check(house.good()).await, Verdict::Passed);
        assert_eq!(house.check("rpa_dead").await, Verdict::Rejected);
    }
    assert_eq!(house.asked(), 2);
    house.sim.clock().advance(Duration::from_secs(30));
    assert_eq!(house.check(house.good()).await, Verdict::Passed);
    assert_eq!(house.check("rpa_dead").await, Verdict::Rejected);
    assert_eq!(house.asked(), 3);
    house.sim.clock().advance(Duration::from_secs(30));
    assert_eq!(house.check(house.good()).await, Verdict::Passed);
    assert_eq!(house.asked(), 4);
    assert!(house.counted("runpod_mcp_credential_check_enabled 1"));
    assert!(house.counted("runpod_mcp_credential_checks_total{verdict=\"valid\"} 2"));
    assert!(house.counted("runpod_mcp_credential_checks_total{verdict=\"cached_invalid\"} 2"));
}

#[tokio::test]
async fn t04_stolen_keys_cannot_be_tried_out_from_one_address() {
    let strangers = Rule::per_minute("failed-credential", 60, 20);
    let house = House::with(credential::Settings { strangers, ..credential::Settings::default() }).await;
    assert_eq!(house.check(house.good()).await, Verdict::Passed);
    let mut rejected = 0;
    for guess in 0..1000 {
        match house.check(&format!("rpa_guess_{guess}")).await {
            Verdict::Rejected => rejected += 1,
            Verdict::TooMany(wait) => assert!(!wait.is_zero() && wait <= Duration::from_secs(1)),
            Verdict::Passed => panic!("nobody knows this key"),
        }
    }
    assert_eq!((rejected, house.asked()), (20, 21));
    assert!(house.counted("runpod_mcp_refusals_total{rule=\"failed-credential\"} 980"));
    assert_eq!(house.check(house.good()).await, Verdict::Passed, "what is known needs no question");
    let elsewhere = house.gate.check(&ApiKey::new("rpa_guess_999"), "192.0.2.2").await;
    assert_eq!(elsewhere, Verdict::Rejected, "another address is asked about");
    house.sim.clock().advance(Duration::from_secs(1));
    assert_eq!(house.check("rpa_guess_998").await, Verdict::Rejected, "and in a second this one is again");
}

#[tokio::test]
async fn t05_trouble_at_runpod_locks_nobody_out() {
    let strangers = Rule::per_minute("failed-credential", 1, 2);
    let house = House::with(credential::Settings { strangers, ..credential::Settings::default() }).await;
    let troubles: [(&str, Action); 7] = [
        ("403", Action::status(403).into()),
        ("429", Action::status(429).header("retry-after", "9").into()),
        ("500", Action::status(500).into()),
        ("a page", Action::html_bad_gateway()),
        ("cut", Action::Cut),
        ("empty", Action::Empty),
        ("another shape", Action::WrongShape),
    ];
    for (number, (what, trouble)) in troubles.into_iter().enumerate() {
        house.sim.faults().clear();
        house.sim.faults().add(Match::operation("graphql:myself").then(trouble));
        for key in [house.good(), "rpa_dead"] {
            assert_eq!(house.check(key).await, Verdict::Passed, "{what}");
        }
        assert_eq!(house.asked(), 2 * (number + 1), "what is not certain is not remembered ({what})");
    }
    house.sim.faults().clear();
    assert_eq!(house.check("rpa_dead").await, Verdict::Rejected);
}

#[tokio::test]
async fn t05_a_silent_runpod_costs_four_seconds_and_locks_nobody_out() {
    let house = House::new().await;
    house.sim.faults().add(Match::operation("graphql:myself").then(Action::Silent));
    let (verdict, ()) = tokio::join!(house.check(house.good()), async {
        while house.asked() == 0 {
            tokio::task::yield_now().await;
        }
        house.sim.clock().advance(Duration::from_secs(4));
    });
    assert_eq!(verdict, Verdict::Passed);
}

#[tokio::test]
async fn t06_a_key_that_runpod_refuses_in_the_middle_of_a_call_is_asked_about_again() {
    let house = House::new().await;
    house.sim.add_key("rpa_revoked_soon");
    assert_eq!(house.check("rpa_revoked_soon").await, Verdict::Passed);
    house.sim.revoke_key("rpa_revoked_soon");
    assert_eq!(house.check("rpa_revoked_soon").await, Verdict::Passed, "nobody knows yet");
    let call = Call::new(Some(ApiKey::new("rpa_revoked_soon")), house.client.deadline());
    let refused = house.client.acting_for(call).pods().list(&pods::Query::default()).await;
    assert_eq!(refused.map(drop).unwrap_err().status(), Some(401));
    assert_eq!(house.check("rpa_revoked_soon").await, Verdict::Rejected);
    assert_eq!(house.asked(), 2);
}

#[tokio::test]
async fn of_many_requests_with_one_key_one_asks_even_if_it_leaves() {
    let house = House::new().await;
    let slow = Action::slow(Duration::from_secs(2));
    house.sim.faults().add(Match::operation("graphql:myself").nth(1).then(slow));
    let gate = house.gate.clone();
    let first = tokio::spawn(async move { gate.check(&ApiKey::new("rpa_dead"), ADDRESS).await });
    while house.asked() == 0 {
        tokio::task::yield_now().await;
    }
    let others: Vec<_> = (0..50)
        .map(|_| {
            let gate = house.gate.clone();
            tokio::spawn(async move { gate.check(&ApiKey::new("rpa_dead"), ADDRESS).await })
        })
        .collect();
    first.abort();
    tokio::task::yield_now().await;
    house.sim.clock().advance(Duration::from_secs(2));
    for other in others {
        assert_eq!(other.await.expect("no panic"), Verdict::Rejected);
    }
    assert_eq!(house.asked(), 1);
}

#[tokio::test]
async fn a_check_that_is_off_asks_nobody_and_shows_that_it_is_off() {
    for (switch, word) in [(Switch::OffBySetting, "skip_env_var"), (Switch::OffByHosts, "skip_env_mismatch")]
    {
        let house = House::with(credential::Settings { switch, ..credential::Settings::default() }).await;
        assert_eq!(house.check("rpa_dead").await, Verdict::Passed);
        assert_eq!(house.asked(), 0);
        assert!(house.counted("runpod_mcp_credential_check_enabled 0"));
        assert!(house.counted(&format!("runpod_mcp_credential_checks_total{{verdict=\"{word}\"}} 1")));
    }
}
