//! Whether a document fits the schema, and what it asks for once its variables have their values.
//!
//! As strict as a real server: unknown fields and arguments, wrong types, undeclared and unused variables, leaves
//! with a selection and objects without one are all refused. Otherwise a client's misspelling would go unnoticed.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::Problem;
use super::grammar::{Definition, Document, Field, FieldOf, Literal, Shape, Slot, Type, schema};

/// The schema of the contract.
#[expect(clippy::expect_used, reason = "the file is part of this crate, and a test reads it")]
pub(super) static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    Schema::read(include_str!("../../contract/graphql.sdl")).expect("the schema of the contract can be read")
});

/// Everything that can be asked for.
#[derive(Debug, Default)]
pub(super) struct Schema {
    objects: BTreeMap<String, Vec<FieldOf>>,
    inputs: BTreeMap<String, Vec<Slot>>,
    enums: BTreeMap<String, Vec<String>>,
}

/// A field that is asked for, with values for its arguments.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wanted {
    /// Under which name it is answered.
    pub(super) key: String,
    pub(super) name: String,
    pub(super) arguments: Map<String, Value>,
    pub(super) fields: Vec<Wanted>,
}

/// Gives the value of a variable that stands where a type is wanted; none for one that was left out.
type Variables<'f> = dyn FnMut(&str, &Type) -> Result<Option<Value>, Problem> + 'f;

impl Schema {
    fn read(text: &str) -> Result<Self, Problem> {
        let mut read = Self::default();
        for definition in schema(text)? {
            match definition {
                Definition::Object(name, fields) => drop(read.objects.insert(name, fields)),
                Definition::Input(name, slots) => drop(read.inputs.insert(name, slots)),
                Definition::Enum(name, words) => drop(read.enums.insert(name, words)),
            }
        }
        Ok(read)
    }

    /// The names of the fields that a document can begin with.
    pub(super) fn roots(&self) -> impl Iterator<Item = &str> {
        let roots = ["Query", "Mutation"].into_iter().filter_map(|root| self.objects.get(root));
        roots.flatten().map(|field| field.name.as_str())
    }

    /// What a document asks for.
    pub(super) fn ask(
        &self,
        document: &Document,
        given: &Map<String, Value>,
    ) -> Result<Vec<Wanted>, Problem> {
        let asking = Asking {
            schema: self,
            document,
            values: self.values(document, given)?,
            used: RefCell::default(),
        };
        let root = if document.mutates { "Mutation" } else { "Query" };
        let wanted = asking.selection(root, &document.fields)?;
        let used = asking.used.into_inner();
        match document.variables.iter().find(|variable| !used.contains(variable.name.as_str())) {
            None => Ok(wanted),
            Some(idle) => Err(Problem::invalid(format!("Variable \"${}\" is never used", idle.name))),
        }
    }

    /// The values of the variables that have one.
    fn values(
        &self,
        document: &Document,
        given: &Map<String, Value>,
    ) -> Result<BTreeMap<String, Value>, Problem> {
        let mut values = BTreeMap::new();
        for variable in &document.variables {
            let literal = given.get(&variable.name).map(lifted).or_else(|| variable.default.clone());
            let place = format!("${}", variable.name);
            match literal {
                Some(literal) => {
                    let none = &mut |name: &str, _: &Type| {
                        Err(Problem::invalid(format!("\"${name}\" has no place here")))
                    };
                    if let Some(value) = self.fit(&literal, (&variable.kind, &place), none)? {
                        values.insert(variable.name.clone(), value);
                    }
                }
                None if variable.kind.required => {
                    let text = format!(
                        "Variable \"{place}\" of required type \"{}\" was not provided",
                        variable.kind
                    );
                    return Err(Problem::invalid(text));
                }
                None => (),
            }
        }
        Ok(values)
    }

    /// A literal as a value of a type, or nothing where a variable has none.
    fn fit(
        &self,
        literal: &Literal,
        (kind, place): (&Type, &str),
        variable: &mut Variables<'_>,
    ) -> Result<Option<Value>, Problem> {
        let refuse = || Problem::invalid(format!("\"{place}\" must be of type \"{kind}\""));
        match (literal, &kind.shape) {
            (Literal::Variable(name), _) => match variable(name, kind)? {
                None | Some(Value::Null) if kind.required => Err(refuse()),
                value => Ok(value),
            },
            (Literal::Plain(Value::Null), _) => {
                if kind.required {
                    Err(refuse())
                } else {
                    Ok(Some(Value::Null))
                }
            }
            (Literal::List(items), Shape::List(of)) => {
                let fit = |item| Ok(self.fit(item, (of, place), variable)?.unwrap_or_default());
                items.iter().map(fit).collect::<Result<Vec<_>, _>>().map(|items| Some(items.into()))
            }
            // A single value stands for a list of one.
            (one, Shape::List(of)) => Ok(self.fit(one, (of, place), variable)?.map(|one| vec![one].into())),
            (literal, Shape::Named(name)) => match (self.inputs.get(name), literal) {
                (Some(slots), Literal::Object(members)) => {
                    self.fit_members(slots, members, (place, variable)).map(|map| Some(map.into()))
                }
                _ => self.fit_leaf(name, literal).map(Some).ok_or_else(refuse),
            },
        }
    }

