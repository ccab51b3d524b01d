//! Files in which a map is there, as different people lay them out, and entries to put into them.

use proptest::prelude::*;
use runpod_mcp::install::edit::Dialect;
use serde_json::{Map, Value, json};

/// A file, how it is read, and what is in its map.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub(super) text: String,
    pub(super) dialect: Dialect,
    pub(super) others: Vec<(String, Value)>,
}

/// A server entry.
pub(super) fn entry() -> impl Strategy<Value = Value> {
    let text = r#"[ -~äé😀]{0,12}"#;
    let env = proptest::option::of(proptest::collection::btree_map("[A-Z_]{1,8}", text, 0..3));
    (text, proptest::collection::vec(text, 0..3), env, any::<bool>(), 0..9i64).prop_map(
        |(command, args, env, on, n)| {
            let mut entry = json!({"command": command, "args": args, "enabled": on, "timeout": n});
            if let (Some(env), Value::Object(entry)) = (env, &mut entry) {
                entry.insert("env".to_owned(), json!(env));
            }
            entry
        },
    )
}

pub(super) fn in_every_layout() -> impl Strategy<Value = Made> {
    (habits(), 0..5usize).prop_map(|(habits, dialect)| {
        let dialect = Dialect::ALL[dialect];
        let text = match dialect {
            Dialect::Json | Dialect::JsonAfterMark | Dialect::JsonWithComments | Dialect::Jsonc => {
                habits.json(dialect)
            }
            Dialect::Toml => habits.toml(),
            Dialect::Yaml => habits.yaml(),
        };
        let text = if habits.final_line_end { format!("{text}\n") } else { text };
        let text = if habits.returns { text.replace('\n', "\r\n") } else { text };
        let text = if habits.mark && dialect == Dialect::Jsonc { format!("\u{feff}{text}") } else { text };
        Made { text, dialect, others: habits.others.clone() }
    })
}

/// How somebody writes.
#[derive(Clone, Debug)]
struct Habits {
    indent: &'static str,
    shape: Shape,
    others: Vec<(String, Value)>,
    comments: bool,
    trailing_comma: bool,
    final_line_end: bool,
    returns: bool,
    mark: bool,
    more: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Shape {
    Spread,
    Spaced,
    Compact,
}

fn habits() -> impl Strategy<Value = Habits> {
    let indent = prop_oneof![Just("  "), Just("    "), Just("\t")];
    let shape = prop_oneof![4 => Just(Shape::Spread), 1 => Just(Shape::Spaced), 1 => Just(Shape::Compact)];
    let value = prop_oneof![
        Just(json!({})),
        Just(json!({"url": "https://a/"})),
        Just(json!({"command": "x", "args": ["a", "b"]})),
        Just(json!({"command": "é", "env": {"A": "1"}})),
    ];
    let others = proptest::collection::btree_map("[a-lo-z]{1,6}", value, 0..4)
        .prop_map(|map| map.into_iter().collect::<Vec<_>>());
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (indent, shape, others, flags).prop_map(|(indent, shape, others, flags)| {
        let (comments, trailing_comma, final_line_end, returns, mark, more) = flags;
        Habits { indent, shape, others, comments, trailing_comma, final_line_end, returns, mark, more }
    })
}

impl Habits {
    fn json(&self, dialect: Dialect) -> String {
        let comments = self.comments && !matches!(dialect, Dialect::Json | Dialect::JsonAfterMark);
        let trailing = self.trailing_comma && dialect == Dialect::Jsonc;
        let (line, space, colon) = match self.shape {
            Shape::Spread => ("\n", "", ": "),
            Shape::Spaced => ("", " ", ": "),
            Shape::Compact => ("", "", ":"),
        };
        let indent = |depth: usize| if line.is_empty() { String::new() } else { self.indent.repeat(depth) };
        let last = self.others.len().saturating_sub(1);
        let mut inside = String::new();
        for (number, (name, value)) in self.others.iter().enumerate() {
            let comma = if number < last || trailing { "," } else { "" };
            let comment = match (comments, line) {
                (false, _) => String::new(),
                (true, "") => format!(" /* {name} */"),
                (true, _) => format!(" // {name}"),
            };
            inside.push_str(&format!("{line}{space}{}\"{name}\"{colon}{value}{comma}{comment}", indent(2)));
        }
        if comments && !line.is_empty() {
            inside.push_str(&format!("{line}{}// the end", indent(2)));
        }
        let close = if inside.is_empty() { String::new() } else { format!("{line}{space}{}", indent(1)) };
        let more =
            if self.more { format!(",{line}{space}{}\"z\"{colon}1", indent(1)) } else { String::new() };
        let above = if comments && !line.is_empty() { "// mine\n" } else { "" };
        format!("{above}{{{line}{space}{}\"map\"{colon}{{{inside}{close}}}{more}{line}{space}}}", indent(1))
    }

    fn toml(&self) -> String {
        let mut lines = vec!["# mine".to_owned(), "a = 1  # one".to_owned()];
        if self.shape == Shape::Spread {
            for (name, value) in &self.others {
                lines.push(String::new());
                lines.push(format!("[map.{name}]"));
                let pairs = value.as_object().into_iter().flatten();
                lines.extend(
                    pairs.map(|(key, value)| format!("{key} = {}{}", inline(value), self.comment(" # c"))),
                );
            }
        } else {
            let pairs: Vec<_> =
                self.others.iter().map(|(name, value)| format!("{name} = {}", inline(value))).collect();
            let space = if pairs.is_empty() { "" } else { " " };
            lines.push(format!("map = {{{space}{}{space}}}", pairs.join(", ")));
        }
        if self.more {
            lines.extend(["", "[tail]", "k = 1"].map(str::to_owned));
        }
        if self.comments {
            lines.extend(["", "# the end"].map(str::to_owned));
        }
        lines.join("\n")
    }

    fn yaml(&self) -> String {
        let mut lines = vec!["# mine".to_owned(), "a: 1   # one".to_owned()];
        if self.shape == Shape::Spread && !self.others.is_empty() {
            lines.push("map:".to_owned());
            for (name, value) in &self.others {
                lines.push(format!("  {name}: {value}{}", self.comment("  # c")));
            }
            lines.extend(self.comments.then(|| "  # the last".to_owned()));
        } else {
            let pairs: Map<String, Value> = self.others.iter().cloned().collect();
            let text = Value::Object(pairs).to_string().replace("\":", "\": ");
            lines.push(format!("map: {text}"));
        }
        lines.extend(self.more.then(|| "z: [1, 2]".to_owned()));
        lines.join("\n")
    }

    fn comment(&self, text: &'static str) -> &'static str {
        if self.comments { text } else { "" }
    }
}

fn inline(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let pairs: Vec<_> = map.iter().map(|(key, value)| format!("{key} = {}", inline(value))).collect();
            format!("{{{}}}", pairs.join(", "))
        }
        other => other.to_string(),
    }
}
