"""The .mcpb bundle, by the official tool: validated, unpacked, started as its manifest says; and its line in the registry entry."""

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

from bench import Bench, Story, conversation, run

# What the tool's library makes of a manifest and of what a person filled in.
CONFIG = """
const { getMcpConfigForManifest } = await import(process.argv[1]);
const [manifest, extensionPath, userConfig] = process.argv.slice(2).map((text) => JSON.parse(text));
const options = { manifest, extensionPath, systemDirs: {}, userConfig, pathSeparator: "/" };
console.log(JSON.stringify(await getMcpConfigForManifest(options)));
"""


def tell(bench: Bench, story: Story) -> None:
    made = [pack(bench, name) for name in ("first", "second")]
    digests = {hashlib.sha256(one.read_bytes()).hexdigest() for one in made}
    story.check("bundle: the same program gives the same bytes", len(digests) == 1, digests)
    mcpb = bench.tools / "node_modules/.bin/mcpb"
    unpacked = bench.scratch / "unpacked"
    done = run(mcpb, "unpack", made[0], unpacked, env=bench.env())
    story.check("bundle: the official tool unpacks it", done.returncode == 0, done)
    done = run(mcpb, "validate", unpacked / "manifest.json", env=bench.env())
    story.check("bundle: the official tool finds its manifest valid", done.returncode == 0, done)
    starts(bench, story, unpacked)
    registry(bench, story, made[0])


def pack(bench: Bench, name: str) -> Path:
    """From a copy with another name and another age each time."""
    program = bench.scratch / f"{name}-program"
    shutil.copy(bench.program, program)
    os.utime(program, (1, len(name)))
    out = bench.scratch / name
    bench.chore("package", "mcpb", f"--binary={bench.triple}={program}", "--out", out)
    return out / f"runpod-mcp-{bench.platform}.mcpb"


def starts(bench: Bench, story: Story, unpacked: Path) -> None:
    manifest = json.loads((unpacked / "manifest.json").read_text())
    story.check("bundle: it says its version", manifest["version"] == bench.version, manifest["version"])
    for filled, about in (({}, "nothing filled in"), ({"sandbox": True}, "the sandbox switched on")):
        config = configured(bench, manifest, unpacked, filled)
        story.check(f"bundle, {about}: no placeholder is left", "${" not in json.dumps(config), config)
        command = [config["command"], *config["args"]]
        asked = (("tools/list", {}), ("tools/call", {"name": "list-pods", "arguments": {}}))
        (_, listed, pods), code = conversation(command, bench.env(**config["env"]), *asked)
        story.check(f"bundle, {about}: starts and lists its tools", len(listed["tools"]) > 20 and code == 0, code)
        failed = bool(pods.get("isError"))
        story.check(f"bundle, {about}: a call {'works' if filled else 'says that there is no key'}", failed == (not filled), pods)


def configured(bench: Bench, manifest: object, unpacked: Path, filled: object) -> dict[str, Any]:
    library = (bench.tools / "node_modules/@anthropic-ai/mcpb/dist/shared/config.js").as_uri()
    given = [json.dumps(one) for one in (manifest, str(unpacked), filled)]
    done = run("node", "--input-type=module", "--eval", CONFIG, library, *given, env=bench.env())
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def registry(bench: Bench, story: Story, made: Path) -> None:
    out = bench.scratch / "server.json"
    bench.chore("package", "registry", made, "--out", out)
    package = json.loads(out.read_text())["packages"][-1]
    digest = hashlib.sha256(made.read_bytes()).hexdigest()
    named = package["identifier"].endswith(f"/v{bench.version}/{made.name}")
    story.check("registry: the entry names the bundle and its digest", named and package["fileSha256"] == digest, package)
