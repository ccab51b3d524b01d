//! Cursors of list tools: opaque to the client, bound to the tool that gave them.

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod law;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::ToolError;

/// Where a page begins: a page of the API, and rows of it that were shown already.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// Cursor of the API's page; none for its first page and for lists that the API does not page.
    pub(crate) api: Option<String>,
    /// Rows to skip.
    pub(crate) skip: usize,
}

/// The cursor for a place in the list of a tool.
pub(crate) fn encode(tool: &str, place: &Place) -> String {
    let text = serde_json::json!([tool, place.skip, place.api]).to_string();
    URL_SAFE_NO_PAD.encode(text)
}

/// Reads a cursor back.
///
/// # Errors
/// `bad_argument` for one that this tool never gave.
pub(crate) fn decode(tool: &str, cursor: Option<&str>) -> Result<Place, ToolError> {
    let Some(cursor) = cursor else { return Ok(Place::default()) };
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
    let read = bytes.and_then(|b| serde_json::from_slice::<(String, usize, Option<String>)>(&b).ok());
    match read {
        Some((from, skip, api)) if from == tool => Ok(Place { api, skip }),
        Some((from, ..)) => Err(bad(format!("`cursor` belongs to {}", excerpt(&from)))),
        None => Err(bad("`cursor` is not one that this tool gave".to_owned())),
    }
}

/// The error for a cursor that another call, with other filters, gave.
pub(crate) fn of_another_call() -> ToolError {
    bad("`cursor` was given by a call with other filters".to_owned())
}

fn bad(message: String) -> ToolError {
    ToolError::bad_argument(message)
        .hint("pass `nextCursor` of the previous reply unchanged, or omit `cursor` for the first page")
}

fn excerpt(text: &str) -> String {
    text.chars().filter(char::is_ascii_graphic).take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_went() {
        let place = Place { api: Some("abc/=+ü".into()), skip: 7 };
        assert_eq!(decode("list-pods", Some(&encode("list-pods", &place))), Ok(place));
        assert_eq!(decode("list-pods", None), Ok(Place::default()));
    }

    #[test]
    fn junk_and_foreign_cursors_are_refused() {
        for junk in ["", "20", "20junk", "MjA=", "😀"] {
            assert!(decode("list-pods", Some(junk)).is_err(), "{junk:?}");
        }
        assert!(decode("list-pods", Some(&encode("list-endpoints", &Place::default()))).is_err());
    }
}
