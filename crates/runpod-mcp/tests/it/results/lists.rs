//! Every list tool answers alike.

use runpod_mcp::tool::{Detail, Tool};
use runpod_mcp::tools;
use runpod_sim::{Action, Match, Seed};
use serde_json::{Value, json};

use super::{answer_of, answering, answering_in, items, lists, of};
use crate::rig::Rig;

/// A row with what a newer API may add, and with what says nothing.
fn row(id: &str) -> Value {
    json!({"id": id, "name": "n", "novel": {"deep": [1, null]}, "void": null, "none": "", "empty": []})
}

/// An id that a list needs: the members of a cluster, the workers, releases and builds of an endpoint.
async fn owner(rig: &Rig, tool: &Tool) -> Value {
    if tool.card.name == "list-cluster-pods" {
        let new = json!({"name": "c", "type": "TRAINING", "gpuTypeId": "NVIDIA H100 80GB HBM3",
            "gpuCountPerPod": 8, "podCount": 2, "imageName": "a"});
        return rig.call("create-cluster", new).await.ok()["id"].clone();
    }
    rig.call("list-endpoints", json!({"limit": 1})).await.ok()["items"][0]["id"].clone()
}

/// The form of one page.
fn check(tool: &Tool, reply: &Value) {
    let (name, page) = (tool.card.name, &reply["pagination"]);
    let known = ["total", "returned", "offset", "truncated", "nextCursor", "note"];
    let keys: Vec<&String> = page.as_object().expect("a pagination").keys().collect();
    assert!(keys.iter().all(|key| known.contains(&key.as_str())), "{name}: {page}");
    assert_eq!(page["returned"], items(reply).len(), "{name}: {page}");
    assert_eq!(page["truncated"], page["nextCursor"].is_string(), "{name}: {page}");
    assert_eq!(page["truncated"], page.get("note").is_some(), "{name}: a note where there is more: {page}");
    assert!(page.get("nextCursor").is_some(), "{name}: null where there is no more: {page}");
    assert_eq!(page.get("total").is_some(), page.get("offset").is_some(), "{name}: {page}");
    for member in items(reply).iter().flat_map(|row| row.as_object().expect("a row")) {
        let nothing = [json!(null), json!(""), json!([]), json!({})];
        assert!(!nothing.contains(member.1), "{name}: {member:?} says nothing");
    }
}

/// What is promised of lists is tried on those that are found by their arguments, so none may go without them.
#[test]
fn every_tool_that_lists_is_paged() {
    let paged: Vec<_> = lists().map(|tool| tool.card.name).collect();
    let listing = tools::all().map(|tool| tool.card.name).filter(|name| name.starts_with("list-"));
    for name in listing.chain(["get-billing", "get-capacity"]) {
        assert!(paged.contains(&name), "{name} takes no `limit`, `cursor` and `detail`");
    }
}

#[tokio::test]
async fn every_list_has_the_form_of_lists_and_its_pages_follow_one_another() {
    let rig = Rig::new(Seed::Busy).await;
    let (mut walked, mut counted) = (0, 0);
    for tool in lists() {
        let owner = owner(&rig, tool).await;
        let call = async |more: Value| rig.call(tool.card.name, of(tool, &owner, &more)).await.ok();
        let first = call(json!({})).await;
        check(tool, &first);
        assert!(items(&first).len() <= 20, "{}", tool.card.name);

        let whole = call(json!({"limit": 100})).await;
        let mut found = Vec::new();
        let mut more = json!({"limit": 3});
        for _ in 0..4 {
            let page = call(more.clone()).await;
            check(tool, &page);
            assert!(items(&page).len() <= 3, "{}", tool.card.name);
            if page["pagination"].get("total").is_some() {
                assert_eq!(page["pagination"]["offset"], found.len(), "{}", tool.card.name);
                counted += 1;
            }
            found.extend_from_slice(items(&page));
            more["cursor"] = page["pagination"]["nextCursor"].clone();
            if more["cursor"].is_null() {
                break;
            }
            walked += 1;
        }
        assert_eq!(found, items(&whole)[..found.len()], "{}", tool.card.name);
    }
    assert!(walked > 20 && counted > 10, "{walked} pages with a next one, {counted} with a total");
}

