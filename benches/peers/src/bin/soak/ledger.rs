//! Which requests are open, and whether each gets the one answer that it is due.

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Everything that one client asked.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    open: HashMap<u64, Asked>,
    last: u64,
    answered: u64,
    given_up: u64,
    /// Answers to what had been given up; there may be one or none.
    late: u64,
    wrong: Vec<String>,
}

#[derive(Debug)]
struct Asked {
    what: String,
    at: Instant,
    given_up: bool,
}

impl Ledger {
    /// Opens a request; answers its number.
    pub(crate) fn ask(&mut self, what: &str) -> u64 {
        self.last += 1;
        self.open.insert(self.last, Asked { what: what.to_owned(), at: Instant::now(), given_up: false });
        self.last
    }

    /// Nobody waits for it any more.
    pub(crate) fn give_up(&mut self, id: u64) {
        if let Some(asked) = self.open.get_mut(&id) {
            asked.given_up = true;
            self.given_up += 1;
        }
    }

    /// An answer came.
    pub(crate) fn answer(&mut self, id: u64) {
        match self.open.remove(&id) {
            Some(Asked { given_up: false, .. }) => self.answered += 1,
            Some(_) => self.late += 1,
            None => self.wrong.push(format!("an answer to {id}, which was answered before or never asked")),
        }
    }

    /// Something is not as it should be.
    pub(crate) fn wrong(&mut self, what: String) {
        self.wrong.push(what);
    }

    /// What is waited for.
    pub(crate) fn waiting(&self) -> Vec<u64> {
        self.open.iter().filter(|(_, asked)| !asked.given_up).map(|(id, _)| *id).collect()
    }

    /// Takes up what another one wrote down.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.wrong.extend(other.lost());
        self.answered += other.answered;
        self.given_up += other.given_up;
        self.late += other.late;
        self.wrong.extend(other.wrong);
    }

    fn lost(&self) -> Vec<String> {
        let lost = self.open.values().filter(|asked| !asked.given_up);
        lost.map(|asked| format!("no answer to {} for {:?}", asked.what, rounded(asked.at.elapsed())))
            .collect()
    }
}

fn rounded(time: Duration) -> Duration {
    Duration::from_secs(time.as_secs())
}

/// Prints what came of all requests; answers what is wrong.
pub(crate) fn print(ledgers: &[(&str, Ledger)]) -> Vec<String> {
    println!(
        "\n| clients | answered | given up | answered all the same | lost or twice |\n|---|--:|--:|--:|--:|"
    );
    let mut names: Vec<&str> = ledgers.iter().map(|(name, _)| *name).collect();
    names.dedup();
    let mut failures = Vec::new();
    for name in names {
        let of = || ledgers.iter().filter(|(of, _)| *of == name).map(|(_, ledger)| ledger);
        let wrong: Vec<_> = of().flat_map(|ledger| [ledger.wrong.clone(), ledger.lost()].concat()).collect();
        let sum = |figure: fn(&Ledger) -> u64| of().map(figure).sum::<u64>();
        let (answered, given_up, late) = (sum(|it| it.answered), sum(|it| it.given_up), sum(|it| it.late));
        println!("| {name} | {answered} | {given_up} | {late} | {} |", wrong.len());
        failures.extend(wrong.iter().take(20).map(|wrong| format!("{name}: {wrong}")));
        if answered == 0 {
            failures.push(format!("{name}: nothing was answered at all"));
        }
    }
    failures
}
