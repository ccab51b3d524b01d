//! Clients whose id is the address of a document about them (OAuth Client ID Metadata Document).
//!
//! Whoever asks chooses an address that this server then reads, so everything about that is narrow: which addresses,
//! which machines behind them (resolved once, vetted, and connected to where they were vetted), how much, how long, how
//! often. All failures look the same and take the same time, so that nobody explores a network by them. Name resolution
//! and connections are handed in.

mod address;
mod document;
mod shelf;

use std::fmt::Debug;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use runpod_api::{Clock, NoPage, Stranger, StrangersPage};

use super::fault::Fault;
use super::limits::Limits;
use address::Address;
pub(super) use document::Document;
pub(super) use shelf::Shelf;

/// How long a failure takes, whatever it was.
const FAILURE: Duration = Duration::from_secs(3);

/// An answer on its way.
pub type Coming<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Finds the machines of a host.
pub trait Resolver: Debug + Send + Sync {
    /// All its addresses; none when there is no such host.
    fn resolve<'a>(&'a self, host: &'a str) -> Coming<'a, Vec<IpAddr>>;
}

/// Reads pages.
pub trait Reader: Debug + Send + Sync {
    /// The page of an address, from this machine.
    ///
    /// # Errors
    /// When there is none that can be used.
    fn page<'a>(&'a self, url: &'a str, at: IpAddr) -> Coming<'a, Result<StrangersPage, NoPage>>;
}

/// Asks the system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn resolve<'a>(&'a self, host: &'a str) -> Coming<'a, Vec<IpAddr>> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 443)).await;
            found.map(|all| all.map(|one| one.ip()).collect()).unwrap_or_default()
        })
    }
}

impl Reader for Stranger {
    fn page<'a>(&'a self, url: &'a str, at: IpAddr) -> Coming<'a, Result<StrangersPage, NoPage>> {
        Box::pin(self.page(url, at))
    }
}

/// Whose documents are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Documents {
    /// Nobody's.
    #[default]
    Off,
    /// Those of these hosts, with their port where it is not 443.
    Of(Vec<String>),
    /// Everybody's.
    Open,
}

impl Documents {
    /// Reads `MCP_CIMD` and `MCP_CIMD_HOSTS`. No host on the list is nobody.
    ///
    /// # Errors
    /// A sentence that says what is accepted.
    pub fn parse(mode: Option<&str>, hosts: &[String]) -> Result<Self, String> {
        if let Some(bad) = hosts.iter().find(|host| !address::is_host_and_port(host)) {
            return Err(format!(
                "{bad:?} is no host; write names such as client.example or client.example:8443"
            ));
        }
        match mode.unwrap_or("allowlist") {
            "off" => Ok(Self::Off),
            "allowlist" if hosts.is_empty() => Ok(Self::Off),
            "allowlist" => Ok(Self::Of(hosts.to_vec())),
            "open" => Ok(Self::Open),
            other => Err(format!("{other:?} is none of off, allowlist, open")),
        }
    }

    /// Whether the document at this host and port is read. In the open only the usual port is.
    fn include(&self, address: &Address<'_>) -> bool {
        match self {
            Self::Off => false,
            Self::Of(hosts) => hosts.iter().any(|host| host == address.authority),
            Self::Open => address.port.is_none(),
        }
    }
}

/// Reads documents and keeps them for a while.
#[derive(Debug)]
pub(super) struct Library {
    pub(super) of: Documents,
    pub(super) resolver: Arc<dyn Resolver>,
    pub(super) reader: Arc<dyn Reader>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) limits: Limits,
    pub(super) shelf: Shelf,
}

/// The one thing that is said about every failure.
const FAILED: Fault =
    Fault::invalid_client("the document of this client_id could not be read or is not valid");

impl Library {
    /// The client of an id that is the address of its document.
    pub(super) async fn document(&self, id: &str) -> Result<Arc<Document>, Fault> {
        let Some(address) = Address::parse(id).filter(|address| self.of.include(address)) else {
            return Err(FAILED);
        };
        if let Some(found) = self.shelf.find(id, self.clock.now()) {
            return Ok(found);
        }
        let began = self.clock.now();
        let found = self.shelf.one_at_a_time(id, self.clock.as_ref(), || self.fetch(&address)).await;
        match found {
            Some(document) => Ok(document),
            None => {
                self.clock.sleep(FAILURE.saturating_sub(self.clock.now().saturating_sub(began))).await;
                Err(FAILED)
            }
        }
    }

    /// The document and how long it may be kept.
    async fn fetch(&self, address: &Address<'_>) -> Option<(Document, Duration)> {
        self.limits.document(address.host).await.ok()?;
        let read = async {
            let machines = self.resolver.resolve(address.host).await;
            // One that must not be reached spoils them all: a name that points there is up to something.
            let all_public = machines.iter().all(|machine| address::is_public(*machine));
            let machine =
                machines.first().copied().filter(|_| all_public).ok_or("no address that may be reached")?;
            let page = self.reader.page(address.url, machine).await.map_err(|_| "no page")?;
            let kept = shelf::life(page.cache_control.as_deref());
            Document::read(address, &page).map(|document| (document, kept))
        };
        let read = tokio::select! {
            biased;
            read = read => read,
            () = self.clock.sleep(FAILURE) => Err("too late"),
        };
        let log =
            |why: &&str| tracing::info!(event = "oauth_client_document_failed", host = address.host, why);
        read.inspect_err(log).ok()
    }
}
