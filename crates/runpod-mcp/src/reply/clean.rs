//! Text that others wrote (names, logs, job output) without what could steer a terminal or hide from a reader.

use memchr::memchr2;
use runpod_api::is_invisible;
use serde_json::{Map, Value};

/// Cleans every string and key below a value.
pub(crate) fn value(value: &mut Value) {
    match value {
        Value::String(s) => text(s),
        Value::Array(items) => items.iter_mut().for_each(self::value),
        Value::Object(map) => {
            map.values_mut().for_each(self::value);
            if map.keys().any(|key| is_dirty(key)) {
                *map = with_clean_keys(std::mem::take(map));
            }
        }
        _ => (),
    }
}

/// Cleans every string and key of a JSON text as serde_json writes it: control characters but DEL are escaped there.
pub(crate) fn json(text: String) -> String {
    if text.is_ascii() && memchr2(b'\\', b'\x7f', text.as_bytes()).is_none() {
        return text;
    }
    serde_json::from_str(&text).map_or(text, |mut said| {
        value(&mut said);
        said.to_string()
    })
}

/// Removes terminal escapes, control characters (but tab and line ends), bidi controls and invisible characters.
pub(crate) fn text(text: &mut String) {
    if is_dirty(text) {
        *text = cleaned(text);
    }
}

fn is_dirty(text: &str) -> bool {
    // Nearly every text is of nothing but these.
    !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) && text.chars().any(|c| !is_plain(c))
}

fn is_plain(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r') || !(c.is_control() || is_invisible(c))
}

/// Keys that become equal are told apart, so that none of their values is lost.
fn with_clean_keys(map: Map<String, Value>) -> Map<String, Value> {
    let mut clean = Map::new();
    for (mut key, member) in map {
        text(&mut key);
        while clean.contains_key(&key) {
            key.push('_');
        }
        clean.insert(key, member);
    }
    clean
}

fn cleaned(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        match c {
            '\u{1b}' | '\u{80}'..='\u{9f}' => rest = after_escape(c, rest),
            c if is_plain(c) => out.push(c),
            _ => (),
        }
    }
    out
}

/// What follows an escape sequence of ECMA-48 that `lead` began: ESC, or a control character of the second set, which
/// stands for ESC and a letter. What no terminal would take for a sequence is left to be read.
fn after_escape(lead: char, rest: &str) -> &str {
    let (kind, tail) = match (lead, rest.chars().next()) {
        ('\u{1b}', Some(kind)) if kind.is_ascii() => (kind, rest.get(1..).unwrap_or_default()),
        ('\u{1b}', _) => return rest,
        (lead, _) => (char::from_u32(lead as u32 - 0x40).unwrap_or_default(), rest),
    };
    match kind {
        '[' => after_final(tail, '\u{20}'..='\u{3f}', '@'..='~'),
        ']' | 'P' | 'X' | '^' | '_' => after_terminator(tail),
        ' '..='/' => after_final(tail, ' '..='/', '0'..='~'),
        '0'..='~' => tail,
        _ => rest,
    }
}

/// Skips what may stand inside a sequence and the character that ends it, if that is there.
fn after_final(
    text: &str,
    inside: std::ops::RangeInclusive<char>,
    last: std::ops::RangeInclusive<char>,
) -> &str {
    let tail = text.trim_start_matches(|c| inside.contains(&c));
    tail.strip_prefix(|c| last.contains(&c)).unwrap_or(tail)
}

/// Skips a string for the terminal (title, link, device control) to its end; one without an end is left to be read.
fn after_terminator(text: &str) -> &str {
    let ends = ["\u{7}", "\u{1b}\\", "\u{9c}"];
    let ends = ends.iter().filter_map(|end| text.find(end).map(|at| at + end.len()));
    ends.min().and_then(|at| text.get(at..)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn clean(dirty: &str) -> String {
        let mut text = dirty.to_owned();
        super::text(&mut text);
        text
    }

    #[test]
    fn escapes_and_hidden_characters_go_and_text_stays() {
        for (dirty, said) in [
            ("a\u{1b}[31mred\u{1b}[0m\u{1b}]0;title\u{7}b\u{202e}c\u{200b}d\n\té😀", "aredbcd\n\té😀"),
            ("\u{1b}]8;;https://evil.example\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
            ("\u{1b}Pq#0;2;0\u{1b}\\x\u{1b}_G1\u{9c}y", "xy"),
            ("\u{9b}2Jx\u{9d}0;t\u{7}y", "xy"),
            ("\u{1b}(Bx\u{1b}cy\u{1b}=z", "xyz"),
            ("a\u{1b}[12\nb\u{1b}]no end\u{1b}é", "a\nbno endé"),
            (
                "tag\u{e0041}\u{e0042} vs\u{fe0f}\u{e0101} filler\u{3164}\u{115f} bom\u{feff}",
                "tag vs filler bom",
            ),
            ("a\0b\u{8}c\u{7f}d", "abcd"),
        ] {
            assert_eq!(clean(dirty), said, "{dirty:?}");
        }
    }

    #[test]
    fn keys_are_cleaned_too_and_none_is_lost() {
        let mut output = json!({"a\u{202e}": 1, "a": 2, "b": [{"c\u{1b}[1m": "d\u{0}"}]});
        value(&mut output);
        assert_eq!(output, json!({"a": 1, "a_": 2, "b": [{"c": "d"}]}));
    }

    proptest! {
        #[test]
        fn nothing_that_acts_or_hides_is_left_and_plain_text_is_untouched(
            dirty in "([a-z\\[\\]0-9;é\n]|\u{1b}|\u{9b}|\u{7}|\u{200b}|\u{202e}|\u{e0061}|\\PC){0,40}",
        ) {
            let said = clean(&dirty);
            prop_assert!(said.chars().all(is_plain), "{dirty:?} became {said:?}");
            prop_assert_eq!(clean(&said), said.clone());
            if dirty.chars().all(is_plain) {
                prop_assert_eq!(said, dirty);
            }
        }
    }
}
