//! `describe`: tools and settings with everything that is said of them, for programs that write documents.
//!
//! Not part of what is promised to users: `tools --json` stays exactly what a client is told, and this says besides what
//! no client is told (effects, toolsets, operations of the contract).

use std::process::ExitCode;

use serde_json::{Value, json};

use super::out;
use crate::config::{Kind, SETTINGS, Section, Setting};
use crate::tool::Tool;
use crate::tools::TOOLSETS;

#[derive(Debug, clap::Args)]
pub(super) struct DescribeArgs {}

pub(super) fn run() -> anyhow::Result<ExitCode> {
    let toolsets: Vec<_> = TOOLSETS
        .iter()
        .map(|set| json!({"name": set.name, "tools": set.tools.iter().map(tool).collect::<Vec<_>>()}))
        .collect();
    let settings: Vec<_> = SETTINGS.iter().map(setting).collect();
    out::json(&json!({"toolsets": toolsets, "settings": settings}))?;
    Ok(ExitCode::SUCCESS)
}

fn tool(tool: &Tool) -> Value {
    let mut listing = tool.listing();
    if let Value::Object(told) = &mut listing {
        told.insert("effect".to_owned(), tool.card.effect.word().into());
        told.insert("covers".to_owned(), tool.card.covers.into());
    }
    listing
}

fn setting(setting: &Setting) -> Value {
    json!({
        "key": setting.key,
        "variables": setting.env,
        "section": section(setting.section),
        "takes": takes(setting.kind),
        "about": setting.about,
        "public": setting.is_public(),
    })
}

fn section(section: Section) -> &'static str {
    match section {
        Section::Account => "account",
        Section::Tools => "tools",
        Section::Log => "log",
        Section::Addresses => "addresses",
        Section::Network => "network",
        Section::Versions => "versions",
        Section::Hosted => "hosted",
    }
}

fn takes(kind: Kind) -> String {
    match kind {
        Kind::Switch => "true, false".to_owned(),
        Kind::Word(words) => words.join(", "),
        Kind::Words(_) => "names, separated by commas".to_owned(),
        Kind::Url | Kind::ProxyUrl => "an address".to_owned(),
        Kind::Number(_) => "a whole number".to_owned(),
        Kind::Text("FILE") => "a file".to_owned(),
        Kind::Text(_) | Kind::Secret => "text".to_owned(),
    }
}
