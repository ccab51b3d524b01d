//! Measures what requests over HTTP cost, beside a bare axum handler with the same bytes and beside the npm server.
//!
//! `bench-hosted RUNPOD_MCP BARE PLOT.svg [NODE SCRIPT NPM_HTTP_MODULE]`; `scripts/bench.sh` builds and finds them. Keys are checked,
//! limits counted and figures kept as in earnest; the limits are so high that nobody is refused. Instructions are counted
//! by callgrind, times are the processor's as the kernel charges them, least of interleaved rounds.

#![expect(clippy::print_stdout, reason = "tables on stdout are what this program is for")]

mod crowd;
mod instructions;
mod load;
mod server;

use std::ffi::OsString;
use std::time::Duration;

use anyhow::Context;
use bench_peers::plot;
use bench_peers::stub::Stub;
use bench_peers::twin::{self, Twin};

use load::{ALL_PODS, LIST, Load, PODS, Question, load};
use server::{Contender, Port, Server};

const USAGE: &str = "usage: bench-hosted RUNPOD_MCP BARE PLOT.svg [NODE SCRIPT NPM_HTTP_MODULE]";

/// The server that is slower than all others, and knows no `limit`.
const NPM: &str = "npm server";
/// How often everything is measured.
const ROUNDS: usize = 3;
/// Connections of the plot, and requests of a round.
const GROWTH: [u64; 7] = [1, 4, 16, 64, 128, 256, 512];

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let mut next = || arguments.next().context(USAGE);
    let (binary, bare, picture) = (next()?, next()?, next()?);
    let npm = next().and_then(|node| Ok(vec![node, next()?, next()?])).ok();
    let body = twin::page(&Twin::start(&binary)?.pods()?, 50);
    let bench = Bench {
        ours: contender("runpod-mcp", vec![binary, "serve".into(), "--http".into()], Port::Told),
        npm: npm.map(|command| contender(NPM, command, Port::Printed)),
        bare,
        stub: Stub::answering(&body)?,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        bench.lists().await?;
        bench.calls().await?;
        bench.crowds().await?;
        std::fs::write(&picture, bench.growth().await?).context("writing the plot")
    })
}

fn contender(name: &'static str, command: Vec<OsString>, port: Port) -> Contender {
    Contender { name, command, port }
}

/// Who is compared.
struct Bench {
    ours: Contender,
    npm: Option<Contender>,
    bare: OsString,
    stub: Stub,
}

/// What requests cost a server.
struct Cost {
    cpu: Duration,
    load: Load,
    peak: f64,
}

impl Bench {
    /// Ours, a bare handler, and the npm server if it is there.
    fn beside(&self, bare: Vec<OsString>) -> Vec<Contender> {
        let bare = contender("bare axum", [vec![self.bare.clone()], bare].concat(), Port::Printed);
        [Some(self.ours.clone()), Some(bare), self.npm.clone()].into_iter().flatten().collect()
    }

    /// tools/list, beside a handler that has the same bytes.
    async fn lists(&self) -> anyhow::Result<()> {
        let answer = std::env::temp_dir().join(format!("bench-hosted-{}.json", std::process::id()));
        let server = self.ours.start(&self.stub.at, &[])?;
        std::fs::write(&answer, load::Connection::open(&server.at).await?.ask(&LIST, 0).await?)?;
        server.end()?;
        let all = self.beside(vec![answer.clone().into()]);
        println!("tools/list over HTTP, {} bytes", answer.metadata()?.len());
        if instructions::are_counted() {
            self.instructions(&all, &LIST).await?;
        } else {
            println!("NO INSTRUCTIONS COUNTED: valgrind is missing");
        }
        self.table(&all, &LIST, 32, 4_000).await?;
        std::fs::remove_file(&answer)?;
        Ok(())
    }

    /// tools/call, beside a handler that passes on the same answer of Runpod.
    async fn calls(&self) -> anyhow::Result<()> {
        let all = self.beside(Vec::new());
        for connections in [32, 256] {
            println!("\nlist-pods of 50 Pods over HTTP, {connections} connections");
            self.table(&all, &PODS, connections, 4_000).await?;
        }
        Ok(())
    }

