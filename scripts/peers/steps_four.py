"""What @runpod/mcp-server 4.0.0 is asked; it speaks REST v2 only."""

from steps import GPU, IMAGE, PLACE, REPOSITORY, SSH_KEY, WORKER, Step, first_of, inside, jobs, of_the_one_called, own_id

LEFT: set[str] = set()

PODS = [
    Step("create-pod", {"body": {"name": "four", "image": IMAGE, "gpu": {"id": GPU, "count": 1}, "mounts": {"persistent": {"size": 20, "path": "/workspace"}}}}, {"pod": own_id}),
    Step("list-pods", {"includeClusterPods": True}, {"running": of_the_one_called("finetune-2")}),
    Step("get-pod", {"id": "{pod}"}),
    Step("update-pod", {"id": "{pod}", "body": {"name": "four again", "locked": False}}),
    Step("pod-action", {"id": "{pod}", "body": {"action": "stop"}}),
    Step("pod-action", {"id": "{pod}", "body": {"action": "start"}}),
    Step("pod-action", {"id": "{running}", "body": {"action": "restart"}}),
    Step("stream-pod-logs", {"podId": "{running}", "tail": 5, "maxWaitMs": 1000}),
    Step("delete-pod", {"id": "{pod}"}),
    Step("create-pod", {"body": {"name": "cpu", "image": "alpine:3", "cpu": {"id": "cpu5c", "vcpuCount": 2}}}, {"pod": own_id}),
    Step("pod-action", {"id": "{pod}", "body": {"action": "terminate"}}),
]

ENDPOINT = {
    "name": "four",
    "type": "QUEUE",
    "scaling": {"type": "QUEUE_DELAY", "queueDelay": 4},
    "image": WORKER,
    "gpu": {"pools": ["AMPERE_80"]},
    "workers": {"min": 0, "max": 3},
}

ENDPOINTS = [
    Step("create-endpoint", {"body": ENDPOINT}, {"endpoint": own_id}),
    Step("list-endpoints", {}, {"built": of_the_one_called("image-gen"), "busy": of_the_one_called("gateway")}),
    Step("get-endpoint", {"id": "{endpoint}"}),
    Step("update-endpoint", {"id": "{endpoint}", "body": {"workers": {"max": 2}}}),
    Step("set-endpoint-gpus", {"endpointId": "{endpoint}", "pools": ["ADA_24", "AMPERE_80"], "excludeGpuTypeIds": ["NVIDIA A100-SXM4-80GB"]}),
    Step("list-endpoint-releases", {"id": "{endpoint}"}),
    Step("list-endpoint-builds", {"id": "{built}"}, {"build": first_of("builds")}),
    Step("get-endpoint-build", {"id": "{built}", "buildId": "{build}"}),
    Step("list-endpoint-workers", {"id": "{busy}"}, {"worker": first_of("workers")}),
    Step("stream-worker-logs", {"endpointId": "{busy}", "workerId": "{worker}", "tail": 5, "maxWaitMs": 1000}),
]

JOBS = [*jobs({}, {"wait": 2000}), Step("delete-endpoint", {"id": "{endpoint}"})]

KEPT = [
    Step("create-template", {"body": {"name": "four", "image": IMAGE, "ports": ["8888/http"]}}, {"template": own_id}),
    Step("list-templates", {}, {"template": of_the_one_called("four")}),
    Step("get-template", {"id": "{template}"}),
    Step("update-template", {"id": "{template}", "body": {"disk": 30}}),
    Step("delete-template", {"id": "{template}"}),
    Step("list-public-templates", {"source": "official"}),
    Step("create-network-volume", {"body": {"name": "four", "size": 10, "dataCenter": PLACE}}, {"volume": own_id}),
    Step("list-network-volumes"),
    Step("get-network-volume", {"id": "{volume}"}),
    Step("update-network-volume", {"id": "{volume}", "body": {"size": 20}}),
    Step("delete-network-volume", {"id": "{volume}"}),
    Step("create-registry", {"body": {"name": "four", "username": "u", "password": "p"}}, {"registry": own_id}),
    Step("list-registries"),
    Step("get-registry", {"id": "{registry}"}),
    Step("delete-registry", {"id": "{registry}"}),
    Step("create-delegation", {"body": {"resource": REPOSITORY, "name": None}}, {"delegation": own_id}),
    Step("list-delegations"),
    Step("revoke-delegation", {"id": "{delegation}"}),
    Step("update-ssh-keys", {"body": {"keys": [SSH_KEY]}}),
    Step("get-ssh-keys"),
]

CLUSTER = {"name": "four", "type": "TRAINING", "image": IMAGE, "compute": {"gpuTypeId": "NVIDIA A100 80GB PCIe", "gpuCountPerPod": 1, "podCount": 2}}

CLUSTERS = [
    Step("create-cluster", {"body": CLUSTER}, {"cluster": own_id}),
    Step("list-clusters"),
    Step("get-cluster", {"id": "{cluster}"}),
    Step("update-cluster", {"id": "{cluster}", "body": {"name": "four again"}}),
    Step("list-cluster-pods", {"id": "{cluster}"}),
    Step("delete-cluster", {"id": "{cluster}"}),
]

CATALOGUE = [
    Step("list-gpu-types", {"include": ["AVAILABILITY"], "product": ["POD"], "count": 2}),
    Step("get-gpu-type", {"id": GPU}),
    Step("list-cpu-types"),
    Step("get-cpu-type", {"id": "cpu5c"}),
    Step("list-data-centers", {"regions": ["EUROPE"], "globalNetwork": True}),
    Step("get-data-center", {"id": PLACE}),
    Step("get-capacity", {"gpuCount": 2}),
    Step("get-capacity", {"cudaVersions": ["12.4", "12.8"]}),
]

HUB = [
    Step("list-hub-repos", {"searchTerm": "vllm", "includeConfig": True}),
    Step("list-public-endpoints", {"modality": "image"}),
    Step("deploy-hub-repo", {"repo": "runpod-workers/worker-vllm", "env": {"MODEL_NAME": "acme/peer"}}, {"deployed": inside("endpoint")}),
    Step("delete-endpoint", {"id": "{deployed}"}),
]

BILLS = ["list-billing", "list-pod-billing", "list-serverless-billing", "list-endpoint-billing", "list-network-volume-billing", "list-cluster-billing"]

ALL = [*PODS, *ENDPOINTS, *JOBS, *KEPT, *CLUSTERS, *CATALOGUE, *HUB, *(Step(bill, {"bucketSize": "week"}) for bill in BILLS)]
