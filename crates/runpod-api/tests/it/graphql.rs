//! GraphQL: what is sent, to whom it shows the key, and what is made of errors.

use std::time::Duration;

use runpod_api::capacity::{GpuStock, Question};
use runpod_api::catalog::{DataCenter, DataCenterQuery, GpuQuery, GpuType, Product, Stock};
use runpod_api::endpoints::{Flashboot, GpuChange, Kind, Scaling};
use runpod_api::hub::{Deploy, Repo};
use runpod_api::public_endpoints::PublicEndpoint;
use runpod_api::{Base, Change, Client, Cloud, Error, Hosts, Id, Routing, Settings, Version, Versions};
use runpod_sim::{Pace, Seed, Sim};
use serde_json::{Value, json};

use crate::hand::Hand;
use crate::stub::{Reply, Stub, client};

/// Texts that end a string, a value or a document when they are put into one.
const HOSTILE: [&str; 6] = [
    "\") { id } } mutation { saveEndpoint(input: {}) { id } } #",
    "\\\"}}}",
    "$input",
    "\u{22}\\u0022\n{",
    "\"\"\"",
    "{\"a\":1}",
];

fn settings(graphql: &str) -> Settings {
    let base = Base::parse(graphql).expect("a loopback address");
    let hosts = Hosts { graphql_public: base.clone(), graphql_authed: base, ..Hosts::default() };
    // The catalogue is GraphQL's where REST v1 is spoken.
    let versions = Versions::all(Routing::Fixed(Version::V1));
    Settings { hosts, clock: Hand::new(), jitter: |_| Duration::ZERO, versions, ..Settings::default() }
}

/// A twin that takes its own key, and a client of both of its GraphQL addresses, which are the same.
async fn desk() -> (Sim, Client) {
    let sim = Sim::builder().seed(Seed::Empty).clock(Pace::Manual).start().await.expect("a free port");
    sim.add_key(crate::stub::KEY);
    let client = client(settings(&sim.graphql_url()));
    (sim, client)
}

fn deploy() -> Deploy {
    Deploy {
        name: "custom".into(),
        release_id: "rel_vllm291".into(),
        kind: Kind::Queue,
        image: "reg/alpha:1".into(),
        gpu_ids: "AMPERE_80,-NVIDIA A100-SXM4-80GB".into(),
        gpu_count: 2,
        disk_gb: 99,
        workers_min: 1,
        workers_max: Some(4),
        idle_timeout_s: 11,
        scaling: Scaling::RequestCount(2),
        execution_timeout_ms: 7777,
        flashboot: Flashboot::Off,
        allowed_cuda_versions: ["12.10", "12.9", "12.4"].map(str::to_owned).into(),
        env: vec![("MODEL".into(), "m".into()), ("FLAG".into(), "1".into())],
    }
}

/// The last request's document and variables.
fn sent(sim: &Sim) -> (String, Value) {
    let body = sim.journal().last().expect("something was sent").body.expect("JSON");
    (body["query"].as_str().expect("a document").to_owned(), body["variables"].clone())
}

#[tokio::test]
async fn the_public_path_never_shows_the_key_even_where_both_addresses_are_the_same() {
    let (sim, client) = desk().await;
    client.capacity().matrix(&Question::default()).await.expect("a matrix");
    client.capacity().with_cuda(&Question::default(), "12.8").await.expect("a probe");
    client.hub().listings(false).await.expect("the Hub");
    client.hub().listings(true).await.expect("the Hub");
    client.public_endpoints().list().await.expect("public endpoints");
    client.catalog().gpus(&GpuQuery::default()).await.expect("GPU types");
    client.catalog().gpus(&GpuQuery::stock_for(Product::Pod)).await.expect("GPU types");
    client.catalog().data_centers(&DataCenterQuery::default()).await.expect("data centres");
    let public = sim.journal().requests();
    assert_eq!(public.len(), 8);
    assert!(public.iter().all(|request| !request.has_authorization()), "{public:?}");
    assert!(!format!("{:?}", public.iter().map(|r| &r.body).collect::<Vec<_>>()).contains("CANARY"));
    client.hub().deploy(&deploy()).await.expect("an endpoint");
    assert!(sim.journal().last().expect("sent").carries(crate::stub::KEY));
}

#[tokio::test]
async fn a_public_question_needs_no_key_and_a_deploy_does() {
    let (sim, _) = desk().await;
    let nobody = Client::new(settings(&sim.graphql_url()));
    assert!(nobody.hub().listings(false).await.is_ok());
    assert!(matches!(nobody.hub().deploy(&deploy()).await, Err(Error::NoKey)));
    assert_eq!(sim.journal().count("graphql:saveEndpoint"), 0);
}

