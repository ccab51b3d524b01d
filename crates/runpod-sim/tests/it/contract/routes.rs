//! From method and path to an operation.

use http::Method;
use proptest::prelude::*;
use runpod_sim::contract::{self, Contract, Route};

fn found(contract: &'static Contract, method: &Method, path: &str) -> (String, Vec<String>) {
    match contract.route(method, path) {
        Route::Found { operation, params } => {
            (operation.id().to_owned(), params.into_iter().map(|(_, value)| value).collect())
        }
        other => panic!("{method} {path}: {other:?}"),
    }
}

fn allowed(path: &str, method: &Method) -> Vec<String> {
    match contract::v2().route(method, path) {
        Route::WrongMethod { allow } => allow.iter().map(Method::to_string).collect(),
        other => panic!("{path}: {other:?}"),
    }
}

#[test]
fn every_operation_is_found_at_its_own_path() {
    for contract in [contract::v1(), contract::v2()] {
        for one in contract.operations() {
            let path = one.path().replace('{', "x-").replace('}', "");
            match contract.route(one.method(), &path) {
                Route::Found { operation, .. } => {
                    assert_eq!((operation.id(), operation.path()), (one.id(), one.path()));
                }
                other => panic!("{path}: {other:?}"),
            }
        }
    }
}

#[test]
fn a_literal_segment_beats_a_parameter() {
    let v2 = contract::v2();
    assert_eq!(found(v2, &Method::GET, "/v2/registries/delegations").0, "listDelegations");
    assert_eq!(found(v2, &Method::GET, "/v2/registries/delegation").0, "getRegistry");
    assert_eq!(found(v2, &Method::DELETE, "/v2/registries/delegations/d1").0, "revokeDelegation");
    assert_eq!(
        allowed("/v2/registries/delegations", &Method::DELETE),
        ["GET", "POST"],
        "no registry has this id"
    );
}

#[test]
fn segments_are_decoded_one_by_one() {
    let v2 = contract::v2();
    let gpu = found(v2, &Method::GET, "/v2/catalog/gpus/NVIDIA%20GeForce%20RTX%204090");
    assert_eq!(gpu, ("getGpuType".to_owned(), vec!["NVIDIA GeForce RTX 4090".to_owned()]));
    assert_eq!(found(v2, &Method::GET, "/v2/pods/a%2Fb").1, ["a/b"]);
    assert_eq!(found(v2, &Method::GET, "/v2/pods/%2e%2e").1, [".."], "an id like any other");
    assert_eq!(found(v2, &Method::GET, "/v2/serverless/e/workers/w/logs").1, ["e", "w"]);
    assert_eq!(found(contract::v1(), &Method::POST, "/pods/p/update").0, "UpdatePod");
}

#[test]
fn a_wrong_method_is_told_the_right_ones() {
    assert_eq!(allowed("/v2/pods", &Method::PUT), ["GET", "POST"]);
    assert_eq!(allowed("/v2/pods/p", &Method::POST), ["DELETE", "GET", "PATCH"]);
    assert_eq!(allowed("/v2/account/ssh-keys", &Method::HEAD), ["GET", "PUT"]);
}

#[test]
fn other_paths_lead_nowhere() {
    let nowhere =
        ["", "/", "v2/pods", "/v2/pods/", "/v2//pods", "/v2/pods/p/", "/v2/tags", "/v1/pods", "/v2/pods/p/q"];
    for path in nowhere {
        assert!(matches!(contract::v2().route(&Method::GET, path), Route::Nothing), "{path}");
    }
    assert!(
        matches!(contract::v1().route(&Method::GET, "/v1/pods"), Route::Nothing),
        "v1 paths have no prefix"
    );
}

proptest! {
    #[test]
    fn no_path_makes_it_stumble(path in "(/(v2|pods|registries|delegations|%[0-9a-fA-F]{0,2}|.{0,6})){0,6}", method in "[A-Z]{1,8}") {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        for contract in [contract::v1(), contract::v2()] {
            match contract.route(&method, &path) {
                Route::Found { operation, params } => {
                    prop_assert_eq!(operation.method(), &method);
                    prop_assert_eq!(operation.path().matches('{').count(), params.len());
                }
                Route::WrongMethod { allow } => prop_assert!(!allow.is_empty() && !allow.contains(&method)),
                Route::Nothing => {}
            }
        }
    }

    #[test]
    fn any_id_comes_back_as_it_was_sent(id in ".{1,40}") {
        let encoded = percent_encoding::utf8_percent_encode(&id, percent_encoding::NON_ALPHANUMERIC);
        let (operation, params) = found(contract::v2(), &Method::GET, &format!("/v2/pods/{encoded}"));
        prop_assert_eq!((operation.as_str(), &params[..]), ("getPod", &[id][..]));
    }

    #[test]
    fn no_query_makes_it_stumble(query in "((limit|cursor|countryCodes|product|%[0-9a-f]{0,2}|.{0,4})(=|,|&|\\+){0,2}){0,8}") {
        let v2 = contract::v2();
        for id in ["listPods", "listGpuTypes", "listBilling"] {
            let request = contract::Request { query: Some(&query), ..Default::default() };
            let said = v2.check_request(v2.operation(id).unwrap(), &request);
            prop_assert!(said.iter().all(|problem| problem.at.starts_with("parameter '")), "{:?}", said);
        }
    }
}
