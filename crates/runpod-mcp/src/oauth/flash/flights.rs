//! Who is redeeming which code. Of those who come with the same verifier one reads and all hear the end; who comes with
//! another one waits until that is over, so that a code is never read by two at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ring::digest::{SHA256, digest};
use runpod_api::flash::RequestId;
use tokio::sync::watch;

use super::End;

/// Most codes that are redeemed at once.
const MOST: usize = 4096;

/// The codes that are being redeemed, by their digests.
#[derive(Debug, Default)]
pub(in crate::oauth) struct Flights(Mutex<HashMap<Vec<u8>, Flight>>);

#[derive(Debug)]
struct Flight {
    /// Whose verifier it is.
    mark: [u8; 32],
    end: watch::Receiver<Option<End>>,
}

/// Where a caller sits.
pub(super) enum Seat {
    /// He reads, and waits for the end like everybody else.
    Pilot(Landing, Passenger),
    /// He hears what the one who reads hears.
    Passenger(Passenger),
    /// Somebody else, with another verifier, comes before him.
    Behind(Passenger),
}

/// The end of a flight, to be told. Dropped without one, it tells that something broke.
pub(super) struct Landing {
    flights: Arc<Flights>,
    code: Vec<u8>,
    told: watch::Sender<Option<End>>,
}

/// Waits for the end of a flight.
pub(super) struct Passenger(watch::Receiver<Option<End>>);

impl Flights {
    /// Takes a seat.
    pub(super) fn board(self: &Arc<Self>, id: &RequestId, mark: [u8; 32]) -> Seat {
        let code = digest(&SHA256, id.reveal().as_bytes()).as_ref().to_vec();
        let mut flights = self.lock();
        if let Some(flight) = flights.get(&code) {
            let passenger = Passenger(flight.end.clone());
            return if flight.mark == mark { Seat::Passenger(passenger) } else { Seat::Behind(passenger) };
        }
        let (told, end) = watch::channel(None);
        if flights.len() >= MOST {
            told.send_replace(Some(End::Busy));
            return Seat::Passenger(Passenger(end));
        }
        flights.insert(code.clone(), Flight { mark, end: end.clone() });
        Seat::Pilot(Landing { flights: Arc::clone(self), code, told }, Passenger(end))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Vec<u8>, Flight>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Landing {
    /// Whether anybody still waits. The flight itself has one ear.
    pub(super) fn is_awaited(&self) -> bool {
        self.told.receiver_count() > 1
    }

    pub(super) fn end(self, end: End) {
        self.told.send_replace(Some(end));
    }
}

impl Drop for Landing {
    fn drop(&mut self) {
        self.flights.lock().remove(&self.code);
    }
}

impl Passenger {
    pub(super) async fn end(mut self) -> End {
        match self.0.wait_for(Option::is_some).await {
            Ok(end) => end.clone().unwrap_or(End::Broken),
            Err(_) => End::Broken,
        }
    }
}
