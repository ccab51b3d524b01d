//! Ids from a seed: the same seed and the same requests give the same ids.

const LETTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const HEX: &[u8; 16] = b"0123456789abcdef";

/// A source of ids; what it gives depends on its seed and on how often it was asked.
#[derive(Clone, Debug)]
pub(crate) struct Ids(u64);

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Lower-case letters and digits, as Pods (14), endpoints (14) and volumes (10) have them.
    pub(crate) fn short(&mut self, length: usize) -> String {
        self.text(LETTERS, length)
    }

    /// Lower-case hexadecimal digits.
    pub(crate) fn hex(&mut self, length: usize) -> String {
        self.text(HEX, length)
    }

    /// The next number.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    fn text(&mut self, letters: &[u8], length: usize) -> String {
        (0..length).map(|_| self.letter(letters)).collect()
    }

    fn letter(&mut self, letters: &[u8]) -> char {
        let place = self.next() % letters.len().max(1) as u64;
        letters.get(usize::try_from(place).unwrap_or(0)).copied().map_or('x', char::from)
    }
}

/// A number that depends on everything in `parts` and on nothing else.
///
/// Whatever varies in the twin without anybody having asked for it (stock, utilisation, boot times) is this
/// function of ids and of the hour, never a random number.
pub(crate) fn fate(seed: u64, parts: &[&str]) -> u64 {
    let mut hash = mix(seed ^ 0xcbf2_9ce4_8422_2325);
    for part in parts {
        for byte in part.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        // A border between the parts, so that ("ab", "c") and ("a", "bc") differ.
        hash = mix(hash ^ 0xff);
    }
    hash
}

/// An id that depends on everything in `parts` and on nothing else, so that it does not matter what else was made
/// before.
pub(crate) fn named(seed: u64, parts: &[&str], length: usize) -> String {
    Ids::new(fate(seed, parts)).short(length)
}

/// A number by its place in the sequence that `start` begins; cheaper than a [`fate`] of texts.
pub(crate) fn draw(start: u64, number: u64) -> u64 {
    mix(start.wrapping_add(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
}

/// The finaliser of splitmix64.
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_same_seed_gives_the_same_ids_and_another_seed_others() {
        let take = |seed| {
            let mut ids = Ids::new(seed);
            [ids.short(14), ids.short(14), ids.hex(8)]
        };
        assert_eq!(take(1), take(1));
        assert_ne!(take(1), take(2));
    }

    #[test]
    fn ten_thousand_ids_are_all_different() {
        let mut ids = Ids::new(7);
        let all: BTreeSet<_> = (0..10_000).map(|_| ids.short(10)).collect();
        assert_eq!(all.len(), 10_000);
    }

    #[test]
    fn fate_tells_where_one_part_ends() {
        assert_ne!(fate(1, &["ab", "c"]), fate(1, &["a", "bc"]));
        assert_ne!(fate(1, &["a"]), fate(2, &["a"]));
        assert_eq!(fate(1, &["a", "b"]), fate(1, &["a", "b"]));
    }
}
