//! Arguments that are one of a closed set of words, spelled as the API spells them.

use std::borrow::Cow;

use runpod_api::Word;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

/// One word of a set. The set is the client's, so that a word the API gains is written down once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pick<W>(pub(crate) W);

impl<'de, W: Word> Deserialize<'de> for Pick<W> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<'_, str>::deserialize(from)?;
        W::parse(&text).map(Self).ok_or_else(|| {
            let words: Vec<_> = W::ALL.iter().map(|word| word.as_str()).collect();
            serde::de::Error::custom(format!("must be one of {}", words.join(", ")))
        })
    }
}

impl<W: Word> JsonSchema for Pick<W> {
    fn schema_name() -> Cow<'static, str> {
        std::any::type_name::<W>().into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<_> = W::ALL.iter().map(|word| word.as_str()).collect();
        json_schema!({"type": "string", "enum": words})
    }
}
