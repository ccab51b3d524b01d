//! How many connections there are, altogether and of each address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use crate::lock::Locked;

/// Those who are connected. Clones are the same count.
#[derive(Clone, Debug, Default)]
pub(super) struct Guests(Arc<Locked<Counts>>);

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// A connection, counted for as long as this is kept.
#[derive(Debug)]
pub(super) struct Guest {
    guests: Guests,
    /// `None` for a proxy, behind which there are many.
    address: Option<IpAddr>,
}

impl Guests {
    /// Takes in one more, unless there are that many already.
    pub(super) fn admit(&self, address: Option<IpAddr>, most: usize, most_of_one: usize) -> Option<Guest> {
        let admitted = self.0.with(|counts| {
            let of_one =
                address.and_then(|address| counts.by_address.get(&address)).copied().unwrap_or_default();
            if counts.all >= most || of_one >= most_of_one {
                return false;
            }
            counts.all += 1;
            if let Some(address) = address {
                counts.by_address.insert(address, of_one + 1);
            }
            true
        });
        admitted.then(|| Guest { guests: self.clone(), address })
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.guests.0.with(|counts| {
            counts.all = counts.all.saturating_sub(1);
            let Some(address) = self.address else { return };
            match counts.by_address.get_mut(&address) {
                Some(count) if *count > 1 => *count -= 1,
                _ => drop(counts.by_address.remove(&address)),
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use shuttle::thread::{spawn, yield_now};

    use super::*;
    use crate::lock::schedules::in_many_orders;

    #[test]
    fn in_no_order_are_there_more_guests_than_chairs() {
        in_many_orders(|| {
            let guests = Guests::default();
            let address = Some("10.0.0.1".parse().unwrap());
            let visit = |_| {
                let guests = guests.clone();
                spawn(move || {
                    let guest = guests.admit(address, 3, 2);
                    assert!(guests.0.with(|counts| counts.all <= 2));
                    yield_now();
                    drop(guest);
                })
            };
            let visits: Vec<_> = (0..4).map(visit).collect();
            visits.into_iter().for_each(|visit| visit.join().unwrap());
            assert!(guests.0.with(|counts| counts.all == 0 && counts.by_address.is_empty()));
        });
    }

    #[test]
    fn t33_no_address_has_more_than_its_share_and_none_is_remembered() {
        let guests = Guests::default();
        let (a, b) = (Some("10.0.0.1".parse().unwrap()), Some("10.0.0.2".parse().unwrap()));
        let first = guests.admit(a, 3, 1).unwrap();
        assert!(guests.admit(a, 3, 1).is_none());
        let others = (guests.admit(b, 3, 1).unwrap(), guests.admit(None, 3, 1).unwrap());
        assert!(guests.admit(None, 3, 1).is_none());
        drop(first);
        drop(guests.admit(a, 3, 1).unwrap());
        drop(others);
        assert!(guests.0.with(|counts| counts.all == 0 && counts.by_address.is_empty()));
    }
}
