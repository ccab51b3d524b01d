//! What may change on a Pod that exists. Its machine, cloud and data centre may not.

use serde::Deserialize;

use super::{Boot, Life, Machine, Pod, Status};
use crate::world::catalog::gpus::Maker;
use crate::world::container::{Container, ContainerChange};
use crate::world::mounts::{Mount, Mounts};
use crate::world::{Denied, Visit};

/// `UpdatePodRequest` of the contract.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PodChange {
    pub(crate) name: Option<String>,
    #[serde(flatten)]
    pub(crate) container: ContainerChange,
    pub(crate) mounts: Option<Mounts>,
    pub(crate) locked: Option<bool>,
    pub(crate) global_networking: Option<bool>,
    pub(crate) template_id: Option<String>,
}

impl Visit<'_> {
    /// Changes a Pod. A change of its container starts it anew where it runs.
    pub(crate) fn update_pod(&mut self, id: &str, change: PodChange) -> Result<&Pod, Denied> {
        let old = self.changeable_pod(id)?.clone();
        let mut pod = old.clone();
        self.change_container(&mut pod, &change)?;
        if let Some(mounts) = &change.mounts {
            pod.lease.mount = self.remounted(&pod, mounts)?;
        }
        if change.global_networking == Some(true) {
            check_networking(&pod)?;
        }
        pod.lease.networking = change.global_networking.unwrap_or(pod.lease.networking);
        pod.lease.name = change.name.unwrap_or(pod.lease.name);
        pod.locked = change.locked.unwrap_or(pod.locked);
        self.put_back(&old, pod)?;
        self.pod(id)
    }

    fn change_container(&self, pod: &mut Pod, change: &PodChange) -> Result<(), Denied> {
        let asked = change.container.clone();
        // An empty template id is no template.
        match change.template_id.as_deref().filter(|id| !id.is_empty()) {
            None => pod.lease.container.apply(asked)?,
            Some(id) => {
                let template = self.template_for(id, false)?;
                pod.lease.container = Container::from_template(&template.container, asked)?;
            }
        }
        self.check_registry(&pod.lease.container)
    }

    fn put_back(&mut self, old: &Pod, mut pod: Pod) -> Result<(), Denied> {
        let other = pod.lease.container != old.lease.container || pod.lease.mount != old.lease.mount;
        let runs = matches!(old.status(self.now), Status::Provisioning | Status::Starting | Status::Running);
        if other && runs {
            pod.started = pod.started_at(self.now);
            let boot = Boot::in_place(self, &pod);
            pod.life = Life::Up(boot);
            pod.boots += 1;
            pod.networked = pod.lease.networking;
            self.print_boot(&pod, &boot);
        }
        if !other {
            self.account.pods.insert(pod.id.clone(), pod);
            return Ok(());
        }
        self.change_pod(&old.id, |place, _| *place = pod)
    }

    /// The mount after a change: bigger or elsewhere, but of the same kind and the same volume.
    fn remounted(&self, pod: &Pod, asked: &Mounts) -> Result<Mount, Denied> {
        let refuse = |text: &str| Err(Denied::contradiction(text));
        match (&pod.lease.mount, &asked.persistent, asked.network.as_deref()) {
            (mount, None, None) => Ok(mount.clone()),
            (_, Some(_), Some(_)) => {
                refuse("`mounts.persistent` and `mounts.network` exclude each other; send one")
            }
            (_, None, Some([])) => refuse("a mount cannot be taken away: `mounts.network` must not be empty"),
            (Mount::Persistent(old), Some(new), None) if new.size < old.size => {
                refuse(&format!("a volume cannot shrink: it has {} GB, {} asked", old.size, new.size))
            }
            (Mount::Persistent(_), Some(new), None) => Ok(Mount::Persistent(new.clone().large_enough()?)),
            (Mount::Nothing, Some(_), None) if matches!(pod.lease.machine, Machine::Cpu { .. }) => {
                refuse("a CPU pod cannot have `mounts.persistent`")
            }
            (Mount::Nothing, Some(new), None) => Ok(Mount::Persistent(new.clone().large_enough()?)),
            (Mount::Network(old), None, Some([new, ..])) if new.volume_id == old.volume_id => {
                Ok(Mount::Network(new.clone()))
            }
            (Mount::Network(_), None, Some(_)) => {
                refuse("a pod keeps its network volume: `volumeId` cannot change")
            }
            (Mount::Nothing, None, Some(_)) => {
                refuse("a network volume can only be mounted when the pod is created")
            }
            _ => {
                refuse("a pod keeps its kind of mount: `persistent` and `network` cannot replace each other")
            }
        }
    }
}

fn check_networking(pod: &Pod) -> Result<(), Denied> {
    let nvidia = matches!(pod.lease.machine, Machine::Gpu { gpu, .. } if gpu.maker == Maker::Nvidia);
    match (nvidia, pod.lease.site.global_network) {
        (true, true) => Ok(()),
        (false, _) => Err(Denied::contradiction("`globalNetworking` needs an NVIDIA GPU")),
        (true, false) => {
            let site = pod.lease.site.id;
            Err(Denied::contradiction(format!("data center `{site}` has no global networking")))
        }
    }
}
