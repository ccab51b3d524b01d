//! What a job is submitted with.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::secret::SecretText;

/// A job to be.
#[derive(Clone, Debug, Default)]
pub struct Submit {
    /// What the worker gets; its handler says what is in it.
    pub input: Map<String, Value>,
    /// URL that is called when it has ended: answered with 200, or tried twice more, 10 s apart.
    pub webhook: Option<String>,
    /// How it may run.
    pub policy: Policy,
    /// Where the worker stores large results.
    pub s3: Option<S3>,
}

/// How a job may run. What is not said is the endpoint's or the host's default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Policy {
    /// Longest run, in ms: 5 s to 7 days, 10 minutes by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_timeout: Option<u64>,
    /// Does not start workers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low_priority: Option<bool>,
    /// Longest life from the moment of submitting, in ms: 10 s to 7 days, a day by default. The job is removed then,
    /// also a running one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl: Option<u64>,
}

/// A bucket that the worker may write to.
#[derive(Clone, Debug)]
pub struct S3 {
    /// Access key id.
    pub access_id: SecretText,
    /// Secret access key.
    pub access_secret: SecretText,
    /// Bucket.
    pub bucket_name: String,
    /// Address of the S3 service.
    pub endpoint_url: String,
}

/// The body of `run` and `runsync`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Body<'a> {
    input: &'a Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<Policy>,
    #[serde(rename = "s3Config", skip_serializing_if = "Option::is_none")]
    s3_config: Option<Bucket<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Bucket<'a> {
    access_id: &'a str,
    access_secret: &'a str,
    bucket_name: &'a str,
    endpoint_url: &'a str,
}

impl<'a> From<&'a Submit> for Body<'a> {
    fn from(new: &'a Submit) -> Self {
        let Submit { input, webhook, policy, s3 } = new;
        let bucket = |s3: &'a S3| {
            let S3 { access_id, access_secret, bucket_name, endpoint_url } = s3;
            let (access_id, access_secret) = (access_id.reveal(), access_secret.reveal());
            Bucket { access_id, access_secret, bucket_name, endpoint_url }
        };
        Self {
            input,
            webhook: webhook.as_deref(),
            policy: Some(*policy).filter(|policy| *policy != Policy::default()),
            s3_config: s3.as_ref().map(bucket),
        }
    }
}
