//! What is answered to a request, whichever way it came: the rules of both eras, without a transport.
//!
//! Over stdio rmcp settles what a request is and asks here; over HTTP our own layer does. So both answer alike.

use rmcp::model::{
    CallToolResponse, CallToolResult, ContentBlock, ErrorData, InitializeResult, ListToolsResult, MetaObject,
};
use serde_json::{Map, Value};

use super::calling::{Answer, Asked, Who};
use super::era::Era;
use super::{FRESH_MS, Server};

impl Server {
    /// The answer to tools/call.
    ///
    /// # Errors
    /// When there is no such tool.
    pub(crate) async fn answer(
        &self,
        name: &str,
        args: Map<String, Value>,
        who: &Who,
        asked: &Asked,
    ) -> Result<CallToolResponse, ErrorData> {
        let answer = self.call_for(name, args, who, asked).await;
        let answer = answer.map_err(|unknown| ErrorData::invalid_params(unknown.to_string(), None))?;
        match &answer.later {
            Some(later) => Ok(self.task(later).into()),
            None => Ok(self.tagged(result(answer), asked.era).into()),
        }
    }

    /// A result with what stands beside it in this era.
    pub(super) fn tagged(&self, mut result: CallToolResult, era: Era) -> CallToolResult {
        result.meta = self.meta(era);
        result
    }

    /// The `_meta` of a result: revisions without handshake say in each answer who gives it.
    pub(super) fn meta(&self, era: Era) -> Option<MetaObject> {
        let about = || {
            let mut meta = MetaObject::new();
            let about = serde_json::to_value(self.implementation()).unwrap_or_default();
            meta.0.insert("io.modelcontextprotocol/serverInfo".to_owned(), about);
            meta
        };
        era.is_modern().then(|| self.0.meta.get_or_init(about).clone())
    }

    /// The answer to tools/list.
    pub(super) fn list(&self, tools: Vec<rmcp::model::Tool>, era: Era) -> ListToolsResult {
        let mut result = ListToolsResult::with_all_items(tools);
        if era.is_modern() {
            result.ttl_ms = Some(FRESH_MS);
            result.cache_scope = Some(self.0.scope);
            result.meta = self.meta(era);
        }
        result
    }
}

/// What is answered to a cursor: the list has one page.
pub(crate) fn no_such_page() -> ErrorData {
    ErrorData::invalid_params("`cursor` is not one that this server gave: the list has one page", None)
}

/// An answer to `initialize`, as revisions with a handshake know it.
pub(super) fn greeted(mut result: InitializeResult) -> InitializeResult {
    // Extensions came with the revisions that have no handshake.
    result.capabilities.extensions = None;
    result
}

/// The result of a call that is answered now.
pub(super) fn result(answer: Answer) -> CallToolResult {
    let content = vec![ContentBlock::text(answer.text)];
    match answer.failed {
        true => CallToolResult::error(content),
        false => CallToolResult::success(content),
    }
}
