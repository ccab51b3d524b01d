//! A small account that has been lived in for five weeks.

use serde_json::json;

use super::diary::Diary;
use crate::clock::Time;
use crate::world::World;
use crate::world::endpoints::builds::End;
use crate::world::pods::Action;

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

pub(super) fn live(world: &mut World, now: Time) {
    let mut diary = Diary::open(world, now);
    settle_in(&mut diary);
    let models = train(&mut diary);
    serve(&mut diary, &models);
    this_week(&mut diary, &models);
    diary.close(212.5);
}

/// The first day: what one sets up once.
fn settle_in(diary: &mut Diary<'_>) {
    diary
        .ago(36 * DAY)
        .ssh_key("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAISandboxKeyThatOpensNothing demo@sandbox");
    diary.secret(
        json!({ "name": "HF_TOKEN", "value": "hf_sandbox", "description": "Hugging Face, read only" }),
    );
    diary.secret(json!({ "name": "WANDB_API_KEY", "value": "wandb_sandbox" }));
    diary.registry(json!({ "name": "docker-hub", "username": "acme", "password": "sandbox" }));
    diary.delegation(
        json!({ "resource": "arn:aws:ecr:eu-central-1:123456789012:repository/acme/worker:stable",
        "name": "worker images" }),
    );
    diary.template(json!({ "name": "acme-trainer", "image": "runpod/pytorch:2.8.0-py3.11-cuda12.8.1-cudnn-devel-ubuntu22.04",
        "disk": 40, "ports": ["8888/http", "22/tcp"], "env": { "HF_TOKEN": "{{ RUNPOD_SECRET_HF_TOKEN }}" },
        "mounts": { "persistent": { "size": 60, "path": "/workspace" } } }));
    diary.template(
        json!({ "name": "acme-whisper", "image": "acme/whisper-worker:1.4", "serverless": true, "disk": 20 }),
    );
}

/// The weeks of training; the volume that came of it.
fn train(diary: &mut Diary<'_>) -> String {
    let models = json!({ "name": "models", "size": 200, "dataCenter": "EU-RO-1" });
    let models = diary.ago(35 * DAY).volume(models);
    diary.volume(
        json!({ "name": "datasets", "size": 1200, "dataCenter": "US-KS-2", "type": "HIGH_PERFORMANCE" }),
    );
    let first = diary.ago(33 * DAY).pod(
        json!({ "name": "finetune-1", "gpu": { "id": "NVIDIA A100 80GB PCIe", "count": 2 },
        "image": "runpod/pytorch:2.4.0-py3.11-cuda12.4.1-devel-ubuntu22.04",
        "mounts": { "network": [{ "volumeId": models, "path": "/models" }] } }),
    );
    let notebook = diary.ago(26 * DAY).pod(
        json!({ "name": "notebook", "gpu": { "id": "NVIDIA A40", "count": 1 },
        "image": "runpod/pytorch:2.1.0-py3.10-cuda11.8.0-devel-ubuntu22.04", "startJupyter": true,
        "ports": ["8888/http", "22/tcp"], "mounts": { "persistent": { "size": 50, "path": "/workspace" } } }),
    );
    diary.ago(25 * DAY).act(&first, Action::Terminate);
    diary.ago(19 * DAY).act(&notebook, Action::Stop);
    models
}

/// What is served to others.
fn serve(diary: &mut Diary<'_>, models: &str) {
    let chat = chat(diary, models);
    trouble(diary);
    diary.ago(6 * DAY).change_endpoint(&chat, json!({ "workers": { "max": 5 } }));
    let gateway = diary.ago(6 * DAY).endpoint(json!({ "name": "gateway", "type": "LOAD_BALANCER",
        "image": "acme/gateway:1.4", "disk": 5, "ports": ["8000/http"],
        "cpu": [{ "id": "cpu5c", "vcpuCount": 2 }, { "id": "cpu3c", "vcpuCount": 2 }],
        "env": { "PORT": "8000", "HEALTH_CHECK_PATH": "/healthz" },
        "scaling": { "type": "REQUEST_COUNT", "requestCount": 50 }, "workers": { "min": 1, "max": 4 } }));
    diary.ago(5 * DAY + HOUR).change_endpoint(&gateway, json!({ "image": "acme/gateway:1.5" }));
    images(diary);
}

/// Busy in office hours until last week.
fn chat(diary: &mut Diary<'_>, models: &str) -> String {
    let chat = diary.ago(18 * DAY).endpoint(json!({ "name": "llama-chat", "type": "QUEUE",
        "image": "runpod/worker-vllm:stable-cuda12.1.0", "disk": 30,
        "env": { "MODEL_NAME": "acme/llama-chat-8b", "HF_TOKEN": "{{ RUNPOD_SECRET_HF_TOKEN }}" },
        "gpu": { "pools": ["ADA_24", "AMPERE_48"], "count": 1 }, "scaling": { "type": "QUEUE_DELAY", "queueDelay": 4 },
        "workers": { "min": 0, "max": 3, "idleTimeout": 30 }, "flashboot": "FLASHBOOT", "networkVolumes": [models] }));
    for day in (6..18).rev() {
        diary.ago(day * DAY - 9 * HOUR).employ(&chat, 1 + u32::from(day % 3 == 0));
        diary.ago(day * DAY - 13 * HOUR).employ(&chat, 0);
    }
    chat
}

