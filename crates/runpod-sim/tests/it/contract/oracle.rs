//! A second validator judges the same values: the verdicts must agree (ADR 0003).

use std::cell::{Cell, RefCell};

use jsonschema::{Draft, Validator};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use runpod_sim::contract::{self, Contract};
use serde_json::{Map, Value, json};

/// Values per shape; each is judged as it came, three times with one change and once with three.
const CASES: u32 = 32;

fn oracle(contract: &Contract, name: &str) -> Validator {
    let mut schema = contract.document().clone();
    schema["$ref"] = json!(format!("#/$defs/{name}"));
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .offline()
        .build(&schema)
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn both_validators_agree_on_every_shape() {
    let (fit, unfit) = (Cell::new(0), Cell::new(0));
    for contract in [contract::v1(), contract::v2()] {
        for name in contract.shape_names() {
            let oracle = oracle(contract, name);
            let judge = |value: &Value| {
                let said = contract.check_shape(name, value);
                let fits = oracle.is_valid(value);
                assert_eq!(said.is_empty(), fits, "{name}: we say {said:?} about {value}");
                let count = if fits { &fit } else { &unfit };
                count.set(count.get() + 1);
            };
            let mut runner =
                TestRunner::new(Config { cases: CASES, failure_persistence: None, ..Config::default() });
            runner
                .run(&any::<u64>(), |seed| {
                    let dice = Dice(Cell::new(seed));
                    let value = Maker { contract, dice: &dice }.value(contract.shape(name).unwrap(), 0);
                    judge(&value);
                    for changes in [1, 1, 1, 3] {
                        let mut value = value.clone();
                        (0..changes).for_each(|_| spoil(&mut value, &dice));
                        judge(&value);
                    }
                    Ok(())
                })
                .unwrap_or_else(|error| panic!("{error}"));
        }
    }
    // A test that only ever saw one kind would prove nothing.
    assert!(fit.get() * 5 > unfit.get() && unfit.get() * 5 > fit.get(), "{fit:?} fit, {unfit:?} did not");
}

/// A closed object with an unknown key is told so by name, whatever else is wrong with it, and no key that the
/// contract knows is ever called unknown beside a real problem.
#[test]
fn unknown_keys_are_named_and_known_ones_are_not() {
    let closed: [(&str, Vec<&str>); 3] = ["createPod", "createEndpoint", "updateTemplate"].map(|id| {
        let op = contract::v2().operation(id).unwrap();
        let fields = op.request_fields().iter().map(String::as_str).filter(|field| !field.contains('.'));
        (op.body().unwrap().media()[0].shape().unwrap(), fields.collect())
    });
    let seen = RefCell::new(0);
    let mut runner = TestRunner::new(Config { cases: 200, failure_persistence: None, ..Config::default() });
    runner
        .run(&any::<u64>(), |seed| {
            let dice = Dice(Cell::new(seed));
            let (name, fields) = &closed[dice.below(3)];
            let mut value =
                Maker { contract: contract::v2(), dice: &dice }.value(contract::v2().shape(name).unwrap(), 0);
            (0..dice.below(3)).for_each(|_| spoil(&mut value, &dice));
            let Some(members) = value.as_object_mut() else { return Ok(()) };
            members.insert("zzz".to_owned(), json!(1));
            let said = contract::v2().check_shape(name, &value);
            let unknown =
                said.iter().find(|one| one.at == "$" && one.text.starts_with("additional properties"));
            let text = unknown.map_or("", |one| &one.text);
            prop_assert!(text.contains("'zzz'"), "{:?} about {}", said, value);
            prop_assert!(fields.iter().all(|field| !text.contains(&format!("'{field}'"))), "{}", text);
            *seen.borrow_mut() += 1;
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
    assert!(*seen.borrow() > 100);
}

/// Numbers from a seed, so that a failure can be told by its value alone.
struct Dice(Cell<u64>);

impl Dice {
    fn roll(&self) -> u64 {
        // SplitMix64.
        let state = self.0.get().wrapping_add(0x9E37_79B9_7F4A_7C15);
        self.0.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&self, end: usize) -> usize {
        usize::try_from(self.roll() % u64::try_from(end.max(1)).unwrap()).unwrap()
    }

    fn one<'a, T>(&self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// Texts that meet and miss the patterns, formats and lengths of the contracts.
const TEXTS: [&str; 20] = [
    "",
    "a",
    "NVIDIA L4",
    "12.4",
    "12",
    "12.4.1",
    "US",
    "us",
    "-x",
    " y",
    "ssh-ed25519 AAAA me",
    "ssh-rsa",
    "RUNPOD_KEY",
    "a-b/c.d",
    "1a",
    "2026-08-01T00:00:00Z",
    "2026-08-01T00:00:00.123+02:00",
    "https://a.example/b?c=d",
    "10.0.0.1",
    "LOAD_BALANCER",
];

/// Makes values that mostly fit.
struct Maker<'a> {
    contract: &'a Contract,
    dice: &'a Dice,
}

impl Maker<'_> {
    fn value(&self, shape: &Value, depth: usize) -> Value {
        if let Some(name) = shape["$ref"].as_str() {
            return self.value(self.contract.shape(name.trim_start_matches("#/$defs/")).unwrap(), depth + 1);
        }
        if let Some(values) = shape["enum"].as_array() {
            return self.dice.one(values).clone();
        }
        for choice in ["anyOf", "oneOf"] {
            if let Some(branches) = shape[choice].as_array() {
                return self.value(self.dice.one(branches), depth + 1);
            }
        }
        let base = self.typed(shape, depth);
        let parts = shape["allOf"].as_array().map_or(&[][..], Vec::as_slice);
        parts
            .iter()
            .filter(|part| part.get("if").is_none())
            .fold(base, |base, part| merge(base, self.value(part, depth + 1)))
    }

    fn typed(&self, shape: &Value, depth: usize) -> Value {
        let name = match &shape["type"] {
            Value::Array(names) => self.dice.one(names).as_str().unwrap(),
            Value::String(name) => name,
            _ if shape.get("properties").is_some() => "object",
            _ if shape.get("allOf").is_some() => return Value::Null,
            _ => self.dice.one(&["string", "integer", "boolean", "null"]),
        };
        match name {
            "object" => Value::Object(self.object(shape, depth)),
            "array" => {
                let least = usize::try_from(shape["minItems"].as_u64().unwrap_or(0)).unwrap();
                (0..least + self.dice.below(3)).map(|_| self.value(&shape["items"], depth + 1)).collect()
            }
            "integer" | "number" => self.number(shape, name == "number"),
            "boolean" => json!(self.dice.below(2) == 0),
            "string" => self.text(shape),
            _ => Value::Null,
        }
    }

    fn object(&self, shape: &Value, depth: usize) -> Map<String, Value> {
        let required =
            |name: &String| shape["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name));
        let mut made = Map::new();
        for (name, part) in shape["properties"].as_object().into_iter().flatten() {
            if required(name) || (depth < 8 && self.dice.below(3) > 0) {
                made.insert(name.clone(), self.value(part, depth + 1));
            }
        }
        if let Some(others) = shape.get("additionalProperties").filter(|others| others.is_object()) {
            made.insert("OTHER".to_owned(), self.value(others, depth + 1));
        }
        made
    }

    fn number(&self, shape: &Value, fraction: bool) -> Value {
        let least = shape["minimum"].as_f64().unwrap_or(0.0);
        let most = shape["maximum"].as_f64().unwrap_or(least + 40.0);
        let steps = f64::from(u32::try_from(self.dice.below(100)).unwrap()) / 99.0;
        let value = least + (most - least) * steps;
        if fraction { json!(value) } else { json!(value.ceil() as i64) }
    }

    fn text(&self, shape: &Value) -> Value {
        let text = match shape["format"].as_str() {
            Some("date-time") => "2026-08-01T00:00:00Z",
            Some("uri") => "https://a.example/b?c=d",
            Some("ipv4") => "10.0.0.1",
            _ if shape.get("pattern").is_some() => {
                *self.dice.one(&["12.4", "US", "ssh-ed25519 AAAA me", "RUNPOD_KEY", "12"])
            }
            _ => *self.dice.one(&TEXTS[1..]),
        };
        json!(text)
    }
}

fn merge(one: Value, other: Value) -> Value {
    match (one, other) {
        (Value::Object(mut one), Value::Object(other)) => {
            one.extend(other);
            Value::Object(one)
        }
        (Value::Null, other) => other,
        (one, _) => one,
    }
}

/// Changes one place: another value, a key less, a key more, a key twice, an item twice.
fn spoil(value: &mut Value, dice: &Dice) {
    let deeper = dice.below(3) > 0;
    match value {
        Value::Object(members) if deeper && !members.is_empty() => {
            let nth = dice.below(members.len());
            spoil(members.values_mut().nth(nth).unwrap(), dice);
        }
        Value::Array(items) if deeper && !items.is_empty() => {
            let nth = dice.below(items.len());
            spoil(&mut items[nth], dice);
        }
        Value::Object(members) if dice.below(4) > 0 => {
            let names: Vec<_> = members.keys().cloned().collect();
            match names.get(dice.below(names.len() + 1)) {
                Some(name) if dice.below(2) == 0 => {
                    members.remove(name);
                }
                Some(name) => {
                    let moved = members.remove(name).unwrap();
                    members.insert(format!("{name}X"), moved);
                }
                None => {
                    let names = ["zzz", "templateId", "excludedTypes", "type", "cpu"];
                    members.insert((*dice.one(&names)).to_owned(), junk(dice));
                }
            }
        }
        Value::Array(items) if dice.below(3) == 0 => items.clear(),
        Value::Array(items) if dice.below(4) > 0 => {
            let more = items.first().cloned().unwrap_or_else(|| junk(dice));
            items.push(more);
        }
        Value::String(text) if dice.below(3) == 0 => {
            *text = if dice.below(2) == 0 { String::new() } else { "a".repeat(200) };
        }
        other => *other = junk(dice),
    }
}

fn junk(dice: &Dice) -> Value {
    match dice.below(5) {
        0 => json!(*dice.one(&TEXTS)),
        1 => dice
            .one(&[json!(0), json!(-1), json!(1), json!(1.5), json!(50.0), json!(5000), json!(u64::MAX)])
            .clone(),
        2 => dice.one(&[json!([]), json!({}), json!(["a", "a"]), json!({ "type": "QUEUE_DELAY" })]).clone(),
        3 => json!(dice.below(2) == 0),
        _ => Value::Null,
    }
}
