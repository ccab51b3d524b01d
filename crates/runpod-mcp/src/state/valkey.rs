//! The state of many replicas, on a Valkey or Redis server.
//!
//! Each step is one script there, so replicas never see half of another's step, and the time is the server's, so
//! their clocks need not agree. A step has a quarter of a second in all, connecting included. When that fails, the
//! server counts as away for a second in which nobody waits for it; then one step tries again for all. Until it is
//! back, limits are counted in the memory of this process, and marks are refused.
//!
//! Keys expire by themselves. They need one server (or a proxy that looks like one), no module and no setting but
//! that it must not evict: `maxmemory-policy noeviction`, or a mark could be lost early.

mod health;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, RedisError, RedisResult, Script};
use runpod_api::Clock;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use tokio::sync::Mutex;

use super::digest::{Digest, Digester};
use super::{Memory, Pending, Rule, Settings, State, Taken, Unsure};

use health::Health;

/// The state that replicas share.
pub struct Valkey {
    client: redis::Client,
    line: Mutex<Option<MultiplexedConnection>>,
    scripts: Scripts,
    digester: Digester,
    health: Health,
    patience: Duration,
    clock: Arc<dyn Clock>,
    /// Counts while the server is away.
    alone: Memory,
}

struct Scripts {
    take: Script,
    give_back: Script,
}

/// Why a setting cannot be used. Says nothing of its value, which may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSettings {
    /// The address is none.
    #[error(
        "MCP_STATE_URL must be a URL such as redis://:password@valkey.internal:6379/0, or rediss:// for TLS"
    )]
    Url,
    /// The certificates are none.
    #[error("SSL_CERT_FILE holds no PEM certificate that MCP_STATE_URL (rediss://) could be checked against")]
    Roots,
}

impl Valkey {
    /// Ready to connect at the first step.
    ///
    /// # Errors
    /// [`BadSettings`] when the server could never be reached with these.
    pub fn new(url: &str, settings: &Settings, clock: Arc<dyn Clock>) -> Result<Self, BadSettings> {
        let scripts = Scripts {
            take: Script::new(include_str!("valkey/take.lua")),
            give_back: Script::new(include_str!("valkey/give_back.lua")),
        };
        let alone = Memory::new(settings.size, Arc::clone(&clock));
        let digester = Digester::new(secret(url, settings)?.as_bytes());
        let (client, line, health) = (client(url, settings)?, Mutex::new(None), Health::default());
        let patience = settings.patience;
        Ok(Self { client, line, scripts, digester, health, patience, clock, alone })
    }

    /// What a step came to; nothing while the server is away.
    async fn step<T>(&self, step: impl AsyncFnOnce(MultiplexedConnection) -> RedisResult<T>) -> Option<T> {
        if !self.health.may_try(self.clock.now()) {
            return None;
        }
        let ended = tokio::select! {
            biased;
            ended = async { step(self.connection().await?).await } => ended.map_err(Some),
            () = self.clock.sleep(self.patience) => Err(None),
        };
        match ended {
            Ok(answer) => {
                self.health.answered();
                Some(answer)
            }
            Err(error) => {
                self.hang_up().await;
                self.health
                    .failed(self.clock.now(), error.as_ref().map_or("timed out", RedisError::category));
                None
            }
        }
    }

    /// The one connection, which takes any number of steps at a time.
    async fn connection(&self) -> RedisResult<MultiplexedConnection> {
        let mut line = self.line.lock().await;
        if let Some(line) = &*line {
            return Ok(line.clone());
        }
        let patience = Some(self.patience);
        let config = AsyncConnectionConfig::new();
        let config = config.set_connection_timeout(patience).set_response_timeout(patience);
        let new = self.client.get_multiplexed_async_connection_with_config(&config).await?;
        Ok(line.insert(new).clone())
    }

    async fn hang_up(&self) {
        *self.line.lock().await = None;
    }

    fn key(&self, kind: &str, digest: Digest) -> String {
        format!("runpod-mcp:{kind}:{digest}")
    }

    async fn take_there(&self, rule: &Rule, who: &str, cost: u32) -> Option<Taken> {
        let key = self.key("limit", self.digester.of(rule.name(), who));
        let wait: u64 = self
            .step(async |mut line| {
                let mut script = self.scripts.take.key(key);
                script.arg(rule.price(cost)).arg(rule.room()).invoke_async(&mut line).await
            })
            .await?;
        Some(if wait == 0 { Taken::Allowed } else { Taken::Wait(Duration::from_micros(wait)) })
    }

    async fn give_back_there(&self, rule: &Rule, who: &str, cost: u32) -> Option<()> {
        let key = self.key("limit", self.digester.of(rule.name(), who));
        self.step(async |mut line| {
            let mut script = self.scripts.give_back.key(key);
            script.arg(rule.price(cost)).invoke_async(&mut line).await
        })
        .await
    }