/// Endpoints whose workers never come up: the image of one is gone, and eight of the scarcest GPUs in one
/// machine, which the other asks for, are never free. They cost nothing.
fn trouble(diary: &mut Diary<'_>) {
    let template = diary.ago(15 * DAY).template(json!({ "name": "whisper-old__template",
        "serverless": true, "image": "acme/whisper-worker:does-not-exist" }));
    let whisper = diary.endpoint(json!({ "name": "whisper-old", "type": "QUEUE", "templateId": template,
        "gpu": { "pools": ["AMPERE_24"] }, "scaling": { "type": "QUEUE_DELAY", "queueDelay": 1 },
        "workers": { "min": 1, "max": 1 } }));
    diary.bind(&whisper, &template);
    diary.ago(8 * DAY).endpoint(json!({ "name": "llama-405b", "type": "QUEUE", "image": "acme/large:1",
        "gpu": { "pools": ["BLACKWELL_180"], "count": 8 }, "scaling": { "type": "QUEUE_DELAY", "queueDelay": 30 },
        "workers": { "min": 1, "max": 1 } }));
}

/// Built from git: builds that ended in every way, and one on its way.
fn images(diary: &mut Diary<'_>) {
    let images = diary.ago(5 * DAY).endpoint(json!({ "name": "image-gen", "type": "QUEUE",
        "image": "acme/image-worker:0.9", "gpu": { "pools": ["ADA_24"], "count": 1 },
        "scaling": { "type": "QUEUE_DELAY", "queueDelay": 4 }, "workers": { "min": 1, "max": 2, "idleTimeout": 10 } }));
    let good = |tag: &str| End::Completed { image: format!("registry.runpod.net/image-worker:{tag}") };
    diary.ago(4 * DAY).push(&images, ("3f9c2ab81d07", "Add negative prompts"), good("3f9c2ab81"));
    let error = "step 7: pip could not find torch==2.99".to_owned();
    diary.ago(3 * DAY).push(&images, ("b07d51c4e2aa", "Pin torch"), End::Failed { error });
    diary.ago(3 * DAY - HOUR).push(&images, ("c2e8840f19bd", "Pin torch, for real"), good("c2e8840f1"));
    let error = "test_input.json: no output within 300 s".to_owned();
    diary.ago(2 * DAY).push(&images, ("90ab6e1d3c57", "Try another sampler"), End::TestFailed { error });
    diary.ago(DAY).push(&images, ("57ac0e1f8b44", "Draft: half precision"), End::Cancelled);
    diary.ago(2).push(&images, ("8a41c5b72e90", "Answer with a link"), good("8a41c5b72"));
}

/// What still runs.
fn this_week(diary: &mut Diary<'_>, models: &str) {
    diary.ago(3 * DAY - 2 * HOUR).pod(
        json!({ "name": "finetune-2", "gpu": { "id": "NVIDIA GeForce RTX 4090", "count": 2 },
        "image": "runpod/pytorch:2.8.0-py3.11-cuda12.8.1-cudnn-devel-ubuntu22.04", "startSsh": true,
        "ports": ["8888/http", "22/tcp"], "env": { "WANDB_PROJECT": "finetune" },
        "mounts": { "persistent": { "size": 100, "path": "/workspace" } } }),
    );
    diary.ago(30 * HOUR).pod(json!({ "name": "scraper", "cpu": { "id": "cpu5c", "vcpuCount": 4 },
        "image": "acme/scraper:2026-05", "disk": 20, "cmd": ["python", "-m", "scraper", "--forever"] }));
    diary.ago(9 * HOUR).pod(json!({ "name": "eval", "gpu": { "id": "NVIDIA L4" }, "cloud": "SECURE",
        "image": "acme/eval:does-not-exist" }));
    diary.ago(5 * HOUR).pod(
        json!({ "name": "merge-weights", "gpu": { "id": "NVIDIA RTX A6000", "count": 1 },
        "image": "runpod/base:0.4.0-cuda11.8.0", "ports": ["22/tcp"],
        "mounts": { "network": [{ "volumeId": models, "path": "/models" }] } }),
    );
    diary.ago(40).cluster(
        json!({ "name": "sweep", "type": "RAY", "image": "rayproject/ray:2.49.0-gpu", "startSsh": true,
        "ports": ["8265/http", "22/tcp"], "compute": {
            "gpuTypeId": "NVIDIA A100 80GB PCIe", "gpuCountPerPod": 1, "podCount": 2 } }),
    );
    diary.ago(0).pod(json!({ "name": "comfy", "gpu": { "id": "NVIDIA GeForce RTX 3090", "count": 1 },
        "image": "runpod/comfyui:latest", "ports": ["8188/http"] }));
}
