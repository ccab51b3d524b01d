//! Operations as the rest of the twin sees them: references followed, shapes numbered.

use http::Method;

use super::{
    declared,
    facts::{self, AnswerUse, Facts},
    shapes::{Shapes, Slot},
};

/// One method on one path.
#[derive(Debug)]
pub struct Operation {
    id: String,
    method: Method,
    path: String,
    tags: Vec<String>,
    deprecated: bool,
    needs_key: bool,
    parameters: Vec<Parameter>,
    body: Option<Body>,
    answers: Vec<Answer>,
    request_fields: Vec<String>,
}

/// Where a parameter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A segment of the path.
    Path,
    /// The query string.
    Query,
    /// A header.
    Header,
    /// A cookie.
    Cookie,
}

/// A parameter of an operation, or a header of an answer.
#[derive(Debug)]
pub struct Parameter {
    place: Place,
    name: String,
    required: bool,
    explode: bool,
    pub(super) slot: Slot,
}

/// What a request may carry.
#[derive(Debug)]
pub struct Body {
    required: bool,
    media: Vec<Media>,
}

/// One media type of a body or an answer.
#[derive(Debug)]
pub struct Media {
    name: String,
    pub(super) slot: Slot,
    shape: Option<String>,
}

/// What an operation answers with one status.
#[derive(Debug)]
pub struct Answer {
    status: Option<u16>,
    media: Vec<Media>,
    headers: Vec<Parameter>,
}

impl Operation {
    /// The id, such as `createPod`. Unique in v2; see [`super::Contract::operation`] for v1.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The HTTP method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path template, such as `/v2/pods/{id}`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Tags, where the document had any.
    pub fn tags(&self) -> &[String] {
        &self.tags
    }

    /// Whether the document calls the operation deprecated.
    pub fn is_deprecated(&self) -> bool {
        self.deprecated
    }

    /// Whether a bearer token is demanded. Two operations of v1 (its documents) demand none.
    pub fn needs_key(&self) -> bool {
        self.needs_key
    }

    /// All parameters: path, query, header, cookie; by name within each.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The parameters of the query.
    pub fn query_parameters(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(|one| one.place == Place::Query)
    }

    /// The body it takes, if it takes one.
    pub fn body(&self) -> Option<&Body> {
        self.body.as_ref()
    }

    /// Every declared answer, by status; `default` last.
    pub fn answers(&self) -> &[Answer] {
        &self.answers
    }

    /// The answer for a status: its own, else the `default` one.
    pub fn answer(&self, status: u16) -> Option<&Answer> {
        let own = self.answers.iter().find(|one| one.status == Some(status));
        own.or_else(|| self.answers.iter().find(|one| one.status.is_none()))
    }

    /// The declared statuses from 200 to 299, ascending.
    pub fn success_statuses(&self) -> Vec<u16> {
        self.answers
            .iter()
            .filter_map(|one| one.status)
            .filter(|status| (200..300).contains(status))
            .collect()
    }

    /// Every field that a body may carry, through references and compositions: `gpu`, `gpu.count`,
    /// `mounts.network[].path`. Sorted; empty when the operation takes no body.
    pub fn request_fields(&self) -> &[String] {
        &self.request_fields
    }
}

impl Parameter {
    /// Where it stands.
    pub fn place(&self) -> Place {
        self.place
    }

    /// Its name as it is written in the address or the header.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether a request without it is refused. Path parameters always are.
    pub fn is_required(&self) -> bool {
        self.required
    }

    /// For a list: whether the name is repeated (`a=1&a=2`) instead of the values being joined by commas.
    pub fn explodes(&self) -> bool {
        self.explode
    }
}

impl Body {
    /// Whether a request without a body is refused.
    pub fn is_required(&self) -> bool {
        self.required
    }

    /// The media types it may have.
    pub fn media(&self) -> &[Media] {
        &self.media
    }
}

impl Media {
    /// The media type, such as `application/json`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of its shape, where the contract gives it one.
    pub fn shape(&self) -> Option<&str> {
        self.shape.as_deref()
    }

