//! The one lock of what requests share, held for a moment and never while anything is waited for.
//!
//! What is done under it is handed in, so that no guard can be kept. In tests every lock is a place where a schedule may
//! go on with somebody else: that is how the state machines behind it are tried in many orders (`schedules`).

use std::sync::{Mutex, PoisonError};

/// A value that one looks at or changes at a time.
#[derive(Debug, Default)]
pub(crate) struct Locked<T>(Mutex<T>);

impl<T> Locked<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(Mutex::new(value))
    }

    /// Looks at it or changes it. What panics inside leaves what it had done so far.
    pub(crate) fn with<R>(&self, act: impl FnOnce(&mut T) -> R) -> R {
        #[cfg(test)]
        schedules::may_switch();
        let done = act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
        #[cfg(test)]
        schedules::may_switch();
        done
    }
}

#[cfg(test)]
pub(crate) mod schedules;
