//! The shape of a tool: a card, typed arguments, a body of a few lines.

pub(crate) mod args;
pub(crate) mod check;
pub(crate) mod container;
mod dry_run;
pub(crate) mod flavor;
pub(crate) mod hidden;
pub(crate) mod log;
mod made;
pub(crate) mod price;
pub mod progress;
pub mod recent;
pub(crate) mod schema;
pub mod wait;
pub(crate) mod walk;
pub(crate) mod word;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::LazyLock;

use runpod_api::Sketchbook;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

pub use args::{ClearableId, Detail, IdArg, Page};
pub use made::Made;
pub use price::Price;
pub use progress::Progress;
pub use recent::OwnRecent;

use crate::error::ToolError;
use crate::files::Files;
use crate::reply::Reply;

/// What a tool answers.
pub type Outcome = Result<Reply, ToolError>;

type Running<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// What a tool does to the account. Annotations, `--read-only` and `--no-spend` derive from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Changes nothing.
    Reads,
    /// Changes something that can be changed back and costs nothing more.
    Writes,
    /// Starts or raises billing.
    Spends,
    /// Takes something away for good.
    Destroys,
}

impl Effect {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Reads => "reads",
            Self::Writes => "writes",
            Self::Spends => "spends",
            Self::Destroys => "destroys",
        }
    }
}

/// What is said about a tool.
#[derive(Debug)]
pub struct Card {
    /// kebab-case, verb first.
    pub name: &'static str,
    /// For people.
    pub title: &'static str,
    /// For models: what it does, when to use it, what it costs.
    pub about: &'static str,
    /// The strongest effect a call can have.
    pub effect: Effect,
    /// Whether calling it twice with the same arguments does no more than once.
    pub idempotent: bool,
    /// Contract operations it covers.
    pub covers: &'static [&'static str],
    /// The tool that lists valid ids, named in the hint of a 404.
    pub ids_from: Option<&'static str>,
}

/// What the implementation of a tool says. See CONTRIBUTING, "adding a tool".
pub trait ToolDef: 'static {
    /// Flat argument struct; doc comments are the descriptions a model reads.
    type Args: DeserializeOwned + JsonSchema + Send + 'static;
    /// What is said about it.
    const CARD: Card;

    /// The effect of this very call; may be weaker than the card's.
    fn effect(_args: &Self::Args) -> Effect {
        Self::CARD.effect
    }

    /// What the machines of this call would cost, looked up for a dry run; none when the tool rents none.
    fn price(_cx: &Cx, _args: &Self::Args) -> impl Future<Output = Result<Option<Price>, ToolError>> + Send {
        async { Ok(None) }
    }

    /// Does it.
    fn call(cx: &Cx, args: Self::Args) -> impl Future<Output = Outcome> + Send;
}

/// What a tool gets besides its arguments.
#[derive(Clone, Debug)]
pub struct Cx {
    /// Client acting for the caller, until the deadline of this call.
    pub client: runpod_api::Client,
    /// Detail of lists when the call does not say.
    pub detail: Detail,
    /// Where changes are written down instead of sent, in a dry run.
    pub sketchbook: Option<Sketchbook>,
    /// Whom to tell how far the call is.
    pub progress: Progress,
    /// Told when the client is about to leave: what only waits ends then, with what it has.
    pub leaving: CancellationToken,
    /// Whether a call that would only wait is handed back, to be come back to.
    pub takes_tasks: bool,
    /// What the call has made so far.
    pub made: Made,
    /// Where files may be written, if anywhere.
    pub files: Option<Files>,
    /// What was looked up for this caller a moment ago.
    pub recent: OwnRecent,
}

/// A tool with its types erased.
pub struct Tool {
    /// What is said about it.
    pub card: &'static Card,
    /// Draws its argument schema, which costs some 70 µs.
    draw: fn() -> Value,
    /// Kept from its first call on. Listing draws its own: most listed tools are never called.
    schema: LazyLock<Value>,
    ready: fn(Value) -> Result<Ready, ToolError>,
}

/// A call whose arguments are read, but which has not started.
pub struct Ready {
    /// What this call would do; policy decides on it.
    pub effect: Effect,
    /// What was repaired in the arguments.
    pub notes: Vec<String>,
    /// Whether the call is to be shown and not made.
    pub dry: bool,
    run: Box<dyn for<'a> FnOnce(&'a Cx) -> Running<'a> + Send>,
}

impl Tool {
    /// The tool of an implementation.
    pub const fn of<T: ToolDef>() -> Self {
        Self {
            card: const { &T::CARD },
            draw: || drawn::<T>(),
            schema: LazyLock::new(|| drawn::<T>()),
            ready: |value| {
                let args: T::Args =
                    serde_json::from_value(value).map_err(|e| ToolError::bad_argument(e.to_string()))?;
                let effect = T::effect(&args);
                let notes = Vec::new();
                Ok(Ready {
                    effect,
                    notes,
                    dry: false,
                    run: Box::new(move |cx| Box::pin(dry_run::or_real::<T>(cx, args))),
                })
            },
        }
    }

    /// Reads arguments without doing anything.
    ///
    /// # Errors
    /// `bad_argument` with every finding at once, after the name of the tool: a client that calls several at a time
    /// may show its model nothing but the texts.
    pub fn ready(&self, args: Map<String, Value>) -> Result<Ready, ToolError> {
        let ready = check::check(&self.schema, args).and_then(|(mut value, notes)| {
            let dry = dry_run::asked(&mut value);
            Ok(Ready { notes, dry, ..(self.ready)(value)? })
        });
        ready
            .map_err(|error| ToolError { message: format!("{}: {}", self.card.name, error.message), ..error })
    }

    /// The schema of everything it accepts, also of what tools/list does not show.
    #[must_use]
    pub fn accepts(&self) -> &Value {
        &self.schema
    }

    /// Its entry in tools/list.
    #[must_use]
    pub fn listing(&self) -> Value {
        self.card.listing((self.draw)())
    }
}

impl Card {
    /// The entry in tools/list of what takes these arguments.
    pub(crate) fn listing(&self, schema: Value) -> Value {
        let Self { name, title, about, effect, idempotent, .. } = self;
        json!({
            "name": name,
            "title": title,
            "description": about,
            "inputSchema": schema::listed(schema),
            "annotations": {
                "title": title,
                "readOnlyHint": *effect == Effect::Reads,
                "destructiveHint": *effect == Effect::Destroys,
                "idempotentHint": *idempotent || *effect == Effect::Reads,
                "openWorldHint": true,
            },
        })
    }
}

fn drawn<T: ToolDef>() -> Value {
    dry_run::offer(&T::CARD, schema::inner::<T::Args>())
}

/// What a tool does, in one line.
pub(crate) fn first_sentence(about: &str) -> &str {
    about.find(". ").and_then(|end| about.get(..=end)).unwrap_or(about)
}

impl Ready {
    /// Starts the call.
    ///
    /// # Errors
    /// What the tool answers when it fails.
    pub async fn run(self, cx: &Cx) -> Outcome {
        let notes = self.notes;
        (self.run)(cx).await.map(|reply| reply.notes(notes))
    }
}

impl fmt::Debug for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tool").field(&self.card.name).finish()
    }
}

impl fmt::Debug for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ready").field("effect", &self.effect).finish_non_exhaustive()
    }
}
