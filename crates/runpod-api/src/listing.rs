//! A list as the API sent it, cut into rows without being parsed into values.
//!
//! Hundreds of Pods are kilobytes of JSON of which a reply shows a fraction, so a list stays text: this module
//! only finds where each row begins and ends.

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod law;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::answer::{self, Answer};
use crate::error::Error;
use crate::row;
use crate::scan::children;

/// Rows of a list, what stood beside them, and where the next page begins.
#[derive(Clone, Debug)]
pub struct Listing {
    operation: &'static str,
    status: u16,
    text: String,
    rows: Vec<Range<usize>>,
    siblings: Vec<(String, Range<usize>)>,
    paged: Option<Pagination>,
}

/// `pagination` of REST v2 lists that page.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
struct Pagination {
    next_cursor: Option<String>,
}

impl Listing {
    /// Reads an answer whose rows stand under `key`.
    ///
    /// # Errors
    /// [`Error::Shape`] when there is no such array: an outage must not look like an empty account.
    pub(crate) fn read(mut answer: Answer, key: &str) -> Result<Self, Error> {
        let text = take_text(&mut answer).ok_or_else(|| no_list(&answer, key))?;
        let Some(Cut { rows: Some(rows), beside }) = Cut::of(&text, key) else {
            answer.body = text.into();
            return Err(no_list(&answer, key));
        };
        let siblings = beside.into_iter().map(|(name, place)| (name.into_owned(), place)).collect();
        let mut listing =
            Self { operation: answer.op.id, status: answer.status, rows, siblings, paged: None, text };
        let paged = listing.siblings.iter().position(|(name, _)| name == "pagination");
        if let Some((_, place)) = paged.map(|at| listing.siblings.remove(at)) {
            listing.paged = serde_json::from_str(listing.part(&place)).map_err(|e| answer.shape(&e))?;
        }
        Ok(listing)
    }

    /// Reads an answer that is nothing but rows, as REST v1 lists are.
    ///
    /// # Errors
    /// [`Error::Shape`] for anything but an array.
    pub(crate) fn read_bare(mut answer: Answer) -> Result<Self, Error> {
        let rows: Vec<&RawValue> = answer.json()?;
        let rows = rows.into_iter().map(|raw| range_in(&answer.body, raw.get())).collect();
        // What was read as JSON is text.
        let text = take_text(&mut answer).unwrap_or_default();
        Ok(Self {
            operation: answer.op.id,
            status: answer.status,
            rows,
            siblings: Vec::new(),
            paged: None,
            text,
        })
    }

    /// The rows as JSON text, in the order of the API.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &str> + DoubleEndedIterator {
        self.rows.iter().map(|range| self.part(range))
    }

    /// The rows as typed views, which may borrow from this listing.
    ///
    /// # Errors
    /// [`Error::Shape`] for a row without what the view requires.
    pub fn views<'a, V: Deserialize<'a>>(&'a self) -> Result<Vec<V>, Error> {
        let misfit = |row: usize, e: &serde_json::Error| Error::Shape {
            operation: self.operation,
            status: self.status,
            why: format!("in row {row}, {}", answer::misfit(e)),
        };
        let read = |(row, text)| row::read(text).map_err(|e| misfit(row, &e));
        self.rows().enumerate().map(read).collect()
    }

    /// What stood beside the rows, such as `summary` or `metadata`, as JSON text.
    pub fn siblings(&self) -> impl Iterator<Item = (&str, &str)> {
        self.siblings.iter().map(|(name, range)| (name.as_str(), self.part(range)))
    }

    /// Whether the API paged this list itself.
    #[must_use]
    pub fn is_paged(&self) -> bool {
        self.paged.is_some()
    }

    /// Opaque cursor of the next page, if the API paged and there is one.
    #[must_use]
    pub fn next_cursor(&self) -> Option<&str> {
        self.paged.as_ref().and_then(|p| p.next_cursor.as_deref())
    }

    fn part(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }
}

