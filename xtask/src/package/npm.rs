//! npm packages: the launcher as it is in `npm/`, and one package for each program.
//!
//! No package has an install script, which npm may not run, and which nobody should have to trust.

use std::fs;
use std::path::Path;

use anyhow::Context;
use serde_json::{Value, json};

use super::{Program, Programs, json, put, put_json, read, set};

/// What the package of a program shares with the launcher.
const SHARED: [&str; 6] = ["version", "homepage", "bugs", "repository", "license", "publishConfig"];
const LICENCE: &str = "LICENSE";

pub(super) fn write(root: &Path, version: &str, asked: &Programs) -> anyhow::Result<()> {
    let launcher = json(&root.join("npm/package.json"))?;
    let folder = asked.out.join("runpod-mcp");
    for file in ["package.json", "launcher.js", "README.md"] {
        put(&folder.join(file), &read(&root.join("npm").join(file))?)?;
    }
    put(&folder.join(LICENCE), &read(&root.join(LICENCE))?)?;
    for program in &asked.programs {
        let folder = asked.out.join(program.platform.name());
        put_json(&folder.join("package.json"), &manifest(&launcher, program)?)?;
        put(&folder.join("README.md"), readme(program, version).as_bytes())?;
        put(&folder.join(LICENCE), &read(&root.join(LICENCE))?)?;
        let bin = folder.join("bin").join(program.platform.program());
        put(&bin, &read(&program.file)?)?;
        runnable(&bin)?;
    }
    Ok(())
}

fn manifest(launcher: &Value, program: &Program) -> anyhow::Result<Value> {
    let platform = program.platform;
    let mut manifest = json!({
        "name": format!("@runpod-mcp/{}", platform.name()),
        "description": format!("The program of runpod-mcp for {}", platform.triple),
        "os": [platform.os],
        "cpu": [platform.cpu],
        // Where packages stay zipped (Yarn), a program could not be started.
        "preferUnplugged": true,
        "files": ["bin"],
    });
    if let Some(libc) = platform.libc {
        set(&mut manifest, "libc", json!([libc.npm()]))?;
    }
    for key in SHARED {
        set(&mut manifest, key, launcher[key].clone())?;
    }
    Ok(manifest)
}

fn readme(program: &Program, version: &str) -> String {
    let platform = program.platform;
    let (name, triple) = (platform.name(), platform.triple);
    format!(
        "# @runpod-mcp/{name}\n\nThe program of [runpod-mcp](https://www.npmjs.com/package/runpod-mcp/v/{version}) for {triple}. \
         Install that; npm chooses this.\n"
    )
}

/// npm keeps the mode that a file has when it is packed.
#[cfg(unix)]
fn runnable(file: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755))
        .with_context(|| format!("cannot mark {}", file.display()))
}

#[cfg(not(unix))]
fn runnable(file: &Path) -> anyhow::Result<()> {
    // Packages for unix are made on unix; what is packed here has no such mark to lose.
    fs::metadata(file).map(drop).with_context(|| format!("cannot read {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::platform::PLATFORMS;

    fn launcher() -> Value {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        json(&root.join("npm/package.json")).unwrap()
    }

    #[test]
    fn the_launcher_knows_exactly_the_packages_that_are_made() {
        let launcher = launcher();
        let named: Vec<_> = launcher["optionalDependencies"].as_object().unwrap().keys().cloned().collect();
        let mut made: Vec<_> =
            PLATFORMS.iter().map(|platform| format!("@runpod-mcp/{}", platform.name())).collect();
        made.sort();
        assert_eq!(named, made);
    }

    #[test]
    fn no_package_runs_anything_at_installation() {
        let launcher = launcher();
        let all = PLATFORMS.iter().map(|platform| {
            let file = "none".into();
            manifest(&launcher, &Program { platform, file }).unwrap()
        });
        for manifest in all.chain([launcher.clone()]) {
            assert_eq!(manifest.get("scripts"), None, "{manifest}");
            assert_eq!(manifest["publishConfig"]["provenance"], true, "{manifest}");
            assert_eq!(manifest["version"], launcher["version"], "{manifest}");
        }
    }
}