#[tokio::test]
async fn no_list_takes_a_limit_or_a_cursor_that_means_nothing() {
    let rig = Rig::new(Seed::Empty).await;
    for tool in lists() {
        for (more, named) in [
            (json!({"limit": 0}), "limit"),
            (json!({"limit": 101}), "limit"),
            (json!({"limit": 1.5}), "limit"),
            (json!({"limit": "5"}), "limit"),
            (json!({"cursor": "MjA="}), "cursor"),
            (json!({"cursor": "@@@"}), "cursor"),
            (json!({"cursor": ""}), "cursor"),
        ] {
            let error = rig.call(tool.card.name, of(tool, &json!("x"), &more)).await.err();
            let said = error["error"].as_str().unwrap_or_default();
            assert!(said.contains(named), "{} {more}: {error}", tool.card.name);
            assert_eq!((&error["code"], &error["status"]), (&json!("bad_argument"), &json!(400)), "{error}");
        }
    }
    assert_eq!(rig.sim.journal().requests().len(), 0, "nothing is asked before the cursor is read");
}

#[tokio::test]
async fn limit_and_cursor_go_to_the_lists_that_the_api_pages() {
    let rig = Rig::new(Seed::Busy).await;
    let paged =
        ["list-pods", "list-endpoints", "list-templates", "list-endpoint-releases", "list-endpoint-builds"];
    for tool in lists() {
        let owner = owner(&rig, tool).await;
        rig.sim.journal().clear();
        let page = rig.call(tool.card.name, of(tool, &owner, &json!({"limit": 1}))).await.ok();
        let asked = rig.sim.journal().last().and_then(|entry| entry.query).unwrap_or_default();
        let here = paged.contains(&tool.card.name);
        assert_eq!(asked.contains("limit=1"), here, "{}: {asked}", tool.card.name);
        assert_eq!(page["pagination"].get("total").is_none(), here, "{}: {page}", tool.card.name);
        let cursor = &page["pagination"]["nextCursor"];
        if here && cursor.is_string() {
            rig.call(tool.card.name, of(tool, &owner, &json!({"limit": 1, "cursor": cursor}))).await.ok();
            let asked = rig.sim.journal().last().and_then(|entry| entry.query).unwrap_or_default();
            assert!(asked.contains("cursor="), "{}: {asked}", tool.card.name);
        }
    }
}

#[tokio::test]
async fn a_list_that_an_older_host_does_not_page_is_paged_here() {
    for tool in lists() {
        let rows: Vec<Value> = (0..25).map(|number| row(&format!("r{number:02}"))).collect();
        let Some(body) = answer_of(tool.card.name, &rows) else { continue };
        let rig = answering(body).await;
        let call = async |more: Value| rig.call(tool.card.name, of(tool, &json!("x"), &more)).await.ok();
        let first = call(json!({})).await;
        let page = &first["pagination"];
        assert_eq!((&page["total"], &page["offset"], &page["returned"]), (&json!(25), &json!(0), &json!(20)));
        let note = page["note"].as_str().unwrap_or_default();
        assert!(note.contains("20") && note.contains("25"), "{}: {note}", tool.card.name);
        let last = call(json!({"cursor": page["nextCursor"]})).await;
        let page = &last["pagination"];
        assert_eq!((&page["total"], &page["offset"], &page["returned"]), (&json!(25), &json!(20), &json!(5)));
        assert_eq!((&page["truncated"], &page["nextCursor"]), (&json!(false), &Value::Null));
    }
}

