//! What the programs that compare servers share: a host that answers, the twin, and pictures.

pub mod plot;
pub mod stub;
pub mod twin;
mod wire;
