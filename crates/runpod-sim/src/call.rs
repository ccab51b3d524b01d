//! What every handler gets and gives, whichever version of the API it speaks.

use http::HeaderMap;
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::answer::Answer;
use crate::clock::Time;
use crate::refusal::Refusal;
use crate::settings::Without;
use crate::world::Visit;

/// What a handler gets: the account at this instant, and the request.
pub(crate) struct Call<'c> {
    pub(crate) visit: Visit<'c>,
    pub(crate) params: &'c [(String, String)],
    pub(crate) query: Option<&'c str>,
    pub(crate) headers: &'c HeaderMap,
    pub(crate) body: Option<&'c Value>,
    pub(crate) operation: &'static str,
    pub(crate) without: &'c [Without],
}

/// One operation of the contract, answered.
pub(crate) type Handler = fn(&mut Call<'_>) -> Result<Answer, Refusal>;

/// The operations of one resource file, by their ids in the contract.
pub(crate) type Routes = &'static [(&'static str, Handler)];

impl<'c> Call<'c> {
    /// A parameter of the path, as the contract names it.
    pub(crate) fn param(&self, name: &str) -> Result<&'c str, Refusal> {
        let found = self.params.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).ok_or_else(|| Refusal::broken(format!("no parameter {name}")))
    }

    /// A parameter of the query, decoded.
    pub(crate) fn asked(&self, name: &str) -> Option<String> {
        self.asked_each(name).next()
    }

    /// Every value of a parameter that may be repeated, decoded.
    pub(crate) fn asked_each(&self, name: &str) -> impl Iterator<Item = String> {
        let pairs = self.query.unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
        pairs
            .filter(move |(key, _)| *key == name)
            .map(|(_, value)| percent_decode_str(&value.replace('+', " ")).decode_utf8_lossy().into_owned())
    }

    /// An instant of the query.
    pub(crate) fn asked_time(&self, name: &str) -> Result<Option<Time>, Refusal> {
        let Some(text) = self.asked(name) else { return Ok(None) };
        let unfit = |_| Refusal::unfit(vec![format!("parameter '{name}': '{text}' is not valid date-time")]);
        text.parse().map(Some).map_err(unfit)
    }

    /// Whether a switch of the query is on.
    pub(crate) fn is_on(&self, name: &str) -> bool {
        self.asked(name).as_deref() == Some("true")
    }

    /// A comma-joined list parameter of the query.
    pub(crate) fn asked_list(&self, name: &str) -> Vec<String> {
        let all = self.asked(name).unwrap_or_default();
        all.split(',').filter(|entry| !entry.is_empty()).map(str::to_owned).collect()
    }

    /// The body as a request of the contract. What serde still refuses after the contract check (a number
    /// beyond what any machine has) is refused as the contract would.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        T::deserialize(self.body.unwrap_or(&Value::Null)).map_err(|e| Refusal::unfit(vec![format!("$: {e}")]))
    }

    pub(crate) fn lacks(&self, feature: Without) -> bool {
        self.without.contains(&feature)
    }
}
