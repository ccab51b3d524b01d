//! The Hub and the public endpoints: what others made, ready to be deployed or called.
//!
//! Repositories, releases and prices are a sample of summer 2026, illustrative like every price of this twin. Some
//! rows are odd on purpose, as real ones are: no listed release, no image, no GPU, metadata that is no JSON.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

static LISTINGS: LazyLock<Vec<Value>> = LazyLock::new(|| rows(include_str!("hub/listings.json")));

static PUBLIC_ENDPOINTS: LazyLock<Vec<Value>> =
    LazyLock::new(|| rows(include_str!("hub/public_endpoints.json")));

/// `ListingsInput` of the GraphQL schema.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Filter {
    search_query: Option<String>,
    category: Option<String>,
    owner: Option<String>,
    limit: Option<usize>,
    offset: Option<usize>,
}

/// The listings that a filter keeps, as GraphQL spells them.
pub(crate) fn listings(filter: &Filter) -> impl Iterator<Item = &'static Value> {
    let kept = LISTINGS.iter().filter(|listing| filter.keeps(listing));
    kept.skip(filter.offset.unwrap_or(0)).take(filter.limit.unwrap_or(usize::MAX))
}

/// The public endpoints, as GraphQL spells them, also those that are not live.
pub(crate) fn public_endpoints() -> &'static [Value] {
    &PUBLIC_ENDPOINTS
}

/// Whether endpoints can be made of this release.
pub(crate) fn is_deployable(release: &str) -> bool {
    let released = |listing: &&Value| listing.pointer("/listedRelease/id").is_some_and(|id| id == release);
    LISTINGS.iter().find(released).is_some_and(|listing| text(listing, "type") == "SERVERLESS")
}

impl Filter {
    fn keeps(&self, listing: &Value) -> bool {
        let is =
            |wanted: &Option<String>, field| wanted.as_ref().is_none_or(|word| word == text(listing, field));
        let has = |word: &String| {
            let word = word.to_lowercase();
            ["title", "repoName", "description"]
                .iter()
                .any(|field| text(listing, field).to_lowercase().contains(&word))
        };
        is(&self.category, "category")
            && is(&self.owner, "repoOwner")
            && self.search_query.as_ref().is_none_or(has)
    }
}

fn text<'a>(row: &'a Value, field: &str) -> &'a str {
    row.get(field).and_then(Value::as_str).unwrap_or_default()
}

#[expect(clippy::expect_used, reason = "the files are part of this crate, and a test reads them")]
fn rows(text: &str) -> Vec<Value> {
    serde_json::from_str(text).expect("a list of rows")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_there_and_odd_ones_among_them() {
        let all: Vec<_> = listings(&Filter::default()).collect();
        assert!(all.iter().any(|row| row["listedRelease"].is_null()));
        assert!(
            all.iter().any(|row| row["listedRelease"]["build"].is_null() && !row["listedRelease"].is_null())
        );
        assert!(all.iter().any(|row| row["type"] == "POD"));
        assert!(is_deployable("rel_vllm291") && !is_deployable("rel_comfypod") && !is_deployable("rel_none"));
        let broken = |row: &&Value| serde_json::from_str::<Value>(text(row, "metadata")).is_err();
        assert_eq!(public_endpoints().iter().filter(broken).count(), 1);
    }

    #[test]
    fn a_filter_keeps_what_fits() {
        let count = |filter: &Filter| listings(filter).count();
        assert_eq!(count(&Filter { owner: Some("axolotl-ai-cloud".into()), ..Filter::default() }), 1);
        assert_eq!(count(&Filter { search_query: Some("COMFY".into()), ..Filter::default() }), 2);
        assert_eq!(count(&Filter { limit: Some(3), offset: Some(1), ..Filter::default() }), 3);
    }
}
