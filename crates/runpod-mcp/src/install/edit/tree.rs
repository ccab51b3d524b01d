//! What a file says, whatever its dialect, so that one comparison serves all of them.
//!
//! Numbers stay as they are written and keys that are there twice stay there twice: what this program does not touch must be
//! found again as it was, also where a reader would call it wrong.

use serde_json::Value;

use super::{Place, Refusal};

/// A value in a file.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tree {
    Null,
    Bool(bool),
    /// As it is written.
    Number(String),
    Text(String),
    List(Vec<Self>),
    Map(Vec<(String, Self)>),
    /// What only one dialect knows: a date, an alias, a tagged value.
    Own(String),
}

/// What is at a place.
pub(super) enum Found<'a> {
    Entry(&'a Tree),
    /// The map is there, the entry is not.
    NoEntry,
    /// The map is not there either.
    NoMap,
    /// The value of this key is no map.
    Shape(String),
    /// The value of this key is said elsewhere.
    Indirect(String),
    Twice(String),
}

impl Found<'_> {
    /// Why nothing can be put here.
    pub(super) fn refusal(self) -> Refusal {
        match self {
            Self::Twice(key) => Refusal::Twice(key),
            Self::Indirect(key) => Refusal::Doubt(format!(
                "{key} is an alias or has a tag or an anchor, which are not followed in YAML"
            )),
            Self::Shape(key) if key.is_empty() => {
                Refusal::Shape("what the file holds".to_owned(), "an object")
            }
            Self::Shape(key) => Refusal::Shape(key, "an object"),
            Self::Entry(_) | Self::NoEntry | Self::NoMap => {
                Refusal::Doubt("the entry cannot be changed".to_owned())
            }
        }
    }
}

impl Tree {
    pub(super) fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::Number(number.to_string()),
            Value::String(text) => Self::Text(text.clone()),
            Value::Array(items) => Self::List(items.iter().map(Self::of).collect()),
            Value::Object(map) => Self::Map(map.iter().map(|(k, v)| (k.clone(), Self::of(v))).collect()),
        }
    }

    /// As JSON, for whoever wants to look at an entry.
    pub(super) fn value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Number(number) => serde_json::from_str(number).unwrap_or_else(|_| number.as_str().into()),
            Self::Text(text) | Self::Own(text) => text.as_str().into(),
            Self::List(items) => items.iter().map(Self::value).collect(),
            Self::Map(map) => Value::Object(map.iter().map(|(k, v)| (k.clone(), v.value())).collect()),
        }
    }

    /// Whether it is this value, in whatever order and spelling.
    pub(super) fn is(&self, value: &Value) -> bool {
        self.same(&Self::of(value), false)
    }

    /// Whether two trees say the same.
    pub(super) fn same(&self, other: &Self, ordered: bool) -> bool {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => same_number(a, b),
            (Self::List(a), Self::List(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b, ordered))
            }
            (Self::Map(a), Self::Map(b)) => same_maps(a, b, ordered),
            _ => self == other,
        }
    }

    /// What is at a place. In a loose dialect a key without a value is an empty map, and so is a list of named maps.
    pub(super) fn find(&self, at: &Place, loose: bool) -> Found<'_> {
        let mut here = self;
        let mut way = Vec::new();
        for key in &at.map {
            let found = match here {
                Self::Map(map) => only(map, key),
                Self::Null if loose => return Found::NoMap,
                Self::Own(_) => return Found::Indirect(way.join(".")),
                _ => return Found::Shape(way.join(".")),
            };
            match found {
                Ok(Some(next)) => here = next,
                Ok(None) => return Found::NoMap,
                Err(Twofold) => return Found::Twice(key.clone()),
            }
            way.push(key.as_str());
        }
        let found = match here {
            Self::Map(map) => only(map, &at.name),
            Self::List(items) if loose => only_named(items, &at.name),
            Self::Null if loose => Ok(None),
            Self::Own(_) => return Found::Indirect(at.shown()),
            _ => return Found::Shape(at.shown()),
        };
        match found {
            Ok(Some(entry)) => Found::Entry(entry),
            Ok(None) => Found::NoEntry,
            Err(Twofold) => Found::Twice(at.name.clone()),
        }
    }

    /// The same with this entry in it: in its place if it was there, else behind the others.
    pub(super) fn with(self, at: &Place, entry: Self) -> Self {
        self.changed(&at.map, &at.name, Some(entry))
    }

    /// The same without the entry.
    pub(super) fn without(self, at: &Place) -> Self {
        self.changed(&at.map, &at.name, None)
    }

    /// The same without the maps on this way that hold nothing.
    pub(super) fn pruned(self, way: &[String]) -> Self {
        match (way.split_first(), self) {
            (Some((key, rest)), Self::Map(map)) => put(map, key, |below| {
                below.map(|below| below.pruned(rest)).filter(|below| *below != Self::Map(Vec::new()))
            }),
            (_, other) => other,
        }
    }

    fn changed(self, way: &[String], name: &str, entry: Option<Self>) -> Self {
        match (way.split_first(), self) {
            (Some((key, rest)), Self::Map(map)) => {
                put(map, key, |below| Some(below.unwrap_or(Self::Null).changed(rest, name, entry)))
            }
            (Some((key, rest)), Self::Null) => {
                Self::Map(vec![(key.clone(), Self::Null.changed(rest, name, entry))])
            }
            (None, Self::Map(map)) => put(map, name, |_| entry),
            (None, Self::Null) => {
                Self::Map(entry.map(|entry| (name.to_owned(), entry)).into_iter().collect())
            }
            (None, Self::List(items)) => put_named(items, name, entry),
            (_, other) => other,
        }
    }

    fn is_called(&self, name: &str) -> bool {
        let Self::Map(map) = self else { return false };
        map.iter().any(|(key, value)| key == "name" && *value == Self::Text(name.to_owned()))
    }
}

