//! The mini surface: two tools that find and call the others, for clients that load every schema into the context.
//!
//! `call-tool` is another way to say a call and opens no gate: selection, policy, checks, audit line and notes are those
//! of a direct call of the tool it names. Direct calls go on working.

mod find;

use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Server;
use super::calling::Unknown;
use crate::error::ToolError;
use crate::former;
use crate::reply::Reply;
use crate::tool::{Card, Effect, Outcome, Tool, check, first_sentence, schema};
use crate::tools::TOOLSETS;

/// Most tools in an answer of `find-tools`.
const MOST: usize = 8;

/// The same with schemas, which are long.
const MOST_WITH_SCHEMAS: usize = 3;

pub(super) const FIND: Card = Card {
    name: "find-tools",
    title: "Find tools",
    about: "Finds the tools of this server by words, such as \"create pod\" or \"price of gpus\": name, what it does, what \
            it changes (reads, writes, spends money, destroys). Without words: the groups of tools.",
    effect: Effect::Reads,
    idempotent: true,
    covers: &[],
    ids_from: None,
};

pub(super) const CALL: Card = Card {
    name: "call-tool",
    title: "Call tool",
    about: "Calls a tool that find-tools found. Ask find-tools for its arguments first.",
    effect: Effect::Destroys,
    idempotent: false,
    covers: &[],
    ids_from: None,
};

#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only its schema is looked at, and the check has read it")]
struct FindArgs {
    /// What to look for, or exact names separated by spaces.
    words: Option<String>,
    /// Also show the arguments that each tool takes.
    schema: Option<bool>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only its schema is looked at, and the check has read it")]
struct CallArgs {
    /// Name from find-tools.
    name: String,
    /// Arguments of that tool.
    arguments: Option<Map<String, Value>>,
}

static FIND_SCHEMA: LazyLock<Value> = LazyLock::new(schema::inner::<FindArgs>);

static CALL_SCHEMA: LazyLock<Value> = LazyLock::new(schema::inner::<CallArgs>);

/// The tool that a call of `call-tool` names, its arguments, and what was repaired.
pub(super) struct Callee {
    pub(super) name: String,
    pub(super) args: Map<String, Value>,
    pub(super) notes: Option<String>,
}

/// Reads a call of `call-tool`.
///
/// # Errors
/// `bad_argument` without a name, or with arguments that are no object.
pub(super) fn callee(mut args: Map<String, Value>) -> Result<Callee, ToolError> {
    // Not for the check, which drops what is null: a null may mean something to the tool.
    let inner = args.shift_remove("arguments").unwrap_or_default();
    let (read, _) = check::check(&CALL_SCHEMA, args).map_err(|error| {
        of(&CALL, error)
            .hint("call-tool takes `name` and `arguments`; what the tool takes goes into `arguments`")
    })?;
    let name = read.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let (args, notes) = match inner {
        Value::Null => (Map::new(), None),
        Value::Object(args) => (args, None),
        Value::String(text) => {
            let args = serde_json::from_str(&text).map_err(|_| no_object("is a string, and not of JSON"))?;
            (args, Some("`arguments` was given as a JSON string and read as such; pass it as is".to_owned()))
        }
        _ => return Err(no_object("must be an object")),
    };
    Ok(Callee { name, args, notes })
}

fn no_object(what: &str) -> ToolError {
    of(&CALL, ToolError::bad_argument(format!("`arguments` {what}")))
        .hint("pass the arguments of the tool as a JSON object, {} for none")
}

/// A callee that does not exist: `call-tool` itself does, so this is an answer of it.
pub(super) fn no_such_tool(unknown: &Unknown) -> ToolError {
    ToolError::new("unknown_tool", unknown.to_string())
        .status(404)
        .hint("find-tools finds tools by words and names them as call-tool wants them")
}

fn of(card: &Card, error: ToolError) -> ToolError {
    ToolError { message: format!("{}: {}", card.name, error.message), ..error }
}

impl Server {
    /// The two tools. `call-tool` does what the strongest of the tools behind it may do.
    pub(super) fn mini(&self) -> [Value; 2] {
        let effect = self.offered().map(|(_, tool)| tool.card.effect).max().unwrap_or(Effect::Reads);
        let call = Card { effect, ..CALL };
        [FIND.listing(FIND_SCHEMA.clone()), call.listing(CALL_SCHEMA.clone())]
    }

    /// Answers `find-tools`.
    pub(super) fn find_tools(&self, args: Map<String, Value>) -> Outcome {
        let (args, _) = check::check(&FIND_SCHEMA, args).map_err(|error| of(&FIND, error))?;
        let words = args.get("words").and_then(Value::as_str).unwrap_or_default();
        let with_schema = args.get("schema") == Some(&Value::Bool(true));
        if words.trim().is_empty() {
            return Ok(self.toolsets());
        }
        let named = self.named(words);
        let found = if named.is_empty() { find::rank(words, self.offered()) } else { named };
        let most = if with_schema { MOST_WITH_SCHEMAS } else { MOST };
        let left = found.len().saturating_sub(most);
        // Who names a tool will call it next.
        let with_schema = with_schema || found.len() == 1;
        let rows: Vec<_> = found.iter().take(most).map(|tool| row(tool, with_schema)).collect();
        let note = match (rows.is_empty(), left, with_schema) {
            (true, ..) => Some("nothing found; without words the groups of tools are shown".to_owned()),
            (_, 1.., true) => Some(format!("{left} more without room for their schemas; narrow the words")),
            (.., false) => Some("call find-tools with a name for its arguments, then call-tool".to_owned()),
            _ => None,
        };
        Ok(Reply::from(json!({"tools": rows})).notes(note))
    }

    /// The tools of words that are nothing but names, also of names that older servers used.
    fn named(&self, words: &str) -> Vec<&'static Tool> {
        let names = words.split([' ', ',']).map(str::trim).filter(|name| !name.is_empty());
        let found: Option<Vec<_>> = names
            .map(|name| {
                let today = former::comes_to(name);
                let is_it = |tool: &&Tool| tool.card.name == name || today.contains(&tool.card.name);
                let tools: Vec<_> = self.offered().map(|(_, tool)| tool).filter(is_it).collect();
                (!tools.is_empty()).then_some(tools)
            })
            .collect();
        found.into_iter().flatten().flatten().collect()
    }

    fn toolsets(&self) -> Reply {
        let count = |set| self.offered().filter(|(of, _)| *of == set).count();
        let sets: Vec<_> = TOOLSETS
            .iter()
            .map(|set| (set.name, count(set.name)))
            .filter(|(_, tools)| *tools > 0)
            .map(|(name, tools)| json!({"toolset": name, "tools": tools}))
            .collect();
        Reply::from(json!({"toolsets": sets})).note("call find-tools with words, such as a toolset")
    }

    /// The tools that can be called here, each with its set.
    fn offered(&self) -> impl Iterator<Item = (&'static str, &'static Tool)> {
        let setup = &self.0.setup;
        let all = TOOLSETS.iter().flat_map(|set| set.tools.iter().map(|tool| (set.name, tool)));
        all.filter(|(_, tool)| {
            setup.selection.find(tool.card.name).is_some() && setup.policy.lists(tool.card)
        })
    }
}

fn row(tool: &Tool, with_schema: bool) -> Value {
    let Card { name, about, effect, .. } = tool.card;
    match with_schema {
        false => json!({"name": name, "does": first_sentence(about), "effect": effect.word()}),
        true => {
            let schema = schema::listed(tool.accepts().clone());
            json!({"name": name, "does": about, "effect": effect.word(), "inputSchema": schema})
        }
    }
}