    async fn first_there(&self, mark: &str, keep: Duration) -> Option<bool> {
        let key = self.key("mark", self.digester.of("mark", mark));
        let keep = u64::try_from(keep.as_millis()).unwrap_or(u64::MAX).max(1);
        self.step(async |mut line| {
            let mut set = redis::cmd("SET");
            set.arg(key).arg(1).arg("NX").arg("PX").arg(keep).query_async(&mut line).await
        })
        .await
    }
}

impl State for Valkey {
    fn take<'a>(&'a self, rule: &'a Rule, who: &'a str, cost: u32) -> Pending<'a, Taken> {
        Box::pin(async move {
            let there = self.take_there(rule, who, cost).await;
            there.unwrap_or_else(|| self.alone.take_now(rule, who, cost))
        })
    }

    fn give_back<'a>(&'a self, rule: &'a Rule, who: &'a str, cost: u32) -> Pending<'a, ()> {
        Box::pin(async move {
            let there = self.give_back_there(rule, who, cost).await;
            there.unwrap_or_else(|| self.alone.give_back_now(rule, who, cost));
        })
    }

    fn first<'a>(&'a self, mark: &'a str, keep: Duration) -> Pending<'a, Result<bool, Unsure>> {
        Box::pin(async move { self.first_there(mark, keep).await.ok_or(Unsure::Unreachable) })
    }

    fn reachable(&self) -> bool {
        self.health.is_good()
    }
}

impl fmt::Debug for Valkey {
    /// Without the address, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Valkey").field("reachable", &self.health.is_good()).finish_non_exhaustive()
    }
}

fn client(url: &str, settings: &Settings) -> Result<redis::Client, BadSettings> {
    let roots = settings.roots_pem.clone().filter(|_| url.starts_with("rediss://"));
    match roots {
        None => redis::Client::open(url).map_err(|_| BadSettings::Url),
        Some(pem) => {
            // The client takes what is none for an empty list, with which it could never connect.
            let some = CertificateDer::pem_slice_iter(&pem).next().is_some_and(|first| first.is_ok());
            if !some {
                return Err(BadSettings::Roots);
            }
            let certificates = redis::TlsCertificates { client_tls: None, root_cert: Some(pem.to_vec()) };
            redis::Client::build_with_tls(url, certificates).map_err(|_| BadSettings::Roots)
        }
    }
}

/// What digests are keyed with: the secret that was given, or the password of the server.
fn secret(url: &str, settings: &Settings) -> Result<String, BadSettings> {
    let parsed = redis::parse_redis_url(url).filter(|url| matches!(url.scheme(), "redis" | "rediss"));
    let parsed = parsed.filter(|url| url.has_host()).ok_or(BadSettings::Url)?;
    let given = settings.secret.as_deref().or(parsed.password());
    Ok(given.unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use runpod_api::RealClock;

    use super::*;

    fn bad(url: &str, settings: &Settings) -> Option<BadSettings> {
        Valkey::new(url, settings, Arc::new(RealClock::default())).err()
    }

    #[test]
    fn settings_that_cannot_work_are_refused_without_their_value() {
        let none = Settings::default();
        for url in
            ["", "valkey.internal", "http://CANARY@h", "redis://", "redis+unix:///CANARY", "redis://h:port/"]
        {
            let error = bad(url, &none).unwrap_or_else(|| panic!("{url}"));
            assert!(error == BadSettings::Url && !error.to_string().contains("CANARY"), "{url}");
        }
        for url in ["redis://h", "redis://:p@h:6379/1", "rediss://user:p@h"] {
            assert_eq!(bad(url, &none), None, "{url}");
        }
        let roots = Settings { roots_pem: Some(b"CANARY".as_slice().into()), ..Settings::default() };
        assert_eq!(bad("rediss://h", &roots), Some(BadSettings::Roots));
        assert_eq!(bad("redis://h", &roots), None, "needed for TLS alone");
    }

    #[test]
    fn an_address_and_its_password_show_themselves_to_nobody() {
        let valkey = Valkey::new("redis://:CANARY@h", &Settings::default(), Arc::new(RealClock::default()));
        assert!(!format!("{valkey:?}").contains("CANARY"));
    }

    #[test]
    fn digests_are_keyed_with_the_secret_or_else_the_password() {
        let with =
            |secret: Option<&str>| Settings { secret: secret.map(str::to_owned), ..Settings::default() };
        assert_eq!(secret("redis://:pass@h", &with(Some("own"))).as_deref(), Ok("own"));
        assert_eq!(secret("redis://:pass@h", &with(None)).as_deref(), Ok("pass"));
        assert_eq!(secret("redis://h", &with(None)).as_deref(), Ok(""));
    }
}
