//! JSON as a stream of tokens, cut anywhere between two chunks.
//!
//! Tokens are told down to a depth that the listener chooses; what lies deeper is leapt over in blocks, looking at
//! brackets, quotes and commas only, which is what makes a large answer cheap. So this is no validator: whoever keeps a
//! part of the text parses that part.

use std::ops::Range;

use fearless_simd::{Level, Simd, dispatch};
use memchr::memchr2;

use super::block::{Blocks, Signs, Texts};
use super::brackets::Brackets;

/// Why a text cannot be what was expected, with the number of bytes before the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Flaw {
    /// It is not JSON, or no JSON object.
    #[error("it is no JSON object after {0} bytes")]
    Syntax(u64),
    /// It ends in the middle.
    #[error("the JSON ends early after {0} bytes")]
    Early(u64),
}

/// What hears tokens. `at` counts the bytes before a token, `end` those up to and with its last one.
pub(super) trait Listener {
    /// How many containers around a token may be open for it to be told.
    fn depth(&self) -> usize;
    /// Whether the present text is to be told.
    fn hears(&self) -> bool;
    fn opened(&mut self, object: bool, at: u64) -> Result<(), Flaw>;
    fn closed(&mut self, end: u64) -> Result<(), Flaw>;
    /// The end of a container of which nothing more was told; that many of its commas came meanwhile.
    fn leapt(&mut self, commas: u64, end: u64) -> Result<(), Flaw>;
    fn comma(&mut self, at: u64) -> Result<(), Flaw>;
    fn colon(&mut self, at: u64) -> Result<(), Flaw>;
    fn text_begins(&mut self, at: u64) -> Result<(), Flaw>;
    /// A piece of a text as it is written, without the quotes around it.
    fn text(&mut self, piece: &[u8]);
    fn text_ends(&mut self, end: u64) -> Result<(), Flaw>;
    /// A number, `true`, `false` or `null`.
    fn word_begins(&mut self, at: u64) -> Result<(), Flaw>;
    fn word(&mut self, piece: &[u8]);
    fn word_ends(&mut self, end: u64) -> Result<(), Flaw>;
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Free,
    Text,
    Escape,
    Word,
}

impl State {
    /// Between tokens, or in a text.
    fn at(texts: Texts) -> Self {
        match texts {
            Texts { inside: false, .. } => Self::Free,
            Texts { escaped: true, .. } => Self::Escape,
            Texts { escaped: false, .. } => Self::Text,
        }
    }

    fn texts(self) -> Texts {
        Texts { inside: matches!(self, Self::Text | Self::Escape), escaped: self == Self::Escape }
    }
}

/// Where the reading is.
#[derive(Debug, Default)]
pub(super) struct Lexer {
    state: State,
    brackets: Brackets,
    at: u64,
    /// Those of the container that is being leapt over.
    commas: u64,
}

