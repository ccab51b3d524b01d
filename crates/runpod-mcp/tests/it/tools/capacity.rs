//! Stories of stock by CUDA version.

use runpod_sim::{Action, Match, Seed};
use serde_json::{Value, json};

use crate::rig::Rig;

fn items(reply: &Value) -> &[Value] {
    reply["items"].as_array().expect("items")
}

fn ids(reply: &Value) -> Vec<&str> {
    items(reply).iter().map(|row| row["id"].as_str().expect("an id")).collect()
}

fn gpu(id: &str, memory: u32, lowest: &Value) -> Value {
    json!({"id": id, "displayName": id.trim_start_matches("NVIDIA "), "memoryInGb": memory, "secureCloud": true,
        "communityCloud": false, "lowestPrice": lowest})
}

fn price(stock: Option<&str>, price: Option<f64>, versions: &[(&str, &str)]) -> Value {
    let versions: Vec<_> =
        versions.iter().map(|(cuda, word)| json!({"cudaVersion": cuda, "availability": word})).collect();
    json!({"stockStatus": stock, "uninterruptablePrice": price, "gpuTypeCudaVersions": versions})
}

/// A GraphQL host whose rows are known.
async fn shelf(rows: Value) -> Rig {
    let rig = Rig::new(Seed::Empty).await;
    let answer = Action::status(200).body(json!({"data": {"gpuTypes": rows}}));
    rig.sim.faults().add(Match::operation("graphql:gpuTypes").then(answer));
    rig
}

async fn known() -> Rig {
    shelf(json!([
        gpu("unknown", 0, &Value::Null),
        gpu(
            "NVIDIA L4",
            24,
            &price(Some("Low"), Some(0.4), &[("12.8", "AVAILABLE"), ("12.4", "UNAVAILABLE")])
        ),
        gpu(
            "NVIDIA H200",
            141,
            &price(Some("High"), Some(3.5), &[("12.8", "AVAILABLE"), ("13.0", "AVAILABLE")])
        ),
        gpu("NVIDIA A2", 16, &price(None, None, &[])),
        gpu("NVIDIA A3", 16, &Value::Null),
        gpu("NVIDIA A40", 48, &price(Some("High"), Some(0.4), &[("12.8", "AVAILABLE")])),
    ]))
    .await
}

#[tokio::test]
async fn the_matrix_shows_everything_best_first_and_says_out_where_there_is_nothing() {
    let rig = known().await;
    let all = rig.call("get-capacity", json!({})).await.ok();
    assert_eq!(ids(&all), ["NVIDIA H200", "NVIDIA A40", "NVIDIA L4", "NVIDIA A2", "NVIDIA A3"]);
    assert_eq!(
        items(&all)[2],
        json!({"id": "NVIDIA L4", "displayName": "L4", "memoryGb": 24, "secureCloud": true,
            "communityCloud": false, "stockStatus": "Low", "pricePerHr": 0.4,
            "cudaVersions": {"12.8": "AVAILABLE", "12.4": "UNAVAILABLE"}})
    );
    assert_eq!(
        (&items(&all)[3]["stockStatus"], &items(&all)[4]["stockStatus"]),
        (&json!("Out"), &json!("Out"))
    );
}

#[tokio::test]
async fn the_matrix_is_narrowed_by_name_and_by_stock() {
    let rig = known().await;
    let found = async |args: Value| {
        let reply = rig.call("get-capacity", args).await.ok();
        ids(&reply).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        found(json!({"gpuTypeIds": ["h200", " "], "includeUnavailable": false})).await,
        ["NVIDIA H200"]
    );
    assert_eq!(found(json!({"gpuTypeIds": ["  "]})).await.len(), 5);
    assert_eq!(found(json!({"gpuTypeIds": ["nothing"]})).await.len(), 0);
    assert_eq!(found(json!({"includeUnavailable": false})).await.len(), 3);
    assert_eq!(found(json!({"includeUnavailable": true})).await.len(), 5);
}

