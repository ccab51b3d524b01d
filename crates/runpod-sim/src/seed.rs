//! Named starting worlds.
//!
//! Prices and stock in them are illustrative: they come from public samples of 2025 and 2026 and promise
//! nothing about what Runpod charges or has.

mod busy;
mod demo;
mod diary;

use std::fmt;
use std::str::FromStr;

use crate::clock::Time;
use crate::world::World;

/// The key that opens the demo account in every seed. It is no key of Runpod's and opens nothing there.
pub const DEMO_KEY: &str = "rpa_SANDBOX0DEMO0KEY0OPENS0NOTHING0AT0RUNPOD";

/// The user behind [`DEMO_KEY`].
pub(crate) const DEMO_USER: &str = "user_sandbox";

/// The number from which ids, stock and boot times of the seeds follow.
const NUMBER: u64 = 0x52_50_4f_44;

/// A named starting world.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Seed {
    /// One account with nothing in it but money.
    Empty,
    /// A small account that has been lived in: Pods in several states, endpoints, volumes, a bill.
    #[default]
    Demo,
    /// Hundreds of Pods and tens of endpoints.
    Busy,
}

impl Seed {
    /// The world of this name at an instant. What happened in it before happened in the days before that.
    pub(crate) fn world(self, now: Time) -> World {
        let mut world = World::new(NUMBER);
        world.open(DEMO_USER, DEMO_KEY);
        match self {
            Seed::Empty => {}
            Seed::Demo => demo::live(&mut world, now),
            Seed::Busy => busy::live(&mut world, now),
        }
        world
    }
}

const WORDS: &[(&str, Seed)] = &[("empty", Seed::Empty), ("demo", Seed::Demo), ("busy", Seed::Busy)];

impl FromStr for Seed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = WORDS.iter().find(|(word, _)| *word == text);
        let refuse = || format!("`{text}` is no seed; there are `empty`, `demo` and `busy`");
        found.map(|(_, seed)| *seed).ok_or_else(refuse)
    }
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(WORDS.iter().find(|(_, seed)| seed == self).map_or("", |(word, _)| word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn a_seed_can_be_lived_at_any_time_whatever_the_stock_is_then() {
        let start: Time = "2026-01-01T00:00:00Z".parse().unwrap();
        for n in 0..40 {
            // Steps that meet every hour of the day and every season.
            let now = start + TimeDelta::hours(n * 223);
            assert!(!Seed::Demo.world(now).visit(DEMO_KEY, now).unwrap().pods().is_empty());
        }
        for n in 0..2 {
            let now = start + TimeDelta::days(n * 172);
            assert!(Seed::Busy.world(now).visit(DEMO_KEY, now).unwrap().balance() > 0.0);
        }
    }

    #[test]
    fn seeds_read_what_they_write_and_name_the_accepted_ones() {
        for (word, seed) in WORDS {
            assert_eq!((word.parse(), seed.to_string()), (Ok(*seed), (*word).to_owned()));
        }
        assert!("full".parse::<Seed>().unwrap_err().contains("`empty`, `demo` and `busy`"));
    }
}
