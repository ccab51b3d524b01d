//! A server with all that the suite looks for, as rmcp's handler.

use std::borrow::Cow;
use std::sync::Arc;

use rmcp::model::{
    CacheScope, CallToolRequestParams, CallToolResponse, CompleteRequestParams, CompleteResult, ErrorData,
    GetPromptRequestParams, GetPromptResponse, GetPromptResult, ListPromptsResult,
    ListResourceTemplatesResult, ListResourcesResult, ListToolsResult, PaginatedRequestParams, PromptMessage,
    ProtocolVersion, ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, ResourceContents,
    Role, ServerConfig, ServerNotification, SubscribeRequestParams, SubscriptionFilter, Tool,
    UnsubscribeRequestParams,
};
use rmcp::service::{RequestContext, SubscriptionContext};
use rmcp::{RoleServer, ServerHandler};
use serde_json::{Value, json};
use tokio::sync::broadcast;

use super::calls;
use super::fixtures::{Fixtures, Script};
use super::rounds::{Brought, Seal, Turn};
use crate::mcp::Server;

/// Changes that may wait for a listener.
const WAITING: usize = 16;

/// How long a list may be kept.
const FRESH_MS: u64 = 1000;

/// A list that changed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Change {
    Tools,
    Prompts,
}

/// The product and the fixtures in one. Clones are the same server.
#[derive(Clone, Debug)]
pub(super) struct Everything {
    product: Server,
    fixtures: Arc<Fixtures>,
    changes: broadcast::Sender<Change>,
    seal: Seal,
}

impl Everything {
    pub(super) fn new(product: Server, fixtures: Arc<Fixtures>) -> Self {
        Self { product, fixtures, changes: broadcast::Sender::new(WAITING), seal: Seal::new() }
    }

    /// A turn of a conversation, if there is one of this name.
    fn converse(&self, name: &str, brought: &Brought) -> Option<Result<Turn, ErrorData>> {
        let script: &Script = self.fixtures.rounds.get(name)?;
        Some(script.turn(&self.seal, name, brought))
    }

    /// What a resource says.
    fn content(&self, uri: &str) -> Option<ResourceContents> {
        if let Some(content) = self.fixtures.contents.get(uri) {
            return Some(content.clone());
        }
        let id = uri.strip_prefix("test://template/")?.strip_suffix("/data")?;
        let text = json!({"id": id, "templateTest": true, "data": format!("Data for ID: {id}")}).to_string();
        Some(ResourceContents::text(text, uri).with_mime_type("application/json"))
    }
}

