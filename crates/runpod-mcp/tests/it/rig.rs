//! A server on a twin of its own, and the one helper through which tools are called in tests.
//!
//! ```ignore
//! let rig = Rig::new(Seed::Empty).await;
//! let pod = rig.call("create-pod", json!({"imageName": "a", "gpuTypeIds": ["NVIDIA L4"]})).await.ok();
//! rig.pass(60);
//! assert_eq!(rig.call("get-pod", json!({"podId": pod["id"]})).await.ok()["status"], "RUNNING");
//! assert_eq!(rig.call("get-pod", json!({"podId": "nope"})).await.err()["code"], "not_found");
//! assert_eq!(rig.sim.journal().count("createPod"), 1);
//! ```

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use runpod_api::{Client, Clock, Routing, Settings, Version, Versions};
use runpod_mcp::config::{Keys, Surface};
use runpod_mcp::mcp::{Answer, Server, Setup, Who};
use runpod_mcp::policy::Policy;
use runpod_mcp::sandbox;
use runpod_mcp::tool::Detail;
use runpod_mcp::tools::Selection;
use runpod_sim::{Builder, Entry, Pace, Seed, Sim};
use serde_json::Value;

/// A twin, and a server that talks to it.
pub(crate) struct Rig {
    pub(crate) sim: Sim,
    pub(crate) server: Server,
    who: Who,
}

/// What a tool answered.
pub(crate) struct Answered {
    tool: String,
    answer: Answer,
}

impl Rig {
    /// On a twin of this seed, whose clock moves only with [`Rig::pass`].
    pub(crate) async fn new(seed: Seed) -> Self {
        Self::on(Sim::builder().seed(seed).clock(Pace::Manual)).await
    }

    /// On a twin that is built like this.
    pub(crate) async fn on(builder: Builder) -> Self {
        Self::with(builder, |_| ()).await
    }

    /// On a twin of this seed, with a server that speaks these versions of REST.
    pub(crate) async fn speaking(versions: Versions, seed: Seed) -> Self {
        Self::speaking_on(Sim::builder().seed(seed), versions).await
    }

    /// The same on a twin that is built like this, whose clock moves only with [`Rig::pass`].
    pub(crate) async fn speaking_on(builder: Builder, versions: Versions) -> Self {
        let sim = builder.clock(Pace::Manual).start().await.expect("a free port");
        let client = Client::new(Settings { versions, ..settings(&sim) });
        let setup = Setup { client, ..setup(&sim) };
        Self::of(sim, setup)
    }

    /// The same, with a server set up differently.
    pub(crate) async fn with(builder: Builder, change: impl FnOnce(&mut Setup)) -> Self {
        let sim = builder.start().await.expect("a free port");
        let mut setup = setup(&sim);
        change(&mut setup);
        Self::of(sim, setup)
    }

    /// On a twin whose clock jumps over the pauses of those who wait, so that no test waits for them.
    pub(crate) async fn skipping(seed: Seed) -> Self {
        Self::skipping_on(Versions::default(), seed).await
    }

    /// The same, with a server that speaks these versions of REST.
    pub(crate) async fn skipping_on(versions: Versions, seed: Seed) -> Self {
        let sim = Sim::builder().seed(seed).clock(Pace::Manual).start().await.expect("a free port");
        let setup = Setup { client: skipping(&sim, versions), ..setup(&sim) };
        Self::of(sim, setup)
    }

    /// A twin that was started already, behind a server that is set up like this.
    pub(crate) fn of(sim: Sim, setup: Setup) -> Self {
        let server = Server::new(setup);
        let who = server.local(("test", "1"));
        Self { sim, server, who }
    }

    /// The same twin behind another server.
    pub(crate) fn served_by(self, setup: Setup) -> Self {
        Self::of(self.sim, setup)
    }