impl Lexer {
    /// Bytes read so far.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    pub(super) fn feed(&mut self, chunk: &[u8], listener: &mut impl Listener) -> Result<(), Flaw> {
        let mut rest = chunk;
        while let Some(first) = rest.first() {
            let told = self.brackets.depth() <= listener.depth();
            let taken = match self.state {
                _ if !told => self.leap(rest, listener)?,
                State::Free => self.token(*first, listener)?,
                State::Text | State::Escape if !listener.hears() => self.overhear(rest, listener)?,
                State::Text => self.text(rest, listener)?,
                State::Escape => self.escaped(rest, listener),
                State::Word => self.word(rest, listener)?,
            };
            self.at += taken as u64;
            rest = rest.get(taken..).unwrap_or_default();
        }
        Ok(())
    }

    /// # Errors
    /// [`Flaw::Early`] when something is still open.
    pub(super) fn finish(&self) -> Result<(), Flaw> {
        match (self.brackets.depth(), self.state) {
            (0, State::Free) => Ok(()),
            _ => Err(Flaw::Early(self.at)),
        }
    }

    fn token(&mut self, first: u8, listener: &mut impl Listener) -> Result<usize, Flaw> {
        match first {
            b' ' | b'\n' | b'\r' | b'\t' => (),
            b'"' => {
                self.state = State::Text;
                listener.text_begins(self.at)?;
            }
            b'{' | b'[' => {
                listener.opened(first == b'{', self.at)?;
                self.brackets.open(first);
            }
            b'}' | b']' => {
                self.brackets.close(first, self.at)?;
                listener.closed(self.at + 1)?;
            }
            b',' => listener.comma(self.at)?,
            b':' => listener.colon(self.at)?,
            b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => {
                self.state = State::Word;
                listener.word_begins(self.at)?;
                return Ok(0);
            }
            _ => return Err(Flaw::Syntax(self.at)),
        }
        Ok(1)
    }

    /// Over what is not told, to the end of its innermost container.
    fn leap(&mut self, rest: &[u8], listener: &mut impl Listener) -> Result<usize, Flaw> {
        if let Some(plain) = self.plain(rest) {
            return Ok(plain);
        }
        let told = listener.depth();
        let mut texts = self.state.texts();
        let left = dispatch!(Level::new(), simd => self.leave(Blocks::of(simd, rest), &mut texts, told))?;
        let Some(taken) = left else {
            self.state = State::at(texts);
            return Ok(rest.len());
        };
        self.state = State::Free;
        listener.leapt(std::mem::take(&mut self.commas), self.at + taken as u64)?;
        Ok(taken)
    }

    /// Follows brackets down to a depth, and counts the commas one above it. Answers the bytes up to where that depth is
    /// reached.
    #[inline(always)]
    fn leave<S: Simd>(
        &mut self,
        blocks: Blocks<'_, S>,
        texts: &mut Texts,
        told: usize,
    ) -> Result<Option<usize>, Flaw> {
        for block in blocks {
            let signs = texts.signs(block);
            let mut brackets = signs.brackets;
            let mut from = 0;
            while let Some((place, byte)) = block.first(brackets) {
                brackets &= brackets - 1;
                // From one row to the next, as large answers go for most of their length.
                if block.has(b"},{", place)
                    && self.brackets.depth() == told + 2
                    && self.brackets.is_in_object()
                {
                    brackets &= brackets - 1;
                    self.commas += 1;
                    from = place + 3;
                    continue;
                }
                self.count(&signs, from..place, told);
                from = place + 1;
                match byte {
                    b'{' | b'[' => self.brackets.open(byte),
                    b'}' | b']' => {
                        self.brackets.close(byte, self.at + (block.before + place) as u64)?;
                        if self.brackets.depth() == told {
                            return Ok(Some(block.before + from));
                        }
                    }
                    _ => (),
                }
            }
            self.count(&signs, from..block.len(), told);
        }
        Ok(None)
    }

    /// Counts the commas of a part of a block, if they are those of the container that is leapt over.
    #[inline(always)]
    fn count<S: Simd>(&mut self, signs: &Signs<'_, S>, part: Range<usize>, told: usize) {
        if self.brackets.depth() == told + 1 {
            self.commas += signs.commas(part);
        }
    }

    /// How far a text goes on without a quote or a backslash, which is faster to find than to pass in blocks.
    fn plain(&self, rest: &[u8]) -> Option<usize> {
        let inside = (self.state == State::Text).then_some(rest)?;
        Some(memchr2(b'"', b'\\', inside).unwrap_or(rest.len())).filter(|plain| *plain > 0)
    }

    /// Over the rest of a text that nobody listens to.
    fn overhear(&mut self, rest: &[u8], listener: &mut impl Listener) -> Result<usize, Flaw> {
        if let Some(plain) = self.plain(rest) {
            return Ok(plain);
        }
        let mut texts = self.state.texts();
        let end = dispatch!(Level::new(), simd => {
            Blocks::of(simd, rest).find_map(|block| {
                let (place, _) = block.first(texts.quotes(&block))?;
                Some(block.before + place + 1)
            })
        });
        let Some(taken) = end else {
            self.state = State::at(texts);
            return Ok(rest.len());
        };
        self.state = State::Free;
        listener.text_ends(self.at + taken as u64)?;
        Ok(taken)
    }

    fn text(&mut self, rest: &[u8], listener: &mut impl Listener) -> Result<usize, Flaw> {
        let special = memchr2(b'"', b'\\', rest);
        let Some((piece, after)) = special.and_then(|at| rest.split_at_checked(at)) else {
            listener.text(rest);
            return Ok(rest.len());
        };
        listener.text(piece);
        if after.first() == Some(&b'"') {
            self.state = State::Free;
            listener.text_ends(self.at + piece.len() as u64 + 1)?;
        } else {
            self.state = State::Escape;
            listener.text(b"\\");
        }
        Ok(piece.len() + 1)
    }

    fn escaped(&mut self, rest: &[u8], listener: &mut impl Listener) -> usize {
        self.state = State::Text;
        listener.text(rest.get(..1).unwrap_or_default());
        1
    }

    fn word(&mut self, rest: &[u8], listener: &mut impl Listener) -> Result<usize, Flaw> {
        let goes_on = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
        let end = rest.iter().position(|byte| !goes_on(byte));
        let piece = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        listener.word(piece);
        if end.is_some() {
            self.state = State::Free;
            listener.word_ends(self.at + piece.len() as u64)?;
        }
        Ok(piece.len())
    }
}
