//! Templates: container settings under a name, of the account and of the catalogue.

mod spread;
mod v1;
mod v2;
mod view;

pub(crate) use spread::instead_of_id;
pub use view::Template;

use crate::client::Outcome;
use crate::container::{Container, Mount};
use crate::id::Id;
use crate::listing::Listing;
use crate::mapped::Mapped;
use crate::query::Page;
use crate::version::{Resource, Version};
use crate::wire::{Request, Wire};
use crate::word::Word;

/// Hardware a template is listed under in the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// CPU.
    Cpu,
    /// NVIDIA GPUs; the API's choice unless said.
    Nvidia,
    /// AMD GPUs.
    Amd,
}

impl Word for Category {
    const ALL: &'static [Self] = &[Self::Cpu, Self::Nvidia, Self::Amd];

    fn as_str(self) -> &'static str {
        match self {
            Self::Cpu => "CPU",
            Self::Nvidia => "NVIDIA",
            Self::Amd => "AMD",
        }
    }
}

/// Who published a public template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Runpod; the API's choice unless said.
    Official,
    /// Partners that Runpod has checked.
    Verified,
    /// Anybody.
    Community,
}

impl Word for Source {
    const ALL: &'static [Self] = &[Self::Official, Self::Verified, Self::Community];

    fn as_str(self) -> &'static str {
        match self {
            Self::Official => "official",
            Self::Verified => "verified",
            Self::Community => "community",
        }
    }
}

/// Which templates to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Part of the list, newest first.
    pub page: Page,
    /// Also those of Runpod; REST v1 only, REST v2 has them in [`Templates::public`].
    pub include_runpod: bool,
    /// Also those that anybody has published; REST v1 only, REST v2 has them in [`Templates::public`].
    pub include_public: bool,
    /// Also those that belong to one endpoint; REST v1 only.
    pub include_endpoint_bound: bool,
}

impl From<&Page> for Query {
    fn from(page: &Page) -> Self {
        Self { page: page.clone(), ..Self::default() }
    }
}

impl From<&Query> for Query {
    fn from(query: &Query) -> Self {
        query.clone()
    }
}

/// What a template says beside its container. `None` leaves a field out of the request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Storage of the Pods made from it; a persistent volume only.
    pub mount: Option<Mount>,
    /// Listing in the console.
    pub category: Option<Category>,
    /// Visible to everybody; false unless said.
    pub public: Option<bool>,
    /// For Serverless endpoints; false unless said.
    pub serverless: Option<bool>,
    /// Inject the account's SSH keys; true unless said.
    pub start_ssh: Option<bool>,
    /// Start Jupyter; true unless said.
    pub start_jupyter: Option<bool>,
    /// Host CUDA versions accepted, `major.minor`; empty means any.
    pub allowed_cuda_versions: Option<Vec<String>>,
    /// Markdown shown in the console; REST v1 only.
    pub readme: Option<String>,
}

/// A template to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Create {
    /// Name, unique in the account.
    pub name: String,
    /// Container; `image` is required.
    pub container: Container,
    /// The rest.
    pub settings: Settings,
}

/// What to change on a template. `None` leaves a field as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Update {
    /// New name.
    pub name: Option<String>,
    /// Container fields.
    pub container: Container,
    /// The rest.
    pub settings: Settings,
}

/// Calls on templates.
#[derive(Clone, Copy, Debug)]
pub struct Templates<'a>(pub(crate) &'a Wire);

impl Templates<'_> {
    /// One page of the account's templates (operation `listTemplates`; rows read as [`Template`]).
    ///
    /// # Errors
    /// See [`crate::Error`]; 422 for a cursor that is not of this list.
    pub async fn list(&self, query: impl Into<Query>) -> Outcome<Listing> {
        let query = query.into();
        match self.version().await {
            Version::V1 => {
                let request = Request::query(v1::list_query(&query)?);
                Listing::read_bare(self.0.send(&v1::LIST, request).await?)
            }
            Version::V2 => {
                let request = Request::query(v2::list_query(&query)?);
                Listing::read(self.0.send(&v2::LIST, request).await?, "templates")
            }
        }
    }

    /// Templates that others published, at most 100 (operation `listPublicTemplates`; rows read as [`Template`]).
    ///
    /// # Errors
    /// See [`crate::Error`]; [`crate::Error::WrongVersion`] on REST v1.
    pub async fn public(&self, source: Option<Source>) -> Outcome<Listing> {
        let instead = "list templates with those of Runpod and of the public";
        self.0.only_v2(Resource::Templates, "the catalogue of templates", Some(instead)).await?;
        let answer = self.0.send(&v2::PUBLIC, Request::query(v2::public_query(source))).await?;
        Listing::read(answer, "templates")
    }

    /// One template, of the account or public (operation `getTemplate`).
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn get(&self, id: &Id) -> Outcome<Mapped<Template>> {
        let op = self.0.either(Resource::Templates, &v1::GET, &v2::GET).await;
        Mapped::read(&self.0.send(op, Request::to(&[id.into()])).await?)
    }

    /// Creates a template (operation `createTemplate`).
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn create(&self, new: &Create) -> Outcome<Mapped<Template>> {
        let answer = match self.version().await {
            Version::V1 => {
                let body = v1::TemplateCreate::try_from(new)?;
                self.0.send(&v1::CREATE, Request::body(&[], &body)).await?
            }
            Version::V2 => {
                let body = v2::TemplateCreate::try_from(new)?;
                self.0.send(&v2::CREATE, Request::body(&[], &body)).await?
            }
        };
        Mapped::read(&answer)
    }

    /// Changes a template (operation `updateTemplate`). What was made from it stays as it is.
    ///
    /// # Errors
    /// See [`crate::Error`]; [`crate::Error::Argument`] when nothing would change, 404 also for a public one.
    pub async fn update(&self, id: &Id, change: &Update) -> Outcome<Mapped<Template>> {
        let answer = match self.version().await {
            Version::V1 => {
                let body = v1::TemplateUpdate::try_from(change)?;
                self.0.send(&v1::UPDATE, Request::body(&[id.into()], &body)).await?
            }
            Version::V2 => {
                let body = v2::TemplateUpdate::try_from(change)?;
                self.0.send(&v2::UPDATE, Request::body(&[id.into()], &body)).await?
            }
        };
        Mapped::read(&answer)
    }

    /// Deletes a template (operation `deleteTemplate`).
    ///
    /// # Errors
    /// See [`crate::Error`]; 400 while a Pod or an endpoint is bound to it.
    pub async fn delete(&self, id: &Id) -> Outcome<()> {
        let op = self.0.either(Resource::Templates, &v1::DELETE, &v2::DELETE).await;
        self.0.send(op, Request::to(&[id.into()])).await.map(drop)
    }

    async fn version(&self) -> Version {
        self.0.version(Resource::Templates).await
    }
}
