//! Where a text that is written in JSON may be cut, and what makes a cut-out piece readable again.

use std::borrow::Cow;

/// The length of the longest beginning of a text, as it is written between its quotes, that ends behind a whole
/// character: not inside an escape, between two halves of a pair, or inside a character of several bytes.
pub(super) fn border(raw: &[u8]) -> usize {
    let mut at = 0;
    while let Some(length) = raw.get(at..).and_then(unit) {
        at += length;
    }
    at
}

/// Bytes of the first character, or `None` when there is no whole one.
fn unit(raw: &[u8]) -> Option<usize> {
    let first = *raw.first()?;
    match first {
        b'\\' => escape(raw),
        0x00..=0x7f => Some(1),
        0x80..=0xdf => (raw.len() >= 2 || first < 0xc0).then_some(if first < 0xc0 { 1 } else { 2 }),
        0xe0..=0xef => (raw.len() >= 3).then_some(3),
        0xf0..=0xff => (raw.len() >= 4).then_some(4),
    }
}

fn escape(raw: &[u8]) -> Option<usize> {
    match raw.get(1)? {
        b'u' => (),
        _ => return Some(2),
    }
    let code = code(raw)?;
    if !(0xd800..0xdc00).contains(&code) {
        return Some(6);
    }
    // The first half of a pair: whether its second half follows is seen only when there is room for it.
    let after = raw.get(6..).unwrap_or_default();
    match after {
        [] | [b'\\'] => None,
        [b'\\', b'u', ..] => match self::code(after) {
            Some(low) if (0xdc00..0xe000).contains(&low) => Some(12),
            Some(_) => Some(6),
            None => None,
        },
        _ => Some(6),
    }
}

/// The number of a `\uXXXX` at the beginning.
fn code(raw: &[u8]) -> Option<u32> {
    let digits = std::str::from_utf8(raw.get(2..6)?).ok()?;
    // Digits that are none stand for themselves; the parser refuses them later.
    Some(u32::from_str_radix(digits, 16).unwrap_or_default())
}

/// A piece of JSON as text that a parser accepts: bytes that are no UTF-8 and halves of pairs without the other half
/// become U+FFFD, as everywhere where text is shown.
pub(super) fn mended(raw: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(raw);
    match has_surrogates(&text) {
        false => text,
        true => Cow::Owned(without_halves(&text)),
    }
}

fn has_surrogates(text: &str) -> bool {
    ["\\ud", "\\uD"].iter().any(|half| text.contains(half))
}

fn without_halves(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.find('\\').and_then(|at| rest.split_at_checked(at)) {
        out.push_str(before);
        let bytes = after.as_bytes();
        let length = escape(bytes).unwrap_or(bytes.len().min(6));
        let is_half = bytes.get(1) == Some(&b'u')
            && length == 6
            && code(bytes).is_some_and(|code| (0xd800..0xe000).contains(&code));
        match after.split_at_checked(length) {
            Some(_) if is_half => out.push_str("\\ufffd"),
            Some((whole, _)) => out.push_str(whole),
            None => out.push_str(after),
        }
        rest = after.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_character_is_cut_in_the_middle() {
        for (raw, expected) in [
            ("", 0),
            ("ab", 2),
            ("a\\", 1),
            ("a\\n", 3),
            ("a\\u00", 1),
            ("a\\u00e9", 7),
            ("\\ud83d", 0),
            ("\\ud83d\\ude0", 0),
            ("\\ud83d\\ude00", 12),
            ("\\ud83dx", 7),
            ("\\ud83d\\n", 8),
            ("\\ude00", 6),
        ] {
            assert_eq!(border(raw.as_bytes()), expected, "{raw}");
        }
        assert_eq!((border("é".as_bytes()), border(&"é".as_bytes()[..1])), (2, 0));
        assert_eq!((border("😀".as_bytes()), border(&"a😀".as_bytes()[..4])), (4, 1));
    }

    #[test]
    fn a_half_without_its_other_half_is_replaced() {
        assert_eq!(mended(br"a\ud83d\ude00\n\ud83dx\ude00"), r"a\ud83d\ude00\n\ufffdx\ufffd");
        assert_eq!(mended(b"a\xffb"), "a\u{fffd}b");
        assert_eq!(mended(br"\\ud83d"), r"\\ud83d", "an escaped backslash begins no half");
    }

    proptest! {
        #[test]
        fn a_beginning_up_to_a_border_can_be_read(text in "[a\"\\\\é😀\u{1}\n]{0,12}", ascii in any::<bool>(), end in 0usize..90) {
            let raw = written(&text, ascii);
            let end = end.min(raw.len());
            let kept = border(&raw.as_bytes()[..end]);
            prop_assert!(kept <= end && end - kept < 12);
            let begin: String = serde_json::from_str(&format!("\"{}\"", &raw[..kept])).expect("whole characters");
            prop_assert!(text.starts_with(&begin));
            prop_assert_eq!(border(raw.as_bytes()), raw.len());
        }
    }

    /// A text as JSON writes it between the quotes, with everything but ASCII escaped or not.
    fn written(text: &str, ascii: bool) -> String {
        let quoted = serde_json::to_string(text).unwrap();
        let inner = &quoted[1..quoted.len() - 1];
        let escape = |c: char| {
            let mut units = [0; 2];
            c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect::<String>()
        };
        inner.chars().map(|c| if ascii && !c.is_ascii() { escape(c) } else { c.to_string() }).collect()
    }
}
