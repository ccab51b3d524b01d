//! An OpenAPI 3.0 or 3.1 document to facts.

use std::collections::BTreeMap;

use anyhow::{Context, bail, ensure};
use serde_json::{Map, Value};

use super::{
    Version,
    facts::{Answer, AnswerUse, Body, Facts, Operation, Parameter},
    schema::{Dialect, only, shape},
};

const METHODS: [&str; 8] = ["delete", "get", "head", "options", "patch", "post", "put", "trace"];

/// Which contract the document is, from its paths and servers.
pub(crate) fn version(document: &Value) -> anyhow::Result<Version> {
    let paths = object("paths", document.get("paths"))?;
    if !paths.is_empty() && paths.keys().all(|path| path.starts_with("/v2/")) {
        return Ok(Version::V2);
    }
    let servers = servers(document);
    let ends =
        |end: &str| !servers.is_empty() && servers.iter().all(|url| url.trim_end_matches('/').ends_with(end));
    match (ends("/v1"), ends("/v2")) {
        (true, _) => Ok(Version::V1),
        (_, true) => Ok(Version::V2),
        _ => bail!("neither the paths nor the servers say whether this is v1 or v2"),
    }
}

/// Everything structural in the document, sorted. Prose and examples are dropped; an unknown keyword is an error.
pub(crate) fn facts(document: &Value, version: &str) -> anyhow::Result<Facts> {
    let top = object("", Some(document))?;
    only("", top, &["openapi", "info", "servers", "paths", "components", "security", "tags"])?;
    let reader = Reader { document, dialect: dialect(document)? };
    let mut facts = Facts { version: version.to_owned(), servers: servers(document), ..Facts::default() };
    for (path, item) in object("/paths", document.get("paths"))? {
        reader.path(path, item, &mut facts)?;
    }
    let mut plain = facts.servers.iter().chain(facts.operations.iter().map(|operation| &operation.path));
    if let Some(odd) = plain.find(|text| text.contains(['\r', '\n'])) {
        bail!("{odd:?} contains the end of a line, and facts are lines");
    }
    facts.operations.sort_by(|a, b| (&a.path, &a.method).cmp(&(&b.path, &b.method)));
    let components = Map::new();
    let components = document.get("components").and_then(Value::as_object).unwrap_or(&components);
    let known =
        ["schemas", "parameters", "responses", "headers", "requestBodies", "examples", "securitySchemes"];
    only("/components", components, &known)?;
    for (name, schema) in components.get("schemas").and_then(Value::as_object).into_iter().flatten() {
        let at = format!("/components/schemas/{name}");
        facts.shapes.insert(name.clone(), shape(&at, schema, reader.dialect)?);
    }
    for (name, response) in components.get("responses").and_then(Value::as_object).into_iter().flatten() {
        let at = format!("/components/responses/{name}");
        facts.answers.insert(name.clone(), reader.answer(&at, response)?);
    }
    nothing_dangles(&facts)?;
    Ok(facts)
}

fn dialect(document: &Value) -> anyhow::Result<Dialect> {
    let said = document.get("openapi").and_then(Value::as_str).unwrap_or("no version");
    match said {
        _ if said.starts_with("3.0") => Ok(Dialect::Oas30),
        _ if said.starts_with("3.1") => Ok(Dialect::Oas31),
        _ => bail!("this is no OpenAPI 3.0 or 3.1 document: `openapi` says {said}"),
    }
}

fn servers(document: &Value) -> Vec<String> {
    let urls = document.get("servers").and_then(Value::as_array).into_iter().flatten();
    urls.filter_map(|server| server.get("url")?.as_str()).map(str::to_owned).collect()
}

fn object<'a>(at: &str, value: Option<&'a Value>) -> anyhow::Result<&'a Map<String, Value>> {
    value.and_then(Value::as_object).with_context(|| format!("{at}: an object belongs here"))
}

