"""A call of a tool in a story: what is asked, and what is kept of the answer for later calls."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Find = Callable[[Any], str | None]

IMAGE = "runpod/pytorch:2.1.0-py3.10-cuda11.8.0-devel-ubuntu22.04"
WORKER = "runpod/serverless-hello-world:latest"
GPU = "NVIDIA GeForce RTX 4090"
PLACE = "EU-RO-1"
REPOSITORY = "arn:aws:ecr:us-east-1:123456789012:repository/acme"
SSH_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPeerPeerPeerPeerPeerPeerPeerPeerPeerPeerPee peer"


@dataclass(frozen=True)
class Step:
    """Texts like `{pod}` in the arguments stand for what an earlier step kept as `pod`."""

    tool: str
    arguments: dict[str, Any] = field(default_factory=dict)
    keep: dict[str, Find] = field(default_factory=dict)
    # Asked again, so many times, until the answer is this.
    until: Callable[[Any], bool] = lambda _: True
    tries: int = 1

    def __str__(self) -> str:
        told = {key: value for key, value in self.arguments.items() if isinstance(value, str | int | bool)}
        return " ".join([self.tool, *(f"{key}={value}" for key, value in told.items())])


def own_id(answer: Any) -> str | None:
    """The id of the thing that was made."""
    return answer.get("id") if isinstance(answer, dict) else None


def failed(job: Any) -> bool:
    """Whether a job has ended badly."""
    return job["status"] == "FAILED"


def jobs(submitted: dict[str, Any], looked_at: dict[str, Any]) -> list[Step]:
    """The job tools, which are the same in every release; with more for the first submission and the first look."""
    job = {"endpointId": "{endpoint}", "jobId": "{job}"}
    bad = job | {"jobId": "{bad}"}
    work = {"endpointId": "{endpoint}", "input": {"name": "peer"}}
    return [
        Step("endpoint-health", {"endpointId": "{endpoint}"}),
        Step("run-endpoint", work | submitted, {"job": own_id}),
        Step("get-job-status", job | looked_at),
        Step("stream-job", job),
        Step("runsync-endpoint", work, {"done": own_id}),
        Step("run-endpoint", work, {"job": own_id}),
        Step("cancel-job", job),
        Step("purge-endpoint-queue", {"endpointId": "{endpoint}"}),
        Step("run-endpoint", work | {"input": {"sandbox": {"fail": "on purpose"}}}, {"bad": own_id}),
        Step("get-job-status", bad, until=failed, tries=50),
        Step("retry-job", bad),
    ]


def inside(name: str) -> Find:
    """The id of what stands under a name."""
    return lambda answer: own_id(answer.get(name))


def of_the_one_called(name: str) -> Find:
    """The id of the row with this name, wherever the rows are."""

    def find(answer: Any) -> str | None:
        match answer:
            case {"name": found, "id": str(id)} if found == name:
                return id
            case dict():
                return next(filter(None, map(find, answer.values())), None)
            case list():
                return next(filter(None, map(find, answer)), None)
            case _:
                return None

    return find


def first_of(*names: str) -> Find:
    """The id of the first row, under whichever of these names the rows stand."""

    def find(answer: Any) -> str | None:
        rows = next((answer[name] for name in names if answer.get(name)), [])
        return own_id(rows[0]) if rows else None

    return find
