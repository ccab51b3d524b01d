//! The bridge in front of our own hosted server, with the sandbox's console to sign in at.

use reqwest::Url;

use super::*;
use crate::http::keys::{everybody_is_known, hosted};
use crate::rig::Rig;
use crate::web::Web;

/// Somebody who approves whatever is asked, in the console.
#[derive(Debug)]
struct Approver;

impl Person for Approver {
    fn show(&self, _: &str, link: &str) {
        let link = link.to_owned();
        tokio::spawn(async move {
            let http = engine();
            let to_console = sent_on(http.get(&link)).await;
            let login = Url::parse(&to_console).unwrap();
            let approval = login.query_pairs().find(|(name, _)| name == "redirect").unwrap().1.into_owned();
            let (path, query) = approval.split_once('?').unwrap();
            let form = http
                .post(to_console.split("/login?").next().unwrap().to_owned() + path)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(format!("{query}&decision=approve"));
            let back = sent_on(form).await;
            assert_eq!(http.get(&back).send().await.unwrap().status(), 200);
        });
    }
}

/// Where an answer sends the browser.
async fn sent_on(request: reqwest::RequestBuilder) -> String {
    let answer = request.send().await.unwrap();
    let status = answer.status();
    let to = answer.headers().get("location").unwrap_or_else(|| panic!("{status} sends nowhere"));
    to.to_str().unwrap().to_owned()
}

async fn behind(home: &Home) -> (Rig, Web, Line) {
    let (rig, web) = hosted().await;
    everybody_is_known(&rig);
    let url = format!("http://{}/mcp", web.at);
    let line = Line::with(&url, HeaderMap::new(), Some(Arc::new(Approver)), home.wallet());
    (rig, web, line)
}

fn call(id: u32, meta: &Value) -> Value {
    let params = json!({"name": "list-pods", "arguments": {}, "_meta": meta});
    json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params})
}

#[tokio::test]
async fn both_eras_of_our_own_server_are_reached_after_one_sign_in() {
    let home = Home::new();
    let (rig, _web, mut line) = behind(&home).await;
    line.open().await;
    line.say(call(1, &json!({}))).await;
    let text = line.hear().await["result"]["content"][0]["text"].as_str().unwrap().to_owned();
    assert!(text.contains("\"items\""), "{text}");
    let modern = json!({"io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {}});
    line.say(call(2, &modern)).await;
    let answer = line.hear().await;
    assert_eq!(answer["result"]["resultType"], "complete", "{answer}");
    assert_eq!(rig.sim.journal().count("listPods"), 2);
}

#[tokio::test]
async fn a_doctor_sees_how_one_signs_in_at_our_own_server() {
    let (_rig, web) = hosted().await;
    let address = Address::parse(&format!("http://{}/mcp", web.at)).unwrap();
    let checks = runpod_mcp::doctor::hosted::check(&engine(), &address).await;
    assert_eq!(checks.len(), 4, "{checks:?}");
    assert!(checks.iter().all(|check| check.remedy.is_none()), "{checks:?}");
}

#[tokio::test]
async fn a_doctor_names_the_hop_that_fails_at_another_server() {
    let server = Elsewhere::guarded().await;
    let nowhere = Address::parse(&format!("{}/nowhere", server.url())).unwrap();
    let checks = runpod_mcp::doctor::hosted::check(&engine(), &nowhere).await;
    assert!(checks.last().unwrap().finding.contains("404"), "{checks:?}");
    let port = server.stop().await;
    let gone = Address::parse(&format!("http://127.0.0.1:{port}/mcp")).unwrap();
    let checks = runpod_mcp::doctor::hosted::check(&engine(), &gone).await;
    assert!(checks.last().unwrap().finding.contains("cannot be reached"), "{checks:?}");
}
