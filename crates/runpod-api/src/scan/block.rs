//! Sixty-four bytes of JSON at once: which of them mean something, and which are only part of a text.
//!
//! One bit stands for each byte, the first lowest. Whether a block begins inside of a text is carried from one to the
//! next, so that quotes cost nothing however many there are. Knows no depth and no tokens.

use wide::u8x16;

/// Most bytes of a block.
const SIZE: usize = 64;

/// A piece of a chunk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block<'a> {
    /// White space follows what is not a whole block.
    bytes: &'a [u8; SIZE],
    length: usize,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Signs {
    pub(super) brackets: u64,
    pub(super) commas: u64,
}

/// Shows a chunk in blocks until something is found.
///
/// # Errors
/// The first of `visit`.
pub(super) fn each<T, E>(
    chunk: &[u8],
    mut visit: impl FnMut(Block<'_>) -> Result<Option<T>, E>,
) -> Result<Option<T>, E> {
    let (whole, rest) = chunk.as_chunks();
    for (bytes, nth) in whole.iter().zip(0..) {
        if let Some(found) = visit(Block { bytes, length: SIZE, before: nth * SIZE })? {
            return Ok(Some(found));
        }
    }
    let mut bytes = [b' '; SIZE];
    bytes.iter_mut().zip(rest).for_each(|(place, byte)| *place = *byte);
    match rest.len() {
        0 => Ok(None),
        length => visit(Block { bytes: &bytes, length, before: chunk.len() - length }),
    }
}

impl Block<'_> {
    /// The first of some bytes and its place.
    pub(super) fn first(&self, of: u64) -> Option<(usize, u8)> {
        let place = of.trailing_zeros() as usize;
        self.bytes.get(place).map(|byte| (place, *byte))
    }

    /// The bytes that pass a test.
    fn bits(&self, test: impl Fn(u8x16) -> u8x16) -> u64 {
        let parts = self.bytes.as_chunks().0.iter().zip([0, 16, 32, 48]);
        parts.fold(0, |bits, (part, at)| bits | u64::from(test(u8x16::new(*part)).to_bitmask()) << at)
    }

    fn bits_of(&self, byte: u8) -> u64 {
        self.bits(|part| part.simd_eq(u8x16::splat(byte)))
    }

    fn brackets(&self) -> u64 {
        // A square bracket and a curly one differ in one bit.
        let other = u8x16::splat(b'[' ^ b'{');
        let [open, close] = [b'{', b'}'].map(u8x16::splat);
        self.bits(|part| (part | other).simd_eq(open) | (part | other).simd_eq(close))
    }

    fn last(&self) -> u64 {
        1 << (self.length - 1)
    }
}

impl Texts {
    /// The signs outside of texts; goes on to the end of the block.
    pub(super) fn signs(&mut self, block: &Block<'_>) -> Signs {
        let quotes = self.quotes(block);
        let odd = [1, 2, 4, 8, 16, 32].iter().fold(quotes, |bits, by| bits ^ (bits << by));
        let inside = if self.inside { !odd } else { odd };
        self.inside = inside & block.last() != 0;
        Signs { brackets: block.brackets() & !inside, commas: block.bits_of(b',') & !inside }
    }

    /// The quotes that begin or end a text; goes on to the end of the block, as far as backslashes are concerned.
    pub(super) fn quotes(&mut self, block: &Block<'_>) -> u64 {
        let mut escaped = u64::from(self.escaped);
        let mut backslashes = block.bits_of(b'\\') & !escaped;
        self.escaped = false;
        while backslashes != 0 {
            let first = backslashes & backslashes.wrapping_neg();
            self.escaped = first == block.last();
            escaped |= first << 1;
            backslashes &= !(first | first << 1);
        }
        block.bits_of(b'"') & !escaped
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
            let (mut texts, mut expected) = (Texts::default(), Texts::default());
            for chunk in chunks {
                let (mut brackets, mut commas) = (Vec::new(), Vec::new());
                each(&chunk, |block| {
                    let signs = texts.signs(&block);
                    brackets.extend(places(signs.brackets, block.before));
                    commas.extend(places(signs.commas, block.before));
                    Ok::<_, ()>(None::<()>)
                }).unwrap();
                prop_assert_eq!((brackets, commas), plainly(&chunk, &mut expected));
                prop_assert_eq!(texts, expected);
            }
        }
    }
}
