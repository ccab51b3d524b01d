//! Templates, own and public.

use runpod_sim::{Seed, Settings, Without};
use serde_json::{Value, json};

use crate::desk::{Desk, desk, desk_with};

async fn template(desk: &Desk, body: Value) -> (String, Value) {
    let made = desk.post("/v2/templates", body).await.expect(201);
    (format!("/v2/templates/{}", made["id"].as_str().unwrap()), made)
}

#[tokio::test]
async fn a_template_says_everything_that_was_not_said() {
    let desk = desk(Seed::Empty);
    let (path, mut made) = template(&desk, json!({ "name": "t", "image": "a/b:1" })).await;
    let id = made.as_object_mut().unwrap().remove("id").unwrap();
    assert!(path.ends_with(id.as_str().unwrap()));
    let expected = json!({
        "name": "t", "image": "a/b:1", "args": "", "entrypoint": [], "cmd": [], "disk": 50, "env": {},
        "ports": [], "registry": null, "mounts": {}, "serverless": false, "public": false,
        "category": "NVIDIA", "startSsh": true, "startJupyter": true, "allowedCudaVersions": [],
    });
    assert_eq!(made, expected);
}

#[tokio::test]
async fn a_template_is_changed_field_by_field() {
    let desk = desk(Seed::Empty);
    let body = json!({
        "name": "t", "image": "a", "env": { "A": "1" }, "mounts": { "persistent": { "size": 20, "path": "/w" } },
        "ports": ["22/tcp"], "allowedCudaVersions": ["12.8"], "cmd": ["run"], "startSsh": false,
    });
    let (path, made) = template(&desk, body).await;
    let change = json!({ "env": { "B": "2" }, "ports": [], "mounts": {}, "category": "AMD", "cmd": [] });
    let changed = desk.patch(&path, change).await.expect(200);
    assert_eq!(changed["env"], json!({ "B": "2" }));
    assert_eq!((&changed["ports"], &changed["args"]), (&json!([]), &json!("")));
    assert_eq!(changed["mounts"], made["mounts"], "an empty `mounts` keeps what there is");
    assert_eq!((&changed["category"], &changed["startSsh"]), (&json!("AMD"), &json!(false)));
    assert_eq!(changed["allowedCudaVersions"], json!(["12.8"]));
    assert_eq!(desk.get(&path).await.expect(200), changed);
    let cleared = desk.patch(&path, json!({ "allowedCudaVersions": [] })).await.expect(200);
    assert_eq!(cleared["allowedCudaVersions"], json!([]));
}

#[tokio::test]
async fn templates_that_make_no_sense_are_refused() {
    let desk = desk(Seed::Empty);
    let ask = |body| desk.post("/v2/templates", body);
    assert!(ask(json!({ "name": "t" })).await.refused(422).contains("image"));
    let network = json!({ "name": "t", "image": "a", "mounts": { "network": [] } });
    assert!(ask(network).await.refused(422).contains("network"));
    ask(json!({ "name": "t", "image": "a", "readme": "#" })).await.refused(422);
    ask(json!({ "name": "t", "image": "a", "allowedCudaVersions": ["12"] })).await.refused(422);
    ask(json!({ "name": "t", "image": "a", "ports": ["22"] })).await.refused(400);
    let said = ask(json!({ "name": "t", "image": "a", "registry": "nobody" })).await.refused(404);
    assert_eq!(said, "registry `nobody` not found");
    assert_eq!(desk.get("/v2/templates").await.expect(200)["templates"], json!([]));
}

#[tokio::test]
async fn a_public_template_can_be_read_and_neither_changed_nor_deleted() {
    let desk = desk(Seed::Empty);
    for source in ["official", "verified", "community"] {
        let all = desk.get(&format!("/v2/catalog/templates?source={source}")).await.expect(200);
        assert_eq!(all["pagination"], json!({ "nextCursor": null, "hasNextPage": false }));
        let one = &all["templates"][0];
        assert_eq!(one["public"], true);
        let path = format!("/v2/templates/{}", one["id"].as_str().unwrap());
        assert_eq!(desk.get(&path).await.expect(200), *one);
        desk.patch(&path, json!({ "name": "mine" })).await.refused(404);
        desk.delete(&path).await.refused(404);
    }
    let official = desk.get("/v2/catalog/templates?source=official").await.expect(200);
    assert_eq!(desk.get("/v2/catalog/templates").await.expect(200), official);
    desk.get("/v2/catalog/templates?source=mine").await.refused(422);
}

#[tokio::test]
async fn what_one_account_makes_public_another_can_read_without_its_credential() {
    let desk = desk(Seed::Empty);
    desk.twin.add_account("user_other", "rpa_OTHER");
    let other = desk.with_key("rpa_OTHER");
    let login = json!({ "name": "hub", "username": "me", "password": "x" });
    let login = desk.post("/v2/registries", login).await.expect(201)["id"].clone();
    let (path, _) = template(&desk, json!({ "name": "t", "image": "a", "registry": login })).await;
    other.get(&path).await.refused(404);

    desk.patch(&path, json!({ "public": true })).await.expect(200);
    assert_eq!(other.get(&path).await.expect(200)["registry"], Value::Null);
    assert_eq!(desk.get(&path).await.expect(200)["registry"], login);
    let community = other.get("/v2/catalog/templates?source=community").await.expect(200);
    assert_eq!(community["templates"][0]["name"], "t", "the newest comes first");
    other.delete(&path).await.refused(404);

    desk.patch(&path, json!({ "public": false })).await.expect(200);
    other.get(&path).await.refused(404);
    desk.patch(&path, json!({ "public": true })).await.expect(200);
    desk.delete(&path).await.expect(204);
    other.get(&path).await.refused(404);
}

#[tokio::test]
async fn templates_are_listed_page_by_page_the_newest_first() {
    let desk = desk(Seed::Empty);
    for name in ["a", "b", "c"] {
        template(&desk, json!({ "name": name, "image": "i" })).await;
    }
    let names = |page: &Value| {
        let names = page["templates"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap());
        names.collect::<String>()
    };
    let first = desk.get("/v2/templates?limit=2").await.expect(200);
    assert_eq!((names(&first).as_str(), &first["pagination"]["hasNextPage"]), ("cb", &json!(true)));
    let cursor = first["pagination"]["nextCursor"].as_str().unwrap();
    let second = desk.get(&format!("/v2/templates?limit=2&cursor={cursor}")).await.expect(200);
    assert_eq!(names(&second), "a");
    assert_eq!(second["pagination"], json!({ "nextCursor": null, "hasNextPage": false }));
    desk.get("/v2/templates?cursor=made-up").await.refused(422);
}

#[tokio::test]
async fn an_older_host_lists_templates_without_pages() {
    let desk = desk_with(Settings { without: vec![Without::Pagination], ..manual() });
    let all = desk.twin.answer(asking("/v2/templates")).await;
    let body = axum::body::to_bytes(all.into_body(), usize::MAX).await.unwrap();
    assert_eq!(&body[..], br#"{"templates":[]}"#);
}

fn manual() -> Settings {
    Settings { seed: Seed::Empty, pace: runpod_sim::Pace::Manual, ..Settings::default() }
}

fn asking(path: &str) -> http::Request<axum::body::Body> {
    let request = http::Request::builder().uri(path);
    let key = format!("Bearer {}", runpod_sim::DEMO_KEY);
    request.header("authorization", key).body(axum::body::Body::empty()).unwrap()
}
