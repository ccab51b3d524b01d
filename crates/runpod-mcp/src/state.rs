//! What replicas must agree on: who asked how often, and what was used already.
//!
//! Two implementations: bounded [`Memory`] for one process, [`Valkey`] for many. Callers hand in text (an address, a
//! token, a code); what is kept is a keyed digest of it and a number, never the text. It knows nothing of HTTP, of
//! MCP or of what the texts mean.
//!
//! When the shared server does not answer:
//! - [`State::take`] stays open: each replica counts for itself until it is back, so a limit still holds, per replica;
//! - [`State::first`] is closed: it says that it cannot know. What nobody else keeps from happening twice must then
//!   not happen; whoever goes on all the same says at that place who else does.

mod bucket;
pub(crate) mod digest;
mod memory;
mod settings;
mod valkey;

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use runpod_api::Clock;

pub use bucket::{Rule, Taken};
pub use memory::Memory;
pub use settings::{Settings, Size};
pub use valkey::{BadSettings, Valkey};

/// An answer on its way.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What replicas share.
pub trait State: Debug + Send + Sync {
    /// Takes `cost` from the allowance that `rule` gives `who`, if there is that much left. A cost above the burst
    /// of the rule counts as the whole burst, or it could never be paid. Fails open: see the head of this module.
    fn take<'a>(&'a self, rule: &'a Rule, who: &'a str, cost: u32) -> Pending<'a, Taken>;

    /// Undoes a [`State::take`] that turned out not to count. Gives back no more than the allowance holds.
    fn give_back<'a>(&'a self, rule: &'a Rule, who: &'a str, cost: u32) -> Pending<'a, ()>;

    /// Whether this is the first time that `mark` is seen; for as long as `keep`, it then is not. Of any number of
    /// calls at once, on any replicas, one hears `true`.
    ///
    /// # Errors
    /// [`Unsure`] when that cannot be known. Treat it as `false`: it fails closed.
    fn first<'a>(&'a self, mark: &'a str, keep: Duration) -> Pending<'a, Result<bool, Unsure>>;

    /// Whether the last look found what the replicas share. Asks nobody, so it may be read at every scrape.
    fn reachable(&self) -> bool;
}

/// The state that the settings describe. Nothing is connected yet.
///
/// # Errors
/// See [`BadSettings`].
pub fn open(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Arc<dyn State>, BadSettings> {
    match settings.url.as_deref().map(str::trim).filter(|url| !url.is_empty()) {
        None => Ok(Arc::new(Memory::new(settings.size, clock))),
        Some(url) => Ok(Arc::new(Valkey::new(url, settings, clock)?)),
    }
}

/// It cannot be known whether a mark was seen before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsure {
    /// The shared server does not answer.
    #[error("the server at MCP_STATE_URL does not answer; try again in a moment")]
    Unreachable,
    /// There is no room for one more mark, and none may be forgotten yet.
    #[error("too many marks are kept at once; try again in a minute")]
    Full,
}
