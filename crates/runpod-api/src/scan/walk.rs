//! The way through an object: down to the place that was asked for, past everything else.
//!
//! One frame stands for each open container whose inside is told. What is kept has frames of its own above them; as
//! soon as it is cut they are dropped, and the rest is leapt over and counted.

use std::ops::Range;

use super::border::border;
use super::excerpt::{Draft, Excerpt, Kind, Rest, below};
use super::lexer::{Flaw, Listener};
use super::{Found, Window};

/// Most bytes kept of a member beside the way; longer ones are cut.
const SMALL: usize = 16 * 1024;
/// Members beside the way that are kept; an object with more is no answer to a job.
const MEMBERS: usize = 32;
/// Longest key that is told from others, in bytes.
const KEY: usize = 4 * 1024;
/// A parser that gets what is kept goes no deeper.
const DEEPEST: usize = 100;

/// What may come next in a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    /// The first key or element, or the end.
    First,
    /// A key or element.
    Next,
    /// The rest of a key.
    Key,
    Colon,
    /// The value of a member.
    Value,
    /// A comma, or the end.
    After,
}

#[derive(Debug)]
struct Frame {
    object: bool,
    slot: Slot,
    /// Children that have begun.
    begun: u64,
    /// Key of the present member as it is written.
    key: Vec<u8>,
    /// Where the present child begins in what is kept, with the comma before it.
    mark: usize,
    /// Path to it and children that are shown of it, once nothing more is kept.
    shown: Option<(String, u64)>,
}

impl Frame {
    fn new(object: bool) -> Self {
        Self { object, slot: Slot::First, begun: 0, key: Vec::new(), mark: 0, shown: None }
    }

    fn kind(&self) -> Kind {
        if self.object { Kind::Map } else { Kind::List }
    }

    /// Whether this step leads to the present child.
    fn is_at(&self, step: &str) -> bool {
        match self.object {
            true => decoded(&self.key) == step,
            false => {
                step.parse().is_ok_and(|index: u64| index + 1 == self.begun && step == index.to_string())
            }
        }
    }

    /// The step to the present child.
    fn token(&self) -> String {
        match self.object {
            true => decoded(&self.key),
            false => self.begun.saturating_sub(1).to_string(),
        }
    }
}

#[derive(Debug)]
pub(super) struct Walk {
    window: Window,
    frames: Vec<Frame>,
    /// Steps of the path that were found. A key that comes again is another one.
    met: usize,
    draft: Option<Draft>,
    /// What the present value is, while something is kept.
    present: Kind,
    /// Bytes of the present text.
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

    /// A child of a container that is being kept. Answers whether it is kept too.
    fn keep_child(&mut self, kind: Kind) -> bool {
        let (Some(draft), Some(frame)) = (&mut self.draft, self.frames.last_mut()) else { return false };
        let index = frame.begun - 1;
        if draft.around + 1 == self.frames.len() && index < draft.from {
            return false;
        }
        if !draft.full && draft.around + 1 == self.frames.len() && draft.to.is_some_and(|to| index >= to) {
            self.cut_before_child(self.frames.len() - 1);
        }
        let (Some(draft), Some(frame)) = (&mut self.draft, self.frames.last_mut()) else { return false };
        if draft.full {
            return false;
        }
        frame.mark = draft.text.len();
        draft.separate();
        if frame.object {
            draft.text.push(b'"');
            draft.text.extend_from_slice(&frame.key);
            draft.text.extend_from_slice(b"\":");
        }
        self.open_kept(kind);
        self.draft.as_ref().is_some_and(|draft| !draft.full)
    }