#[tokio::test]
async fn what_stands_beside_the_rows_stays_and_takes_no_name_of_ours() {
    let beside = json!({"networkVolumes": [{"id": "v"}], "items": "theirs", "totals": {"gb": 10}, "nextCursor": "theirs"});
    let rig = answering(beside).await;
    let reply = rig.call("list-network-volumes", json!({})).await.ok();
    assert_eq!(items(&reply), [json!({"id": "v"})]);
    assert_eq!((&reply["totals"], &reply["pagination"]["total"]), (&json!({"gb": 10}), &json!(1)), "{reply}");
    assert_eq!(reply["pagination"]["nextCursor"], Value::Null);
}

#[tokio::test]
async fn full_detail_loses_nothing_and_a_summary_shows_nothing_empty() {
    for tool in lists() {
        let Some(body) = answer_of(tool.card.name, &[row("r1")]) else { continue };
        let (summary, full) = (json!({"detail": "summary"}), json!({"detail": "full"}));
        let rig = answering(body.clone()).await;
        let call = async |more: &Value| rig.call(tool.card.name, of(tool, &json!("x"), more)).await.ok();
        assert_eq!(items(&call(&full).await), [row("r1")], "{}", tool.card.name);
        let short = call(&summary).await;
        let short = items(&short)[0].as_object().expect("a row");
        assert!(!short.contains_key("void") && !short.contains_key("none"), "{}: {short:?}", tool.card.name);
        assert!(tool.card.name == "get-billing" || !short.contains_key("novel"), "{}", tool.card.name);

        let rig = answering_in(Detail::Full, body).await;
        let call = async |more: &Value| rig.call(tool.card.name, of(tool, &json!("x"), more)).await.ok();
        assert_eq!(items(&call(&json!({})).await), [row("r1")], "{}: the setting", tool.card.name);
        assert_eq!(items(&call(&summary).await)[0].as_object(), Some(short), "{}: the call", tool.card.name);
    }
}

#[tokio::test]
async fn an_odd_answer_is_an_error_in_every_list_and_never_an_empty_one() {
    for tool in lists() {
        for trouble in [Action::WrongShape, Action::Empty, Action::Truncated, Action::Html { status: 200 }] {
            let rig = Rig::new(Seed::Empty).await;
            rig.sim.faults().add(Match::any().then(trouble.clone()));
            let error = rig.call(tool.card.name, of(tool, &json!("x"), &json!({}))).await.err();
            assert_ne!(error["code"], "bad_argument", "{}: {error}", tool.card.name);
            assert!(error["hint"].is_string(), "{}: {error}", tool.card.name);
        }
    }
}

#[tokio::test]
async fn a_summary_of_gpu_types_says_what_one_chooses_by() {
    let rig = Rig::new(Seed::Demo).await;
    let gpus = rig.call("list-gpu-types", json!({"limit": 100})).await.ok();
    let known = ["id", "pool", "memory", "price", "availability"];
    for gpu in items(&gpus) {
        let keys: Vec<&str> = gpu.as_object().expect("a row").keys().map(String::as_str).collect();
        assert!(keys.iter().all(|key| known.contains(key)), "{gpu}");
        assert!(keys.contains(&"memory") && keys.contains(&"availability"), "{gpu}");
    }
}

#[tokio::test]
async fn a_single_read_returns_everything() {
    let whole = json!({"id": "x", "name": "n", "novel": {"deep": [1, null]}, "void": null, "none": ""});
    let rig = answering(whole.clone()).await;
    for (tool, named) in [
        ("get-pod", "podId"),
        ("get-endpoint", "endpointId"),
        ("get-template", "templateId"),
        ("get-network-volume", "networkVolumeId"),
        ("get-container-registry-auth", "containerRegistryAuthId"),
        ("get-cluster", "clusterId"),
        ("get-secret", "secretId"),
        ("get-gpu-type", "gpuTypeId"),
        ("get-cpu-type", "cpuTypeId"),
        ("get-data-center", "dataCenterId"),
    ] {
        assert_eq!(rig.call(tool, json!({ named: "x" })).await.ok(), whole, "{tool}");
    }
}
