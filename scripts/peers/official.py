"""The official npm servers, pointed at our twin: what they ask of Runpod, our Runpod answers."""

from typing import Any

from mcp import Client

from story import Bench, Story, call, connected, sandbox

IMAGE = "runpod/pytorch:2.1.0-py3.10-cuda11.8.0-devel-ubuntu22.04"
GPU = "NVIDIA GeForce RTX 4090"

# Tool, arguments, whether the reply is an object with an id that later steps use as `{id}`.
Step = tuple[str, dict[str, Any], bool]

VERSION_3: list[Step] = [
    ("list-pods", {}, False),
    ("create-pod", {"name": "three", "imageName": IMAGE, "gpuTypeIds": [GPU], "gpuCount": 1, "volumeInGb": 20, "volumeMountPath": "/workspace"}, True),
    ("get-pod", {"podId": "{id}"}, False),
    ("update-pod", {"podId": "{id}", "name": "three again"}, False),
    ("stop-pod", {"podId": "{id}"}, False),
    ("delete-pod", {"podId": "{id}"}, False),
    ("list-endpoints", {}, False),
    ("create-endpoint", {"name": "three", "imageName": "runpod/test-output:0.0.1", "gpuPoolIds": ["AMPERE_80"], "workersMin": 0, "workersMax": 3}, True),
    ("get-endpoint", {"endpointId": "{id}"}, False),
    ("update-endpoint", {"endpointId": "{id}", "workersMax": 2}, False),
    ("list-endpoint-workers", {"endpointId": "{id}"}, False),
    ("delete-endpoint", {"endpointId": "{id}"}, False),
    ("list-templates", {}, False),
    ("create-template", {"name": "three", "imageName": IMAGE}, True),
    ("delete-template", {"templateId": "{id}"}, False),
    ("list-network-volumes", {}, False),
    ("list-container-registry-auths", {}, False),
    ("list-gpu-types", {}, False),
    ("list-cpu-types", {}, False),
    ("list-data-centers", {}, False),
    ("get-billing", {}, False),
]

VERSION_4: list[Step] = [
    ("list-pods", {}, False),
    ("create-pod", {"body": {"name": "four", "image": IMAGE, "gpu": {"id": GPU, "count": 1}}}, True),
    ("get-pod", {"id": "{id}"}, False),
    ("update-pod", {"id": "{id}", "body": {"name": "four again"}}, False),
    ("pod-action", {"id": "{id}", "body": {"action": "stop"}}, False),
    ("delete-pod", {"id": "{id}"}, False),
    ("list-endpoints", {}, False),
    (
        "create-endpoint",
        {
            "body": {
                "name": "four",
                "type": "QUEUE",
                "scaling": {"type": "QUEUE_DELAY", "queueDelay": 4},
                "image": "runpod/test-output:0.0.1",
                "gpu": {"pools": ["AMPERE_80"]},
                "workers": {"min": 0, "max": 3},
            }
        },
        True,
    ),
    ("get-endpoint", {"id": "{id}"}, False),
    ("update-endpoint", {"id": "{id}", "body": {"workers": {"max": 2}}}, False),
    ("list-endpoint-workers", {"id": "{id}"}, False),
    ("delete-endpoint", {"id": "{id}"}, False),
    ("list-templates", {}, False),
    ("list-network-volumes", {}, False),
    ("list-registries", {}, False),
    ("list-clusters", {}, False),
    ("list-gpu-types", {}, False),
    ("list-cpu-types", {}, False),
    ("list-data-centers", {}, False),
    ("list-billing", {}, False),
]


async def tell(bench: Bench, story: Story) -> None:
    for version, package, steps in [("3.4.0", "runpod-mcp-server-3", VERSION_3), ("4.0.0", "runpod-mcp-server-4", VERSION_4)]:
        async with sandbox(bench) as exports:
            if not story.check(f"official {version}: the sandbox prints its hosts and a key", "RUNPOD_API_KEY" in exports, exports):
                continue
            command = [bench.node, bench.module(f"{package}/dist/stdio.mjs")]
            async with connected(bench, command, "legacy", exports) as client:
                await walk(client, story, f"official {version}:", steps)


async def walk(client: Client, story: Story, said: str, steps: list[Step]) -> None:
    last = ""
    for tool, arguments, makes in steps:
        filled = {key: last if value == "{id}" else value for key, value in arguments.items()}
        answer = await call(client, tool, filled)
        # Version 3 reports some failures as a plain result with an `error`.
        good = not answer.error and not (isinstance(answer.value, dict) and "error" in answer.value)
        story.check(f"{said} {tool}", good and (not makes or answer.value.get("id")), answer)
        if makes and good:
            last = answer.value["id"]
