//! How much memory this process takes, where the system says so.

/// Resident bytes. From `status` and not from `statm`, which counts in pages of a size that would have to be asked for.
pub(super) fn resident() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: i64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}
