//! An object of which a few members are wanted, read without a look into the others.
//!
//! A row of a list is mostly what a list does not show. A view that wants seven members of it pays for these seven.

use std::borrow::Cow;
use std::collections::HashMap;
use std::vec;

use serde::de::value::{BorrowedStrDeserializer, StringDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};
use serde_json::Error;

use crate::scan::{Child, children};

/// Reads a view of an object. Members that the view does not name may hold anything with matching brackets.
///
/// # Errors
/// Those of a strict reading, with the line and the column in the text.
pub fn read<'a, V: Deserialize<'a>>(text: &'a str) -> Result<V, Error> {
    match V::deserialize(Row(text)) {
        Ok(view) => Ok(view),
        // A list would be read as the members of the view, in the order in which it names them.
        Err(_) if text.trim_ascii_start().starts_with('[') => Err(no_object(text)),
        Err(_) => serde_json::from_str(text),
    }
}

/// The error of a strict reading of something that is no object.
fn no_object(text: &str) -> Error {
    let read = serde_json::from_str::<HashMap<&str, IgnoredAny>>(text);
    read.err().unwrap_or_else(|| Error::custom("expected an object"))
}

/// An object, taken apart when it is known which members are wanted.
struct Row<'a>(&'a str);

impl<'a> Row<'a> {
    fn members(self, names: Names) -> Result<Members<'a>, Error> {
        let mut members = Vec::with_capacity(16);
        let hear = |child: Child| {
            let member = self.0.get(child.place).unwrap_or_default();
            if names.may_have(member) {
                members.push(member);
            }
        };
        match children(self.0.as_bytes(), 1, hear) {
            Ok(()) if self.0.trim_ascii_start().starts_with('{') => {
                Ok(Members { left: members.into_iter(), value: "" })
            }
            _ => Err(Error::custom("no object")),
        }
    }
}

impl<'de> Deserializer<'de> for Row<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(self.members(Names::ALL)?)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_map(self.members(Names::of(fields))?)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct
        seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// The names of members, as far as their first two bytes tell: most members of a row are not wanted, and need not be
/// looked at longer.
#[derive(Clone, Copy)]
struct Names(u64);

impl Names {
    const ALL: Self = Self(u64::MAX);

    fn of(names: &[&str]) -> Self {
        let bit = |name: &&str| match name.as_bytes() {
            [first, second, ..] => Self::bit(*first, *second),
            [only] => Self::bit(*only, b'"'),
            [] => u64::MAX,
        };
        Self(names.iter().map(bit).fold(0, |all, bit| all | bit))
    }

    fn bit(first: u8, second: u8) -> u64 {
        1 << ((first.wrapping_mul(4) ^ second) % 64)
    }

    /// Whether a member may have one of these names. One with an escape may have any.
    fn may_have(self, member: &str) -> bool {
        match member.as_bytes() {
            [b'"', first, second, ..] if *first != b'\\' && *second != b'\\' => {
                self.0 & Self::bit(*first, *second) != 0
            }
            _ => true,
        }
    }
}

struct Members<'de> {
    left: vec::IntoIter<&'de str>,
    /// Of the member whose key was read.
    value: &'de str,
}

impl<'de> MapAccess<'de> for Members<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some(member) = self.left.next() else { return Ok(None) };
        let (key, value) = self::member(member).ok_or_else(|| Error::custom("a member without a key"))?;
        self.value = value;
        match key {
            Cow::Borrowed(key) => seed.deserialize(BorrowedStrDeserializer::new(key)).map(Some),
            Cow::Owned(key) => seed.deserialize(StringDeserializer::new(key)).map(Some),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        seed.deserialize(Wanted(self.value))
    }
}

/// The key and the value of a member as it is written; a plain key is taken where it stands.
pub(crate) fn member(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let (key, end) = key(text)?;
    let value = match text.as_bytes().get(end..)? {
        // As programs write it.
        [b':', first, ..] if *first > b' ' => text.get(end + 1..)?,
        _ => text.get(end..)?.trim_ascii_start().strip_prefix(':')?.trim_ascii_start(),
    };
    (!value.is_empty()).then_some((key, value))
}

/// The key that a text begins with, and where it ends.
fn key(text: &str) -> Option<(Cow<'_, str>, usize)> {
    let inner = text.as_bytes().strip_prefix(b"\"")?;
    // Keys are short: searching many bytes at a time takes longer.
    let end = inner.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
    if inner.get(end) == Some(&b'"') {
        return Some((Cow::Borrowed(text.get(1..=end)?), end + 2));
    }
    let mut keys = serde_json::Deserializer::from_str(text).into_iter::<String>();
    Some((Cow::Owned(keys.next()?.ok()?), keys.byte_offset()))
}

/// A value, parsed if somebody wants it.
struct Wanted<'de>(&'de str);

