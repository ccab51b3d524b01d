//! What each token means to the walk.

use super::{KEY, Walk};
use crate::scan::excerpt::{Kind, Rest};
use crate::scan::frame::{Frame, Slot};
use crate::scan::lexer::{Flaw, Listener};

impl Listener for Walk {
    fn depth(&self) -> usize {
        self.frames.len() - usize::from(self.only_counts())
    }

    fn hears(&self) -> bool {
        self.is_in_key() || (self.keeping && self.draft.as_ref().is_some_and(|draft| !draft.full))
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
        self.container_is_over(frame);
        self.ends(end);
        Ok(())
    }

    fn leapt(&mut self, commas: u64, end: u64) -> Result<(), Flaw> {
        if self.only_counts()
            && let Some(frame) = self.frames.pop()
        {
            self.container_is_over(Frame { begun: frame.begun + commas, ..frame });
        }
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
            _ => {
                self.text_at = at;
                self.begins(Kind::Text, at).map(drop)
            }
        }
    }

    fn text(&mut self, piece: &[u8]) {
        match self.frames.last_mut() {
            Some(frame) if frame.slot == Slot::Key => {
                let room = (KEY + 1).saturating_sub(frame.key.len());
                frame.key.extend(piece.iter().take(room));
            }
            _ => {
                // The piece before this one may have been the last that fitted.
                if self.hears() {
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
                self.text_is_over(end);
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
