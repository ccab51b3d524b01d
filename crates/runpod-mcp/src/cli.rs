//! The command line: reads arguments, environment and files, owns exit codes, and is the only place that prints.
//!
//! stdout carries data or protocol, stderr what is said to a person. Exit code 0 is success, 1 a failure, 2 a
//! command that cannot be understood. Whoever stops reading our stdout did nothing wrong.

mod bridge;
mod call;
mod completions;
mod config_edit;
mod connect;
mod deferred;
#[cfg(feature = "sandbox")]
mod demo;
mod describe;
mod doctor;
mod flags;
mod healthcheck;
mod install;
mod links;
mod log;
mod login;
mod out;
mod probe;
mod progress;
#[cfg(feature = "sandbox")]
mod sandbox;
mod serve;
mod tools;
mod typed;

use std::ffi::OsString;
use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{Config, Env, Problems};
use deferred::Deferred;
use flags::Flags;

/// Run a Runpod account from any MCP client
///
/// Without a verb, runpod-mcp is an MCP server on stdin and stdout, which is how clients start it.
#[derive(Debug, Default, Parser)]
#[command(
    name = "runpod-mcp",
    bin_name = "runpod-mcp",
    version,
    disable_help_subcommand = true,
    max_term_width = 100,
    after_help = AFTER,
)]
struct Cli {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    verb: Option<Verb>,
}

const AFTER: &str = "\
Each setting is a flag, an environment variable and a key in the configuration file, in this order:
--read-only, RUNPOD_MCP_READ_ONLY=true, read-only = true. --print-config shows what holds and why.
The account key: RUNPOD_API_KEY, else what `login` kept, else runpodctl's ~/.runpod/config.toml.";

#[derive(Debug, Subcommand)]
enum Verb {
    /// Answer an MCP client over stdin and stdout (what happens without a verb), or many over HTTP
    Serve(Deferred<serve::ServeArgs>),
    /// Call one tool and print its answer as JSON
    ///
    /// Exit code 1 is an answer that says what went wrong, 2 a call that could not be made.
    Call(Deferred<call::CallArgs>),
    /// List the tools that a client would be offered, one line each
    Tools(Deferred<tools::ToolsArgs>),
    /// Show the whole way on the imitation of Runpod: rent a GPU, deploy, see the bill, clean up
    #[cfg(feature = "sandbox")]
    Demo(Deferred<demo::DemoArgs>),
    /// Run the imitation of Runpod alone, for any Runpod client
    ///
    /// Prints the lines that point a client at it, then serves until it is interrupted. What happens in it is forgotten.
    #[cfg(feature = "sandbox")]
    Sandbox(Deferred<sandbox::SandboxArgs>),
    /// Make this server known to MCP clients
    ///
    /// On a terminal it asks what is not said. Exit code 0: all done; 1: a client was refused or failed; 2: not understood;
    /// 3: the key is rejected; 4: no client is selected or found; 130: cancelled.
    Add(Box<Deferred<install::add::AddArgs>>),
    /// Take the entry out of the files of MCP clients
    ///
    /// On a terminal it asks which. Exit codes are those of `add`.
    Remove(Deferred<install::remove::RemoveArgs>),
    /// Show which MCP clients know this server, and how
    Status(Deferred<install::status::StatusArgs>),
    /// Keep the key of your Runpod account on this computer
    ///
    /// The key is asked for on the terminal, checked with Runpod, and kept in the keyring of the system, or in a file that
    /// only you may read where there is none. Exit code 3 is a key that Runpod rejects; nothing is kept then.
    Login(Deferred<login::LoginArgs>),
    /// Forget the kept key and the sign-ins of `bridge`, everywhere
    Logout(Deferred<login::LogoutArgs>),
    /// Connect a client that can only start programs to a hosted MCP server
    ///
    /// Messages pass unchanged between stdin, stdout and the server. A server that wants a sign-in gets one through your
    /// browser; the token is kept where `login` keeps the key, and `logout` forgets it.
    Bridge(Deferred<bridge::BridgeArgs>),
    /// Check everything between a client and Runpod, and say what to do about what is wrong
    ///
    /// Nothing is changed and no key is shown. Exit code 1 means that a check failed, 3 that Runpod rejects the key.
    Doctor(Deferred<doctor::DoctorArgs>),
    /// Print links that put the server into a client with one click
    ///
    /// A link holds no key. A hosted server asks for a sign-in; a local one uses the key that is set up on the computer.
    Links(Deferred<links::LinksArgs>),
    /// Ask a running server whether it is well
    ///
    /// Exit code 0 when it is, 1 when it is not. For images that have nothing else to ask with.
    Healthcheck(Deferred<healthcheck::HealthcheckArgs>),
    /// Print shell completions
    Completions(Deferred<completions::CompletionsArgs>),
    /// Change one entry of a configuration file and keep every other byte
    #[command(hide = true)]
    ConfigEdit(Deferred<config_edit::ConfigEditArgs>),
    /// Print every tool and every setting as JSON
    #[command(hide = true)]
    Describe(Deferred<describe::DescribeArgs>),
}

