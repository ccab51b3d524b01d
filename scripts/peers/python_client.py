"""The official Python client over stdio, in both eras of the protocol: the main job, and what goes wrong."""

import json
import time

from mcp import Client, MCPError

from story import Bench, Story, call, connected

# The client waits this long for a server whose stdin it closed, then ends it by a signal.
GRACE = 2.0

POD = {
    "name": "peer",
    "imageName": "runpod/pytorch:2.1.0-py3.10-cuda11.8.0-devel-ubuntu22.04",
    "gpuTypeIds": ["NVIDIA GeForce RTX 4090"],
    "gpuCount": 1,
}
ENDPOINT = {
    "name": "peer",
    "imageName": "runpod/test-output:0.0.1",
    "gpuPoolIds": ["AMPERE_80"],
    "workersMin": 0,
    "workersMax": 3,
}


async def tell(bench: Bench, story: Story) -> None:
    command = [str(bench.binary), "serve", "--sandbox"]
    for mode, speaks in [("legacy", "2025-11-25"), ("auto", "2026-07-28"), ("2026-07-28", "2026-07-28")]:
        said = f"python {mode}:"
        async with connected(bench, command, mode) as client:
            story.check(f"{said} speaks {speaks}", client.protocol_version == speaks, client.protocol_version)
            await surface(client, story, said)
            await pods(client, story, said)
            await endpoints(client, story, said)
            await mistakes(client, story, said)
            await older(client, story, said)
            closing = time.monotonic()
        took = time.monotonic() - closing
        story.check(f"{said} the server leaves when its input ends", took < GRACE, f"{took:.1f} s")


    async with connected(bench, [*command, "--surface", "mini"], "auto") as client:
        await mini(client, story, "python mini:")


async def surface(client: Client, story: Story, said: str) -> None:
    tools = (await client.list_tools()).tools
    names = {tool.name for tool in tools}
    wanted = {"list-pods", "create-pod", "get-pod", "delete-pod", "list-endpoints", "create-endpoint", "get-billing"}
    story.check(f"{said} lists the tools", wanted <= names, sorted(names))
    unmarked = [
        tool.name
        for tool in tools
        if tool.annotations is None
        or None in (tool.annotations.read_only_hint, tool.annotations.destructive_hint, tool.annotations.idempotent_hint)
    ]
    story.check(f"{said} every tool says what it may do", not unmarked, unmarked)
    loose = [tool.name for tool in tools if tool.input_schema.get("additionalProperties") is not False]
    story.check(f"{said} every schema is closed", not loose, loose)


async def pods(client: Client, story: Story, said: str) -> None:
    listed = await call(client, "list-pods")
    story.check(f"{said} list-pods", not listed.error and "items" in listed.value, listed)
    made = await call(client, "create-pod", POD)
    if not story.check(f"{said} create-pod", not made.error and made.value.get("id"), made):
        return
    pod = {"podId": made.value["id"]}
    read = await call(client, "get-pod", pod)
    story.check(f"{said} get-pod", not read.error and read.value.get("name") == POD["name"], read)
    gone = await call(client, "delete-pod", pod)
    story.check(f"{said} delete-pod", not gone.error and gone.value.get("success") is True, gone)
    again = await call(client, "delete-pod", pod)
    story.check(f"{said} deleting what is gone succeeds and says so", not again.error, again)
    missing = await call(client, "get-pod", pod)
    story.check(f"{said} a Pod that is gone is a 404 with a hint", missing.error and missing.value.get("status") == 404, missing)


async def endpoints(client: Client, story: Story, said: str) -> None:
    made = await call(client, "create-endpoint", ENDPOINT)
    if not story.check(f"{said} create-endpoint", not made.error and made.value.get("id"), made):
        return
    endpoint = {"endpointId": made.value["id"]}
    read = await call(client, "get-endpoint", endpoint)
    story.check(f"{said} get-endpoint", not read.error and read.value.get("workers", {}).get("max") == 3, read)
    gone = await call(client, "delete-endpoint", endpoint)
    story.check(f"{said} delete-endpoint", not gone.error, gone)


async def mistakes(client: Client, story: Story, said: str) -> None:
    wrong = await call(client, "get-pod", {"pod": "abc"})
    story.check(
        f"{said} a misnamed argument is named, with what is missing",
        wrong.error and wrong.value.get("status") == 400 and "podId" in str(wrong.value),
        wrong,
    )
    for escape in ["../x", "a/b", "%2e%2e", "", ".."]:
        refused = await call(client, "delete-pod", {"podId": escape})
        story.check(f"{said} an id like {escape!r} is refused", refused.error and refused.value.get("status") == 400, refused)
    try:
        unknown = await call(client, "make-coffee")
        story.check(f"{said} an unknown tool is a protocol error", False, unknown)
    except MCPError as error:
        story.check(f"{said} an unknown tool is a protocol error", error.error.code == -32602, error)


async def older(client: Client, story: Story, said: str) -> None:
    body = {"name": "older", "image": POD["imageName"], "gpu": {"id": POD["gpuTypeIds"][0], "count": 1}}
    made = await call(client, "create-pod", {"body": json.dumps(body)})
    if not story.check(f"{said} a nested body is understood", not made.error and made.value.get("_notes"), made):
        return
    gone = await call(client, "pod-action", {"id": made.value["id"], "body": {"action": "terminate"}})
    story.check(f"{said} pod-action is understood", not gone.error and gone.value.get("success") is True, gone)


async def mini(client: Client, story: Story, said: str) -> None:
    listed = [tool.name for tool in (await client.list_tools()).tools]
    story.check(f"{said} two tools are listed", listed == ["find-tools", "call-tool"], listed)
    found = await call(client, "find-tools", {"words": "rent a gpu machine"})
    names = [tool["name"] for tool in found.value.get("tools", [])]
    story.check(f"{said} finds what is meant", not found.error and names[:1] == ["create-pod"], found)
    shown = await call(client, "find-tools", {"words": "create-pod"})
    schema = shown.value["tools"][0].get("inputSchema", {})
    story.check(f"{said} shows the arguments", set(POD) <= set(schema.get("properties", {})), shown)
    made = await call(client, "call-tool", {"name": "create-pod", "arguments": POD})
    if not story.check(f"{said} calls", not made.error and made.value.get("id"), made):
        return
    pod = {"podId": made.value["id"]}
    gone = await call(client, "call-tool", {"name": "delete-pod", "arguments": pod})
    story.check(f"{said} deletes", not gone.error and gone.value.get("success") is True, gone)
    strange = await call(client, "call-tool", {"name": "make-coffee"})
    story.check(f"{said} an unknown callee is an answer", strange.error and strange.value.get("status") == 404, strange)
