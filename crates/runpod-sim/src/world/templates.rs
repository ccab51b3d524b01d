//! Templates: container settings under a name, to be copied into Pods and endpoints.

mod shelf;

use serde::{Deserialize, Serialize};

use crate::world::container::{Container, ContainerChange};
use crate::world::mounts::{Mounts, Persistent};
use crate::world::{Account, Denied, Visit};

pub(crate) use shelf::stock;

/// The most that the public catalogue answers.
const CATALOGUE: usize = 100;

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
    /// Markdown.
    pub(crate) readme: String,
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

/// `CreateTemplateRequest` and `UpdateTemplateRequest` of the contract.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TemplateChange {
    pub(crate) name: Option<String>,
    #[serde(flatten)]
    pub(crate) container: ContainerChange,
    /// An empty one keeps what there is, as it does for Pods.
    pub(crate) mounts: Option<Mounts>,
    pub(crate) serverless: Option<bool>,
    pub(crate) public: Option<bool>,
    pub(crate) category: Option<Category>,
    pub(crate) start_ssh: Option<bool>,
    pub(crate) start_jupyter: Option<bool>,
    pub(crate) allowed_cuda_versions: Option<Vec<String>>,
    /// Only REST v1 has a word for it.
    #[serde(skip)]
    pub(crate) readme: Option<String>,
    /// Whether the volume is to be no more. Only REST v1 can ask for it.
    #[serde(skip)]
    pub(crate) volume_goes: bool,
}

impl Visit<'_> {
    /// The account's own templates. Those bound to an endpoint are part of it and not listed.
    pub(crate) fn templates(&self) -> Vec<&Template> {
        let free = |template: &&Template| self.endpoint_bound_to(&template.id).is_none();
        self.account.templates.values().filter(free).collect()
    }

    /// The account's templates that are part of an endpoint.
    pub(crate) fn bound_templates(&self) -> Vec<&Template> {
        let bound = |template: &&Template| self.endpoint_bound_to(&template.id).is_some();
        self.account.templates.values().filter(bound).collect()
    }

    /// Whether a template is one of Runpod's own.
    pub(crate) fn is_official(&self, id: &str) -> bool {
        let mut all = self.ground.public_templates.iter();
        all.any(|(from, template)| *from == Source::Official && template.id == id)
    }

    /// The public templates of a source, the newest first.
    pub(crate) fn public_templates(&self, source: Source) -> Vec<&Template> {
        let fits = self.ground.public_templates.iter().filter(|(from, _)| *from == source);
        let mut all: Vec<_> = fits.map(|(_, template)| template).collect();
        all.sort_by_key(|template| std::cmp::Reverse(template.born));
        all.truncate(CATALOGUE);
        all
    }

    pub(crate) fn create_template(&mut self, new: TemplateChange) -> Result<&Template, Denied> {
        let blank = Template {
            id: self.ground.ids.short(10),
            born: self.ground.next_birth(),
            name: String::new(),
            container: Container::default(),
            persistent: None,
            serverless: false,
            public: false,
            category: Category::default(),
            start_ssh: true,
            start_jupyter: true,
            allowed_cuda_versions: Vec::new(),
            readme: String::new(),
        };
        self.write_template(blank, new)
    }

    pub(crate) fn update_template(&mut self, id: &str, change: TemplateChange) -> Result<&Template, Denied> {
        self.write_template(self.own_template(id)?.clone(), change)?;
        self.follow_template(id)?;
        self.own_template(id)
    }

    /// A template that something refers to stays.
    pub(crate) fn delete_template(&mut self, id: &str) -> Result<(), Denied> {
        self.own_template(id)?;
        if let Some(endpoint) = self.endpoint_bound_to(id) {
            let text = format!("template `{id}` is bound to endpoint `{}`; delete the endpoint", endpoint.id);
            return Err(Denied::contradiction(text));
        }
        if let Some(user) = self.user_of_template(id) {
            return Err(Denied::contradiction(format!("template `{id}` is in use by {user}")));
        }
        self.forget_template(id);
        Ok(())
    }

    /// Who keeps a link to this template, in words.
    fn user_of_template(&self, id: &str) -> Option<String> {
        let Account { clusters, endpoints, pods, .. } = &*self.account;
        let linked = |link: &Option<String>| link.as_deref() == Some(id);
        let cluster = clusters.values().find(|cluster| linked(&cluster.template));
        let endpoint = endpoints.values().find(|endpoint| linked(&endpoint.template));
        let pod = pods.values().find(|pod| linked(&pod.lease.template));
        let cluster = cluster.map(|cluster| format!("cluster `{}`", cluster.id));
        let endpoint = endpoint.map(|endpoint| format!("endpoint `{}`", endpoint.id));
        cluster.or(endpoint).or_else(|| pod.map(|pod| format!("pod `{}`", pod.id)))
    }

    /// Takes an own template away, whoever refers to it.
    pub(crate) fn forget_template(&mut self, id: &str) {
        self.account.templates.remove(id);
        self.ground.public_templates.retain(|(_, template)| template.id != id);
    }

    /// A public template of somebody else can be read, but for changing it is not there.
    fn own_template(&self, id: &str) -> Result<&Template, Denied> {
        self.account.templates.get(id).ok_or_else(|| Denied::missing("template", id))
    }

    /// A public one is shown to everybody, without the login of its owner.
    fn write_template(
        &mut self,
        mut template: Template,
        change: TemplateChange,
    ) -> Result<&Template, Denied> {
        template.apply(change)?;
        self.check_registry(&template.container)?;
        let id = template.id.clone();
        self.forget_template(&id);
        if template.public {
            let mut shown = template.clone();
            shown.container.registry = None;
            self.ground.public_templates.push((Source::Community, shown));
        }
        Ok(self.account.templates.entry(id).or_insert(template))
    }

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

impl Template {
    fn apply(&mut self, change: TemplateChange) -> Result<(), Denied> {
        let TemplateChange { name, container, mounts, serverless, public, category, .. } = change;
        self.container.apply(container)?;
        self.name = name.unwrap_or(std::mem::take(&mut self.name));
        if let Some(volume) = mounts.and_then(|mounts| mounts.persistent) {
            self.persistent = Some(volume.large_enough()?);
        }
        self.persistent.take_if(|_| change.volume_goes);
        self.readme = change.readme.unwrap_or(std::mem::take(&mut self.readme));
        self.serverless = serverless.unwrap_or(self.serverless);
        self.public = public.unwrap_or(self.public);
        self.category = category.unwrap_or(self.category);
        self.start_ssh = change.start_ssh.unwrap_or(self.start_ssh);
        self.start_jupyter = change.start_jupyter.unwrap_or(self.start_jupyter);
        let cuda = change.allowed_cuda_versions;
        self.allowed_cuda_versions = cuda.unwrap_or(std::mem::take(&mut self.allowed_cuda_versions));
        Ok(())
    }
}
