//! The backend that mints keys: asking for one, and waiting for the approval.
//!
//! Reading an approved request takes the key away. So the verifier is compared before anything else is made of an
//! answer, one read that failed ends the wait, and however often a code is redeemed at once, this process reads it in
//! one row of reads. Whoever waits may leave; the reads go on only as long as somebody waits.

mod flights;

use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use runpod_api::flash::{Created, Flash, Minted, RequestId, Told, Wish, refuses_challenge, refuses_key_name};
use runpod_api::{Clock, Deadline, Error};

use super::Wall;
use super::fault::Fault;
use super::limits::Limits;
use super::pkce::{Challenge, Verifier};
pub(super) use flights::Flights;
use flights::Seat;

/// Longest time for one read.
const READ: Duration = Duration::from_secs(10);
/// What must be left for one more read.
const LAST: Duration = Duration::from_secs(5);
/// The first wait; the following ones double up to [`LONG`].
const SHORT: Duration = Duration::from_millis(500);
const LONG: Duration = Duration::from_secs(2);
/// Most reads for one code in a row.
const READS: u32 = 25;
/// How far clocks may be apart, in seconds.
pub(super) const SKEW: u64 = 60;
/// How often somebody with another verifier waits for the one before to end.
const TURNS: u32 = 3;

/// How the wait for a key ended.
#[derive(Clone, Debug)]
pub(super) enum End {
    Key(Minted),
    /// The request was made with another challenge, or with none.
    Mismatch,
    /// There is no such request.
    Unknown,
    /// The key was read before.
    Used,
    Denied,
    Expired,
    /// Nobody has decided yet.
    Pending,
    /// The backend did not answer as it should; the log says how.
    Broken,
    /// Others are redeeming the same code.
    Busy,
}

/// The backend, and who waits for it.
#[derive(Debug)]
pub(super) struct Backend {
    pub(super) flash: Flash,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) wall: Wall,
    /// Longest wait of one redemption.
    pub(super) budget: Duration,
    pub(super) jitter: fn(Duration) -> Duration,
    pub(super) flights: Arc<Flights>,
    pub(super) limits: Limits,
}

impl Backend {
    /// Asks for a key.
    pub(super) async fn create(&self, name: Option<&str>, challenge: &Challenge) -> Result<Created, Fault> {
        let wish = Wish { key_name: name, challenge: challenge.as_str() };
        self.flash.create(&wish).await.map_err(|error| {
            tracing::warn!(event = "oauth_authorize_failed", %error);
            refused(&error)
        })
    }

    /// Waits for the key of a request. Of callers with the same code and verifier all hear the same. With `once`, a key
    /// that the backend gives a second time is not handed on.
    pub(super) async fn redeem(self: &Arc<Self>, id: &RequestId, verifier: Verifier, once: bool) -> End {
        let mark = verifier.mark();
        let mut verifier = Some(verifier);
        for _ in 0..TURNS {
            match self.flights.board(id, mark) {
                Seat::Pilot(landing, passenger) => {
                    let Some(verifier) = verifier.take() else { return End::Busy };
                    let (backend, id) = (Arc::clone(self), id.clone());
                    tokio::spawn(async move {
                        let end = backend.turn(&id, &verifier, || landing.is_awaited()).await;
                        let used = once && matches!(end, End::Key(_)) && !backend.limits.is_first(&id).await;
                        landing.end(if used { End::Used } else { end });
                    });
                    return passenger.end().await;
                }
                Seat::Passenger(passenger) => return passenger.end().await,
                Seat::Behind(before) => drop(before.end().await),
            }
        }
        End::Busy
    }

    /// One row of reads, unless there were too many wrong verifiers for this code.
    async fn turn(&self, id: &RequestId, verifier: &Verifier, awaited: impl Fn() -> bool) -> End {
        if self.limits.try_verifier(id).await.is_err() {
            return End::Busy;
        }
        let end = self.wait(id, verifier, awaited).await;
        if !matches!(end, End::Mismatch | End::Unknown) {
            self.limits.verifier_was_right(id).await;
        }
        end
    }

    async fn wait(&self, id: &RequestId, verifier: &Verifier, awaited: impl Fn() -> bool) -> End {
        let deadline = Deadline::after(&self.clock, self.budget);
        let mut pause = SHORT;
        for _ in 0..READS {
            let told = match self.flash.read(id, deadline.remaining(READ)).await {
                Ok(Some(told)) => told,
                Ok(None) => return End::Unknown,
                Err(error) => {
                    let error = error.to_string().replace(id.reveal(), "[code]");
                    tracing::warn!(event = "oauth_token_failed", error);
                    return End::Broken;
                }
            };
            if let Some(end) = self.judge(told, verifier) {
                return end;
            }
            let wait = pause.mul_f64(0.9) + (self.jitter)(pause.mul_f64(0.2));
            if !deadline.allows(wait + LAST) || !awaited() {
                break;
            }
            self.clock.sleep(wait).await;
            pause = (pause * 2).min(LONG);
        }
        End::Pending
    }

    /// What an answer means; nothing while nobody has decided.
    fn judge(&self, told: Told, verifier: &Verifier) -> Option<End> {
        let challenge = told.challenge.as_deref().and_then(Challenge::parse);
        let proven = told.method.as_deref() == Some("S256")
            && challenge.is_some_and(|challenge| challenge.is_of(verifier));
        tracing::debug!(event = "oauth_token_poll", status = known(&told.status), proven);
        if !proven {
            return Some(End::Mismatch);
        }
        match (told.status.as_str(), told.key) {
            ("APPROVED" | "CONSUMED", Some(key)) => Some(End::Key(key)),
            ("APPROVED" | "CONSUMED", None) => Some(End::Used),
            ("DENIED", _) => Some(End::Denied),
            ("EXPIRED", _) => Some(End::Expired),
            _ => self.is_over(told.expires_at.as_deref()).then_some(End::Expired),
        }
    }

    fn is_over(&self, expires_at: Option<&str>) -> bool {
        expires_at.and_then(seconds).is_some_and(|at| self.wall.now() > at + SKEW)
    }
}

/// An instant as the backend writes it, in seconds since 1970.
pub(super) fn seconds(text: &str) -> Option<u64> {
    DateTime::parse_from_rfc3339(text).ok().and_then(|at| at.timestamp().try_into().ok())
}

/// A status that may be logged: one of those that are known.
fn known(status: &str) -> &'static str {
    let words = ["PENDING", "APPROVED", "DENIED", "EXPIRED", "CONSUMED"];
    words.into_iter().find(|word| *word == status).unwrap_or("unknown")
}

/// What is told to whoever wanted to sign in.
fn refused(error: &Error) -> Fault {
    match error {
        _ if refuses_challenge(error) => Fault::server_error(
            "the sign-in backend does not know codeChallenge, so it is too old for PKCE, which this server \
             requires; the operator of this server must point RUNPOD_GRAPHQL_URL at a current one",
        ),
        _ if refuses_key_name(error) => Fault::server_error(
            "the sign-in backend does not know apiKeyName; the operator of this server must set \
             RUNPOD_API_KEY_NAME to an empty text",
        ),
        _ => Fault::unavailable("Runpod could not begin the sign-in; try again in a moment"),
    }
}
