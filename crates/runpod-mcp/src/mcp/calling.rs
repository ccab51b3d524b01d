//! tools/call: from a name and arguments to one JSON answer.
//!
//! Everything that goes wrong is an answer, worded for a model; only a tool that does not exist is not. What is not
//! merely read leaves a line in the log: which tool, which ids, how it ended. Never arguments, never bodies.

use std::fmt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use runpod_api::{ApiKey, Call, Caller, Deadline, Detached, Id, Sketchbook, TraceContext};
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::mini::{self, Callee};
use super::{Era, Server};
use crate::config::Surface;
use crate::error::ToolError;
use crate::former;
use crate::metrics::Metrics;
use crate::near;
use crate::reply::later::Later;
use crate::reply::{self, MAX_BYTES, Reply};
use crate::tool::{Card, Cx, Effect, Made, Outcome, Progress, Tool};
use crate::tools;

/// On whose behalf a call is made.
#[derive(Clone, Debug)]
pub struct Who {
    /// The key that came with the call; without one, the server's own place for keys is asked.
    pub key: Option<ApiKey>,
    /// How Runpod is told about it.
    pub caller: Caller,
    /// What the log calls it; nothing for the one account behind a local server.
    pub name: Option<String>,
}

/// The request behind a call, as far as its tool has to know. The default one is nobody's.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Its id, for the log.
    pub id: Option<String>,
    /// Who is told how far the call is.
    pub progress: Progress,
    /// Told when the client is about to leave.
    pub leaving: CancellationToken,
    /// Whether its client takes a task for an answer.
    pub takes_tasks: bool,
    /// How it says what it speaks.
    pub era: Era,
    /// The trace that it is in.
    pub trace: Option<TraceContext>,
}

/// What a call answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The reply, or the error as [`ToolError::to_json`] says it, cleaned and cut: a JSON object.
    pub text: String,
    /// Which of the two.
    pub failed: bool,
    /// What to come back to for the answer, when there is only this so far.
    pub later: Option<Later>,
}

impl Answer {
    /// What it says, to look into.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }
}

/// There is no such tool here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    name: String,
    left_out: bool,
    gone: Option<&'static str>,
    /// Where all names stand.
    list: &'static str,
    near: Vec<&'static str>,
}

impl Server {
    /// Calls a tool.
    ///
    /// # Errors
    /// When there is no such tool.
    pub async fn call(&self, name: &str, args: Map<String, Value>, who: &Who) -> Result<Answer, Unknown> {
        self.call_for(name, args, who, &Asked::default()).await
    }

    /// Calls a tool for a request.
    ///
    /// # Errors
    /// As [`Server::call`].
    pub async fn call_for(
        &self,
        name: &str,
        args: Map<String, Value>,
        who: &Who,
        asked: &Asked,
    ) -> Result<Answer, Unknown> {
        match (self.0.setup.surface, name) {
            (Surface::Mini, "find-tools") => Ok(self.find_tools(args).into()),
            (Surface::Mini, "call-tool") => Ok(self.through_call_tool(args, who, asked).await),
            _ => Ok(self.direct(name, args, who, asked).await?.into()),
        }
    }

    async fn through_call_tool(&self, args: Map<String, Value>, who: &Who, asked: &Asked) -> Answer {
        let Callee { name, args, notes } = match mini::callee(args) {
            Ok(callee) => callee,
            Err(error) => return Err(error).into(),
        };
        let outcome = self.direct(&name, args, who, asked).await;
        let outcome = outcome.unwrap_or_else(|unknown| Err(mini::no_such_tool(&unknown)));
        outcome.map(|reply| reply.notes(notes)).into()
    }