#[tokio::test]
async fn stock_is_asked_for_with_what_was_said_and_nothing_else() {
    let (sim, client) = desk().await;
    let matrix = client.capacity().matrix(&Question::default()).await.expect("a matrix");
    assert_eq!(sent(&sim).1, json!({"input": {"gpuCount": 1}}));
    let gpus: Vec<GpuStock> = matrix.views().expect("GPU types");
    let card = gpus.iter().find(|gpu| gpu.id == "NVIDIA GeForce RTX 4090").expect("there");
    assert!(card.lowest_price.stock_status.is_some() && !card.lowest_price.gpu_type_cuda_versions.is_empty());
    let question = Question { gpu_count: 8, secure_only: true };
    client.capacity().with_cuda(&question, "12.8").await.expect("a probe");
    let expected = json!({"input": {"gpuCount": 8, "secureCloud": true, "allowedCudaVersions": ["12.8"]}});
    assert_eq!(sent(&sim).1, expected);
}

#[tokio::test]
async fn the_catalogue_of_rest_v1_asks_for_what_was_said_and_nothing_else() {
    let (sim, client) = desk().await;
    let query = GpuQuery {
        count: Some(2),
        cloud: Some(Cloud::Secure),
        cuda_versions: vec!["12.8".into(), "12.9".into()],
        ..GpuQuery::stock_for(Product::Pod)
    };
    client.catalog().gpus(&query).await.expect("GPU types");
    let input = json!({"gpuCount": 2, "secureCloud": true, "allowedCudaVersions": ["12.8", "12.9"]});
    assert_eq!(sent(&sim).1, json!({"input": input}));

    let stocked = client.catalog().gpus(&GpuQuery::stock_for(Product::Pod)).await.expect("GPU types");
    assert_eq!(sent(&sim).1, json!({"input": {"gpuCount": 1}}));
    let stocked: Vec<GpuType> = stocked.views().expect("rows");
    assert!(stocked.iter().all(|gpu| gpu.availability.is_some() && gpu.memory.is_some()));
    let card = stocked.iter().find(|gpu| gpu.id == "NVIDIA GeForce RTX 4090").expect("there");
    assert!(
        card.secure && card.price.secure.is_some() && card.price.community < card.price.secure,
        "{card:?}"
    );

    let plain = client.catalog().gpus(&GpuQuery::default()).await.expect("GPU types");
    assert_eq!(sent(&sim).1, json!({}));
    assert!(plain.views::<GpuType>().expect("rows").iter().all(|gpu| gpu.availability.is_none()));

    let places = client.catalog().data_centers(&DataCenterQuery::default()).await.expect("data centres");
    let places: Vec<DataCenter> = places.views().expect("rows");
    let there = places.iter().find(|place| place.id == "EU-RO-1").expect("there");
    assert_eq!((there.region.as_str(), there.location.as_deref()), ("EUROPE", Some("Europe")));
}

#[tokio::test]
async fn what_is_no_question_is_refused_before_it_is_sent() {
    let (sim, client) = desk().await;
    for gpu_count in [0, 9] {
        let question = Question { gpu_count, secure_only: false };
        assert!(matches!(client.capacity().matrix(&question).await, Err(Error::Argument { .. })));
    }
    for version in HOSTILE.into_iter().chain(["", "12", "12.8\"]"]) {
        let answer = client.capacity().with_cuda(&Question::default(), version).await;
        assert!(matches!(answer, Err(Error::Argument { field: "cudaVersions", .. })), "{version}");
    }
    for stock in [Stock { gpus: true, cpus: false }, Stock { gpus: false, cpus: true }] {
        let query = DataCenterQuery { stock, ..DataCenterQuery::default() };
        assert!(client.catalog().data_centers(&query).await.is_err(), "{stock:?}");
    }
    for change in [
        |deploy: &mut Deploy| deploy.gpu_ids.clear(),
        |deploy: &mut Deploy| deploy.gpu_count = 0,
        |deploy: &mut Deploy| deploy.scaling = Scaling::QueueDelay(f64::NAN),
        |deploy: &mut Deploy| deploy.allowed_cuda_versions = vec!["12".into()],
    ] {
        let mut bad = deploy();
        change(&mut bad);
        assert!(matches!(client.hub().deploy(&bad).await, Err(Error::Argument { .. })), "{bad:?}");
    }
    assert!(sim.journal().requests().is_empty());
}

