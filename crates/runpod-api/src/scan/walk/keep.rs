//! What is kept of a value, and where it is cut: between two children where that keeps at least half of the room,
//! otherwise inside of the text that is too long.

use super::{DEEPEST, KEY, Walk};
use crate::scan::border::border;
use crate::scan::excerpt::{Kind, Rest, below};
use crate::scan::frame::Frame;

impl Walk {
    /// A child of a container that is being kept. Answers whether it is kept too.
    pub(super) fn keep_child(&mut self, kind: Kind) -> bool {
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
    pub(super) fn open_kept(&mut self, kind: Kind) {
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

    /// Nothing more fits. Goes back to where a child begins if that keeps at least half of the room; otherwise the
    /// text that is too long is cut inside, or the innermost child left out.
    pub(super) fn overflow(&mut self) {
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
    pub(super) fn cut_before_child(&mut self, frame: usize) {
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
    pub(super) fn cut_inside_text(&mut self) {
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
    pub(super) fn seal(&mut self) {
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
    pub(super) fn keep_text(&mut self, piece: &[u8]) {
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
    pub(super) fn text_is_over(&mut self, end: u64) {
        let length = end - self.text_at - 2;
        let Some(draft) = &mut self.draft else { return };
        if draft.around == self.frames.len() {
            draft.total = length;
        }
        if self.keeping && !draft.full {
            draft.text.push(b'"');
        }
        if let Some(rest) = draft.cut_text.take() {
            draft.rest.push(Rest { of: length, ..rest });
        }
    }

    /// A container whose inside was told is over.
    pub(super) fn container_is_over(&mut self, frame: Frame) {
        let Some(draft) = &mut self.draft else { return };
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
}
