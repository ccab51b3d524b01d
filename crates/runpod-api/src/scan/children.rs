//! What lies in a JSON text that is here as a whole: where each member or element begins and ends.
//!
//! Borders are found in blocks, without a look at what is between them; so this is no validator either, and whoever
//! wants a child parses it.

use std::ops::Range;

use fearless_simd::{Level, Simd, dispatch};

use super::block::{Blocks, Texts};
use super::brackets::Brackets;
use super::lexer::Flaw;

/// How deep children can be told.
const DEEPEST: usize = 2;

/// A member with its key, or an element, without the white space around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Child {
    /// 1 for what lies in the outermost container.
    pub(crate) depth: usize,
    pub(crate) place: Range<usize>,
}

/// Tells the children of a container down to a depth, each when it ends.
///
/// # Errors
/// [`Flaw`] when the text can be no list and no object.
pub(crate) fn children(text: &[u8], told: usize, hear: impl FnMut(Child)) -> Result<(), Flaw> {
    let mut teller = Teller {
        text,
        told: told.min(DEEPEST),
        brackets: Brackets::default(),
        open: [Open::default(); DEEPEST],
        deep: 0,
        hear,
    };
    let begin = text.len() - text.trim_ascii_start().len();
    if !matches!(text.get(begin), Some(b'{' | b'[')) {
        return Err(if begin == text.len() { early(text) } else { Flaw::Syntax(begin as u64) });
    }
    let end = dispatch!(Level::new(), simd => teller.tell(Blocks::of(simd, text)))?;
    let end = end.ok_or_else(|| early(text))?;
    match text.get(end..).unwrap_or_default().trim_ascii_start() {
        [] => Ok(()),
        rest => Err(Flaw::Syntax((text.len() - rest.len()) as u64)),
    }
}

fn early(text: &[u8]) -> Flaw {
    Flaw::Early(text.len() as u64)
}

/// A container whose children are told.
#[derive(Clone, Copy, Default)]
struct Open {
    /// Where the present child may begin.
    from: usize,
    /// Whether there was a comma.
    more: bool,
}

struct Teller<'a, H> {
    text: &'a [u8],
    told: usize,
    /// Down to those that are told and one more.
    brackets: Brackets,
    open: [Open; DEEPEST],
    /// Containers that are open below those whose children are told.
    deep: u32,
    hear: H,
}

