//! One page of somebody who is neither Runpod nor known: asked for once, over https, at an address that was vetted
//! before, without a key, a proxy, a cookie or a name of ours, and without following anybody anywhere.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderName};

use super::engine;
use crate::client::Settings;
use crate::clock::Clock;

/// Longest wait for the whole page.
const PATIENCE: Duration = Duration::from_secs(3);
/// Most that is read of it, in bytes.
const CAP: usize = 5 * 1024;

/// Reads pages of strangers.
#[derive(Clone, Debug)]
pub struct Stranger {
    settings: Settings,
    clock: Arc<dyn Clock>,
}

/// A page as it came, whatever its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// HTTP status.
    pub status: u16,
    /// What it says it is.
    pub media: Option<String>,
    /// How long it may be kept, in the words of its host.
    pub cache_control: Option<String>,
    /// At most 5 KiB.
    pub body: Vec<u8>,
}

/// There is no page. Why, is for a log: to the caller all reasons are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPage {
    /// The address cannot be asked for.
    #[error("the address cannot be used")]
    Address,
    /// The connection failed or broke.
    #[error("the connection failed")]
    Connection,
    /// It is longer than anybody needs.
    #[error("the page is longer than 5 KiB")]
    TooLong,
    /// It did not come in time.
    #[error("the page did not come within 3 s")]
    TooLate,
}

impl Stranger {
    /// Takes certificates and clock from these settings, and nothing else.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        let clock = Arc::clone(&settings.clock);
        Self { settings: Settings { proxy: None, no_proxy: None, ..settings.clone() }, clock }
    }

    /// Reads the page of this address, connecting to this machine whatever the name of the host resolves to by now.
    ///
    /// # Errors
    /// See [`NoPage`].
    pub async fn page(&self, url: &str, at: IpAddr) -> Result<Page, NoPage> {
        let url = reqwest::Url::parse(url).map_err(|_| NoPage::Address)?;
        let host = url.host_str().filter(|_| url.scheme() == "https").ok_or(NoPage::Address)?;
        let port = url.port_or_known_default().ok_or(NoPage::Address)?;
        let http =
            engine::pinned(&self.settings, host, SocketAddr::new(at, port)).map_err(|_| NoPage::Address)?;
        let asking = http.get(url).header(ACCEPT, "application/json").send();
        tokio::select! {
            biased;
            page = read(asking) => page,
            () = self.clock.sleep(PATIENCE) => Err(NoPage::TooLate),
        }
    }
}

async fn read(asking: impl Future<Output = reqwest::Result<reqwest::Response>>) -> Result<Page, NoPage> {
    let mut response = asking.await.map_err(|_| NoPage::Connection)?;
    let mut page = Page {
        status: response.status().as_u16(),
        media: text(response.headers(), &CONTENT_TYPE),
        cache_control: text(response.headers(), &CACHE_CONTROL),
        body: Vec::new(),
    };
    while let Some(chunk) = response.chunk().await.map_err(|_| NoPage::Connection)? {
        if page.body.len() + chunk.len() > CAP {
            return Err(NoPage::TooLong);
        }
        page.body.extend_from_slice(&chunk);
    }
    Ok(page)
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}
