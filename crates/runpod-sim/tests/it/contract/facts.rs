//! Facts written down by hand from what is known of the API, held against what was pulled.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use runpod_sim::contract::{self, Contract, Operation, Place};

use super::v2;

fn methods(contract: &Contract) -> BTreeMap<&str, usize> {
    contract.operations().iter().fold(BTreeMap::new(), |mut count, one| {
        *count.entry(one.method().as_str()).or_default() += 1;
        count
    })
}

#[test]
fn both_contracts_have_every_operation() {
    assert_eq!(contract::v2().operations().len(), 60);
    let v2 = [("DELETE", 8), ("GET", 36), ("PATCH", 6), ("POST", 9), ("PUT", 1)];
    assert_eq!(methods(contract::v2()), BTreeMap::from(v2));
    assert_eq!(contract::v1().operations().len(), 37);
    let v1 = [("DELETE", 5), ("GET", 15), ("PATCH", 4), ("POST", 13)];
    assert_eq!(methods(contract::v1()), BTreeMap::from(v1));
    assert_eq!(contract::v2().shape_names().count(), 146);
    assert_eq!(contract::v1().shape_names().count(), 33);
}

#[test]
fn reading_loses_nothing() {
    assert_eq!(contract::v1().to_text(), include_str!("../../../contract/v1.facts"));
    assert_eq!(contract::v2().to_text(), include_str!("../../../contract/v2.facts"));
}

#[test]
fn ids_are_unique_in_v2_and_twice_used_in_v1_only_for_updates() {
    let unique: BTreeSet<_> = contract::v2().operations().iter().map(Operation::id).collect();
    assert_eq!(unique.len(), 60);
    let mut seen = BTreeSet::new();
    let twice: Vec<_> =
        contract::v1().operations().iter().map(Operation::id).filter(|id| !seen.insert(*id)).collect();
    assert_eq!(twice, ["UpdateEndpoint", "UpdateNetworkVolume", "UpdatePod", "UpdateTemplate"]);
    assert_eq!(contract::v1().operation("UpdatePod").unwrap().method(), Method::PATCH);
}

#[test]
fn creating_answers_201_and_deleting_204() {
    for one in contract::v2().operations() {
        let want: &[u16] = match one.method().as_str() {
            "DELETE" => &[204],
            "POST" if one.id() == "podAction" => &[200, 204],
            "POST" => &[201],
            _ => &[200],
        };
        assert_eq!(one.success_statuses(), want, "{}", one.id());
    }
}

#[test]
fn refusals_are_problem_json_everywhere_in_v2() {
    for one in contract::v2().operations() {
        for status in [401, 403, 404, 405, 429, 500] {
            let answer = one.answer(status).unwrap();
            let media: Vec<_> = answer.media().iter().map(|media| (media.name(), media.shape())).collect();
            assert_eq!(media, [("application/problem+json", Some("ErrorResponse"))], "{} {status}", one.id());
        }
        assert!(one.needs_key(), "{}", one.id());
    }
}

#[test]
fn rate_headers_are_declared_but_for_the_known_exceptions() {
    for one in contract::v2().operations() {
        for answer in one.answers() {
            let status = answer.status().unwrap_or(599);
            let names: Vec<_> = answer.headers().iter().map(|header| header.name()).collect();
            let rated = names.contains(&"RateLimit") && names.contains(&"RateLimit-Policy");
            let without = [401, 413].contains(&status)
                || (one.path().starts_with("/v2/clusters") && ![400, 403, 422, 429].contains(&status))
                || (status == 409 && ["updatePod", "deletePod", "createSecret"].contains(&one.id()));
            assert_eq!(rated, !without, "{} {status} {names:?}", one.id());
            assert_eq!(names.contains(&"Retry-After"), status == 429, "{} {status}", one.id());
        }
    }
}

#[test]
fn five_lists_are_paged() {
    let paged: BTreeSet<_> = contract::v2()
        .operations()
        .iter()
        .filter(|one| one.query_parameters().any(|parameter| parameter.name() == "cursor"))
        .map(Operation::id)
        .collect();
    let want = ["listEndpointBuilds", "listEndpointReleases", "listEndpoints", "listPods", "listTemplates"];
    assert_eq!(paged, BTreeSet::from(want));
}

#[test]
fn lists_in_v2_queries_are_joined_and_in_v1_repeated() {
    let explodes = |contract: &Contract, id: &str, name: &str| {
        let one = contract.operation(id).unwrap();
        one.query_parameters()
            .find(|parameter| parameter.name() == name)
            .map(|parameter| parameter.explodes())
    };
    assert_eq!(explodes(contract::v2(), "listGpuTypes", "countryCodes"), Some(false));
    assert_eq!(explodes(contract::v1(), "ListPods", "dataCenterId"), Some(true));
    assert_eq!(explodes(contract::v1(), "ListPods", "bogus"), None);
}

#[test]
fn only_v1s_own_documents_are_open() {
    let open = contract::v1().operations().iter().filter(|one| !one.needs_key()).map(Operation::id);
    assert_eq!(open.collect::<Vec<_>>(), ["GetDocs", "GetOpenAPI"]);
}

#[test]
fn the_fields_of_a_request_are_seen_through_references() {
    let fields = v2("createPod").request_fields();
    let want = [
        "args",
        "cloud",
        "cmd",
        "cpu",
        "cpu.id",
        "cpu.vcpuCount",
        "dataCenterIds",
        "disk",
        "entrypoint",
        "env",
        "globalNetworking",
        "gpu",
        "gpu.allowedCudaVersions",
        "gpu.count",
        "gpu.id",
        "gpu.minCudaVersion",
        "gpu.minRamPerGpu",
        "gpu.minVcpuCountPerGpu",
        "image",
        "mounts",
        "mounts.network",
        "mounts.network[].path",
        "mounts.network[].volumeId",
        "mounts.persistent",
        "mounts.persistent.path",
        "mounts.persistent.size",
        "name",
        "ports",
        "registry",
        "startJupyter",
        "startSsh",
        "templateId",
    ];
    assert_eq!(fields, want);
    assert!(v2("createEndpoint").request_fields().iter().any(|field| field == "scaling.queueDelay"));
    assert!(v2("listPods").request_fields().is_empty());
    for one in contract::v2().operations() {
        assert_eq!(one.body().is_some(), !one.request_fields().is_empty(), "{}", one.id());
    }
}

#[test]
fn a_log_stream_takes_a_header_and_answers_events() {
    let logs = v2("getPodLogs");
    let header = logs.parameters().iter().find(|one| one.place() == Place::Header).unwrap();
    assert_eq!(header.name(), "Last-Event-ID");
    let media = logs.answer(200).unwrap().media();
    assert_eq!(
        media.iter().map(|one| (one.name(), one.is_json())).collect::<Vec<_>>(),
        [("text/event-stream", false)]
    );
}

#[test]
fn null_is_a_type_where_3_0_said_nullable() {
    let shape = contract::v1().shape("PodCreateInput").unwrap();
    assert_eq!(shape["properties"]["containerDiskInGb"]["type"], serde_json::json!(["integer", "null"]));
}
