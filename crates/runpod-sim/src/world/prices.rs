//! What storage costs. Compute has its price in the catalogue.
//!
//! Illustrative figures, close to the ones Runpod published in 2026, and no promise.

use crate::world::catalog::sites::Tier;

/// Hours in a month, as storage is billed.
const MONTH: f64 = 730.0;

/// US dollars per hour for the disk of a container or the volume of a running Pod.
pub(crate) fn disk(gigabytes: u32) -> f64 {
    0.10 * f64::from(gigabytes) / MONTH
}

/// US dollars per hour for the volume of a stopped Pod: twice the price of a running one.
pub(crate) fn stopped_disk(gigabytes: u32) -> f64 {
    2.0 * disk(gigabytes)
}

/// US dollars per hour for a network volume. What lies above a terabyte is cheaper.
pub(crate) fn network_volume(gigabytes: u32, tier: Tier) -> f64 {
    let (first, rest) = (gigabytes.min(1000), gigabytes.saturating_sub(1000));
    let monthly = match tier {
        Tier::Standard => 0.07 * f64::from(first) + 0.05 * f64::from(rest),
        Tier::HighPerformance => 0.14 * f64::from(gigabytes),
    };
    monthly / MONTH
}

/// US dollars per hour for the network inside a cluster with so many GPUs.
pub(crate) fn interconnect(gpus: f64) -> f64 {
    0.02 * gpus
}
