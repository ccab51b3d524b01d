"""Clients that reach us over HTTP: with a key in a header, and by signing in."""

import asyncio
import contextlib
import json
import os
import re
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import fastmcp
from fastmcp.client.transports import StreamableHttpTransport
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client

import person
from inspector import failed, result
from python_client import mistakes, pods, surface
from story import PATIENCE, Bench, Story, call, run, sandbox_key, serving

LINK = re.compile(r"https?://\S+/authorize\?\S+")


async def tell(bench: Bench, story: Story) -> None:
    key = await sandbox_key(bench)
    async with serving(bench, "--sandbox", "--require-auth") as served:
        await python(served.url, key, story)
        await with_fastmcp(served.url, key, story)
        await with_inspector(bench, served.url, key, story)
        await with_claude(bench, served.url, key, story)
        await with_mcp_remote(bench, served.url, story)


@contextlib.asynccontextmanager
async def reached(url: str, key: str, mode: str) -> AsyncIterator[Client]:
    async with create_mcp_http_client(headers={"Authorization": f"Bearer {key}"}) as http:
        async with Client(streamable_http_client(url, http_client=http), mode=mode) as client:
            yield client


async def python(url: str, key: str, story: Story) -> None:
    for mode, speaks in [("legacy", "2025-11-25"), ("auto", "2026-07-28")]:
        said = f"python http {mode}:"
        async with reached(url, key, mode) as client:
            story.check(f"{said} speaks {speaks}", client.protocol_version == speaks, client.protocol_version)
            await surface(client, story, said)
            await pods(client, story, said)
            await mistakes(client, story, said)
    try:
        async with reached(url, "rpa_NOSUCHKEY", "auto") as client:
            await client.list_tools()
        story.check("python http: a key that Runpod does not know is refused", False)
    except Exception as error:  # noqa: BLE001 - whatever the client makes of a 401
        story.check("python http: a key that Runpod does not know is refused", True, error)


async def with_fastmcp(url: str, key: str, story: Story) -> None:
    transport = StreamableHttpTransport(url, headers={"Authorization": f"Bearer {key}"})
    async with fastmcp.Client(transport) as client:
        names = {tool.name for tool in await client.list_tools()}
        story.check("fastmcp http: lists the tools", "create-pod" in names, sorted(names))
        answer = await client.call_tool("list-pods", {})
        items = json.loads(answer.content[0].text).get("items")
        story.check("fastmcp http: calls list-pods", items is not None, answer)
        wrong = await client.call_tool("get-pod", {"podId": "nosuchpod"}, raise_on_error=False)
        story.check("fastmcp http: a failing tool is a result that says so", wrong.is_error, wrong)


async def with_inspector(bench: Bench, url: str, key: str, story: Story) -> None:
    launcher = bench.module("@modelcontextprotocol/inspector/clients/launcher/build/index.js")
    with tempfile.TemporaryDirectory() as scratch:
        env = {**os.environ, "HOME": scratch}
        for era in ("legacy", "modern"):
            there = ["--cli", url, "--transport", "http", "--protocol-era", era, "--format", "json"]
            there += ["--header", f"Authorization: Bearer {key}"]

            async def inspect(*rest: str) -> tuple[int, str, str]:
                return await run(bench.node, launcher, *there, *rest, env=env)

            code, out, err = await inspect("--method", "tools/list")
            names = [tool["name"] for tool in result(out).get("tools", [])]
            story.check(f"inspector http {era}: tools/list", code == 0 and "create-pod" in names, (code, err))
            code, out, err = await inspect("--method", "tools/call", "--tool-name", "list-pods")
            story.check(f"inspector http {era}: tools/call list-pods", code == 0 and not failed(out), (code, out, err))


async def with_claude(bench: Bench, url: str, key: str, story: Story) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        env = {
            "HOME": scratch,
            "PATH": f"{Path(bench.node).parent}:/usr/local/bin:/usr/bin:/bin",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "DISABLE_AUTOUPDATER": "1",
        }
        claude = bench.module(".bin/claude")
        header = f"Authorization: Bearer {key}"
        add = ("mcp", "add", "--transport", "http", "runpod", url, "-s", "user", "--header", header)
        code, out, err = await run(claude, *add, env=env, cwd=Path(scratch))
        story.check("claude http: mcp add with a header", code == 0, (code, out, err))
        code, out, err = await run(claude, "mcp", "list", env=env, cwd=Path(scratch))
        line = next((line for line in out.splitlines() if line.startswith("runpod")), "")
        story.check("claude http: mcp list shows it connected", code == 0 and "Connected" in line, (code, out, err))


async def with_mcp_remote(bench: Bench, url: str, story: Story) -> None:
    """The bridge shows a link; a person follows it; then it speaks MCP on stdio with the key that it got."""
    with tempfile.TemporaryDirectory() as scratch:
        words = Path(scratch) / "stderr"
        env = {"HOME": scratch, "MCP_REMOTE_CONFIG_DIR": scratch, "PATH": f"{Path(bench.node).parent}:/usr/bin:/bin"}
        bridge = [bench.module("mcp-remote/dist/proxy.js"), url, "--allow-http", "--transport", "http-only"]
        with words.open("w") as log:
            server = StdioServerParameters(command=bench.node, args=bridge, env=env)
            browser = asyncio.create_task(follow(words))
            try:
                async with asyncio.timeout(PATIENCE), Client(stdio_client(server, errlog=log), mode="legacy") as client:
                    story.check("mcp-remote: signs in", await browser == 200)
                    names = {tool.name for tool in (await client.list_tools()).tools}
                    story.check("mcp-remote: lists the tools", "create-pod" in names, sorted(names))
                    listed = await call(client, "list-pods")
                    story.check("mcp-remote: calls list-pods", not listed.error and "items" in listed.value, listed)
            except Exception as error:  # noqa: BLE001 - the bridge ends with whatever went wrong
                browser.cancel()
                story.check("mcp-remote: came to its end", False, (repr(error), words.read_text()[-1200:]))


async def follow(words: Path) -> int:
    """Waits for the link of a sign-in and follows it."""
    for _ in range(PATIENCE * 10):
        if found := LINK.search(words.read_text()):
            return await person.sign_in(found[0])
        await asyncio.sleep(0.1)
    raise RuntimeError("no link was shown")
