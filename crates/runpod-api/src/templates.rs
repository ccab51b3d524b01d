//! Templates: container settings under a name, of the account and of the catalogue.

mod v2;

use serde::Deserialize;

use crate::client::Outcome;
use crate::container::{Container, Env, Mount, Mounts};
use crate::id::Id;
use crate::listing::Listing;
use crate::mapped::Mapped;
use crate::query::Page;
use crate::view::lenient;
use crate::wire::{Request, Wire};
use crate::word::Word;

/// The fields of a template that callers act on. Only `id` is required of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Template {
    /// Template id.
    pub id: String,
    /// Name.
    #[serde(default, deserialize_with = "lenient")]
    pub name: String,
    /// Image reference.
    #[serde(default, deserialize_with = "lenient")]
    pub image: String,
    /// Environment variables.
    #[serde(default, deserialize_with = "lenient")]
    pub env: Env,
    /// Ports, such as `22/tcp`.
    #[serde(default, deserialize_with = "lenient")]
    pub ports: Vec<String>,
    /// Storage that outlives a restart.
    #[serde(default, deserialize_with = "lenient")]
    pub mounts: Mounts,
    /// For Serverless endpoints, not for Pods.
    #[serde(default, deserialize_with = "lenient")]
    pub serverless: bool,
}

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
    pub async fn list(&self, page: &Page) -> Outcome<Listing> {
        let answer = self.0.send(&v2::LIST, Request::query(v2::page_query(page)?)).await?;
        Listing::read(&answer, "templates")
    }

    /// Templates that others published, at most 100 (operation `listPublicTemplates`; rows read as [`Template`]).
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn public(&self, source: Option<Source>) -> Outcome<Listing> {
        let answer = self.0.send(&v2::PUBLIC, Request::query(v2::public_query(source))).await?;
        Listing::read(&answer, "templates")
    }

    /// One template, of the account or public (operation `getTemplate`).
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn get(&self, id: &Id) -> Outcome<Mapped<Template>> {
        Mapped::read(&self.0.send(&v2::GET, Request::to(&[id.into()])).await?)
    }

    /// Creates a template (operation `createTemplate`).
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn create(&self, new: &Create) -> Outcome<Mapped<Template>> {
        let body = v2::TemplateCreate::try_from(new)?;
        Mapped::read(&self.0.send(&v2::CREATE, Request::body(&[], &body)).await?)
    }

    /// Changes a template (operation `updateTemplate`). What was made from it stays as it is.
    ///
    /// # Errors
    /// See [`crate::Error`]; [`crate::Error::Argument`] when nothing would change, 404 also for a public one.
    pub async fn update(&self, id: &Id, change: &Update) -> Outcome<Mapped<Template>> {
        let body = v2::TemplateUpdate::try_from(change)?;
        Mapped::read(&self.0.send(&v2::UPDATE, Request::body(&[id.into()], &body)).await?)
    }

    /// Deletes a template (operation `deleteTemplate`).
    ///
    /// # Errors
    /// See [`crate::Error`]; 400 while a Pod or an endpoint is bound to it.
    pub async fn delete(&self, id: &Id) -> Outcome<()> {
        self.0.send(&v2::DELETE, Request::to(&[id.into()])).await.map(drop)
    }
}
