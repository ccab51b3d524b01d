//! Identifiers that become path segments.
//!
//! An id never leaves its segment: what could (a slash, a dot segment, an empty string) is refused here, before
//! any request exists, and everything else is percent-encoded by `op.rs`.

use std::fmt;

/// Longest id accepted, in bytes. Runpod's own limit for names that serve as ids is 191.
const MAX: usize = 191;

/// An id of a Runpod resource: `[A-Za-z0-9._-]`, at most 191 characters, no dot segment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Id(String);

/// Why a text is not an id. Does not repeat the text: it may be long or hostile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadId {
    /// Nothing was given; an empty segment would address the collection instead.
    #[error("is empty; an id has at least one character")]
    Empty,
    /// Longer than any id Runpod hands out.
    #[error("has {0} characters; an id has at most {MAX}")]
    TooLong(usize),
    /// A character outside the alphabet of ids.
    #[error("contains {0:?}; an id has only letters, digits, `.`, `_` and `-`")]
    Character(char),
    /// `.` or `..`, which a server may resolve to another path.
    #[error("is a dot segment, which would change the path")]
    DotSegment,
}

impl Id {
    /// Checks a text.
    ///
    /// # Errors
    /// [`BadId`] when it could not stand alone in a path segment.
    pub fn parse(text: &str) -> Result<Self, BadId> {
        let allowed = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let length = text.chars().count();
        match text {
            "" => Err(BadId::Empty),
            "." | ".." => Err(BadId::DotSegment),
            _ if length > MAX => Err(BadId::TooLong(length)),
            _ => match text.chars().find(|c| !allowed(c)) {
                Some(c) => Err(BadId::Character(c)),
                None => Ok(Self(text.to_owned())),
            },
        }
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_runpod_pass() {
        for id in ["7h9k2m4n6p", "cpu3c-2-4", "runpod-torch-v21", "clzdaifot0001l90809257ynb", "a.b_c"] {
            assert_eq!(Id::parse(id).map(|i| i.to_string()), Ok(id.to_owned()));
        }
    }

    #[test]
    fn what_could_leave_its_segment_is_refused() {
        for bad in ["", ".", "..", "../x", "a/b", "a\\b", "%2e%2e", "a?b", "a#b", "a\0", "ä", "😀", "a b"]
        {
            assert!(Id::parse(bad).is_err(), "{bad:?}");
        }
        assert_eq!(Id::parse(&"a".repeat(192)), Err(BadId::TooLong(192)));
        assert!(Id::parse(&"a".repeat(191)).is_ok());
    }
}