fn text(at: &str, map: &Map<String, Value>, key: &str) -> anyhow::Result<String> {
    let value = map.get(key).and_then(Value::as_str);
    Ok(value.with_context(|| format!("{at}: the text `{key}` is missing"))?.to_owned())
}

fn flag(at: &str, map: &Map<String, Value>, key: &str) -> anyhow::Result<Option<bool>> {
    match map.get(key) {
        None => Ok(None),
        Some(Value::Bool(value)) => Ok(Some(*value)),
        Some(_) => bail!("{at}/{key}: true or false belongs here"),
    }
}

struct Reader<'a> {
    document: &'a Value,
    dialect: Dialect,
}

impl<'a> Reader<'a> {
    /// Follows a reference into `components/<kind>`; anything else is returned as it is.
    fn resolve(&self, at: &str, value: &'a Value, kind: &str) -> anyhow::Result<&'a Map<String, Value>> {
        let map = object(at, Some(value))?;
        let Some(target) = map.get("$ref").and_then(Value::as_str) else { return Ok(map) };
        only(at, map, &["$ref"])?;
        let home = format!("#/components/{kind}/");
        ensure!(target.starts_with(&home), "{at}: {target} does not point into {home}");
        object(target, self.document.pointer(target.trim_start_matches('#')))
    }

    fn path(&self, path: &str, item: &'a Value, facts: &mut Facts) -> anyhow::Result<()> {
        let at = format!("/paths{path}");
        let item = object(&at, Some(item))?;
        let mut known = METHODS.to_vec();
        known.push("parameters");
        only(&at, item, &known)?;
        let shared = self.parameters(&at, item)?;
        for method in METHODS {
            if let Some(operation) = item.get(method) {
                let at = format!("{at} {method}");
                facts.operations.push(self.operation(&at, (method, path), operation, &shared)?);
            }
        }
        Ok(())
    }

    fn operation(
        &self,
        at: &str,
        (method, path): (&str, &str),
        operation: &'a Value,
        shared: &Parameters,
    ) -> anyhow::Result<Operation> {
        let map = object(at, Some(operation))?;
        let known =
            ["operationId", "tags", "parameters", "requestBody", "responses", "deprecated", "security"];
        only(at, map, &known)?;
        let mut parameters = shared.clone();
        parameters.extend(self.parameters(at, map)?);
        let tags = map.get("tags").and_then(Value::as_array).into_iter().flatten();
        let mut one = Operation {
            id: text(at, map, "operationId")?,
            method: method.to_uppercase(),
            path: path.to_owned(),
            tags: tags.filter_map(Value::as_str).map(str::to_owned).collect(),
            deprecated: flag(at, map, "deprecated")? == Some(true),
            open: self.open(map),
            parameters: parameters.into_values().collect(),
            body: map.get("requestBody").map(|body| self.body(at, body)).transpose()?,
            answers: BTreeMap::new(),
        };
        for (status, response) in object(&format!("{at}/responses"), map.get("responses"))? {
            let at = format!("{at}/responses/{status}");
            let status_is_known = status == "default" || (status.len() == 3 && status.parse::<u16>().is_ok());
            ensure!(status_is_known, "{at}: neither a status of three digits nor `default`");
            one.answers.insert(status.clone(), self.answer_use(&at, response)?);
        }
        Ok(one)
    }

    fn open(&self, operation: &Map<String, Value>) -> bool {
        let demands = operation.get("security").or_else(|| self.document.get("security"));
        let demands = demands.and_then(Value::as_array).into_iter().flatten();
        let mut demands = demands.filter_map(Value::as_object).peekable();
        demands.peek().is_none() || demands.any(Map::is_empty)
    }

    fn parameters(&self, at: &str, map: &'a Map<String, Value>) -> anyhow::Result<Parameters> {
        let mut found = Parameters::new();
        for (nth, value) in map.get("parameters").and_then(Value::as_array).into_iter().flatten().enumerate()
        {
            let at = format!("{at}/parameters/{nth}");
            let map = self.resolve(&at, value, "parameters")?;
            let place = text(&at, map, "in")?;
            let Some(rank) = ["path", "query", "header", "cookie"].iter().position(|known| *known == place)
            else {
                bail!("{at}: `in` says {place}, which is no place for a parameter");
            };
            let name = text(&at, map, "name")?;
            let one = self.parameter(&format!("{at} ({name})"), map, (&place, &name))?;
            found.insert((rank, name), one);
        }
        Ok(found)
    }

    fn parameter(
        &self,
        at: &str,
        map: &Map<String, Value>,
        (place, name): (&str, &str),
    ) -> anyhow::Result<Parameter> {
        only(at, map, &["in", "name", "required", "schema", "style", "explode", "deprecated"])?;
        let schema = map.get("schema").with_context(|| format!("{at}: a parameter without a schema"))?;
        let mut shape = shape(&format!("{at}/schema"), schema, self.dialect)?;
        if let (Some(true), Some(shape)) = (flag(at, map, "deprecated")?, shape.as_object_mut()) {
            shape.insert("deprecated".to_owned(), Value::Bool(true));
        }
        Ok(Parameter {
            place: place.to_owned(),
            name: name.to_owned(),
            required: flag(at, map, "required")? == Some(true),
            style: map.get("style").and_then(Value::as_str).map(str::to_owned),
            explode: flag(at, map, "explode")?,
            shape,
        })
    }

    fn body(&self, at: &str, body: &'a Value) -> anyhow::Result<Body> {
        let at = format!("{at}/requestBody");
        let map = self.resolve(&at, body, "requestBodies")?;
        only(&at, map, &["content", "required"])?;
        Ok(Body { required: flag(&at, map, "required")? == Some(true), media: self.media(&at, map)? })
    }

    fn media(&self, at: &str, map: &Map<String, Value>) -> anyhow::Result<BTreeMap<String, Value>> {
        let mut found = BTreeMap::new();
        for (media, value) in map.get("content").and_then(Value::as_object).into_iter().flatten() {
            let at = format!("{at}/content/{media}");
            let map = object(&at, Some(value))?;
            only(&at, map, &["schema"])?;
            let schema = map.get("schema").unwrap_or(&Value::Bool(true));
            found.insert(media.clone(), shape(&format!("{at}/schema"), schema, self.dialect)?);
        }
        Ok(found)
    }

    fn answer_use(&self, at: &str, response: &'a Value) -> anyhow::Result<AnswerUse> {
        match response.get("$ref").and_then(Value::as_str) {
            None => Ok(AnswerUse::Own(self.answer(at, response)?)),
            Some(target) => {
                self.resolve(at, response, "responses")?;
                let name = target.rsplit('/').next().unwrap_or(target);
                Ok(AnswerUse::Named(name.to_owned()))
            }
        }
    }

    fn answer(&self, at: &str, response: &'a Value) -> anyhow::Result<Answer> {
        let map = object(at, Some(response))?;
        only(at, map, &["content", "headers"])?;
        let mut headers = Vec::new();
        for (name, header) in map.get("headers").and_then(Value::as_object).into_iter().flatten() {
            let at = format!("{at}/headers/{name}");
            let map = self.resolve(&at, header, "headers")?;
            headers.push(self.parameter(&at, map, ("header", name))?);
        }
        headers.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Answer { media: self.media(at, map)?, headers })
    }
}

/// By place and name, so that an operation's own parameter replaces the one of its path.
type Parameters = BTreeMap<(usize, String), Parameter>;

fn nothing_dangles(facts: &Facts) -> anyhow::Result<()> {
    let used = super::uses::all_references(facts);
    match used.iter().find(|name| !facts.shapes.contains_key(**name)) {
        Some(name) => bail!("a reference points to the shape {name}, which the document does not have"),
        None => Ok(()),
    }
}
