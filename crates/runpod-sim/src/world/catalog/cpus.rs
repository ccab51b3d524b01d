//! The CPU flavours.
//!
//! Ids and memory per virtual CPU as documented in 2026 (for the `m` flavours assumed); prices (US dollars per
//! virtual CPU and hour) are illustrative.

/// A kind of machine without a GPU.
#[derive(Debug, PartialEq)]
pub(crate) struct Flavor {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) group: &'static str,
    /// Gigabytes of memory that come with each virtual CPU.
    pub(crate) ram_per_vcpu: u32,
    /// The fewest and the most virtual CPUs of one machine.
    pub(crate) vcpus: (u32, u32),
    /// US dollars per virtual CPU and hour, as a Pod.
    pub(crate) secure: f64,
    /// US dollars per virtual CPU and hour, as a Serverless worker.
    pub(crate) serverless: f64,
}

/// The flavour of this id.
pub(crate) fn flavor(id: &str) -> Option<&'static Flavor> {
    FLAVORS.iter().find(|flavor| flavor.id == id)
}

/// Every CPU flavour.
pub(crate) static FLAVORS: &[Flavor] = &[
    row("cpu3c", "Compute-Optimized", "Gen 3", 2),
    row("cpu3g", "General Purpose", "Gen 3", 4),
    row("cpu3m", "Memory-Optimized", "Gen 3", 8),
    row("cpu5c", "Compute-Optimized", "Gen 5", 2),
    row("cpu5g", "General Purpose", "Gen 5", 4),
    row("cpu5m", "Memory-Optimized", "Gen 5", 8),
];

const fn row(id: &'static str, name: &'static str, group: &'static str, ram_per_vcpu: u32) -> Flavor {
    Flavor { id, name, group, ram_per_vcpu, vcpus: (2, 32), secure: 0.04, serverless: 0.03 }
}