/// A key that is there more than once.
struct Twofold;

fn one<T>(mut found: impl Iterator<Item = T>) -> Result<Option<T>, Twofold> {
    let first = found.next();
    if found.next().is_some() { Err(Twofold) } else { Ok(first) }
}

fn only<'a>(map: &'a [(String, Tree)], key: &str) -> Result<Option<&'a Tree>, Twofold> {
    one(map.iter().filter(|(name, _)| name == key).map(|(_, value)| value))
}

fn only_named<'a>(items: &'a [Tree], name: &str) -> Result<Option<&'a Tree>, Twofold> {
    one(items.iter().filter(|item| item.is_called(name)))
}

/// A map in which the value of a key has become another one, or nothing.
fn put(map: Vec<(String, Tree)>, key: &str, change: impl FnOnce(Option<Tree>) -> Option<Tree>) -> Tree {
    let mut change = Some(change);
    let mut out = Vec::with_capacity(map.len() + 1);
    for (name, value) in map {
        match change.take_if(|_| name == key) {
            Some(change) => out.extend(change(Some(value)).map(|value| (name, value))),
            None => out.push((name, value)),
        }
    }
    out.extend(change.and_then(|change| change(None)).map(|value| (key.to_owned(), value)));
    Tree::Map(out)
}

fn put_named(items: Vec<Tree>, name: &str, mut entry: Option<Tree>) -> Tree {
    let mut out = Vec::with_capacity(items.len() + 1);
    for item in items {
        if item.is_called(name) {
            out.extend(entry.take());
        } else {
            out.push(item);
        }
    }
    out.extend(entry);
    Tree::List(out)
}

fn same_maps(a: &[(String, Tree)], b: &[(String, Tree)], ordered: bool) -> bool {
    let same = |(a, b): (&(String, Tree), &(String, Tree))| a.0 == b.0 && a.1.same(&b.1, ordered);
    if ordered {
        return a.len() == b.len() && a.iter().zip(b).all(same);
    }
    let sorted = |map: &[(String, Tree)]| {
        let mut all = map.to_vec();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all
    };
    let (a, b) = (sorted(a), sorted(b));
    a.len() == b.len() && a.iter().zip(&b).all(same)
}

/// Whether two spellings are one number. Whole ones are compared to the last digit.
fn same_number(a: &str, b: &str) -> bool {
    if let (Ok(a), Ok(b)) = (a.parse::<i128>(), b.parse::<i128>()) {
        return a == b;
    }
    a == b || a.parse::<f64>().is_ok_and(|a| b.parse() == Ok(a) && a.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn place() -> Place {
        Place::new(["a", "b"], "me").expect("a place")
    }

    #[test]
    fn an_entry_is_put_and_taken_where_it_belongs() {
        let tree = Tree::of(&json!({"x": 1, "a": {"b": {"you": 2}}}));
        let with = tree.clone().with(&place(), Tree::Bool(true));
        assert_eq!(with, Tree::of(&json!({"x": 1, "a": {"b": {"you": 2, "me": true}}})));
        assert_eq!(with.without(&place()), tree);
        let made = Tree::of(&json!({"x": 1})).with(&place(), Tree::Null);
        assert_eq!(made, Tree::of(&json!({"x": 1, "a": {"b": {"me": null}}})));
    }

    #[test]
    fn order_counts_where_it_is_asked_for_and_numbers_by_value() {
        let (a, b) = (Tree::of(&json!({"a": 1, "b": 2.0})), Tree::of(&json!({"b": 2, "a": 1})));
        assert!(a.same(&b, false) && !a.same(&b, true));
        assert!(!Tree::Number("1".to_owned()).same(&Tree::Text("1".to_owned()), false));
        assert!(
            !Tree::Number("9007199254740993".to_owned())
                .same(&Tree::Number("9007199254740992".to_owned()), true)
        );
    }
}
