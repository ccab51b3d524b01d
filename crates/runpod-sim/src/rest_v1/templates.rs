//! `/v1/templates`.

use serde::{Deserialize, Serialize};

use super::container::{Asked, Spelt as Container};
use crate::answer::Answer;
use crate::call::{Call, Routes};
use crate::refusal::Refusal;
use crate::world::Visit;
use crate::world::container::Container as Held;
use crate::world::mounts::Persistent;
use crate::world::templates::{Category, Source, Template, TemplateChange};

pub(super) const ROUTES: Routes = &[
    ("ListTemplates", list),
    ("GetTemplate", get),
    ("CreateTemplate", create),
    ("UpdateTemplate", update),
    ("DeleteTemplate", delete),
];

const ID: &str = "templateId";

/// The account's own, then what the switches add. An own template that is public shows once.
fn list(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let visit = &call.visit;
    let mut all = visit.templates();
    if call.is_on("includeEndpointBoundTemplates") {
        all.extend(visit.bound_templates());
    }
    if call.is_on("includeRunpodTemplates") {
        all.extend(visit.public_templates(Source::Official));
    }
    if call.is_on("includePublicTemplates") {
        all.extend(
            [Source::Verified, Source::Community].iter().flat_map(|from| visit.public_templates(*from)),
        );
    }
    all.sort_by_key(|template| std::cmp::Reverse(template.born));
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|template| seen.insert(template.id.as_str()));
    let all: Vec<_> = all.into_iter().map(|template| spell(template, visit)).collect();
    Answer::ok(&all)
}

fn get(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    Answer::ok(&spell(call.visit.template(call.param(ID)?)?, &call.visit))
}

fn create(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let New { serverless, category, mut change } = call.read()?;
    change.container = change.container.or_default_ports();
    // A worker has no volume of its own, so a template for endpoints gets none unasked.
    if serverless != Some(true) {
        change.container = change.container.or_default_volume();
    }
    let new = TemplateChange { serverless, category, ..change.read(None) };
    let id = call.visit.create_template(new)?.id.clone();
    Answer::ok(&spell(call.visit.template(&id)?, &call.visit))
}

fn update(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let (id, change): (_, Change) = (call.param(ID)?, call.read()?);
    let change = change.read(call.visit.template(id)?.persistent.as_ref());
    call.visit.update_template(id, change)?;
    Answer::ok(&spell(call.visit.template(id)?, &call.visit))
}

fn delete(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let id = call.param(ID)?;
    call.visit.delete_template(id)?;
    Ok(Answer::empty())
}

/// `TemplateCreateInput` of the contract.
#[derive(Deserialize)]
struct New {
    #[serde(rename = "isServerless")]
    serverless: Option<bool>,
    category: Option<Category>,
    #[serde(flatten)]
    change: Change,
}

/// `TemplateUpdateInput` of the contract.
#[derive(Deserialize)]
struct Change {
    name: Option<String>,
    #[serde(rename = "isPublic")]
    public: Option<bool>,
    readme: Option<String>,
    #[serde(flatten)]
    container: Asked,
}

impl Change {
    /// In the words of the world, for a template with this volume.
    fn read(self, now: Option<&Persistent>) -> TemplateChange {
        TemplateChange {
            mounts: self.container.volume(now),
            volume_goes: self.container.wants_no_volume(),
            container: self.container.change(),
            name: self.name,
            public: self.public,
            readme: self.readme,
            ..TemplateChange::default()
        }
    }
}

/// `Template` of the contract. Part of an endpoint too, which may have no template of which this is the name.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Spelt<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    category: Category,
    image_name: &'a str,
    #[serde(flatten)]
    container: Container<'a>,
    volume_in_gb: u32,
    volume_mount_path: &'a str,
    is_public: bool,
    is_runpod: bool,
    is_serverless: bool,
    readme: &'a str,
    earned: u32,
    runtime_in_min: u32,
}

pub(super) fn spell<'a>(template: &'a Template, visit: &Visit<'_>) -> Spelt<'a> {
    let volume = template.persistent.as_ref();
    Spelt {
        id: Some(&template.id),
        name: Some(&template.name),
        category: template.category,
        volume_in_gb: volume.map_or(0, |volume| volume.size),
        volume_mount_path: volume.map_or("", |volume| &volume.path),
        is_public: template.public,
        is_runpod: visit.is_official(&template.id),
        is_serverless: template.serverless,
        readme: &template.readme,
        ..spell_nameless(&template.container)
    }
}

/// The settings of an endpoint that has no template, in the form of one.
pub(super) fn spell_nameless(container: &Held) -> Spelt<'_> {
    Spelt {
        id: None,
        name: None,
        category: Category::default(),
        image_name: &container.image,
        container: Container::of(container),
        volume_in_gb: 0,
        volume_mount_path: "",
        is_public: false,
        is_runpod: false,
        is_serverless: true,
        readme: "",
        earned: 0,
        runtime_in_min: 0,
    }
}
