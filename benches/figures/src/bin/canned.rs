//! The floor: a process that answers one line with a fixed `initialize` reply and leaves at the end of its input.
//!
//! Whatever a server needs beyond this is its own doing; what is below it (exec, loader, pipes) nobody can save.

use std::io::{BufRead, Write};

/// About as long as a real reply with instructions; the request is not even parsed.
const REPLY: &str = concat!(
    r#"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"#,
    r#""serverInfo":{"name":"canned","version":"0"},"instructions":""#,
    "................................................................................................................",
    "................................................................................................................",
    "................................................................................................................",
    "................................................................................................................",
    r#""}}"#,
    "\n"
);

fn main() -> std::io::Result<()> {
    let mut input = std::io::stdin().lock();
    let mut line = String::new();
    input.read_line(&mut line)?;
    std::io::stdout().write_all(REPLY.as_bytes())?;
    std::io::stdout().flush()?;
    std::io::copy(&mut input, &mut std::io::sink()).map(|_| ())
}
