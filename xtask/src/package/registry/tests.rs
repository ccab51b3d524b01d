use super::*;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn ours() -> Value {
    json(&root().join("server.json")).unwrap()
}

#[test]
fn the_registry_would_take_our_entry() {
    assert_eq!(rules::broken(&ours()), [""; 0]);
}

#[test]
fn the_entry_is_of_the_package_that_names_it() {
    let npm = json(&root().join("npm/package.json")).unwrap();
    let server = ours();
    assert_eq!(npm["mcpName"], server["name"], "npm's proof that the package is ours");
    assert_eq!(npm["name"], server["packages"][0]["identifier"]);
}

/// One wrong thing each, and a word of the complaint.
#[test]
fn what_the_registry_refuses_is_refused_here() {
    let good = ours();
    let wrong: &[(&str, Value, &str)] = &[
        (
            "/$schema",
            json!("https://static.modelcontextprotocol.io/schemas/2025-09-29/server.schema.json"),
            "$schema",
        ),
        ("/name", json!("io.github.runpod/runpod-mcp"), "is not below io.github.runpod-mcp/"),
        ("/name", json!("runpod-mcp"), "is no name"),
        ("/description", json!("x".repeat(101)), "101 characters"),
        ("/description", json!(""), "0 characters"),
        ("/title", json!("x".repeat(101)), "101 characters"),
        ("/version", json!("latest"), "not one certain version"),
        ("/version", json!("^1.2.3"), "not one certain version"),
        ("/version", json!("1.x"), "not one certain version"),
        ("/repository/url", json!("https://example.com/a/b"), "no address on github"),
        ("/repository/source", json!("gitlab"), "source"),
        ("/packages", json!("none"), "no list"),
        ("/packages/0/registryType", json!("cargo"), "no registry"),
        ("/packages/0/version", json!(">=1"), "not one certain version"),
        ("/packages/0/version", Value::Null, "not one certain version"),
        ("/packages/0/identifier", json!("Runpod MCP"), "no name of a package"),
        ("/packages/0/registryBaseUrl", json!("https://npm.example.com"), "registry.npmjs.org"),
        ("/packages/0/runtimeHint", Value::Null, "runtimeHint"),
        ("/packages/0/transport/type", json!("pipe"), "stdio"),
        ("/packages/0/environmentVariables/0/name", Value::Null, "without a name"),
        ("/packages/0/environmentVariables/0/default", json!("rpa_x"), "secret"),
        ("/packages/0/environmentVariables/1/default", json!(false), "no text"),
        ("/packages/0/environmentVariables/1/format", json!("flag"), "none of"),
        ("/packages/0/environmentVariables/1/isSecret", json!("no"), "no boolean"),
        ("/packages/0/packageArguments/0/type", json!("flag"), "neither"),
        ("/packages/0/packageArguments/0/value", Value::Null, "neither"),
        ("/packages/1/identifier", json!("runpod-mcp"), "no image"),
        ("/packages/1/identifier", json!("ghcr.io/runpod-mcp/runpod-mcp:latest"), "not one certain version"),
        ("/remotes/0/type", json!("stdio"), "no transport"),
        ("/remotes/0/url", json!("http://{host}/mcp"), "no https address"),
        ("/remotes/0/url", json!("https://localhost:8080/mcp"), "no https address"),
        ("/remotes/0/url", json!("https://{region}.example.com/mcp"), "what `region` is"),
        ("/remotes/0/headers/0/description", Value::Null, "nobody is told"),
    ];
    for (place, value, complaint) in wrong {
        let mut server = good.clone();
        let (parent, key) = place.rsplit_once('/').unwrap();
        let parent = server.pointer_mut(parent).unwrap_or_else(|| panic!("our entry has no {parent}"));
        parent[key] = value.clone();
        let broken = rules::broken(&server).join("\n");
        assert!(broken.contains(complaint), "{place} = {value}: {broken}");
    }
}

#[test]
fn a_member_that_the_registry_does_not_know_is_refused() {
    for (place, key) in
        [("", "licence"), ("/packages/0", "sha"), ("/packages/1", "version"), ("/remotes/0", "name")]
    {
        let mut server = ours();
        server.pointer_mut(place).unwrap()[key] = json!("1.2.3");
        assert!(!rules::broken(&server).is_empty(), "{place}/{key}");
    }
}

#[test]
fn a_release_names_its_bundles_by_address_and_digest() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runpod-mcp-linux-x64-musl.mcpb");
    std::fs::write(&file, "abc").unwrap();
    let out = folder.path().join("out/server.json");
    write(&root(), "1.2.3", std::slice::from_ref(&file), &out).unwrap();
    let written = json(&out).unwrap();
    assert_eq!(
        written["packages"].as_array().unwrap().last().unwrap(),
        &json!({
            "registryType": "mcpb",
            "identifier": "https://github.com/runpod-mcp/runpod-mcp/releases/download/v1.2.3/runpod-mcp-linux-x64-musl.mcpb",
            // FIPS 180-2, appendix B.1.
            "fileSha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "transport": {"type": "stdio"},
        })
    );
}

#[test]
fn a_file_that_is_no_bundle_of_ours_is_not_published() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("other.mcpb");
    std::fs::write(&file, "abc").unwrap();
    let out = folder.path().join("server.json");
    assert!(write(&root(), "1.2.3", &[file], &out).is_err());
    assert!(!out.exists());
}
