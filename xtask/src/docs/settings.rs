//! The tables of settings in the guide: one for each section, between markers of its name.

use std::fmt::Write as _;

use serde_json::Value;

use super::marks::cell;
use super::{list, text};

const SECTIONS: [&str; 6] = ["tools", "account", "addresses", "network", "versions", "hosted"];

pub(super) fn tables(described: &Value) -> anyhow::Result<Vec<(&'static str, String)>> {
    SECTIONS.into_iter().map(|section| Ok((section, table(list(described, "settings")?, section)?))).collect()
}

/// What goes to the log stands beside the account: together they are what a person sets first.
fn belongs(section: &str, to: &str) -> bool {
    section == to || (section == "log" && to == "account")
}

fn table(settings: &[Value], section: &str) -> anyhow::Result<String> {
    let mut table = String::from("| flag and key | variable | takes | does |\n|---|---|---|---|\n");
    for setting in settings {
        if !belongs(text(setting, "section")?, section) {
            continue;
        }
        let key = match setting.get("public") {
            Some(Value::Bool(true)) => format!("`{}`", text(setting, "key")?),
            _ => "–".to_owned(),
        };
        let variables: Vec<_> = list(setting, "variables")?
            .iter()
            .filter_map(Value::as_str)
            .map(|name| format!("`{name}`"))
            .collect();
        let (takes, about) = (text(setting, "takes")?, text(setting, "about")?);
        writeln!(table, "| {key} | {} | {} | {} |", variables.join(", "), cell(takes), cell(about))?;
    }
    Ok(table)
}
