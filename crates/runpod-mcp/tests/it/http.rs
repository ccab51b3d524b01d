//! MCP over HTTP, over real sockets: what is answered, and what is refused.

mod binary;
mod eras;
mod hostile;
pub(crate) mod keys;
mod limits;
mod rates;
mod refusals;
mod streams;
mod toolsets;
