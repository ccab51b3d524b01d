//! What was spent, in buckets of time.

mod v1;
mod v2;

use serde::Deserialize;

use crate::client::Outcome;
use crate::id::Id;
use crate::listing::Listing;
use crate::version::{Resource, Version};
use crate::wire::{Request, Wire};
use crate::word::Word;

/// Whose spending. The single resources can be narrowed to one by its id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// The account as a whole (operation `listBilling`).
    #[default]
    All,
    /// Pods (operation `listPodBilling`).
    Pods(Option<Id>),
    /// Serverless endpoints (operation `listServerlessBilling`).
    Serverless(Option<Id>),
    /// Public endpoints, not those of the account (operation `listEndpointBilling`).
    PublicEndpoints,
    /// Network volumes (operation `listNetworkVolumeBilling`).
    NetworkVolumes(Option<Id>),
    /// Instant Clusters (operation `listClusterBilling`).
    Clusters(Option<Id>),
}

/// Length of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bucket {
    /// An hour.
    Hour,
    /// A day; the API's choice unless said.
    Day,
    /// A week.
    Week,
    /// A month.
    Month,
    /// A year.
    Year,
}

impl Word for Bucket {
    const ALL: &'static [Self] = &[Self::Hour, Self::Day, Self::Week, Self::Month, Self::Year];

    fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }
}

/// Which spending to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Whose.
    pub scope: Scope,
    /// From when, RFC 3339; 30 days ago unless said. Moved back to the border of a bucket.
    pub start_time: Option<String>,
    /// Until when, exclusive, RFC 3339; now unless said. Moved on to the border of a bucket.
    pub end_time: Option<String>,
    /// Length of a bucket.
    pub bucket: Option<Bucket>,
    /// The last so many buckets, at least 1, with the current one. Not beside a start or an end.
    pub last_n: Option<u32>,
}

/// One bucket, of one resource where the scope has single ones.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(from = "Said")]
pub struct Record {
    /// Begin of the bucket, RFC 3339.
    pub start_time: String,
    /// USD. REST v1 also says the high-performance part of network volumes, and not whether it is included here.
    pub total_amount: f64,
}

/// A bucket as either version says it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Said {
    start_time: Option<String>,
    total_amount: Option<f64>,
    time: Option<String>,
    amount: Option<f64>,
}

impl From<Said> for Record {
    fn from(said: Said) -> Self {
        let Said { start_time, total_amount, time, amount } = said;
        Self {
            start_time: start_time.or(time).unwrap_or_default(),
            total_amount: total_amount.or(amount).unwrap_or_default(),
        }
    }
}

/// Calls on the bill.
#[derive(Clone, Copy, Debug)]
pub struct Billing<'a>(pub(crate) &'a Wire);

impl Billing<'_> {
    /// Spending of a scope; the scope names the operation (rows read as [`Record`], `metadata` with the totals is a
    /// sibling on REST v2). REST v1 knows Pods, endpoints, and network volumes as a whole.
    ///
    /// # Errors
    /// See [`crate::Error`]; [`crate::Error::Argument`] for a time that is not RFC 3339 and for a window beside a
    /// number of buckets; [`crate::Error::WrongVersion`] and [`crate::Error::Unmappable`] for what REST v1 lacks.
    pub async fn read(&self, query: &Query) -> Outcome<Listing> {
        match self.0.version(Resource::Billing).await {
            Version::V1 => {
                let (op, query) = v1::query(query)?;
                Listing::read_bare(self.0.send(op, Request::query(query)).await?)
            }
            Version::V2 => {
                let (op, query) = v2::query(query)?;
                Listing::read(self.0.send(op, Request::query(query)).await?, "records")
            }
        }
    }
}
