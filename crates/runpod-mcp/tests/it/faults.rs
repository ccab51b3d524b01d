//! Every tool meets everything that can go wrong between here and Runpod, at each thing that it asks for.
//!
//! One table says what a call comes to: the code of its error, how many requests that takes, and how long. A tool is
//! called with its example of the guide, and time leaps, so that thirty seconds without an answer take none.

mod lane;
mod leap;
mod nobody;
mod place;
mod stranger;
mod table;
mod tour;
mod trouble;

use std::collections::BTreeSet;
use std::sync::Arc;

use runpod_mcp::tools;
use serde_json::{Value, json};

use lane::Lane;
use place::Place;
use tour::Stop;

/// Runs on a thread of its own what has a runtime to itself.
fn alone<T: Send + 'static>(work: impl AsyncFnOnce() -> T + Send + 'static) -> std::thread::JoinHandle<T> {
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(work())
    })
}

#[test]
fn every_tool_ends_every_fault_as_the_table_says() {
    let stops: Arc<[Stop]> = alone(tour::stops).join().expect("the tour goes to its end").into();
    let every: BTreeSet<_> = tools::all().map(|tool| tool.card.name).collect();
    let asking = stops.iter().filter(|stop| stop.is_met() && !stop.operations.is_empty());
    let met: BTreeSet<_> = asking.map(|stop| stop.tool.as_str()).collect();
    assert_eq!(every, met, "every tool asks something, and has an example that shows it");

    let asked: BTreeSet<_> =
        stops.iter().flat_map(|stop| &stop.operations).map(|asked| asked.operation.as_str()).collect();
    let unmet: Vec<_> = table::exceptions().filter(|operation| !asked.contains(operation)).collect();
    assert!(unmet.is_empty(), "exceptions that nobody asks for: {unmet:?}");

    let lanes = std::thread::available_parallelism().map_or(2, usize::from).max(2);
    let share = |lane: usize| trouble::ALL.iter().skip(lane).step_by(lanes).collect::<Vec<_>>();
    let running: Vec<_> = (0..lanes)
        .map(|lane| {
            let (stops, share) = (Arc::clone(&stops), share(lane));
            alone(async move || Lane::enter(share).await.walk(&stops).await)
        })
        .collect();
    let told: Vec<_> = running.into_iter().map(|lane| lane.join().expect("a lane goes to its end")).collect();
    let findings: Vec<_> = told.iter().flat_map(|told| told.findings.clone()).collect();
    let cells: usize = told.iter().map(|told| told.cells).sum();
    assert!(findings.is_empty(), "{} of {cells} cells\n{}", findings.len(), findings.join("\n"));
    let least = tools::all().count() * trouble::ALL.len();
    assert!(cells >= least, "{cells} cells are fewer than the {least} of every tool with every fault");
}

/// Tools that ask nothing of Runpod.
const SILENT: [&str; 1] = ["find-tools"];

#[test]
fn a_tool_that_asks_nothing_works_where_nobody_answers_and_no_other_does() {
    let told = alone(async || {
        let mut place = Place::found().await;
        let mut told = Vec::new();
        for (tool, args) in [("find-tools", json!({})), ("call-tool", json!({"name": "list-pods"}))] {
            let Value::Object(args) = args else { unreachable!("arguments are an object") };
            told.push((tool, place.mini(tool, args).await));
        }
        told
    });
    let told = told.join().expect("two calls");
    let (_, (listing, _)) = told.first().expect("two calls");
    let listed: Vec<_> =
        listing["tools"].as_array().expect("tools").iter().map(|tool| &tool["name"]).collect();
    assert_eq!(listed, told.iter().map(|(tool, _)| tool).collect::<Vec<_>>(), "all of them were called");
    for (tool, (_, came)) in &told {
        let expected = if SILENT.contains(tool) { ("ok", 0) } else { ("connection_failed", 3) };
        assert_eq!((came.code().as_str(), came.requests), expected, "{tool}: {}", came.answer.text);
    }
}
