"""What the checks share: where things are, a reporter, and an MCP client of a few lines."""

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# Nothing here waits for anything: what takes longer than this hangs.
PATIENCE = 60
VENDORS = {"unknown-linux-gnu": "linux-{}-gnu", "unknown-linux-musl": "linux-{}-musl", "apple-darwin": "darwin-{}"}
CPUS = {"x86_64": "x64", "aarch64": "arm64"}


@dataclass
class Story:
    """Prints a line for each thing looked at, and counts."""

    held: int = 0
    failed: int = 0

    def check(self, what: str, holds: object, seen: object = None) -> None:
        if holds:
            self.held += 1
            print(f"pass  {what}", flush=True)
            return
        self.failed += 1
        print(f"FAIL  {what}" + (f"\n      saw: {str(seen)[:1500]}" if seen is not None else ""), flush=True)


@dataclass(frozen=True)
class Bench:
    """Our program, the chores that pack it, and a folder that is new each time."""

    program: Path
    triple: str
    xtask: Path
    tools: Path
    scratch: Path
    newer_node: Path
    packages: Path = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "packages", self.scratch / "packages")
        (self.scratch / "home").mkdir(parents=True)

    @property
    def platform(self) -> str:
        """What npm calls the platform: linux-x64-gnu."""
        cpu, vendor = self.triple.split("-", 1)
        return VENDORS[vendor].format(CPUS[cpu])

    @property
    def version(self) -> str:
        return self.chore("package", "version").strip()

    def env(self, **more: str) -> dict[str, str]:
        """An environment without settings of whoever runs this, in which npm knows no registry, cache or account."""
        home = self.scratch / "home"
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "npm_config_cache": str(self.scratch / "cache"),
            "npm_config_userconfig": str(home / "npmrc"),
            "npm_config_update_notifier": "false",
            "npm_config_audit": "false",
            "npm_config_fund": "false",
            # Nobody listens there.
            "npm_config_registry": "http://127.0.0.1:9/",
            "npm_config_fetch_retries": "0",
            **more,
        }

    def chore(self, *arguments: str | Path) -> str:
        return subprocess.run([self.xtask, *arguments], check=True, text=True, stdout=subprocess.PIPE).stdout

    def pack(self) -> None:
        """Folders of all npm packages. Those of other platforms have a text for a program: they are never started."""
        other = self.scratch / "other"
        other.write_text("a program for another platform\n")
        triples = [f"{cpu}-{vendor}" for cpu in CPUS for vendor in (*VENDORS, "pc-windows-msvc")]
        programs = [f"--binary={one}={self.program if one == self.triple else other}" for one in triples]
        self.chore("package", "npm", *programs, "--out", self.packages)

    def tarball(self, name: str) -> Path:
        """The package of a folder, as npm packs it; packed once."""
        packed = self.scratch / f"runpod-mcp{'' if name == 'runpod-mcp' else f'-{name}'}-{self.version}.tgz"
        if not packed.exists():
            done = run("npm", "pack", "--pack-destination", self.scratch, self.packages / name, env=self.env())
            assert done.returncode == 0, done.stderr
        return packed


def run(*command: str | Path, env: dict[str, str], cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=env, cwd=cwd, text=True, capture_output=True, timeout=PATIENCE, stdin=subprocess.DEVNULL)


def conversation(command: list[str], env: dict[str, str], *requests: tuple[str, dict[str, Any]]) -> tuple[list[Any], int]:
    """Initializes, asks, closes stdin; the results, and the exit code."""
    hello = ("initialize", {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "check", "version": "1"}})
    asked = [{"jsonrpc": "2.0", "id": id, "method": method, "params": params} for id, (method, params) in enumerate((hello, *requests))]
    asked.insert(1, {"jsonrpc": "2.0", "method": "notifications/initialized"})
    server = subprocess.Popen(command, env=env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert server.stdin and server.stdout
    server.stdin.write("".join(json.dumps(one) + "\n" for one in asked))
    server.stdin.flush()
    answers = {}
    while len(answers) < len(asked) - 1:
        message = json.loads(server.stdout.readline())
        answers[message.get("id")] = message.get("result", message.get("error"))
    server.stdin.close()
    return [answers[id] for id in range(len(asked) - 1)], server.wait(PATIENCE)
