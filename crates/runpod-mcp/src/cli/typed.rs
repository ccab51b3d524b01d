//! A key that is typed or piped in: how much is read, and what can be one.

use std::io::{self, Read};

/// Longer input is no key.
const LONGEST: u64 = 4096;

/// What stands on standard input.
pub(super) fn piped() -> io::Result<String> {
    let mut text = String::new();
    io::stdin().lock().take(LONGEST).read_to_string(&mut text)?;
    Ok(text)
}

/// Whether a header can carry it: one word of visible ASCII characters.
pub(super) fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}
