//! Templates as REST v2 spells them.

use http::Method;
use serde::Serialize;

use super::{Create, Settings, Source, Update};
use crate::check;
use crate::client::Outcome;
use crate::container::v2::{ContainerBody, MountsBody};
use crate::error::Error;
use crate::op::Op;
use crate::query::{LARGE, Page, Pairs};
use crate::word::Word;

pub(super) static LIST: Op = Op::v2("listTemplates", Method::GET, "/templates");
pub(super) static PUBLIC: Op = Op::v2("listPublicTemplates", Method::GET, "/catalog/templates");
pub(super) static GET: Op = Op::v2("getTemplate", Method::GET, "/templates/{id}");
pub(super) static CREATE: Op = Op::v2("createTemplate", Method::POST, "/templates");
pub(super) static UPDATE: Op = Op::v2("updateTemplate", Method::PATCH, "/templates/{id}");
pub(super) static DELETE: Op = Op::v2("deleteTemplate", Method::DELETE, "/templates/{id}");

pub(super) fn page_query(page: &Page) -> Outcome<Vec<(&'static str, String)>> {
    Pairs::default().page(page, LARGE).map(Pairs::into_vec)
}

pub(super) fn public_query(source: Option<Source>) -> Vec<(&'static str, String)> {
    Pairs::default().set("source", source.map(Word::as_str)).into_vec()
}

/// Body of `createTemplate`.
#[derive(Debug, Serialize)]
pub(super) struct TemplateCreate {
    name: String,
    #[serde(flatten)]
    container: ContainerBody,
    #[serde(flatten)]
    settings: SettingsBody,
}

impl TryFrom<&Create> for TemplateCreate {
    type Error = Error;

    fn try_from(new: &Create) -> Outcome<Self> {
        let Create { name, container, settings } = new.clone();
        check::filled("name", &name)?;
        if container.image.is_none() {
            return check::refuse("imageName", "is missing; a template needs one");
        }
        let container = ContainerBody::of_new(container, None)?;
        Ok(Self { name, container, settings: settings.try_into()? })
    }
}

/// Body of `updateTemplate`.
#[derive(Debug, Serialize)]
pub(super) struct TemplateUpdate {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(flatten)]
    container: ContainerBody,
    #[serde(flatten)]
    settings: SettingsBody,
}

impl TryFrom<&Update> for TemplateUpdate {
    type Error = Error;

    fn try_from(change: &Update) -> Outcome<Self> {
        check::changes(
            change,
            "name, imageName, dockerEntrypoint, dockerStartCmd, containerDiskInGb, env, ports, \
             containerRegistryAuthId, volumeInGb, volumeMountPath, category, isPublic, isServerless, startSsh, \
             startJupyter, allowedCudaVersions",
        )?;
        let Update { name, container, settings } = change.clone();
        name.as_deref().map_or(Ok(()), |name| check::filled("name", name))?;
        Ok(Self { name, container: container.try_into()?, settings: settings.try_into()? })
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SettingsBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    mounts: Option<MountsBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    public: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    serverless: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_ssh: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_jupyter: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_cuda_versions: Option<Vec<String>>,
}

impl TryFrom<Settings> for SettingsBody {
    type Error = Error;

    fn try_from(settings: Settings) -> Outcome<Self> {
        // No `..`: a new field of `Settings` is placed here or refused here.
        let Settings {
            mount,
            category,
            public,
            serverless,
            start_ssh,
            start_jupyter,
            allowed_cuda_versions,
            readme,
        } = settings;
        if readme.is_some() {
            return Err(Error::Unmappable {
                field: "readme",
                why: "templates of REST v2 have none; leave it out",
            });
        }
        check::cuda_choice(allowed_cuda_versions.as_deref(), None)?;
        Ok(Self {
            mounts: mount.map(MountsBody::of_template).transpose()?,
            category: category.map(Word::as_str),
            public,
            serverless,
            start_ssh,
            start_jupyter,
            allowed_cuda_versions,
        })
    }
}
