//! What is different in a file, as a person reads it, without secrets.

use std::collections::BTreeSet;
use std::path::Path;

use similar::TextDiff;

use crate::install::edit::{Dialect, everything};
use crate::install::secret;

/// Lines around a change.
const AROUND: usize = 3;

/// A unified difference. The secrets of both texts are hidden, those of other entries too.
pub(super) fn shown(path: &Path, old: &[u8], new: &str, dialect: Dialect) -> String {
    let old = String::from_utf8_lossy(old);
    let name = path.display().to_string();
    let difference = TextDiff::from_lines(&*old, new);
    let text = difference.unified_diff().context_radius(AROUND).header(&name, &name).to_string();
    let mut hidden = BTreeSet::new();
    for side in [&*old, new] {
        hidden.extend(everything(side, dialect).map(|value| secret::secrets(&value)).unwrap_or_default());
    }
    secret::without(&text, &hidden)
}
