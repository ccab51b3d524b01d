//! What the programs that compare servers share: a host that answers, the twin, a connection, and pictures.

pub mod plot;
pub mod stub;
pub mod twin;
pub mod wire;
