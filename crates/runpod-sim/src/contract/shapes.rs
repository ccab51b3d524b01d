//! The shapes as one JSON Schema document, and one validator for each that is asked for.
//!
//! A validator is built when its shape is first checked and then shared: a place that only refers to a shape
//! shares that shape's, and equal shapes written in place share one.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::OnceLock,
};

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::{Map, Value, json};

use super::{Problem, facts::DEFS, uri, wording};

const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Base of the addresses inside validators; nothing is ever fetched.
const BASE: &str = "urn:runpod:contract";

/// Number of a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot(usize);

#[derive(Debug)]
pub(super) struct Shapes {
    document: Value,
    list: Vec<Shape>,
    slots: HashMap<String, Slot>,
    /// In-place shapes by their text.
    inline: HashMap<String, Slot>,
}

#[derive(Debug)]
struct Shape {
    name: String,
    validator: OnceLock<Result<Validator, String>>,
}

struct Validator {
    schemas: Schemas,
    root: SchemaIndex,
}

impl std::fmt::Debug for Validator {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Validator({} schemas)", self.schemas.size())
    }
}

impl Shapes {
    pub(super) fn new(shapes: &BTreeMap<String, Value>) -> Self {
        let defs = Map::new();
        let document = json!({ "$schema": DRAFT, "$defs": defs });
        let mut all = Self { document, list: Vec::new(), slots: HashMap::new(), inline: HashMap::new() };
        for (name, shape) in shapes {
            all.add(name, shape.clone());
        }
        all
    }

    /// The number of a shape: that of the shape it refers to, that of its equal, or a new one.
    pub(super) fn intern(&mut self, owner: &str, shape: &Value) -> Slot {
        if let Some(slot) = self.bare_reference(shape).and_then(|name| self.slot(name)) {
            return slot;
        }
        let text = shape.to_string();
        if let Some(slot) = self.inline.get(&text) {
            return *slot;
        }
        let safe = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
        let mut name: String = owner.chars().map(safe).collect();
        while self.slots.contains_key(&name) {
            name.push('-');
        }
        let slot = self.add(&name, shape.clone());
        self.inline.insert(text, slot);
        slot
    }

    pub(super) fn slot(&self, name: &str) -> Option<Slot> {
        self.slots.get(name).copied()
    }

    pub(super) fn name(&self, slot: Slot) -> &str {
        self.list.get(slot.0).map_or("", |shape| &shape.name)
    }

    pub(super) fn document(&self) -> &Value {
        &self.document
    }

    /// The schema of a slot.
    pub(super) fn schema(&self, slot: Slot) -> &Value {
        self.by_name(self.name(slot))
    }

    /// The schema behind a reference; `null`, which demands nothing, where there is none.
    pub(super) fn target(&self, reference: &str) -> &Value {
        self.by_name(reference.strip_prefix(DEFS).unwrap_or(reference))
    }

    /// The schema that a validator's error speaks of, by its address.
    pub(super) fn located(&self, address: &str) -> Option<&Value> {
        let (_, fragment) = address.split_once('#')?;
        let pointer = percent_encoding::percent_decode_str(fragment).decode_utf8().ok()?;
        self.document.pointer(&pointer)
    }

    /// What is wrong with the value.
    pub(super) fn check(&self, slot: Slot, value: &Value) -> Vec<Problem> {
        let Some(shape) = self.list.get(slot.0) else { return Vec::new() };
        match shape.validator.get_or_init(|| self.compile(&shape.name)) {
            Ok(validator) => match validator.schemas.validate(value, validator.root) {
                Ok(()) => Vec::new(),
                Err(error) => wording::problems(self, value, &error),
            },
            Err(why) => vec![Problem::new("$", format!("the shape {} cannot be used: {why}", shape.name))],
        }
    }

    fn compile(&self, name: &str) -> Result<Validator, String> {
        let mut schemas = Schemas::new();
        let mut compiler = Compiler::new();
        compiler.enable_format_assertions();
        compiler.register_format(uri::FORMAT);
        compiler.add_resource(BASE, self.excerpt(name)).map_err(|error| error.to_string())?;
        let at = format!("{BASE}{DEFS}{name}");
        let root = compiler.compile(&at, &mut schemas).map_err(|error| format!("{error:#}"))?;
        Ok(Validator { schemas, root })
    }

    /// The document, cut down to what one shape reaches, at the same addresses.
    fn excerpt(&self, name: &str) -> Value {
        let mut open = vec![name];
        let mut found = BTreeSet::new();
        while let Some(name) = open.pop() {
            if found.insert(name) {
                references(self.by_name(name), &mut open);
            }
        }
        let defs: Map<_, _> =
            found.into_iter().map(|name| (name.to_owned(), self.by_name(name).clone())).collect();
        json!({ "$schema": DRAFT, "$defs": defs })
    }

    fn by_name(&self, name: &str) -> &Value {
        self.document.get("$defs").and_then(|defs| defs.get(name)).unwrap_or(&Value::Null)
    }

    fn add(&mut self, name: &str, shape: Value) -> Slot {
        let slot = Slot(self.list.len());
        self.list.push(Shape { name: name.to_owned(), validator: OnceLock::new() });
        self.slots.insert(name.to_owned(), slot);
        if let Some(Value::Object(defs)) = self.document.get_mut("$defs") {
            defs.insert(name.to_owned(), shape);
        }
        slot
    }

    /// The name at the end of a chain of shapes that are nothing but a reference.
    fn bare_reference<'a>(&'a self, shape: &'a Value) -> Option<&'a str> {
        let mut name = None;
        let mut shape = shape;
        // A circle of bare references would have no end; no contract is deeper than this.
        for _ in 0..16 {
            let Some(target) = shape.as_object().filter(|map| map.len() == 1).and_then(|map| map.get("$ref"))
            else {
                break;
            };
            let target = target.as_str()?.strip_prefix(DEFS)?;
            name = Some(target);
            shape = self.by_name(target);
        }
        name
    }
}

fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Array(all) => all.iter().for_each(|one| references(one, found)),
        Value::Object(map) => {
            found.extend(map.get("$ref").and_then(Value::as_str).and_then(|to| to.strip_prefix(DEFS)));
            map.values().for_each(|one| references(one, found));
        }
        _ => {}
    }
}
