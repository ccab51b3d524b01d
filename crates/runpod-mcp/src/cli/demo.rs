//! `demo`: the main job from end to end, for real, on the imitation of Runpod.
//!
//! Everything goes the way it goes for an assistant: an MCP client, our transport, the server, HTTP, the twin. The
//! story calls tools through MCP and in no other way; only the clock is moved behind its back.

mod assistant;
mod story;
mod voice;

use std::io::{Stderr, Write};
use std::process::ExitCode;

use runpod_sim::{Pace, Seed, Sim};

use super::flags::Flags;
use super::progress::Display;
use super::{block_on, connect};
use crate::config::{Config, Env};
use assistant::Assistant;
use voice::Voice;

/// How many times faster than real time the demo's world goes.
const SPEED: u32 = 60;

#[derive(Debug, clap::Args)]
pub(super) struct DemoArgs {}

pub(super) fn run(env: &Env) -> anyhow::Result<ExitCode> {
    let display = Display::at_stderr(env);
    block_on(async {
        let sim = Sim::builder().seed(Seed::Empty).clock(Pace::Times(SPEED)).start().await?;
        show(sim, &mut Voice(std::io::stdout()), display).await
    })??;
    Ok(ExitCode::SUCCESS)
}

/// Tells the story in this world.
async fn show<W: Write>(sim: Sim, voice: &mut Voice<W>, display: Display<Stderr>) -> anyhow::Result<()> {
    let clock = sim.clock();
    // The demo is the same whatever the environment says.
    let config = Config::read(&Flags::default().given, &Env::default())?;
    let connection = connect::on(sim, connect::setup(config)?)?;
    let assistant = Assistant::meet(connection.server.clone(), display).await?;
    story::tell(voice, &assistant, &clock).await?;
    assistant.leave().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use runpod_sim::{Action, Builder, Match};

    async fn shown(change: impl FnOnce(Builder) -> Builder, trouble: Option<(&str, Action)>) -> String {
        let builder = Sim::builder().seed(Seed::Empty).clock(Pace::Times(10_000));
        let sim = change(builder).start().await.unwrap();
        if let Some((operation, action)) = trouble {
            sim.faults().add(Match::operation(operation).then(action));
        }
        let display = Display::at_stderr(&Env::default());
        show(sim, &mut Voice(Vec::new()), display)
            .await
            .map_or_else(|e| format!("{e:#}"), |()| "told".to_owned())
    }

    #[tokio::test]
    async fn every_step_of_the_story_has_to_work() {
        assert_eq!(shown(|builder| builder, None).await, "told");
        for (operation, tool) in [
            ("listGpuTypes", "list-gpu-types"),
            ("createPod", "create-pod"),
            ("getPod", "get-pod"),
            ("createEndpoint", "create-endpoint"),
            ("runJob", "run-endpoint"),
            ("getJobStatus", "get-job-status"),
            ("listBilling", "get-billing"),
            ("deleteEndpoint", "delete-endpoint"),
            ("deletePod", "delete-pod"),
            ("listPods", "list-pods"),
            ("listEndpoints", "list-endpoints"),
        ] {
            let trouble = Some((operation, Action::status(418).into()));
            let end = shown(|builder| builder, trouble).await;
            assert!(end.starts_with(tool), "{operation}: {end}");
        }
    }

    #[tokio::test]
    async fn a_pod_that_never_runs_is_a_failure() {
        let image = Action::UnpullableImage { image: "*".to_owned() };
        let end = shown(|builder| builder, Some(("createPod", image))).await;
        assert!(end.starts_with("get-pod: ERROR after") && end.contains("cannot be pulled"), "{end}");
    }
}
