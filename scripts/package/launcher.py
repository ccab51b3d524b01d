"""The launcher, installed by npm from two tarballs and nothing else: what goes in and out of it is what goes in and out of the program."""

import json
import os
import pty
import shutil
import signal
import subprocess
from pathlib import Path

from bench import PATIENCE, Bench, Story, conversation, run

# Takes the place of the program: says what reached it, then waits for a signal.
RECORDER = """#!/usr/bin/env python3
import json, os, signal, sys
if sys.argv[1:2] == ["die"]:
    os.kill(os.getpid(), signal.SIGTERM)
if sys.argv[1:2] == ["exit"]:
    sys.exit(int(sys.argv[2]))
if sys.argv[1:2] in (["wait"], ["apart"]):
    if sys.argv[1] == "apart":
        # Out of reach of the keyboard.
        os.setpgid(0, 0)
    wanted = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
    signal.pthread_sigmask(signal.SIG_BLOCK, wanted)
    print("ready", flush=True)
    heard = [signal.sigwait(wanted)] if sys.argv[1] == "wait" else []
    # Whatever comes besides.
    while more := signal.sigtimedwait(wanted, 0.3):
        heard.append(more.si_signo)
    print(json.dumps([int(one) for one in heard]), flush=True)
    sys.exit(3)
print(json.dumps([os.path.basename(sys.argv[0]), sys.argv[1:], os.environ.get("RUNPOD_MCP_PACKAGE"), sys.stdin.read()]))
"""
ODD = ["", "two words", "a\"b'c", "$HOME", "ünlike", "--", "-x=1", "*", "back\\slash", "new\nline"]


def install(bench: Bench) -> Path:
    """A folder with both packages, put there without a network."""
    tarballs = [bench.tarball(name) for name in ("runpod-mcp", bench.platform)]
    prefix = bench.scratch / "installed"
    prefix.mkdir()
    (prefix / "package.json").write_text("{}")
    done = run("npm", "install", "--offline", "--loglevel=error", *tarballs, env=bench.env(), cwd=prefix)
    assert done.returncode == 0, done.stderr
    return prefix / "node_modules"


def tell(bench: Bench, story: Story) -> None:
    modules = install(bench)
    command = [str(modules / ".bin/runpod-mcp")]
    stdio(bench, story, command)
    recorded = bench.scratch / "recorded/node_modules"
    shutil.copytree(modules, recorded, symlinks=True)
    program = recorded / "@runpod-mcp" / bench.platform / "bin/runpod-mcp"
    program.write_text(RECORDER)
    for how, start in ways(bench, recorded / "runpod-mcp/launcher.js"):
        passes(bench, story, how, start)
    missing(bench, story, recorded)


def ways(bench: Bench, launcher: Path) -> list[tuple[str, list[str]]]:
    """Beside the program, as with every node; and by becoming it, where there is a node that can."""
    beside = bench.scratch / "beside.cjs"
    beside.write_text("delete process.execve;\n")
    ways = [("beside", ["node", "--require", str(beside), str(launcher)])]
    for node in ("node", str(bench.newer_node)):
        if shutil.which(node) and run(node, "-p", "typeof process.execve", env=bench.env()).stdout.strip() == "function":
            return [*ways, ("become", [node, str(launcher)])]
    print("SKIP  launcher, become: no node since 22.15 here (scripts/install-peers.sh brings one)", flush=True)
    return ways


def stdio(bench: Bench, story: Story, command: list[str]) -> None:
    done = run(*command, "--version", env=bench.env())
    story.check("launcher: runs the program", done.stdout.strip() == f"runpod-mcp {bench.version}", done)
    (hello, listed), code = conversation([*command, "serve", "--sandbox"], bench.env(), ("tools/list", {}))
    story.check("launcher: MCP over stdio", hello["serverInfo"]["name"] == "runpod-mcp" and len(listed["tools"]) > 20, hello)
    story.check("launcher: ends with its client", code == 0, code)
    done = run(*command, "call", "no-such-tool", "--sandbox", env=bench.env())
    story.check("launcher: exit code and stderr of the program", done.returncode == 2 and done.stderr, done)


