//! `server.json`, what the MCP Registry is told of us: the file of this repository, and in a release the bundles besides, whose
//! digests are known only then.

mod rules;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde_json::{Value, json};

use super::bundle::file_name;
use super::platform::PLATFORMS;
use super::{at, json, put_json, read};

pub(super) fn write(root: &Path, version: &str, bundles: &[PathBuf], out: &Path) -> anyhow::Result<()> {
    let mut server = json(&root.join("server.json"))?;
    let downloads = format!("{}/releases/download/v{version}", text(at(&server, "/repository/url")));
    for file in bundles {
        let package = bundle(file, &read(file)?, &downloads)?;
        let packages = server.pointer_mut("/packages").and_then(Value::as_array_mut);
        packages.context("server.json has no packages")?.push(package);
    }
    let broken = rules::broken(&server);
    if !broken.is_empty() {
        bail!("the MCP Registry would refuse this entry:\n{}", broken.join("\n"));
    }
    put_json(out, &server)
}

fn bundle(file: &Path, content: &[u8], downloads: &str) -> anyhow::Result<Value> {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if !PLATFORMS.iter().any(|platform| name == file_name(&platform.name())) {
        bail!("{} is not named as `cargo xtask package mcpb` names a bundle", file.display());
    }
    Ok(json!({
        "registryType": "mcpb",
        "identifier": format!("{downloads}/{name}"),
        "fileSha256": sha256(content)?,
        "transport": {"type": "stdio"},
    }))
}

fn sha256(content: &[u8]) -> anyhow::Result<String> {
    let digest = ring::digest::digest(&ring::digest::SHA256, content);
    let mut hex = String::new();
    for byte in digest.as_ref() {
        write!(hex, "{byte:02x}")?;
    }
    Ok(hex)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests;
