//! The mini surface: two tools are listed, all can be called, and no gate stands open.

use runpod_mcp::config::Surface;
use runpod_mcp::mcp::Setup;
use runpod_mcp::policy::Policy;
use runpod_mcp::tools::{self, Selection};
use runpod_sim::{Pace, Seed, Sim};
use serde_json::{Value, json};

use crate::rig::Rig;
use crate::session::Session;

async fn mini(change: impl FnOnce(&mut Setup)) -> Rig {
    Rig::with(Sim::builder().seed(Seed::Empty).clock(Pace::Manual), |setup| {
        setup.surface = Surface::Mini;
        change(setup);
    })
    .await
}

async fn found(rig: &Rig, args: Value) -> Vec<Value> {
    rig.call("find-tools", args).await.ok()["tools"].as_array().expect("tools").clone()
}

fn names(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["name"].as_str().expect("a name")).collect()
}

#[tokio::test]
async fn two_tools_are_listed_and_the_instructions_say_what_they_are_for() {
    let rig = mini(|_| ()).await;
    let mut session = Session::with(rig.server.clone());
    let hello = session.initialize("2025-11-25").await;
    let text = hello["instructions"].as_str().unwrap();
    assert!(text.len() <= 1_900 && text.starts_with("Use this server for"), "{} bytes", text.len());
    assert!(text.contains("find-tools") && text.contains("call-tool"), "{text}");
    let list = session.ask(1, "tools/list", json!({})).await["result"]["tools"].clone();
    assert_eq!(names(list.as_array().unwrap()), ["find-tools", "call-tool"]);
    for tool in list.as_array().unwrap() {
        assert_eq!(tool["inputSchema"]["additionalProperties"], false, "{tool}");
    }
    let hint = |at: usize, name: &str| list[at]["annotations"][name].clone();
    assert_eq!((hint(0, "readOnlyHint"), hint(0, "destructiveHint")), (json!(true), json!(false)));
    assert_eq!((hint(1, "readOnlyHint"), hint(1, "destructiveHint")), (json!(false), json!(true)));
    insta::assert_snapshot!("mini", serde_json::to_string_pretty(&list).unwrap());
}

#[tokio::test]
async fn call_tool_stays_listed_and_claims_no_more_than_what_is_behind_it() {
    let quiet = mini(|setup| setup.policy = Policy { read_only: true, no_spend: false }).await;
    let list = quiet.server.listing();
    assert_eq!(list["tools"][1]["name"], "call-tool");
    assert_eq!(list["tools"][1]["annotations"]["readOnlyHint"], true);
    let full = Rig::new(Seed::Empty).await.server.listing();
    assert!(!names(full["tools"].as_array().unwrap()).contains(&"call-tool"));
}

#[tokio::test]
async fn a_story_of_finding_and_calling() {
    let rig = mini(|_| ()).await;
    let sets = rig.call("find-tools", json!({})).await.ok();
    let counted: u64 =
        sets["toolsets"].as_array().unwrap().iter().map(|set| set["tools"].as_u64().unwrap()).sum();
    assert_eq!(usize::try_from(counted).unwrap(), tools::all().count());

    let rows = found(&rig, json!({"words": "rent a gpu machine"})).await;
    assert!(rows.len() <= 8 && rows[0]["name"] == "create-pod" && rows[0]["effect"] == "spends", "{rows:?}");
    assert_eq!(rows[0].get("inputSchema"), None);
    let [one] = <[Value; 1]>::try_from(found(&rig, json!({"words": "create-pod"})).await).unwrap();
    assert_eq!(one["inputSchema"]["properties"]["gpuTypeIds"]["type"], "array");
    assert_eq!(one["inputSchema"]["properties"].get("x-kind"), None);
    let many = found(&rig, json!({"words": "pods", "schema": true})).await;
    assert!(many.len() == 3 && many.iter().all(|row| row["inputSchema"].is_object()));
    assert_eq!(names(&found(&rig, json!({"words": "get-pod, stop-pod"})).await), ["get-pod", "stop-pod"]);
    assert_eq!(
        names(&found(&rig, json!({"words": "revoke-delegation"})).await),
        ["delete-registry-delegation"]
    );
    assert!(found(&rig, json!({"words": "zebra"})).await.is_empty());

    let new = json!({"name": "p", "imageName": "i:1", "gpuTypeIds": ["NVIDIA L4"]});
    let shown = rig
        .call(
            "call-tool",
            json!({"name": "create-pod", "arguments": {"dryRun": true, "name": "p",
        "imageName": "i:1", "gpuTypeIds": ["NVIDIA L4"]}}),
        )
        .await
        .ok();
    assert_eq!((&shown["dryRun"], rig.sim.journal().count("createPod")), (&json!(true), 0));
    let made = rig.call("call-tool", json!({"name": "create-pod", "arguments": new})).await.ok();
    let as_text = json!({"podId": made["id"]}).to_string();
    let read = rig.call("call-tool", json!({"name": "get-pod", "arguments": as_text})).await.ok();
    assert_eq!(read["name"], "p");
    assert!(read["_notes"][0].as_str().unwrap().contains("`arguments` was given as a JSON string"), "{read}");
    let former =
        json!({"name": "pod-action", "arguments": {"id": made["id"], "body": {"action": "terminate"}}});
    assert_eq!(rig.call("call-tool", former).await.ok()["success"], true);
    assert_eq!(rig.call("list-pods", json!({})).await.ok()["items"], json!([]), "direct calls go on working");
}

