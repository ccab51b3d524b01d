//! The compatible mode: what Runpod's own server does, and what it should have refused.

use axum::body::Body;
use http::{Method, Request};
use serde_json::json;

use super::desk::{
    BACK, CHALLENGE, CREATE, ISSUER, OTHER, STATUS, VERIFIER, claim, desk, escaped, form, query, wish, with,
};

#[tokio::test]
async fn from_registration_to_a_key_that_works() {
    let desk = desk().await;
    let client = desk.client(BACK).await;
    assert!(client.starts_with("mcp-"));
    let handoff = desk.authorize(&wish(&client, BACK)).await.location();
    let inner = query(&handoff, "redirect").unwrap();
    let id = query(&inner, "request").unwrap();
    assert_eq!(
        handoff,
        format!(
            "{}/login?redirect=%2Fintegrations%2Fmcp%2Flogin%3Frequest%3D{id}%26redirect_uri%3D\
             http%253A%252F%252F127.0.0.1%253A3118%252Fcallback%26state%3Dst%2B1%2526x",
            desk.sim.console_url()
        )
    );
    let sent = &desk.sim.journal().bodies(CREATE)[0]["variables"];
    assert_eq!(
        *sent,
        json!({ "apiKeyName": "runpod-mcp", "codeChallenge": CHALLENGE, "codeChallengeMethod": "S256" })
    );

    let back = desk.decide(&handoff, "approve").await;
    assert_eq!((query(&back, "code"), query(&back, "state")), (Some(id.clone()), Some("st 1&x".into())));
    let said = desk.token(&claim(&client, &id, BACK)).await;
    assert_eq!(said.headers["pragma"], "no-cache");
    let said = said.expect(200);
    assert_eq!(said["token_type"], "Bearer");
    let key = said["access_token"].as_str().unwrap();
    assert!(key != desk.sim.key() && desk.opens(key).await);
    assert_eq!(desk.sim.minted_keys(), ["runpod-mcp"]);
    assert_eq!(desk.token(&claim(&client, &id, BACK)).await.refused(400), "invalid_grant");
    for operation in [CREATE, STATUS] {
        assert!(desk.sim.journal().of(operation).iter().all(|entry| !entry.has_authorization()));
    }
}