    /// Writes how a kept value begins.
    fn open_kept(&mut self, kind: Kind) {
        let Some(draft) = &mut self.draft else { return };
        match kind {
            Kind::List => draft.text.push(b'['),
            Kind::Map => draft.text.push(b'{'),
            Kind::Text => draft.text.push(b'"'),
            Kind::Word => (),
        }
        self.text_mark = draft.text.len();
        self.present = kind;
        let depth = self.frames.len() - draft.around;
        let is_over = draft.text.len() > draft.most;
        let key_is_cut = self.frames.last().is_some_and(|frame| frame.object && frame.key.len() > KEY);
        match depth {
            0 => (),
            _ if depth > DEEPEST || key_is_cut => self.cut_before_child(self.frames.len() - 1),
            _ if is_over => self.overflow(),
            _ => (),
        }
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

    /// Nothing more fits. Goes back to where a child begins if that keeps at least half of the room; otherwise the
    /// text that is too long is cut inside, or the innermost child left out.
    fn overflow(&mut self) {
        let Some(draft) = &self.draft else { return };
        let half = draft.most / 2;
        let in_text = self.present == Kind::Text && draft.text.len() > self.text_mark;
        let late = self.frames.iter().skip(draft.around).position(|frame| frame.mark >= half);
        match late {
            Some(level) => self.cut_before_child(draft.around + level),
            None if in_text => self.cut_inside_text(),
            None => self.cut_before_child(self.frames.len() - 1),
        }
    }

    /// Keeps nothing from the present child of this frame on.
    fn cut_before_child(&mut self, frame: usize) {
        self.frames.truncate(frame + 1);
        let Some((draft, last)) = self.draft.as_mut().zip(self.frames.last()) else { return };
        // A child that was refused before anything of it was kept has no mark yet.
        if draft.to.is_none_or(|to| last.begun <= to) || frame > draft.around {
            draft.back_to(last.mark);
        }
        let before = last.begun - 1;
        self.seal();
        if let Some((_, shown)) = self.frames.last_mut().and_then(|frame| frame.shown.as_mut()) {
            *shown = before;
        }
        self.keeping = false;
    }

    /// Keeps of the present text what fits up to a whole character, and nothing after it.
    fn cut_inside_text(&mut self) {
        let Some(draft) = &mut self.draft else { return };
        let kept = draft.text.get(self.text_mark..).map_or(0, border);
        draft.back_to(self.text_mark + kept);
        draft.text.push(b'"');
        let from = if self.frames.len() == draft.around { draft.from } else { 0 } + kept as u64;
        let steps = self.frames.iter().skip(draft.around).map(Frame::token);
        let path = steps.fold(draft.path.clone(), |path, token| below(&path, &token));
        draft.cut_text = Some(Rest { path, from, of: 0, unit: Kind::Text.unit() });
        self.seal();
    }

    /// Closes what is open in what is kept, and remembers of each container what is shown of it.
    fn seal(&mut self) {
        let Some(draft) = &mut self.draft else { return };
        draft.full = true;
        let mut path = draft.path.clone();
        for frame in self.frames.iter_mut().skip(draft.around) {
            let inner = below(&path, &frame.token());
            frame.shown = Some((std::mem::replace(&mut path, inner), frame.begun));
        }
        for frame in self.frames.iter().skip(draft.around).rev() {
            draft.text.push(if frame.object { b'}' } else { b']' });
        }
    }

    /// Keeps a piece of the present text, from `from` and up to `to` where the text itself is the place.
    fn keep_text(&mut self, piece: &[u8]) {
        let Some(draft) = &mut self.draft else { return };
        let (begin, end) = (self.length, self.length + piece.len() as u64);
        let whole = self.frames.len() > draft.around;
        if !whole && self.escaped && begin == draft.from {
            // The second byte of an escape alone would be another character.
            draft.from += 1;
        }
        let (from, to) = if whole { (0, u64::MAX) } else { (draft.from, draft.to.unwrap_or(u64::MAX)) };
        let offset = |at: u64| usize::try_from(at.clamp(begin, end) - begin).unwrap_or_default();
        let part = piece.get(offset(from)..offset(to)).unwrap_or_default();
        let room = (draft.most + 1).saturating_sub(draft.text.len());
        draft.text.extend(part.iter().take(room));
        let is_over = part.len() > room || draft.text.len() > draft.most;
        let is_at_end = !whole && end > to;
        match (is_over, is_at_end) {
            (true, _) => self.overflow(),
            (_, true) => self.cut_inside_text(),
            _ => (),
        }
    }

    /// A text as a value is over.
    fn text_is_over(&mut self) {
        let Some(draft) = &mut self.draft else { return };
        if draft.around == self.frames.len() {
            draft.total = self.length;
        }
        if self.keeping && !draft.full {
            draft.text.push(b'"');
        }
        if let Some(rest) = draft.cut_text.take() {
            draft.rest.push(Rest { of: self.length, ..rest });
        }
    }
}

impl Listener for Walk {
    fn depth(&self) -> usize {
        self.frames.len()
    }

    fn opened(&mut self, object: bool, at: u64) -> Result<(), Flaw> {
        if self.frames.is_empty() {
            return match object && !self.ended {
                true => {
                    self.frames.push(Frame::new(true));
                    Ok(())
                }
                false => Err(Flaw::Syntax(at)),
            };
        }
        let kind = if object { Kind::Map } else { Kind::List };
        if self.begins(kind, at)? {
            self.frames.push(Frame::new(object));
        }
        Ok(())
    }