impl<'de> Wanted<'de> {
    /// A text that stands for itself, as nearly all do: printable ASCII, nothing escaped.
    fn plain(&self) -> Option<&'de str> {
        let inner = self.0.strip_prefix('"')?.strip_suffix('"')?;
        let is_plain = |byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
        inner.bytes().all(is_plain).then_some(inner)
    }

    fn parse<T>(
        &self,
        how: impl FnOnce(&mut serde_json::Deserializer<serde_json::de::StrRead<'de>>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut text = serde_json::Deserializer::from_str(self.0);
        let value = how(&mut text)?;
        text.end().map(|()| value)
    }
}

impl<'de> Deserializer<'de> for Wanted<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.plain() {
            Some(text) => visitor.visit_borrowed_str(text),
            None => self.parse(|text| text.deserialize_any(visitor)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            "null" => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.parse(|text| text.deserialize_newtype_struct(name, visitor))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.parse(|text| text.deserialize_enum(name, variants, visitor))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map struct identifier
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde_json::Value;
    use serde_json::value::RawValue;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "camelCase")]
    struct View<'a> {
        #[serde(borrow)]
        id: Cow<'a, str>,
        cost: Option<f64>,
        list: Option<Vec<u8>>,
        kind: Option<Kind>,
        #[serde(default)]
        deep: BTreeMap<String, Value>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    enum Kind {
        Plain,
        Held(u8),
    }

    #[test]
    fn what_is_wanted_is_read_and_the_rest_is_not_looked_into() {
        let text = r#" {"x":[1,{"y":nonsense}], "id" : "a\"b","list":[1,2],"kind":{"Held":3},"cost":2,"deep":{"k":[{}]}} "#;
        let view: View<'_> = read(text).unwrap();
        assert_eq!((&*view.id, view.cost, view.list), ("a\"b", Some(2.0), Some(vec![1, 2])));
        assert_eq!((view.kind, view.deep.len()), (Some(Kind::Held(3)), 1));
        let borrowed: View<'_> = read(r#"{"id":"abc","kind":"Plain"}"#).unwrap();
        assert!(matches!(borrowed.id, Cow::Borrowed("abc")));
        let raw: BTreeMap<String, &RawValue> = read(r#"{"\u0061":[ 1 ]}"#).unwrap();
        assert_eq!(raw["a"].get(), "[ 1 ]");
    }

    #[test]
    fn names_are_found_however_short_or_odd_they_are() {
        #[derive(Debug, Deserialize, PartialEq)]
        struct Odd {
            #[serde(rename = "")]
            none: u8,
            #[serde(alias = "b")]
            a: u8,
            é: u8,
        }
        for text in [r#"{"x":0,"":1,"b":2,"é":3}"#, r#"{"\u0061":2,"":1,"\u00e9":3}"#] {
            assert_eq!(read::<Odd>(text).unwrap(), Odd { none: 1, a: 2, é: 3 }, "{text}");
        }
        let twice = r#"{"":1,"b":2,"a":3,"é":3}"#;
        let strict = serde_json::from_str::<Odd>(twice).unwrap_err().to_string();
        assert_eq!(read::<Odd>(twice).unwrap_err().to_string(), strict);
    }

    #[test]
    fn a_list_is_no_object_even_if_its_elements_would_fit_the_members() {
        for text in [r#"["a",1.0,null,null,{}]"#, " []", "[1"] {
            let error = read::<View<'_>>(text).unwrap_err().to_string();
            assert!(error.starts_with("invalid type: sequence, expected a map"), "{error}");
        }
    }

    #[test]
    fn what_does_not_fit_is_told_as_by_a_strict_reading() {
        for text in [
            r#"{"id":1}"#,
            r#"{"id":"a","cost":"x"}"#,
            r#"{"cost":1}"#,
            r#"{"id":"a","id":"b"}"#,
            "1",
            "{",
            "{1}",
        ] {
            let (ours, strict) = (read::<View<'_>>(text), serde_json::from_str::<View<'_>>(text));
            assert_eq!(ours.unwrap_err().to_string(), strict.unwrap_err().to_string(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_json_reads_as_with_serde(
            members in prop::collection::vec((r#"id|cost|list|kind|deep|[a-z"\\{,:é]{0,4}"#, value()), 0..6),
            pretty in any::<bool>(),
        ) {
            let object: serde_json::Map<String, Value> = members.into_iter().collect();
            let text = if pretty { format!("{:#}", Value::from(object)) } else { Value::from(object).to_string() };
            let strict = serde_json::from_str::<View<'_>>(&text).map_err(|e| e.to_string());
            prop_assert_eq!(read::<View<'_>>(&text).map_err(|e| e.to_string()), strict);
            prop_assert_eq!(read::<Value>(&text).unwrap(), serde_json::from_str::<Value>(&text).unwrap());
        }
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<i8>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,6}".prop_map(Value::from),
            Just(Value::from("Plain")),
        ];
        leaf.prop_recursive(2, 8, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::vec((".{0,3}", inner), 0..3)
                    .prop_map(|v| Value::Object(v.into_iter().collect())),
            ]
        })
    }
}
