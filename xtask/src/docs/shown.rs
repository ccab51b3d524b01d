//! JSON as a reader wants to see it: what is short stays on its line, what is long is cut and says so.

use std::fmt::Write as _;

use serde_json::Value;

/// Longest value that stays on one line, in characters.
const LINE: usize = 100;
/// Most elements that are shown of a list.
const ELEMENTS: usize = 2;
/// Most characters that are shown of a text.
const TEXT: usize = 240;

/// The value, with `…` for what was left out.
pub(super) fn shown(value: &Value) -> String {
    let mut out = String::new();
    write(&cut(value), 0, &mut out);
    out
}

/// The value without what is too much of it.
fn cut(value: &Value) -> Value {
    match value {
        Value::String(text) if text.chars().count() > TEXT => {
            Value::from(text.chars().take(TEXT).chain(['…']).collect::<String>())
        }
        Value::Array(items) => {
            let mut kept: Vec<_> = items.iter().take(ELEMENTS).map(cut).collect();
            if items.len() > ELEMENTS {
                kept.push(format!("… {} more", items.len() - ELEMENTS).into());
            }
            kept.into()
        }
        Value::Object(members) => members.iter().map(|(name, member)| (name.clone(), cut(member))).collect(),
        other => other.clone(),
    }
}

fn write(value: &Value, depth: usize, out: &mut String) {
    let line = one_line(value);
    if depth * 2 + line.chars().count() <= LINE {
        out.push_str(&line);
        return;
    }
    match value {
        Value::Array(items) => block(items.iter().map(|item| (None, item)), ['[', ']'], depth, out),
        Value::Object(members) => {
            block(members.iter().map(|(name, member)| (Some(name), member)), ['{', '}'], depth, out);
        }
        _ => out.push_str(&line),
    }
}

fn block<'a>(
    parts: impl Iterator<Item = (Option<&'a String>, &'a Value)>,
    [open, close]: [char; 2],
    depth: usize,
    out: &mut String,
) {
    let indent = "  ".repeat(depth);
    for (place, (name, value)) in parts.enumerate() {
        out.push(if place == 0 { open } else { ',' });
        out.push_str("\n  ");
        out.push_str(&indent);
        if let Some(name) = name {
            // Writing into a String does not fail.
            let _ = write!(out, "{}: ", Value::from(name.as_str()));
        }
        write(value, depth + 1, out);
    }
    out.push('\n');
    out.push_str(&indent);
    out.push(close);
}

/// The value on one line, with the blanks that make it readable.
pub(super) fn one_line(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(one_line).collect::<Vec<_>>().join(", ")),
        Value::Object(members) if members.is_empty() => "{}".to_owned(),
        Value::Object(members) => {
            let member = |(name, member): (&String, &Value)| {
                format!("{}: {}", Value::from(name.as_str()), one_line(member))
            };
            format!("{{ {} }}", members.iter().map(member).collect::<Vec<_>>().join(", "))
        }
        plain => plain.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_short_stays_on_its_line() {
        assert_eq!(shown(&json!({"a": [1, 2], "b": {}})), r#"{ "a": [1, 2], "b": {} }"#);
    }

    #[test]
    fn what_is_long_is_spread_and_nothing_is_lost() {
        let long =
            json!({"a": {"name": "x".repeat(60), "other": "y".repeat(60)}, "b": ["z".repeat(99), true]});
        let text = shown(&long);
        assert!(text.lines().count() > 8, "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), long);
    }

    #[test]
    fn what_is_left_out_is_counted() {
        assert_eq!(shown(&json!([1, 2, 3, 4])), r#"[1, 2, "… 2 more"]"#);
        assert!(shown(&json!("é".repeat(900))).ends_with("é…\""));
    }
}
