//! A client's entry as the client meets it: start the program, open a session, list the tools.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use rmcp::ServiceExt;
use tokio::process::{Child, Command};

use super::Check;

/// Longest time for one step. `npx` may have to fetch first.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a program may take to end when its input does.
const GOODBYE: Duration = Duration::from_secs(2);

/// What a client would start.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// Whose entry it is.
    pub client: String,
    /// The program.
    pub command: PathBuf,
    /// Its arguments.
    pub args: Vec<String>,
    /// What the entry adds to the environment; may hold a key.
    pub env: Vec<(String, String)>,
}

impl std::fmt::Debug for Entry {
    /// Without values of variables and without arguments, which may hold a key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entry")
            .field("client", &self.client)
            .field("command", &self.command)
            .finish_non_exhaustive()
    }
}

/// Starts the entry and asks it for its tools; calls none of them.
pub async fn check(entry: &Entry) -> Check {
    let name = format!("entry of {}", entry.client);
    let program = entry.command.display();
    match meet(entry).await {
        Ok((server, tools)) => Check::ok(name, format!("{program} answers as {server} with {tools} tools")),
        Err((finding, remedy)) => Check::fail(name, format!("{program} {finding}"), remedy),
    }
}

type Trouble = (String, &'static str);

async fn meet(entry: &Entry) -> Result<(String, usize), Trouble> {
    let mut child = start(entry)?;
    let (Some(read), Some(write)) = (child.stdout.take(), child.stdin.take()) else {
        return Err(("has no stdin or stdout".to_owned(), START));
    };
    let opening = tokio::time::timeout(PATIENCE, ().serve((read, write))).await;
    let client = match opening {
        Ok(Ok(client)) => client,
        Ok(Err(_)) => return Err((ended(&mut child).await, SESSION)),
        Err(_) => return Err(("does not answer `initialize` in time".to_owned(), SESSION)),
    };
    let server = client
        .peer_info()
        .and_then(|about| Some(about.server_info.as_ref()?.name.clone()))
        .unwrap_or_default();
    let listed = tokio::time::timeout(PATIENCE, client.list_all_tools()).await;
    // The answer is there; how the program takes its leave is not what was asked.
    drop(client.cancel().await);
    drop(tokio::time::timeout(GOODBYE, child.wait()).await);
    match listed {
        Ok(Ok(tools)) => Ok((server, tools.len())),
        Ok(Err(_)) => Err(("refuses `tools/list`".to_owned(), SESSION)),
        Err(_) => Err(("does not answer `tools/list` in time".to_owned(), SESSION)),
    }
}

fn start(entry: &Entry) -> Result<Child, Trouble> {
    let mut command = Command::new(&entry.command);
    command.args(&entry.args).envs(entry.env.iter().map(|(name, value)| (name, value)));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    command.spawn().map_err(|e| (format!("cannot be started: {e}"), START))
}

async fn ended(child: &mut Child) -> String {
    match tokio::time::timeout(GOODBYE, child.wait()).await {
        Ok(Ok(status)) => format!("ended before it answered `initialize` ({status})"),
        _ => "does not open a session".to_owned(),
    }
}

const START: &str =
    "the entry names a program that is not there or may not be run: run `runpod-mcp add` again";
const SESSION: &str = "run the command of the entry in a terminal: it says on stderr what is wrong";
