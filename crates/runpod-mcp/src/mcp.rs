//! The MCP service: lists the tools, calls them, says what it is.
//!
//! rmcp's handler trait written by hand over the static tool list. Both protocol eras go through here; rmcp settles
//! which one a request belongs to. Nothing about a client is kept between two requests.

mod answering;
mod calling;
mod era;
mod following;
mod instructions;
mod listing;
mod mini;
mod tails;
mod tasks;
mod written;

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rmcp::model::{
    CacheScope, CallToolRequestParams, CallToolResponse, CancelTaskParams, DiscoverResult, ErrorData,
    GetTaskParams, GetTaskResult, Implementation, InitializeRequestParams, InitializeResult, ListToolsResult,
    MetaObject, PaginatedRequestParams, ProtocolVersion, ServerCapabilities, ServerConfig, Tool,
    UpdateTaskParams,
};
use rmcp::service::RequestContext;
use rmcp::{RoleServer, ServerHandler};
use runpod_api::{ApiKey, Caller, Client, Clock};

use crate::config::{Keys, Surface};
use crate::files::Files;
use crate::metrics::Metrics;
use crate::policy::Policy;
use crate::tool::Detail;
use crate::tool::recent::Recent;
use crate::tools::Selection;
use tails::Tails;

pub(crate) use answering::no_such_page;
pub use calling::{Answer, Asked, Unknown, Who};
pub use era::Era;
pub use following::Hangup;
pub(crate) use tasks::no_task_asks;
pub(crate) use written::tail;

/// What this program calls itself, to clients and to Runpod.
const NAME: &str = "runpod-mcp";
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// How long a client may keep the tool list: it changes only with the program.
const FRESH_MS: u64 = 60 * 60 * 1000;

/// Longest time for one call over HTTP: platforms end a request after a minute.
pub const HOSTED_PATIENCE: Duration = Duration::from_secs(50);

/// What a server is made of.
#[derive(Clone, Debug)]
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
    /// Where the key is looked for when a call brings none; nowhere ([`Keys::default`]) on a server for others.
    pub keys: Keys,
    /// Longest time for one call, by the client's clock.
    pub patience: Duration,
    /// Whether Runpod is the embedded imitation.
    pub sandbox: bool,
    /// How requests arrive: `stdio`, `http`.
    pub transport: &'static str,
}

impl Setup {
    /// A server over HTTP with every tool, for callers that bring keys of their own.
    #[must_use]
    pub fn hosted(client: Client) -> Self {
        Self {
            client,
            selection: Selection::everything(),
            surface: Surface::Full,
            policy: Policy::default(),
            detail: Detail::Summary,
            files: None,
            keys: Keys::default(),
            patience: HOSTED_PATIENCE,
            sandbox: false,
            transport: "http",
        }
    }
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
    /// Who may keep its list.
    scope: CacheScope,
    tools: OnceLock<Vec<Tool>>,
    meta: OnceLock<MetaObject>,
    tails: Tails,
    metrics: OnceLock<Arc<Metrics>>,
}

impl Server {
    /// A server. No schema is built and no key is looked for before the first request that needs it.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        Self::of(setup, uuid::Uuid::new_v4().to_string(), Recent::default(), CacheScope::Public)
    }

    fn of(setup: Setup, session: String, recent: Recent, scope: CacheScope) -> Self {
        let (tools, meta, tails, metrics) = Default::default();
        Self(Arc::new(Inner { setup, session, recent, scope, tools, meta, tails, metrics }))
    }

    /// Counts its tool calls there. What was said first stays.
    #[must_use]
    pub fn counted_in(self, metrics: Arc<Metrics>) -> Self {
        self.0.metrics.get_or_init(|| metrics);
        self
    }

    /// The same server with only these of its tools, whose list may be kept by everybody or by who asked.
    #[must_use]
    pub fn offering(&self, selection: Selection, scope: CacheScope) -> Self {
        let Inner { setup, session, recent, metrics, .. } = &*self.0;
        let narrow = Self::of(Setup { selection, ..setup.clone() }, session.clone(), recent.clone(), scope);
        metrics.get().cloned().into_iter().fold(narrow, Self::counted_in)
    }

    /// The tools that it has.
    #[must_use]
    pub fn selection(&self) -> &Selection {
        &self.0.setup.selection
    }

    /// The account behind this process, reached by a client that says so of itself. Its key is looked for by the
    /// first call that needs it.
    #[must_use]
    pub fn local(&self, client: (&str, &str)) -> Who {
        self.remote(None, client, &self.0.session)
    }

    /// Somebody with a key, reached by a client that says so of itself, in a session.
    #[must_use]
    pub fn remote(&self, key: Option<ApiKey>, client: (&str, &str), session: &str) -> Who {
        let product = format!("{NAME}/{VERSION}");
        let caller = Caller::new(&product, client, self.0.setup.transport, session);
        Who { key, caller, name: None }
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
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().enable_tasks().build())
            .with_server_info(self.implementation())
            .with_instructions(instructions::text(&self.0.setup))
    }

    async fn discover(&self, _: RequestContext<RoleServer>) -> Result<DiscoverResult, ErrorData> {
        Ok(self.discovery())
    }

    async fn list_tools(
        &self,
        request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        if request.is_some_and(|page| page.cursor.is_some()) {
            return Err(no_such_page());
        }
        Ok(self.list(self.tools().to_vec(), Era::of_context(&context)))
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
            self.answer(&request.name, args, &who, &asked).await
        };
        self.follow(&context, call).await.ok_or_else(broken_off)?
    }

    async fn get_task(
        &self,
        request: GetTaskParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetTaskResult, ErrorData> {
        let who = self.who(&context);
        let look = async |asked: Asked| self.look_at(&request.task_id, &who, &asked).await;
        self.follow(&context, look).await.ok_or_else(broken_off)?
    }

    async fn update_task(&self, _: UpdateTaskParams, _: RequestContext<RoleServer>) -> Result<(), ErrorData> {
        Err(no_task_asks())
    }

    async fn cancel_task(
        &self,
        request: CancelTaskParams,
        context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        let asked = Asked { id: Some(context.id.to_string()), ..Asked::default() };
        self.call_off(&request.task_id, &self.who(&context), &asked).await
    }

    async fn initialize(
        &self,
        request: InitializeRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<InitializeResult, ErrorData> {
        context.peer.set_peer_info(request.clone());
        Ok(answering::greeted(self.negotiate_initialize(&request)?))
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        Cow::Borrowed(ProtocolVersion::KNOWN_VERSIONS)
    }
}

fn broken_off() -> ErrorData {
    ErrorData::internal_error("the call was broken off: its client left or cancelled it", None)
}
