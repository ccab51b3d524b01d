//! Text that others wrote (names, logs, job output) without what could steer a terminal or hide from a reader.

use serde_json::Value;

/// Cleans every string and key below a value.
pub(crate) fn value(value: &mut Value) {
    match value {
        Value::String(s) => text(s),
        Value::Array(items) => items.iter_mut().for_each(self::value),
        Value::Object(map) => map.values_mut().for_each(self::value),
        _ => (),
    }
}

/// Removes terminal escapes, control characters (but tab and line ends), bidi controls and invisible characters.
pub(crate) fn text(text: &mut String) {
    if text.bytes().any(|b| b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r')) || text.chars().any(is_hidden) {
        *text = cleaned(text);
    }
}

fn cleaned(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => skip_escape(&mut chars),
            '\t' | '\n' | '\r' => out.push(c),
            c if c.is_control() || is_hidden(c) => (),
            c => out.push(c),
        }
    }
    out
}

/// Skips the rest of an ECMA-48 escape sequence: CSI up to its final byte, OSC up to BEL or ST, else one character.
fn skip_escape(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    match chars.next() {
        Some('[') => while chars.next().is_some_and(|c| !('@'..='~').contains(&c)) {},
        Some(']') => {
            while let Some(c) = chars.next() {
                if c == '\u{7}' || (c == '\u{1b}' && chars.next_if_eq(&'\\').is_some()) {
                    break;
                }
            }
        }
        _ => (),
    }
}

/// Bidi controls, zero-width characters, tag characters, variation selectors and other invisible code points.
fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}' | '\u{206a}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    #[test]
    fn escapes_and_hidden_characters_go_and_text_stays() {
        let mut text = "a\u{1b}[31mred\u{1b}[0m\u{1b}]0;title\u{7}b\u{202e}c\u{200b}d\n\té😀".to_owned();
        super::text(&mut text);
        assert_eq!(text, "aredbcd\n\té😀");
    }
}