    fn fit_members(
        &self,
        slots: &[Slot],
        members: &[(String, Literal)],
        (place, variable): (&str, &mut Variables<'_>),
    ) -> Result<Map<String, Value>, Problem> {
        let mut map = Map::new();
        for (name, literal) in members {
            let unknown = || Problem::invalid(format!("\"{place}\" has no field or argument \"{name}\""));
            let slot = slots.iter().find(|slot| slot.name == *name).ok_or_else(unknown)?;
            let inner = format!("{place}.{name}");
            if let Some(value) = self.fit(literal, (&slot.kind, &inner), variable)? {
                map.insert(name.clone(), value);
            }
        }
        match slots.iter().find(|slot| slot.kind.required && !map.contains_key(&slot.name)) {
            None => Ok(map),
            Some(Slot { name, kind }) => {
                Err(Problem::invalid(format!("\"{place}\" needs \"{name}\" of type \"{kind}\"")))
            }
        }
    }

    fn fit_leaf(&self, kind: &str, literal: &Literal) -> Option<Value> {
        match (self.enums.get(kind), literal) {
            (Some(words), Literal::Word(word)) if words.contains(word) => Some(word.as_str().into()),
            (None, Literal::Plain(value)) => {
                let fits = match kind {
                    "String" => value.is_string(),
                    "Int" => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
                    "Float" => value.is_number(),
                    "Boolean" => value.is_boolean(),
                    _ => false,
                };
                fits.then(|| value.clone())
            }
            // Outside the document, in JSON, the word of an enum is a text.
            (Some(words), Literal::Plain(Value::String(word))) if words.contains(word) => {
                Some(word.as_str().into())
            }
            _ => None,
        }
    }
}

/// One document on its way through the schema.
struct Asking<'a> {
    schema: &'a Schema,
    document: &'a Document,
    values: BTreeMap<String, Value>,
    used: RefCell<BTreeSet<String>>,
}

impl Asking<'_> {
    fn selection(&self, object: &str, fields: &[Field]) -> Result<Vec<Wanted>, Problem> {
        fields.iter().map(|field| self.field(object, field)).collect()
    }

    fn field(&self, object: &str, field: &Field) -> Result<Wanted, Problem> {
        let Field { alias, name, arguments, fields } = field;
        let known = self.schema.objects.get(object).into_iter().flatten().find(|known| known.name == *name);
        let unknown = || Problem::invalid(format!("Cannot query field \"{name}\" on type \"{object}\""));
        let known = known.ok_or_else(unknown)?;
        let variable = &mut |name: &str, kind: &Type| self.value_of(name, kind);
        let arguments = self.schema.fit_members(&known.arguments, arguments, (name, variable))?;
        let inner = leaf_of(&known.kind);
        let fields = match (self.schema.objects.contains_key(inner), fields.is_empty()) {
            (true, false) => self.selection(inner, fields)?,
            (false, true) => Vec::new(),
            (true, true) => {
                let text =
                    format!("Field \"{name}\" of type \"{}\" must have a selection of subfields", known.kind);
                return Err(Problem::invalid(text));
            }
            (false, false) => {
                let text = format!("Field \"{name}\" of type \"{}\" has no subfields", known.kind);
                return Err(Problem::invalid(text));
            }
        };
        let key = alias.as_ref().unwrap_or(name).clone();
        Ok(Wanted { key, name: name.clone(), arguments, fields })
    }

    fn value_of(&self, name: &str, kind: &Type) -> Result<Option<Value>, Problem> {
        let declared = self.document.variables.iter().find(|variable| variable.name == name);
        let undefined = || Problem::invalid(format!("Variable \"${name}\" is not defined"));
        let declared = declared.ok_or_else(undefined)?;
        let defaulted =
            declared.default.as_ref().is_some_and(|default| *default != Literal::Plain(Value::Null));
        if !may_stand(&declared.kind, kind, defaulted) {
            let text = format!(
                "Variable \"${name}\" of type \"{}\" used in position expecting type \"{kind}\"",
                declared.kind
            );
            return Err(Problem::invalid(text));
        }
        self.used.borrow_mut().insert(name.to_owned());
        Ok(self.values.get(name).cloned())
    }
}

