//! With keys: who registered what is known without being stored, and codes and tokens are bound.

use http::{Request, header};
use runpod_mcp::oauth::{Issuer, Settings, SignIn, Tokens};
use runpod_sim::{Action, Match};
use serde_json::json;

use super::desk::{
    BACK, CREATE, Desk, ISSUER, OTHER, STATUS, claim, desk_with, form, key, keys, query, sealed, settings,
    state, strict, twin, wish, with,
};

/// A code that a client got through our own callback.
async fn coded(desk: &Desk, client: &str) -> String {
    let handoff = desk.authorize(&wish(client, BACK)).await.location();
    query(&desk.approve_through(&handoff).await, "code").unwrap()
}

#[tokio::test]
async fn a_client_is_known_by_its_id_and_returns_only_where_it_said() {
    let desk = desk_with(sealed).await;
    let client = desk.client(BACK).await;
    assert!(client.starts_with("v1.a.") && client.len() < 1536);
    desk.authorize(&wish(&client, BACK)).await.location();
    desk.authorize(&wish(&client, "http://127.0.0.1:9/callback")).await.location();
    for back in [
        "http://localhost:3118/callback",
        "http://127.0.0.1:3118/other",
        "https://claude.ai/api/mcp/auth_callback",
    ] {
        assert_eq!(desk.authorize(&wish(&client, back)).await.refused(400), "invalid_request", "{back}");
        assert_eq!(desk.token(&claim(&client, "code1", back)).await.refused(400), "invalid_grant", "{back}");
    }
    for stranger in [
        "",
        "mcp-0b0c1d2e-3f4a-4b5c-8d6e-7f8091a2b3c4",
        "v1.a.AAAA",
        "v1.b.AAAA",
        "https://client.example/id",
    ] {
        assert_eq!(desk.authorize(&wish(stranger, BACK)).await.refused(400), "invalid_client", "{stranger}");
        assert_eq!(
            desk.token(&claim(stranger, "code1", BACK)).await.refused(401),
            "invalid_client",
            "{stranger}"
        );
    }
    assert_eq!(desk.asked(), 2);
}

#[tokio::test]
async fn t10_what_was_registered_must_be_listed_too() {
    let desk = desk_with(sealed).await;
    for (back, listed) in [
        ("https://claude.ai/api/mcp/auth_callback", true),
        ("https://evil.example/cb", false),
        ("cursor://x/cb", false),
    ] {
        let client = desk.client(back).await;
        assert_eq!(desk.authorize(&wish(&client, back)).await.status == 302, listed, "{back}");
    }
}

#[tokio::test]
async fn clients_of_the_compatible_mode_are_taken_for_a_while_if_wanted() {
    let desk = desk_with(|settings| Settings { legacy_clients: true, ..sealed(settings) }).await;
    desk.authorize(&wish("mcp-0b0c1d2e-3f4a-4b5c-8d6e-7f8091a2b3c4", BACK)).await.location();
    assert_eq!(desk.authorize(&wish("other", BACK)).await.refused(400), "invalid_client");
}

#[tokio::test]
async fn a_browser_takes_errors_back_once_it_is_known_where_to() {
    let desk = desk_with(strict).await;
    let client = desk.client(BACK).await;
    let bad = with(&wish(&client, BACK), "code_challenge_method", Some("plain"));
    let path = format!("/authorize?{}", form(&bad));
    let back = desk.browse(&path).await.location();
    assert!(back.starts_with(BACK));
    assert_eq!(query(&back, "error").as_deref(), Some("invalid_request"));
    assert_eq!(
        (query(&back, "state").as_deref(), query(&back, "iss").as_deref()),
        (Some("st 1&x"), Some(ISSUER))
    );
    assert_eq!(desk.get(&path).await.refused(400), "invalid_request", "a program is told at once");
    let stranger = with(&bad, "client_id", Some("v1.a.x"));
    assert_eq!(desk.browse(&format!("/authorize?{}", form(&stranger))).await.status, 400);
}