    async fn direct(
        &self,
        name: &str,
        args: Map<String, Value>,
        who: &Who,
        asked: &Asked,
    ) -> Result<Outcome, Unknown> {
        if !self.has(name) {
            return Err(self.unknown(name));
        }
        let call = match former::read(name, args) {
            Ok(call) => call,
            Err(error) => return Ok(Err(error)),
        };
        let tool = self.0.setup.selection.find(&call.tool).ok_or_else(|| self.unknown(name))?;
        let request = asked.id.as_deref().unwrap_or("-");
        let span = tracing::info_span!("call", tool = tool.card.name, request = ?request);
        let said = call.said.clone();
        let count = Count { metrics: self.0.metrics.get(), tool: tool.card.name, outcome: "cancelled" };
        let outcome = self.checked(tool, call, who, asked).instrument(span).await;
        count.ended(&outcome);
        let outcome = outcome.map(|reply| reply.notes(said.note()));
        Ok(outcome.map_err(|error| said.in_its_words(error)))
    }

    /// Arguments, then policy, then key, then the tool.
    async fn checked(&self, tool: &'static Tool, call: former::Call, who: &Who, asked: &Asked) -> Outcome {
        let setup = &self.0.setup;
        let former::Call { args, said, .. } = call;
        let ids = ids(&args);
        let ready = said.judge(tool.card.name, tool.ready(args))?;
        // A dry run changes nothing, so no switch stands against it.
        let effect = if ready.dry { Effect::Reads } else { ready.effect };
        let mut audit = Audit::begin(tool.card, effect, ids).of(who);
        if let Err(refused) = setup.policy.allows(tool.card, effect) {
            return audit.end(Err(refused));
        }
        let Some(key) = self.key(who).await else {
            return audit.end(Err(ToolError::no_key()));
        };
        let recent = self.0.recent.of(key.digest());
        let deadline = Deadline::after(setup.client.clock(), setup.patience);
        let late = audit.late();
        let call = Call::new(Some(key), deadline).by(who.caller.clone()).on_detached(late);
        let call = asked.trace.iter().cloned().fold(call, Call::in_trace);
        let sketchbook = ready.dry.then(Sketchbook::default);
        let call = sketchbook.iter().fold(call, Call::sketching);
        let cx = Cx {
            client: setup.client.acting_for(call.clone()),
            detail: setup.detail,
            sketchbook,
            progress: asked.progress.clone(),
            leaving: asked.leaving.clone(),
            takes_tasks: asked.takes_tasks,
            made: audit.made.clone(),
            files: setup.files.clone(),
            recent,
        };
        let outcome = survive(tool.card, ready.run(&cx)).await.or_else(Reply::of_wordless);
        audit.end(outcome.map_err(|error| worded(tool.card, call.came_to_a_change(), error)))
    }

    async fn key(&self, who: &Who) -> Option<ApiKey> {
        match &who.key {
            Some(key) => Some(key.clone()),
            None => self.0.setup.keys.find().await,
        }
    }

    /// Whether a name, of today or of an older server, leads to a tool that is offered here.
    fn has(&self, name: &str) -> bool {
        let offered = |name: &str| self.0.setup.selection.find(name).is_some();
        offered(name) || former::comes_to(name).into_iter().any(offered)
    }

    fn unknown(&self, name: &str) -> Unknown {
        let names: Vec<_> = self.0.setup.selection.iter().map(|tool| tool.card.name).collect();
        let today = former::comes_to(name);
        let mut near = near::to(name, names);
        if near.is_empty() {
            let former = former::near(name).into_iter().flat_map(former::comes_to);
            near.extend(former.filter(|tool| self.0.setup.selection.find(tool).is_some()));
        }
        Unknown {
            name: name.chars().take(60).collect(),
            left_out: tools::find(name).is_some() || !today.is_empty(),
            gone: former::why_gone(name),
            list: match self.0.setup.surface {
                Surface::Full => "tools/list names them all",
                Surface::Mini => "find-tools finds them by words",
            },
            near,
        }
    }
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Ok(reply) => {
                let later = reply.later().cloned();
                Self { text: reply.into_text(MAX_BYTES), failed: false, later }
            }
            Err(error) => Self { text: reply::told(&error, MAX_BYTES), failed: true, later: None },
        }
    }
}

