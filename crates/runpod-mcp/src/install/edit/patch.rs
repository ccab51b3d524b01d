//! Some places of a text that become others; everything between them stays to the byte.

use std::ops::Range;

/// Replacements that do not overlap.
#[derive(Debug, Default)]
pub(super) struct Patch(Vec<(Range<usize>, String)>);

impl Patch {
    /// Puts a text in place of a range; of an empty range, before what stands there.
    pub(super) fn put(mut self, range: Range<usize>, text: impl Into<String>) -> Self {
        self.0.push((range, text.into()));
        self
    }

    /// Takes a range away.
    pub(super) fn cut(self, range: Range<usize>) -> Self {
        self.put(range, "")
    }

    /// Takes a range away unless it is part of one that goes anyway.
    pub(super) fn cut_outside(self, range: Range<usize>) -> Self {
        let within = |other: &Range<usize>| other.start <= range.start && range.end <= other.end;
        if self.0.iter().any(|(other, _)| within(other)) { self } else { self.cut(range) }
    }

    /// The changed text; `None` if ranges overlap or do not lie between characters.
    pub(super) fn apply(mut self, text: &str) -> Option<String> {
        self.0.sort_by_key(|(range, _)| (range.start, range.end));
        let mut out = String::with_capacity(text.len() + 256);
        let mut done = 0;
        for (range, new) in &self.0 {
            out.push_str(text.get(done..range.start)?);
            out.push_str(new);
            done = range.end;
        }
        out.push_str(text.get(done..)?);
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_between_the_ranges_stays() {
        let patch = Patch::default().put(3..3, "+").cut(0..1).cut_outside(0..1).cut_outside(4..5);
        assert_eq!(patch.apply("abcdef").as_deref(), Some("bc+df"));
        assert_eq!(Patch::default().cut(0..2).cut(1..3).apply("abc"), None);
        assert_eq!(Patch::default().cut(0..1).apply("ä"), None);
        assert_eq!(Patch::default().cut(2..9).apply("abc"), None);
    }
}