#[tokio::test]
async fn a_deploy_says_everything_that_saving_would_reset() {
    let (sim, client) = desk().await;
    let made = client.hub().deploy(&deploy()).await.expect("an endpoint");
    let (_, mut variables) = sent(&sim);
    let name = variables["input"]["template"]["name"].take();
    let expected = json!({"input": {
        "name": "custom", "hubReleaseId": "rel_vllm291", "type": "QB",
        "gpuIds": "AMPERE_80,-NVIDIA A100-SXM4-80GB", "gpuCount": 2, "workersMin": 1, "workersMax": 4,
        "idleTimeout": 11, "scalerType": "REQUEST_COUNT", "scalerValue": 2, "executionTimeoutMs": 7777,
        "flashBootType": "OFF", "locations": null, "networkVolumeIds": null, "compliance": [],
        "modelReferences": [], "minCudaVersion": "12.4", "allowedCudaVersions": "12.10,12.9,12.4",
        "template": {"name": null, "imageName": "reg/alpha:1", "containerDiskInGb": 99,
            "containerRegistryAuthId": "", "dockerArgs": "", "startScript": "", "ports": "",
            "env": [{"key": "MODEL", "value": "m"}, {"key": "FLAG", "value": "1"}]},
    }});
    assert_eq!(variables, expected);
    let suffix = name.as_str().expect("a name").strip_prefix("custom__template__").expect("named after it");
    assert!(suffix.len() >= 6 && suffix.chars().all(|c| c.is_ascii_alphanumeric()), "{suffix}");
    assert_eq!((made.view.name.as_str(), made.view.template_id.is_some()), ("custom", true));
    let mut again = deploy();
    again.workers_max = None;
    again.allowed_cuda_versions.clear();
    client.hub().deploy(&again).await.expect("another template name");
    let input = &sent(&sim).1["input"];
    assert!(input["workersMax"].is_null() && input.get("minCudaVersion").is_none(), "{input}");
}

#[tokio::test]
async fn no_text_leaves_its_variable() {
    let (sim, client) = desk().await;
    client.hub().deploy(&deploy()).await.expect("an endpoint");
    let (document, _) = sent(&sim);
    for text in HOSTILE {
        let own = || text.to_owned();
        let bad = Deploy {
            name: own(),
            release_id: own(),
            image: own(),
            gpu_ids: own(),
            env: vec![(own(), own())],
            ..deploy()
        };
        // The twin knows no such pool and no such release; what counts is what it was asked.
        assert!(matches!(client.hub().deploy(&bad).await, Err(Error::Denied { .. })), "{text}");
        let (sent, variables) = sent(&sim);
        let input = &variables["input"];
        assert_eq!(sent, document);
        for place in
            [&input["name"], &input["hubReleaseId"], &input["gpuIds"], &input["template"]["imageName"]]
        {
            assert_eq!(*place, text);
        }
        assert_eq!(input["template"]["env"], json!([{"key": text, "value": text}]));
    }
}

#[tokio::test]
async fn the_hub_and_the_public_endpoints_are_read() {
    let (_sim, client) = desk().await;
    let repos: Vec<Repo> = client.hub().listings(true).await.expect("the Hub").views().expect("repositories");
    let vllm = repos.iter().find(|repo| repo.repo_name == "worker-vllm").expect("there");
    let release = vllm.listed_release.as_ref().expect("released");
    assert!(release.config.as_deref().is_some_and(|text| text.contains("MODEL_NAME")), "{release:?}");
    assert!(repos.iter().any(|repo| repo.listed_release.is_none()));
    let plain: Vec<Repo> =
        client.hub().listings(false).await.expect("the Hub").views().expect("repositories");
    assert!(plain.iter().flat_map(|repo| &repo.listed_release).all(|release| release.config.is_none()));
    let models = client.public_endpoints().list().await.expect("public endpoints");
    let models: Vec<PublicEndpoint> = models.views().expect("rows");
    let flux = models.iter().find(|one| one.ai_api_id == "black-forest-labs-flux-1-dev").expect("there");
    assert_eq!(flux.about().price_string.as_deref(), Some("$0.02 per megapixel"));
    assert!(models.iter().any(|one| !one.is_live));
    assert!(
        models.iter().any(|one| one.metadata.is_some() && one.about() == Default::default()),
        "broken JSON"
    );
}

/// A client of a stub that gives these answers.
async fn told(replies: impl IntoIterator<Item = Reply>) -> (Stub, Client) {
    let stub = Stub::start(replies).await;
    let client = client(settings(&format!("http://127.0.0.1:{}/graphql", stub.port)));
    (stub, client)
}