/// A panic in a tool is a fault of this program, but no reason to end the session.
async fn survive(card: &Card, running: impl Future<Output = Outcome>) -> Outcome {
    AssertUnwindSafe(running).catch_unwind().await.unwrap_or_else(|_| {
        Err(ToolError::new("internal", format!("{} failed inside this server", card.name))
            .status(500)
            .hint("a fault of runpod-mcp, not of the arguments: read the resource before trying again, and report it"))
    })
}

/// What only the tool knows of a failure: where valid ids come from, and whether something may have changed.
fn worded(card: &Card, changing: bool, error: ToolError) -> ToolError {
    match card.ids_from {
        Some(list) if error.status == Some(404) => {
            error.hint(format!("take the id from {list}; what it named may have been deleted"))
        }
        _ if error.code == "wrong_version" => {
            ToolError { message: format!("{}: {}", card.name, error.message), ..error }
        }
        _ if changing => error.of_a_write(),
        _ => error,
    }
}

/// Counts a call at its end, also when it is dropped half-way.
struct Count<'a> {
    metrics: Option<&'a Arc<Metrics>>,
    tool: &'static str,
    outcome: &'static str,
}

impl Count<'_> {
    fn ended(mut self, outcome: &Outcome) {
        self.outcome = outcome.as_ref().map_or_else(|error| error.code, |_| "ok");
    }
}

impl Drop for Count<'_> {
    fn drop(&mut self) {
        if let Some(metrics) = self.metrics {
            metrics.call(self.tool, self.outcome);
        }
    }
}

/// The ids among the arguments, for the audit line.
fn ids(args: &Map<String, Value>) -> String {
    let is_id = |name: &str| name == "id" || name.ends_with("Id");
    let ids = args.iter().filter(|(name, _)| is_id(name)).filter_map(|(name, value)| {
        let id = value.as_str().filter(|text| Id::parse(text).is_ok())?;
        Some(format!("{name}={id}"))
    });
    ids.collect::<Vec<_>>().join(" ")
}

/// Writes the audit line of a call that may change something, also when the call is dropped half-way.
#[derive(Debug)]
struct Audit {
    card: &'static Card,
    effect: Effect,
    who: String,
    ids: String,
    made: Made,
    open: bool,
}

impl Audit {
    fn begin(card: &'static Card, effect: Effect, ids: String) -> Self {
        let (who, made) = ("local".to_owned(), Made::default());
        Self { card, effect, who, ids, made, open: effect != Effect::Reads }
    }

    fn of(mut self, who: &Who) -> Self {
        if let Some(name) = &who.name {
            self.who.clone_from(name);
        }
        self
    }

    fn end(&mut self, outcome: Outcome) -> Outcome {
        match &outcome {
            Ok(reply) => {
                reply.id().inspect(|id| self.made.note(id));
                self.line("done");
            }
            Err(error) => self.line(error.code),
        }
        outcome
    }

    /// Writes the line of a change that ended after its caller had left.
    fn late(&self) -> impl Fn(&Detached<'_>) + Send + Sync + 'static {
        let (tool, who, ids) = (self.card.name, self.who.clone(), self.ids.clone());
        move |end| {
            let Detached { operation, outcome, .. } = end;
            // Not the error's own words: they may be Runpod's, about a body.
            let status = outcome.as_ref().map_or_else(|error| error.status(), |status| Some(*status));
            let outcome = if outcome.is_ok() { "done late" } else { "failed late" };
            tracing::info!(target: "runpod_mcp::audit", who, tool, ids, operation, status, outcome);
        }
    }

    fn line(&mut self, outcome: &str) {
        if std::mem::take(&mut self.open) {
            let Self { card, effect, who, ids, .. } = self;
            let made = self.made.line();
            tracing::info!(target: "runpod_mcp::audit", who, tool = card.name, ?effect, ids, made, outcome);
            let (who, tool, ids) = (who.clone(), card.name, ids.clone());
            self.made.told(move |made| {
                tracing::info!(target: "runpod_mcp::audit", who, tool, ids, made, outcome = "done late");
            });
        }
    }
}

impl Drop for Audit {
    fn drop(&mut self) {
        // What was made is past doing: only the wait for it was broken off.
        match self.made.line().is_empty() {
            true => self.line("cancelled; what was sent already may still happen"),
            false => self.line("done; its wait was cancelled"),
        }
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, left_out, gone, list, near } = self;
        if let Some(why) = gone {
            return write!(f, "there is no tool {name:?}: {why}");
        }
        match (left_out, near.as_slice()) {
            (true, _) => write!(f, "{name} is not among the tools that this server was started with"),
            (false, []) => write!(f, "there is no tool {name:?}; {list}"),
            (false, near) => write!(f, "there is no tool {name:?}; did you mean {}?", near.join(" or ")),
        }
    }
}

