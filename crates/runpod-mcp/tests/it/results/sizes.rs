//! No result is larger than what a client takes, and what was cut is said and can be had.

use runpod_mcp::reply::MAX_BYTES;
use runpod_sim::Seed;
use serde_json::{Map, Value, json};

use super::{answering, items};
use crate::rig::Rig;

fn size(reply: &Value) -> usize {
    reply.to_string().len()
}

#[test]
fn the_limit_is_80000_bytes() {
    assert_eq!(MAX_BYTES, 80_000);
}

#[tokio::test]
async fn a_read_that_is_too_large_is_cut_at_elements_and_says_where() {
    let lines: Vec<Value> = (0..20_000).map(|number| json!(format!("line {number} \"é\""))).collect();
    let template = json!({"id": "t", "readme": "ü\n".repeat(100_000), "lines": lines, "name": "last"});
    let rig = answering(template).await;
    let reply = rig.call("get-template", json!({"templateId": "t"})).await.ok();
    assert!(size(&reply) <= MAX_BYTES && size(&reply) > MAX_BYTES / 2, "{}", size(&reply));
    assert_eq!((&reply["id"], &reply["name"]), (&json!("t"), &json!("last")), "what is small stays whole");
    let kept = reply["lines"].as_array().expect("lines");
    assert_eq!(kept[..], lines_of(kept.len()), "elements stay whole");
    let cuts = reply["_truncated"].as_array().expect("cuts");
    let of = |path: &str| cuts.iter().find(|cut| cut["path"] == path).unwrap_or_else(|| panic!("{cuts:?}"));
    assert_eq!((&of("/lines")["kept"], &of("/lines")["of"]), (&json!(kept.len()), &json!(20_000)));
    assert_eq!(of("/readme")["of"], 300_000);
}

fn lines_of(count: usize) -> Vec<Value> {
    (0..count).map(|number| json!(format!("line {number} \"é\""))).collect()
}

#[tokio::test]
async fn a_list_that_is_too_large_ends_at_a_row_and_goes_on_exactly_there() {
    let row = |number: usize| json!({"id": format!("p{number}"), "blob": "x".repeat(9_000)});
    let rows: Vec<Value> = (0..30).map(row).collect();
    for body in [json!({"pods": rows}), json!({"pods": rows, "pagination": {"nextCursor": null}})] {
        let rig = answering(body).await;
        let (mut found, mut cursor) = (Vec::new(), Value::Null);
        for _ in 0..9 {
            let args = json!({"detail": "full", "limit": 100, "cursor": cursor});
            let page = rig.call("list-pods", args).await.ok();
            assert!(size(&page) <= MAX_BYTES, "{}", size(&page));
            assert!(page.get("_truncated").is_none(), "rows are whole");
            found.extend_from_slice(items(&page));
            cursor = page["pagination"]["nextCursor"].clone();
            match cursor.is_null() {
                true => break,
                false => {
                    assert!(page["pagination"]["note"].as_str().is_some_and(|note| note.contains("cursor")))
                }
            }
        }
        assert_eq!(found, rows);
    }
}

#[tokio::test]
async fn one_row_that_is_too_large_by_itself_is_cut_and_does_not_block_the_list() {
    let rows = [json!({"id": "a", "blob": "x".repeat(200_000)}), json!({"id": "b"})];
    let rig = answering(json!({"pods": rows})).await;
    let first = rig.call("list-pods", json!({"detail": "full"})).await.ok();
    assert!(size(&first) <= MAX_BYTES, "{}", size(&first));
    assert_eq!((items(&first).len(), &first["items"][0]["id"]), (1, &json!("a")));
    assert_eq!(first["_truncated"][0]["path"], "/items/0/blob", "{}", first["_truncated"]);
    let cursor = &first["pagination"]["nextCursor"];
    let rest = rig.call("list-pods", json!({"detail": "full", "cursor": cursor})).await.ok();
    assert_eq!(items(&rest), [json!({"id": "b"})]);
}

#[tokio::test]
async fn an_error_is_no_larger_than_a_reply() {
    let rig = Rig::new(Seed::Empty).await;
    let args: Map<String, Value> =
        (0..9_000).map(|number| (format!("noSuchArgument{number}"), json!(1))).collect();
    let error = rig.call("get-pod", args.into()).await.err();
    assert!(size(&error) <= MAX_BYTES, "{}", size(&error));
    assert_eq!(error["code"], "bad_argument");
}
