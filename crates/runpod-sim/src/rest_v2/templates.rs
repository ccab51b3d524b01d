//! `/v2/templates` and `/v2/catalog/templates`.

use serde::Serialize;

use super::container::SpeltContainer;
use super::{Call, Routes};
use crate::answer::Answer;
use crate::pages::{MOST, Page, Pagination};
use crate::refusal::Refusal;

use crate::world::mounts::Persistent;
use crate::world::templates::{Category, Source, Template};

pub(super) const ROUTES: Routes = &[
    ("listTemplates", list),
    ("listPublicTemplates", list_public),
    ("getTemplate", get),
    ("createTemplate", create),
    ("updateTemplate", update),
    ("deleteTemplate", delete),
];

fn list(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let page = Page::read(call, MOST)?;
    let (templates, pagination) = page.cut(call.visit.templates(), |template| template.born);
    Answer::ok(&List { templates: templates.into_iter().map(spell).collect(), pagination })
}

/// At most a hundred rows; the pagination says that there is never a second page.
fn list_public(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let source = match call.asked("source").as_deref() {
        Some("community") => Source::Community,
        Some("verified") => Source::Verified,
        _ => Source::Official,
    };
    let templates = call.visit.public_templates(source).into_iter().map(spell).collect();
    Answer::ok(&List { templates, pagination: Some(Pagination::last()) })
}

fn get(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    Answer::ok(&spell(call.visit.template(call.param("id")?)?))
}

fn create(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let new = call.read()?;
    Answer::created(&spell(call.visit.create_template(new)?))
}

fn update(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let (id, change) = (call.param("id")?, call.read()?);
    Answer::ok(&spell(call.visit.update_template(id, change)?))
}

fn delete(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let id = call.param("id")?;
    call.visit.delete_template(id)?;
    Ok(Answer::empty())
}

#[derive(Serialize)]
struct List<'a> {
    templates: Vec<Spelt<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pagination: Option<Pagination>,
}

/// `Template` of the contract.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Spelt<'a> {
    id: &'a str,
    name: &'a str,
    #[serde(flatten)]
    container: SpeltContainer<'a>,
    mounts: SpeltMounts<'a>,
    serverless: bool,
    public: bool,
    category: Category,
    start_ssh: bool,
    start_jupyter: bool,
    allowed_cuda_versions: &'a [String],
}

/// `TemplateMounts` of the contract.
#[derive(Serialize)]
struct SpeltMounts<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    persistent: Option<&'a Persistent>,
}

fn spell(template: &Template) -> Spelt<'_> {
    let Template {
        id,
        born: _,
        name,
        container,
        persistent,
        serverless,
        public,
        category,
        start_ssh,
        start_jupyter,
        allowed_cuda_versions,
        readme: _,
    } = template;
    Spelt {
        id,
        name,
        container: SpeltContainer::of(container),
        mounts: SpeltMounts { persistent: persistent.as_ref() },
        serverless: *serverless,
        public: *public,
        category: *category,
        start_ssh: *start_ssh,
        start_jupyter: *start_jupyter,
        allowed_cuda_versions,
    }
}
