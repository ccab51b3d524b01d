//! Chores of this repository: `cargo xtask <chore>`. One file each; none depends on a crate of the workspace.

#![expect(clippy::print_stdout, reason = "a chore talks to the person who typed it")]

mod contract;
mod docs;
mod oauth_e2e;
mod package;
mod smoke;

use clap::Parser;

/// Chores of this repository
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
enum Chore {
    #[command(subcommand)]
    Contract(contract::Contract),
    Docs(docs::Docs),
    #[command(subcommand)]
    Package(package::Package),
    OauthE2e(oauth_e2e::OauthE2e),
    Smoke(smoke::Smoke),
}

fn main() -> anyhow::Result<()> {
    match Chore::parse() {
        Chore::Contract(chore) => contract::run(&chore),
        Chore::Docs(chore) => docs::run(&chore),
        Chore::Package(chore) => package::run(&chore),
        Chore::OauthE2e(chore) => oauth_e2e::run(&chore),
        Chore::Smoke(chore) => smoke::run(&chore),
    }
}
