//! Answers that are the same for every caller, written once: everything behind the id.
//!
//! For transports that put answers together from bytes. They are made from the same values that stdio sends, so they
//! say the same; a test compares them.

use std::sync::OnceLock;

use bytes::Bytes;
use rmcp::ServerHandler;
use rmcp::model::{DiscoverResult, InitializeRequestParams, ProtocolVersion, ServerResult};

use super::answering::greeted;
use super::written::tail;
use super::{CacheScope, Era, FRESH_MS, Server};

/// What follows `{"jsonrpc":"2.0","id":…` in each of them, once somebody asked.
#[derive(Debug, Default)]
pub(super) struct Tails {
    hellos: OnceLock<Vec<(ProtocolVersion, Bytes)>>,
    discovery: OnceLock<Bytes>,
    /// By [`Era`].
    lists: [OnceLock<Bytes>; 2],
}

impl Server {
    /// The answer to `initialize` by a client that would like this revision.
    pub(crate) fn hello_tail(&self, wanted: &str) -> Bytes {
        let hellos = self.0.tails.hellos.get_or_init(|| self.hellos());
        let is_it = |(version, _): &&(ProtocolVersion, Bytes)| version.as_str() == wanted;
        // The last one is the newest.
        let hello = hellos.iter().find(is_it).or_else(|| hellos.last());
        hello.map(|(_, tail)| tail.clone()).unwrap_or_default()
    }

    /// The answer to `server/discover`.
    pub(crate) fn discovery_tail(&self) -> Bytes {
        self.0.tails.discovery.get_or_init(|| tail(ServerResult::DiscoverResult(self.discovery()))).clone()
    }

    /// The answer to tools/list.
    pub(crate) fn list_tail(&self, era: Era) -> Bytes {
        let [legacy, modern] = &self.0.tails.lists;
        let cell = if era.is_modern() { modern } else { legacy };
        cell.get_or_init(|| {
            let mut result = ServerResult::ListToolsResult(self.list(self.typed_tools(), era));
            if !era.is_modern() {
                result.strip_result_type_for_legacy_peer();
            }
            tail(result)
        })
        .clone()
    }

    pub(super) fn discovery(&self) -> DiscoverResult {
        let versions = self.supported_protocol_versions().into_owned();
        DiscoverResult::from_server_info(versions, self.get_info())
            .with_ttl_ms(FRESH_MS)
            .with_cache_scope(CacheScope::Public)
    }

    fn hellos(&self) -> Vec<(ProtocolVersion, Bytes)> {
        let known = self.supported_protocol_versions().into_owned();
        let spoken = known.into_iter().filter(ProtocolVersion::has_initialize);
        let hello = |version: ProtocolVersion| {
            let request = InitializeRequestParams::default().with_protocol_version(version.clone());
            let result = self.negotiate_initialize(&request).ok()?;
            Some((version, tail(ServerResult::InitializeResult(greeted(result)))))
        };
        spoken.filter_map(hello).collect()
    }
}
