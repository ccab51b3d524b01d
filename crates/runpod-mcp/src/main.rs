//! The binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    runpod_mcp::cli::main()
}
