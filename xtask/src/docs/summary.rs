//! The table of all tools in the README: a row for each toolset, a column for what a tool may do.

use std::fmt::Write as _;

use serde_json::Value;

use super::{list, text};

/// Effects and the columns they stand in.
const COLUMNS: [(&str, &[&str]); 3] = [
    ("reads", &["reads"]),
    ("changes, may cost money", &["writes", "spends"]),
    ("takes away", &["destroys"]),
];

pub(super) fn table(described: &Value) -> anyhow::Result<String> {
    let heads: Vec<_> = COLUMNS.iter().map(|(head, _)| *head).collect();
    let mut table = format!("| | {} |\n|---|---|---|---|\n", heads.join(" | "));
    for set in list(described, "toolsets")? {
        let mut cells = Vec::new();
        for (_, effects) in COLUMNS {
            let mut names = Vec::new();
            for tool in list(set, "tools")? {
                if effects.contains(&text(tool, "effect")?) {
                    names.push(format!("`{}`", text(tool, "name")?));
                }
            }
            cells.push(names.join(" "));
        }
        writeln!(table, "| {} | {} |", text(set, "name")?, cells.join(" | "))?;
    }
    Ok(table)
}
