//! A key that is typed, piped in or named by a variable: how much is read, and what can be one.

use std::io::{self, Read};

use super::Usage;
use crate::config::Env;

/// Longer input is no key.
const LONGEST: u64 = 4096;

/// What stands on standard input.
pub(super) fn piped() -> io::Result<String> {
    let mut text = String::new();
    io::stdin().lock().take(LONGEST).read_to_string(&mut text)?;
    Ok(text)
}

/// What stands in the variable that `--api-key-env` names.
pub(super) fn in_variable<'a>(env: &'a Env, name: &str) -> Result<&'a str, Usage> {
    env.get(name).ok_or_else(|| Usage(format!("--api-key-env {name}: the variable is not set, or blank")))
}

/// Whether a header can carry it: one word of visible ASCII characters.
pub(super) fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}