def passes(bench: Bench, story: Story, how: str, start: list[str]) -> None:
    def check(what: str, holds: object, seen: object = None) -> None:
        story.check(f"launcher, {how}: {what}", holds, seen)

    done = subprocess.run([*start, *ODD], env=bench.env(), text=True, capture_output=True, timeout=PATIENCE, input="typed\n")
    expected = ["runpod-mcp", ODD, f"runpod-mcp@{bench.version}", "typed\n"]
    check("arguments, package and stdin arrive as they are", done.returncode == 0 and json.loads(done.stdout) == expected, done)
    check("nothing is said besides", done.stderr == "", done.stderr)
    done = run(*start, "exit", "7", env=bench.env())
    check("exit code", done.returncode == 7, done)
    done = run(*start, "die", env=bench.env())
    check("death by a signal", done.returncode == -signal.SIGTERM, done)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        child = subprocess.Popen([*start, "wait"], env=bench.env(), text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert child.stdout
        child.stdout.readline()
        child.send_signal(number)
        heard = child.stdout.read()
        check(f"{number.name} passes through once", child.wait(PATIENCE) == 3 and json.loads(heard) == [number], heard)
    heard, code = keyboard(bench, [*start, "wait"])
    check("Ctrl-C on a terminal arrives", heard == [signal.SIGINT] and code == 3, (heard, code))
    if how == "beside":
        heard, code = keyboard(bench, [*start, "apart"])
        check("Ctrl-C is left to the terminal, and not said twice", heard == [] and code == 3, (heard, code))


def keyboard(bench: Bench, command: list[str]) -> tuple[list[int], int]:
    """Presses Ctrl-C on a terminal where the launcher is in the foreground."""
    child, terminal = pty.fork()
    if child == 0:
        os.execvpe(command[0], command, bench.env())
    said = b""
    with os.fdopen(terminal, "r+b", buffering=0) as screen:
        while b"ready" not in said:
            said += screen.read(100)
        screen.write(b"\x03")
        while b"]" not in said:
            said += screen.read(100)
        _, status = os.waitpid(child, 0)
    return json.loads(said[said.index(b"[") : said.index(b"]") + 1]), os.waitstatus_to_exitcode(status)


def missing(bench: Bench, story: Story, modules: Path) -> None:
    """What is said when there is nothing to start, and which of two programs is taken."""
    launcher = str(modules / "runpod-mcp/launcher.js")
    own = modules / "@runpod-mcp" / bench.platform
    preload = bench.scratch / "elsewhere.cjs"

    def elsewhere(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        preload.write_text(script)
        return run("node", "--require", str(preload), launcher, *arguments, env=bench.env())

    if bench.platform.endswith("-gnu"):
        (bench.scratch / "node").write_bytes(b"\x7fELF" + b"\0" * 500 + b"/lib/ld-musl-x86_64.so.1\0")
        musl = f"Object.defineProperty(process, 'execPath', {{ value: {json.dumps(str(bench.scratch / 'node'))} }});"
        done = elsewhere(musl)
        story.check("launcher: a glibc program is not started on musl", done.returncode == 1 and "-musl" in done.stderr, done)
        shutil.copytree(own, str(own).removesuffix("-gnu") + "-musl")
        story.check("launcher: the musl program is", elsewhere(musl, "exit", "5").returncode == 5)
        shutil.rmtree(own)
        story.check("launcher: it also runs where the other is missing", elsewhere("", "exit", "6").returncode == 6)
        own = own.with_name(own.name.removesuffix("-gnu") + "-musl")
    (own / "bin/runpod-mcp").chmod(0o644)
    done = elsewhere("")
    story.check("launcher: a program that may not be run", done.returncode == 1 and "cannot be run" in done.stderr, done)
    shutil.rmtree(own)
    done = elsewhere("")
    says = f"npm install @runpod-mcp/{bench.platform}@{bench.version}"
    story.check("launcher: no package says what to install", done.returncode == 1 and says in done.stderr and not done.stdout, done)
    done = elsewhere("Object.defineProperty(process, 'platform', { value: 'sunos' });")
    says = "there is no program for sunos" in done.stderr and "cargo install" in done.stderr and "darwin-arm64" in done.stderr
    story.check("launcher: an unknown platform says how to build", done.returncode == 1 and says, done)
