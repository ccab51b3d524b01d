"""The official npm servers, pointed at our twin: what they ask of Runpod, our Runpod answers.

Every tool that a server lists is called, or is known to be left out; a tool that is neither is a failure.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

import steps_three
import steps_four
from mcp import Client
from steps import Step
from story import Answer, Bench, Story, call, connected, sandbox

# Machines boot within a second, and the servers' own patience is counted in real time.
PACE = "x60"


# Between two tries of a step, in seconds.
PAUSE = 0.1


async def tell(bench: Bench, story: Story) -> None:
    three, four = "runpod-mcp-server-3", "runpod-mcp-server-4"
    await asyncio.gather(
        one(bench, story, Peer("official 3.4.0 v2:", three, steps_three.V2, steps_three.LEFT, "v2")),
        one(bench, story, Peer("official 3.4.0 v1:", three, steps_three.V1, steps_three.LEFT | steps_three.V2_ONLY, "v1")),
        one(bench, story, Peer("official 4.0.0:", four, steps_four.ALL, steps_four.LEFT, None)),
    )


@dataclass(frozen=True)
class Peer:
    """A server as it is started here, and what it is asked."""

    said: str
    package: str
    steps: list[Step]
    # Tools that are not called.
    left: set[str]
    # What `RUNPOD_REST_VERSION` says.
    version: str | None


async def one(bench: Bench, story: Story, peer: Peer) -> None:
    async with sandbox(bench, "--clock", PACE) as exports:
        if not story.check(f"{peer.said} the sandbox prints its hosts and a key", "RUNPOD_API_KEY" in exports, exports):
            return
        env = exports | ({"RUNPOD_REST_VERSION": peer.version} if peer.version else {})
        command = [bench.node, bench.module(f"{peer.package}/dist/stdio.mjs")]
        async with connected(bench, command, "legacy", env) as client:
            await walk(client, story, peer)
            await nothing_is_forgotten(client, story, peer)


async def walk(client: Client, story: Story, peer: Peer) -> None:
    kept: dict[str, str] = {}
    for step in peer.steps:
        answer = await done(client, step, kept)
        good = is_good(answer) and step.until(answer.value)
        found = {name: find(answer.value) for name, find in step.keep.items()} if good else {}
        story.check(f"{peer.said} {step}", good and all(found.values()), answer)
        kept |= {name: value for name, value in found.items() if value}


async def done(client: Client, step: Step, kept: dict[str, str]) -> Answer:
    arguments = filled(step.arguments, kept)
    answer = await call(client, step.tool, arguments)
    for _ in range(step.tries - 1):
        if is_good(answer) and step.until(answer.value):
            break
        await asyncio.sleep(PAUSE)
        answer = await call(client, step.tool, arguments)
    return answer


def is_good(answer: Answer) -> bool:
    """Version 3 reports some failures as a plain result with an `error`. A job that failed has one too, and a word for its status."""
    match answer.value:
        case {"error": str(), "status": str()}:
            return not answer.error
        case {"error": error} if error:
            return False
        case _:
            return not answer.error


async def nothing_is_forgotten(client: Client, story: Story, peer: Peer) -> None:
    listed = {tool.name for tool in (await client.list_tools()).tools}
    forgotten = listed - {step.tool for step in peer.steps} - peer.left
    story.check(f"{peer.said} every tool was called or is left out on purpose", not forgotten, sorted(forgotten))


def filled(value: Any, kept: dict[str, str]) -> Any:
    """The same with `{name}` replaced by what an earlier step kept under it."""
    match value:
        case dict():
            return {key: filled(inner, kept) for key, inner in value.items()}
        case list():
            return [filled(inner, kept) for inner in value]
        case str() if value.startswith("{") and value.endswith("}"):
            return kept.get(value[1:-1], value)
        case _:
            return value