#[tokio::test]
async fn pages_follow_one_another_without_gap_or_repeat() {
    let rig = known().await;
    let (mut seen, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let page = rig.call("get-capacity", json!({"limit": 2, "cursor": cursor})).await.ok();
        seen.extend(ids(&page).into_iter().map(str::to_owned));
        cursor = page["pagination"]["nextCursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(seen, ["NVIDIA H200", "NVIDIA A40", "NVIDIA L4", "NVIDIA A2", "NVIDIA A3"]);
}

#[tokio::test]
async fn a_probe_asks_once_for_each_version_and_has_a_cell_for_each() {
    let rig = Rig::new(Seed::Empty).await;
    let args = json!({"cudaVersions": ["12.8", "11.8", "12.8"], "gpuCount": 2, "secureCloudOnly": true,
        "limit": 100});
    let reply = rig.call("get-capacity", args).await.ok();
    assert_eq!(reply["probedCudaVersions"], json!(["12.8", "11.8"]));
    assert!(reply.get("probeErrors").is_none(), "{reply}");
    let mut asked: Vec<_> = rig.sim.journal().bodies("graphql:gpuTypes");
    asked.sort_by_key(|body| body["variables"]["input"]["allowedCudaVersions"][0].to_string());
    let inputs: Vec<_> = asked.iter().map(|body| &body["variables"]["input"]).collect();
    let input = |version: &str| json!({"gpuCount": 2, "secureCloud": true, "allowedCudaVersions": [version]});
    assert_eq!(inputs, [&input("11.8"), &input("12.8")]);
    assert!(items(&reply).len() > 20 && !ids(&reply).contains(&"unknown"));
    for row in items(&reply) {
        for version in ["12.8", "11.8"] {
            let cell = &row["cudaVersions"][version];
            assert_eq!(cell["stock"] == "Out", cell["pricePerHr"].is_null(), "{row}");
        }
    }
    let out =
        |row: &Value| row["cudaVersions"].as_object().expect("cells").values().all(|c| c["stock"] == "Out");
    let order: Vec<_> = items(&reply).iter().map(out).collect();
    assert!(order.is_sorted() && order.contains(&true) && order.contains(&false), "{order:?}");
    let some =
        json!({"cudaVersions": ["12.8", "11.8"], "gpuCount": 2, "includeUnavailable": false, "limit": 100});
    assert!(!items(&rig.call("get-capacity", some).await.ok()).iter().any(out));
}

#[tokio::test]
async fn one_failed_probe_is_said_and_the_others_stay() {
    let rig = Rig::new(Seed::Empty).await;
    rig.sim.faults().add(Match::operation("graphql:gpuTypes").times(1).then(Action::status(400)));
    let reply = rig.call("get-capacity", json!({"cudaVersions": ["12.8", "12.4"]})).await.ok();
    let failed: Vec<_> = reply["probeErrors"].as_object().expect("an error").keys().cloned().collect();
    assert_eq!(failed.len(), 1);
    let other = if failed[0] == "12.8" { "12.4" } else { "12.8" };
    for row in items(&reply) {
        assert!(
            row["cudaVersions"].get(other).is_some() && row["cudaVersions"].get(&failed[0]).is_none(),
            "{row}"
        );
    }
    rig.sim.faults().add(Match::operation("graphql:gpuTypes").then(Action::status(400)));
    let error = rig.call("get-capacity", json!({"cudaVersions": ["12.8", "12.4"]})).await.err();
    assert_eq!(error["status"], 400);
}

#[tokio::test]
async fn what_is_no_question_is_refused_before_it_is_asked() {
    let rig = Rig::new(Seed::Empty).await;
    let versions = |count: u32| (0..count).map(|n| format!("12.{n}")).collect::<Vec<_>>();
    for args in [
        json!({"cudaVersions": ["12.8\"]}) { id } #"]}),
        json!({"cudaVersions": ["12"]}),
        json!({"cudaVersions": ["123.4"]}),
        json!({"cudaVersions": ["12.8", ""]}),
        json!({"cudaVersions": []}),
        json!({"cudaVersions": versions(13)}),
        json!({"gpuCount": 0}),
        json!({"gpuCount": 9}),
        json!({"cursor": "nonsense"}),
    ] {
        let error = rig.call("get-capacity", args.clone()).await.err();
        assert_eq!(error["code"], "bad_argument", "{args}: {error}");
    }
    assert!(rig.sim.journal().requests().is_empty());
}

#[tokio::test]
async fn a_refusal_of_the_public_listing_blames_no_key() {
    let rig = Rig::new(Seed::Empty).await;
    rig.sim.faults().add(Match::operation("graphql:gpuTypes").then(Action::status(401)));
    let error = rig.call("get-capacity", json!({})).await.err();
    assert!(
        error["status"] == 401 && error["hint"].as_str().expect("a hint").contains("no key was sent"),
        "{error}"
    );
    assert!(rig.sim.journal().requests().iter().all(|request| !request.has_authorization()));
}

#[tokio::test]
async fn an_odd_answer_is_an_error_and_not_an_empty_catalogue() {
    for body in [json!({}), json!({"data": {}}), json!({"data": {"gpuTypes": [{"name": "no id"}]}})] {
        let rig = Rig::new(Seed::Empty).await;
        let answer = Action::status(200).body(body.clone());
        rig.sim.faults().add(Match::operation("graphql:gpuTypes").then(answer));
        assert_eq!(rig.call("get-capacity", json!({})).await.err()["code"], "unexpected_answer", "{body}");
    }
}
