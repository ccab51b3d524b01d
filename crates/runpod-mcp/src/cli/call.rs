//! `call`: one tool call from the shell.

use std::io::Stderr;
use std::process::ExitCode;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::flags::Flags;
use super::progress::Display;
use super::{Usage, block_on, configure, connect, log, out, serve};
use crate::config::Env;
use crate::mcp::{Answer, Asked, Server};
use crate::tool::progress::Follower;

#[derive(Debug, clap::Args)]
pub(super) struct CallArgs {
    /// Name of the tool; `runpod-mcp tools` lists them
    #[arg(value_name = "TOOL")]
    tool: String,
    /// One argument; numbers, true and false by the tool's schema, lists by repeating it, objects as JSON
    #[arg(long = "arg", value_name = "KEY=VALUE")]
    args: Vec<String>,
    /// All arguments as one JSON object; --arg adds to it
    #[arg(long, value_name = "OBJECT")]
    json: Option<String>,
    #[command(flatten)]
    flags: Flags,
}

pub(super) fn run(args: &CallArgs, top: Flags, env: &Env) -> anyhow::Result<ExitCode> {
    let Some(config) = configure(&top.under(args.flags.clone()), env)? else { return Ok(ExitCode::SUCCESS) };
    log::start(config.log, config.json_log.unwrap_or(false));
    serve::announce(&config);
    let answer = block_on(async {
        let connection = connect::open(config).await?;
        ask(&connection.server, args, Display::at_stderr(env)).await
    })??;
    out::json(&answer.json())?;
    Ok(if answer.failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn ask(server: &Server, call: &CallArgs, display: Display<Stderr>) -> anyhow::Result<Answer> {
    let given = arguments(server.schema(&call.tool), call)?;
    let who = server.local(("runpod-mcp", env!("CARGO_PKG_VERSION")));
    let display = Arc::new(display);
    let shown = Arc::clone(&display);
    let follower = Follower::new(server.clock(), move |step| shown.show(&step));
    let asked = Asked { progress: follower.progress(), ..Asked::default() };
    let answer = server.call_for(&call.tool, given, &who, &asked).await;
    display.clear();
    answer.map_err(|unknown| Usage(unknown.to_string()).into())
}

/// The arguments of a call, read by the tool's schema.
fn arguments(schema: &Value, call: &CallArgs) -> Result<Map<String, Value>, Usage> {
    let mut given = match call.json.as_deref().map(serde_json::from_str) {
        None => Map::new(),
        Some(Ok(Value::Object(given))) => given,
        Some(Ok(_)) => {
            return Err(Usage("--json takes a JSON object such as '{\"podId\":\"abc\"}'".to_owned()));
        }
        Some(Err(e)) => return Err(Usage(format!("--json is not JSON: {e}"))),
    };
    for arg in &call.args {
        let Some((name, text)) = arg.split_once('=') else {
            return Err(Usage(format!("--arg takes KEY=VALUE, got {arg:?}")));
        };
        let schema = schema.get("properties").and_then(|all| all.get(name)).unwrap_or(&Value::Null);
        put(&mut given, name, schema, text)?;
    }
    Ok(given)
}

fn put(given: &mut Map<String, Value>, name: &str, schema: &Value, text: &str) -> Result<(), Usage> {
    let kind = |schema: &Value| schema.get("type").and_then(Value::as_str).unwrap_or("string").to_owned();
    let value = match kind(schema).as_str() {
        "array" if !text.trim_start().starts_with('[') => {
            let item = value(name, &kind(schema.get("items").unwrap_or(&Value::Null)), text)?;
            if let Some(Value::Array(items)) = given.get_mut(name) {
                items.push(item);
                return Ok(());
            }
            Value::Array(vec![item])
        }
        kind => value(name, kind, text)?,
    };
    given.insert(name.to_owned(), value);
    Ok(())
}

/// A text as a value of this kind. What does not exist in the schema stays text: the tool refuses it by name.
fn value(name: &str, kind: &str, text: &str) -> Result<Value, Usage> {
    if kind == "string" {
        return Ok(text.into());
    }
    let read: Option<Value> = serde_json::from_str(text).ok();
    let fits = |value: &Value| match kind {
        "integer" | "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        _ => true,
    };
    let wanted = if matches!(kind, "object" | "array") { format!("JSON, {kind}") } else { kind.to_owned() };
    read.filter(fits).ok_or_else(|| Usage(format!("--arg {name}: wants {wanted}, got {text:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(json: Option<&str>, args: &[&str]) -> Result<Value, String> {
        let schema = json!({"properties": {
            "name": {"type": "string"}, "count": {"type": "integer"}, "spot": {"type": "boolean"},
            "ids": {"type": "array", "items": {"type": "string"}},
            "sizes": {"type": "array", "items": {"type": "integer"}},
            "env": {"type": "object"},
        }});
        let call = CallArgs {
            tool: "x".to_owned(),
            args: args.iter().map(|arg| (*arg).to_owned()).collect(),
            json: json.map(str::to_owned),
            flags: Flags::default(),
        };
        arguments(&schema, &call).map(Value::Object).map_err(|usage| usage.0)
    }

    #[test]
    fn arguments_take_the_type_of_the_schema() {
        let given = read(
            None,
            &[
                "name=7",
                "count=7",
                "spot=true",
                "ids=a",
                "ids=b=c",
                "sizes=1",
                "sizes=2",
                "env={\"A\":\"b\"}",
            ],
        );
        let expected = json!({"name": "7", "count": 7, "spot": true, "ids": ["a", "b=c"], "sizes": [1, 2],
            "env": {"A": "b"}});
        assert_eq!(given.unwrap(), expected);
        assert_eq!(read(None, &["ids=[\"a\",\"b\"]", "ids=c"]).unwrap(), json!({"ids": ["a", "b", "c"]}));
    }

    #[test]
    fn single_arguments_stand_over_the_object() {
        assert_eq!(
            read(Some("{\"count\":1,\"name\":\"a\"}"), &["count=2"]).unwrap(),
            json!({"count": 2, "name": "a"})
        );
    }

    #[test]
    fn what_does_not_fit_is_named() {
        assert_eq!(read(None, &["count=x"]).unwrap_err(), "--arg count: wants integer, got \"x\"");
        assert_eq!(read(None, &["env=x"]).unwrap_err(), "--arg env: wants JSON, object, got \"x\"");
        assert_eq!(read(None, &["noequals"]).unwrap_err(), "--arg takes KEY=VALUE, got \"noequals\"");
        assert!(read(Some("[]"), &[]).unwrap_err().starts_with("--json takes a JSON object"));
        assert!(read(Some("{"), &[]).unwrap_err().starts_with("--json is not JSON"));
    }
}
