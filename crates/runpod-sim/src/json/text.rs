//! Texts and whole numbers, as JSON writes them.

use std::fmt;

/// A text in quotes.
pub(super) fn quote(out: &mut Vec<u8>, text: &str) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    put(out, text);
    out.push(b'"');
}

/// What is written into it comes out as it stands between quotes.
pub(super) struct Between<'o>(pub(super) &'o mut Vec<u8>);

impl fmt::Write for Between<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        put(self.0, text);
        Ok(())
    }
}

fn put(out: &mut Vec<u8>, text: &str) {
    if is_plain(text) {
        out.extend_from_slice(text.as_bytes());
    } else {
        text.bytes().for_each(|byte| escape(out, byte));
    }
}

/// Whether a text stands in JSON as it is.
pub(super) fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    // What is looked at last may overlap with what was looked at before.
    match (bytes.last_chunk(), bytes.first_chunk(), bytes.last_chunk()) {
        (Some(last), ..) => bytes.as_chunks().0.iter().all(|eight| are_plain(*eight)) && are_plain(*last),
        (None, Some([a, b, c, d]), Some([e, f, g, h])) => are_plain([*a, *b, *c, *d, *e, *f, *g, *h]),
        _ => bytes.iter().all(|byte| !matches!(byte, ..0x20 | b'"' | b'\\')),
    }
}

/// Whether none of eight bytes is a control character, a quote or a backslash.
fn are_plain(eight: [u8; 8]) -> bool {
    const EACH: u64 = u64::from_ne_bytes([1; 8]);
    const TOP: u64 = EACH << 7;
    // A borrow runs into the top bit of a byte that is below; that of a byte beyond ASCII does not count.
    let below = |word: u64, than: u64| word.wrapping_sub(EACH * than) & !word & TOP;
    let word = u64::from_ne_bytes(eight);
    let is = |byte: u8| below(word ^ (EACH * u64::from(byte)), 1);
    below(word, 0x20) | is(b'"') | is(b'\\') == 0
}

fn escape(out: &mut Vec<u8>, byte: u8) {
    let digit = |nibble: u8| b"0123456789abcdef".get(usize::from(nibble)).copied().unwrap_or(b'0');
    match byte {
        b'"' | b'\\' => out.extend([b'\\', byte]),
        b'\n' => out.extend(b"\\n"),
        b'\r' => out.extend(b"\\r"),
        b'\t' => out.extend(b"\\t"),
        0x08 => out.extend(b"\\b"),
        0x0c => out.extend(b"\\f"),
        ..0x20 => out.extend([b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte & 15)]),
        _ => out.push(byte),
    }
}

/// A whole number.
pub(super) fn digits(out: &mut Vec<u8>, mut number: u64) {
    let mut places = [0; 20];
    let mut from = places.len();
    for place in places.iter_mut().rev() {
        // Less than ten, so nothing is cut off.
        *place = b'0' + (number % 10) as u8;
        number /= 10;
        from -= 1;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(places.get(from..).unwrap_or_default());
}
