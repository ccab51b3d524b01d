//! Cutting a reply that is too large, at the borders of elements, and saying what was cut.
//!
//! Every key of an object stays as long as there is room; what is large (a log, an output, a long list) is what
//! gives. The result is valid JSON of at most the asked size.

use serde_json::{Map, Value, json};

/// What is left of one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    /// RFC 6901 pointer.
    path: String,
    /// Elements, members or bytes that were kept.
    kept: usize,
    /// How many there were.
    of: usize,
    unit: &'static str,
}

impl Cut {
    pub(crate) fn to_json(&self) -> Value {
        json!({"path": self.path, "kept": self.kept, "of": self.of, "unit": self.unit})
    }
}

/// Cuts `value` so that its compact JSON has at most `budget` bytes; returns what was cut.
pub(crate) fn fit(value: &mut Value, budget: usize) -> Vec<Cut> {
    let mut cuts = Vec::new();
    shrink(value, budget, "", &mut cuts);
    cuts
}

/// Bytes of the compact JSON of a value.
pub(crate) fn size(value: &Value) -> usize {
    match value {
        Value::Array(items) => 2 + items.len().saturating_sub(1) + items.iter().map(size).sum::<usize>(),
        Value::Object(map) => {
            2 + map.len().saturating_sub(1)
                + map.iter().map(|(key, v)| key_size(key) + size(v)).sum::<usize>()
        }
        Value::String(text) => text_size(text),
        other => other.to_string().len(),
    }
}

/// Whether the compact JSON of a value has at most so many bytes. For what is far smaller no text is looked at.
pub(crate) fn fits(value: &Value, budget: usize) -> bool {
    bound(value) <= budget || size(value) <= budget
}

/// No less than [`size`], without a look into texts: a byte is written as six at most, a number in 25.
pub(crate) fn bound(value: &Value) -> usize {
    let text = |text: &str| 2 + 6 * text.len();
    match value {
        Value::Array(items) => 2 + items.iter().map(|item| 1 + bound(item)).sum::<usize>(),
        Value::Object(map) => {
            2 + map.iter().map(|(key, member)| 2 + text(key) + bound(member)).sum::<usize>()
        }
        Value::String(said) => text(said),
        Value::Null | Value::Bool(_) | Value::Number(_) => 25,
    }
}

/// A key with its quotes and the colon.
fn key_size(key: &str) -> usize {
    text_size(key) + 1
}

fn text_size(text: &str) -> usize {
    // Nearly every text is written as it is, and every text of every reply goes through here.
    let plain = text.bytes().filter(|byte| *byte < b' ' || matches!(byte, b'"' | b'\\')).count() == 0;
    2 + text.len() + if plain { 0 } else { text.bytes().map(escape_size).sum() }
}

/// Bytes of a character inside a JSON string as serde_json writes it.
fn char_size(c: char) -> usize {
    c.len_utf8() + u8::try_from(c).map_or(0, escape_size)
}

/// Bytes by which a byte becomes longer. No byte of a longer character does.
fn escape_size(byte: u8) -> usize {
    match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 1,
        0x00..0x20 => 5,
        _ => 0,
    }
}

fn shrink(value: &mut Value, budget: usize, path: &str, cuts: &mut Vec<Cut>) {
    if fits(value, budget) {
        return;
    }
    match value {
        Value::String(text) => shrink_text(text, budget, path, cuts),
        Value::Array(items) => shrink_array(items, budget, path, cuts),
        Value::Object(map) => shrink_object(map, budget, path, cuts),
        _ => (),
    }
}

fn shrink_text(text: &mut String, budget: usize, path: &str, cuts: &mut Vec<Cut>) {
    let of = text.len();
    let mut room = budget.saturating_sub(2);
    let end = text.char_indices().find(|(_, c)| match room.checked_sub(char_size(*c)) {
        Some(rest) => {
            room = rest;
            false
        }
        None => true,
    });
    text.truncate(end.map_or(of, |(at, _)| at));
    cuts.push(Cut { path: path.to_owned(), kept: text.len(), of, unit: "bytes" });
}

