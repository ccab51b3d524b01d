//! A result as the bytes behind an id.
//!
//! The text of a call's result is most of it, and JSON itself: what is left is written by serde_json, the text faster.

use bytes::Bytes;
use memchr::memmem;
use rmcp::model::{ContentBlock, ServerResult};

/// `,"result":…}`
pub(crate) fn tail(mut result: ServerResult) -> Bytes {
    let said = take_text(&mut result);
    let mut text = b",\"result\":".to_vec();
    // Results are made of text, numbers and maps with text keys, which always can be written.
    if serde_json::to_writer(&mut text, &result).is_err() {
        text.extend_from_slice(b"{}");
    }
    text.push(b'}');
    if let Some(said) = said {
        put_text(&said, &mut text);
    }
    text.into()
}

/// The text of a call's result, which is nearly all of it.
fn take_text(result: &mut ServerResult) -> Option<String> {
    let ServerResult::CallToolResult(result) = result else { return None };
    match result.content.first_mut() {
        Some(ContentBlock::Text(first)) => Some(std::mem::take(&mut first.text)),
        _ => None,
    }
}

/// Puts a text in the place of the first that is empty: only the kinds of results and contents stand before it.
fn put_text(said: &str, result: &mut Vec<u8>) {
    const EMPTY: &[u8] = b"\"text\":\"\"";
    let Some(at) = memmem::find(result, EMPTY) else { return };
    let behind = result.split_off(at + EMPTY.len());
    result.truncate(result.len() - b"\"\"".len());
    result.reserve(2 * said.len() + behind.len());
    quote(said, result);
    result.extend_from_slice(&behind);
}

/// Adds a text in quotes, as serde_json does. Rows are JSON themselves, with a quote every few bytes, so they are looked
/// for in eight bytes at once.
fn quote(said: &str, out: &mut Vec<u8>) {
    if said.bytes().fold(false, |any, byte| any | (byte < b' ')) {
        // Texts can be written always.
        return drop(serde_json::to_writer(out, said));
    }
    out.push(b'"');
    let mut rest = said.as_bytes();
    while let Some(eight) = rest.first_chunk::<8>() {
        let plain = before_quote(*eight);
        out.extend_from_slice(eight);
        out.truncate(out.len() - eight.len() + plain);
        rest = rest.get(plain..).unwrap_or_default();
        if let (true, Some((sign, behind))) = (plain < eight.len(), rest.split_first()) {
            out.extend_from_slice(&[b'\\', *sign]);
            rest = behind;
        }
    }
    for byte in rest {
        if matches!(byte, b'"' | b'\\') {
            out.push(b'\\');
        }
        out.push(*byte);
    }
    out.push(b'"');
}

/// How many of eight bytes stand before the first quote or backslash.
fn before_quote(eight: [u8; 8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    let bytes = u64::from_le_bytes(eight);
    // The highest bit of each byte that is this one, and maybe of some behind it.
    let is = |byte: u8| {
        let differs = bytes ^ (ONES * u64::from(byte));
        differs.wrapping_sub(ONES) & !differs & (ONES << 7)
    };
    ((is(b'"') | is(b'\\')).trailing_zeros() / 8) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rmcp::model::CallToolResult;

    use super::*;

    proptest! {
        #[test]
        fn a_result_is_written_as_serde_writes_it(
            texts in prop::collection::vec(r#"[a"\\é\x7f]{0,30}|[a"\\é\n\x01]{0,8}|"text":"""#, 0..3),
            structured in any::<bool>(),
            failed in any::<bool>(),
            is_legacy in any::<bool>(),
        ) {
            let content = texts.into_iter().map(ContentBlock::text).collect();
            let mut result = if failed { CallToolResult::error(content) } else { CallToolResult::success(content) };
            result.structured_content = structured.then(|| serde_json::json!({"text": ""}));
            let mut result = ServerResult::CallToolResult(result);
            if is_legacy {
                result.strip_result_type_for_legacy_peer();
            }
            let strict = format!(r#","result":{}}}"#, serde_json::to_string(&result).unwrap());
            prop_assert_eq!(tail(result), strict.as_bytes());
        }
    }
}
