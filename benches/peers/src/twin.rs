//! The twin as a process, and the Pods that it shows.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, ensure};
use figures::process;
use serde_json::{Value, json};

use crate::wire::Wire;

const FIFTY: &str = "/v2/pods?limit=50";
const REQUESTS: u32 = 2_000;

/// A running twin with hundreds of Pods.
#[derive(Debug)]
pub struct Twin {
    child: Child,
    wire: Wire,
}

impl Twin {
    /// One with its account.
    ///
    /// # Errors
    /// When it does not start, or says no address.
    pub fn start(binary: &OsStr) -> anyhow::Result<Self> {
        let arguments = ["sandbox", "--seed", "busy", "--clock", "manual", "--listen", "127.0.0.1:0"];
        let mut command = Command::new(binary);
        let mut child = command
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("the twin")?;
        let lines = BufReader::new(child.stdout.take().context("no stdout")?).lines();
        // The last line that it prints before it serves.
        let mut exports = Vec::new();
        for line in lines {
            exports.push(line?);
            if exports.last().is_some_and(|line| line.contains("CONSOLE_BASE_URL")) {
                break;
            }
        }
        let of = |name: &str| {
            let line = exports.iter().find_map(|line| line.strip_prefix(&format!("export {name}=")));
            line.with_context(|| format!("the twin prints no {name}"))
        };
        let host = of("RUNPOD_API_BASE_URL")?.trim_start_matches("http://");
        let wire = Wire::to(host, of("RUNPOD_API_KEY")?)?;
        Ok(Self { child, wire })
    }

    /// Pods as the API shows them.
    ///
    /// # Errors
    /// When it answers something else.
    pub fn pods(&mut self) -> anyhow::Result<Vec<Value>> {
        let mut page: Value = serde_json::from_slice(&self.wire.get(FIFTY)?)?;
        let pods = page.get_mut("pods").map(Value::take);
        let Some(Value::Array(pods)) = pods else { anyhow::bail!("a page without pods") };
        ensure!(pods.len() == 50, "{} Pods instead of 50", pods.len());
        Ok(pods)
    }

    /// Processor time for one page of 50 Pods.
    ///
    /// # Errors
    /// When it does not answer, or the kernel tells no times.
    pub fn cost(&mut self) -> anyhow::Result<Duration> {
        let spent = |child: &Child| process::cpu(child.id()).context("the kernel tells no times");
        for _ in 0..REQUESTS / 10 {
            self.wire.get(FIFTY)?;
        }
        let before = spent(&self.child)?;
        for _ in 0..REQUESTS {
            self.wire.get(FIFTY)?;
        }
        Ok((spent(&self.child)? - before) / REQUESTS)
    }
}

impl Drop for Twin {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill().and_then(|()| self.child.wait()));
    }
}

/// A page with so many Pods, each with an id of its own.
pub fn page(pods: &[Value], count: usize) -> Vec<u8> {
    let rows = pods.iter().cycle().take(count).zip(0..).map(|(pod, nth): (_, usize)| {
        let mut pod = pod.clone();
        if let Some(id) = pod.get_mut("id") {
            *id = format!("pod{nth:011}").into();
        }
        pod
    });
    json!({"pods": rows.collect::<Vec<_>>(), "pagination": {"nextCursor": null, "total": count}})
        .to_string()
        .into()
}
