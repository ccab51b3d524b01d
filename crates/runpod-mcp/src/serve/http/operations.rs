//! What those who run the server ask it: whether it lives, whether it takes requests, what it has counted.
//!
//! Answered to whatever name it is called by, for a load balancer knows only addresses. The figures are for the inside:
//! they are not shown to whoever comes from elsewhere, or through something that passes requests on.

use std::net::IpAddr;

use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode};

use super::front::Front;
use super::refusal::Refusal;
use super::visit::Visit;
use crate::otlp::Exporter;

/// Prometheus' text format.
const FIGURES: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

/// Headers that only something in between adds.
const PASSED_ON: [&str; 4] = ["forwarded", "x-forwarded-for", "x-forwarded-host", "via"];

/// A question of those who run the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// `/healthz`
    Lives,
    /// `/readyz`
    TakesRequests,
    /// `/metrics`
    Figures,
}

impl Front {
    /// Answers it.
    ///
    /// # Errors
    /// When it is asked the wrong way, or by a stranger.
    pub(super) fn operate(
        &self,
        question: Question,
        parts: &Parts,
        visit: &Visit,
    ) -> Result<Response, Refusal> {
        if !matches!(parts.method, Method::GET | Method::HEAD) {
            return Err(Refusal::wrong_method("GET, HEAD"));
        }
        match question {
            Question::Lives => Ok(StatusCode::OK.into_response()),
            // Not when it is about to end.
            Question::TakesRequests if self.drain.is_cancelled() => {
                Ok(StatusCode::SERVICE_UNAVAILABLE.into_response())
            }
            Question::TakesRequests => Ok(StatusCode::OK.into_response()),
            Question::Figures if is_inside(parts, visit) => Ok(self.figures()),
            Question::Figures => Err(Refusal::not_found("nothing is here; MCP is at /mcp")),
        }
    }

    fn figures(&self) -> Response {
        self.metrics.state_reachable(self.state.reachable());
        self.metrics.spans_dropped(self.spans.as_ref().map_or(0, Exporter::dropped));
        ([(CONTENT_TYPE, FIGURES)], self.metrics.render()).into_response()
    }
}

fn is_inside(parts: &Parts, visit: &Visit) -> bool {
    visit.origin.peer.is_some_and(is_private)
        && !PASSED_ON.iter().any(|name| parts.headers.contains_key(*name))
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}
