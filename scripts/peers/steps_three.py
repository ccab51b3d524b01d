"""What @runpod/mcp-server 3.4.0 is asked, on REST v2 and on REST v1."""

from steps import GPU, IMAGE, PLACE, REPOSITORY, SSH_KEY, WORKER, Step, first_of, inside, jobs, of_the_one_called, own_id

POD = {"name": "three", "imageName": IMAGE, "gpuTypeIds": [GPU], "gpuCount": 1}
VOLUME = {"volumeInGb": 20, "volumeMountPath": "/workspace"}

# It answers these itself on REST v1, without asking anybody.
V2_ONLY = {
    "restart-pod", "stream-pod-logs", "stream-worker-logs", "list-endpoint-releases", "list-endpoint-workers",
    "list-registry-delegations", "create-registry-delegation", "delete-registry-delegation", "get-billing",
    "list-cpu-types", "get-cpu-type", "get-gpu-type", "get-data-center",
}  # fmt: skip

GRAPHQL = [
    Step("get-capacity", {"gpuCount": 2}),
    Step("get-capacity", {"cudaVersions": ["12.4", "12.8"], "secureCloudOnly": True}),
    Step("list-hub-repos", {"type": "SERVERLESS"}),
    Step("list-hub-repos", {"searchTerm": "vllm", "includeConfig": True}),
    Step("list-public-endpoints", {"modality": "image"}),
    Step("deploy-hub-repo", {"repo": "runpod-workers/worker-vllm", "env": {"MODEL_NAME": "acme/peer"}}, {"deployed": inside("endpoint")}),
    Step("set-endpoint-gpus", {"endpointId": "{deployed}", "pools": ["ADA_24", "AMPERE_48"], "gpuCount": 2}),
    Step("set-endpoint-gpus", {"endpointId": "{deployed}", "gpuIds": "AMPERE_80,-NVIDIA A100-SXM4-80GB"}),
    Step("delete-endpoint", {"endpointId": "{deployed}"}),
]

PODS = [
    Step("list-pods"),
    Step("create-pod", POD | VOLUME | {"sshPublicKey": SSH_KEY, "ports": ["8888/http"], "env": {"A": "b"}}, {"pod": own_id}),
    Step("get-pod", {"podId": "{pod}", "includeMachine": True}),
    Step("list-pods", {"name": "three", "includeNetworkVolume": True}, {"pod": of_the_one_called("three")}),
    Step("update-pod", {"podId": "{pod}", "name": "three again", "env": {"A": "c"}}),
    Step("stop-pod", {"podId": "{pod}"}),
    Step("start-pod", {"podId": "{pod}"}),
    Step("delete-pod", {"podId": "{pod}"}),
    Step("create-pod", {"name": "cpu", "imageName": "alpine:3", "computeType": "CPU"}, {"cpu": own_id}),
    Step("delete-pod", {"podId": "{cpu}"}),
]

TEMPLATES = [
    Step("create-template", {"name": "three", "imageName": IMAGE, "dockerStartCmd": ["sleep", "1"], "env": {"A": "b"}}, {"template": own_id}),
    Step("get-template", {"templateId": "{template}"}),
    Step("update-template", {"templateId": "{template}", "name": "three again"}),
    Step("list-templates"),
    Step("list-templates", {"includeRunpodTemplates": True, "includePublicTemplates": True}),
]

STORAGE = [
    Step("create-network-volume", {"name": "three", "size": 10, "dataCenterId": PLACE}, {"volume": own_id}),
    Step("get-network-volume", {"networkVolumeId": "{volume}"}),
    Step("update-network-volume", {"networkVolumeId": "{volume}", "size": 20}),
    Step("list-network-volumes"),
    Step("delete-network-volume", {"networkVolumeId": "{volume}"}),
    Step("create-container-registry-auth", {"name": "three", "username": "u", "password": "p"}, {"registry": own_id}),
    Step("get-container-registry-auth", {"containerRegistryAuthId": "{registry}"}),
    Step("list-container-registry-auths"),
    Step("delete-container-registry-auth", {"containerRegistryAuthId": "{registry}"}),
]

ENDPOINT = [
    Step("get-endpoint", {"endpointId": "{endpoint}", "includeTemplate": True, "includeWorkers": True}),
    Step("list-endpoints", {"includeWorkers": True}),
    Step("update-endpoint", {"endpointId": "{endpoint}", "workersMax": 2}),
    Step("update-endpoint", {"endpointId": "{endpoint}", "scalerType": "REQUEST_COUNT", "scalerValue": 2}),
]

END = [
    Step("delete-endpoint", {"endpointId": "{endpoint}"}),
    Step("delete-template", {"templateId": "{template}"}),
]

CATALOGUE = [
    Step("list-gpu-types"),
    Step("list-gpu-types", {"searchTerm": "4090", "includeUnavailable": False}),
    Step("list-data-centers", {"region": "europe"}),
]

JOBS = jobs({"policy": {"ttl": 600000}}, {})

LOGS = [
    Step("stream-pod-logs", {"podId": "{running}", "tail": 5, "maxWaitMs": 1000}),
    Step("stream-worker-logs", {"endpointId": "{busy}", "workerId": "{worker}", "tail": 5, "maxWaitMs": 1000}),
]

LEFT: set[str] = set()

V2 = [
    *PODS,
    Step("list-pods", {}, {"running": of_the_one_called("finetune-2")}),
    Step("restart-pod", {"podId": "{running}"}),
    *TEMPLATES,
    Step("create-pod", {"templateId": "{template}", "gpuTypeIds": [GPU]}, {"pod": own_id}),
    Step("delete-pod", {"podId": "{pod}"}),
    *STORAGE,
    Step("create-registry-delegation", {"resource": REPOSITORY, "name": "three"}, {"delegation": own_id}),
    Step("list-registry-delegations"),
    Step("delete-registry-delegation", {"delegationId": "{delegation}"}),
    Step("create-endpoint", {"name": "three", "imageName": WORKER, "gpuPoolIds": ["AMPERE_80"], "workersMin": 0, "workersMax": 3}, {"endpoint": own_id}),
    *ENDPOINT,
    Step("list-endpoint-releases", {"endpointId": "{endpoint}"}),
    Step("list-endpoints", {}, {"busy": of_the_one_called("gateway")}),
    Step("list-endpoint-workers", {"endpointId": "{busy}"}, {"worker": first_of("workers", "items")}),
    *JOBS,
    *LOGS,
    *END,
    *CATALOGUE,
    Step("list-gpu-types", {"product": "SERVERLESS", "minCudaVersion": "12.4"}),
    Step("get-gpu-type", {"gpuTypeId": GPU}),
    Step("list-cpu-types"),
    Step("get-cpu-type", {"cpuTypeId": "cpu5c"}),
    Step("get-data-center", {"dataCenterId": PLACE}),
    # Its sixth scope asks a path that the contract has renamed since.
    *(Step("get-billing", {"scope": scope, "bucketSize": "week"}) for scope in ("all", "pods", "serverless", "endpoints", "clusters")),
    *GRAPHQL,
]

V1 = [
    *PODS,
    *TEMPLATES,
    *STORAGE,
    Step("create-template", {"name": "worker", "imageName": WORKER, "isServerless": True}, {"worker": own_id}),
    Step("create-endpoint", {"name": "three", "templateId": "{worker}", "gpuTypeIds": [GPU], "workersMin": 0, "workersMax": 3}, {"endpoint": own_id}),
    *ENDPOINT,
    *JOBS,
    *END,
    Step("delete-template", {"templateId": "{worker}"}),
    *CATALOGUE,
    *GRAPHQL,
]