impl std::error::Error for Unknown {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Keys, Surface};
    use crate::mcp::Setup;
    use crate::policy::Policy;
    use crate::tool::{Detail, ToolDef};
    use crate::tools::Selection;
    use runpod_api::{Client, Settings};
    use serde_json::json;

    #[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
    #[serde(rename_all = "camelCase")]
    struct BoomArgs {
        boom: bool,
    }

    struct Boom;

    impl ToolDef for Boom {
        type Args = BoomArgs;
        const CARD: Card = Card {
            name: "boom",
            title: "Boom",
            about: "Panics on demand.",
            effect: Effect::Spends,
            idempotent: false,
            covers: &[],
            ids_from: None,
        };

        fn effect(args: &BoomArgs) -> Effect {
            if args.boom { Effect::Spends } else { Effect::Writes }
        }

        async fn call(_: &Cx, args: BoomArgs) -> Outcome {
            tokio::task::yield_now().await;
            assert!(!args.boom, "with a secret in the message");
            Ok(Reply::done("x"))
        }
    }

    static BOOM: Tool = Tool::of::<Boom>();

    fn server(policy: Policy) -> Server {
        Server::new(Setup {
            client: Client::new(Settings::default()),
            selection: Selection::everything(),
            surface: Surface::Full,
            policy,
            detail: Detail::Summary,
            files: None,
            keys: Keys::new(Some(ApiKey::new("k")), None),
            patience: std::time::Duration::from_secs(1),
            sandbox: false,
            transport: "stdio",
        })
    }

    async fn call(server: &Server, args: Value) -> Outcome {
        let Value::Object(args) = args else { panic!("object") };
        let call = former::Call { tool: BOOM.card.name.to_owned(), args, said: former::Said::default() };
        server.checked(&BOOM, call, &server.local(("", "")), &Asked::default()).await
    }

    #[tokio::test]
    async fn a_panic_in_a_tool_is_an_answer_without_its_message() {
        let server = server(Policy::default());
        let error = call(&server, json!({"boom": true})).await.unwrap_err();
        assert_eq!((error.code, error.status), ("internal", Some(500)));
        assert!(!error.to_json().to_string().contains("secret"));
        assert!(call(&server, json!({"boom": false})).await.is_ok(), "the next call works");
    }

    #[tokio::test]
    async fn policy_judges_the_call_and_not_only_the_card() {
        let server = server(Policy { read_only: false, no_spend: true });
        assert_eq!(call(&server, json!({"boom": true})).await.unwrap_err().code, "not_allowed");
        assert!(call(&server, json!({"boom": false})).await.is_ok());
    }

    #[test]
    fn the_audit_line_names_ids_and_nothing_else() {
        let Value::Object(args) = json!({
            "podId": "abc", "id": "x-1", "name": "n", "env": {"podId": "no"}, "hugeId": "a b", "countId": 5,
            "gpuTypeIds": ["no"],
        }) else {
            panic!("object")
        };
        assert_eq!(ids(&args), "podId=abc id=x-1");
    }
}
