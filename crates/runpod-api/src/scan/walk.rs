//! The way through an object: down to the place that was asked for, past everything else.
//!
//! One frame stands for each open container whose inside is told. What is kept has frames of its own above them; as
//! soon as it is cut they are dropped, and the rest is leapt over and counted.

mod keep;
mod listen;

use std::ops::Range;

use super::excerpt::{Draft, Excerpt, Kind, below};
use super::frame::{Frame, Slot};
use super::lexer::Flaw;
use super::{Found, Window};

/// Most bytes kept of a member beside the way; longer ones are cut.
const SMALL: usize = 16 * 1024;
/// Members beside the way that are kept; an object with more is no answer to a job.
const MEMBERS: usize = 32;
/// Longest key that is told from others, in bytes.
const KEY: usize = 4 * 1024;
/// A parser that gets what is kept goes no deeper.
const DEEPEST: usize = 100;

#[derive(Debug)]
pub(super) struct Walk {
    window: Window,
    frames: Vec<Frame>,
    /// Steps of the path that were found. A key that comes again is another one.
    met: usize,
    draft: Option<Draft>,
    /// What the present value is, while something is kept.
    present: Kind,
    /// Where the present text begins.
    text_at: u64,
    /// Bytes of the present text that were told.
    length: u64,
    /// Whether the next byte of the present text is escaped.
    escaped: bool,
    /// Where the present text begins in what is kept.
    text_mark: usize,
    /// Whether the present text or word is kept.
    keeping: bool,
    extent: Range<u64>,
    members: Vec<(String, Draft, u64)>,
    at_path: Option<(Draft, u64)>,
    ended: bool,
}

impl Walk {
    pub(super) fn new(window: &Window) -> Self {
        Self {
            window: window.clone(),
            frames: Vec::new(),
            met: 0,
            draft: None,
            present: Kind::Word,
            text_at: 0,
            length: 0,
            escaped: false,
            text_mark: 0,
            keeping: false,
            extent: u64::MAX..u64::MAX,
            members: Vec::new(),
            at_path: None,
            ended: false,
        }
    }

    /// From the first byte of the place to the one after its last, as far as they are known.
    pub(super) fn extent(&self) -> Range<u64> {
        self.extent.clone()
    }

    pub(super) fn found(self, at: u64) -> Result<Found, Flaw> {
        if !self.ended {
            return Err(Flaw::Early(at));
        }
        let members = self.members.into_iter().map(|(name, draft, end)| Ok((name, draft.into_excerpt(end)?)));
        let members = members.collect::<Result<_, Flaw>>()?;
        let at_path: Option<Excerpt> =
            self.at_path.map(|(draft, end)| draft.into_excerpt(end)).transpose()?;
        Ok(Found { members, at_path })
    }

    /// A value begins. Answers whether its inside is to be told.
    fn begins(&mut self, kind: Kind, at: u64) -> Result<bool, Flaw> {
        let frame = self.frames.last_mut().ok_or(Flaw::Syntax(at))?;
        let fits = match frame.object {
            true => frame.slot == Slot::Value,
            false => matches!(frame.slot, Slot::First | Slot::Next),
        };
        if !fits {
            return Err(Flaw::Syntax(at));
        }
        frame.slot = Slot::After;
        frame.begun += 1;
        self.length = 0;
        self.escaped = false;
        self.keeping = match self.draft {
            Some(_) => self.keep_child(kind),
            None => return Ok(self.look_at(kind, at)),
        };
        Ok(self.keeping)
    }

    /// A value on the way or beside it. Answers whether its inside is told.
    fn look_at(&mut self, kind: Kind, at: u64) -> bool {
        let depth = self.frames.len();
        let Some(frame) = self.frames.last() else { return false };
        let steps = self.window.path.tokens();
        let step = steps.get(depth - 1).filter(|_| self.met + 1 == depth);
        let is_step = step.is_some_and(|step| frame.is_at(step));
        if is_step && depth == steps.len() {
            self.met = depth;
            self.extent.start = at;
            let Window { from, to, most, .. } = self.window;
            return self.start(
                kind,
                Draft { from, to, most, ..self.draft_of(kind, self.window.path.to_string(), at) },
            );
        }
        if is_step {
            self.met = depth;
            // A text or a word has no inside that a further step could lead to.
            return matches!(kind, Kind::List | Kind::Map);
        }
        if depth > 1 || self.members.len() >= MEMBERS {
            return false;
        }
        let path = below("", &frame.token());
        self.start(kind, self.draft_of(kind, path, at))
    }

    fn draft_of(&self, kind: Kind, path: String, at: u64) -> Draft {
        Draft {
            path,
            kind,
            around: self.frames.len(),
            text: Vec::new(),
            most: SMALL,
            from: 0,
            to: None,
            full: false,
            cut_text: None,
            rest: Vec::new(),
            total: 0,
            begins: at,
        }
    }

    /// Begins to keep a value. With no room at all, it is leapt over.
    fn start(&mut self, kind: Kind, draft: Draft) -> bool {
        self.keeping = draft.most > 0;
        let full = draft.most == 0;
        self.draft = Some(Draft { full, ..draft });
        if !full {
            self.open_kept(kind);
        }
        !full
    }

    /// A value ends.
    fn ends(&mut self, end: u64) {
        self.keeping = false;
        let Some(draft) = self.draft.take_if(|draft| draft.around == self.frames.len()) else {
            if self.frames.is_empty() {
                self.ended = true;
            }
            return;
        };
        match self.met == self.window.path.tokens().len()
            && self.at_path.is_none()
            && self.met == draft.around
        {
            true => {
                self.extent.end = end;
                self.at_path = Some((draft, end));
            }
            false => {
                let name = self.frames.last().map(Frame::token).unwrap_or_default();
                self.members.push((name, draft, end));
            }
        }
    }

    fn is_in_key(&self) -> bool {
        self.frames.last().is_some_and(|frame| frame.slot == Slot::Key)
    }

    /// Whether all that is left to learn of the innermost container is how many children it has: nothing more is kept
    /// of it, and no text in it has been cut whose length is not known yet.
    fn only_counts(&self) -> bool {
        self.draft
            .as_ref()
            .is_some_and(|draft| draft.full && draft.cut_text.is_none() && self.frames.len() > draft.around)
    }
}
