//! The clients that are known. One more is a file here and a line in the list.

mod amp;
mod antigravity;
mod claude_code;
mod claude_desktop;
mod cline;
mod codex;
mod continue_dev;
mod copilot_cli;
mod cursor;
mod gemini_cli;
mod goose;
mod junie;
mod kiro;
mod lm_studio;
mod opencode;
mod qwen_code;
mod visual_studio;
mod vscode;
mod vscode_insiders;
mod warp;
mod windsurf;
mod zed;

use super::client::Client;

/// Every client, in the order in which they are shown.
pub static CLIENTS: &[Client] = &[
    claude_code::CLIENT,
    claude_desktop::CLIENT,
    cursor::CLIENT,
    windsurf::CLIENT,
    vscode::CLIENT,
    vscode_insiders::CLIENT,
    codex::CLIENT,
    gemini_cli::CLIENT,
    antigravity::CLIENT,
    zed::CLIENT,
    cline::CLIENT,
    opencode::CLIENT,
    goose::CLIENT,
    copilot_cli::CLIENT,
    junie::CLIENT,
    kiro::CLIENT,
    amp::CLIENT,
    lm_studio::CLIENT,
    continue_dev::CLIENT,
    visual_studio::CLIENT,
    warp::CLIENT,
    qwen_code::CLIENT,
];

/// The client of this word.
#[must_use]
pub fn find(id: &str) -> Option<&'static Client> {
    CLIENTS.iter().find(|client| client.id == id)
}
