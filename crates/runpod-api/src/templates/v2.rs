//! Templates as REST v2 spells them.

use http::Method;
use serde::Serialize;

use super::{Create, Query, Settings, Source, Update};
use crate::check;
use crate::client::Outcome;
use crate::container::v2::{ContainerBody, MountsBody};
use crate::error::Error;
use crate::op::Op;
use crate::query::{LARGE, Pairs};
use crate::version::{Resource, Switch};
use crate::word::Word;

pub(super) static LIST: Op = Op::v2("listTemplates", Method::GET, "/templates");
pub(super) static PUBLIC: Op = Op::v2("listPublicTemplates", Method::GET, "/catalog/templates");
pub(super) static GET: Op = Op::v2("getTemplate", Method::GET, "/templates/{id}");
pub(super) static CREATE: Op = Op::v2("createTemplate", Method::POST, "/templates");
pub(super) static UPDATE: Op = Op::v2("updateTemplate", Method::PATCH, "/templates/{id}");
pub(super) static DELETE: Op = Op::v2("deleteTemplate", Method::DELETE, "/templates/{id}");

pub(super) fn list_query(query: &Query) -> Outcome<Vec<(&'static str, String)>> {
    let Query { page, include_runpod, include_public, include_endpoint_bound } = query;
    let own =
        "lists of REST v2 hold the account's own templates; the catalogue of templates has those of others";
    absent("includeRunpodTemplates", *include_runpod, own)?;
    absent("includePublicTemplates", *include_public, own)?;
    absent("includeEndpointBoundTemplates", *include_endpoint_bound, "lists of REST v2 leave them out")?;
    Pairs::default().page(page, LARGE).map(Pairs::into_vec)
}

fn absent(field: &'static str, given: bool, why: &'static str) -> Outcome<()> {
    let switch = Some(Switch::to_v1(Resource::Templates));
    if given { Err(Error::Unmappable { field, why, switch }) } else { Ok(()) }
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
        absent("readme", readme.is_some(), "templates of REST v2 have none; leave it out")?;
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
