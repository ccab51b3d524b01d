//! MCP over HTTP, over real sockets: what is answered, and what is refused.

mod eras;
