//! One version in every place that says one. `knope release` moves them together; this notices when it did not.

use std::path::Path;

use anyhow::{Context, bail};
use serde_json::Value;

use super::{at, json, read};

/// The version of the crates, which is that of all packages.
///
/// # Errors
/// When a place says another version.
pub(super) fn agreed(root: &Path) -> anyhow::Result<String> {
    let version = crates(root)?;
    let said = said(root)?;
    match said.iter().find(|(_, other)| *other != version) {
        None => Ok(version),
        Some((place, other)) => bail!(
            "{place} says {other} where the crates say {version}: every place that has a version is in `versioned_files` \
             of knope.toml, and moves with `knope release`"
        ),
    }
}

fn crates(root: &Path) -> anyhow::Result<String> {
    let manifest: toml::Table = toml::from_str(&String::from_utf8(read(&root.join("Cargo.toml"))?)?)?;
    let version =
        manifest.get("workspace").and_then(|workspace| workspace.get("package")?.get("version")?.as_str());
    Ok(version.context("Cargo.toml has no workspace.package.version")?.to_owned())
}

/// Every version that a package's file says, and where.
fn said(root: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let mut said = Vec::new();
    let mut note = |place: &str, version: &Value| said.push((place.to_owned(), text(version)));
    let npm = json(&root.join("npm/package.json"))?;
    note("npm/package.json", at(&npm, "/version"));
    let platforms = at(&npm, "/optionalDependencies").as_object();
    let platforms = platforms.context("npm/package.json names no platforms")?;
    platforms.iter().for_each(|(name, version)| note(&format!("npm/package.json ({name})"), version));
    let bundle = "packaging/mcpb/manifest.json";
    note(bundle, at(&json(&root.join(bundle))?, "/version"));
    let server = json(&root.join("server.json"))?;
    note("server.json", at(&server, "/version"));
    for package in at(&server, "/packages").as_array().context("server.json has no packages")? {
        let identifier = text(&package["identifier"]);
        // An image has its version in its name.
        let tag = identifier.rsplit_once(':').map(|(_, tag)| Value::from(tag));
        note(&format!("server.json ({identifier})"), &tag.unwrap_or_else(|| package["version"].clone()));
    }
    Ok(said)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Prints the version, if the tag is of it.
///
/// # Errors
/// When it is of another one.
pub(super) fn tell(version: &str, tag: Option<&str>) -> anyhow::Result<()> {
    match tag {
        Some(tag) if tag != format!("v{version}") => {
            bail!("the tag {tag} is not v{version}, the version of everything at this commit")
        }
        _ => {
            println!("{version}");
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_of_another_version_is_refused() {
        assert!(tell("1.2.3", None).is_ok());
        assert!(tell("1.2.3", Some("v1.2.3")).is_ok());
        for wrong in ["1.2.3", "v1.2", "v1.2.4", "v1.2.3-rc.1", ""] {
            assert!(tell("1.2.3", Some(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_package_has_the_version_of_the_crates() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        assert_eq!(agreed(root).unwrap(), env!("CARGO_PKG_VERSION"));
        assert!(said(root).unwrap().len() >= 12, "{:?}", said(root));
    }

    /// What knope does with a file that has a pattern: the group `version` of every match is replaced.
    #[test]
    fn a_release_moves_every_version_that_a_package_says() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let knope: toml::Table =
            toml::from_str(&String::from_utf8(read(&root.join("knope.toml")).unwrap()).unwrap()).unwrap();
        let scratch = tempfile::tempdir().unwrap();
        super::super::put(&scratch.path().join("Cargo.toml"), b"[workspace.package]\nversion = \"9.8.7\"\n")
            .unwrap();
        for file in knope["packages"]["runpod-mcp"]["versioned_files"].as_array().unwrap() {
            let Some(pattern) = file.get("regex").and_then(toml::Value::as_str) else { continue };
            let path = file["path"].as_str().unwrap();
            let text = String::from_utf8(read(&root.join(path)).unwrap()).unwrap();
            let moved =
                regex::Regex::new(pattern).unwrap().replace_all(&text, |found: &regex::Captures<'_>| {
                    found[0].replace(&found["version"], "9.8.7")
                });
            super::super::put(&scratch.path().join(path), moved.as_bytes()).unwrap();
        }
        assert_eq!(agreed(scratch.path()).unwrap(), "9.8.7");
    }
}
