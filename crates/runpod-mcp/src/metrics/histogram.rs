//! How long exchanges take.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::family::{Head, Values};

/// Upper bounds, in microseconds and as Prometheus writes them in seconds.
const BOUNDS: [(u64, &str); 12] = [
    (10_000, "0.01"),
    (25_000, "0.025"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (250_000, "0.25"),
    (500_000, "0.5"),
    (1_000_000, "1"),
    (2_500_000, "2.5"),
    (5_000_000, "5"),
    (10_000_000, "10"),
    (30_000_000, "30"),
    (60_000_000, "60"),
];

/// A histogram for each class.
#[derive(Debug)]
pub(super) struct Latencies {
    classes: Values,
    histograms: Box<[Histogram]>,
}

#[derive(Debug, Default)]
struct Histogram {
    /// Not cumulative; the last is for what took longer than all bounds.
    counts: [AtomicU64; BOUNDS.len() + 1],
    micros: AtomicU64,
}

impl Latencies {
    pub(super) fn new(classes: &[&'static str]) -> Self {
        let classes = Values::new(classes);
        let histograms = std::iter::repeat_with(Histogram::default).take(classes.len()).collect();
        Self { classes, histograms }
    }

    pub(super) fn saw(&self, class: &str, took: Duration) {
        let Some(histogram) = self.histograms.get(self.classes.place(class)) else { return };
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let place = BOUNDS.partition_point(|(bound, _)| *bound < micros);
        if let Some(count) = histogram.counts.get(place) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        histogram.micros.fetch_add(micros, Ordering::Relaxed);
    }

    pub(super) fn render(&self, page: &mut String) {
        Head::LATENCY.render(page);
        for (class, histogram) in self.classes.iter().zip(&self.histograms) {
            histogram.render(class, page);
        }
    }
}

impl Histogram {
    fn render(&self, class: &str, page: &mut String) {
        let Head { name, labels: [label, _], .. } = Head::LATENCY;
        // Read once, so that the buckets of a page add up to its count.
        let counts = self.counts.each_ref().map(|count| count.load(Ordering::Relaxed));
        let all: u64 = counts.iter().sum();
        if all == 0 {
            return;
        }
        let mut sum = 0;
        for ((_, bound), count) in BOUNDS.iter().zip(counts) {
            sum += count;
            let _ = writeln!(page, "{name}_bucket{{{label}=\"{class}\",le=\"{bound}\"}} {sum}");
        }
        let seconds = Duration::from_micros(self.micros.load(Ordering::Relaxed)).as_secs_f64();
        let _ = writeln!(page, "{name}_bucket{{{label}=\"{class}\",le=\"+Inf\"}} {all}");
        let _ = writeln!(page, "{name}_sum{{{label}=\"{class}\"}} {seconds}");
        let _ = writeln!(page, "{name}_count{{{label}=\"{class}\"}} {all}");
    }
}
