//! Whether there is a key, and whether Runpod takes it.

use std::time::Duration;

use runpod_api::{ApiKey, Call, Client, Deadline, Error, Page, pods};

use super::Check;
use crate::config::Located;
use crate::error::ToolError;

/// Longest time for the question.
const PATIENCE: Duration = Duration::from_secs(15);

const NAME: &str = "key";

/// What Runpod says of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is one.
    Accepted,
    /// It is one, and may not list Pods.
    Limited,
    /// It is none.
    Rejected,
    /// That could not be asked.
    Unknown(String),
}

/// Asks Runpod about a key, by reading one Pod.
pub async fn verdict(client: &Client, key: ApiKey) -> Verdict {
    let deadline = Deadline::after(client.clock(), PATIENCE);
    let client = client.acting_for(Call::new(Some(key), deadline));
    let query = pods::Query { page: Page { limit: Some(1), ..Page::default() }, ..pods::Query::default() };
    match client.pods().list(&query).await.map(drop) {
        Ok(()) => Verdict::Accepted,
        Err(Error::Refused { status: 401, .. }) => Verdict::Rejected,
        Err(Error::Refused { status: 402 | 403, .. }) => Verdict::Limited,
        Err(error) => Verdict::Unknown(error.to_string()),
    }
}

/// The check, and what became of the key: `None` when there is none or it could not be asked about.
pub async fn check(located: Option<Located>, client: &Client) -> (Check, Option<bool>) {
    let Some(Located { key, place }) = located else {
        let none = ToolError::no_key();
        return (Check::fail(NAME, none.message, none.hint.unwrap_or_default()), None);
    };
    let found = |more: &str| format!("found in {place}, {more}");
    match verdict(client, key).await {
        Verdict::Accepted => (Check::ok(NAME, found("accepted by Runpod")), Some(true)),
        Verdict::Limited => {
            let found = found("accepted by Runpod, not allowed to list Pods");
            (
                Check::warn(NAME, found, "give the key more permissions in the console if tools need them"),
                Some(true),
            )
        }
        Verdict::Rejected => {
            let remedy = format!("make a new key in the console and {}", renewal(&place));
            (Check::fail(NAME, found("rejected by Runpod"), remedy), Some(false))
        }
        Verdict::Unknown(why) => {
            let found = found(&format!("and Runpod could not be asked about it: {why}"));
            (Check::warn(NAME, found, "see the checks of the hosts"), None)
        }
    }
}

/// How a key in this place is replaced.
fn renewal(place: &str) -> String {
    match place {
        "RUNPOD_API_KEY" => "set RUNPOD_API_KEY to it".to_owned(),
        _ => "run `runpod-mcp login`".to_owned(),
    }
}
