//! Stories of the bill.

use runpod_sim::Seed;
use serde_json::json;

use crate::rig::Rig;

#[tokio::test]
async fn what_ran_is_on_the_bill() {
    let rig = Rig::new(Seed::Empty).await;
    let pod = json!({"name": "p", "imageName": "i:1", "gpuTypeIds": ["NVIDIA GeForce RTX 4090"]});
    let id = rig.call("create-pod", pod).await.ok()["id"].clone();
    rig.pass(7200);
    let bill = rig.call("get-billing", json!({"podId": id, "bucketSize": "month", "lastN": 2})).await.ok();
    assert!(rig.sim.journal().last().expect("a request").path.ends_with("/billing/pods"));
    assert!(bill["metadata"]["totals"]["totalAmount"].as_f64().is_some_and(|usd| usd > 1.0), "{bill}");
    assert_eq!(bill["items"][0]["podId"], id, "{bill}");
}

#[tokio::test]
async fn both_spellings_of_network_volumes_mean_the_same() {
    let rig = Rig::new(Seed::Empty).await;
    for scope in ["networkvolumes", "network-volumes"] {
        rig.call("get-billing", json!({"scope": scope})).await.ok();
    }
    assert_eq!(rig.sim.journal().count("listNetworkVolumeBilling"), 2);
    rig.call("get-billing", json!({"endpointId": "abc"})).await.ok();
    assert_eq!(rig.sim.journal().last().expect("a request").query.as_deref(), Some("serverlessId=abc"));
}

#[tokio::test]
async fn a_question_that_contradicts_itself_is_refused() {
    let rig = Rig::new(Seed::Empty).await;
    for bad in [
        json!({"lastN": 3, "startTime": "2026-08-01T00:00:00Z"}),
        json!({"lastN": 0}),
        json!({"startTime": "yesterday"}),
        json!({"scope": "pods", "clusterId": "c"}),
        json!({"podId": "p", "clusterId": "c"}),
        json!({"scope": "tags"}),
    ] {
        let error = rig.call("get-billing", bad.clone()).await.err();
        assert_eq!(error["status"], 400, "{bad}: {error}");
    }
    assert_eq!(rig.sim.journal().requests().len(), 0);
}

#[tokio::test]
async fn a_dry_run_names_the_price_and_changes_nothing() {
    let rig = Rig::new(Seed::Empty).await;
    let price = async |tool: &str, args: serde_json::Value| {
        rig.call(tool, args).await.ok()["estimatedCostPerHour"].as_f64().unwrap_or_default()
    };
    let gpu = "NVIDIA GeForce RTX 4090";
    let pod = json!({"name": "p", "imageName": "i:1", "gpuTypeIds": [gpu], "gpuCount": 2, "dryRun": true});
    assert!((price("create-pod", pod).await - 1.38).abs() < 1e-9);
    let cpu = json!({"imageName": "i:1", "computeType": "CPU", "cpuFlavorId": "cpu5c", "vcpuCount": 4, "dryRun": true});
    assert!((price("create-pod", cpu).await - 0.16).abs() < 1e-9);
    let unnamed = json!({"imageName": "i:1", "computeType": "CPU", "vcpuCount": 4, "dryRun": true});
    assert!(
        (price("create-pod", unnamed).await - 0.16).abs() < 1e-9,
        "of the type that the call would choose"
    );
    let endpoint = json!({"name": "e", "imageName": "i:1", "gpuPoolIds": ["ADA_24"], "dryRun": true});
    assert!((price("create-endpoint", endpoint).await - 1.116).abs() < 1e-9);
    assert!(rig.sim.journal().requests().iter().all(|request| request.method == "GET"));
    assert_eq!(rig.call("list-pods", json!({})).await.ok()["items"], json!([]));
}

#[tokio::test]
async fn a_dry_run_shows_no_secret() {
    let rig = Rig::new(Seed::Empty).await;
    for (tool, args) in [
        ("create-secret", json!({"name": "A", "value": "CANARY-VALUE", "dryRun": true})),
        (
            "create-container-registry-auth",
            json!({"name": "hub", "username": "me", "password": "CANARY-VALUE", "dryRun": true}),
        ),
        (
            "create-template",
            json!({"name": "t", "imageName": "i", "env": {"API_KEY": "CANARY-VALUE"}, "dryRun": true}),
        ),
    ] {
        let reply = rig.call(tool, args).await.ok().to_string();
        assert!(!reply.contains("CANARY") && reply.contains("[redacted]"), "{tool}: {reply}");
    }
}