#[tokio::test]
async fn t13_in_our_own_callback_the_client_never_sees_the_id_of_the_request() {
    let desk = desk_with(strict).await;
    let server = desk.get("/.well-known/oauth-authorization-server").await.expect(200);
    assert_eq!(server["authorization_response_iss_parameter_supported"], true);
    let client = desk.client(BACK).await;
    let handoff = desk.authorize(&wish(&client, BACK)).await.location();
    let inner = query(&handoff, "redirect").unwrap();
    let id = query(&inner, "request").unwrap();
    assert_eq!(query(&inner, "redirect_uri"), Some(format!("{ISSUER}/callback")));
    assert!(query(&inner, "state").unwrap().starts_with("v1.a."));

    let back = desk.approve_through(&handoff).await;
    assert!(back.starts_with(&format!("{BACK}?code=v1.a.")) && !back.contains(&id));
    assert_eq!(
        (query(&back, "state").as_deref(), query(&back, "iss").as_deref()),
        (Some("st 1&x"), Some(ISSUER))
    );
    let code = query(&back, "code").unwrap();
    let said = desk.token(&claim(&client, &code, BACK)).await.expect(200);
    assert!(desk.opens(said["access_token"].as_str().unwrap()).await);
    assert_eq!(
        desk.token(&claim(&client, &id, BACK)).await.refused(400),
        "invalid_grant",
        "the bare id is no code"
    );
}

#[tokio::test]
async fn a_denial_goes_back_to_the_client_with_its_state_and_our_name() {
    let desk = desk_with(strict).await;
    let client = desk.client(BACK).await;
    let handoff = desk.authorize(&wish(&client, BACK)).await.location();
    let ours = desk.decide(&handoff, "deny").await;
    let back = desk.get(ours.strip_prefix(ISSUER).unwrap()).await.location();
    assert!(back.starts_with(&format!("{BACK}?error=access_denied&state=")), "{back}");
    assert_eq!(query(&back, "iss").as_deref(), Some(ISSUER));
}

#[tokio::test]
async fn t15_a_wrong_verifier_costs_nobody_a_key() {
    let desk = desk_with(strict).await;
    let client = desk.client(BACK).await;
    let code = coded(&desk, &client).await;
    let right = claim(&client, &code, BACK);
    for _ in 0..3 {
        let wrong = with(&right, "code_verifier", Some(OTHER));
        assert_eq!(desk.token(&wrong).await.refused(400), "invalid_grant");
    }
    assert_eq!(desk.sim.journal().count(STATUS), 0, "the backend was not asked");
    assert!(desk.token(&right).await.expect(200)["access_token"].is_string());
}

#[tokio::test]
async fn t12_a_code_is_worth_nothing_to_another_client_at_another_address_or_for_another_resource() {
    let desk = desk_with(strict).await;
    let (mine, other) = (desk.client(BACK).await, desk.client(BACK).await);
    let asked = with(&wish(&mine, BACK), "resource", Some("https://mcp.example/mcp"));
    let handoff = desk.authorize(&asked).await.location();
    let code = query(&desk.approve_through(&handoff).await, "code").unwrap();
    let right = claim(&mine, &code, BACK);
    for (wrong, word) in [
        (with(&right, "client_id", Some(&other)), "invalid_grant"),
        (with(&right, "redirect_uri", Some("http://127.0.0.1:9/callback")), "invalid_grant"),
        (with(&right, "resource", Some("https://mcp.example/mcp/pods")), "invalid_target"),
        (with(&right, "resource", Some("https://evil.example/mcp")), "invalid_target"),
    ] {
        assert_eq!(desk.token(&wrong).await.refused(400), word);
    }
    assert_eq!(desk.sim.journal().count(STATUS), 0);
    desk.token(&with(&right, "resource", Some("https://mcp.example/mcp/"))).await.expect(200);
    assert_eq!(desk.token(&right).await.refused(400), "invalid_grant", "and to nobody twice");
}

#[tokio::test]
async fn t12_what_comes_to_the_callback_must_belong_together() {
    let desk = desk_with(strict).await;
    let client = desk.client(BACK).await;
    let (one, other) = (
        desk.authorize(&wish(&client, BACK)).await.location(),
        desk.authorize(&wish(&client, BACK)).await.location(),
    );
    let (one, other) = (desk.decide(&one, "approve").await, desk.decide(&other, "approve").await);
    let (code, state) = (query(&one, "code").unwrap(), query(&other, "state").unwrap());
    for pairs in [
        vec![("code", code.as_str()), ("state", state.as_str())],
        vec![("state", state.as_str())],
        vec![("code", code.as_str())],
        vec![("code", code.as_str()), ("state", "v1.a.forged")],
        vec![("code", code.as_str()), ("state", client.as_str())],
    ] {
        let said = desk.get(&format!("/callback?{}", form(&pairs))).await;
        assert!(!said.headers.contains_key("location"));
        assert_eq!(said.refused(400), "invalid_request");
    }
    desk.sim.clock().advance(std::time::Duration::from_secs(601));
    assert_eq!(desk.get(one.strip_prefix(ISSUER).unwrap()).await.refused(400), "invalid_request");
}

