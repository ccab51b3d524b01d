//! Rows of a list as the JSON that a client gets: written once, and measured by its length.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use serde_json::{Error, Value};

use super::clean;

/// Rows that are clean JSON texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rows {
    /// With commas between them.
    text: String,
    count: usize,
}

impl Rows {
    /// Adds a row unless they would become larger than so many bytes; whether it did. The first is always taken.
    pub(super) fn push(&mut self, row: &str, most: usize) -> bool {
        let has_room = self.text.len() + row.len() < most;
        if self.count > 0 && !has_room {
            return false;
        }
        if self.count > 0 {
            self.text.push(',');
        }
        self.text.push_str(row);
        self.count += 1;
        true
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// Bytes of the list that they make.
    pub(super) fn size(&self) -> usize {
        self.text.len() + 2
    }

    /// Writes the list that they make.
    pub(super) fn write(&self, out: &mut String) {
        out.push('[');
        out.push_str(&self.text);
        out.push(']');
    }

    /// The list that they make.
    pub(super) fn to_value(&self) -> Value {
        let mut text = String::with_capacity(self.size());
        self.write(&mut text);
        serde_json::from_str(&text).unwrap_or_default()
    }
}

/// The text of a row, clean.
///
/// # Errors
/// Those of the row.
pub(super) fn whole(row: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(row).map(clean::json)
}

/// The text of a row without its null and empty members: they say nothing and cost tokens on every row.
///
/// # Errors
/// Those of the row.
pub(super) fn summary(row: &impl Serialize) -> Result<String, Error> {
    let mut members = Members::default();
    row.serialize(&mut Serializer::with_formatter(&mut members, Apart::default()))?;
    Ok(clean::json(members.whole()))
}

/// The members of an object as they are written. One that says nothing is taken back when it ends.
#[derive(Debug)]
struct Members {
    text: Vec<u8>,
    /// Where the present one begins.
    from: usize,
}

impl Default for Members {
    fn default() -> Self {
        let mut text = Vec::with_capacity(256);
        text.push(b'{');
        Self { from: text.len(), text }
    }
}

impl Members {
    fn end(&mut self) {
        match is_empty(self.text.get(self.from..).unwrap_or_default()) {
            true => self.text.truncate(self.from),
            false => self.text.push(b','),
        }
        self.from = self.text.len();
    }

    fn whole(mut self) -> String {
        match self.text.last_mut() {
            Some(comma @ b',') => *comma = b'}',
            _ => self.text.push(b'}'),
        }
        String::from_utf8(self.text).unwrap_or_default()
    }
}

/// What ends a member. JSON without white space has no other line ends.
const END: &[u8] = b"\n";

impl Write for Members {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    #[expect(clippy::inline_always, reason = "most of what is written is known where it is, and one byte")]
    #[inline(always)]
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match bytes {
            END => self.end(),
            [one] => self.text.push(*one),
            _ => self.text.extend_from_slice(bytes),
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Of a text, a colon before two quotes is not one of its own characters: the first quote would have ended it.
fn is_empty(member: &[u8]) -> bool {
    let ends: [&[u8]; 4] = [b":null", b":\"\"", b":[]", b":{}"];
    ends.iter().any(|end| member.ends_with(end))
}

/// Writes what stands between the members of an object as [`END`], and nothing around them.
#[derive(Debug, Default)]
struct Apart {
    /// Objects that are open.
    depth: usize,
}

impl Formatter for Apart {
    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.depth += 1;
        if self.depth > 1 { out.write_all(b"{") } else { Ok(()) }
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.depth = self.depth.saturating_sub(1);
        if self.depth > 0 { out.write_all(b"}") } else { Ok(()) }
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if first || self.depth == 1 { Ok(()) } else { out.write_all(b",") }
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        if self.depth == 1 { out.write_all(END) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, json};

    use super::*;

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "[a:\"\\[\\]{}\n\u{202e}]{0,4}|null".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::vec((".{0,3}", inner), 0..3)
                    .prop_map(|all| all.into_iter().collect::<Map<_, _>>().into()),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_summary_says_what_is_not_empty_and_a_whole_row_says_all(
            row in prop::collection::vec(("[a-z:\"\\[]{1,4}", value()), 0..6),
        ) {
            let row: Map<String, Value> = row.into_iter().collect();
            let mut all = Value::from(row.clone());
            clean::value(&mut all);
            let mut told = row.clone();
            told.retain(|_, member| ![json!(null), json!(""), json!([]), json!({})].contains(member));
            let mut told = Value::from(told);
            clean::value(&mut told);
            prop_assert_eq!(whole(&row).unwrap(), all.to_string());
            prop_assert_eq!(summary(&row).unwrap(), told.to_string());
        }

        #[test]
        fn rows_are_a_list_of_at_most_the_size_that_was_said(
            rows in prop::collection::vec(value(), 0..6),
            most in 3usize..60,
        ) {
            let mut all = Rows::default();
            let taken: Vec<Value> =
                rows.iter().map_while(|row| all.push(&row.to_string(), most).then(|| row.clone())).collect();
            prop_assert_eq!(all.to_value(), Value::from(taken.clone()));
            prop_assert_eq!(all.size(), Value::from(taken).to_string().len());
            prop_assert!(all.len() < 2 || all.text.len() <= most);
            prop_assert!(all.len() > 0 || rows.is_empty());
        }
    }
}
