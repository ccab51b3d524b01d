//! The public templates that every world begins with.
//!
//! Ids and images of the official ones are from public samples; the rest is made up to have something of
//! every source.

use crate::world::container::Container;
use crate::world::mounts::Persistent;
use crate::world::templates::Category::{self, Amd, Cpu, Nvidia};
use crate::world::templates::Source::{self, Community, Official, Verified};
use crate::world::templates::Template;

/// A template that is there from the start.
struct Row {
    id: &'static str,
    source: Source,
    name: &'static str,
    image: &'static str,
    disk: u32,
    volume: u32,
    ports: &'static [&'static str],
    category: Category,
}

/// The public templates of a new world.
pub(crate) fn stock() -> Vec<(Source, Template)> {
    STOCK.iter().map(|row| (row.source, row.template())).collect()
}

impl Row {
    fn template(&self) -> Template {
        let ports = self.ports.iter().map(|port| (*port).to_owned()).collect();
        let (size, path) = (self.volume, "/workspace".to_owned());
        Template {
            id: self.id.to_owned(),
            born: 0,
            name: self.name.to_owned(),
            container: Container {
                image: self.image.to_owned(),
                disk: self.disk,
                ports,
                ..Container::default()
            },
            persistent: (size > 0).then_some(Persistent { size, path }),
            serverless: self.volume == 0,
            public: true,
            category: self.category,
            start_ssh: true,
            start_jupyter: self.volume > 0,
            allowed_cuda_versions: Vec::new(),
            readme: String::new(),
        }
    }
}

const NOTEBOOK: &[&str] = &["8888/http", "22/tcp"];
const COMFY: &[&str] = &["8188/http", "22/tcp"];
const NOTHING: &[&str] = &[];

/// Disks are gigabytes: that of the container, then the one under `/workspace`, without which a template is for endpoints.
static STOCK: &[Row] = &[
    Row {
        id: "30zmvf89kd",
        source: Official,
        name: "Runpod PyTorch 2.8",
        image: "runpod/pytorch:1.0.2-cu1281-torch280-ubuntu2404",
        disk: 50,
        volume: 50,
        ports: NOTEBOOK,
        category: Nvidia,
    },
    Row {
        id: "runpod-torch-v21",
        source: Official,
        name: "Runpod PyTorch 2.1",
        image: "runpod/pytorch:2.1.0-py3.10-cuda11.8.0-devel-ubuntu22.04",
        disk: 50,
        volume: 20,
        ports: NOTEBOOK,
        category: Nvidia,
    },
    Row {
        id: "runpod-torch-v24",
        source: Official,
        name: "Runpod PyTorch 2.4",
        image: "runpod/pytorch:2.4.0-py3.11-cuda12.4.1-devel-ubuntu22.04",
        disk: 50,
        volume: 20,
        ports: NOTEBOOK,
        category: Nvidia,
    },
    Row {
        id: "runpod-ubuntu",
        source: Official,
        name: "Runpod Ubuntu 22.04",
        image: "runpod/base:0.4.0-cuda11.8.0",
        disk: 20,
        volume: 20,
        ports: NOTEBOOK,
        category: Cpu,
    },
    Row {
        id: "runpod-comfyui",
        source: Official,
        name: "ComfyUI",
        image: "runpod/comfyui:cuda12.8",
        disk: 40,
        volume: 100,
        ports: COMFY,
        category: Nvidia,
    },
    Row {
        id: "runpod-vllm",
        source: Official,
        name: "vLLM worker",
        image: "runpod/worker-vllm:stable-cuda12.1.0",
        disk: 30,
        volume: 0,
        ports: NOTHING,
        category: Nvidia,
    },
    Row {
        id: "runpod-hello",
        source: Official,
        name: "Hello world worker",
        image: "runpod/serverless-hello-world:latest",
        disk: 5,
        volume: 0,
        ports: NOTHING,
        category: Cpu,
    },
    Row {
        id: "rocm-torch-v26",
        source: Verified,
        name: "ROCm PyTorch 2.6",
        image: "rocm/pytorch:rocm6.4_ubuntu22.04_py3.10_pytorch_release_2.6.0",
        disk: 80,
        volume: 50,
        ports: NOTEBOOK,
        category: Amd,
    },
    Row {
        id: "axolotl-cloud",
        source: Verified,
        name: "Axolotl fine-tuning",
        image: "axolotlai/axolotl-cloud:main-latest",
        disk: 60,
        volume: 100,
        ports: NOTEBOOK,
        category: Nvidia,
    },
    Row {
        id: "a1111-stable",
        source: Community,
        name: "Stable Diffusion WebUI",
        image: "runpod/worker-a1111:stable",
        disk: 30,
        volume: 0,
        ports: NOTHING,
        category: Nvidia,
    },
    Row {
        id: "kohya-trainer",
        source: Community,
        name: "Kohya trainer",
        image: "ashleykza/kohya:latest",
        disk: 25,
        volume: 75,
        ports: NOTEBOOK,
        category: Nvidia,
    },
];