fn shrink_array(items: &mut Vec<Value>, budget: usize, path: &str, cuts: &mut Vec<Cut>) {
    let of = items.len();
    let mut room = budget.saturating_sub(2);
    let mut kept = 0;
    for item in items.iter() {
        match room.checked_sub(size(item) + usize::from(kept > 0)) {
            Some(rest) => room = rest,
            None => break,
        }
        kept += 1;
    }
    // A first element that is too large by itself is cut inside, or nothing of the list would be seen.
    if let (0, Some(first)) = (kept, items.first_mut())
        && least(first) <= room
    {
        shrink(first, room, &format!("{path}/0"), cuts);
        kept = 1;
    }
    items.truncate(kept);
    if kept < of {
        cuts.push(Cut { path: path.to_owned(), kept, of, unit: "elements" });
    }
}

/// What a value cannot be made smaller than: text, lists and maps can be emptied, the rest stays as it is.
fn least(value: &Value) -> usize {
    match value {
        Value::String(_) | Value::Array(_) | Value::Object(_) => 2,
        scalar => size(scalar),
    }
}

/// Small members stay whole; large ones share evenly what the least of each leaves.
fn shrink_object(map: &mut Map<String, Value>, budget: usize, path: &str, cuts: &mut Vec<Cut>) {
    drop_members(map, budget, path, cuts);
    let bare = map.iter().map(|(key, value)| key_size(key) + least(value)).sum::<usize>();
    let mut spare = budget.saturating_sub(2 + map.len().saturating_sub(1) + bare);
    let mut members: Vec<(&String, &mut Value)> = map.iter_mut().collect();
    members.sort_by_key(|(_, member)| size(member));
    let mut left = members.len();
    for (key, member) in members {
        let bottom = least(member);
        let share = bottom + spare / left.max(1);
        shrink(member, share, &format!("{path}/{}", key.replace('~', "~0").replace('/', "~1")), cuts);
        spare = spare.saturating_sub(size(member).saturating_sub(bottom));
        left -= 1;
    }
}

/// Drops the last members of a map in which not even all keys with emptied values would fit.
fn drop_members(map: &mut Map<String, Value>, budget: usize, path: &str, cuts: &mut Vec<Cut>) {
    let of = map.len();
    let mut room = budget.saturating_sub(2);
    let mut kept = 0;
    for (key, value) in map.iter() {
        match room.checked_sub(key_size(key) + least(value) + usize::from(kept > 0)) {
            Some(rest) => room = rest,
            None => break,
        }
        kept += 1;
    }
    if kept < of {
        let names: Vec<String> = map.keys().skip(kept).cloned().collect();
        for name in names {
            map.shift_remove(&name);
        }
        cuts.push(Cut { path: path.to_owned(), kept, of, unit: "members" });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            ".{0,60}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
                prop::collection::btree_map(".{0,8}", inner, 0..8)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn size_is_what_serde_writes(value in any_json()) {
            let written = value.to_string().len();
            prop_assert_eq!(size(&value), written);
            prop_assert!(bound(&value) >= written);
            prop_assert!(fits(&value, written) && !fits(&value, written - 1));
        }

        #[test]
        fn what_fits_is_untouched_and_the_rest_fits_afterwards(value in any_json(), budget in 20usize..2000) {
            // Replies are objects; a bare number would have no border to cut at.
            let before = json!({"reply": [value]});
            let mut after = before.clone();
            let cuts = fit(&mut after, budget);
            if size(&before) <= budget {
                prop_assert_eq!(&after, &before);
                prop_assert!(cuts.is_empty());
            } else {
                prop_assert!(!cuts.is_empty());
                prop_assert!(size(&after) <= budget, "{} > {budget}", size(&after));
            }
        }
    }

    #[test]
    fn the_large_part_gives_and_the_small_parts_stay() {
        let mut value = json!({"id": "abc", "output": "x".repeat(1000), "status": "COMPLETED"});
        let cuts = fit(&mut value, 200);
        assert_eq!((&value["id"], &value["status"]), (&json!("abc"), &json!("COMPLETED")));
        assert_eq!(cuts[0].to_json()["path"], "/output");
        assert_eq!(cuts[0].to_json()["of"], 1000);
    }
}
