"""Clients read what `runpod-mcp add` wrote for them, by their own list commands; their home is a scratch folder."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from story import Bench, Story, run


@dataclass(frozen=True)
class Home:
    """A home of nobody, and how programs are run in it."""

    bench: Bench
    path: Path

    @property
    def env(self) -> dict[str, str]:
        return {
            "HOME": str(self.path),
            "PATH": f"{Path(self.bench.node).parent}:/usr/local/bin:/usr/bin:/bin",
            "NO_COLOR": "1",
            # No account, no update check, no telemetry.
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "COPILOT_AUTO_UPDATE": "false",
            "DISABLE_AUTOUPDATER": "1",
            "GEMINI_CLI_TRUST_WORKSPACE": "true",
            "OPENCODE_DISABLE_AUTOUPDATE": "1",
            "OPENCODE_DISABLE_MODELS_FETCH": "1",
        }

    async def run(self, *command: str) -> tuple[int, str]:
        code, out, err = await run(*command, env=self.env, cwd=self.path)
        return code, out + err


@contextlib.contextmanager
def home(bench: Bench) -> Iterator[Home]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        yield Home(bench, Path(scratch))


@dataclass(frozen=True)
class Client:
    """A client, its list command, and the word by which it says that it reached the server; none if it only lists."""

    id: str
    program: str
    arguments: tuple[str, ...]
    connected: str | None


CLIENTS = (
    Client("claude-code", "claude", ("mcp", "list"), "Connected"),
    Client("codex", "codex", ("mcp", "list"), None),
    Client("gemini-cli", "gemini", ("mcp", "list"), "Connected"),
    Client("opencode", "opencode", ("mcp", "list"), "connected"),
    Client("copilot-cli", "copilot", ("mcp", "list"), None),
)


async def tell(bench: Bench, story: Story) -> None:
    for client in CLIENTS:
        with home(bench) as scratch:
            await one(client, scratch, story)


async def one(client: Client, scratch: Home, story: Story) -> None:
    binary = str(scratch.bench.binary)
    add = (binary, "add", "--client", client.id, "--mode", "local", "--sandbox", "--yes")
    code, said = await scratch.run(*add)
    if not story.check(f"installs: {client.id}: add", code == 0, said):
        return
    listing = (scratch.bench.module(f".bin/{client.program}"), *client.arguments)
    code, said = await scratch.run(*listing)
    story.check(f"installs: {client.id} reads our entry", code == 0 and "runpod" in said, said)
    if client.connected:
        line = next((line for line in said.splitlines() if "runpod" in line and client.connected in line), "")
        good = line and "disconnected" not in line.lower() and "failed" not in line.lower()
        story.check(f"installs: {client.id} is connected to it", good, said)
    code, said = await scratch.run(binary, "remove", "--client", client.id, "--yes")
    story.check(f"installs: {client.id}: remove", code == 0, said)
    code, said = await scratch.run(*listing)
    gone = binary not in said and not any(os.sep in line and "runpod" in line for line in said.splitlines())
    story.check(f"installs: {client.id} knows it no more", gone, said)
