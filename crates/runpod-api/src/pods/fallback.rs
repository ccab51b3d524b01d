//! What to do when a v2 host has not learnt yet what is asked of it: CPU Pods, and templates by their id.
//!
//! Both are refused as unknown before anything is made, so the second request cannot make a second Pod.

use super::{Compute, Create, Pod, Pods, Update};
use crate::client::Outcome;
use crate::container::Mount;
use crate::error::Error;
use crate::id::Id;
use crate::mapped::{Mapped, Note};
use crate::templates::{self, Template};
use crate::version::Version;

impl Pods<'_> {
    /// The other way to the same Pod, if this refusal opens one.
    pub(super) async fn create_otherwise(&self, new: &Create, refused: Error) -> Outcome<Mapped<Pod>> {
        match new.compute {
            Compute::Cpu { .. } if refused.knows_no("cpu") => self.create_cpu(new, refused).await,
            _ => self.create_spread(new, refused).await,
        }
    }

    /// A CPU Pod on REST v1, which has always had them.
    async fn create_cpu(&self, new: &Create, refused: Error) -> Outcome<Mapped<Pod>> {
        let then = match self.create_on_v1(new).await {
            Ok(mut made) => {
                made.served_by = Some(Version::V1);
                made.notes.push(Note::new(
                    "This REST v2 host does not know CPU Pods, so REST v1 made this one; what was not said follows \
                     the defaults of REST v1.",
                ));
                return Ok(made);
            }
            // REST v2 is what was asked for; going there again is no way out.
            Err(Error::Unmappable { field, why, .. }) => Error::Unmappable { field, why, switch: None },
            Err(then) => then,
        };
        let tried = "creating it on REST v1";
        Err(Error::Fallback { tried, refused: Box::new(refused), then: Box::new(then) })
    }

    /// A Pod with the settings of the template in its own body.
    async fn create_spread(&self, new: &Create, refused: Error) -> Outcome<Mapped<Pod>> {
        let template = templates::instead_of_id(self.0, new.template_id.as_deref(), refused).await?;
        let made = self.create_on_v2(&spread(new, template.settings)).await?;
        Ok(made.with_notes([template.note]))
    }

    /// A change with the settings of the template in its own body.
    pub(super) async fn update_spread(
        &self,
        id: &Id,
        change: &Update,
        refused: Error,
    ) -> Outcome<Mapped<Pod>> {
        let template = templates::instead_of_id(self.0, change.template_id.as_deref(), refused).await?;
        let container = template.settings.under(&change.container);
        let spread = Update { container, template_id: None, ..change.clone() };
        Ok(self.update_on_v2(id, &spread).await?.with_notes([template.note]))
    }
}

/// What is asked for, with what the template adds to it.
fn spread(new: &Create, template: Template) -> Create {
    let Template { name, mounts, .. } = &template;
    let own = mounts.persistent.as_ref();
    // On REST v2 a CPU Pod has no volume of its own.
    let own = own.filter(|_| matches!(new.compute, Compute::Gpu(_)));
    let mount = own.map(|own| Mount::Persistent { size_gb: Some(own.size), path: Some(own.path.clone()) });
    Create {
        name: new.name.clone().or(Some(name.clone()).filter(|name| !name.is_empty())),
        mount: new.mount.clone().or(mount),
        container: template.under(&new.container),
        template_id: None,
        ..new.clone()
    }
}
