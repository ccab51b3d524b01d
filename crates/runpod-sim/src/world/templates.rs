//! Templates: container settings under a name, to be copied into Pods and endpoints.

use serde::{Deserialize, Serialize};

use crate::world::container::Container;
use crate::world::mounts::Persistent;
use crate::world::{Denied, Visit};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template {
    pub(crate) id: String,
    /// Its place in the order of creation.
    pub(crate) born: u64,
    pub(crate) name: String,
    pub(crate) container: Container,
    pub(crate) persistent: Option<Persistent>,
    /// For endpoints; otherwise for Pods.
    pub(crate) serverless: bool,
    pub(crate) public: bool,
    pub(crate) category: Category,
    pub(crate) start_ssh: bool,
    pub(crate) start_jupyter: bool,
    /// `12.8`; empty means any.
    pub(crate) allowed_cuda_versions: Vec<String>,
}

/// What a template runs on, `TemplateCategory` in the contract.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Category {
    Cpu,
    #[default]
    Nvidia,
    Amd,
}

/// Who vouches for a public template, the `source` filter of `listPublicTemplates`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Official,
    Verified,
    Community,
}

impl Visit<'_> {
    /// A template of the account or a public one.
    pub(crate) fn template(&self, id: &str) -> Result<&Template, Denied> {
        let public = || self.ground.public_templates.iter().find(|(_, template)| template.id == id);
        let found = self.account.templates.get(id).or_else(|| public().map(|(_, template)| template));
        found.ok_or_else(|| Denied::missing("template", id))
    }

    /// A template that settings are to be copied from; it must be of the right kind.
    pub(crate) fn template_for(&self, id: &str, serverless: bool) -> Result<&Template, Denied> {
        let template = self.template(id)?;
        if template.serverless == serverless {
            return Ok(template);
        }
        let kind = |serverless| if serverless { "Serverless endpoints" } else { "Pods" };
        Err(Denied::Unfit(format!(
            "$.templateId: template `{id}` is for {}, not for {}",
            kind(template.serverless),
            kind(serverless)
        )))
    }
}
