//! What the official conformance suite asks a server for besides protocol: tools, prompts and resources of its own.
//!
//! They stand behind the same guards and the same reading of requests as the product: [`Rest`] is the seam. What both
//! have (the greeting, the list of tools) is answered here for both together; the product's tools, tasks and pings stay
//! its own. Built with the feature `conformance` only, which nothing that is published has.

mod calls;
mod everything;
mod fixtures;
mod rounds;

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use http::Request;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};

use crate::mcp::Server;
use crate::serve::http::{Answering, Rest};
use everything::Everything;
use fixtures::Fixtures;

/// Methods that the product answers alone.
const OWN: [&str; 4] = ["ping", "tasks/get", "tasks/update", "tasks/cancel"];

/// The fixtures, as somebody who answers what the product does not know.
///
/// # Errors
/// When the file of fixtures is not what MCP has types for.
pub fn rest(product: Server) -> Result<Arc<dyn Rest>, serde_json::Error> {
    let fixtures = Arc::new(Fixtures::read()?);
    let everything = Everything::new(product, Arc::clone(&fixtures));
    // Names were looked at already, by the front.
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .disable_allowed_hosts();
    let service = StreamableHttpService::new(
        move || Ok(everything.clone()),
        Arc::new(NeverSessionManager::default()),
        config,
    );
    Ok(Arc::new(Behind { fixtures, service }))
}

/// A service of rmcp behind the front.
struct Behind {
    fixtures: Arc<Fixtures>,
    service: StreamableHttpService<Everything, NeverSessionManager>,
}

impl std::fmt::Debug for Behind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Behind").finish_non_exhaustive()
    }
}

impl Rest for Behind {
    fn takes(&self, method: &str, name: Option<&str>) -> bool {
        match method {
            "tools/call" => name.is_some_and(|name| self.fixtures.tool(name).is_some()),
            method => !OWN.contains(&method),
        }
    }

    fn answer(&self, request: Request<Body>) -> Answering<'_> {
        Box::pin(async { Response::from(self.service.handle(request).await).map(Body::new) })
    }
}
