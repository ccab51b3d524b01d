//! Stories of Instant Clusters.

use runpod_sim::Seed;
use serde_json::json;

use crate::rig::Rig;

const GPU: &str = "NVIDIA H100 80GB HBM3";

#[tokio::test]
async fn a_cluster_is_rented_seen_and_ended_as_one() {
    let rig = Rig::new(Seed::Empty).await;
    let new = json!({"name": "train", "type": "TRAINING", "gpuTypeId": GPU, "gpuCountPerPod": 8, "podCount": 2,
        "imageName": "runpod/base:0.4.0-cuda11.8.0", "startSsh": true});
    let made = rig.call("create-cluster", new).await.ok();
    assert_eq!(
        rig.sim.journal().bodies("createCluster"),
        [
            json!({"name": "train", "type": "TRAINING", "image": "runpod/base:0.4.0-cuda11.8.0", "startSsh": true,
            "compute": {"gpuTypeId": GPU, "gpuCountPerPod": 8, "podCount": 2}})
        ]
    );
    let id = json!({"clusterId": made["id"]});
    let pods = rig.call("list-cluster-pods", id.clone()).await.ok();
    assert_eq!(pods["items"].as_array().map(Vec::len), Some(2), "{pods}");
    assert_eq!(rig.call("list-pods", json!({})).await.ok()["items"], json!([]));
    let with = rig.call("list-pods", json!({"includeClusterPods": true})).await.ok();
    assert_eq!(with["items"].as_array().map(Vec::len), Some(2));

    let member = json!({"podId": pods["items"][0]["id"]});
    let conflict = rig.call("delete-pod", member).await.err();
    assert_eq!(conflict["code"], "conflict", "{conflict}");
    rig.call("delete-cluster", id.clone()).await.ok();
    assert!(rig.call("delete-cluster", id).await.ok()["_notes"].is_array());
}

#[tokio::test]
async fn a_cluster_of_one_is_no_cluster() {
    let rig = Rig::new(Seed::Empty).await;
    let new = json!({"name": "c", "type": "RAY", "gpuTypeId": GPU, "gpuCountPerPod": 8, "podCount": 1, "imageName": "i"});
    let error = rig.call("create-cluster", new).await.err();
    assert!(error["error"].as_str().is_some_and(|text| text.contains("podCount")), "{error}");
    assert_eq!(rig.sim.journal().requests().len(), 0);
}
