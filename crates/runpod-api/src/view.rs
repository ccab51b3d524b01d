//! Reading views: what is null or absent is the default, so that only an id is ever required.

use serde::{Deserialize, Deserializer};

/// Null reads as the default, like an absent field.
pub(crate) fn lenient<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(from)?.unwrap_or_default())
}
