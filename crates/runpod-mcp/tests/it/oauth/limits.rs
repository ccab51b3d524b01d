//! How often somebody may ask.

use std::net::IpAddr;

use axum::body::Body;
use http::Request;
use runpod_sim::Pace;
use serde_json::json;

use super::desk::{BACK, Desk, OTHER, STATUS, Said, claim, desk, desk_with, form, query, strict, wish, with};

fn from(text: &str) -> IpAddr {
    text.parse().unwrap()
}

async fn register(desk: &Desk, from: IpAddr) -> Said {
    let body = json!({ "redirect_uris": [BACK] }).to_string();
    let request = Request::post("/register").header("content-type", "application/json");
    desk.send_from(from, request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn t16_a_flood_of_registrations_is_told_to_wait() {
    let desk = desk().await;
    assert_eq!(desk.sim.clock().pace(), Pace::Manual);
    let flood = from("2001:db8:1:2::1");
    for _ in 0..40 {
        register(&desk, flood).await.expect(201);
    }
    let said = register(&desk, from("2001:db8:1:2:ffff::1")).await;
    assert_eq!(said.headers["retry-after"], "4");
    assert_eq!(said.refused(429), "temporarily_unavailable");
    register(&desk, from("2001:db8:1:3::1")).await.expect(201);
    desk.sim.clock().advance(std::time::Duration::from_secs(3));
    register(&desk, flood).await.expect(201);
}

#[tokio::test]
async fn t19_authorizing_and_redeeming_are_limited_by_address_before_the_backend_is_asked() {
    let desk = desk().await;
    let one = from("192.0.2.1");
    let path = format!("/authorize?{}", form(&wish("mcp-x", BACK)));
    for _ in 0..40 {
        desk.send_from(one, Request::get(&path).body(Body::empty()).unwrap()).await.location();
    }
    let asked = desk.asked();
    let said =
        desk.send_from(from("::ffff:192.0.2.1"), Request::get(&path).body(Body::empty()).unwrap()).await;
    assert_eq!(said.refused(429), "temporarily_unavailable");
    let redeem = async || {
        let request = Request::post("/token").header("content-type", "application/x-www-form-urlencoded");
        let body = form(&with(&claim("mcp-x", "code1", BACK), "code_verifier", Some("short")));
        desk.send_from(one, request.body(Body::from(body)).unwrap()).await
    };
    for _ in 0..120 {
        assert_eq!(redeem().await.status, 400);
    }
    assert_eq!(redeem().await.refused(429), "temporarily_unavailable");
    assert_eq!(desk.asked(), asked);
}

#[tokio::test]
async fn t19_five_wrong_verifiers_for_one_code_are_enough_wherever_they_come_from() {
    let desk = desk().await;
    let handoff = desk.authorize(&wish("mcp-x", BACK)).await.location();
    let id = query(&query(&handoff, "redirect").unwrap(), "request").unwrap();
    let wrong = with(&claim("mcp-x", &id, BACK), "code_verifier", Some(OTHER));
    for _ in 0..5 {
        assert_eq!(desk.token(&wrong).await.refused(400), "invalid_grant");
    }
    assert_eq!(desk.token(&wrong).await.status, 429);
    assert_eq!(desk.sim.journal().count(STATUS), 5);

    let desk = desk_with(strict).await;
    let client = desk.client(BACK).await;
    let handoff = desk.authorize(&wish(&client, BACK)).await.location();
    let code = query(&desk.approve_through(&handoff).await, "code").unwrap();
    let wrong = with(&claim(&client, &code, BACK), "code_verifier", Some(OTHER));
    for _ in 0..5 {
        assert_eq!(desk.token(&wrong).await.refused(400), "invalid_grant");
    }
    assert_eq!(desk.token(&wrong).await.status, 429);
    assert_eq!(desk.sim.journal().count(STATUS), 0);
}
