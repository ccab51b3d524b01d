//! Instant Clusters against the twin.

use runpod_api::clusters::{Compute, Create, Kind, Update};
use runpod_api::pods;
use runpod_sim::Seed;

use crate::desk::{desk, id, ids, refused};

fn pair() -> Create {
    let compute = Compute { gpu_type_id: "NVIDIA H100 80GB HBM3".into(), gpu_count_per_pod: 8, pod_count: 2 };
    Create::image("pair", "runpod/pytorch:2.8.0", Kind::Training, compute)
}

#[tokio::test]
async fn a_cluster_is_its_pods() {
    let (_sim, client) = desk(Seed::Empty).await;
    let made = client.clusters().create(&pair()).await.expect("created").view;
    assert_eq!((made.kind.as_str(), made.pods.total), ("TRAINING", 2));
    let cluster = id(&made.id);
    let members = ids(&client.clusters().pods(&cluster).await.expect("listed"));
    assert_eq!(members.len(), 2);

    let query = |include_cluster_pods| pods::Query { include_cluster_pods, ..pods::Query::default() };
    assert_eq!(client.pods().list(&query(false)).await.expect("listed").rows().len(), 0);
    assert_eq!(client.pods().list(&query(true)).await.expect("listed").rows().len(), 2);
    let member = id(members.first().expect("two"));
    assert_eq!(refused(client.pods().delete(&member).await), 409);

    client.clusters().delete(&cluster).await.expect("deleted");
    assert_eq!(refused(client.clusters().get(&cluster).await), 404);
    assert_eq!(client.clusters().list().await.expect("listed").rows().len(), 0);
}

#[tokio::test]
async fn only_the_name_of_a_cluster_changes() {
    let (_sim, client) = desk(Seed::Empty).await;
    let cluster = id(&client.clusters().create(&pair()).await.expect("created").view.id);
    let change = Update { name: Some("other".into()) };
    let changed = client.clusters().update(&cluster, &change).await.expect("renamed").view;
    let seen = client.clusters().get(&cluster).await.expect("there").view;
    assert_eq!((changed.name.as_str(), &changed), ("other", &seen));
}
