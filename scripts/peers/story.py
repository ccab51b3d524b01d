"""What the checks share: where things are, a reporter, the twin as a process, and a reading of tool results."""

import asyncio
import contextlib
import json
import os
import re
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

# Nothing here waits for a machine to boot: what takes longer than this hangs.
PATIENCE = 60

# Stories call faster than people do.
UNHURRIED = ("--rate-per-key", "0", "--rate-per-ip", "0")


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


async def sandbox_key(bench: Bench) -> str:
    """The key that opens the demo account of every sandbox."""
    async with sandbox(bench) as exports:
        return exports["RUNPOD_API_KEY"]


@dataclass
class Served:
    """Our server over HTTP: where it is, and what it has written so far."""

    url: str = ""
    out: bytearray = field(default_factory=bytearray)
    err: bytearray = field(default_factory=bytearray)

    @property
    def base(self) -> str:
        return self.url.removesuffix("/mcp")


@contextlib.asynccontextmanager
async def serving(bench: Bench, *flags: str) -> AsyncIterator[Served]:
    """Our server over HTTP on a free port, started with these flags, for callers that need not slow down."""
    port = free_port()
    # The address is not read from the log, which some of those who start it turn off.
    served = Served(url=f"http://127.0.0.1:{port}/mcp")
    process = await asyncio.create_subprocess_exec(
        *(str(bench.binary), "serve", "--http", f"127.0.0.1:{port}", *UNHURRIED, *flags),
        # Nothing of whoever runs this gets through.
        env={"PATH": os.environ["PATH"]},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None and process.stderr is not None
    pumps = [asyncio.create_task(pump(process.stdout, served.out)), asyncio.create_task(pump(process.stderr, served.err))]
    try:
        await listens(port, process, served)
        yield served
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
        await asyncio.gather(*pumps)
        with bench.log.open("ab") as log:
            log.write(served.err)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def pump(pipe: asyncio.StreamReader, into: bytearray) -> None:
    while piece := await pipe.read(65536):
        into.extend(piece)


async def listens(port: int, process: asyncio.subprocess.Process, served: Served) -> None:
    for _ in range(PATIENCE * 20):
        if process.returncode is not None:
            raise RuntimeError(f"the server did not start: {served.err.decode(errors='replace')}")
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.05)
    raise RuntimeError("the server does not listen")


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
