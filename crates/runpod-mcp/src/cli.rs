//! The command line: reads arguments, environment and files, owns exit codes, and is the only place that prints.
//!
//! stdout carries data or protocol, stderr what is said to a person. Exit code 0 is success, 1 a failure, 2 a
//! command that cannot be understood. Whoever stops reading our stdout did nothing wrong.

mod bridge;
mod call;
mod completions;
mod config_edit;
mod connect;
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

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{Config, Env, Problems};
use flags::Flags;

/// Run a Runpod account from any MCP client
///
/// Without a verb, runpod-mcp is an MCP server on stdin and stdout, which is how clients start it.
#[derive(Debug, Parser)]
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
    Serve(serve::ServeArgs),
    Call(call::CallArgs),
    Tools(tools::ToolsArgs),
    #[cfg(feature = "sandbox")]
    Demo(demo::DemoArgs),
    #[cfg(feature = "sandbox")]
    Sandbox(sandbox::SandboxArgs),
    Add(Box<install::add::AddArgs>),
    Remove(install::remove::RemoveArgs),
    Status(install::status::StatusArgs),
    Login(login::LoginArgs),
    Logout(login::LogoutArgs),
    Bridge(bridge::BridgeArgs),
    Doctor(doctor::DoctorArgs),
    Links(links::LinksArgs),
    Healthcheck(healthcheck::HealthcheckArgs),
    Completions(completions::CompletionsArgs),
    #[command(hide = true)]
    ConfigEdit(config_edit::ConfigEditArgs),
    #[command(hide = true)]
    Describe(describe::DescribeArgs),
}

/// A command that cannot be understood or cannot work. Exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Usage(String);

/// The whole program.
#[must_use]
pub fn main() -> ExitCode {
    log::name_place_of_panics();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) => return out::clap(&e),
    };
    exit_code(run(cli, &Env::of_process()))
}

fn run(cli: Cli, env: &Env) -> anyhow::Result<ExitCode> {
    let bare = cli.verb.is_none() && cli.flags.is_empty();
    let top = cli.flags;
    match cli.verb {
        None if bare && out::is_conversation() => serve::explain(),
        None => serve::run(&top, env),
        Some(Verb::Serve(args)) => args.run(top, env),
        Some(Verb::Call(args)) => call::run(&args, top, env),
        Some(Verb::Tools(args)) => tools::run(args, top, env),
        #[cfg(feature = "sandbox")]
        Some(Verb::Demo(_)) => {
            top.refuse("demo")?;
            demo::run(env)
        }
        #[cfg(feature = "sandbox")]
        Some(Verb::Sandbox(args)) => {
            top.refuse("sandbox")?;
            sandbox::run(args)
        }
        Some(Verb::Add(args)) => install::add::run(&args, top, env),
        Some(Verb::Remove(args)) => {
            top.refuse("remove")?;
            install::remove::run(&args, env)
        }
        Some(Verb::Status(args)) => {
            top.refuse("status")?;
            install::status::run(&args, env)
        }
        Some(Verb::Login(args)) => login::login(&args, top, env),
        Some(Verb::Logout(args)) => login::logout(&args, top, env),
        Some(Verb::Bridge(args)) => bridge::run(&args, top, env),
        Some(Verb::Doctor(args)) => doctor::run(&args, top, env),
        Some(Verb::Links(args)) => {
            top.refuse("links")?;
            links::run(&args, env)
        }
        Some(Verb::Healthcheck(args)) => {
            top.refuse("healthcheck")?;
            healthcheck::run(&args, env)
        }
        Some(Verb::Completions(args)) => {
            top.refuse("completions")?;
            completions::run(&args)
        }
        Some(Verb::ConfigEdit(args)) => {
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
