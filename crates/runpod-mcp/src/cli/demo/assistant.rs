//! An MCP client that was not written here, in front of the server.

use std::io::Stderr;

use anyhow::Context;
use rmcp::model::{
    CallToolRequestParams, ClientCapabilities, ClientConfig, Implementation, ProgressNotificationParam,
};
use rmcp::service::{NotificationContext, RoleClient, RunningService};
use rmcp::{ClientHandler, ServiceExt};
use serde_json::Value;
use tokio::task::JoinHandle;

use crate::cli::progress::Display;
use crate::mcp::Server;
use crate::serve::stdio;
use crate::tool::progress::Step;

/// Bytes in flight between client and server.
const PIPE: usize = 64 * 1024;

/// What the client makes of what it is told: progress is shown, nothing else comes.
#[derive(Debug)]
struct Ears {
    about: ClientConfig,
    display: Display<Stderr>,
}

impl ClientHandler for Ears {
    fn get_info(&self) -> ClientConfig {
        self.about.clone()
    }

    async fn on_progress(&self, told: ProgressNotificationParam, _: NotificationContext<RoleClient>) {
        let message = told.message.unwrap_or_default();
        self.display.show(&Step { done: told.progress, total: told.total, message });
    }
}

/// The client, and the server at the other end of its pipe.
#[derive(Debug)]
pub(super) struct Assistant {
    client: RunningService<RoleClient, Ears>,
    server: JoinHandle<std::io::Result<()>>,
}

impl Assistant {
    /// Connects to a server as if it had been started as a process.
    pub(super) async fn meet(server: Server, display: Display<Stderr>) -> anyhow::Result<Self> {
        let (ours, theirs) = tokio::io::duplex(PIPE);
        let (read, write) = tokio::io::split(theirs);
        let server = tokio::spawn(stdio::over(server, read, write));
        let about = Implementation::new("runpod-mcp-demo", env!("CARGO_PKG_VERSION"));
        let about = ClientConfig::new(ClientCapabilities::default(), about);
        let client = Ears { about, display };
        let client = client.serve(tokio::io::split(ours)).await.context("the client cannot connect")?;
        Ok(Self { client, server })
    }

    /// How many tools there are.
    pub(super) async fn tools(&self) -> anyhow::Result<usize> {
        Ok(self.client.list_all_tools().await.context("tools/list")?.len())
    }

    /// Calls a tool and reads its answer.
    pub(super) async fn call(&self, tool: &'static str, args: Value) -> anyhow::Result<Value> {
        let params = CallToolRequestParams::new(tool);
        let params = match args {
            Value::Object(args) => params.with_arguments(args),
            _ => params,
        };
        let result = self.client.call_tool(params).await;
        self.client.service().display.clear();
        let result = result.with_context(|| tool)?;
        let text = result.content.first().and_then(|block| block.as_text()).map(|block| block.text.as_str());
        let answer: Value = serde_json::from_str(text.unwrap_or_default()).with_context(|| tool)?;
        match result.is_error {
            Some(true) => Err(anyhow::anyhow!("{tool}: {}", answer.get("error").unwrap_or(&answer))),
            _ => Ok(answer),
        }
    }

    /// Hangs up and waits until the server has ended.
    pub(super) async fn leave(self) -> anyhow::Result<()> {
        self.client.cancel().await?;
        self.server.await??;
        Ok(())
    }
}