/// The body, which stays where it is if it is no text. Nobody else has it, so it is not copied.
fn take_text(answer: &mut Answer) -> Option<String> {
    match String::from_utf8(std::mem::take(&mut answer.body).into()) {
        Ok(text) => Some(text),
        Err(odd) => {
            answer.body = odd.into_bytes().into();
            None
        }
    }
}

/// Why it is no list: a strict reading tells the place of a fault, if that is what it was.
fn no_list(answer: &Answer, key: &str) -> Error {
    let strict = answer.json::<BTreeMap<String, &RawValue>>();
    strict.err().unwrap_or_else(|| answer.missing(key))
}

/// A list in pieces.
#[derive(Debug, Default)]
struct Cut<'a> {
    rows: Option<Vec<Range<usize>>>,
    beside: Vec<(Cow<'a, str>, Range<usize>)>,
}

impl<'a> Cut<'a> {
    /// Cuts an object whose rows stand under this key; nothing when it has a flaw.
    fn of(text: &'a str, key: &str) -> Option<Self> {
        let (mut cut, mut inner, mut is_sound) = (Self::default(), Vec::new(), true);
        children(text.as_bytes(), 2, |child| match child.depth {
            1 => is_sound &= cut.member(text, key, child.place, std::mem::take(&mut inner)),
            _ => inner.push(child.place),
        })
        .ok()?;
        (is_sound && text.trim_ascii_start().starts_with('{')).then_some(cut)
    }

    /// Takes in a member and what lies in its value; whether it is one.
    fn member(&mut self, text: &'a str, wanted: &str, place: Range<usize>, inner: Vec<Range<usize>>) -> bool {
        let member = text.get(place.clone()).and_then(row::member);
        let Some((name, value)) = member else { return false };
        match name == wanted {
            true if !value.starts_with('[') => return false,
            true => self.rows = Some(inner),
            false => self.beside.push((name, place.end - value.len()..place.end)),
        }
        true
    }
}

fn range_in(whole: &[u8], part: &str) -> Range<usize> {
    let start = (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize);
    start..start + part.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::law::LIST;
    use super::*;

    fn read(body: &str) -> Result<Listing, Error> {
        Listing::read(Answer::new(&LIST, 200, body.to_owned().into())?, "pods")
    }

    fn row() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 12, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((".{0,6}", inner), 0..4)
                    .prop_map(|v| Value::Object(v.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_list_is_cut_into_exactly_its_rows(rows in prop::collection::vec(row(), 0..6), pretty in any::<bool>()) {
            let body = json!({ "summary": { "ready": 1 }, "pods": rows, "pagination": { "nextCursor": null } });
            let text = if pretty { format!("\n {body:#} ") } else { body.to_string() };
            let list = read(&text).unwrap();
            let cut: Vec<Value> = list.rows().map(|row| serde_json::from_str(row).unwrap()).collect();
            prop_assert_eq!(cut, rows);
            prop_assert!(list.rows().all(|row| text.contains(row)));
            prop_assert_eq!(list.siblings().map(|(name, _)| name).collect::<Vec<_>>(), ["summary"]);
            prop_assert!(list.is_paged() && list.next_cursor().is_none());
        }

        #[test]
        fn no_text_breaks_the_cutting(text in "\\PC*|[{}\\[\\]\":,a 0-9]{0,40}") {
            if let Ok(list) = read(&text) {
                prop_assert!(list.rows().all(|row| !row.is_empty() && text.contains(row)));
            }
        }
    }

    #[test]
    fn a_row_that_does_not_fit_is_named_by_its_place() {
        #[derive(Debug, Deserialize)]
        struct View<'a> {
            #[serde(rename = "id", borrow)]
            _id: Cow<'a, str>,
        }
        let list = read(r#"{"pods":[{"id":"a"},{"id":["CANARY"]}]}"#).unwrap();
        let error = list.views::<View<'_>>().unwrap_err().to_string();
        assert!(error.contains("in row 1, expected a string at line 1 column 6"), "{error}");
    }
}