/// Whether a variable of a type may stand where another type is expected (GraphQL October 2021, section 5.8.5).
fn may_stand(variable: &Type, place: &Type, defaulted: bool) -> bool {
    (variable.required || defaulted || !place.required)
        && match (&variable.shape, &place.shape) {
            (Shape::Named(one), Shape::Named(other)) => one == other,
            (Shape::List(one), Shape::List(other)) => may_stand(one, other, false),
            _ => false,
        }
}

fn leaf_of(kind: &Type) -> &str {
    match &kind.shape {
        Shape::Named(name) => name,
        Shape::List(of) => leaf_of(of),
    }
}

/// A value of JSON as if it stood in the document.
fn lifted(value: &Value) -> Literal {
    match value {
        Value::Array(items) => Literal::List(items.iter().map(lifted).collect()),
        Value::Object(members) => {
            Literal::Object(members.iter().map(|(name, value)| (name.clone(), lifted(value))).collect())
        }
        plain => Literal::Plain(plain.clone()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::graphql::grammar::document;

    fn ask(text: &str, variables: &Value) -> Result<Vec<Wanted>, Problem> {
        SCHEMA.ask(&document(text)?, variables.as_object().unwrap())
    }

    #[test]
    fn every_type_that_the_schema_names_is_defined() {
        let kinds = SCHEMA
            .objects
            .values()
            .flatten()
            .flat_map(|field| field.arguments.iter().map(|slot| &slot.kind).chain([&field.kind]));
        let kinds = kinds.chain(SCHEMA.inputs.values().flatten().map(|slot| &slot.kind));
        for kind in kinds {
            let name = leaf_of(kind);
            let known = ["String", "Int", "Float", "Boolean"].contains(&name)
                || SCHEMA.objects.contains_key(name)
                || SCHEMA.inputs.contains_key(name)
                || SCHEMA.enums.contains_key(name);
            assert!(known, "{name}");
        }
    }

    #[test]
    fn variables_become_values_of_the_arguments() {
        let text = "query($in: GpuLowestPriceInput!) { gpuTypes { id best: lowestPrice(input: $in) { stockStatus } } }";
        let wanted = ask(text, &json!({"in": {"gpuCount": 2, "allowedCudaVersions": "12.8"}})).unwrap();
        let best = &wanted[0].fields[1];
        assert_eq!((best.key.as_str(), best.name.as_str()), ("best", "lowestPrice"));
        assert_eq!(best.arguments["input"], json!({"gpuCount": 2, "allowedCudaVersions": ["12.8"]}));
        let text = "query($n: Int!) { gpuTypes { lowestPrice(input: {gpuCount: $n}) { stockStatus } } }";
        assert_eq!(
            ask(text, &json!({"n": 3})).unwrap()[0].fields[0].arguments["input"],
            json!({"gpuCount": 3})
        );
    }

    #[test]
    fn what_does_not_fit_is_named() {
        for (text, variables, words) in [
            ("{ gpuTypez { id } }", json!({}), "Cannot query field \"gpuTypez\" on type \"Query\""),
            ("mutation { gpuTypes { id } }", json!({}), "on type \"Mutation\""),
            ("{ gpuTypes { idd } }", json!({}), "Cannot query field \"idd\" on type \"GpuType\""),
            ("{ gpuTypes }", json!({}), "must have a selection"),
            ("{ gpuTypes { id { x } } }", json!({}), "has no subfields"),
            ("{ listings { id } }", json!({}), "needs \"input\""),
            ("{ listings(input: {of: 1}) { id } }", json!({}), "no field or argument \"of\""),
            ("{ listings(input: {limit: \"1\"}) { id } }", json!({}), "must be of type \"Int\""),
            ("query($x: Int) { gpuTypes { id } }", json!({}), "\"$x\" is never used"),
            ("{ listings(input: {limit: $x}) { id } }", json!({}), "\"$x\" is not defined"),
            (
                "query($x: String) { listings(input: {limit: $x}) { id } }",
                json!({}),
                "expecting type \"Int\"",
            ),
            ("query($x: Int!) { listings(input: {limit: $x}) { id } }", json!({}), "was not provided"),
            (
                "query($x: Int!) { listings(input: {limit: $x}) { id } }",
                json!({"x": null}),
                "must be of type \"Int!\"",
            ),
            ("query($x: ListingsInput) { listings(input: $x) { id } }", json!({"x": {}}), "expecting type"),
            (
                "mutation($x: EndpointInput!) { saveEndpoint(input: $x) { id } }",
                json!({"x": {"networkVolumeIds": [{"networkVolumeId": "v", "dataCenterId": "d"}]}}),
                "no field or argument \"dataCenterId\"",
            ),
            (
                "mutation($x: EndpointInput!) { saveEndpoint(input: $x) { id } }",
                json!({"x": {"flashBootType": "FAST"}}),
                "must be of type \"FlashBootType\"",
            ),
        ] {
            let problem = ask(text, &variables).unwrap_err();
            assert!(problem.text.contains(words), "{text}: {}", problem.text);
        }
    }
}
