//! Which tools a request is about: all of the server, or those of the sets in its path and in its header.
//!
//! A narrowed server is kept, so that its list is written once. There are more ways to narrow than anybody needs, so
//! only so many are kept.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use http::StatusCode;
use http::request::Parts;
use rmcp::model::{CacheScope, ErrorCode};

use super::refusal::Refusal;
use crate::mcp::Server;

const HEADER: &str = "x-mcp-toolsets";

/// Narrowed servers that are kept. Each may hold two lists of some 60 kB.
const KEPT: usize = 24;

/// Most names in one path or header: more than there are sets.
const MOST: usize = 32;

/// The sets in the path of an MCP address; `None` for another one.
pub(super) fn in_path(path: &str) -> Option<&str> {
    match path {
        "/" | "/mcp" => Some(""),
        path => path.strip_prefix("/mcp/").filter(|sets| !sets.contains('/')),
    }
}

/// The server and its narrower kin.
#[derive(Debug)]
pub(super) struct Toolsets {
    whole: Server,
    /// The one that was used last is last.
    narrowed: Mutex<VecDeque<(Wanted, Server)>>,
}

/// Sets by name, in order and each once: what the path wants, and what the header leaves of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Wanted {
    path: Vec<String>,
    header: Vec<String>,
}

impl Toolsets {
    pub(super) fn new(whole: Server) -> Self {
        Self { whole, narrowed: Mutex::default() }
    }

    /// The server with the tools of a request.
    ///
    /// # Errors
    /// When a set does not exist, or nothing is left.
    pub(super) fn at(&self, parts: &Parts) -> Result<Server, Refusal> {
        let (path, headers) = (in_path(parts.uri.path()).unwrap_or_default(), &parts.headers);
        if path.is_empty() && !headers.contains_key(HEADER) {
            return Ok(self.whole.clone());
        }
        let lines = headers.get_all(HEADER).iter().map(|value| value.to_str().unwrap_or("?"));
        let wanted = Wanted { path: names([path]), header: names(lines) };
        if let Some(server) = self.kept(&wanted) {
            return Ok(server);
        }
        let server = self.narrow(&wanted)?;
        self.keep(wanted, server.clone());
        Ok(server)
    }

    fn kept(&self, wanted: &Wanted) -> Option<Server> {
        let mut kept = self.narrowed.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|(sets, _)| sets == wanted)?;
        let found = kept.remove(at)?;
        let server = found.1.clone();
        kept.push_back(found);
        Some(server)
    }

    fn keep(&self, wanted: Wanted, server: Server) {
        let mut kept = self.narrowed.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.pop_front();
        }
        kept.push_back((wanted, server));
    }

    fn narrow(&self, wanted: &Wanted) -> Result<Server, Refusal> {
        let by = |server: &Server, sets: &[String], status, code, scope| match sets {
            [] => Ok(server.clone()),
            sets => match server.selection().within(sets) {
                Ok(selection) => Ok(server.offering(selection, scope)),
                Err(problems) => Err(Refusal::new(status, code, problems.join("; "))),
            },
        };
        let (nowhere, wrong) = (StatusCode::NOT_FOUND, StatusCode::BAD_REQUEST);
        let server = by(&self.whole, &wanted.path, nowhere, ErrorCode::INVALID_REQUEST, CacheScope::Public)?;
        // What one header asks for must not be kept for those who ask without it.
        by(&server, &wanted.header, wrong, ErrorCode::INVALID_PARAMS, CacheScope::Private)
    }
}

fn names<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let names =
        texts.into_iter().flat_map(|text| text.split(',')).map(str::trim).filter(|name| !name.is_empty());
    let mut names: Vec<_> = names.take(MOST).map(|name| name.chars().take(40).collect::<String>()).collect();
    names.sort_unstable();
    names.dedup();
    names
}
