//! Reading views: what is null or absent is the default, so that only an id is ever required.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};

use crate::container::PersistentMount;

/// Null reads as the default, like an absent field.
pub(crate) fn lenient<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// A text, taken where it lies if it is written there as it is. Nothing when it is null.
pub(crate) fn lent<'de: 'a, 'a, D: Deserializer<'de>>(from: D) -> Result<Option<Cow<'a, str>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(transparent)]
    struct Lent<'a>(#[serde(borrow)] Cow<'a, str>);

    Ok(Option::<Lent<'_>>::deserialize(from)?.map(|Lent(text)| text))
}

/// The volume of the machine as REST v1 says it: nothing when there is none, or none of any size.
pub(crate) fn own_volume(size: Option<u32>, path: Option<&str>) -> Option<PersistentMount> {
    let size = size.filter(|size| *size > 0)?;
    Some(PersistentMount { size, path: path.unwrap_or_default().to_owned() })
}