impl<H: FnMut(Child)> Teller<'_, H> {
    /// Tells all. Answers the bytes up to its end.
    #[inline(always)]
    fn tell<S: Simd>(&mut self, blocks: Blocks<'_, S>) -> Result<Option<usize>, Flaw> {
        let mut texts = Texts::default();
        for block in blocks {
            let signs = texts.signs(block);
            let mut ahead = u64::MAX;
            loop {
                let next = match self.deep {
                    0 => (signs.brackets | signs.all_commas()) & ahead,
                    // Of what is deep inside, the end alone counts.
                    deep => match signs.leave(deep, ahead) {
                        Ok(end) => 1 << end,
                        Err(left) => {
                            self.deep = left;
                            break;
                        }
                    },
                };
                let Some((place, byte)) = block.first(next) else { break };
                let at = block.before + place;
                if self.sign(byte, at)? {
                    return Ok(Some(at + 1));
                }
                ahead = (u64::MAX << place) << 1;
            }
        }
        Ok(None)
    }

    /// Goes on to a bracket or a comma; whether that was the end of all.
    #[inline(always)]
    fn sign(&mut self, byte: u8, at: usize) -> Result<bool, Flaw> {
        match byte {
            b'{' | b'[' => {
                self.brackets.open(byte);
                match self.brackets.depth() > self.told {
                    true => self.deep = 1,
                    false => self.begin(Open { from: at + 1, more: false }),
                }
            }
            b',' => {
                self.child(at, false)?;
                self.begin(Open { from: at + 1, more: true });
            }
            b'}' | b']' => {
                match self.deep {
                    0 => self.child(at, true)?,
                    _ => self.deep = 0,
                }
                self.brackets.close(byte, at as u64)?;
                return Ok(self.brackets.depth() == 0);
            }
            _ => (),
        }
        Ok(false)
    }

    fn begin(&mut self, open: Open) {
        let place = self.brackets.depth().checked_sub(1).and_then(|depth| self.open.get_mut(depth));
        if let Some(place) = place {
            *place = open;
        }
    }

    /// The present child of the innermost container ends before a sign. Only at its end may there be none.
    fn child(&mut self, end: usize, last: bool) -> Result<(), Flaw> {
        let depth = self.brackets.depth();
        let open = depth.checked_sub(1).and_then(|depth| self.open.get(depth));
        let Some(&Open { from, more }) = open else { return Err(Flaw::Syntax(end as u64)) };
        let place = self.trimmed(from..end);
        match place.is_empty() {
            true if last && !more => Ok(()),
            true => Err(Flaw::Syntax(end as u64)),
            false => {
                (self.hear)(Child { depth, place });
                Ok(())
            }
        }
    }

    /// A place without the white space around it, of which there is none nearly always.
    #[inline]
    fn trimmed(&self, place: Range<usize>) -> Range<usize> {
        let whole = self.text.get(place.clone()).unwrap_or_default();
        match (whole.first(), whole.last()) {
            (Some(b'!'..), Some(b'!'..)) => place,
            _ => {
                let begin = place.end - whole.trim_ascii_start().len();
                begin..begin + whole.trim_ascii().len()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn told(text: &str, depth: usize) -> Result<Vec<(usize, &str)>, Flaw> {
        let mut all = Vec::new();
        children(text.as_bytes(), depth, |child| all.push((child.depth, &text[child.place])))?;
        Ok(all)
    }

    #[test]
    fn children_are_told_as_they_are_written() {
        let text = r#" { "a,b" : [1, {"x":[2]} ,"}" ] , "c":{} ,"d":-1e5 } "#;
        let expected = vec![
            (2, "1"),
            (2, r#"{"x":[2]}"#),
            (2, r#""}""#),
            (1, r#""a,b" : [1, {"x":[2]} ,"}" ]"#),
            (1, r#""c":{}"#),
            (1, r#""d":-1e5"#),
        ];
        assert_eq!(told(text, 2).unwrap(), expected);
        assert_eq!(
            told(text, 1).unwrap(),
            expected.into_iter().filter(|child| child.0 == 1).collect::<Vec<_>>()
        );
    }

    #[test]
    fn what_is_no_container_has_a_flaw() {
        for (text, flaw) in [
            ("", Flaw::Early(0)),
            ("  ", Flaw::Early(2)),
            ("1", Flaw::Syntax(0)),
            ("[1", Flaw::Early(2)),
            ("[\"]", Flaw::Early(3)),
            ("[1,]", Flaw::Syntax(3)),
            ("[,1]", Flaw::Syntax(1)),
            ("{]", Flaw::Syntax(1)),
            ("[] 1", Flaw::Syntax(3)),
            ("[][]", Flaw::Syntax(2)),
        ] {
            assert_eq!(told(text, 2), Err(flaw), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_list_comes_apart_into_its_elements(
            all in prop::collection::vec(prop::sample::select(vec![
                "1", "\"a,]\\\"\"", "[]", "{\"k\":[1,{\"l\":\"}\"}]}", "null", "[[[[1]]]]", "\"\\\\\"",
            ]), 0..60),
            gap in " {0,70}",
        ) {
            let text = format!("[{gap}{}{gap}]", all.join(&format!("{gap},")));
            let found: Vec<_> = told(&text, 1).unwrap().into_iter().map(|(_, child)| child).collect();
            prop_assert_eq!(found, all);
        }

        #[test]
        fn what_serde_takes_has_no_flaw(text in r#"[{}\[\]":,a1 ]{0,24}"#) {
            let is_container = serde_json::from_str::<Value>(&text).is_ok_and(|value| value.is_array() || value.is_object());
            prop_assert!(!is_container || told(&text, 2).is_ok());
        }
    }
}
