"""Runpod's Python SDK, pointed at our twin: its Serverless calls, in an interpreter with the SDK and a scratch home."""

import json
import tempfile
from pathlib import Path

from story import Bench, Story, run, sandbox


async def tell(bench: Bench, story: Story) -> None:
    calls = Path(__file__).with_name("sdk_calls.py")
    async with sandbox(bench, "--clock", "x60") as exports:
        with tempfile.TemporaryDirectory() as home:
            env = exports | {"HOME": home, "RUNPOD_ENDPOINT_BASE_URL": exports["RUNPOD_SERVERLESS_API_URL"]}
            code, out, err = await run(str(bench.peers / "sdk/bin/python"), str(calls), env=env)
    for line in out.splitlines():
        what, holds, seen = json.loads(line)
        story.check(f"sdk: {what}", holds, seen)
    story.check("sdk: came to its end", code == 0, err)
