//! What the kernel says of the servers while they run, and whether that is flat.

use std::fmt::Write as _;
use std::fs;
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::town::Host;

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(5);
/// Longest wait for a process to come to rest: idle connections to Runpod are kept for 90 s, and looked for as often.
const REST: Duration = Duration::from_secs(240);
/// How much more memory the last quarter may take than the second: in hundredths, and in KiB on top.
const MORE: (u64, u64) = (110, 2048);

/// One look at a process.
#[derive(Clone, Copy, Debug, Default)]
struct Look {
    memory_kib: u64,
    threads: u64,
    descriptors: u64,
    /// As its own figures have it.
    connections: Option<u64>,
}

#[derive(Debug)]
struct Watched {
    name: &'static str,
    process: u32,
    /// Where its figures are, if it has any.
    figures: Option<String>,
    before: Look,
    looks: Vec<Look>,
    after: Look,
    rested: Duration,
}

/// Everything that is looked at.
#[derive(Debug)]
pub(crate) struct Watch {
    began: Instant,
    client: reqwest::Client,
    all: [Watched; 2],
}

impl Watch {
    /// A look at rest, before anything was asked of Runpod.
    pub(crate) async fn begin(stdio: u32, host: &Host) -> anyhow::Result<Self> {
        let watched = |name, process, figures| {
            let (before, after) = (Look::default(), Look::default());
            Watched { name, process, figures, before, looks: Vec::new(), after, rested: Duration::ZERO }
        };
        let figures = format!("{}/metrics", host.base);
        let all = [watched("stdio", stdio, None), watched("HTTP", host.id, Some(figures))];
        // Kept connections of ours would count among theirs.
        let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build()?;
        let mut watch = Self { began: Instant::now(), client, all };
        for nth in 0..watch.all.len() {
            let look = watch.look(nth).await?;
            watch.one(nth)?.before = look;
        }
        Ok(watch)
    }

    /// Looks again and again until then.
    pub(crate) async fn until(&mut self, until: Instant) -> anyhow::Result<()> {
        self.began = Instant::now();
        while Instant::now() < until {
            tokio::time::sleep(PAUSE).await;
            for nth in 0..self.all.len() {
                let look = self.look(nth).await?;
                self.one(nth)?.looks.push(look);
            }
        }
        Ok(())
    }

    /// Waits until everything is closed again that was opened, or that cannot be expected any more.
    pub(crate) async fn rest(&mut self) -> anyhow::Result<()> {
        let began = Instant::now();
        for nth in 0..self.all.len() {
            loop {
                let look = self.look(nth).await?;
                let one = self.one(nth)?;
                (one.after, one.rested) = (look, began.elapsed());
                if look.descriptors <= one.before.descriptors || began.elapsed() > REST {
                    break;
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
        Ok(())
    }

    fn one(&mut self, nth: usize) -> anyhow::Result<&mut Watched> {
        self.all.get_mut(nth).context("there are two")
    }

    async fn look(&self, nth: usize) -> anyhow::Result<Look> {
        let Watched { process, figures, .. } = self.all.get(nth).context("there are two")?;
        let status = fs::read_to_string(format!("/proc/{process}/status")).context("a server ended")?;
        let line = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).context("no such line")?;
            anyhow::Ok(line.trim().trim_end_matches(" kB").parse()?)
        };
        let descriptors = fs::read_dir(format!("/proc/{process}/fd"))?.count() as u64;
        let connections = match figures {
            Some(url) => Some(self.connections(url).await?),
            None => None,
        };
        Ok(Look { memory_kib: line("VmRSS:")?, threads: line("Threads:")?, descriptors, connections })
    }

    async fn connections(&self, url: &str) -> anyhow::Result<u64> {
        let page = self.client.get(url).send().await?.text().await?;
        let line = page.lines().find_map(|line| line.strip_prefix("runpod_mcp_connections "));
        Ok(line.context("no figure of connections")?.trim().parse()?)
    }

    /// A row for each minute.
    pub(crate) fn print(&self) {
        for one in &self.all {
            println!("{}", one.table());
        }
    }

    /// What is not flat, or not closed.
    pub(crate) fn judge(&self) -> Vec<String> {
        self.all.iter().flat_map(Watched::judge).collect()
    }
}

impl Watched {
    fn table(&self) -> String {
        let mut page = format!(
            "\n{}\n\n| minute | RSS MiB | descriptors | threads | connections |\n|--:|--:|--:|--:|--:|\n",
            self.name
        );
        let a_minute = usize::try_from(60 / PAUSE.as_secs()).unwrap_or(1);
        let minutes = self.looks.iter().skip(a_minute - 1).step_by(a_minute);
        let rows = [("at rest".to_owned(), &self.before)].into_iter();
        let rows = rows.chain(minutes.enumerate().map(|(nth, look)| ((nth + 1).to_string(), look)));
        for (when, look) in rows.chain([(format!("{} s later", self.rested.as_secs()), &self.after)]) {
            let Look { memory_kib, threads, descriptors, connections } = look;
            let connections = connections.map_or_else(|| "-".to_owned(), |count| count.to_string());
            let memory = *memory_kib as f64 / 1024.0;
            let _ = writeln!(page, "| {when} | {memory:.1} | {descriptors} | {threads} | {connections} |");
        }
        page
    }

    fn judge(&self) -> Vec<String> {
        let mut failures = Vec::new();
        let quarter = self.looks.len() / 4;
        let (second, last) =
            (self.looks.iter().skip(quarter).take(quarter), self.looks.iter().rev().take(quarter));
        let (second, last): (Vec<_>, Vec<_>) = (second.collect(), last.collect());
        let middle = |looks: &[&Look]| {
            let mut memory: Vec<_> = looks.iter().map(|look| look.memory_kib).collect();
            memory.sort_unstable();
            memory.get(memory.len() / 2).copied().unwrap_or_default()
        };
        let (was, is) = (middle(&second), middle(&last));
        if is > was * MORE.0 / 100 + MORE.1 {
            failures.push(format!("{}: memory grew from {was} to {is} KiB", self.name));
        }
        let most = |looks: &[&Look]| looks.iter().map(|look| look.threads).max().unwrap_or_default();
        if most(&last) > most(&second) {
            failures.push(format!("{}: threads grew from {} to {}", self.name, most(&second), most(&last)));
        }
        let (before, after) = (self.before.descriptors, self.after.descriptors);
        if after > before {
            failures.push(format!("{}: {before} descriptors at rest became {after}", self.name));
        }
        failures
    }
}