    async fn instructions(&self, all: &[Contender], question: &Question) -> anyhow::Result<()> {
        let mut least = None;
        // Code that is made while it runs is not counted by callgrind in a way that could be compared.
        for contender in all.iter().filter(|one| one.name != NPM) {
            let count = instructions::of_one(contender, &self.stub.at, question).await?;
            let first = *least.get_or_insert(count);
            println!(
                "{:<16} {count:>12} instructions a request {:>8.2}",
                contender.name,
                first as f64 / count as f64
            );
        }
        Ok(())
    }

    async fn table(
        &self,
        all: &[Contender],
        question: &Question,
        connections: u64,
        requests: u64,
    ) -> anyhow::Result<()> {
        let mut costs: Vec<Vec<Cost>> = all.iter().map(|_| Vec::new()).collect();
        for _ in 0..ROUNDS {
            for (contender, costs) in all.iter().zip(&mut costs) {
                // The npm server would need minutes, and its figures settle soon.
                let requests = if contender.name == NPM { requests / 10 } else { requests };
                let asks_all = contender.name == NPM && question.body == PODS.body;
                let question = if asks_all { &ALL_PODS } else { question };
                costs.push(self.cost(contender, question, connections, requests).await?);
            }
        }
        println!(
            "{:<16} {:>12} {:>8} {:>12} {:>9} {:>9} {:>14}",
            "", "µs of CPU", "ratio", "requests/s", "p50 ms", "p99 ms", "peak RSS MiB"
        );
        let least: Vec<&Cost> =
            costs.iter().filter_map(|all| all.iter().min_by_key(|cost| cost.cpu)).collect();
        let ours = least.first().map_or(1.0, |cost| micros(cost.cpu));
        for (contender, Cost { cpu, load, peak }) in all.iter().zip(least) {
            let (cpu, speed) = (micros(*cpu), load.per_second());
            let (half, most) = (load.percentile(50), load.percentile(99));
            let ratio = cpu / ours;
            println!(
                "{:<16} {cpu:>12.1} {ratio:>8.2} {speed:>12.0} {half:>9.2} {most:>9.2} {peak:>14.1}",
                contender.name
            );
        }
        Ok(())
    }

    async fn cost(
        &self,
        contender: &Contender,
        question: &Question,
        connections: u64,
        requests: u64,
    ) -> anyhow::Result<Cost> {
        let server = contender.start(&self.stub.at, &[])?;
        load(&server.at, question, connections, requests / 10 + connections).await?;
        let before = server.cpu()?;
        let load = load(&server.at, question, connections, requests).await?;
        let cpu = (server.cpu()? - before) / u32::try_from(requests)?;
        let (_, peak) = server.memory();
        server.end()?;
        Ok(Cost { cpu, load, peak })
    }

    /// Many who connect, many who call, and some who are slow.
    async fn crowds(&self) -> anyhow::Result<()> {
        println!(
            "\n{:<40} {:>9} {:>9} {:>9} {:>9}",
            "runpod-mcp under a crowd", "RSS MiB", "then", "peak", "p99 ms"
        );
        for crowd in crowd::ALL {
            let server: Server = self.ours.start(&self.stub.at, &[])?;
            let told = crowd.come(&server).await?;
            println!("{told}");
            server.end()?;
        }
        Ok(())
    }

    /// list-pods over ever more connections; answers the picture of it.
    async fn growth(&self) -> anyhow::Result<String> {
        println!(
            "\nlist-pods over HTTP, as connections grow\n{:<16} {:>12} {:>12}",
            "connections", "µs of CPU", "requests/s"
        );
        let mut points = Vec::new();
        for connections in GROWTH {
            let mut least: Option<Cost> = None;
            for _ in 0..ROUNDS {
                let cost = self.cost(&self.ours, &PODS, connections, 2_000 + 4 * connections).await?;
                least = Some(least.into_iter().chain([cost]).min_by_key(|cost| cost.cpu).context("no cost")?);
            }
            let cost = least.context("no rounds")?;
            println!("{connections:<16} {:>12.1} {:>12.0}", micros(cost.cpu), cost.load.per_second());
            points.push((connections as f64, micros(cost.cpu) * connections as f64 / 1e3));
        }
        let axes = ("connections that ask at a time", "ms of processor time for one request of each");
        Ok(plot::draw("list-pods over HTTP", axes, &points))
    }
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
