//! The page before the console: shown to strangers, and obeyed only when it was really shown.

use axum::body::Body;
use http::{Request, header};
use runpod_mcp::oauth::{Consent, Settings};
use serde_json::json;

use super::desk::{BACK, Desk, ISSUER, Said, desk_with, escaped, form, sealed, wish, with};

const CLAUDE: &str = "https://claude.ai/api/mcp/auth_callback";

async fn asking(consent: Consent) -> Desk {
    desk_with(|settings| Settings { consent, ..sealed(settings) }).await
}

/// The proof in a page.
fn proof(page: &Said) -> String {
    let (_, rest) = page.text.split_once("name=\"consent\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

async fn send(desk: &Desk, proof: &str, headers: &[(&str, &str)]) -> Said {
    let request = Request::post("/authorize").header(header::ACCEPT, "text/html");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    desk.send(request.body(Body::from(format!("consent={}", escaped(proof)))).unwrap()).await
}

#[tokio::test]
async fn t11_a_stranger_is_shown_before_anything_is_asked_for() {
    let desk = asking(Consent::Unlisted).await;
    let client = desk.client(BACK).await;
    let page = desk.browse(&format!("/authorize?{}", form(&wish(&client, BACK)))).await;
    assert_eq!(page.status, 200);
    assert!(
        page.text.contains("<b>Probe</b>") && page.text.contains("<b>127.0.0.1:3118</b>"),
        "{}",
        page.text
    );
    assert!(page.text.contains("this computer") && !page.text.contains("<script"));
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'self' http://127.0.0.1:")
    );
    assert_eq!(page.headers["x-frame-options"], "DENY");
    assert_eq!(desk.asked(), 0, "to look costs nothing");

    let gone_on = send(&desk, &proof(&page), &[("origin", ISSUER)]).await;
    assert_eq!(gone_on.status, 303);
    let to = gone_on.headers["location"].to_str().unwrap();
    assert!(to.starts_with(&desk.sim.console_url()));
    assert!(desk.decide(to, "approve").await.starts_with(BACK));
}

#[tokio::test]
async fn t11_a_form_from_elsewhere_or_without_a_proof_is_not_obeyed() {
    let desk = asking(Consent::Always).await;
    let client = desk.client(CLAUDE).await;
    let page = desk.browse(&format!("/authorize?{}", form(&wish(&client, CLAUDE)))).await;
    let proof = proof(&page);
    for headers in [
        vec![],
        vec![("origin", "https://evil.example")],
        vec![("origin", "null")],
        vec![("sec-fetch-site", "cross-site")],
        vec![("sec-fetch-site", "same-site")],
    ] {
        assert_eq!(send(&desk, &proof, &headers).await.status, 403, "{headers:?}");
    }
    for forged in ["", "v1.a.AAAA", client.as_str()] {
        assert_eq!(send(&desk, forged, &[("sec-fetch-site", "same-origin")]).await.status, 400, "{forged}");
    }
    desk.sim.clock().advance(std::time::Duration::from_secs(601));
    assert_eq!(send(&desk, &proof, &[("sec-fetch-site", "same-origin")]).await.status, 400);
    assert_eq!(desk.asked(), 0);
}

#[tokio::test]
async fn what_no_proof_can_hold_is_refused_before_the_page() {
    let desk = asking(Consent::Always).await;
    let client = desk.client(BACK).await;
    let (usual, percent) = ("s".repeat(4000), "%".repeat(3000));
    let fits = with(&wish(&client, BACK), "state", Some(&usual));
    let page = desk.browse(&format!("/authorize?{}", form(&fits))).await;
    assert_eq!(send(&desk, &proof(&page), &[("origin", ISSUER)]).await.status, 303);
    let long = with(&wish(&client, BACK), "state", Some(&percent));
    assert_eq!(desk.authorize(&long).await.refused(400), "invalid_request");
}

#[tokio::test]
async fn whoever_is_listed_needs_no_page_unless_all_do() {
    for (consent, listed, loopback) in
        [(Consent::Off, 302, 302), (Consent::Unlisted, 302, 200), (Consent::Always, 200, 200)]
    {
        let desk = asking(consent).await;
        for (back, status) in [(CLAUDE, listed), (BACK, loopback)] {
            let client = desk.client(back).await;
            assert_eq!(desk.authorize(&wish(&client, back)).await.status, status, "{consent:?} {back}");
        }
    }
}

#[tokio::test]
async fn t16_a_name_that_is_a_script_is_shown_as_a_name() {
    let desk = asking(Consent::Always).await;
    let name = "<script>alert(1)</script>\u{202e}\"><img src=x onerror=y>";
    let body = json!({ "client_name": name, "redirect_uris": [BACK] });
    let client = desk.register(&body).await.expect(201)["client_id"].as_str().unwrap().to_owned();
    let page = desk.browse(&format!("/authorize?{}", form(&wish(&client, BACK)))).await;
    assert!(page.text.contains("&lt;script&gt;") && !page.text.contains("<script"), "{}", page.text);
    assert!(!page.text.contains("<img") && !page.text.contains('\u{202e}'));
}
