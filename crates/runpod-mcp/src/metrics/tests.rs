use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;

use super::*;

fn metrics() -> Arc<Metrics> {
    Arc::new(Metrics::new(&["list-pods", "create-pod"], &["per-token"]))
}

/// A reader of the text format 0.0.4, from its description: each family has its HELP and TYPE once and before its
/// samples, which stand together; no sample is there twice; histograms add up.
fn parse(page: &str) -> BTreeMap<String, f64> {
    let (mut samples, mut types, mut family) = (BTreeMap::new(), BTreeMap::new(), String::new());
    assert!(page.ends_with('\n'), "the last line ends as the others do");
    for line in page.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, text) = help.split_once(' ').expect("a help has words");
            assert!(is_name(name) && !text.is_empty() && !types.contains_key(name), "{line}");
            name.clone_into(&mut family);
        } else if let Some(said) = line.strip_prefix("# TYPE ") {
            let (name, kind) = said.split_once(' ').expect("a type has a kind");
            assert!(name == family && ["counter", "gauge", "histogram"].contains(&kind), "{line}");
            assert!(types.insert(name.to_owned(), kind.to_owned()).is_none(), "{line}");
        } else {
            let (key, value) = line.rsplit_once(' ').expect("a sample has a value");
            let name = key.split('{').next().expect("a name");
            let base = match types.get(&family).map(String::as_str) {
                Some("histogram") => {
                    ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end))
                }
                Some("counter") => Some(name).filter(|name| name.ends_with("_total")),
                _ => Some(name),
            };
            assert_eq!(base, Some(family.as_str()), "{line}");
            labels(key.strip_prefix(name).expect("the rest"));
            let value = value.parse().expect("a number");
            assert!(samples.insert(key.to_owned(), value).is_none(), "{line} is there twice");
        }
    }
    samples
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn labels(text: &str) {
    let Some(inside) = text.strip_prefix('{').and_then(|t| t.strip_suffix('}')) else {
        assert!(text.is_empty(), "{text}");
        return;
    };
    let mut names = BTreeSet::new();
    for pair in inside.split(',') {
        let (name, value) = pair.split_once('=').expect("name and value");
        let value = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).expect("quotes");
        assert!(is_name(name) && names.insert(name) && !value.is_empty(), "{text}");
        assert!(!value.contains(['"', '\\', '\n']), "{text}");
    }
}

#[test]
fn a_page_before_anything_happened_can_be_read() {
    let page = parse(&metrics().render());
    assert_eq!(page["runpod_mcp_connections"], 0.0);
    assert_eq!(page["runpod_mcp_credential_check_enabled"], 0.0);
    assert!(!page.keys().any(|key| key.starts_with("runpod_mcp_rate_limit")), "nothing was said yet");
}

#[test]
fn what_happened_is_on_the_page() {
    let metrics = metrics();
    metrics.request("tools/call", 200);
    metrics.request("tools/call", 200);
    metrics.call("list-pods", "ok");
    metrics.call("create-pod", "insufficient_balance");
    metrics.preflight(Preflight::CachedValid);
    metrics.refusal("per-token");
    metrics.checks_credentials(true);
    metrics.state_reachable(false);
    metrics.spans_dropped(7);
    metrics.probe(Duration::from_millis(25));
    metrics.probe(Duration::from_millis(26));
    metrics.probe(Duration::from_secs(61));
    let open = metrics.connection();
    let page = parse(&metrics.render());
    let closed = metrics.connection();
    drop((open, closed));
    for (key, value) in [
        (r#"runpod_mcp_requests_total{method="tools/call",status="200"}"#, 2.0),
        (r#"runpod_mcp_tool_calls_total{tool="list-pods",outcome="ok"}"#, 1.0),
        (r#"runpod_mcp_tool_calls_total{tool="create-pod",outcome="insufficient_balance"}"#, 1.0),
        (r#"runpod_mcp_credential_checks_total{verdict="cached_valid"}"#, 1.0),
        (r#"runpod_mcp_refusals_total{rule="per-token"}"#, 1.0),
        (r#"runpod_mcp_upstream_seconds_bucket{class="credential_check",le="0.025"}"#, 1.0),
        (r#"runpod_mcp_upstream_seconds_bucket{class="credential_check",le="0.05"}"#, 2.0),
        (r#"runpod_mcp_upstream_seconds_bucket{class="credential_check",le="60"}"#, 2.0),
        (r#"runpod_mcp_upstream_seconds_bucket{class="credential_check",le="+Inf"}"#, 3.0),
        (r#"runpod_mcp_upstream_seconds_count{class="credential_check"}"#, 3.0),
        (r#"runpod_mcp_upstream_seconds_sum{class="credential_check"}"#, 61.051),
        ("runpod_mcp_credential_check_enabled", 1.0),
        ("runpod_mcp_state_reachable", 0.0),
        ("runpod_mcp_connections", 1.0),
        ("runpod_mcp_spans_dropped_total", 7.0),
    ] {
        assert_eq!(page.get(key), Some(&value), "{key}");
    }
    assert_eq!(parse(&metrics.render())["runpod_mcp_connections"], 0.0);
}

#[test]
#[cfg(target_os = "linux")]
fn the_memory_of_the_process_is_on_the_page() {
    let page = parse(&metrics().render());
    assert!(page["process_resident_memory_bytes"] > 1_000_000.0);
}

#[test]
fn every_word_that_is_counted_has_its_value() {
    for (api, changes) in [
        ("rest_v2", true),
        ("rest_v1", false),
        ("serverless", true),
        ("graphql", true),
        ("graphql_public", false),
    ] {
        assert!(words::CLASSES.contains(&words::class(api, changes)), "{api}");
    }
    assert_eq!(words::class("rest", false), family::OTHER);
    assert_eq!((words::status(429), words::status(418)), ("429", family::OTHER));
    let all = [100, 200, 302, 401, 404, 429, 503].map(|status| words::ending(Some(status)));
    assert_eq!(all, ["other", "2xx", "3xx", "401", "4xx", "429", "5xx"]);
}

proptest! {
    #[test]
    fn no_text_of_a_caller_gets_onto_the_page_or_makes_it_longer(texts in proptest::collection::vec("\\PC{0,20}|[\"\\\\\n{}]{1,5}", 1..20)) {
        let metrics = metrics();
        metrics.request("", 0);
        metrics.call("", "");
        metrics.refusal("");
        let lines = metrics.render().lines().count();
        for text in &texts {
            metrics.request(text, 999);
            metrics.call(text, text);
            metrics.refusal(text);
        }
        let page = metrics.render();
        let known = [words::METHODS, words::OUTCOMES, &["list-pods", "create-pod", "per-token"]].concat();
        if !texts.iter().any(|text| known.contains(&text.as_str())) {
            prop_assert_eq!(page.lines().count(), lines);
        }
        let others = texts.iter().filter(|text| !words::METHODS.contains(&text.as_str())).count() as f64;
        prop_assert_eq!(parse(&page)[r#"runpod_mcp_requests_total{method="other",status="other"}"#], 1.0 + others);
    }
}