impl ServerHandler for Everything {
    fn get_info(&self) -> ServerConfig {
        let mut info = self.product.get_info();
        let listed = json!({
            "tools": {"listChanged": true},
            "prompts": {"listChanged": true},
            "resources": {"listChanged": true, "subscribe": true},
            "completions": {},
            "logging": {},
            "extensions": info.capabilities.extensions,
        });
        info.capabilities = serde_json::from_value(listed).unwrap_or_default();
        info
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        self.product.supported_protocol_versions()
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let listed = self.product.listing();
        let own: Vec<Tool> = serde_json::from_value(listed.get("tools").cloned().unwrap_or_default())
            .map_err(|e| ErrorData::internal_error(e.to_string(), None))?;
        let all = own.into_iter().chain(self.fixtures.tools.iter().cloned()).collect();
        let mut list = ListToolsResult::with_all_items(all);
        (list.ttl_ms, list.cache_scope) = (Some(FRESH_MS), Some(CacheScope::Public));
        Ok(list)
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.fixtures.tool(name).cloned()
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let CallToolRequestParams { name, input_responses, request_state, .. } = request;
        if let Some(result) = self.fixtures.results.get(&*name) {
            return Ok(result.clone().into());
        }
        let brought = brought(input_responses, request_state, &context);
        match self.converse(&name, &brought) {
            Some(Ok(Turn::Ask(question))) => return Ok(question.into()),
            Some(Ok(Turn::Say(text))) => return Ok(calls::said(&text).into()),
            Some(Err(error)) => return Err(error),
            None => (),
        }
        Ok(match &*name {
            "test_tool_with_progress" => calls::progress(&context).await.into(),
            "test_tool_with_logging" => {
                let lines = ["Tool execution started", "Tool processing data", "Tool execution completed"];
                calls::logs(&lines, &context).await.into()
            }
            "test_logging_tool" => calls::logs(&["Somebody asked for this"], &context).await.into(),
            "test_missing_capability" => calls::sampling(&context)?.into(),
            "test_trigger_tool_change" => calls::change(Change::Tools, &self.changes).into(),
            "test_trigger_prompt_change" => calls::change(Change::Prompts, &self.changes).into(),
            _ => return Err(ErrorData::invalid_params("there is no such tool", None)),
        })
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        let mut list = ListPromptsResult::with_all_items(self.fixtures.prompts.clone());
        (list.ttl_ms, list.cache_scope) = (Some(FRESH_MS), Some(CacheScope::Public));
        Ok(list)
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        let GetPromptRequestParams { name, arguments, input_responses, request_state, .. } = request;
        let brought = brought(input_responses, request_state, &context);
        match self.converse(&name, &brought) {
            Some(Ok(Turn::Ask(question))) => return Ok(question.into()),
            Some(Ok(Turn::Say(text))) => {
                return Ok(GetPromptResult::new(vec![PromptMessage::new_text(Role::User, text)]).into());
            }
            Some(Err(error)) => return Err(error),
            None => (),
        }
        let unknown = || ErrorData::invalid_params("there is no such prompt", None);
        let messages = self.fixtures.messages.get(&name).ok_or_else(unknown)?;
        let filled = filled(messages.clone(), &arguments.unwrap_or_default());
        let messages =
            serde_json::from_value(filled).map_err(|e| ErrorData::internal_error(e.to_string(), None))?;
        Ok(GetPromptResult::new(messages).into())
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let mut list = ListResourcesResult::with_all_items(self.fixtures.resources.clone());
        (list.ttl_ms, list.cache_scope) = (Some(FRESH_MS), Some(CacheScope::Public));
        Ok(list)
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        let mut list = ListResourceTemplatesResult::with_all_items(self.fixtures.templates.clone());
        (list.ttl_ms, list.cache_scope) = (Some(FRESH_MS), Some(CacheScope::Public));
        Ok(list)
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let missing = || ErrorData::invalid_params("Resource not found", Some(json!({"uri": request.uri})));
        let content = self.content(&request.uri).ok_or_else(missing)?;
        let mut result = ReadResourceResult::new(vec![content]);
        (result.ttl_ms, result.cache_scope) = (Some(FRESH_MS), Some(CacheScope::Public));
        Ok(result.into())
    }

    async fn complete(
        &self,
        _: CompleteRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        Ok(CompleteResult::default())
    }

    #[expect(deprecated, reason = "revisions with a handshake have it")]
    async fn set_level(
        &self,
        _: rmcp::model::SetLevelRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        Ok(())
    }

    async fn subscribe(
        &self,
        _: SubscribeRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        Ok(())
    }

    async fn unsubscribe(
        &self,
        _: UnsubscribeRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        Ok(())
    }

    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        Some(requested.clone())
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        let mut changes = self.changes.subscribe();
        loop {
            let change = tokio::select! {
                () = context.cancelled() => return Ok(()),
                change = changes.recv() => change,
            };
            let Ok(change) = change else { return Ok(()) };
            // What nobody subscribed to is not sent; the sink knows.
            drop(context.sink().send(notice(change)).await);
        }
    }
}

fn notice(change: Change) -> ServerNotification {
    match change {
        Change::Tools => ServerNotification::ToolListChangedNotification(Default::default()),
        Change::Prompts => ServerNotification::PromptListChangedNotification(Default::default()),
    }
}

/// What a client brings along to a conversation.
fn brought(
    responses: Option<rmcp::model::InputResponses>,
    state: Option<String>,
    context: &RequestContext<RoleServer>,
) -> Brought {
    Brought { responses, state, able: context.client_capabilities().unwrap_or_default() }
}

/// A value with arguments in place of their names in braces.
fn filled(value: Value, arguments: &serde_json::Map<String, Value>) -> Value {
    match value {
        Value::String(text) => Value::String(arguments.iter().fold(text, |text, (name, value)| {
            let said = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            text.replace(&format!("{{{name}}}"), &said)
        })),
        Value::Array(items) => items.into_iter().map(|item| filled(item, arguments)).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, value)| (name, filled(value, arguments))).collect()
        }
        other => other,
    }
}
