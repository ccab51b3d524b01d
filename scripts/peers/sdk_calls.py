"""The calls of the SDK, blocking and asynchronous. Prints `[what, whether it holds, what was seen]` for each thing looked at."""

import asyncio
import json
import os
import urllib.request
from typing import Any

import aiohttp
import runpod

KEY = os.environ["RUNPOD_API_KEY"]
INPUT = {"input": {"name": "sdk"}}
# The twin's workers do as they are told here, whatever their image.
STREAMED = {"input": {"sandbox": {"chunks": 3}}}
PATIENCE = 30


def main() -> None:
    runpod.api_key = KEY
    endpoint_id = create_endpoint()
    blocking(runpod.Endpoint(endpoint_id))
    asyncio.run(asynchronous(endpoint_id))


def create_endpoint() -> str:
    body = {
        "name": "sdk",
        "type": "QUEUE",
        "scaling": {"type": "QUEUE_DELAY", "queueDelay": 1},
        "image": "acme/worker:1",
        "gpu": {"pools": ["ADA_24", "AMPERE_24"]},
        "workers": {"min": 0, "max": 1},
    }
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    url = os.environ["RUNPOD_REST_V2_API_URL"] + "/serverless"
    with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers)) as answer:
        return json.load(answer)["id"]


def blocking(endpoint: runpod.Endpoint) -> None:
    health = endpoint.health()
    see("health", {"jobs", "workers"} <= health.keys(), health)
    job = endpoint.run(INPUT)
    status = job.status()
    see("run, then status", status in ("IN_QUEUE", "IN_PROGRESS", "COMPLETED"), status)
    output = job.output(timeout=PATIENCE)
    see("output", output is not None and job.status() == "COMPLETED", output)
    output = endpoint.run_sync(INPUT, timeout=PATIENCE)
    see("run_sync", output is not None, output)
    chunks = list(endpoint.run(STREAMED).stream())
    see("stream", len(chunks) == 3, chunks)
    cancelled = endpoint.run({"input": {"sandbox": {"seconds": 600}}}).cancel()
    see("cancel", cancelled.get("status") == "CANCELLED", cancelled)
    purged = endpoint.purge_queue()
    see("purge_queue", purged.get("status") == "completed", purged)


async def asynchronous(endpoint_id: str) -> None:
    async with aiohttp.ClientSession() as session:
        endpoint = runpod.AsyncioEndpoint(endpoint_id, session)
        health = await endpoint.health()
        see("asynchronous health", {"jobs", "workers"} <= health.keys(), health)
        job = await endpoint.run(INPUT["input"])
        output = await job.output(timeout=PATIENCE)
        see("asynchronous run and output", output is not None, output)
        chunks = [chunk async for chunk in (await endpoint.run(STREAMED["input"])).stream()]
        see("asynchronous stream", len(chunks) == 3, chunks)
        cancelled = await (await endpoint.run({"sandbox": {"seconds": 600}})).cancel()
        see("asynchronous cancel", cancelled.get("status") == "CANCELLED", cancelled)


def see(what: str, holds: bool, seen: Any) -> None:
    print(json.dumps([what, holds, seen], default=str), flush=True)


if __name__ == "__main__":
    main()
