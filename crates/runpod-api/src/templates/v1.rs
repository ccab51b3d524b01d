//! Templates as REST v1 spells them.

use http::Method;
use serde::Serialize;

use super::{Create, Query, Settings, Update};
use crate::check;
use crate::client::Outcome;
use crate::container::v1::{ContainerBody, MountBody};
use crate::error::Error;
use crate::op::Op;
use crate::query::Pairs;
use crate::version::{Resource, Switch};
use crate::word::Word;

pub(super) static LIST: Op = Op::v1("ListTemplates", Method::GET, "/templates");
pub(super) static GET: Op = Op::v1("GetTemplate", Method::GET, "/templates/{id}");
pub(super) static CREATE: Op = Op::v1("CreateTemplate", Method::POST, "/templates");
pub(super) static UPDATE: Op = Op::v1("UpdateTemplate", Method::PATCH, "/templates/{id}");
pub(super) static DELETE: Op = Op::v1("DeleteTemplate", Method::DELETE, "/templates/{id}");

const SWITCH: Switch = Switch::to_v2(Resource::Templates);

pub(super) fn list_query(query: &Query) -> Outcome<Vec<(&'static str, String)>> {
    let Query { page, include_runpod, include_public, include_endpoint_bound } = query;
    page.whole()?;
    let pairs = Pairs::default()
        .flag("includeRunpodTemplates", *include_runpod)
        .flag("includePublicTemplates", *include_public)
        .flag("includeEndpointBoundTemplates", *include_endpoint_bound);
    Ok(pairs.into_vec())
}

/// Body of `CreateTemplate`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TemplateCreate {
    name: String,
    #[serde(flatten)]
    container: ContainerBody,
    #[serde(flatten)]
    settings: SettingsBody,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_serverless: Option<bool>,
}

impl TryFrom<&Create> for TemplateCreate {
    type Error = Error;

    fn try_from(new: &Create) -> Outcome<Self> {
        let Create { name, container, settings } = new.clone();
        check::filled("name", &name)?;
        if container.image.is_none() {
            return check::refuse("imageName", "is missing; a template needs one");
        }
        Ok(Self {
            name,
            container: ContainerBody::of_new(container, None, Resource::Templates)?,
            category: settings.category.map(Word::as_str),
            is_serverless: settings.serverless,
            settings: settings.try_into()?,
        })
    }
}

/// Body of `UpdateTemplate`.
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
             containerRegistryAuthId, volumeInGb, volumeMountPath, isPublic, readme",
        )?;
        let Update { name, container, settings } = change.clone();
        name.as_deref().map_or(Ok(()), |name| check::filled("name", name))?;
        let container = ContainerBody::of(container, Resource::Templates)?;
        absent("category", settings.category.is_some(), "REST v1 fixes it when the template is made")?;
        absent("isServerless", settings.serverless.is_some(), "REST v1 fixes it when the template is made")?;
        Ok(Self { name, container, settings: settings.try_into()? })
    }
}

/// What both bodies hold. Category and kind are in the first one only.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SettingsBody {
    #[serde(flatten)]
    mount: MountBody,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_public: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    readme: Option<String>,
}

impl TryFrom<Settings> for SettingsBody {
    type Error = Error;

    fn try_from(settings: Settings) -> Outcome<Self> {
        // No `..`: a new field of `Settings` is placed here or refused here; the two that are not named any further
        // were placed by the caller.
        let Settings {
            mount,
            category: _,
            public,
            serverless: _,
            start_ssh,
            start_jupyter,
            allowed_cuda_versions,
            readme,
        } = settings;
        let none = "templates of REST v1 have no such setting";
        absent("startSsh", start_ssh.is_some(), none)?;
        absent("startJupyter", start_jupyter.is_some(), none)?;
        absent("allowedCudaVersions", allowed_cuda_versions.is_some(), none)?;
        let why = "a template holds no network volume; attach it to the Pod instead";
        Ok(Self { mount: MountBody::of_own(mount, why, None)?, is_public: public, readme })
    }
}

fn absent(field: &'static str, given: bool, why: &'static str) -> Outcome<()> {
    if given { Err(Error::Unmappable { field, why, switch: Some(SWITCH) }) } else { Ok(()) }
}