#[tokio::test]
async fn a_null_reaches_the_tool_as_one() {
    let rig = mini(|_| ()).await;
    let body = json!({"name": "p", "image": "i:1", "gpu": {"id": "NVIDIA L4"}, "registry": null});
    rig.call("call-tool", json!({"name": "create-pod", "arguments": {"body": body}})).await.ok();
    let requests = rig.sim.journal().requests();
    let sent = requests.last().and_then(|request| request.body.clone()).unwrap();
    assert_eq!(sent.get("registry"), Some(&Value::Null), "{sent}");
}

#[tokio::test]
async fn every_gate_stands_behind_call_tool() {
    let selected = Selection::of(&["pods".to_owned()], &[], &["delete-pod".to_owned()]).unwrap();
    let rig = mini(|setup| {
        setup.selection = selected;
        setup.policy = Policy { read_only: false, no_spend: true };
    })
    .await;
    let call = |name: &str, args: Value| rig.call("call-tool", json!({"name": name, "arguments": args}));
    let rent = json!({"name": "p", "imageName": "i", "gpuTypeIds": ["NVIDIA L4"]});
    assert_eq!(call("create-pod", rent.clone()).await.err()["code"], "not_allowed");
    let no_args = call("get-pod", json!({})).await.err();
    assert_eq!((&no_args["code"], &no_args["required"]), (&json!("bad_argument"), &json!(["podId"])));
    for left_out in
        ["delete-pod", "list-endpoints", "make-coffee", "call-tool", "find-tools", "list-registries"]
    {
        let error = call(left_out, json!({})).await.err();
        assert_eq!((&error["code"], &error["status"]), (&json!("unknown_tool"), &json!(404)), "{left_out}");
        assert!(error["hint"].as_str().unwrap().contains("find-tools"), "{error}");
    }
    for wrong in [
        json!({}),
        json!({"name": 5}),
        json!({"name": "get-pod", "podId": "x"}),
        json!({"name": "get-pod", "arguments": [1]}),
        json!({"name": "get-pod", "arguments": "x"}),
    ] {
        let error = rig.call("call-tool", wrong.clone()).await.err();
        assert_eq!(error["code"], "bad_argument", "{wrong}");
        assert!(
            error["error"].as_str().unwrap().starts_with("call-tool: ") && error["hint"].is_string(),
            "{error}"
        );
    }
    assert_eq!(rig.call("find-tools", json!({"wrods": "x"})).await.err()["code"], "bad_argument");
    assert!(rig.sim.journal().requests().is_empty());
    let names: Vec<_> = found(&rig, json!({"words": "delete pod"})).await;
    assert!(names.iter().all(|row| row["name"] != "delete-pod"), "{names:?}");
    let quiet = mini(|setup| setup.policy = Policy { read_only: true, no_spend: false }).await;
    let reading = found(&quiet, json!({"words": "pod"})).await;
    assert!(!reading.is_empty() && reading.iter().all(|row| row["effect"] == "reads"), "{reading:?}");
}