    /// Whether its bodies are JSON.
    pub fn is_json(&self) -> bool {
        self.name == "application/json" || self.name.ends_with("+json")
    }

    /// Compares with a `Content-Type` header; its parameters and its case do not matter.
    pub(super) fn fits(&self, content_type: Option<&str>) -> bool {
        let got = content_type.unwrap_or_default().split(';').next().unwrap_or_default();
        got.trim().eq_ignore_ascii_case(&self.name)
    }
}

impl Answer {
    /// The status; `None` is the answer for every status without one of its own.
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// The media types it may have; none means that no body is declared.
    pub fn media(&self) -> &[Media] {
        &self.media
    }

    /// The declared headers, by name.
    pub fn headers(&self) -> &[Parameter] {
        &self.headers
    }
}

/// Turns facts into operations while it numbers their shapes.
pub(super) struct Builder<'a> {
    facts: &'a Facts,
    shapes: &'a mut Shapes,
}

impl<'a> Builder<'a> {
    pub(super) fn new(facts: &'a Facts, shapes: &'a mut Shapes) -> Self {
        Self { facts, shapes }
    }

    pub(super) fn operation(&mut self, one: &facts::Operation) -> Operation {
        let id = &one.id;
        let parameters = one.parameters.iter().map(|one| self.parameter(id, one)).collect();
        let body = one.body.as_ref().map(|body| Body {
            required: body.required,
            media: self.media(&format!("{id}.body"), &body.media),
        });
        let mut answers: Vec<_> =
            one.answers.iter().map(|(status, used)| self.answer(id, status, used)).collect();
        answers.sort_by_key(|answer| (answer.status.is_none(), answer.status));
        let fields = body.iter().flat_map(|body| &body.media);
        let fields = fields.flat_map(|media| declared::fields(self.shapes, media.slot));
        let mut request_fields: Vec<_> = fields.collect();
        request_fields.sort();
        request_fields.dedup();
        Operation {
            id: id.clone(),
            method: Method::from_bytes(one.method.as_bytes()).unwrap_or_default(),
            path: one.path.clone(),
            tags: one.tags.clone(),
            deprecated: one.deprecated,
            needs_key: !one.open,
            parameters,
            body,
            answers,
            request_fields,
        }
    }

    fn parameter(&mut self, owner: &str, one: &facts::Parameter) -> Parameter {
        let place = match one.place.as_str() {
            "path" => Place::Path,
            "query" => Place::Query,
            "header" => Place::Header,
            _ => Place::Cookie,
        };
        // OpenAPI: lists in a query (style `form`) are repeated unless the document says otherwise.
        let form = one.style.as_deref().unwrap_or("form") == "form" && place == Place::Query;
        Parameter {
            place,
            name: one.name.clone(),
            required: one.required || place == Place::Path,
            explode: one.explode.unwrap_or(form),
            slot: self.shapes.intern(&format!("{owner}.{}", one.name), &one.shape),
        }
    }

    fn media(
        &mut self,
        owner: &str,
        media: &std::collections::BTreeMap<String, serde_json::Value>,
    ) -> Vec<Media> {
        let mut found = Vec::new();
        for (name, shape) in media {
            let slot = self.shapes.intern(owner, shape);
            let known = Some(self.shapes.name(slot)).filter(|name| self.facts.shapes.contains_key(*name));
            found.push(Media { name: name.clone(), slot, shape: known.map(str::to_owned) });
        }
        found
    }

    fn answer(&mut self, owner: &str, status: &str, used: &AnswerUse) -> Answer {
        let empty = facts::Answer::default();
        let one = match used {
            AnswerUse::Own(own) => own,
            AnswerUse::Named(name) => self.facts.answers.get(name).unwrap_or(&empty),
        };
        let owner = format!("{owner}.{status}");
        Answer {
            status: status.parse().ok(),
            media: self.media(&owner, &one.media),
            headers: one.headers.iter().map(|header| self.parameter(&owner, header)).collect(),
        }
    }
}
