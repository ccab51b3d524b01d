//! The members of a `RateLimit` list (structured fields, RFC 9651), as far as they can be believed.
//!
//! A member that looks like two glued together by a lost comma is dropped, not guessed at; that something was
//! dropped is remembered.

use super::seconds;

/// Longest window name that is repeated to a reader, in characters.
const LONGEST_NAME: usize = 32;

/// What a list says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Windows {
    /// Windows with nothing left, in the order of the list.
    pub(super) spent: Vec<Window>,
    /// Whether some member could not be read.
    pub(super) dropped: bool,
}

/// A window with nothing left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// Its name, when it is short and printable.
    pub(super) name: Option<String>,
    /// Seconds until it opens again, when that was readable.
    pub(super) reset: Option<u64>,
}

impl Windows {
    pub(super) fn read(list: &str) -> Self {
        let mut windows = Self::default();
        for member in pieces(list, ',').map(str::trim).filter(|m| !m.is_empty()) {
            match Member::read(member) {
                Some(Member { left: false, window, .. }) => windows.spent.push(window),
                Some(_) => (),
                None => windows.dropped = true,
            }
        }
        windows
    }
}

/// What a window has left.
#[derive(Debug)]
pub(super) struct Left {
    pub(super) name: String,
    pub(super) requests: u64,
}

/// The windows of a list that have a name, and what they have left.
pub(super) fn left(list: &str) -> impl Iterator<Item = Left> {
    pieces(list, ',').filter_map(|member| {
        let Member { count, window, .. } = Member::read(member.trim())?;
        Some(Left { name: window.name?, requests: count? })
    })
}

struct Member {
    left: bool,
    /// What is left, when that is a number of any use.
    count: Option<u64>,
    window: Window,
}

impl Member {
    /// `None` for what is not one member.
    fn read(text: &str) -> Option<Self> {
        let mut parts = pieces(text, ';');
        let name = parts.next().and_then(|item| name(item.trim()));
        let mut fields = Fields::default();
        for part in parts {
            fields.take(part)?;
        }
        let left = fields.r.filter(|r| !r.is_empty() && r.bytes().all(|b| b.is_ascii_digit()))?;
        let reset = fields.t.filter(|_| !fields.bare_t).and_then(seconds);
        let (some, count) = (left.bytes().any(|b| b != b'0'), left.parse().ok());
        Some(Self { left: some, count, window: Window { name, reset } })
    }
}

/// The two parameters that count.
#[derive(Default)]
struct Fields<'a> {
    r: Option<&'a str>,
    t: Option<&'a str>,
    bare_t: bool,
    /// A parameter without a value was seen: what follows may belong to another member.
    flagged: bool,
}

impl<'a> Fields<'a> {
    /// `None` when the parameter spoils the whole member.
    fn take(&mut self, part: &'a str) -> Option<()> {
        let (key, value) = match part.split_once('=') {
            Some((key, value)) => (key, Some(value)),
            None => (part, None),
        };
        if key.contains('"') {
            return None;
        }
        let key = key.trim();
        let (is_r, is_t) = (key.eq_ignore_ascii_case("r"), key.eq_ignore_ascii_case("t"));
        match value {
            None if is_r => return None,
            None => {
                self.bare_t |= is_t;
                self.flagged = true;
            }
            Some(value) if !whole(value) => return None,
            Some(value) if is_r || is_t => {
                let place = if is_r { &mut self.r } else { &mut self.t };
                if self.flagged || place.replace(value).is_some() {
                    return None;
                }
            }
            Some(_) => (),
        }
        Some(())
    }
}

/// Whether a value is one bare word or one complete string.
fn whole(value: &str) -> bool {
    if !value.contains('"') {
        return !value.contains(char::is_whitespace);
    }
    let escapes = !value.starts_with('%');
    let string = value.strip_prefix('%').unwrap_or(value);
    let Some(inside) = string.strip_prefix('"').and_then(|v| v.strip_suffix('"')) else {
        return false;
    };
    let mut escaped = false;
    for c in inside.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if escapes => escaped = true,
            '"' => return false,
            _ => (),
        }
    }
    !escaped
}

