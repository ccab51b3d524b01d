//! Neutral inputs as flat JSON, so that goldens and properties can say them.
//!
//! The keys are the names that the client's errors use.

use runpod_api::{Change, Container, Env, Id, Mount, Page, SecretText, Word, logs};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// What is left of an input.
#[derive(Debug)]
pub(crate) struct Input(Map<String, Value>);

impl Input {
    pub(crate) fn new(input: Value) -> Self {
        match input {
            Value::Object(map) => Self(map),
            other => panic!("an input is an object, not {other}"),
        }
    }

    /// The value of a key; absent reads as null.
    pub(crate) fn take<T: DeserializeOwned>(&mut self, key: &str) -> T {
        let value = self.0.remove(key).unwrap_or(Value::Null);
        serde_json::from_value(value).unwrap_or_else(|e| panic!("`{key}` of the input: {e}"))
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    pub(crate) fn list(&mut self, key: &str) -> Vec<String> {
        self.take::<Option<_>>(key).unwrap_or_default()
    }

    /// Absent is false.
    pub(crate) fn flag(&mut self, key: &str) -> bool {
        self.take::<Option<_>>(key).unwrap_or_default()
    }

    pub(crate) fn word<W: Word>(&mut self, key: &str) -> Option<W> {
        let text: Option<String> = self.take(key);
        text.map(|text| W::parse(&text).unwrap_or_else(|| panic!("`{key}` of the input knows no {text}")))
    }

    pub(crate) fn words<W: Word>(&mut self, key: &str) -> Vec<W> {
        let parse = |text: String| W::parse(&text).unwrap_or_else(|| panic!("`{key}` knows no {text}"));
        self.list(key).into_iter().map(parse).collect()
    }

    /// Absent leaves it, null clears it, a text sets it.
    pub(crate) fn change(&mut self, key: &str) -> Option<Change<String>> {
        let said = self.has(key);
        let value: Option<String> = self.take(key);
        said.then(|| value.map_or(Change::Clear, Change::Set))
    }

    pub(crate) fn id(&mut self, key: &str) -> Id {
        Id::parse(&self.take::<String>(key)).expect("a good id")
    }

    pub(crate) fn maybe_id(&mut self, key: &str) -> Option<Id> {
        self.has(key).then(|| self.id(key))
    }

    pub(crate) fn secret(&mut self, key: &str) -> Option<SecretText> {
        self.take::<Option<String>>(key).map(SecretText::new)
    }

    pub(crate) fn page(&mut self) -> Page {
        Page { limit: self.take("limit"), cursor: self.take("cursor") }
    }

    pub(crate) fn log(&mut self) -> logs::Query {
        logs::Query {
            source: self.word("source"),
            after: self.take("after"),
            since: self.take("since"),
            tail: self.take("tail"),
        }
    }

    pub(crate) fn container(&mut self) -> Container {
        Container {
            image: self.take("imageName"),
            args: self.take("args"),
            entrypoint: self.take("entrypoint"),
            cmd: self.take("cmd"),
            disk_gb: self.take("containerDiskInGb"),
            env: self.take::<Option<_>>("env").map(Env),
            ports: self.take("ports"),
            registry: self.change("containerRegistryAuthId"),
        }
    }

    pub(crate) fn mount(&mut self) -> Option<Mount> {
        let (network, size_gb): (Option<String>, Option<u32>) =
            (self.take("networkVolumeId"), self.take("volumeInGb"));
        let path: Option<String> = self.take("volumeMountPath");
        match (network, size_gb, path) {
            (Some(volume_id), None, path) => Some(Mount::Network { volume_id, path }),
            (None, None, None) => None,
            (None, size_gb, path) => Some(Mount::Persistent { size_gb, path }),
            (Some(_), Some(_), _) => panic!("an input has one mount"),
        }
    }

    /// Everything was understood.
    pub(crate) fn end(self) {
        assert!(
            self.0.is_empty(),
            "the input says what nobody reads: {:?}",
            self.0.keys().collect::<Vec<_>>()
        );
    }
}
