"""What the checks share: where things are, a reporter, the twin as a process, and a reading of tool results."""

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

# Nothing here waits for a machine to boot: what takes longer than this hangs.
PATIENCE = 60


@dataclass(frozen=True)
class Bench:
    """Our binary and the installed peers."""

    binary: Path
    peers: Path

    @property
    def node(self) -> str:
        return str(self.peers / "node")

    def module(self, path: str) -> str:
        return str(self.peers / "node_modules" / path)

    @property
    def log(self) -> Path:
        return self.peers / "stderr.log"


class Story:
    """Prints a line for each thing looked at, and counts."""

    def __init__(self) -> None:
        self.held = 0
        self.failed = 0

    def check(self, what: str, holds: object, seen: object = None) -> bool:
        if holds:
            self.held += 1
            print(f"pass  {what}", flush=True)
            return True
        self.failed += 1
        print(f"FAIL  {what}" + (f"\n      saw: {str(seen)[:1500]}" if seen is not None else ""), flush=True)
        return False


@dataclass(frozen=True)
class Answer:
    """A tool result: its text read as JSON, and whether it was an error."""

    error: bool
    value: Any


@contextlib.asynccontextmanager
async def connected(bench: Bench, command: list[str], mode: str, env: dict[str, str] | None = None) -> AsyncIterator[Client]:
    """A client of a server started over stdio; the server's stderr goes to the log."""
    with bench.log.open("a") as log:
        server = StdioServerParameters(command=command[0], args=command[1:], env=env)
        async with Client(stdio_client(server, errlog=log), mode=mode) as client:
            yield client


async def call(client: Client, tool: str, arguments: dict[str, Any] | None = None) -> Answer:
    """Calls a tool; a protocol error is raised by the client."""
    result = await asyncio.wait_for(client.call_tool(tool, arguments or {}), PATIENCE)
    text = "".join(block.text for block in result.content if block.type == "text")
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    return Answer(error=result.is_error, value=value)


async def run(*command: str, env: dict[str, str] | None = None, cwd: Path | None = None) -> tuple[int, str, str]:
    """A program's exit code, stdout and stderr."""
    process = await asyncio.create_subprocess_exec(
        *command,
        env=env,
        cwd=cwd,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    except asyncio.TimeoutError:
        process.kill()
        out, err = await process.communicate()
        err += b"\n(ended: it took too long)"
    return process.returncode or 0, out.decode(errors="replace"), err.decode(errors="replace")


@contextlib.asynccontextmanager
async def sandbox(bench: Bench, *flags: str) -> AsyncIterator[dict[str, str]]:
    """Our twin on a free port, started with these flags; gives the variables that its `export` lines set."""
    with bench.log.open("a") as log:
        process = await asyncio.create_subprocess_exec(
            *(str(bench.binary), "sandbox", "--listen", "127.0.0.1:0", *flags), stdout=asyncio.subprocess.PIPE, stderr=log
        )
    assert process.stdout is not None
    exports: dict[str, str] = {}
    try:
        # The key comes with the hosts; the last line of the block is not marked, so read until it falls silent.
        while True:
            patience = 0.5 if exports else PATIENCE
            try:
                line = (await asyncio.wait_for(process.stdout.readline(), patience)).decode()
            except asyncio.TimeoutError:
                break
            if not line:
                break
            if found := re.match(r"export (\w+)=(['\"]?)(.*)\2\s*$", line):
                exports[found[1]] = found[3]
        yield exports
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