#[tokio::test]
async fn t20_no_sealed_text_stands_for_another_or_outlives_its_time() {
    let desk = desk_with(strict).await;
    let client = desk.client(BACK).await;
    let handoff = desk.authorize(&wish(&client, BACK)).await.location();
    let state = query(&query(&handoff, "redirect").unwrap(), "state").unwrap();
    let code = query(&desk.approve_through(&handoff).await, "code").unwrap();
    for wrong in [&client, &state] {
        assert_eq!(desk.token(&claim(&client, wrong, BACK)).await.refused(400), "invalid_grant");
    }
    for wrong in [&code, &state] {
        assert_eq!(desk.authorize(&wish(wrong, BACK)).await.refused(400), "invalid_client");
    }
    for at in (0..code.len()).step_by(7) {
        let mut forged = code.clone().into_bytes();
        forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
        let forged = String::from_utf8(forged).unwrap();
        assert_eq!(
            desk.token(&claim(&client, &forged, BACK)).await.refused(400),
            "invalid_grant",
            "byte {at}"
        );
    }
    let unknown = code.replacen("v1.a.", "v1.z.", 1);
    assert_eq!(desk.token(&claim(&client, &unknown, BACK)).await.refused(400), "invalid_grant");
    desk.sim.clock().advance(std::time::Duration::from_secs(661));
    assert_eq!(desk.token(&claim(&client, &code, BACK)).await.refused(400), "invalid_grant");
    assert_eq!(desk.sim.journal().count(STATUS), 0);
}

#[tokio::test]
async fn t20_a_backend_that_gives_a_key_twice_does_not_make_a_code_good_twice() {
    let desk = desk_with(strict).await;
    let client = desk.client(BACK).await;
    let code = coded(&desk, &client).await;
    let answer = json!({ "data": { "flashAuthRequestStatus": { "id": "x", "status": "CONSUMED", "apiKey": "rpa_again",
        "codeChallenge": super::desk::CHALLENGE, "codeChallengeMethod": "S256", "expiresAt": null } } });
    desk.sim.faults().add(Match::operation(STATUS).then(Action::status(200).body(answer)));
    assert_eq!(desk.token(&claim(&client, &code, BACK)).await.expect(200)["access_token"], "rpa_again");
    assert_eq!(desk.token(&claim(&client, &code, BACK)).await.refused(400), "invalid_grant");
}

#[tokio::test]
async fn every_replica_takes_every_step_also_while_keys_are_changed() {
    let (old, new) = (key("old", 1), key("new", 2));
    let sim = twin().await;
    let replica = |text: &str| {
        SignIn::new(Settings { keys: keys(text), ..strict(settings(&sim)) }, state(&sim)).unwrap()
    };
    let (first, second, third) = (
        replica(&format!("{old},{new}")),
        replica(&format!("{new},{old}")),
        replica(&format!("{old},{new}")),
    );
    let mut desk = Desk::of(sim, first);
    let client = desk.client(BACK).await;
    desk.sign_in = second.clone();
    let handoff = desk.authorize(&wish(&client, BACK)).await.location();
    desk.sign_in = third;
    let code = query(&desk.approve_through(&handoff).await, "code").unwrap();
    assert!(client.starts_with("v1.old.") && code.starts_with("v1.old."));
    desk.sign_in = second;
    desk.token(&claim(&client, &code, BACK)).await.expect(200);
    let gone = Settings { keys: keys(&new), ..strict(settings(&desk.sim)) };
    desk.sign_in = SignIn::new(gone, state(&desk.sim)).unwrap();
    assert_eq!(desk.authorize(&wish(&client, BACK)).await.refused(400), "invalid_client");
}

