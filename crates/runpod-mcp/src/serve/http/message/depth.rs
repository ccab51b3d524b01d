//! How deeply a text of JSON is nested, before anything is made of it.

use rmcp::model::ErrorCode;

use super::Refusal;

/// Deepest nesting that is read. What Runpod takes is flat; this leaves room for the input of jobs.
const DEEPEST: usize = 64;

/// Refuses what is nested too deeply.
///
/// # Errors
/// -32600.
pub(super) fn check(text: &str) -> Result<(), Refusal> {
    // Counting is cheap and settles nearly every message: what opens few times is not deep.
    let opened = text.bytes().filter(|byte| matches!(byte, b'{' | b'[')).count();
    if opened <= DEEPEST || deepest(text) <= DEEPEST {
        return Ok(());
    }
    let message = format!("the message is nested more than {DEEPEST} levels deep");
    Err(Refusal::new(http::StatusCode::BAD_REQUEST, ErrorCode::INVALID_REQUEST, message))
}

/// The deepest level, if the text is JSON; of another text, what would be it.
fn deepest(text: &str) -> usize {
    let (mut level, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match (in_string, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => in_string = !in_string,
            (false, b'{' | b'[') => {
                level += 1;
                deepest = deepest.max(level);
            }
            (false, b'}' | b']') => level = level.saturating_sub(1),
            _ => (),
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_real_nesting_counts() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert_eq!(deepest(&nested(DEEPEST)), DEEPEST);
        assert!(check(&nested(DEEPEST)).is_ok() && check(&nested(DEEPEST + 1)).is_err());
        assert!(check(&nested(10_000)).is_err());
        assert!(check(&format!("[{}1]", "[],".repeat(1000))).is_ok());
        assert!(check(&format!(r#"{{"a\"":"{}"}}"#, "[".repeat(1000))).is_ok());
    }
}