/// A name that may be repeated; never shortened or cleaned, either as it is or not at all.
fn name(item: &str) -> Option<String> {
    let quoted = item.strip_prefix('"').and_then(|i| i.strip_suffix('"'));
    let plain = |c: char| matches!(c, ' '..='~') && c != '"' && c != '\\';
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~:/".contains(c);
    let good = match quoted {
        Some(inside) => inside.chars().all(plain),
        None => item.starts_with(|c: char| c.is_ascii_alphabetic() || c == '*') && item.chars().all(token),
    };
    let name = quoted.unwrap_or(item);
    (good && (1..=LONGEST_NAME).contains(&name.len())).then(|| name.to_owned())
}

/// Splits at a separator outside of strings.
fn pieces(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut string = InString::No;
    let mut before = ' ';
    text.split(move |c| {
        string = string.next(c, before);
        before = c;
        string == InString::No && c == separator
    })
}

/// Where a scanner is. Strings have backslash escapes, display strings (`%"..."`) have none.
#[derive(Clone, Copy, PartialEq, Eq)]
enum InString {
    No,
    Plain,
    Escaped,
    Display,
}

impl InString {
    fn next(self, c: char, before: char) -> Self {
        match (self, c) {
            (Self::No, '"') if before == '%' => Self::Display,
            (Self::No, '"') | (Self::Escaped, _) => Self::Plain,
            (Self::Plain, '\\') => Self::Escaped,
            (Self::Plain | Self::Display, '"') => Self::No,
            (state, _) => state,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Option<Window> {
        Windows::read(text).spent.into_iter().next()
    }

    #[test]
    fn empty_members_are_nothing() {
        assert_eq!(Windows::read(" , ,,"), Windows::default());
    }

    #[test]
    fn a_delimiter_inside_a_string_is_text() {
        assert_eq!(one(r#""a;r=1,b";r=0;t=5"#).and_then(|w| w.name).as_deref(), Some("a;r=1,b"));
        assert_eq!(one(r#"x;note="a, \"b\"; c";r=0;t=5"#).and_then(|w| w.reset), Some(5));
        assert_eq!(one(r#"x;note="a\";b";r=0;t=5"#).and_then(|w| w.reset), Some(5));
        assert_eq!(one(r#"x;note=%"a\";r=0;t=5"#).and_then(|w| w.reset), Some(5));
    }

    #[test]
    fn only_names_that_are_short_and_printable_are_repeated() {
        let named = |item: &str| one(&format!("{item};r=0;t=5")).and_then(|w| w.name);
        assert_eq!(named("\"requests per minute\"").as_deref(), Some("requests per minute"));
        assert_eq!(named("*burst").as_deref(), Some("*burst"));
        for bad in ["\"\"", "9lives", "a b", "\"a\\\"b\"", &"x".repeat(33), "\"é\"", "a\"b\""] {
            assert_eq!(named(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_bare_t_leaves_the_window_without_a_time() {
        assert_eq!(one("w;r=0;t").map(|w| w.reset), Some(None));
        assert_eq!(one("w;r=0;t=5;t").map(|w| w.reset), Some(None));
    }

    #[test]
    fn what_may_be_two_members_is_dropped_whoever_the_parameter_belongs_to() {
        for glued in ["w;r=0;t=5;r", "w;x=a b;r=0;t=5", "w;x=\"a\"b;r=0;t=5", "w;x=\"a\"b\"c\";r=0;t=5"] {
            let read = Windows::read(glued);
            assert_eq!((read.spent.len(), read.dropped), (0, true), "{glued}");
        }
    }

    #[test]
    fn vendor_parameters_are_none_of_our_business() {
        let read = Windows::read("w;x=1;x=2;r=0;t=5;flag");
        assert_eq!((read.spent.len(), read.dropped), (1, false));
    }
}
