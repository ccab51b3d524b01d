//! Tells the log what a search for REST v2 found: once for each change of the answer, not once for each question.

use std::sync::{Mutex, PoisonError};

use runpod_api::{Probe, ProbeHook, Version};

/// A hook that writes to the log.
pub(super) fn told() -> ProbeHook {
    let last = Mutex::new(None);
    ProbeHook::new(move |probe| {
        if is_news(&last, (probe.version, probe.settled)) {
            tell(probe);
        }
    })
}

/// Whether another thing was found than the last time: a version, and whether that is final.
fn is_news(last: &Mutex<Option<(Version, bool)>>, found: (Version, bool)) -> bool {
    // Nobody panics while holding it; a poisoned answer is as good as any other.
    let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
    last.replace(found) != Some(found)
}

fn tell(probe: &Probe<'_>) {
    let why = probe.why.map(ToString::to_string).unwrap_or_default();
    match (probe.version, probe.settled) {
        (Version::V2, _) => tracing::info!("auto: the host has REST v2, which is spoken from now on"),
        (Version::V1, true) => {
            tracing::warn!(why, "auto: the host has no REST v2, so REST v1 is spoken from now on");
        }
        (Version::V1, false) => {
            tracing::warn!(why, "auto: REST v2 cannot be asked for, so REST v1 is spoken until it can");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_answer_is_told_once_and_another_one_again() {
        let last = Mutex::new(None);
        let found = [(Version::V1, false), (Version::V1, false), (Version::V2, true), (Version::V1, false)];
        assert_eq!(found.map(|found| is_news(&last, found)), [true, false, true, true]);
    }
}
