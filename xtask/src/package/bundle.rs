//! `.mcpb` bundles: what a person double-clicks to give Claude Desktop the server. One for each platform, because one for all
//! would be six programs to download for one that is started.

use std::path::Path;

use anyhow::Context;
use serde_json::{Value, json};

use super::zip::{Member, archive};
use super::{Program, Programs, json, put, read, set};

pub(super) fn write(root: &Path, version: &str, asked: &Programs) -> anyhow::Result<()> {
    let template = json(&root.join("packaging/mcpb/manifest.json"))?;
    let licence = read(&root.join("LICENSE"))?;
    for program in &asked.programs {
        let manifest = format!("{:#}\n", manifest(&template, program)?);
        let entry = entry_point(program);
        let bytes = archive(&[
            Member { name: "manifest.json", content: manifest.as_bytes(), runs: false },
            Member { name: "LICENSE", content: &licence, runs: false },
            Member { name: &entry, content: &read(&program.file)?, runs: true },
        ])?;
        let file = asked.out.join(file_name(&program.platform.name()));
        put(&file, &bytes)?;
        println!("{} ({version}, {} bytes)", file.display(), bytes.len());
    }
    Ok(())
}

/// What a bundle is called, so that its platform can be read off.
pub(super) fn file_name(platform: &str) -> String {
    format!("runpod-mcp-{platform}.mcpb")
}

/// The manifest that all platforms share, said of one.
fn manifest(template: &Value, program: &Program) -> anyhow::Result<Value> {
    let mut manifest = template.clone();
    let entry = entry_point(program);
    let server = manifest.get_mut("server").context("the manifest has no `server`")?;
    set(server, "entry_point", entry.as_str())?;
    let start = server.get_mut("mcp_config").context("the manifest has no `server.mcp_config`")?;
    set(start, "command", format!("${{__dirname}}/{entry}"))?;
    let compatible = manifest.get_mut("compatibility").context("the manifest has no `compatibility`")?;
    set(compatible, "platforms", json!([program.platform.os]))?;
    Ok(manifest)
}

fn entry_point(program: &Program) -> String {
    format!("server/{}", program.platform.program())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::platform::Platform;

    #[test]
    fn a_bundle_names_the_program_that_is_in_it() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let template = json(&root.join("packaging/mcpb/manifest.json")).unwrap();
        let platform = Platform::of("x86_64-pc-windows-msvc").unwrap();
        let manifest = manifest(&template, &Program { platform, file: "none".into() }).unwrap();
        assert_eq!(manifest["server"]["entry_point"], "server/runpod-mcp.exe");
        assert_eq!(manifest["server"]["mcp_config"]["command"], "${__dirname}/server/runpod-mcp.exe");
        assert_eq!(manifest["compatibility"]["platforms"], json!(["win32"]));
    }

    /// What has no default stands in the program's environment as the placeholder itself when a person leaves it empty.
    #[test]
    fn everything_a_person_may_leave_empty_has_a_default() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let template = json(&root.join("packaging/mcpb/manifest.json")).unwrap();
        let asked = template["user_config"].as_object().unwrap();
        assert_eq!(asked["api_key"]["sensitive"], true);
        for (name, field) in asked {
            assert!(field["required"] == true || field.get("default").is_some(), "{name}");
            let used = template["server"]["mcp_config"]["env"].as_object().unwrap();
            assert!(
                used.values().any(|value| *value == format!("${{user_config.{name}}}")),
                "{name} is asked for nothing"
            );
        }
    }
}