    /// Calls a tool. `args` is an object.
    pub(crate) async fn call(&self, tool: &str, args: Value) -> Answered {
        let Value::Object(args) = args else { panic!("arguments are an object") };
        let answer = self.server.call(tool, args, &self.who).await.unwrap_or_else(|e| panic!("{e}"));
        Answered { tool: tool.to_owned(), answer }
    }

    /// Moves the clock of client and twin.
    pub(crate) fn pass(&self, seconds: u64) {
        self.sim.clock().advance(Duration::from_secs(seconds));
    }
}

impl Answered {
    /// The reply of a call that succeeded.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert!(!self.answer.failed, "{}: {}", self.tool, self.answer.text);
        self.answer.json()
    }

    /// What was answered, good or bad.
    pub(crate) fn any(self) -> Value {
        self.answer.json()
    }

    /// The error of a call that failed.
    #[track_caller]
    pub(crate) fn err(self) -> Value {
        assert!(self.answer.failed, "{} succeeded: {}", self.tool, self.answer.text);
        self.answer.json()
    }
}

/// A server with every tool, allowed everything, with the twin's key.
pub(crate) fn setup(sim: &Sim) -> Setup {
    Setup {
        client: Client::new(settings(sim)),
        selection: Selection::everything(),
        surface: Surface::Full,
        policy: Policy::default(),
        detail: Detail::Summary,
        files: None,
        keys: Keys::new(Some(sandbox::key(sim)), None),
        patience: Duration::from_secs(300),
        sandbox: true,
        transport: "stdio",
    }
}

pub(crate) fn settings(sim: &Sim) -> Settings {
    sandbox::settings(sim).expect("a twin listens on loopback")
}

/// REST v1 for everything.
pub(crate) fn v1() -> Versions {
    Versions::all(Routing::Fixed(Version::V1))
}

/// The operation of REST v2 that does what this one does: cards name those.
pub(crate) fn in_v2(operation: &str) -> String {
    match operation {
        "StartPod" | "StopPod" => "podAction".to_owned(),
        "EndpointBilling" => "listServerlessBilling".to_owned(),
        "PodBilling" | "NetworkVolumeBilling" => format!("list{operation}"),
        "ListContainerRegistryAuths" => "listRegistries".to_owned(),
        other => {
            let (first, rest) = other.split_at(1);
            format!("{}{}", first.to_lowercase(), rest.replace("ContainerRegistryAuth", "Registry"))
        }
    }
}

/// A client that takes no time between two looks: its shorter sleeps move the twin's clock instead.
fn skipping(sim: &Sim, versions: Versions) -> Client {
    let settings = settings(sim);
    let clock = Arc::new(Skipping { clock: sim.clock(), inner: Arc::clone(&settings.clock) });
    Client::new(Settings { clock, request_timeout: Duration::from_secs(300), versions, ..settings })
}

/// Longest sleep that is jumped over: more than any call may ask for in one piece, which is 30 s of a log
/// (`maxWaitMs`). What is longer is the limit of a request.
const PAUSE: Duration = Duration::from_secs(31);

#[derive(Debug)]
struct Skipping {
    clock: runpod_sim::Clock,
    inner: Arc<dyn Clock>,
}

impl Clock for Skipping {
    fn now(&self) -> Duration {
        self.inner.now()
    }

    fn sleep(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        if time > PAUSE {
            return self.inner.sleep(time);
        }
        let clock = self.clock.clone();
        Box::pin(async move {
            // An answer that is on its way over loopback comes first.
            tokio::time::sleep((time / 2000).max(Duration::from_millis(2))).await;
            clock.advance(time);
        })
    }
}

/// Whether a request may change something. A question in GraphQL is a POST; the document's first word tells.
pub(crate) fn is_write(request: &Entry) -> bool {
    let document = request.body.as_ref().and_then(|body| body["query"].as_str()).unwrap_or_default();
    let asks = request.path == "/graphql" && document.starts_with("query");
    // What a stream hands out is gone.
    let drains = request.operation.as_deref() == Some("streamJob");
    drains || (request.method != "GET" && !asks)
}
