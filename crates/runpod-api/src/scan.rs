//! One large JSON object, read as it arrives: its small members, and a window of the one place that was asked for.
//!
//! The answer to a job is a few short fields and an output of any size. It is read to its end, because what follows
//! the output counts too, but no more of it is kept than was asked for: an excerpt that is valid JSON, cut between
//! elements or characters, with the exact places where to go on. Numbers stay as they were written.
//!
//! Knows nothing of jobs, hosts or waiting; gets bytes, in chunks of any size.

mod block;
mod border;
mod brackets;
mod children;
mod excerpt;
mod frame;
mod lexer;
mod pointer;
mod walk;

use std::ops::Range;

pub(crate) use children::{Child, children};
pub use excerpt::{Excerpt, Kind, Rest, Unit};
pub(crate) use lexer::Flaw;
pub use pointer::{BadPointer, Pointer};

use lexer::Lexer;
use walk::Walk;

/// What to keep of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// The place. One without a step keeps nothing but the small members.
    pub path: Pointer,
    /// First element, member, or byte of a text as it is written.
    pub from: u64,
    /// The one after the last; as many as there are, and fit, unless said.
    pub to: Option<u64>,
    /// Most bytes of JSON, about: brackets that close come on top.
    pub most: usize,
}

/// What was kept.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// The members of the object that are not on the way to the place, in their order.
    pub(crate) members: Vec<(String, Excerpt)>,
    /// The place; none when the object has no such.
    pub(crate) at_path: Option<Excerpt>,
}

/// A reading under way.
#[derive(Debug)]
pub(crate) struct Scan {
    lexer: Lexer,
    walk: Walk,
}

impl Scan {
    pub(crate) fn new(window: &Window) -> Self {
        Self { lexer: Lexer::default(), walk: Walk::new(window) }
    }

    /// Reads on. Answers with the part of the chunk that belongs to the place, to the letter.
    ///
    /// # Errors
    /// [`Flaw`] when this can be no JSON object.
    pub(crate) fn feed(&mut self, chunk: &[u8]) -> Result<Range<usize>, Flaw> {
        let before = self.lexer.at();
        self.lexer.feed(chunk, &mut self.walk)?;
        let Range { start, end } = self.walk.extent();
        let within = |at: u64| {
            usize::try_from(at.saturating_sub(before)).map_or(chunk.len(), |at| at.min(chunk.len()))
        };
        Ok(within(start)..within(end))
    }

    /// What was kept.
    ///
    /// # Errors
    /// [`Flaw::Early`] for an object that did not end, [`Flaw::Syntax`] when what was kept is no JSON.
    pub(crate) fn finish(self) -> Result<Found, Flaw> {
        self.lexer.finish()?;
        self.walk.found(self.lexer.at())
    }
}

#[cfg(test)]
mod tests;
