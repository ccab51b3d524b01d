//! Clients that are known by a document: resolvers that change their mind, and pages of all kinds.

use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use runpod_api::{NoPage, StrangersPage};
use runpod_mcp::oauth::{Coming, Consent, Documents, Reader, Resolver, Settings, SignIn};
use serde_json::{Value, json};

use super::desk::{BACK, Desk, claim, form, query, sealed, settings, state, twin, wish};

const ID: &str = "https://client.example/oauth/id.json";
const PUBLIC: &str = "93.184.215.14";

/// Answers each question with the next list of machines; the last one stays.
#[derive(Debug)]
struct Names {
    answers: Mutex<Vec<Vec<IpAddr>>>,
    asked: AtomicUsize,
}

impl Names {
    fn new(answers: &[&[&str]]) -> Arc<Self> {
        let parse = |list: &&[&str]| list.iter().map(|text| text.parse().unwrap()).collect();
        Arc::new(Self {
            answers: Mutex::new(answers.iter().map(parse).collect()),
            asked: AtomicUsize::new(0),
        })
    }
}

impl Resolver for Names {
    fn resolve<'a>(&'a self, _: &'a str) -> Coming<'a, Vec<IpAddr>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let mut answers = self.answers.lock().unwrap();
        let answer = if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() };
        Box::pin(std::future::ready(answer))
    }
}

/// One page for everybody, and the machines that were connected to.
#[derive(Debug)]
struct Site {
    page: Mutex<Result<StrangersPage, NoPage>>,
    connected: Mutex<Vec<IpAddr>>,
    silent: bool,
}

impl Site {
    fn new(document: &Value) -> Arc<Self> {
        Arc::new(Self { page: Mutex::new(Ok(page(document))), connected: Mutex::default(), silent: false })
    }

    fn connected(&self) -> Vec<IpAddr> {
        self.connected.lock().unwrap().clone()
    }
}

impl Reader for Site {
    fn page<'a>(&'a self, _: &'a str, at: IpAddr) -> Coming<'a, Result<StrangersPage, NoPage>> {
        self.connected.lock().unwrap().push(at);
        let page = self.page.lock().unwrap().clone();
        let silent = self.silent;
        Box::pin(async move {
            if silent {
                std::future::pending::<()>().await;
            }
            page
        })
    }
}

fn page(document: &Value) -> StrangersPage {
    StrangersPage {
        status: 200,
        media: Some("application/json".into()),
        cache_control: Some("max-age=300".into()),
        body: document.to_string().into(),
    }
}

fn document() -> Value {
    json!({ "client_id": ID, "client_name": "A client", "redirect_uris": ["http://127.0.0.1/callback", "https://client.example/cb"] })
}

async fn desk(documents: Documents, names: &Arc<Names>, site: &Arc<Site>) -> Desk {
    let sim = twin().await;
    let settings = Settings { documents, consent: Consent::Unlisted, ..sealed(settings(&sim)) };
    let sign_in = SignIn::reading(settings, state(&sim), (names.clone(), site.clone())).unwrap();
    Desk::of(sim, sign_in)
}

fn listed() -> Documents {
    Documents::parse(None, &["client.example".to_owned()]).unwrap()
}

/// The status of asking to be let in with this id. Time passes, because failures take some.
async fn asked(desk: &Desk, id: &str, back: &str) -> u16 {
    desk.while_time_passes(desk.authorize(&wish(id, back))).await.status.as_u16()
}

#[tokio::test]
async fn a_client_is_known_by_its_document_and_returns_where_that_says() {
    let (names, site) = (Names::new(&[&[PUBLIC]]), Site::new(&document()));
    let desk = desk(listed(), &names, &site).await;
    let server = desk.get("/.well-known/oauth-authorization-server").await.expect(200);
    assert_eq!(server["client_id_metadata_document_supported"], true);
    let page = desk.browse(&format!("/authorize?{}", form(&wish(ID, BACK)))).await;
    assert!(page.text.contains("<b>A client</b> (from client.example)"), "{}", page.text);
    assert_eq!(asked(&desk, ID, "https://client.example/cb").await, 200);
    for back in [
        "https://client.example/other",
        "http://localhost/callback",
        "https://claude.ai/api/mcp/auth_callback",
    ] {
        assert_eq!(asked(&desk, ID, back).await, 400, "{back}");
    }
    assert_eq!(site.connected(), [PUBLIC.parse::<IpAddr>().unwrap()], "it was read once and kept");
    desk.sim.clock().advance(Duration::from_secs(301));
    assert_eq!(asked(&desk, ID, BACK).await, 200);
    assert_eq!(site.connected().len(), 2);
}

#[tokio::test]
async fn t17_nobody_inside_is_ever_connected_to() {
    for machines in [
        &["169.254.169.254"][..],
        &["127.0.0.1"],
        &["0.0.0.0"],
        &["10.0.0.1"],
        &["::ffff:10.0.0.1"],
        &["fd00::1"],
        &["64:ff9b::a00:1"],
        // One good one does not make up for a bad one.
        &[PUBLIC, "192.168.0.1"],
        &[],
    ] {
        let (names, site) = (Names::new(&[machines]), Site::new(&document()));
        let desk = desk(listed(), &names, &site).await;
        assert_eq!(asked(&desk, ID, BACK).await, 400, "{machines:?}");
        assert!(site.connected().is_empty(), "{machines:?}");
    }
}

