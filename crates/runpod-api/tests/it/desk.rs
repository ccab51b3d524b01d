//! A client in front of a twin of its own.

use std::fmt::Debug;

use runpod_api::{ApiKey, Base, Call, Client, Error, Hosts, Id, Listing, Settings};
use runpod_sim::{DEMO_KEY, Pace, Seed, Sim};

/// A twin whose clock moves when told, and a client of its account.
pub(crate) async fn desk(seed: Seed) -> (Sim, Client) {
    let sim = Sim::builder().seed(seed).clock(Pace::Manual).start().await.expect("a free port");
    let rest_v2 = Base::parse(&sim.rest_v2_url()).expect("a loopback address");
    let client =
        Client::new(Settings { hosts: Hosts { rest_v2, ..Hosts::default() }, ..Settings::default() });
    let client = client.acting_for(Call::new(Some(ApiKey::new(DEMO_KEY)), client.deadline()));
    (sim, client)
}

pub(crate) fn id(text: &str) -> Id {
    Id::parse(text).expect("Runpod hands out good ids")
}

/// The ids of a list, in its order.
pub(crate) fn ids(listing: &Listing) -> Vec<String> {
    #[derive(serde::Deserialize)]
    struct Row {
        id: String,
    }
    listing.views::<Row>().expect("every row has an id").into_iter().map(|row| row.id).collect()
}

/// The status of a refusal.
pub(crate) fn refused<T: Debug>(answer: Result<T, Error>) -> u16 {
    let error = answer.expect_err("a refusal");
    error.status().unwrap_or_else(|| panic!("Runpod must refuse this, not the client: {error}"))
}
