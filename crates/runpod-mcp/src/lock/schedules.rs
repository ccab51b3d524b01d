//! Orders in which threads may come to the locks.
//!
//! Under a lock nothing yields, so what threads can do to each other is decided by the order in which they take locks:
//! `shuttle` makes up such orders, one thread running at a time. The code that runs is the shipped one.

use std::cell::Cell;

thread_local! {
    /// Whether this thread belongs to a schedule: shuttle runs all of them on one.
    static SCHEDULED: Cell<bool> = const { Cell::new(false) };
}

/// Orders that are tried for each story.
const ORDERS: usize = 200;

/// Tells a story in many orders, some of them random, some with few switches at the worst of places.
pub(crate) fn in_many_orders(story: impl Fn() + Send + Sync + Copy + 'static) {
    let _scheduled = Scheduled::begin();
    shuttle::check_random(story, ORDERS);
    shuttle::check_pct(story, ORDERS, 3);
}

/// For as long as it is kept, locks of this thread are places to switch at.
struct Scheduled;

impl Scheduled {
    fn begin() -> Self {
        SCHEDULED.set(true);
        Self
    }
}

impl Drop for Scheduled {
    fn drop(&mut self) {
        SCHEDULED.set(false);
    }
}

/// Lets somebody else go on, if this is part of a schedule.
pub(super) fn may_switch() {
    // A story that broke is not told on.
    if SCHEDULED.get() && !std::thread::panicking() {
        shuttle::thread::yield_now();
    }
}
