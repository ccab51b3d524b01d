//! What the kernel knows of a process.

use std::fs;
use std::time::Duration;

/// The most memory it ever had resident, in KiB.
#[must_use]
pub fn peak_kib(id: u32) -> Option<u64> {
    of_status(id, "VmHWM:")
}

/// The memory that it has resident now, in KiB.
#[must_use]
pub fn resident_kib(id: u32) -> Option<u64> {
    of_status(id, "VmRSS:")
}

fn of_status(id: u32, name: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// The time that the threads which it has now have spent on a processor, to the nanosecond.
#[must_use]
pub fn cpu(id: u32) -> Option<Duration> {
    let threads = fs::read_dir(format!("/proc/{id}/task")).ok()?;
    let spent = threads.map(|thread| {
        let told = fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        told.split(' ').next()?.parse().ok().map(Duration::from_nanos)
    });
    spent.sum()
}
