//! The MCP service: lists the tools, calls them, says what it is.
//!
//! rmcp's handler trait written by hand over the static tool list. Both protocol eras go through here; rmcp settles
//! which one a request belongs to. Nothing about a client is kept between two requests.

mod calling;
mod following;
mod instructions;
mod listing;
mod mini;
mod tasks;

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rmcp::model::{
    CacheScope, CallToolRequestParams, CallToolResponse, CallToolResult, CancelTaskParams, ContentBlock,
    DiscoverResult, ErrorData, GetTaskParams, GetTaskResult, Implementation, InitializeRequestParams,
    InitializeResult, ListToolsResult, MetaObject, PaginatedRequestParams, ProtocolVersion,
    ServerCapabilities, ServerConfig, Tool, UpdateTaskParams,
};
use rmcp::service::RequestContext;
use rmcp::{RoleServer, ServerHandler};
use runpod_api::{Caller, Client, Clock};

use crate::config::{Keys, Surface};
use crate::files::Files;
use crate::policy::Policy;
use crate::tool::Detail;
use crate::tool::recent::Recent;
use crate::tools::Selection;

pub use calling::{Answer, Asked, Unknown, Who};
pub use following::Hangup;

/// What this program calls itself, to clients and to Runpod.
const NAME: &str = "runpod-mcp";
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// How long a client may keep the tool list: it changes only with the program.
const FRESH_MS: u64 = 60 * 60 * 1000;

/// What a server is made of.
#[derive(Debug)]
pub struct Setup {
    /// Client of the Runpod APIs, acting for nobody yet.
    pub client: Client,
    /// Tools that exist here.
    pub selection: Selection,
    /// Which of them are listed.
    pub surface: Surface,
    /// Tools that may run.
    pub policy: Policy,
    /// Detail of lists when a call does not say.
    pub detail: Detail,
    /// Where tools may write files; none over a network.
    pub files: Option<Files>,
    /// Where the account key comes from.
    pub keys: Keys,
    /// Longest time for one call, by the client's clock.
    pub patience: Duration,
    /// Whether Runpod is the embedded imitation.
    pub sandbox: bool,
    /// How requests arrive: `stdio`, `http`.
    pub transport: &'static str,
}

/// The server. Clones are the same server.
#[derive(Clone, Debug)]
pub struct Server(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    setup: Setup,
    /// One for the life of the process; Runpod sees it with each request.
    session: String,
    recent: Recent,
    tools: OnceLock<Vec<Tool>>,
}

