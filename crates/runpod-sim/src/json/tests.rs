use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value};

use super::*;

/// Everything that serde can say.
#[derive(Debug, Serialize)]
struct Everything {
    tiny: (i8, i16, i32, i64, i128),
    whole: (u8, u16, u32, u64, u128),
    broken: (f32, f64),
    letter: char,
    text: String,
    nothing: (),
    unit: Unit,
    maybe: Option<String>,
    wrapped: Wrapped,
    pair: Pair,
    each: Vec<Kind>,
    #[serde(rename = "with a name")]
    by_number: BTreeMap<i64, bool>,
    #[serde(rename = "a name that is longer than the name of any field of any contract that there is")]
    by_truth: BTreeMap<bool, u8>,
    by_letter: BTreeMap<char, u8>,
    #[serde(flatten)]
    more: BTreeMap<String, String>,
}

#[derive(Debug, Serialize)]
struct Unit;

#[derive(Debug, Serialize)]
struct Wrapped(u64);

#[derive(Debug, Serialize)]
struct Pair(String, bool);

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Alone,
    OfOne(String),
    OfTwo(u8, char),
    Named { first_name: String, age: Option<u8> },
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        Just(Kind::Alone),
        any::<String>().prop_map(Kind::OfOne),
        any::<(u8, char)>().prop_map(|(one, other)| Kind::OfTwo(one, other)),
        any::<(String, Option<u8>)>().prop_map(|(first_name, age)| Kind::Named { first_name, age }),
    ]
}

prop_compose! {
    fn everything()(
        tiny in any::<(i8, i16, i32, i64, i128)>(), whole in any::<(u8, u16, u32, u64, u128)>(),
        broken in any::<(f32, f64)>(), letter in any::<char>(), text in any::<String>(),
        maybe in any::<Option<String>>(), wrapped in any::<u64>().prop_map(Wrapped),
        pair in any::<(String, bool)>().prop_map(|(text, truth)| Pair(text, truth)),
        each in prop::collection::vec(kind(), 0..4), by_number in any::<BTreeMap<i64, bool>>(),
        (by_truth, by_letter) in any::<(BTreeMap<bool, u8>, BTreeMap<char, u8>)>(),
        more in any::<BTreeMap<String, String>>(),
    ) -> Everything {
        let (nothing, unit) = ((), Unit);
        Everything { tiny, whole, broken, letter, text, nothing, unit, maybe, wrapped, pair, each,
            by_number, by_truth, by_letter, more }
    }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        let named = prop::collection::vec((any::<String>(), inner.clone()), 0..5);
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(Value::from),
            named.prop_map(|members| Value::from(Map::from_iter(members))),
        ]
    })
}

/// Both ways to write a value.
fn both(value: &impl Serialize) -> (String, String) {
    let ours = String::from_utf8(write(value).unwrap()).unwrap();
    (ours, serde_json::to_string(value).unwrap())
}

proptest! {
    #[test]
    fn whatever_can_be_said_is_written_as_serde_json_writes_it(said in everything()) {
        let (ours, theirs) = both(&said);
        prop_assert_eq!(ours, theirs);
    }

    #[test]
    fn values_are_written_as_serde_json_writes_them(value in value()) {
        let (ours, theirs) = both(&value);
        prop_assert_eq!(ours, theirs);
    }

    #[test]
    fn texts_full_of_quotes_and_controls_are_too(text in "[\"\\\\\u{0}-\u{21}a-z\u{7f}-\u{ff}\u{1f600}]{0,40}") {
        let (ours, theirs) = both(&text);
        prop_assert_eq!(ours, theirs);
    }
}

#[test]
fn what_can_be_shown_is_written_piece_by_piece_as_one_text() {
    struct Shown(&'static str);

    impl Serialize for Shown {
        fn serialize<S: ser::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            to.collect_str(&format_args!("{}\"{:?} {}", self.0, self.0, 7))
        }
    }

    let (ours, theirs) = both(&[Shown("plain"), Shown("\\ and \n"), Shown("")]);
    assert_eq!(ours, theirs);
}

#[test]
fn a_byte_that_must_be_escaped_is_seen_at_every_place_of_a_text_of_any_length() {
    for length in 1..30 {
        for place in 0..length {
            for byte in 0..128 {
                let mut text = vec![b'x'; length];
                text[place] = byte;
                let (ours, theirs) = both(&String::from_utf8(text).unwrap());
                assert_eq!(ours, theirs);
            }
        }
    }
}

#[test]
fn what_is_no_number_is_null_and_what_is_no_name_is_refused() {
    assert_eq!(write(&[f64::NAN, f64::INFINITY]).unwrap(), b"[null,null]");
    for name in [None, Some(vec![1])] {
        let map = BTreeMap::from([(name, 1)]);
        assert!(write(&map).is_err() && serde_json::to_vec(&map).is_err());
    }
}
