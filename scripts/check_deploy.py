"""What no schema knows: that the files under deploy/ speak of this repository as it is."""

import json
import re
import sys
from pathlib import Path

import yaml

IMAGE = "ghcr.io/runpod-mcp/runpod-mcp"
findings = []


def expect(truth, finding):
    if not truth:
        findings.append(finding)


def text(path):
    return Path(path).read_text()


def smithery():
    told = yaml.safe_load(text("smithery.yaml"))
    expect(set(told) == {"runtime", "build", "startCommand"}, f"smithery.yaml has the keys {sorted(told)}")
    expect(told.get("runtime") == "container", "smithery.yaml: runtime must be container")
    build, start = told.get("build", {}), told.get("startCommand", {})
    expect(set(build) == {"dockerfile", "dockerBuildPath"}, f"smithery.yaml: build has {sorted(build)}")
    expect(start.get("type") == "http", "smithery.yaml: startCommand.type must be http")
    schema, example = start.get("configSchema", {}), start.get("exampleConfig", {})
    expect(schema.get("type") == "object", "smithery.yaml: configSchema must be an object's")
    expect(set(example) <= set(schema.get("properties", {})), "smithery.yaml: exampleConfig has what configSchema has not")
    dockerfile = Path(build.get("dockerBuildPath", ".")) / build.get("dockerfile", "")
    expect(dockerfile.is_file(), f"smithery.yaml: there is no {dockerfile}")
    if dockerfile.is_file():
        base = re.search(r"^FROM (\S+):", dockerfile.read_text(), re.M)
        expect(base and base[1] == IMAGE, f"{dockerfile} is not built from {IMAGE}")


def tags():
    """A tag that a file names is one that a release pushes."""
    workflow = yaml.safe_load(text(".github/workflows/release.yml"))
    steps = workflow["jobs"]["image"]["steps"]
    about = [step["with"] for step in steps if step.get("uses", "").startswith("docker/metadata-action@")]
    expect(len(about) == 1, f"release.yml names the image in {len(about)} steps")
    pushed = set()
    for told in about:
        expect(told["images"] == "ghcr.io/${{ github.repository }}", f"release.yml pushes {told['images']}")
        pushed |= {"version"} if "type=semver,pattern={{version}}" in told["tags"] else set()
        # Of tags by version the action makes the newest `latest`, unless it is a preview.
        pushed |= {"latest"} if pushed and told.get("flavor", "").strip() == "latest=auto" else set()
    version = re.search(r'^version = "(.+)"', text("Cargo.toml"), re.M)[1]
    for path in [*Path("deploy").rglob("*"), *Path("docs/guide").glob("*.md"), Path("README.md")]:
        if path.is_file():
            for tag in re.findall(rf"{IMAGE}:([\w.-]+)", path.read_text()):
                known = "version" if tag == version else tag
                expect(known in pushed, f"{path} names {IMAGE}:{tag}, which no release pushes")


def vercel():
    told = json.loads(text("deploy/vercel/vercel.json"))
    for build in told["builds"]:
        expect(Path(build["src"]).is_file(), f"vercel.json: there is no {build['src']}")
    limit = told["builds"][0]["config"]["maxDuration"]
    said = told["env"].get("MCP_PLATFORM_TIMEOUT_SECONDS")
    expect(said == str(limit), f"vercel.json: maxDuration is {limit}, and the server is told {said}")


def versions():
    version = re.search(r'^version = "(.+)"', text("Cargo.toml"), re.M)[1]
    images = re.findall(rf"image: {IMAGE}:(\S+)", text("deploy/kubernetes/deployment.yaml"))
    expect(images == [version], f"deployment.yaml runs {images}, the workspace is {version}")


def settings():
    """Names that are set somewhere, and that the program does not know, would be set in vain."""
    known = text("crates/runpod-mcp/src/config/settings.rs") + text("crates/runpod-mcp/src/cli.rs")
    known += '"MCP_SERVER_URL"'  # what the chores ask, not the server
    for path in [*Path("deploy").rglob("*"), Path("Dockerfile"), Path("docs/guide/hosting.md")]:
        if path.is_file():
            for name in sorted(set(re.findall(r"\b(?:MCP|OTEL)_[A-Z_]+\b", path.read_text()))):
                expect(f'"{name}"' in known, f"{path} names {name}, which is no setting")


def resources():
    listed = yaml.safe_load(text("deploy/kubernetes/kustomization.yaml"))["resources"]
    there = {path.name for path in Path("deploy/kubernetes").glob("*.yaml")} - {"kustomization.yaml"}
    expect(set(listed) == there, f"kustomization.yaml lists {sorted(listed)}, there are {sorted(there)}")
    for name in there:
        for part in yaml.safe_load_all(text(f"deploy/kubernetes/{name}")):
            own = part["metadata"].get("namespace", part["metadata"]["name"])
            expect(own == "runpod-mcp", f"{name}: {part['kind']} is in the namespace {own}")


for check in [smithery, tags, vercel, versions, settings, resources]:
    check()
if findings:
    sys.exit("\n".join(findings))
