//! The page of all tools: what each does, takes and answers.

use std::fmt::Write as _;

use anyhow::bail;
use serde_json::Value;

use super::examples::{Example, Examples};
use super::marks::cell;
use super::shown::{one_line, shown};
use super::{list, text};

/// Everything between the markers.
///
/// # Errors
/// When a tool has no example, or an example has no tool.
pub(super) fn pages(described: &Value, examples: &Examples) -> anyhow::Result<String> {
    let sets = list(described, "toolsets")?;
    let (mut contents, mut pages, mut known) = (String::new(), String::new(), Vec::new());
    for set in sets {
        let name = text(set, "name")?;
        let mut links = Vec::new();
        writeln!(pages, "## {name}\n")?;
        for tool in list(set, "tools")? {
            let name = text(tool, "name")?;
            let Some(examples) = examples.get(name) else {
                bail!("{name} has no example; give it one in xtask/src/docs/examples.toml");
            };
            links.push(format!("[{name}](#{name})"));
            known.push(name);
            page(tool, examples, &mut pages)?;
        }
        writeln!(contents, "- **{name}**: {}", links.join(" · "))?;
    }
    if let Some(stranger) = examples.keys().find(|name| !known.contains(&name.as_str())) {
        bail!("there is no tool {stranger}; take its example out of xtask/src/docs/examples.toml");
    }
    Ok(format!("{contents}\n{pages}"))
}

fn page(tool: &Value, examples: &[Example], out: &mut String) -> anyhow::Result<()> {
    let covers: Vec<_> =
        list(tool, "covers")?.iter().filter_map(Value::as_str).map(|id| format!("`{id}`")).collect();
    writeln!(out, "### {}\n", text(tool, "name")?)?;
    writeln!(out, "**{}** · {} · {}\n", text(tool, "title")?, text(tool, "effect")?, covers.join(", "))?;
    writeln!(out, "{}\n", text(tool, "description")?.replace('<', "&lt;"))?;
    arguments(tool, out)?;
    for Example { arguments, reply } in examples {
        writeln!(out, "```json\n{}\n```\n", one_line(arguments))?;
        writeln!(out, "answers\n\n```json\n{}\n```\n", shown(reply))?;
    }
    Ok(())
}

fn arguments(tool: &Value, out: &mut String) -> anyhow::Result<()> {
    let schema = tool.get("inputSchema").unwrap_or(&Value::Null);
    let Some(Value::Object(properties)) =
        schema.get("properties").filter(|all| all.as_object().is_some_and(|all| !all.is_empty()))
    else {
        return Ok(writeln!(out, "Takes no arguments.\n")?);
    };
    let required = schema.get("required").and_then(Value::as_array);
    writeln!(out, "| argument | type | | meaning |\n|---|---|---|---|")?;
    for (name, property) in properties {
        let needed = required.is_some_and(|names| names.iter().any(|one| one == name));
        let needed = if needed { "required" } else { "" };
        let meaning = property.get("description").and_then(Value::as_str).unwrap_or_default();
        writeln!(out, "| `{name}` | {} | {needed} | {} |", cell(&kind(property)), cell(meaning))?;
    }
    Ok(writeln!(out)?)
}

/// The type of an argument with its bounds, in words.
fn kind(property: &Value) -> String {
    let word = |value: &Value| value.get("type").and_then(Value::as_str).unwrap_or("any").to_owned();
    let base = match (property.get("enum"), property.get("items")) {
        (Some(Value::Array(words)), _) => {
            words.iter().filter_map(Value::as_str).map(|one| format!("`{one}`")).collect::<Vec<_>>().join(" ")
        }
        (_, Some(items)) => format!("list of {}", kind(items)),
        _ => word(property),
    };
    [
        ("minimum", "maximum", ""),
        ("minLength", "maxLength", " characters"),
        ("minItems", "maxItems", " elements"),
    ]
    .iter()
    .filter_map(|(least, most, unit)| bounds(property.get(*least), property.get(*most), unit))
    .fold(base, |text, bounds| format!("{text}, {bounds}"))
}

fn bounds(least: Option<&Value>, most: Option<&Value>, unit: &str) -> Option<String> {
    match (least, most) {
        (Some(least), Some(most)) => Some(format!("{least} to {most}{unit}")),
        (Some(least), None) if *least == 1 && !unit.is_empty() => Some("not empty".to_owned()),
        (Some(least), None) => Some(format!("at least {least}{unit}")),
        (None, Some(most)) => Some(format!("at most {most}{unit}")),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn types_are_told_with_their_bounds() {
        for (property, told) in [
            (json!({"type": "integer", "minimum": 1, "maximum": 100}), "integer, 1 to 100"),
            (json!({"type": "string", "minLength": 1}), "string, not empty"),
            (json!({"type": "array", "items": {"type": "string", "enum": ["A", "B"]}}), "list of `A` `B`"),
            (
                json!({"type": "array", "items": {"type": "string"}, "maxItems": 3}),
                "list of string, at most 3 elements",
            ),
            (json!({}), "any"),
        ] {
            assert_eq!(kind(&property), told);
        }
    }

    #[test]
    fn a_tool_without_example_and_an_example_without_tool_are_errors() {
        let tool = json!({"name": "list-pods", "title": "t", "effect": "reads", "covers": ["listPods"],
            "description": "d", "inputSchema": {"properties": {}}});
        let described = json!({"toolsets": [{"name": "pods", "tools": [tool]}]});
        let example = || vec![Example { arguments: json!({}), reply: json!({}) }];
        let lacking = pages(&described, &Examples::new()).unwrap_err().to_string();
        assert!(lacking.contains("list-pods has no example"), "{lacking}");
        let told = pages(&described, &Examples::from([("list-pods".to_owned(), example())])).unwrap();
        assert!(told.contains("### list-pods\n") && told.contains("Takes no arguments."), "{told}");
        let both = Examples::from([("list-pods".to_owned(), example()), ("gone".to_owned(), example())]);
        assert!(pages(&described, &both).is_err());
    }
}
