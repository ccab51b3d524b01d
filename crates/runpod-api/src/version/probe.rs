//! Whether the v2 host has REST v2: asked once, by the first call that depends on it.
//!
//! Only a definite answer is kept. A key that is refused or a host that is down says nothing about the version, so
//! such an answer counts for a while and the question is asked again.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::Method;
use tokio::sync::OnceCell;

use super::Version;
use crate::client::Outcome;
use crate::error::Error;
use crate::op::Op;

/// What is asked of the v2 host. Any answer will do; this one needs no permission beyond a key.
pub(crate) static PROBE: Op = Op::v2("listGpuTypes", Method::GET, "/catalog/gpus");
/// Longest wait for it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(4);
/// How long an answer that says nothing spares the next calls the question.
const PAUSE: Duration = Duration::from_secs(30);

/// What came of asking the v2 host.
#[derive(Debug)]
#[non_exhaustive]
pub struct Probe<'a> {
    /// The version that is spoken now.
    pub version: Version,
    /// Whether that is final; otherwise the host is asked again later.
    pub settled: bool,
    /// Why it is not REST v2.
    pub why: Option<&'a Error>,
}

/// Somebody to tell what came of asking.
#[derive(Clone, Default)]
pub struct ProbeHook(Option<Arc<Tell>>);

type Tell = dyn Fn(&Probe<'_>) + Send + Sync;

impl ProbeHook {
    /// Tells this each time the host was asked.
    #[must_use]
    pub fn new(tell: impl Fn(&Probe<'_>) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(tell)))
    }

    fn tell(&self, probe: &Probe<'_>) {
        let (version, settled) = (probe.version, probe.settled);
        match probe.why {
            Some(error) => tracing::debug!(%version, settled, %error, "REST v2 did not answer"),
            None => tracing::debug!(%version, "REST v2 answers"),
        }
        if let Some(tell) = &self.0 {
            tell(probe);
        }
    }
}

impl fmt::Debug for ProbeHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProbeHook({})", if self.0.is_some() { "told" } else { "not told" })
    }
}

/// What is known of the v2 host.
#[derive(Debug, Default)]
pub(crate) struct Probing {
    verdict: OnceCell<Version>,
    /// Not to be asked before this time of the clock, in milliseconds.
    paused_until: AtomicU64,
}

impl Probing {
    /// The version to speak now. However many calls want to know, one of them asks and the others wait for it.
    pub(crate) async fn version<Asking>(
        &self,
        now: impl Fn() -> Duration,
        ask: impl FnOnce() -> Asking,
        hook: &ProbeHook,
    ) -> Version
    where
        Asking: Future<Output = Outcome<()>>,
    {
        let asked = self.verdict.get_or_try_init(|| async {
            if millis(now()) < self.paused_until.load(Ordering::Acquire) {
                return Err(());
            }
            let answer = ask().await;
            let verdict = verdict(&answer);
            if !matches!(answer, Err(Error::NoKey)) {
                hook.tell(&Probe {
                    version: verdict.unwrap_or(Version::V1),
                    settled: verdict.is_some(),
                    why: answer.as_ref().err(),
                });
                self.paused_until.store(millis(now().saturating_add(PAUSE)), Ordering::Release);
            }
            verdict.ok_or(())
        });
        asked.await.copied().unwrap_or(Version::V1)
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// What an answer says about the host; nothing, when it may be another one in a minute.
fn verdict(answer: &Outcome<()>) -> Option<Version> {
    match answer {
        Ok(()) | Err(Error::TooLarge { .. }) => Some(Version::V2),
        Err(Error::Refused { status: 401 | 403 | 408 | 425 | 429, .. }) => None,
        Err(Error::Refused { status: 400..500, .. }) => Some(Version::V1),
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16) -> Outcome<()> {
        Err(Error::Refused { operation: "op", status, said: String::new(), problems: Vec::new() })
    }

    #[test]
    fn only_a_refusal_for_good_speaks_against_v2() {
        assert_eq!(verdict(&Ok(())), Some(Version::V2));
        for status in [400, 404, 405, 410, 422] {
            assert_eq!(verdict(&refused(status)), Some(Version::V1), "{status}");
        }
        for status in [401, 403, 408, 429, 500, 502, 503, 504] {
            assert_eq!(verdict(&refused(status)), None, "{status}");
        }
        let connection = Error::Connection { operation: "op", why: String::new(), sent: true, write: false };
        assert_eq!(verdict(&Err(connection)), None);
        assert_eq!(
            verdict(&Err(Error::Redirected { operation: "op", status: 302, to: String::new() })),
            None
        );
    }
}
