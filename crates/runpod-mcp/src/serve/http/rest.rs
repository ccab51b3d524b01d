//! The seam for whoever answers what this server does not know.
//!
//! The product has nobody: an unknown method is an error. A build for a test suite puts a service of rmcp here, behind
//! the same guards and the same reading of requests.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;

use axum::body::Body;
use axum::response::Response;
use http::Request;

/// An answer that is on its way.
pub type Answering<'a> = Pin<Box<dyn Future<Output = Response> + Send + 'a>>;

/// Somebody who answers requests that passed every guard.
pub trait Rest: Debug + Send + Sync {
    /// Whether it answers requests of this method, and of this name where the method has one (a tool, a prompt). It is
    /// asked before anybody else.
    fn takes(&self, method: &str, name: Option<&str>) -> bool;

    /// Answers a request: its headers as they came, its body as it was read.
    fn answer(&self, request: Request<Body>) -> Answering<'_>;
}