#[tokio::test]
async fn t21_a_sealed_token_opens_here_and_nowhere_else() {
    let with_tokens = |tokens| move |settings| Settings { tokens, ..strict(settings) };
    let desk = desk_with(with_tokens(Tokens::Sealed)).await;
    let client = desk.client(BACK).await;
    let code = coded(&desk, &client).await;
    let said = desk.token(&claim(&client, &code, BACK)).await.expect(200);
    let token = said["access_token"].as_str().unwrap();
    assert!(token.starts_with("v1.a.") && !token.contains("rpa_"));
    let here = Issuer::new(ISSUER);
    assert!(desk.sign_in.bearer(&here, token).is_ok());
    assert_eq!(desk.sign_in.bearer(&here, "rpa_mine").unwrap(), runpod_api::ApiKey::new("rpa_mine"));
    for issuer in ["https://mcp.example.evil", "http://mcp.example", "https://other.example"] {
        assert!(desk.sign_in.bearer(&Issuer::new(issuer), token).is_err(), "{issuer}");
    }
    for wrong in [client.as_str(), &code, &token.replacen("v1.a.", "v1.b.", 1), &token[..token.len() - 1]] {
        assert!(desk.sign_in.bearer(&here, wrong).is_err());
    }
    let only = desk_with(with_tokens(Tokens::OnlySealed)).await;
    assert!(only.sign_in.bearer(&here, token).is_ok());
    let why = only.sign_in.bearer(&here, "rpa_mine").unwrap_err().to_string();
    assert!(why.contains("sign in") && !why.contains("rpa_mine"), "{why}");
}

#[tokio::test]
async fn t18_what_the_host_header_says_changes_nothing() {
    let desk = desk_with(strict).await;
    let plain = desk.get("/.well-known/oauth-authorization-server").await.text;
    for (host, proto) in [("evil.example", "https"), ("a\"b", "javascript"), ("evil.example", "https,http")] {
        let request = Request::get("/.well-known/oauth-authorization-server").header(header::HOST, host);
        let request = request.header("x-forwarded-proto", proto).header("x-forwarded-host", "evil.example");
        assert_eq!(desk.send(request.body(axum::body::Body::empty()).unwrap()).await.text, plain);
    }
    // Without a word from the front nothing is made up.
    let mut bare = desk.sign_in.router();
    let request =
        Request::get("/.well-known/oauth-authorization-server").header(header::HOST, "evil.example");
    let said = tower_service::Service::call(&mut bare, request.body(axum::body::Body::empty()).unwrap())
        .await
        .unwrap();
    assert_eq!(said.status(), 500);
}

#[tokio::test]
async fn settings_that_do_not_go_together_are_named_at_the_start() {
    let sim = twin().await;
    let problems = |settings: Settings| SignIn::new(settings, state(&sim)).unwrap_err().join("\n");
    let all = Settings { callback: true, tokens: Tokens::Sealed, legacy_clients: true, ..settings(&sim) };
    let said = problems(all);
    for name in ["MCP_OAUTH_CALLBACK_MODE=sealed", "MCP_SEALED_TOKENS", "MCP_ACCEPT_LEGACY_CLIENT_IDS"] {
        assert!(said.contains(name) && said.contains("MCP_SEAL_KEYS"), "{said}");
    }
    let open = runpod_mcp::oauth::Documents::Open;
    assert!(problems(Settings { documents: open, ..settings(&sim) }).contains("MCP_CONSENT"));
    let compatible = SignIn::new(settings(&sim), state(&sim)).unwrap().announcement();
    assert!(compatible.contains("compatible mode") && compatible.contains("MCP_SEAL_KEYS"), "{compatible}");
    let strict = SignIn::new(strict(settings(&sim)), state(&sim)).unwrap().announcement();
    assert!(strict.contains("keys: a") && strict.contains("own callback"), "{strict}");
}

#[tokio::test]
async fn keys_are_named_after_their_client_where_that_is_wanted() {
    let name = runpod_mcp::oauth::KeyName::parse("mcp {client}").unwrap();
    let desk = desk_with(|settings| Settings { key_name: name, ..sealed(settings) }).await;
    let client = desk.client(BACK).await;
    let handoff = desk.authorize(&wish(&client, BACK)).await.location();
    desk.decide(&handoff, "approve").await;
    assert_eq!(desk.sim.minted_keys(), ["mcp Probe"]);
    let none = runpod_mcp::oauth::KeyName::parse("").unwrap();
    let desk = desk_with(|settings| Settings { key_name: none, ..settings }).await;
    desk.authorize(&wish("mcp-x", BACK)).await.location();
    assert!(desk.sim.journal().bodies(CREATE)[0]["variables"].get("apiKeyName").is_none());
}