#[tokio::test]
async fn the_documents_say_where_everything_is() {
    let desk = desk().await;
    for (path, resource) in [("", "/"), ("/mcp", "/mcp"), ("/mcp/pods,jobs", "/mcp/pods,jobs")] {
        let said = desk.get(&format!("/.well-known/oauth-protected-resource{path}")).await.expect(200);
        assert_eq!(said["resource"], format!("{ISSUER}{resource}"));
        assert_eq!(said["authorization_servers"], json!([ISSUER]));
    }
    let server = desk.get("/.well-known/oauth-authorization-server").await.expect(200);
    assert_eq!(
        (&server["issuer"], &server["token_endpoint"]),
        (&json!(ISSUER), &json!(format!("{ISSUER}/token")))
    );
    assert_eq!(server["code_challenge_methods_supported"], json!(["S256"]));
    assert!(server.get("authorization_response_iss_parameter_supported").is_none());
    for path in ["oauth-authorization-server/mcp", "openid-configuration", "openid-configuration/mcp"] {
        assert_eq!(desk.get(&format!("/.well-known/{path}")).await.expect(200), server);
    }
    for path in
        ["oauth-protected-resource/other", "oauth-authorization-server/x", "oauth-protected-resource/mcp/P"]
    {
        assert_eq!(desk.get(&format!("/.well-known/{path}")).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_path_answers_to_its_own_method_only() {
    let desk = desk().await;
    for (method, path, allowed) in [
        (Method::GET, "/token", "POST"),
        (Method::GET, "/register", "POST"),
        (Method::PUT, "/authorize", "GET,HEAD"),
    ] {
        let said = desk.send(Request::builder().method(method).uri(path).body(Body::empty()).unwrap()).await;
        assert_eq!(said.status, 405, "{path}");
        assert!(said.headers["allow"].to_str().unwrap().starts_with(allowed));
    }
    assert_eq!(desk.get("/callback").await.status, 404, "there is no callback of ours in this mode");
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_refused_before_the_backend_is_asked() {
    let desk = desk().await;
    let good = wish("mcp-x", BACK);
    for (name, value) in [
        ("code_challenge", None),
        ("code_challenge", Some("short")),
        ("code_challenge_method", None),
        ("code_challenge_method", Some("plain")),
        ("code_challenge_method", Some("s256")),
        ("redirect_uri", None),
        ("redirect_uri", Some("")),
    ] {
        assert_eq!(desk.authorize(&with(&good, name, value)).await.refused(400), "invalid_request", "{name}");
    }
    let token = with(&good, "response_type", Some("token"));
    assert_eq!(desk.authorize(&token).await.refused(400), "unsupported_response_type");
    for resource in ["https://evil.example", "https://mcp.example.evil/", "mcp.example"] {
        let asked = with(&good, "resource", Some(resource));
        assert_eq!(desk.authorize(&asked).await.refused(400), "invalid_target", "{resource}");
    }
    let long = "s".repeat(5000);
    assert_eq!(desk.authorize(&with(&good, "state", Some(&long))).await.refused(400), "invalid_request");

    let good = claim("mcp-x", "code1", BACK);
    for (name, value, word) in [
        ("grant_type", None, "unsupported_grant_type"),
        ("grant_type", Some("refresh_token"), "unsupported_grant_type"),
        ("code", None, "invalid_request"),
        ("code", Some("a\"b"), "invalid_grant"),
        ("redirect_uri", None, "invalid_grant"),
        ("redirect_uri", Some("https://evil.example/"), "invalid_grant"),
        ("code_verifier", None, "invalid_grant"),
        ("code_verifier", Some("short"), "invalid_grant"),
        ("resource", Some("https://evil.example"), "invalid_target"),
    ] {
        assert_eq!(desk.token(&with(&good, name, value)).await.refused(400), word, "{name}");
    }
    assert_eq!(desk.asked(), 0);
}

#[tokio::test]
async fn t12_a_parameter_that_is_there_twice_is_refused() {
    let desk = desk().await;
    for pair in wish("mcp-x", BACK) {
        let mut twice = wish("mcp-x", BACK);
        twice.push(pair);
        assert_eq!(desk.authorize(&twice).await.refused(400), "invalid_request", "{}", pair.0);
    }
    for pair in claim("mcp-x", "code1", BACK) {
        let mut twice = claim("mcp-x", "code1", BACK);
        twice.push(pair);
        assert_eq!(desk.token(&twice).await.refused(400), "invalid_request", "{}", pair.0);
    }
    let mut two = wish("mcp-x", BACK);
    two.extend([("resource", ISSUER), ("resource", "https://mcp.example/mcp")]);
    desk.authorize(&two).await.location();
    assert_eq!(desk.asked(), 1);
}

#[tokio::test]
async fn what_older_clients_send_is_taken() {
    let desk = desk().await;
    let bare = with(&with(&wish("", BACK), "response_type", None), "state", None);
    let handoff = desk.authorize(&bare).await.location();
    assert!(!handoff.contains("state"));
    let code = query(&desk.decide(&handoff, "approve").await, "code").unwrap();
    let body = json!({ "grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER });
    let request = Request::post("/token").header("content-type", "application/json");
    let said = desk.send(request.body(Body::from(body.to_string())).unwrap()).await;
    assert!(said.expect(200)["access_token"].is_string());
}

#[tokio::test]
async fn a_token_is_asked_for_in_the_body() {
    let desk = desk().await;
    let pairs = form(&claim("mcp-x", "code1", BACK));
    let request = Request::post(format!("/token?{pairs}")).body(Body::empty()).unwrap();
    assert_eq!(desk.send(request).await.refused(400), "invalid_request");
    let request =
        Request::post("/token").header("content-type", "text/plain").body(Body::from(pairs)).unwrap();
    assert_eq!(desk.send(request).await.refused(415), "invalid_request");
    let request = Request::post("/token").header("content-type", "application/x-www-form-urlencoded");
    let request = request.body(Body::from(vec![b'a'; 17 << 10])).unwrap();
    assert_eq!(desk.send(request).await.refused(413), "invalid_request");
    assert_eq!(desk.asked(), 0);
}

#[tokio::test]
async fn a_wrong_verifier_is_refused_whatever_was_decided() {
    let desk = desk().await;
    let handoff = desk.authorize(&wish("mcp-x", BACK)).await.location();
    let id = query(&query(&handoff, "redirect").unwrap(), "request").unwrap();
    let wrong = with(&claim("mcp-x", &id, BACK), "code_verifier", Some(OTHER));
    assert_eq!(desk.token(&wrong).await.refused(400), "invalid_grant");
    assert_eq!(desk.sim.journal().count(STATUS), 1, "one read, and no waiting");
    desk.decide(&handoff, "approve").await;
    assert!(desk.token(&claim("mcp-x", &id, BACK)).await.expect(200)["access_token"].is_string());
}

#[tokio::test]
async fn a_denial_an_expiry_and_a_guess_are_told_as_such() {
    let desk = desk().await;
    let handoff = desk.authorize(&wish("mcp-x", BACK)).await.location();
    let back = desk.decide(&handoff, "deny").await;
    assert_eq!(query(&back, "error").as_deref(), Some("access_denied"));
    let id = query(&query(&handoff, "redirect").unwrap(), "request").unwrap();
    assert_eq!(desk.token(&claim("mcp-x", &id, BACK)).await.refused(400), "access_denied");

    let handoff = desk.authorize(&wish("mcp-x", BACK)).await.location();
    let id = query(&query(&handoff, "redirect").unwrap(), "request").unwrap();
    desk.sim.clock().advance(std::time::Duration::from_secs(601));
    assert_eq!(desk.token(&claim("mcp-x", &id, BACK)).await.refused(400), "invalid_grant");
    assert_eq!(desk.token(&claim("mcp-x", "nosuch", BACK)).await.refused(400), "invalid_grant");
}

#[tokio::test]
async fn registration_takes_what_can_be_used_and_names_what_cannot() {
    let desk = desk().await;
    let mixed = json!({
        "client_name": "Odd\u{202e} <b>name</b>\n", "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"], "logo_uri": "x",
        "redirect_uris": ["http://evil.example/cb", "cursor://anysphere.cursor-mcp/oauth/callback", BACK],
    });
    let made = desk.register(&mixed).await.expect(201);
    assert_eq!(made["redirect_uris"], json!(["cursor://anysphere.cursor-mcp/oauth/callback", BACK]));
    assert_eq!(made["client_name"], "Odd <b>name</b>");
    assert_eq!(
        (&made["grant_types"], &made["token_endpoint_auth_method"]),
        (&json!(["authorization_code"]), &json!("none"))
    );
    assert!(made.get("client_secret").is_none() && made.get("client_secret_expires_at").is_none());

    let bad = |field: &str, value: serde_json::Value| {
        let mut body = json!({ "redirect_uris": [BACK] });
        body[field] = value;
        body
    };
    for (body, word) in [
        (json!({}), "invalid_redirect_uri"),
        (bad("redirect_uris", json!([])), "invalid_redirect_uri"),
        (bad("redirect_uris", json!(BACK)), "invalid_redirect_uri"),
        (bad("redirect_uris", json!(["http://evil.example/"])), "invalid_redirect_uri"),
        (bad("redirect_uris", json!(vec![BACK; 9])), "invalid_redirect_uri"),
        (bad("token_endpoint_auth_method", json!("client_secret_basic")), "invalid_client_metadata"),
        (bad("grant_types", json!(["implicit"])), "invalid_client_metadata"),
        (bad("response_types", json!(["token"])), "invalid_client_metadata"),
        (json!([]), "invalid_client_metadata"),
    ] {
        assert_eq!(desk.register(&body).await.refused(400), word, "{body}");
    }
    let text =
        Request::post("/register").header("content-type", "text/plain").body(Body::from("{}")).unwrap();
    assert_eq!(desk.send(text).await.status, 415);
}

#[tokio::test]
async fn t16_a_giant_registration_is_not_read() {
    let desk = desk().await;
    let body = json!({ "redirect_uris": [BACK], "client_name": "x".repeat(1 << 20) });
    assert_eq!(desk.register(&body).await.refused(413), "invalid_request");
    let uri = format!("{BACK}?{}", "x".repeat(400));
    assert_eq!(
        desk.register(&json!({ "redirect_uris": [uri, uri, uri] })).await.refused(400),
        "invalid_redirect_uri"
    );
}

#[tokio::test]
async fn t22_no_page_and_no_redirect_can_be_framed_or_kept() {
    let desk = desk().await;
    let handoff = desk.authorize(&wish("mcp-x", BACK)).await;
    let refusal =
        desk.browse(&format!("/authorize?redirect_uri={}", escaped("https://evil.example/<script>"))).await;
    assert_eq!(refusal.status, 400);
    assert!(refusal.headers["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(!refusal.text.contains("evil") && !refusal.text.contains("<script"));
    for said in [handoff, refusal] {
        let policy = said.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("default-src 'none'"));
        assert!(
            said.headers["x-frame-options"] == "DENY" && said.headers["referrer-policy"] == "no-referrer"
        );
    }
}
