//! What the contract says, and that the reader says neither more nor less.

mod answers;
mod facts;
mod oracle;
mod requests;
mod routes;

use runpod_sim::contract::{self, Operation, Problem};

/// An operation of v2 by its id.
fn v2(id: &str) -> &'static Operation {
    contract::v2().operation(id).unwrap_or_else(|| panic!("v2 has no {id}"))
}

fn said(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(Problem::to_string).collect()
}

const NOTHING: [&str; 0] = [];
