//! Tools that do something while they run: report progress, write logs, tell listeners.

use std::time::Duration;

use rmcp::RoleServer;
use rmcp::model::{
    CallToolResult, ClientCapabilities, ContentBlock, ErrorData, ProgressNotificationParam,
    ServerNotification,
};
use rmcp::service::RequestContext;
use serde_json::json;

use super::everything::Change;

/// Between two reports, so that a client can see that they come one by one.
const PAUSE: Duration = Duration::from_millis(50);

/// Reports progress three times, to whoever wants to hear of it.
pub(super) async fn progress(context: &RequestContext<RoleServer>) -> CallToolResult {
    let token = context.meta.get_progress_token();
    for done in [0.0, 50.0, 100.0] {
        if let Some(token) = &token {
            let report = ProgressNotificationParam::new(token.clone(), done).with_total(100.0);
            // Who has left hears no more.
            drop(context.peer.notify_progress(report).await);
        }
        tokio::time::sleep(PAUSE).await;
    }
    said("it went from 0 to 100")
}

/// Writes logs, to whoever may be sent some.
pub(super) async fn logs(lines: &[&str], context: &RequestContext<RoleServer>) -> CallToolResult {
    let lines = if may_hear(context) { lines } else { &[] };
    for line in lines {
        let log = json!({"method": "notifications/message", "params": {"level": "info", "data": line}});
        if let Ok(log) = serde_json::from_value::<ServerNotification>(log) {
            drop(context.peer.send_notification(log).await);
        }
        tokio::time::sleep(PAUSE).await;
    }
    said("it has been logged where somebody listens")
}

/// A revision with a handshake is sent logs; one without, if the request names a level.
fn may_hear(context: &RequestContext<RoleServer>) -> bool {
    context.meta.protocol_version().is_none() || context.meta.log_level().is_some()
}

/// Needs a client that can sample.
pub(super) fn sampling(context: &RequestContext<RoleServer>) -> Result<CallToolResult, ErrorData> {
    match context.client_capabilities().and_then(|able| able.sampling) {
        Some(_) => Ok(said("the client can sample")),
        None => {
            let wanted: Option<ClientCapabilities> = serde_json::from_value(json!({"sampling": {}})).ok();
            Err(ErrorData::missing_required_client_capability(wanted.unwrap_or_default()))
        }
    }
}

/// Tells whoever listens.
pub(super) fn change(change: Change, listeners: &tokio::sync::broadcast::Sender<Change>) -> CallToolResult {
    let heard = listeners.send(change).unwrap_or_default();
    said(&format!("{heard} were told"))
}

pub(super) fn said(text: &str) -> CallToolResult {
    CallToolResult::success(vec![ContentBlock::text(text)])
}
