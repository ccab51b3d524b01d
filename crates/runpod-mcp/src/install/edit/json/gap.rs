//! What stands between two values: white space, line ends, comments and at most one comma.

use std::ops::Range;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Space,
    LineEnd,
    Comment,
    Comma,
}

/// The pieces of a gap, in order.
#[derive(Debug)]
pub(super) struct Gap {
    pieces: Vec<(Kind, Range<usize>)>,
    range: Range<usize>,
}

impl Gap {
    /// Takes a gap apart; `None` if something else is in it.
    pub(super) fn of(text: &str, range: Range<usize>) -> Option<Self> {
        let mut pieces = Vec::new();
        let mut at = range.start;
        while at < range.end {
            let rest = text.get(at..range.end)?;
            let (kind, length) = piece(rest)?;
            pieces.push((kind, at..at + length));
            at += length;
        }
        Some(Self { pieces, range })
    }

    pub(super) fn comma(&self) -> Option<Range<usize>> {
        self.pieces.iter().find(|(kind, _)| *kind == Kind::Comma).map(|(_, range)| range.clone())
    }

    pub(super) fn has(&self, kind: Kind) -> bool {
        self.pieces.iter().any(|(found, _)| *found == kind)
    }

    pub(super) fn last_comment_end(&self) -> Option<usize> {
        self.pieces.iter().rev().find(|(kind, _)| *kind == Kind::Comment).map(|(_, range)| range.end)
    }

    /// The space, and line ends if asked for, right before the end of the gap.
    pub(super) fn space_before_end(&self) -> Range<usize> {
        match self.pieces.last() {
            Some((Kind::Space, range)) => range.clone(),
            _ => self.range.end..self.range.end,
        }
    }

    /// The space right behind this place.
    pub(super) fn space_after(&self, at: usize) -> Range<usize> {
        let next = self.pieces.iter().find(|(_, range)| range.start == at);
        next.filter(|(kind, _)| *kind == Kind::Space).map_or(at..at, |(_, range)| range.clone())
    }

    /// Where the last line begins, line end included, if nothing but space is on it.
    pub(super) fn last_line(&self) -> Option<usize> {
        let (kind, range) = self.pieces.iter().rev().find(|(kind, _)| *kind != Kind::Space)?;
        (*kind == Kind::LineEnd).then_some(range.start)
    }

    /// The line end that comes first at or behind this place, commas and comments on the way.
    pub(super) fn line_end(&self, from: usize) -> Option<usize> {
        let mut behind = self.pieces.iter().filter(|(_, range)| range.start >= from);
        behind.find(|(kind, _)| *kind == Kind::LineEnd).map(|(_, range)| range.start)
    }

    /// The end of the last comment that begins on the same line as this place, else the place.
    pub(super) fn end_of_comments(&self, from: usize) -> usize {
        let behind = self.pieces.iter().filter(|(_, range)| range.start >= from);
        let line = behind.take_while(|(kind, _)| *kind != Kind::LineEnd);
        line.filter(|(kind, _)| *kind == Kind::Comment).last().map_or(from, |(_, range)| range.end)
    }
}

fn piece(rest: &str) -> Option<(Kind, usize)> {
    if rest.starts_with("\r\n") {
        return Some((Kind::LineEnd, 2));
    }
    if rest.starts_with("//") {
        return Some((Kind::Comment, rest.find(['\n', '\r']).unwrap_or(rest.len())));
    }
    if rest.starts_with("/*") {
        return rest.find("*/").map(|end| (Kind::Comment, end + 2));
    }
    match rest.chars().next()? {
        '\n' | '\r' => Some((Kind::LineEnd, 1)),
        ',' => Some((Kind::Comma, 1)),
        c if c.is_whitespace() => {
            let end = rest.find(|c: char| !c.is_whitespace() || matches!(c, '\n' | '\r'));
            Some((Kind::Space, end.unwrap_or(rest.len())))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_taken_apart() {
        let text = " , /* a */ // b\r\n\t// c";
        let gap = Gap::of(text, 0..text.len()).expect("a gap");
        assert_eq!(gap.comma(), Some(1..2));
        assert_eq!(&text[..gap.end_of_comments(2)], " , /* a */ // b");
        assert_eq!(gap.line_end(0), Some(15));
        assert_eq!(gap.last_comment_end(), Some(text.len()));
        assert_eq!(gap.last_line(), None);
        assert!(Gap::of("x", 0..1).is_none());
        assert!(Gap::of("/* open", 0..7).is_none());
    }
}
