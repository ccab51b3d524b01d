//! The example calls of `examples.toml`, made one after the other.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::session::Session;

const CALLS: &str = include_str!("examples.toml");

/// A call of the examples.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    tool: String,
    #[serde(default)]
    args: Map<String, Value>,
    /// What later calls need of the reply: their word for it, and a JSON pointer to it.
    #[serde(default)]
    keep: BTreeMap<String, String>,
    /// Time that passes before the call.
    before: Option<String>,
    /// Time that passes while the call waits.
    meanwhile: Option<String>,
    /// Only there for the calls after it.
    #[serde(default)]
    hidden: bool,
}

/// A call with its reply.
#[derive(Debug)]
pub(super) struct Example {
    pub(super) arguments: Value,
    pub(super) reply: Value,
}

/// Every tool's examples.
pub(super) type Examples = BTreeMap<String, Vec<Example>>;

/// Makes the calls.
///
/// # Errors
/// When one of them fails, or leaves nothing where a later one looks for it.
pub(super) fn played(binary: &Path) -> anyhow::Result<Examples> {
    let calls: BTreeMap<String, Vec<Call>> = toml::from_str(CALLS).context("examples.toml")?;
    let mut session = Session::open(binary)?;
    let (mut kept, mut examples) = (BTreeMap::new(), Examples::new());
    for call in calls.into_values().flatten() {
        let arguments = filled(&Value::Object(call.args), &kept)?;
        call.before.map_or(Ok(()), |time| session.pass(&time))?;
        let reply = session.call(&call.tool, &arguments, call.meanwhile.as_deref())?;
        for (word, pointer) in call.keep {
            let value = reply.pointer(&pointer).with_context(|| format!("no {pointer} in {reply}"))?;
            kept.insert(word, value.clone());
        }
        if !call.hidden {
            examples.entry(call.tool).or_default().push(Example { arguments, reply });
        }
    }
    Ok(examples)
}

/// The arguments with `{word}` replaced by what was kept under this word.
fn filled(value: &Value, kept: &BTreeMap<String, Value>) -> anyhow::Result<Value> {
    Ok(match value {
        Value::String(text) => match text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(word) => kept.get(word).with_context(|| format!("nothing was kept as {word}"))?.clone(),
            None => value.clone(),
        },
        Value::Array(items) => items.iter().map(|item| filled(item, kept)).collect::<Result<_, _>>()?,
        Value::Object(members) => {
            let filled = |(name, member): (&String, &Value)| Ok((name.clone(), filled(member, kept)?));
            Value::Object(members.iter().map(filled).collect::<anyhow::Result<_>>()?)
        }
        plain => plain.clone(),
    })
}
