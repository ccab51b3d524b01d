//! The environment of a Hub worker: what its release wants to know, with the caller's answers laid over it.
//!
//! An empty answer is no answer. What nobody answers is left out, because an empty variable would hide the default of
//! the image; what must be answered and is not, is named.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::tool::container::Vars;

/// A variable as the config of a release describes it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wish {
    key: String,
    /// Fixed unless the caller says otherwise.
    #[serde(default)]
    value: Option<Value>,
    #[serde(default, deserialize_with = "lenient")]
    input: Input,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    #[serde(rename = "type", default, deserialize_with = "lenient")]
    kind: String,
    #[serde(default)]
    default: Option<Value>,
    #[serde(default, deserialize_with = "lenient")]
    required: bool,
    /// What the worker wants to read instead of `true`.
    #[serde(default)]
    true_value: Option<Value>,
    /// What the worker wants to read instead of `false`.
    #[serde(default)]
    false_value: Option<Value>,
}

fn lenient<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// The variables in the order of the release, the caller's own ones last; or the names of those that are missing.
pub(super) fn settle(wishes: &[Wish], mut given: Vars) -> Result<Vec<(String, String)>, Vec<String>> {
    given.retain(|_, value| !value.is_empty());
    let (mut env, mut missing) = (Vec::new(), Vec::new());
    for wish in wishes {
        let answer = given.remove(&wish.key).map(Value::String);
        match answer.as_ref().or_else(|| wish.preset()).map(|value| wish.input.spell(value)) {
            Some(value) if !value.is_empty() => env.push((wish.key.clone(), value)),
            // A switch may say nothing in one of its positions; that is an answer too.
            None | Some(_) if wish.input.required && answer.is_none() => missing.push(wish.key.clone()),
            None | Some(_) => (),
        }
    }
    env.extend(given);
    if missing.is_empty() { Ok(env) } else { Err(missing) }
}

impl Wish {
    fn preset(&self) -> Option<&Value> {
        let filled = |value: &&Value| !value.is_null();
        self.value.as_ref().filter(filled).or_else(|| self.input.default.as_ref().filter(filled))
    }
}

impl Input {
    /// A value as the worker wants to read it.
    fn spell(&self, value: &Value) -> String {
        if self.kind == "boolean" {
            let (plain, word) = match plain(value).to_lowercase().as_str() {
                "true" => ("true", &self.true_value),
                "false" => ("false", &self.false_value),
                _ => return plain(value),
            };
            return word.as_ref().map_or_else(|| plain.to_owned(), self::plain);
        }
        plain(value)
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn settled(wishes: &Value, given: &[(&str, &str)]) -> Result<Vec<(String, String)>, Vec<String>> {
        let wishes: Vec<Wish> = serde_json::from_value(wishes.clone()).unwrap();
        settle(&wishes, given.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    fn worker() -> Value {
        json!([
            { "key": "MODEL", "input": { "type": "string", "required": true } },
            { "key": "FLAG", "input": { "type": "boolean", "default": true, "trueValue": "1", "falseValue": "0" } },
            { "key": "N", "input": { "type": "number", "default": 7 } },
            { "key": "OPT", "input": { "type": "string" } },
            { "key": "PATH_OF_IT", "value": "/data" },
        ])
    }

    #[test]
    fn answers_win_over_presets_and_what_nobody_answers_is_left_out() {
        let env = settled(&worker(), &[("MODEL", "m"), ("N", ""), ("OPT", ""), ("MORE", "x"), ("VOID", "")]);
        assert_eq!(
            env.unwrap(),
            pairs(&[("MODEL", "m"), ("FLAG", "1"), ("N", "7"), ("PATH_OF_IT", "/data"), ("MORE", "x")])
        );
    }

    #[test]
    fn a_switch_is_spelled_as_the_worker_wants_it_whoever_sets_it() {
        for (given, spelled) in [("true", "1"), ("false", "0"), ("TRUE", "1"), ("1", "1"), ("maybe", "maybe")]
        {
            let env = settled(&worker(), &[("MODEL", "m"), ("FLAG", given)]).unwrap();
            assert_eq!(env[1], ("FLAG".to_owned(), spelled.to_owned()), "{given}");
        }
        let plain = json!([{ "key": "EAGER", "input": { "type": "boolean", "default": false } }]);
        assert_eq!(settled(&plain, &[]).unwrap(), pairs(&[("EAGER", "false")]));
        let silent =
            json!([{ "key": "S", "input": { "type": "boolean", "required": true, "falseValue": "" } }]);
        assert_eq!(settled(&silent, &[("S", "false")]).unwrap(), []);
    }

    #[test]
    fn every_missing_answer_is_named_and_an_empty_one_is_none() {
        let wishes = json!([
            { "key": "A", "input": { "required": true } },
            { "key": "B", "input": { "required": true, "default": "" } },
            { "key": "C", "input": { "required": true, "default": "c" } },
            { "key": "D", "input": null },
        ]);
        assert_eq!(settled(&wishes, &[("A", "")]).unwrap_err(), ["A", "B"]);
        assert_eq!(settled(&wishes, &[("A", "a"), ("B", "b")]).unwrap().len(), 3);
    }
}
