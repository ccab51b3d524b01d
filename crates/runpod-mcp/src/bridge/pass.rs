//! The token that lets requests in, and how it is got.
//!
//! It is looked for once, before the first request. When the server refuses it, somebody is asked to sign in, once for
//! all requests that were refused with it. A sign-in outlives the request that wanted it: clients give up earlier than
//! people sign in.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::OnceCell;

use crate::remote::{Address, Challenge, Failure, SignIn, Wallet};
use crate::vault::Secret;

/// Longest time that the first request waits for the keyring.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long nobody is bothered again after a sign-in that came to nothing.
const PAUSE: Duration = Duration::from_secs(30);

/// The way in.
#[derive(Debug)]
pub(super) struct Pass {
    address: Address,
    sign_in: Option<SignIn>,
    wallet: Wallet,
    /// The header is given: there is nothing to look for.
    fixed: bool,
    looked: OnceCell<()>,
    token: Mutex<Option<Secret>>,
    /// Held by whoever signs in; how the last attempt failed.
    signing: tokio::sync::Mutex<Option<(Instant, Failure)>>,
}

/// Why there is no way in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Closed {
    /// The header that was given is not accepted.
    #[error("does not accept the Authorization header that was given with --header")]
    Fixed,
    /// Nobody can sign in here.
    #[error("wants a sign-in, which --no-sign-in rules out; use --header with a token of yours")]
    Nobody,
    /// A sign-in came to nothing.
    #[error("wants a sign-in, which failed at {0}")]
    Failed(#[from] Failure),
}

impl Pass {
    pub(super) fn new(address: Address, sign_in: Option<SignIn>, wallet: Wallet, fixed: bool) -> Self {
        let (looked, signing) = (OnceCell::new(), tokio::sync::Mutex::new(None));
        Self { address, sign_in, wallet, fixed, looked, token: Mutex::new(None), signing }
    }

    /// The token, if there is one. Waits for no sign-in.
    pub(super) async fn token(&self) -> Option<Secret> {
        if !self.fixed {
            self.looked.get_or_init(|| self.look()).await;
        }
        self.held().clone()
    }

    fn held(&self) -> MutexGuard<'_, Option<Secret>> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gets another token than the one that was refused.
    ///
    /// # Errors
    /// [`Closed`] when there is none to be had.
    pub(super) async fn renew(
        self: &Arc<Self>,
        refused: Option<Secret>,
        challenge: Option<Challenge>,
    ) -> Result<Secret, Closed> {
        if self.fixed {
            return Err(Closed::Fixed);
        }
        let own = Arc::clone(self);
        let signing = tokio::spawn(async move { own.another(refused, challenge).await });
        signing.await.unwrap_or(Err(Closed::Nobody))
    }

    async fn another(&self, refused: Option<Secret>, challenge: Option<Challenge>) -> Result<Secret, Closed> {
        let mut failed = self.signing.lock().await;
        if let Some(token) = self.held().clone().filter(|token| Some(token) != refused.as_ref()) {
            return Ok(token);
        }
        if let Some((_, failure)) = failed.as_ref().filter(|(when, _)| when.elapsed() < PAUSE) {
            return Err(failure.clone().into());
        }
        let sign_in = self.sign_in.as_ref().ok_or(Closed::Nobody)?;
        match sign_in.at(&self.address, challenge.as_ref()).await {
            Ok(token) => {
                *self.held() = Some(token.clone());
                self.keep(token.clone()).await;
                Ok(token)
            }
            Err(failure) => {
                *failed = Some((Instant::now(), failure.clone()));
                Err(failure.into())
            }
        }
    }

    async fn look(&self) {
        let (wallet, address) = (self.wallet.clone(), self.address.clone());
        let asked = tokio::task::spawn_blocking(move || wallet.find(&address));
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(Ok(Ok(token))) => *self.held() = token,
            Ok(Ok(Err(trouble))) => tracing::warn!("no kept sign-in can be read: {trouble}"),
            Ok(Err(_)) | Err(_) => tracing::warn!("the keyring does not answer; going on without it"),
        }
    }

    async fn keep(&self, token: Secret) {
        let (wallet, address) = (self.wallet.clone(), self.address.clone());
        let kept = tokio::task::spawn_blocking(move || wallet.keep(&address, &token)).await;
        match kept {
            Ok(Ok(place)) => tracing::info!("signed in; the sign-in is kept in {place}"),
            Ok(Err(trouble)) => tracing::warn!("signed in, but only until this process ends: {trouble}"),
            Err(_) => (),
        }
    }
}