/// A command that cannot be understood or cannot work. Exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Usage(String);

/// The whole program.
#[must_use]
pub fn main() -> ExitCode {
    log::name_place_of_panics();
    let cli = match said(&std::env::args_os().collect::<Vec<_>>()) {
        Ok(cli) => cli,
        Err(e) => return out::clap(&e),
    };
    exit_code(run(cli, &Env::of_process()))
}

/// What the words of the command mean. What clients say to start a server is understood without making a grammar for it.
fn said(words: &[OsString]) -> Result<Cli, clap::Error> {
    match words {
        [] | [_] => Ok(Cli::default()),
        [_, verb] if verb == "serve" => {
            Ok(Cli { verb: Some(Verb::Serve(Deferred::default())), ..Cli::default() })
        }
        _ => Cli::try_parse_from(words),
    }
}

fn run(cli: Cli, env: &Env) -> anyhow::Result<ExitCode> {
    let bare = cli.verb.is_none() && cli.flags.is_empty();
    let top = cli.flags;
    match cli.verb {
        None if bare && out::is_conversation() => serve::explain(),
        None => serve::run(&top, env),
        Some(Verb::Serve(Deferred(args))) => args.run(top, env),
        Some(Verb::Call(Deferred(args))) => call::run(&args, top, env),
        Some(Verb::Tools(Deferred(args))) => tools::run(args, top, env),
        #[cfg(feature = "sandbox")]
        Some(Verb::Demo(_)) => {
            top.refuse("demo")?;
            demo::run(env)
        }
        #[cfg(feature = "sandbox")]
        Some(Verb::Sandbox(Deferred(args))) => {
            top.refuse("sandbox")?;
            sandbox::run(args)
        }
        Some(Verb::Add(args)) => install::add::run(&args.0, top, env),
        Some(Verb::Remove(Deferred(args))) => {
            top.refuse("remove")?;
            install::remove::run(&args, env)
        }
        Some(Verb::Status(Deferred(args))) => {
            top.refuse("status")?;
            install::status::run(&args, env)
        }
        Some(Verb::Login(Deferred(args))) => login::login(&args, top, env),
        Some(Verb::Logout(Deferred(args))) => login::logout(&args, top, env),
        Some(Verb::Bridge(Deferred(args))) => bridge::run(&args, top, env),
        Some(Verb::Doctor(Deferred(args))) => doctor::run(&args, top, env),
        Some(Verb::Links(Deferred(args))) => {
            top.refuse("links")?;
            links::run(&args, env)
        }
        Some(Verb::Healthcheck(Deferred(args))) => {
            top.refuse("healthcheck")?;
            healthcheck::run(&args, env)
        }
        Some(Verb::Completions(Deferred(args))) => {
            top.refuse("completions")?;
            completions::run(&args)
        }
        Some(Verb::ConfigEdit(Deferred(args))) => {
            top.refuse("config-edit")?;
            config_edit::run(args)
        }
        Some(Verb::Describe(_)) => {
            top.refuse("describe")?;
            describe::run()
        }
    }
}

/// The configuration, or `None` when it was only to be shown.
fn configure(flags: &Flags, env: &Env) -> anyhow::Result<Option<Config>> {
    let config = Config::read(&flags.given, env)?;
    if flags.print_config {
        let lines: Vec<_> = config.shown.iter().map(ToString::to_string).collect();
        out::data(&lines.join("\n"))?;
        return Ok(None);
    }
    Ok(Some(config))
}

fn exit_code(outcome: anyhow::Result<ExitCode>) -> ExitCode {
    let error = match outcome {
        Ok(code) => return code,
        Err(error) => error,
    };
    let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
    if kind == Some(io::ErrorKind::BrokenPipe) {
        return ExitCode::SUCCESS;
    }
    out::talk(&format!("runpod-mcp: {error:#}"));
    match error.is::<Usage>() || error.is::<Problems>() {
        true => ExitCode::from(2),
        false => ExitCode::FAILURE,
    }
}

/// A runtime on this thread alone: one client is served, and starting threads would be felt at each start.
fn block_on<T>(future: impl Future<Output = T>) -> io::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let value = runtime.block_on(future);
    // A blocking read of a terminal's stdin cannot be cancelled; waiting for it would hang here.
    runtime.shutdown_background();
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_clients_mean_what_the_grammar_says_they_mean() {
        for words in [&["runpod-mcp"][..], &["runpod-mcp", "serve"]] {
            let short = said(&words.iter().map(OsString::from).collect::<Vec<_>>()).unwrap();
            let parsed = Cli::try_parse_from(words).unwrap();
            assert_eq!(format!("{short:?}"), format!("{parsed:?}"));
        }
    }
}
