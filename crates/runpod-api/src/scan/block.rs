//! Sixty-four bytes of JSON at once: which of them mean something, and which are only part of a text.
//!
//! One bit stands for each byte, the first lowest. Whether a block begins inside of a text is carried from one to the
//! next, so that quotes cost nothing however many there are. Knows no depth and no tokens.
//!
//! What is generic over [`Simd`] is compiled once for each sort of processor and must become part of its caller to the
//! end, or a processor's wide registers are not used; hence `inline(always)`.

#![expect(clippy::inline_always, reason = "see above")]

use std::ops::Range;

use fearless_simd::prelude::*;
use fearless_simd::u8x64;

/// Most bytes of a block.
const SIZE: usize = 64;

/// A piece of a chunk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block<'a, S: Simd> {
    /// White space follows what is not a whole block.
    all: u8x64<S>,
    bytes: &'a [u8],
    /// Bytes of the chunk before it.
    pub(super) before: usize,
}

/// How a place lies to the texts around it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Texts {
    pub(super) inside: bool,
    /// Behind a backslash that robs the next byte of its meaning.
    pub(super) escaped: bool,
}

/// The bytes of a block that mean something.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signs<'a, S: Simd> {
    block: Block<'a, S>,
    inside: u64,
    /// Brackets, and maybe other bytes that no JSON has outside of its texts: whoever goes by these looks at the byte.
    pub(super) brackets: u64,
}

/// A chunk as blocks.
#[derive(Debug)]
pub(super) struct Blocks<'a, S> {
    simd: S,
    chunk: &'a [u8],
    before: usize,
}

impl<'a, S: Simd> Blocks<'a, S> {
    #[inline(always)]
    pub(super) fn of(simd: S, chunk: &'a [u8]) -> Self {
        Self { simd, chunk, before: 0 }
    }
}

impl<'a, S: Simd> Iterator for Blocks<'a, S> {
    type Item = Block<'a, S>;

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        let (bytes, all) = match self.chunk.split_first_chunk::<SIZE>() {
            Some((whole, rest)) => {
                self.chunk = rest;
                (whole.as_slice(), *whole)
            }
            None if self.chunk.is_empty() => return None,
            None => {
                let short = std::mem::take(&mut self.chunk);
                let mut all = [b' '; SIZE];
                all.iter_mut().zip(short).for_each(|(place, byte)| *place = *byte);
                (short, all)
            }
        };
        let block = Block { all: all.simd_into(self.simd), bytes, before: self.before };
        self.before += SIZE;
        Some(block)
    }
}

impl<S: Simd> Block<'_, S> {
    /// The first of some bytes and its place.
    #[inline(always)]
    pub(super) fn first(&self, of: u64) -> Option<(usize, u8)> {
        let place = of.trailing_zeros() as usize;
        self.bytes.get(place).map(|byte| (place, *byte))
    }

    /// Whether these bytes stand at a place.
    #[inline(always)]
    pub(super) fn has<const N: usize>(&self, bytes: &[u8; N], place: usize) -> bool {
        self.bytes.get(place..place + N) == Some(bytes.as_slice())
    }

    #[inline(always)]
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    #[inline(always)]
    fn bits_of(&self, byte: u8) -> u64 {
        self.all.simd_eq(byte).to_bitmask()
    }

    /// Brackets, and `Y`, `y`, `_` and DEL, which differ from them in the same three bits: telling them apart here would
    /// cost twice as much.
    #[inline(always)]
    fn nearly_brackets(&self) -> u64 {
        let alike = b'[' ^ b']' | b'[' ^ b'{';
        (self.all | alike).simd_eq(b'[' | alike).to_bitmask()
    }

    #[inline(always)]
    fn last(&self) -> u64 {
        1 << (self.bytes.len() - 1)
    }
}

