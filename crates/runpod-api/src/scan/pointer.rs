//! Places in a JSON text, as RFC 6901 writes them.

/// The keys and indices that lead to a place, from the outside in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pointer(Vec<String>);

/// Why a text is not a pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no JSON pointer; write /key/0/key, with ~1 for a slash and ~0 for a tilde inside of a key")]
pub struct BadPointer;

impl Pointer {
    /// Reads a pointer.
    ///
    /// # Errors
    /// [`BadPointer`] when it does not begin with a slash or has a tilde that stands for nothing.
    pub fn parse(text: &str) -> Result<Self, BadPointer> {
        let Some(inner) = text.strip_prefix('/') else {
            return if text.is_empty() { Ok(Self::default()) } else { Err(BadPointer) };
        };
        inner.split('/').map(unescaped).collect::<Option<_>>().map(Self).ok_or(BadPointer)
    }

    /// The keys and indices.
    #[must_use]
    pub fn tokens(&self) -> &[String] {
        &self.0
    }

    /// The same place, seen from outside of the member of this name.
    #[must_use]
    pub fn inside(mut self, member: &str) -> Self {
        self.0.insert(0, member.to_owned());
        self
    }
}

impl std::fmt::Display for Pointer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|token| write!(f, "{}", Token(token)))
    }
}

/// One step of a pointer, written with its slash.
pub(super) struct Token<'a>(pub(super) &'a str);

impl std::fmt::Display for Token<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "/{}", self.0.replace('~', "~0").replace('/', "~1"))
    }
}

fn unescaped(token: &str) -> Option<String> {
    let mut parts = token.split('~');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (stands_for, rest) = match part.split_at_checked(1)? {
            ("0", rest) => ('~', rest),
            ("1", rest) => ('/', rest),
            _ => return None,
        };
        text.push(stands_for);
        text.push_str(rest);
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_leads_nowhere_is_refused() {
        for bad in ["output", "/a~2", "/a~", "#/a", " /a"] {
            assert_eq!(Pointer::parse(bad), Err(BadPointer), "{bad:?}");
        }
        assert_eq!(Pointer::parse("").unwrap().tokens(), [""; 0]);
        assert_eq!(Pointer::parse("/").unwrap().tokens(), [""]);
        assert_eq!(Pointer::parse("/a~1b/m~0n/0").unwrap().tokens(), ["a/b", "m~n", "0"]);
    }

    proptest! {
        #[test]
        fn a_pointer_comes_back_as_it_was_written(tokens in prop::collection::vec("[a/~0é ]{0,5}", 0..5)) {
            let pointer = Pointer(tokens);
            prop_assert_eq!(Pointer::parse(&pointer.to_string()), Ok(pointer));
        }
    }
}