impl Server {
    /// A server. No schema is built and no key is looked for before the first request that needs it.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        let session = uuid::Uuid::new_v4().to_string();
        Self(Arc::new(Inner { setup, session, recent: Recent::default(), tools: OnceLock::new() }))
    }

    /// The account behind this process, reached by a client that says so of itself.
    #[must_use]
    pub fn local(&self, client: (&str, &str)) -> Who {
        let product = format!("{NAME}/{VERSION}");
        let caller = Caller::new(&product, client, self.0.setup.transport, &self.0.session);
        Who { key: self.0.setup.keys.find(), caller }
    }

    /// The clock that its calls go by.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        self.0.setup.client.clock()
    }

    /// Longest time for one request to Runpod.
    #[must_use]
    pub fn request_timeout(&self) -> Duration {
        self.0.setup.client.request_timeout()
    }

    /// Completes when no change that was sent is under way any more.
    pub async fn settled(&self) {
        self.0.setup.client.settled().await;
    }

    fn who(&self, context: &RequestContext<RoleServer>) -> Who {
        let client = context.client_info();
        let (name, version) = client.as_ref().map_or(("", ""), |c| (&c.name, &c.version));
        self.local((name, version))
    }

    fn implementation(&self) -> Implementation {
        let title = if self.0.setup.sandbox { "Runpod (sandbox)" } else { "Runpod" };
        // With the REST versions, so that a report of a client's log says which API it was about.
        let version = format!("{VERSION} [REST {}]", self.0.setup.client.versions());
        Implementation::new(NAME, version).with_title(title)
    }

    /// Adds what stands beside each result.
    fn tag(&self, context: &RequestContext<RoleServer>) -> impl FnOnce(CallToolResult) -> CallToolResult {
        let meta = self.meta(context);
        |mut result| {
            result.meta = meta;
            result
        }
    }

    /// The `_meta` of a result: revisions without handshake say in each answer who gives it.
    fn meta(&self, context: &RequestContext<RoleServer>) -> Option<MetaObject> {
        is_modern(context).then(|| {
            let mut meta = MetaObject::new();
            let about = serde_json::to_value(self.implementation()).unwrap_or_default();
            meta.0.insert("io.modelcontextprotocol/serverInfo".to_owned(), about);
            meta
        })
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().enable_tasks().build())
            .with_server_info(self.implementation())
            .with_instructions(instructions::text(&self.0.setup))
    }

    async fn discover(&self, _: RequestContext<RoleServer>) -> Result<DiscoverResult, ErrorData> {
        let versions = self.supported_protocol_versions().into_owned();
        Ok(DiscoverResult::from_server_info(versions, self.get_info())
            .with_ttl_ms(FRESH_MS)
            .with_cache_scope(CacheScope::Public))
    }

    async fn list_tools(
        &self,
        request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        if request.is_some_and(|page| page.cursor.is_some()) {
            let message = "`cursor` is not one that this server gave: the list has one page";
            return Err(ErrorData::invalid_params(message, None));
        }
        let mut result = ListToolsResult::with_all_items(self.tools().to_vec());
        if is_modern(&context) {
            result.ttl_ms = Some(FRESH_MS);
            result.cache_scope = Some(CacheScope::Public);
            result.meta = self.meta(&context);
        }
        Ok(result)
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let who = self.who(&context);
        let args = request.arguments.unwrap_or_default();
        let takes_tasks = Self::takes_tasks(&context);
        let call = async |asked: Asked| {
            let asked = Asked { takes_tasks, ..asked };
            self.call_for(&request.name, args, &who, &asked).await
        };
        let answer = self.follow(&context, call).await.ok_or_else(broken_off)?;
        let answer = answer.map_err(|unknown| ErrorData::invalid_params(unknown.to_string(), None))?;
        match &answer.later {
            Some(later) => Ok(self.task(later).into()),
            None => Ok(self.tag(&context)(result(&answer)).into()),
        }
    }

    async fn get_task(
        &self,
        request: GetTaskParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetTaskResult, ErrorData> {
        self.look_at(&request.task_id, &context).await
    }

    async fn update_task(&self, _: UpdateTaskParams, _: RequestContext<RoleServer>) -> Result<(), ErrorData> {
        Err(ErrorData::invalid_params("no task of this server asks for anything", None))
    }

    async fn cancel_task(
        &self,
        request: CancelTaskParams,
        context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        self.call_off(&request.task_id, &context).await
    }

    async fn initialize(
        &self,
        request: InitializeRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<InitializeResult, ErrorData> {
        context.peer.set_peer_info(request.clone());
        let mut result = self.negotiate_initialize(&request)?;
        // Extensions came with the revisions that have no handshake.
        result.capabilities.extensions = None;
        Ok(result)
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        Cow::Borrowed(ProtocolVersion::KNOWN_VERSIONS)
    }
}

/// The result of a call that is answered now.
fn result(answer: &Answer) -> CallToolResult {
    let content = vec![ContentBlock::text(answer.json.to_string())];
    match answer.failed {
        true => CallToolResult::error(content),
        false => CallToolResult::success(content),
    }
}

fn broken_off() -> ErrorData {
    ErrorData::internal_error("the call was broken off: its client left or cancelled it", None)
}

fn is_modern(context: &RequestContext<RoleServer>) -> bool {
    let version = context.protocol_version();
    version.is_some_and(|v| v.as_str() >= ProtocolVersion::V_2026_07_28.as_str())
}
