//! A twin, a stranger before it, and a server that knows of the stranger only.

use std::sync::Arc;
use std::time::Duration;

use runpod_api::{Base, Client, Clock as _, Settings};
use runpod_mcp::config::Surface;
use runpod_mcp::mcp::{Answer, Server, Setup, Who};
use runpod_sim::{Pace, Seed, Sim};
use serde_json::{Map, Value, json};

use super::leap::Leap;
use super::nobody::Nowhere;
use super::stranger::{Seen, Stranger};
use super::table::Came;
use super::trouble::{How, Nobody};
use crate::rig;

/// In real time. No call waits in it; one that takes so long never ends.
const LONGEST: Duration = Duration::from_secs(120);
/// Longer than anything is remembered from one call to the next.
const AGE: Duration = Duration::from_secs(3600);

/// Where calls are made.
pub(super) struct Place {
    pub(super) sim: Sim,
    clock: Leap,
    stranger: Stranger,
    server: Behind,
    nowhere: Nowhere,
}

/// A server, and who calls it.
struct Behind {
    server: Server,
    who: Who,
}

impl Behind {
    fn new(sim: &Sim, settings: Settings) -> Self {
        Self::of(Setup { client: Client::new(settings), ..rig::setup(sim) })
    }

    fn of(setup: Setup) -> Self {
        let server = Server::new(setup);
        let who = server.local(("test", "1"));
        Self { server, who }
    }

    async fn call(&self, tool: &str, args: Map<String, Value>, time: impl Future<Output = ()>) -> Answer {
        let call = async {
            tokio::select! {
                answer = self.server.call(tool, args, &self.who) => answer,
                () = time => unreachable!("time goes on for ever"),
            }
        };
        match tokio::time::timeout(LONGEST, call).await {
            Ok(answer) => answer.expect("the tool exists"),
            Err(_) => Answer { text: json!({"code": "never_ends"}).to_string(), failed: true, later: None },
        }
    }
}

impl Place {
    pub(super) async fn found() -> Self {
        let sim = Sim::builder().seed(Seed::Demo).clock(Pace::Manual).start().await.expect("a free port");
        let clock = Leap::default();
        let twin = sim.url().trim_start_matches("http://").parse().expect("the twin is at a port");
        let stranger = Stranger::before(twin, clock.clone()).await;
        let server =
            Behind::new(&sim, settings(&sim, &clock, &format!("http://127.0.0.1:{}", stranger.port)));
        Self { sim, clock, stranger, server, nowhere: Nowhere::new() }
    }

    /// Makes a call to which nothing happens.
    pub(super) async fn visit(&self, tool: &str, args: Map<String, Value>) -> Answer {
        self.clock.let_limits_stand(false);
        self.server.call(tool, args, self.clock.walk(&self.sim.clock())).await
    }

    /// Makes a call of which this happens to one of the things that it asks for.
    pub(super) async fn struck(
        &mut self,
        tool: &str,
        args: Map<String, Value>,
        (operation, how): (&str, How),
    ) -> Came {
        match how {
            How::Nobody(why) => self.unheard(tool, args, why).await,
            how => {
                self.stranger.strike(operation, how);
                // What comes late is still no reason to stop waiting, unless nothing is to come.
                self.clock.let_limits_stand(!matches!(how, How::Drip(_) | How::Silence));
                let (answer, took) = self.timed(&self.server, tool, args).await;
                let Seen { struck, taken } = self.stranger.rest();
                Came { answer, took, requests: struck, taken }
            }
        }
    }

    /// Which tools a server of the mini surface lists, what one of them comes to where nobody answers, and how often it
    /// knocked there.
    pub(super) async fn mini(&mut self, tool: &str, args: Map<String, Value>) -> (Value, Came) {
        let base = self.nowhere.base(Nobody::NoTls).await;
        let client = Client::new(settings(&self.sim, &self.clock, &base));
        let server = Behind::of(Setup { client, surface: Surface::Mini, ..rig::setup(&self.sim) });
        let (answer, took) = self.timed(&server, tool, args).await;
        let came = Came { answer, took, requests: self.nowhere.knocks(), taken: 0 };
        (server.server.listing(), came)
    }

    async fn unheard(&mut self, tool: &str, args: Map<String, Value>, why: Nobody) -> Came {
        let base = self.nowhere.base(why).await;
        let server = Behind::new(&self.sim, settings(&self.sim, &self.clock, &base));
        // A name is looked up by a thread of its own.
        self.clock.let_limits_stand(why == Nobody::Dns);
        let (answer, took) = self.timed(&server, tool, args).await;
        Came { answer, took, requests: self.nowhere.knocks(), taken: 0 }
    }

    async fn timed(&self, server: &Behind, tool: &str, args: Map<String, Value>) -> (Answer, Duration) {
        self.clock.pass(AGE);
        let began = self.clock.now();
        let answer = server.call(tool, args, self.clock.run()).await;
        (answer, self.clock.now().saturating_sub(began))
    }
}

/// Settings of a client that finds everything below this address, whose waits between tries are as long as can be.
fn settings(sim: &Sim, clock: &Leap, base: &str) -> Settings {
    let mut settings = rig::settings(sim);
    let hosts = &mut settings.hosts;
    let all = [
        &mut hosts.rest_v2,
        &mut hosts.rest_v1,
        &mut hosts.serverless,
        &mut hosts.graphql_authed,
        &mut hosts.graphql_public,
    ];
    for host in all {
        let path = host.as_str().strip_prefix(sim.url()).expect("it is the twin's").to_owned();
        *host = Base::parse(&format!("{base}{path}")).expect("an address");
    }
    Settings { clock: Arc::new(clock.clone()), jitter: |most| most, ..settings }
}