#[tokio::test]
async fn t17_a_name_that_changes_its_mind_is_asked_once_and_connected_to_where_it_was_vetted() {
    let (names, site) = (Names::new(&[&[PUBLIC], &["169.254.169.254"]]), Site::new(&document()));
    let desk = desk(listed(), &names, &site).await;
    assert_eq!(asked(&desk, ID, BACK).await, 200);
    assert_eq!((names.asked.load(Ordering::Relaxed), site.connected().len()), (1, 1));
    desk.sim.clock().advance(Duration::from_secs(301));
    assert_eq!(asked(&desk, ID, BACK).await, 400);
    assert_eq!(site.connected(), [PUBLIC.parse::<IpAddr>().unwrap()]);
}

#[tokio::test]
async fn t17_all_failures_look_the_same_and_take_the_same_time() {
    let good = page(&document());
    let other = page(
        &json!({ "client_id": "https://other.example/id.json", "client_name": "x", "redirect_uris": [BACK] }),
    );
    let pages = [
        Err(NoPage::Connection),
        Err(NoPage::TooLong),
        Err(NoPage::TooLate),
        Ok(StrangersPage { status: 302, ..good.clone() }),
        Ok(StrangersPage { status: 500, ..good.clone() }),
        Ok(StrangersPage { media: Some("text/html".into()), ..good.clone() }),
        Ok(StrangersPage { media: None, ..good.clone() }),
        Ok(StrangersPage { body: b"secret of the intranet".to_vec(), ..good }),
        Ok(other),
    ];
    let mut said = Vec::new();
    for page in pages {
        let (names, site) = (Names::new(&[&[PUBLIC]]), Site::new(&document()));
        *site.page.lock().unwrap() = page;
        let desk = desk(listed(), &names, &site).await;
        let before = desk.sim.clock().now();
        let answer = desk.while_time_passes(desk.authorize(&wish(ID, BACK))).await;
        assert_eq!(
            (answer.status, (desk.sim.clock().now() - before).num_seconds()),
            (http::StatusCode::BAD_REQUEST, 3)
        );
        said.push(answer.text);
    }
    let (names, site) = (Names::new(&[&["10.0.0.1"]]), Site::new(&document()));
    let inside = desk(listed(), &names, &site).await;
    said.push(inside.while_time_passes(inside.authorize(&wish(ID, BACK))).await.text);
    assert!(said.iter().all(|text| *text == said[0] && !text.contains("secret")), "{said:?}");
}

#[tokio::test]
async fn t17_a_site_that_drips_is_given_up_and_one_that_fails_is_asked_five_times_a_minute() {
    let names = Names::new(&[&[PUBLIC]]);
    let site = Arc::new(Site {
        page: Mutex::new(Err(NoPage::Connection)),
        connected: Mutex::default(),
        silent: true,
    });
    let desk = desk(listed(), &names, &site).await;
    for _ in 0..8 {
        assert_eq!(asked(&desk, ID, BACK).await, 400);
    }
    // Eight failures take 24 seconds, in which two more are earned.
    assert!((5..=7).contains(&site.connected().len()), "{}", site.connected().len());
}

#[tokio::test]
async fn t17_only_listed_sites_are_read_and_the_open_mode_only_on_the_usual_port() {
    let cases = [
        (Documents::parse(Some("off"), &[]).unwrap(), ID, false),
        (Documents::parse(None, &[]).unwrap(), ID, false),
        (listed(), "https://other.example/id.json", false),
        (listed(), "https://client.example:8443/oauth/id.json", false),
        (Documents::Open, "https://client.example:8443/oauth/id.json", false),
        (Documents::Open, ID, true),
        (
            Documents::parse(Some("allowlist"), &["client.example:8443".into()]).unwrap(),
            "https://client.example:8443/id",
            true,
        ),
        (Documents::Open, "https://127.0.0.1/id.json", false),
        (Documents::Open, "https://client.example/a/../id.json", false),
    ];
    for (documents, id, read) in cases {
        let mut own = document();
        own["client_id"] = json!(id);
        own["redirect_uris"] = json!([BACK]);
        let (names, site) = (Names::new(&[&[PUBLIC]]), Site::new(&own));
        let desk = desk(documents.clone(), &names, &site).await;
        assert_eq!(asked(&desk, id, BACK).await == 200, read, "{documents:?} {id}");
        assert_eq!(site.connected().len(), usize::from(read), "{documents:?} {id}");
        assert_eq!(desk.asked(), 0);
    }
    assert!(Documents::parse(Some("everybody"), &[]).unwrap_err().contains("off, allowlist, open"));
    assert!(Documents::parse(None, &["https://client.example".into()]).is_err());
}

#[tokio::test]
async fn many_who_come_at_once_with_one_document_cause_one_read() {
    let (names, site) = (Names::new(&[&[PUBLIC]]), Site::new(&document()));
    let desk = desk(listed(), &names, &site).await;
    let wishes = wish(ID, BACK);
    let all = futures_util::future::join_all((0..20).map(|_| desk.authorize(&wishes))).await;
    assert!(all.iter().all(|said| said.status == 200));
    assert_eq!(site.connected().len(), 1);
}

#[tokio::test]
async fn a_client_with_a_document_gets_a_key_like_any_other() {
    let (names, site) = (Names::new(&[&[PUBLIC]]), Site::new(&document()));
    let sim = twin().await;
    let settings = Settings { documents: listed(), ..sealed(settings(&sim)) };
    let sign_in = SignIn::reading(settings, state(&sim), (names, site)).unwrap();
    let desk = Desk::of(sim, sign_in);
    let handoff = desk.authorize(&wish(ID, BACK)).await.location();
    let code = query(&desk.decide(&handoff, "approve").await, "code").unwrap();
    assert!(desk.token(&claim(ID, &code, BACK)).await.expect(200)["access_token"].is_string());
}
