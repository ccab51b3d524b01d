//! What holds for every text that comes as a cursor.

use super::{Place, decode, encode};

const TOOL: &str = "list-pods";

/// A cursor is read as it was made, by the tool that made it alone, and a refusal repeats little of what was sent.
pub(crate) fn any_cursor(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match decode(TOOL, Some(&text)) {
        Ok(place) => {
            comes_back(&place);
            assert!(decode("list-endpoints", Some(&text)).is_err(), "of another tool");
        }
        Err(error) => {
            let said = error.message;
            assert!(said.len() <= 80 && said.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{said}");
        }
    }
    let number = bytes.iter().take(8).fold(0, |sum: usize, byte| sum << 8 | usize::from(*byte));
    comes_back(&Place { api: Some(text.into_owned()), skip: number });
    comes_back(&Place { api: None, skip: number });
}

fn comes_back(place: &Place) {
    let cursor = encode(TOOL, place);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    assert!(cursor.bytes().all(plain), "it can stand in an address: {cursor}");
    assert_eq!(decode(TOOL, Some(&cursor)).as_ref(), Ok(place));
}
