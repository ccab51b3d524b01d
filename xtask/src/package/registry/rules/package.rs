//! The rules for one package. Each kind has fields that another must not have: where the version is, and who vouches for the bytes.

use serde_json::Value;

use super::{Broken, INPUT, inputs, list, matches, text, version};

const PACKAGE: &[&str] = &[
    "registryType",
    "registryBaseUrl",
    "identifier",
    "version",
    "fileSha256",
    "runtimeHint",
    "runtimeArguments",
    "packageArguments",
    "environmentVariables",
    "transport",
];
const IMAGE: &str = r"^(ghcr\.io|docker\.io)/[a-z0-9._-]+/[a-z0-9._-]+:([A-Za-z0-9._-]+)$";
const BUNDLE: &str = r"^https://github\.com/[A-Za-z0-9-]+/[\w.-]*mcp[\w.-]*/releases/download/[^/]+/[^/]+$";
const SHA256: &str = "^[a-f0-9]{64}$";
const NAMES_OF_PACKAGES: &str = r"^(@[a-z0-9-]+/)?[a-z0-9][a-z0-9._-]*$";

pub(super) fn check(broken: &mut Broken, package: &Value) {
    let identifier = text(&package["identifier"]);
    broken.unknown(identifier, package, PACKAGE);
    match text(&package["registryType"]) {
        "npm" => npm(broken, identifier, package),
        "oci" => image(broken, identifier, package),
        "mcpb" => bundle(broken, identifier, package),
        other => {
            broken.unless(false, || format!("{identifier}: `{other}` is no registry that we publish to"))
        }
    }
    broken.unless(package["transport"] == serde_json::json!({"type": "stdio"}), || {
        format!("{identifier}: the transport is not plain stdio")
    });
    let hinted = list(&package["runtimeArguments"]).is_empty() || !package["runtimeHint"].is_null();
    broken
        .unless(hinted, || format!("{identifier}: arguments of a runtime that `runtimeHint` does not name"));
    inputs(broken, identifier, &package["environmentVariables"]);
    for argument in ["runtimeArguments", "packageArguments"].iter().flat_map(|key| list(&package[key])) {
        self::argument(broken, identifier, argument);
    }
}

fn npm(broken: &mut Broken, identifier: &str, package: &Value) {
    broken
        .unless(matches(NAMES_OF_PACKAGES, identifier), || format!("`{identifier}` is no name of a package"));
    version(broken, identifier, &package["version"]);
    let registry = &package["registryBaseUrl"];
    broken.unless(registry.is_null() || registry == "https://registry.npmjs.org", || {
        format!("{identifier}: npm packages come from https://registry.npmjs.org")
    });
    absent(broken, identifier, package, &["fileSha256"]);
}

fn image(broken: &mut Broken, identifier: &str, package: &Value) {
    broken.unless(matches(IMAGE, identifier), || {
        format!("`{identifier}` is no image with a registry and a tag")
    });
    let tag = identifier.rsplit_once(':').map_or("", |(_, tag)| tag);
    version(broken, identifier, &tag.into());
    absent(broken, identifier, package, &["version", "registryBaseUrl", "fileSha256"]);
}

fn bundle(broken: &mut Broken, identifier: &str, package: &Value) {
    broken.unless(matches(BUNDLE, identifier), || {
        format!("`{identifier}` is no file of a release on github whose address has `mcp` in it")
    });
    let digest = text(&package["fileSha256"]);
    broken.unless(matches(SHA256, digest), || {
        format!("{identifier}: `{digest}` is no SHA-256 in small letters")
    });
    absent(broken, identifier, package, &["version", "registryBaseUrl"]);
}

fn absent(broken: &mut Broken, identifier: &str, package: &Value, keys: &[&str]) {
    for key in keys {
        broken
            .unless(package[key].is_null(), || format!("{identifier}: this kind of package has no `{key}`"));
    }
}

fn argument(broken: &mut Broken, identifier: &str, argument: &Value) {
    let mut known = INPUT.to_vec();
    known.extend(["type", "name", "isRepeated", "valueHint"]);
    broken.unknown(identifier, argument, &known);
    let complete = match text(&argument["type"]) {
        "named" => !argument["name"].is_null(),
        "positional" => !(argument["value"].is_null() && argument["valueHint"].is_null()),
        _ => false,
    };
    broken.unless(complete, || {
        format!("{identifier}: {argument} is neither a named argument nor a positional one")
    });
}