#[tokio::test]
async fn every_shape_of_a_failure_keeps_its_words() {
    let errors = r#"{"errors":[{"message":"bad field"},{"message":"and another"}]}"#;
    for (reply, words) in [
        (Reply::json(400, errors), "Runpod answered 400: bad field, and another"),
        (Reply::json(400, r#"{"errors":{"odd":1}}"#), r#"Runpod answered 400: {"errors":{"odd":1}}"#),
        (Reply::json(403, "no"), "Runpod answered 403: no"),
        (Reply::json(401, errors), "Runpod answered 401"),
        (Reply::new(429, "retry-after: 30\r\n", errors), "Runpod asked us to slow down: wait ~30s"),
        (Reply::json(200, errors), "Runpod did not do graphql:listings: bad field, and another"),
        (
            Reply::json(200, r#"{"data":{"listings":[]},"errors":[{"message":"half"}]}"#),
            "graphql:listings: half",
        ),
        (Reply::json(200, "{}"), "there is neither `data` nor an error"),
        (Reply::json(200, r#"{"data":{}}"#), "there is no array `listings`"),
        (Reply::json(200, r#"{"data":{"listings":null}}"#), "unexpected shape"),
        (Reply::json(200, "[]"), "unexpected shape"),
        (Reply::new(200, "", "<html>portal</html>"), "an HTML page"),
    ] {
        let (stub, client) = told([reply]).await;
        let error = client.hub().listings(false).await.expect_err(words).to_string();
        assert!(error.contains(words), "{words}: {error}");
        assert_eq!(stub.lines(), ["POST /graphql"]);
    }
}

#[tokio::test]
async fn a_question_is_asked_again_and_a_mutation_is_not() {
    let bad = || Reply::new(503, "", "");
    let (stub, client) = told([bad(), bad(), Reply::json(200, r#"{"data":{"listings":[]}}"#)]).await;
    assert_eq!(client.hub().listings(false).await.expect("the third answer").rows().len(), 0);
    assert_eq!(stub.heard().len(), 3);
    let (stub, client) = told([bad(), bad()]).await;
    assert_eq!(client.hub().deploy(&deploy()).await.expect_err("refused").status(), Some(503));
    assert_eq!(stub.heard().len(), 1);
    assert!(stub.heard()[0].body.contains("mutation SaveEndpoint"));
}

#[tokio::test]
async fn an_endpoint_is_saved_with_all_that_was_read_of_it() {
    let (sim, client) = desk().await;
    let deploy = Deploy { scaling: Scaling::QueueDelay(2.5), ..deploy() };
    let made = client.hub().deploy(&deploy).await.expect("an endpoint").view.id;
    let id = Id::parse(&made).expect("Runpod hands out good ids");
    let before = client.endpoints().saved(&id).await.expect("read").expect("there");
    assert!(sim.journal().last().expect("sent").carries(crate::stub::KEY));
    let change = GpuChange {
        pool_ids: Some(vec!["ADA_24".into()]),
        allowed_cuda_versions: Some(Vec::new()),
        min_cuda_version: Some(Change::Set("12.4".into())),
        ..GpuChange::default()
    };
    let after = client.endpoints().save_gpus(&before, &change).await.expect("saved");
    assert_eq!(
        (after.gpu_ids.as_deref(), after.gpu_count, after.workers_max),
        (Some("ADA_24"), Some(2), Some(4))
    );
    let mut input = sent(&sim).1["input"].clone();
    let input = input.as_object_mut().expect("an object");
    assert_eq!(input.remove("networkVolumeIds"), Some(Value::Null));
    assert_eq!(input.remove("minCudaVersion"), Some(json!("12.4")));
    assert_eq!(input.remove("gpuIds"), Some(json!("ADA_24")));
    assert!(!input.contains_key("allowedCudaVersions"), "cleared: {input:?}");
    assert_eq!(
        (&input["idleTimeout"], &input["workersMin"], &input["id"]),
        (&json!(11), &json!(1), &json!(made))
    );
    assert_eq!((&input["scalerType"], &input["executionTimeoutMs"]), (&json!("QUEUE_DELAY"), &json!(7777)));

    assert_eq!(input["scalerValue"], 2.5);

    assert!(client.endpoints().saved(&Id::parse("nope").expect("an id")).await.expect("read").is_none());
    for refused in [
        GpuChange::default(),
        GpuChange { pool_ids: Some(Vec::new()), ..change.clone() },
        GpuChange { count: Some(0), ..change.clone() },
        GpuChange { min_cuda_version: Some(Change::Set("12".into())), ..change.clone() },
        GpuChange { type_ids: Some(vec!["NVIDIA L4".into()]), ..change.clone() },
    ] {
        assert!(client.endpoints().save_gpus(&before, &refused).await.is_err(), "{refused:?}");
    }
    assert_eq!(sim.journal().count("graphql:saveEndpoint"), 2, "the deploy and one change");
}
