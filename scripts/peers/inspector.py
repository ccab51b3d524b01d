"""The MCP Inspector on the command line, in both eras, with its lint for schemas that other models' APIs refuse."""

import json
import os
import tempfile
from pathlib import Path

from story import Bench, Story, run


async def tell(bench: Bench, story: Story) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        config = Path(scratch) / "servers.json"
        server = {"command": str(bench.binary), "args": ["serve", "--sandbox"]}
        config.write_text(json.dumps({"mcpServers": {"runpod": server}}))
        env = {**os.environ, "HOME": scratch}

        async def inspect(era: str, *rest: str) -> tuple[int, str, str]:
            launcher = bench.module("@modelcontextprotocol/inspector/clients/launcher/build/index.js")
            there = ["--cli", "--config", str(config), "--server", "runpod", "--protocol-era", era, "--format", "json"]
            return await run(bench.node, launcher, *there, *rest, env=env)

        for era in ("legacy", "modern"):
            said = f"inspector {era}:"
            code, out, err = await inspect(era, "--method", "tools/list", "--strict")
            names = [tool["name"] for tool in result(out).get("tools", [])]
            story.check(f"{said} tools/list", code in (0, 6) and "create-pod" in names, (code, err))
            story.check(f"{said} its schema lint finds nothing", code == 0 and "Warning" not in err, err)

            code, out, err = await inspect(era, "--method", "tools/call", "--tool-name", "list-gpu-types")
            story.check(f"{said} tools/call list-gpu-types", code == 0 and not failed(out), (code, out, err))

            create = json.dumps(
                {
                    "name": "inspector",
                    "imageName": "runpod/pytorch:2.1.0-py3.10-cuda11.8.0-devel-ubuntu22.04",
                    "gpuTypeIds": ["NVIDIA GeForce RTX 4090"],
                }
            )
            code, out, err = await inspect(era, "--method", "tools/call", "--tool-name", "create-pod", "--tool-args-json", create)
            story.check(f"{said} tools/call create-pod", code == 0 and not failed(out), (code, out, err))

            code, out, err = await inspect(era, "--method", "tools/call", "--tool-name", "get-pod", "--tool-arg", "podId=nosuchpod")
            story.check(f"{said} a failing tool is a result that says so", failed(out) or failed(err), (code, out, err))


def result(out: str) -> dict:
    try:
        return json.loads(out).get("result", {})
    except ValueError:
        return {}


def failed(out: str) -> bool:
    return bool(result(out).get("isError"))
