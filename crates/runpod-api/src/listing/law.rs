//! What holds for any body that is read as a list, and for each of its rows.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bytes::Bytes;
use http::Method;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::Listing;
use crate::answer::Answer;
use crate::op::Op;
use crate::row;

pub(super) static LIST: Op = Op::v2("listPods", Method::GET, "/pods");

/// Some members of a row, of each kind.
#[derive(Debug, Deserialize, PartialEq)]
struct View<'a> {
    #[serde(borrow)]
    id: Option<Cow<'a, str>>,
    name: Option<String>,
    gpu: Option<BTreeMap<String, Value>>,
    cost: Option<f64>,
    ports: Option<Vec<Value>>,
}

/// A list that a strict reader takes has the rows that he finds, and each of them the members.
pub(crate) fn any_body(bytes: &[u8]) {
    let Ok(answer) = Answer::new(&LIST, 200, Bytes::copy_from_slice(bytes)) else { return };
    let ours = Listing::read(answer, "pods");
    let rows: Vec<&str> = ours.iter().flat_map(Listing::rows).collect();
    for row in &rows {
        let read = row::read::<View<'_>>(row);
        match serde_json::from_str::<View<'_>>(row) {
            // A list would be read as the members of the view.
            Ok(strict) if !row.starts_with('[') => assert_eq!(read.ok(), Some(strict), "{row}"),
            _ => drop(read),
        }
    }
    let Ok(strict) = serde_json::from_slice::<BTreeMap<String, &RawValue>>(bytes) else { return };
    let pods = strict.get("pods").and_then(|raw| serde_json::from_str::<Vec<&RawValue>>(raw.get()).ok());
    match pods {
        // Of a member that is there twice, the last counts for one and none for the other.
        Some(pods) if ours.is_ok() => {
            assert_eq!(pods.into_iter().map(RawValue::get).collect::<Vec<_>>(), rows)
        }
        Some(_) => assert!(strict.contains_key("pagination") || is_twice(bytes), "{ours:?}"),
        None => assert!(ours.is_err(), "{ours:?}"),
    }
}

fn is_twice(bytes: &[u8]) -> bool {
    let quotes = |at: &[u8]| at.starts_with(b"pods\"") || at.starts_with(b"\\u");
    (0..bytes.len()).filter(|at| bytes.get(*at..).is_some_and(quotes)).count() > 1
}
