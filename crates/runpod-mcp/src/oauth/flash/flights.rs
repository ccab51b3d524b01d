//! Who is redeeming which code. Of those who come with the same verifier one reads and all hear the end; who comes with
//! another one waits until that is over, so that a code is never read by two at once.

use std::collections::HashMap;
use std::sync::Arc;

use ring::digest::{SHA256, digest};
use runpod_api::flash::RequestId;
use tokio::sync::watch;

use super::End;
use crate::lock::Locked;

/// Most codes that are redeemed at once.
const MOST: usize = 4096;

/// The codes that are being redeemed, by their digests.
#[derive(Debug, Default)]
pub(in crate::oauth) struct Flights(Locked<HashMap<Vec<u8>, Flight>>);

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
    end: Option<End>,
}

/// Waits for the end of a flight.
pub(super) struct Passenger(watch::Receiver<Option<End>>);

impl Flights {
    /// Takes a seat.
    pub(super) fn board(self: &Arc<Self>, id: &RequestId, mark: [u8; 32]) -> Seat {
        let code = digest(&SHA256, id.reveal().as_bytes()).as_ref().to_vec();
        self.0.with(|flights| self.seat(flights, code, mark))
    }

    fn seat(self: &Arc<Self>, flights: &mut HashMap<Vec<u8>, Flight>, code: Vec<u8>, mark: [u8; 32]) -> Seat {
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
        Seat::Pilot(Landing { flights: Arc::clone(self), code, told, end: None }, Passenger(end))
    }
}

impl Landing {
    /// Whether anybody still waits. The flight itself has one ear.
    pub(super) fn is_awaited(&self) -> bool {
        self.told.receiver_count() > 1
    }

    pub(super) fn end(mut self, end: End) {
        self.end = Some(end);
    }
}

impl Drop for Landing {
    fn drop(&mut self) {
        // Taken away before it is told: who hears the end and boards must not find a flight that is over.
        self.flights.0.with(|flights| flights.remove(&self.code));
        self.told.send_replace(Some(self.end.take().unwrap_or(End::Broken)));
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use shuttle::future::block_on;
    use shuttle::thread::{JoinHandle, spawn, yield_now};

    use super::*;
    use crate::lock::schedules::in_many_orders;

    const MINE: [u8; 32] = [1; 32];
    const OTHERS: [u8; 32] = [2; 32];

    #[derive(Clone, Default)]
    struct World {
        flights: Arc<Flights>,
        flying: Arc<AtomicUsize>,
        flown: Arc<AtomicUsize>,
    }

    impl World {
        /// Redeems the one code there is, with this verifier, and hears the end that belongs to it. The pilot of a
        /// broken flight lands nowhere.
        fn redeem(&self, mark: [u8; 32], breaks: bool) -> JoinHandle<Option<End>> {
            let world = self.clone();
            spawn(move || {
                let id = RequestId::parse("code").unwrap();
                // Of two, one waits for the other, and once.
                for _ in 0..2 {
                    match world.flights.board(&id, mark) {
                        Seat::Pilot(landing, passenger) => {
                            let (world, end) = (world.clone(), end_of(mark));
                            spawn(move || world.fly(landing, (!breaks).then_some(end)));
                            return Some(block_on(passenger.end()));
                        }
                        Seat::Passenger(passenger) => return Some(block_on(passenger.end())),
                        Seat::Behind(before) => drop(block_on(before.end())),
                    }
                }
                None
            })
        }

        fn fly(&self, landing: Landing, end: Option<End>) {
            assert_eq!(self.flying.fetch_add(1, Ordering::SeqCst), 0, "two read one code at once");
            yield_now();
            self.flying.fetch_sub(1, Ordering::SeqCst);
            self.flown.fetch_add(1, Ordering::SeqCst);
            match end {
                Some(end) => landing.end(end),
                None => drop(landing),
            }
        }
    }

    fn end_of(mark: [u8; 32]) -> End {
        if mark == MINE { End::Denied } else { End::Expired }
    }

    fn is_all_over(world: &World) {
        assert!(world.flights.0.with(|flights| flights.is_empty()), "whoever heard an end finds no flight");
    }

    #[test]
    fn in_whatever_order_they_come_one_reads_and_all_hear_the_end() {
        in_many_orders(|| {
            let world = World::default();
            let callers: Vec<_> = (0..4).map(|_| world.redeem(MINE, false)).collect();
            let ends: Vec<_> = callers.into_iter().map(|one| one.join().unwrap()).collect();
            assert!(ends.iter().all(|end| matches!(end, Some(End::Denied))), "{ends:?}");
            is_all_over(&world);
        });
    }

    #[test]
    fn who_has_another_verifier_waits_once_and_hears_an_end_of_his_own() {
        in_many_orders(|| {
            let world = World::default();
            let [one, two] = [MINE, OTHERS].map(|mark| world.redeem(mark, false));
            let (one, two) = (one.join().unwrap(), two.join().unwrap());
            assert!(matches!(one, Some(End::Denied)), "{one:?}");
            assert!(matches!(two, Some(End::Expired)), "{two:?}");
            is_all_over(&world);
        });
    }

    #[test]
    fn nobody_waits_for_a_pilot_who_is_gone() {
        in_many_orders(|| {
            let world = World::default();
            let callers: Vec<_> = (0..3).map(|_| world.redeem(MINE, true)).collect();
            let ends: Vec<_> = callers.into_iter().map(|one| one.join().unwrap()).collect();
            assert!(ends.iter().all(|end| matches!(end, Some(End::Broken))), "{ends:?}");
            assert!(world.flown.load(Ordering::SeqCst) >= 1);
            is_all_over(&world);
        });
    }
}
