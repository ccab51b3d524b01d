//! Every operation of the contract has a tool, or a reason why not; and no tool claims what is not there.

use std::collections::{BTreeMap, BTreeSet};

use runpod_mcp::tools;
use runpod_sim::contract;

/// `contract.toml`: operation id to reason.
pub(crate) fn excused() -> BTreeMap<String, String> {
    let file: BTreeMap<String, BTreeMap<String, String>> =
        toml::from_str(include_str!("../../contract.toml")).expect("contract.toml is a table of reasons");
    file.get("operations").cloned().unwrap_or_default()
}

fn covered() -> BTreeSet<&'static str> {
    tools::all().flat_map(|tool| tool.card.covers).copied().collect()
}

/// Whether REST v2 or the Serverless runtime has an operation of this name.
fn is_in_a_contract(id: &str) -> bool {
    [contract::v2(), contract::serverless()].iter().any(|contract| contract.operation(id).is_some())
}

#[test]
fn every_operation_has_a_tool_or_a_reason() {
    let (covered, excused) = (covered(), excused());
    let mut findings = Vec::new();
    let runtime = contract::serverless().operations();
    for op in contract::v2().operations().iter().chain(runtime) {
        match (covered.contains(op.id()), excused.contains_key(op.id())) {
            (true, false) | (false, true) => (),
            (false, false) => {
                findings.push(format!("{}: give it a tool, or a reason in contract.toml", op.id()))
            }
            (true, true) => {
                findings.push(format!("{}: has a tool now; remove it from contract.toml", op.id()))
            }
        }
    }
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[test]
fn no_tool_covers_what_the_contract_does_not_know() {
    // What is asked in GraphQL has no operation in the contract of REST; the twin's schema knows it.
    let graphql: BTreeSet<String> = runpod_sim::graphql_operations().collect();
    let is_known = |id: &str| is_in_a_contract(id) || graphql.contains(id);
    let unknown: Vec<_> = covered().into_iter().filter(|id| !is_known(id)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn every_excuse_names_an_operation_and_gives_a_reason() {
    for (operation, reason) in excused() {
        assert!(is_in_a_contract(&operation), "{operation} is not in the contract");
        assert!(reason.len() > 20, "{operation}: {reason:?} is not a reason");
    }
}
