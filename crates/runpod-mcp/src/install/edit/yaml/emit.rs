//! Values as YAML: in lines where there is room for them, else in braces, which JSON is.

use serde_json::Value;

/// The lines of an entry whose key stands at this column.
pub(super) fn entry(name: &str, value: &Value, column: usize) -> Vec<String> {
    let indent = " ".repeat(column);
    match value {
        Value::Object(map) if !map.is_empty() => {
            let below = map.iter().flat_map(|(name, value)| entry(name, value, column + 2));
            [format!("{indent}{}:", key(name))].into_iter().chain(below).collect()
        }
        Value::Array(items) if !items.is_empty() => {
            let below = items.iter().flat_map(|value| item(value, column + 2));
            [format!("{indent}{}:", key(name))].into_iter().chain(below).collect()
        }
        plain => vec![format!("{indent}{}: {}", key(name), flow(plain))],
    }
}

/// The lines of an item of a list whose dash stands at this column.
pub(super) fn item(value: &Value, column: usize) -> Vec<String> {
    let indent = " ".repeat(column);
    match value {
        Value::Object(map) if !map.is_empty() => {
            let lines = map.iter().flat_map(|(name, value)| entry(name, value, column + 2));
            let dash = |(number, line): (usize, String)| match number {
                0 => format!("{indent}- {}", line.trim_start_matches(' ')),
                _ => line,
            };
            lines.enumerate().map(dash).collect()
        }
        plain => vec![format!("{indent}- {}", flow(plain))],
    }
}

/// A value on one line.
pub(super) fn flow(value: &Value) -> String {
    match value {
        Value::String(text) if is_plain(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A key.
pub(super) fn key(name: &str) -> String {
    flow(&Value::from(name))
}

/// Whether a text needs no quotes: a word that no reader takes for something else.
fn is_plain(text: &str) -> bool {
    const OTHERS: [&str; 9] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    let word = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
    word && text.chars().all(safe) && !OTHERS.contains(&text.to_ascii_lowercase().as_str())
}
