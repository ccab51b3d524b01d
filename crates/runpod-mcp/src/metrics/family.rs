//! Counters of one name with up to two labels.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

/// Name and meaning of a family.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) name: &'static str,
    pub(super) kind: &'static str,
    pub(super) help: &'static str,
    pub(super) labels: [&'static str; 2],
}

impl Head {
    pub(super) const REQUESTS: Self =
        counter("runpod_mcp_requests_total", "Requests by MCP method and HTTP status.", ["method", "status"]);
    pub(super) const CALLS: Self =
        counter("runpod_mcp_tool_calls_total", "Tool calls by tool and outcome.", ["tool", "outcome"]);
    pub(super) const UPSTREAM: Self = counter(
        "runpod_mcp_upstream_requests_total",
        "Exchanges with Runpod by class of operation and status.",
        ["class", "status"],
    );
    pub(super) const PREFLIGHT: Self = counter(
        "runpod_mcp_credential_checks_total",
        "Credential checks by verdict, and why there was none.",
        ["verdict", ""],
    );
    pub(super) const REFUSALS: Self =
        counter("runpod_mcp_refusals_total", "Requests refused by the limiter, by rule.", ["rule", ""]);
    pub(super) const LATENCY: Self = Self {
        kind: "histogram",
        ..counter(
            "runpod_mcp_upstream_seconds",
            "Time of an exchange with Runpod by class of operation.",
            ["class", ""],
        )
    };
    pub(super) const HEADROOM: Self = gauge(
        "runpod_mcp_rate_limit_remaining",
        "Requests left in a rate window of Runpod, as the last answer that said so had it.",
    );
    pub(super) const CHECKS: Self = gauge(
        "runpod_mcp_credential_check_enabled",
        "Whether credentials are checked before requests are let in.",
    );
    pub(super) const STATE: Self =
        gauge("runpod_mcp_state_reachable", "Whether what the replicas share could be reached last time.");
    pub(super) const SPANS: Self =
        counter("runpod_mcp_spans_dropped_total", "Spans that never reached the collector.", ["", ""]);
    pub(super) const CONNECTIONS: Self = gauge("runpod_mcp_connections", "Open connections.");
    pub(super) const MEMORY: Self = gauge("process_resident_memory_bytes", "Resident memory size in bytes.");

    pub(super) fn render(&self, page: &mut String) {
        let Self { name, kind, help, .. } = self;
        let _ = writeln!(page, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }
}

const fn counter(name: &'static str, help: &'static str, labels: [&'static str; 2]) -> Head {
    Head { name, kind: "counter", help, labels }
}

const fn gauge(name: &'static str, help: &'static str) -> Head {
    Head { name, kind: "gauge", help, labels: ["", ""] }
}

/// What is none of the known values.
pub(super) const OTHER: &str = "other";

/// The values of a label; the last is [`OTHER`].
#[derive(Debug)]
pub(super) struct Values(Box<[&'static str]>);

impl Values {
    pub(super) fn new(values: &[&'static str]) -> Self {
        let mut sorted: Vec<_> = values.iter().copied().filter(|value| *value != OTHER).collect();
        sorted.sort_unstable();
        sorted.dedup();
        sorted.push(OTHER);
        Self(sorted.into())
    }

    /// Where a value stands.
    pub(super) fn place(&self, value: &str) -> usize {
        let (_, known) = self.0.split_last().unwrap_or((&OTHER, &[]));
        known.binary_search(&value).unwrap_or(known.len())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().copied()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

/// One counter for each pair of values.
#[derive(Debug)]
pub(super) struct Family {
    head: Head,
    rows: Values,
    columns: Values,
    cells: Box<[AtomicU64]>,
}

impl Family {
    /// Without values for the second label there is none.
    pub(super) fn new(head: Head, rows: &[&'static str], columns: &[&'static str]) -> Self {
        let (rows, columns) = (Values::new(rows), Values::new(columns));
        let cells = std::iter::repeat_with(AtomicU64::default).take(rows.len() * columns.len()).collect();
        Self { head, rows, columns, cells }
    }

    pub(super) fn add(&self, row: &str, column: &str) {
        let place = self.rows.place(row) * self.columns.len() + self.columns.place(column);
        if let Some(cell) = self.cells.get(place) {
            cell.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// What was never counted has no line.
    pub(super) fn render(&self, page: &mut String) {
        self.head.render(page);
        let Head { name, labels: [first, second], .. } = self.head;
        let pairs = self.rows.iter().flat_map(|row| self.columns.iter().map(move |column| (row, column)));
        for ((row, column), cell) in pairs.zip(&self.cells) {
            let count = cell.load(Ordering::Relaxed);
            let _ = match (count, second) {
                (0, _) => Ok(()),
                (_, "") => writeln!(page, "{name}{{{first}=\"{row}\"}} {count}"),
                _ => writeln!(page, "{name}{{{first}=\"{row}\",{second}=\"{column}\"}} {count}"),
            };
        }
    }
}