impl<S: Simd> Signs<'_, S> {
    /// How many commas lie in a part of the block that begins behind a sign, or where the block does, and ends before a
    /// sign or where the block does.
    #[inline(always)]
    pub(super) fn commas(&self, part: Range<usize>) -> u64 {
        match self.block.bytes.get(part.clone()) {
            None | Some([]) => 0,
            // As between two rows. One byte beside a sign has no room for a text.
            Some([only]) => u64::from(*only == b','),
            Some(_) => {
                let part = (u64::MAX << part.start) & (u64::MAX >> (SIZE - part.end));
                u64::from((self.all_commas() & part).count_ones())
            }
        }
    }

    /// Leaves as many containers as are told, and those that are opened meanwhile: where the last of them ends, or how many
    /// are left behind the block. Which sort each of them is is not asked.
    #[inline(always)]
    pub(super) fn leave(&self, containers: u32, ahead: u64) -> Result<usize, u32> {
        // Both that open differ from each other in the same bit as both that close.
        let alike = self.block.all | (b'[' ^ b'{');
        let there = !self.inside & ahead;
        let opening = alike.simd_eq(b'{').to_bitmask() & there;
        let mut closing = alike.simd_eq(b'}').to_bitmask() & there;
        let mut closed = 0;
        while closing != 0 {
            let place = closing.trailing_zeros();
            closed += 1;
            if containers + (opening & !(u64::MAX << place)).count_ones() == closed {
                return Ok(place as usize);
            }
            closing &= closing - 1;
        }
        Err(containers + opening.count_ones() - closed)
    }

    /// Where all commas are.
    #[inline(always)]
    pub(super) fn all_commas(&self) -> u64 {
        self.block.bits_of(b',') & !self.inside
    }
}

impl Texts {
    /// The signs outside of texts; goes on to the end of the block.
    #[inline(always)]
    pub(super) fn signs<'a, S: Simd>(&mut self, block: Block<'a, S>) -> Signs<'a, S> {
        let quotes = self.quotes(&block);
        let odd = [1, 2, 4, 8, 16, 32].iter().fold(quotes, |bits, by| bits ^ (bits << by));
        let inside = odd ^ 0_u64.wrapping_sub(u64::from(self.inside));
        // The spaces behind a short block lie where its last byte does.
        self.inside = inside >> (SIZE - 1) != 0;
        Signs { block, inside, brackets: block.nearly_brackets() & !inside }
    }

    /// The quotes that begin or end a text; goes on to the end of the block, as far as backslashes are concerned.
    #[inline(always)]
    pub(super) fn quotes<S: Simd>(&mut self, block: &Block<'_, S>) -> u64 {
        let backslashes = block.bits_of(b'\\');
        let quotes = block.bits_of(b'"');
        match backslashes == 0 && !self.escaped {
            true => quotes,
            false => quotes & !self.escapes(backslashes, block.last()),
        }
    }

    /// The bytes that a backslash stands before.
    fn escapes(&mut self, backslashes: u64, last: u64) -> u64 {
        let mut escaped = u64::from(self.escaped);
        let mut backslashes = backslashes & !escaped;
        self.escaped = false;
        while backslashes != 0 {
            let first = backslashes & backslashes.wrapping_neg();
            self.escaped = first == last;
            escaped |= first << 1;
            backslashes &= !(first | first << 1);
        }
        escaped
    }
}

#[cfg(test)]
mod tests {
    use fearless_simd::{Level, dispatch};
    use proptest::prelude::{prop, prop_assert_eq, proptest};

    use super::*;

    /// The same, byte by byte.
    fn plainly(bytes: &[u8], texts: &mut Texts) -> (Vec<usize>, Vec<usize>) {
        let (mut brackets, mut commas) = (Vec::new(), Vec::new());
        for (at, byte) in bytes.iter().enumerate() {
            let was = *texts;
            texts.escaped = *byte == b'\\' && !was.escaped;
            match *byte {
                b'"' if !was.escaped => texts.inside = !was.inside,
                b'{' | b'}' | b'[' | b']' if !was.inside => brackets.push(at),
                b',' if !was.inside => commas.push(at),
                _ => (),
            }
        }
        (brackets, commas)
    }

    fn places(of: u64, before: usize) -> impl Iterator<Item = usize> {
        (0..SIZE).filter(move |place| of >> place & 1 == 1).map(move |place| before + place)
    }

    proptest! {
        #[test]
        fn blocks_find_what_a_look_at_each_byte_finds(
            chunks in prop::collection::vec(
                prop::collection::vec(prop::sample::select(b"{}[],\"\\\\ a_Y\x7f\xff".to_vec()), 0..200), 0..4)
        ) {
            // What every processor has, and what this one has.
            for level in [Level::baseline(), Level::new()] {
                let (mut texts, mut expected) = (Texts::default(), Texts::default());
                for chunk in &chunks {
                    let (mut brackets, mut commas) = (Vec::new(), Vec::new());
                    dispatch!(level, simd => for block in Blocks::of(simd, chunk) {
                        let signs = texts.signs(block);
                        let is_bracket = |at: &usize| b"{}[]".contains(&chunk[*at]);
                        brackets.extend(places(signs.brackets, block.before).filter(is_bracket));
                        commas.extend(places(signs.all_commas(), block.before));
                    });
                    prop_assert_eq!((brackets, commas), plainly(chunk, &mut expected));
                    prop_assert_eq!(texts, expected);
                }
            }
        }
    }
}
