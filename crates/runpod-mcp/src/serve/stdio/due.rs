//! Which requests are due an answer.
//!
//! rmcp waits five seconds for answers once there is no more input. Ours may take longer, so the end of the input is kept
//! from it until nothing is due any more.

use std::collections::HashSet;

use rmcp::model::{ClientNotification, JsonRpcMessage, RequestId};
use rmcp::service::{RoleServer, RxJsonRpcMessage, TxJsonRpcMessage};
use tokio::sync::watch;

/// The requests that were heard and not answered. Clones are the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Due(watch::Sender<HashSet<RequestId>>);

impl Due {
    /// A message came: a request is due an answer, one that is cancelled is not.
    pub(super) fn hear(&self, message: &RxJsonRpcMessage<RoleServer>) {
        match message {
            JsonRpcMessage::Request(request) => {
                self.0.send_modify(|due| {
                    due.insert(request.id.clone());
                });
            }
            JsonRpcMessage::Notification(notice) => {
                if let ClientNotification::CancelledNotification(cancelled) = &notice.notification {
                    self.answered(cancelled.params.request_id.as_ref());
                }
            }
            _ => (),
        }
    }

    /// This one was answered, or will not be.
    pub(super) fn answered(&self, id: Option<&RequestId>) {
        if let Some(id) = id {
            self.0.send_modify(|due| {
                due.remove(id);
            });
        }
    }

    /// Completes when nothing is due.
    pub(super) async fn nothing(&self) {
        // The sender is ours, so waiting cannot fail.
        let _ = self.0.subscribe().wait_for(HashSet::is_empty).await;
    }
}

/// The request that a message answers.
pub(super) fn answers(message: &TxJsonRpcMessage<RoleServer>) -> Option<RequestId> {
    match message {
        JsonRpcMessage::Response(response) => Some(response.id.clone()),
        JsonRpcMessage::Error(error) => error.id.clone(),
        _ => None,
    }
}