    fn closed(&mut self, end: u64) -> Result<(), Flaw> {
        let frame = self.frames.pop().ok_or(Flaw::Syntax(end))?;
        if !matches!(frame.slot, Slot::First | Slot::After) {
            return Err(Flaw::Syntax(end));
        }
        if let Some(draft) = &mut self.draft {
            if draft.around == self.frames.len() {
                draft.total = frame.begun;
            }
            if !draft.full {
                draft.text.push(if frame.object { b'}' } else { b']' });
            }
            let unit = frame.kind().unit();
            if let Some((path, from)) = frame.shown.filter(|(_, shown)| *shown < frame.begun) {
                draft.rest.push(Rest { path, from, of: frame.begun, unit });
            }
        }
        self.ends(end);
        Ok(())
    }

    fn leapt(&mut self, end: u64) -> Result<(), Flaw> {
        self.ends(end);
        Ok(())
    }

    fn comma(&mut self, at: u64) -> Result<(), Flaw> {
        match self.frames.last_mut() {
            Some(frame) if frame.slot == Slot::After => {
                frame.slot = Slot::Next;
                Ok(())
            }
            _ => Err(Flaw::Syntax(at)),
        }
    }

    fn colon(&mut self, at: u64) -> Result<(), Flaw> {
        match self.frames.last_mut() {
            Some(frame) if frame.slot == Slot::Colon => {
                frame.slot = Slot::Value;
                Ok(())
            }
            _ => Err(Flaw::Syntax(at)),
        }
    }

    fn text_begins(&mut self, at: u64) -> Result<(), Flaw> {
        match self.frames.last_mut() {
            Some(frame) if frame.object && matches!(frame.slot, Slot::First | Slot::Next) => {
                frame.slot = Slot::Key;
                frame.key.clear();
                Ok(())
            }
            _ => self.begins(Kind::Text, at).map(drop),
        }
    }

    fn text(&mut self, piece: &[u8]) {
        match self.frames.last_mut() {
            Some(frame) if frame.slot == Slot::Key => {
                let room = (KEY + 1).saturating_sub(frame.key.len());
                frame.key.extend(piece.iter().take(room));
            }
            _ => {
                if self.keeping && self.draft.as_ref().is_some_and(|draft| !draft.full) {
                    self.keep_text(piece);
                }
                self.length += piece.len() as u64;
                // A backslash comes alone, and what it escapes comes next.
                self.escaped = !self.escaped && piece == b"\\";
            }
        }
    }

    fn text_ends(&mut self, end: u64) -> Result<(), Flaw> {
        match self.frames.last_mut() {
            Some(frame) if frame.slot == Slot::Key => frame.slot = Slot::Colon,
            _ => {
                self.text_is_over();
                self.ends(end);
            }
        }
        Ok(())
    }

    fn word_begins(&mut self, at: u64) -> Result<(), Flaw> {
        self.begins(Kind::Word, at).map(drop)
    }

    fn word(&mut self, piece: &[u8]) {
        let Some(draft) = self.draft.as_mut().filter(|draft| self.keeping && !draft.full) else { return };
        let room = (draft.most + 1).saturating_sub(draft.text.len());
        draft.text.extend(piece.iter().take(room));
        let is_over = draft.text.len() > draft.most;
        match self.frames.len() > draft.around {
            true if is_over => self.overflow(),
            false if is_over => {
                // Half a number would be another number.
                draft.text.clear();
                draft.full = true;
            }
            _ => (),
        }
    }

    fn word_ends(&mut self, end: u64) -> Result<(), Flaw> {
        if let Some(draft) = self.draft.as_mut().filter(|draft| draft.around == self.frames.len()) {
            draft.total = 1;
            if draft.text.is_empty() {
                let (path, of) = (draft.path.clone(), end - draft.begins);
                draft.rest.push(Rest { path, from: 0, of, unit: Kind::Word.unit() });
            }
        }
        self.ends(end);
        Ok(())
    }
}

/// A key as it is meant.
fn decoded(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw);
    match text.contains('\\') {
        false => text.into_owned(),
        true => {
            serde_json::from_str(&format!("\"{}\"", super::border::mended(raw))).unwrap_or(text.into_owned())
        }
    }
}
