//! The Tasks extension: for clients that declare it, a wait is a task that any process can answer for.

use runpod_sim::Seed;
use serde_json::{Value, json};

use super::pods::pod;
use crate::rig::Rig;
use crate::session::{Session, modern};

const TASKS: &str = "io.modelcontextprotocol/tasks";

/// The `_meta` of a client that takes tasks.
fn taking() -> Value {
    let mut meta = modern();
    meta["io.modelcontextprotocol/clientCapabilities"] = json!({"extensions": {TASKS: {}}});
    meta
}

async fn call(session: &mut Session, tool: &str, args: Value, meta: Value) -> Value {
    let params = json!({"name": tool, "arguments": args, "_meta": meta});
    session.ask(1, "tools/call", params).await["result"].clone()
}

async fn look(session: &mut Session, id: &Value) -> Value {
    session.ask(2, "tasks/get", json!({"taskId": id, "_meta": taking()})).await
}

fn told(result: &Value) -> Value {
    serde_json::from_str(result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{result}"))).unwrap()
}

#[tokio::test]
async fn a_wait_becomes_a_task_that_another_process_completes() {
    let rig = Rig::new(Seed::Empty).await;
    let mut session = Session::with(rig.server.clone());
    let task = call(&mut session, "create-pod", pod("a", 300_000), taking()).await;
    assert_eq!((&task["resultType"], &task["status"]), (&json!("task"), &json!("working")));
    assert!(task["statusMessage"].as_str().is_some_and(|text| text.contains("PROVISIONING")), "{task}");
    assert_eq!(rig.sim.journal().count("createPod"), 1, "it was made before the task was handed out");
    let id = task["taskId"].clone();
    let working = look(&mut session, &id).await["result"].clone();
    assert_eq!((&working["taskId"], &working["status"]), (&id, &json!("working")));
    rig.pass(60);
    // Nothing is remembered: another server over the same account answers for it.
    let mut other = Session::with(runpod_mcp::mcp::Server::new(crate::rig::setup(&rig.sim)));
    let done = look(&mut other, &id).await["result"].clone();
    assert_eq!((&done["status"], &done["createdAt"]), (&json!("completed"), &task["createdAt"]), "{done}");
    let pod = told(&done["result"]);
    assert_eq!((&pod["status"], &pod["wait"]["done"]), (&json!("RUNNING"), &json!(true)));
}

#[tokio::test]
async fn a_task_whose_time_is_up_is_completed_with_the_call_that_goes_on() {
    let rig = Rig::skipping(Seed::Empty).await;
    let mut session = Session::with(rig.server.clone());
    let made = told(&call(&mut session, "create-pod", pod("a", 0), taking()).await);
    let late = format!("get-pod~1000~60000~{}", made["id"].as_str().unwrap());
    let done = look(&mut session, &late.into()).await["result"].clone();
    assert_eq!(done["status"], "completed", "{done}");
    assert!(told(&done["result"])["_notes"].to_string().contains("go on with get-pod"), "{done}");
}

#[tokio::test]
async fn what_is_over_already_is_no_task_and_neither_is_a_call_without_wait() {
    let rig = Rig::new(Seed::Empty).await;
    let mut session = Session::with(rig.server.clone());
    let made = call(&mut session, "create-pod", pod("a", 0), taking()).await;
    assert_eq!(made["resultType"], "complete");
    rig.pass(60);
    let args = json!({"podId": told(&made)["id"], "wait": 60_000});
    let up = call(&mut session, "get-pod", args, taking()).await;
    assert_eq!((&up["resultType"], &told(&up)["wait"]["done"]), (&json!("complete"), &json!(true)));
}

#[tokio::test]
async fn nobody_else_is_given_a_task_or_may_ask_for_one() {
    let rig = Rig::skipping(Seed::Empty).await;
    let mut session = Session::with(rig.server.clone());
    let made = call(&mut session, "create-pod", pod("a", 60_000), modern()).await;
    assert_eq!((&made["resultType"], &told(&made)["wait"]["done"]), (&json!("complete"), &json!(true)));
    let id = format!("get-pod~1000~60000~{}", told(&made)["id"].as_str().unwrap());
    let asked = session.ask(3, "tasks/get", json!({"taskId": id, "_meta": modern()})).await;
    assert_eq!(asked["error"]["code"], -32021, "{asked}");
}

#[tokio::test]
async fn an_id_that_was_made_up_leads_nowhere() {
    let rig = Rig::new(Seed::Empty).await;
    let mut session = Session::with(rig.server.clone());
    for id in ["", "x", "delete-pod~1~1~abc", "get-pod~1~1~../x", "get-pod~1~1~a~b", "list-pods~1~1"] {
        for method in ["tasks/get", "tasks/cancel"] {
            let answer = session.ask(1, method, json!({"taskId": id, "_meta": taking()})).await;
            assert_eq!(answer["error"]["code"], -32602, "{method} {id:?}: {answer}");
        }
    }
    assert!(rig.sim.journal().requests().is_empty());
    let gone = look(&mut session, &json!("get-pod~1~1~abc")).await["result"].clone();
    assert_eq!(
        (&gone["status"], told(&gone["result"])["code"].as_str()),
        (&json!("completed"), Some("not_found"))
    );
}

#[tokio::test]
async fn a_task_that_waits_for_a_pod_is_called_off_without_touching_the_pod() {
    let rig = Rig::new(Seed::Empty).await;
    let mut session = Session::with(rig.server.clone());
    let task = call(&mut session, "create-pod", pod("a", 300_000), taking()).await;
    rig.sim.journal().clear();
    let params = json!({"taskId": task["taskId"], "_meta": taking()});
    let ended = session.ask(5, "tasks/cancel", params).await;
    assert_eq!(ended["result"]["resultType"], "complete", "{ended}");
    assert!(rig.sim.journal().requests().is_empty());
}

/// A queued job, as the task that stands for it.
async fn queued(rig: &Rig, session: &mut Session) -> Value {
    let new = json!({"name": "e", "imageName": "me/sum:1", "gpuPoolIds": ["ADA_24"], "workersMax": 1});
    let endpoint = rig.call("create-endpoint", new).await.ok()["id"].clone();
    let args = json!({"endpointId": endpoint, "input": {"numbers": [1, 2, 3.5]}});
    let task = call(session, "run-endpoint", args, taking()).await;
    assert_eq!((&task["resultType"], &task["status"]), (&json!("task"), &json!("working")), "{task}");
    task["taskId"].clone()
}

#[tokio::test]
async fn a_job_is_a_task_until_it_has_its_output() {
    let rig = Rig::new(Seed::Empty).await;
    let mut session = Session::with(rig.server.clone());
    let id = queued(&rig, &mut session).await;
    assert_eq!(look(&mut session, &id).await["result"]["status"], "working");
    rig.pass(600);
    let done = look(&mut session, &id).await["result"].clone();
    assert_eq!(done["status"], "completed", "{done}");
    let job = told(&done["result"]);
    assert_eq!(job["status"], "COMPLETED", "{job}");
    assert!(job["output"].to_string().contains("6.5"), "{job}");
}

#[tokio::test]
async fn a_task_that_waits_for_a_job_is_called_off_with_the_job_and_only_if_policy_allows() {
    let rig = Rig::new(Seed::Empty).await;
    let mut session = Session::with(rig.server.clone());
    let id = queued(&rig, &mut session).await;
    let params = json!({"taskId": id, "_meta": taking()});
    let read_only = runpod_mcp::policy::Policy { read_only: true, no_spend: false };
    let setup = runpod_mcp::mcp::Setup { policy: read_only, ..crate::rig::setup(&rig.sim) };
    let mut reader = Session::with(runpod_mcp::mcp::Server::new(setup));
    let refused = reader.ask(6, "tasks/cancel", params.clone()).await;
    assert_eq!(refused["error"]["data"]["code"], "not_allowed", "{refused}");
    assert_eq!(rig.sim.journal().count("cancelJob"), 0);
    let ended = session.ask(7, "tasks/cancel", params).await;
    assert_eq!(ended["result"]["resultType"], "complete", "{ended}");
    let done = look(&mut session, &id).await["result"].clone();
    assert_eq!(told(&done["result"])["status"], "CANCELLED", "{done}");
}
