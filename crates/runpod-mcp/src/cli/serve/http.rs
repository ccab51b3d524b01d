//! `serve --http`: decides where and how to listen, or says why it would be unsafe.

mod site;

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpSocket};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::config::{Config, Hosted, Keys, Problems};
use crate::serve::http::{self, Limits, Listening, Rates, Settings, Tls};

/// Where it listens unless somebody says.
const HERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8471);

/// What the host says to the key of one caller decides nothing for another, so nobody is asked.
const AUTO_IS_V1: &str = "over HTTP `auto` means REST v1, of which Runpod has announced the end for 15 November 2026: set \
                          RUNPOD_REST_VERSION to v2 or v1";

/// Connections that may wait to be taken; the kernel may allow fewer. Whoever finds no place in a crowd tries again only
/// after a second, and what a listener has unless somebody says (128, seen on Linux on 2026-11-30) is soon full.
const QUEUE: u32 = 4096;

/// How long a platform lets a request run, unless it says.
const PLATFORM: Duration = Duration::from_secs(60);

pub(super) fn run(given: Option<SocketAddr>, mut config: Config) -> anyhow::Result<ExitCode> {
    let at = address(given, &config.hosted);
    let settings = settings(at, &config)?;
    let tls = files(&config.hosted).map(|(cert, key)| tls(cert, key)).transpose()?;
    if config.keys.is_given() {
        tracing::warn!("RUNPOD_API_KEY is ignored: over HTTP every caller brings a key of their own");
    }
    config.keys = Keys::default();
    if let Some(versions) = config.versions.for_many() {
        tracing::warn!("{AUTO_IS_V1}");
        config.versions = versions;
    }
    announce(at, &settings, &config);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let socket = listen(at).with_context(|| format!("cannot listen on {at}"))?;
        let place = place(&socket, &settings)?;
        let (mut site, behind) = site::of(config, settings).await?;
        site.drain = until_told()?;
        tracing::info!("MCP is served at {place}");
        http::serve(site, Listening { socket, tls }).await?;
        behind.end().await;
        anyhow::Ok(())
    })?;
    runtime.shutdown_background();
    Ok(ExitCode::SUCCESS)
}

/// Listens as [`TcpListener::bind`] does, with a longer queue.
fn listen(at: SocketAddr) -> io::Result<TcpListener> {
    let socket = if at.is_ipv6() { TcpSocket::new_v6()? } else { TcpSocket::new_v4()? };
    // A restart need not wait until connections of before are forgotten. On Windows it would let others listen here too.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(at)?;
    socket.listen(QUEUE)
}

/// Where to listen: what was said, the port that a platform wants, or this machine alone.
fn address(given: Option<SocketAddr>, hosted: &Hosted) -> SocketAddr {
    let platform = || Some(SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), hosted.port?));
    given.or_else(platform).unwrap_or(HERE)
}

/// How the front stands in the world.
///
/// # Errors
/// When the settings do not fit the address: nobody should find out by the key that was read on the way.
fn settings(at: SocketAddr, config: &Config) -> anyhow::Result<Settings> {
    let hosted = &config.hosted;
    let mut problems = Vec::new();
    let mut proxies = Vec::new();
    for text in &hosted.trusted_proxies {
        match text.parse() {
            Ok(network) => proxies.push(network),
            Err(bad) => problems.push(format!("MCP_TRUSTED_PROXIES: {text:?} {bad}")),
        }
    }
    let settings = Settings {
        public_url: hosted.public_url.as_ref().map(|base| base.as_str().to_owned()),
        hosts: hosted.allowed_hosts.clone(),
        platform_hosts: hosted.platform_hosts.clone(),
        loopback: at.ip().is_loopback(),
        origins: hosted.allowed_origins.clone(),
        proxies,
        tls: files(hosted).is_some(),
        bearer: !config.sandbox || hosted.require_auth,
        limits: limits(hosted),
        rates: rates(config),
    };
    problems.extend(halves(hosted));
    problems.extend(exposed(at, hosted, &settings));
    if problems.is_empty() { Ok(settings) } else { Err(Problems(problems).into()) }
}

/// Certificate and key, if both are there.
fn files(hosted: &Hosted) -> Option<(&Path, &Path)> {
    hosted.tls_cert.as_deref().zip(hosted.tls_key.as_deref())
}

/// What is wrong with settings that were said by half, or by more than is needed.
fn halves(hosted: &Hosted) -> Vec<String> {
    let mut problems = Vec::new();
    if hosted.tls_cert.is_some() != hosted.tls_key.is_some() {
        problems.push(
            "a certificate and its key belong together: set MCP_TLS_CERT_FILE and MCP_TLS_KEY_FILE"
                .to_owned(),
        );
    }
    // Metadata and sign-in stand at fixed places below the address.
    if hosted.public_url.as_ref().is_some_and(|base| base.as_str().splitn(4, '/').nth(3).is_some()) {
        problems.push(
            "MCP_PUBLIC_URL must end with the host, without a path, such as https://mcp.example.com"
                .to_owned(),
        );
    }
    problems
}

/// What is wrong with listening on an address that others reach.
fn exposed(at: SocketAddr, hosted: &Hosted, settings: &Settings) -> Vec<String> {
    if at.ip().is_loopback() {
        return Vec::new();
    }
    let on_platform = hosted.port.is_some_and(|port| port == at.port());
    let encrypted = settings.tls || hosted.plain_http || on_platform || !settings.proxies.is_empty();
    let named =
        settings.public_url.is_some() || !settings.hosts.is_empty() || !settings.platform_hosts.is_empty();
    let clear = format!(
        "{at} can be reached by others, and keys would travel in clear: set MCP_TLS_CERT_FILE and MCP_TLS_KEY_FILE, or \
         MCP_TRUSTED_PROXIES if a proxy in front encrypts, or MCP_PLAIN_HTTP=true if you know that something does"
    );
    let nameless = format!(
        "{at} can be reached by others, and it is not known under which name: set MCP_PUBLIC_URL to the address that \
         clients use, such as https://mcp.example.com"
    );
    [(!encrypted).then_some(clear), (!named).then_some(nameless)].into_iter().flatten().collect()
}

fn limits(hosted: &Hosted) -> Limits {
    let default = Limits::default();
    Limits {
        connections: hosted.max_connections.unwrap_or(default.connections),
        connections_per_ip: hosted.max_connections_per_ip.unwrap_or(default.connections_per_ip),
        requests: hosted.max_requests.unwrap_or(default.requests),
        request_time: scaled(default.request_time, hosted),
        ..default
    }
}

/// How often somebody may ask; in an open sandbox, as often as they like.
fn rates(config: &Config) -> Rates {
    if config.sandbox && !config.hosted.require_auth {
        return Rates::NONE;
    }
    Rates::of(config.hosted.rate_per_key, config.hosted.rate_per_ip)
}

/// A time as long as the platform leaves of it. A platform with more time than usual changes nothing: clients have
/// limits too.
pub(super) fn scaled(time: Duration, hosted: &Hosted) -> Duration {
    let platform = hosted.platform_timeout.unwrap_or(PLATFORM).min(PLATFORM);
    time.mul_f64(platform.as_secs_f64() / PLATFORM.as_secs_f64())
}

fn announce(at: SocketAddr, settings: &Settings, config: &Config) {
    super::announce(config);
    if !at.ip().is_loopback() && !settings.tls {
        let why =
            if config.hosted.port.is_some_and(|port| port == at.port()) { " ($PORT is set)" } else { "" };
        tracing::warn!("listening on {at} without encryption{why}: something in front has to encrypt");
    }
    if !settings.bearer {
        tracing::warn!(
            "every caller acts for the account of the sandbox; --require-auth asks them for a key"
        );
    }
}

/// Where clients find it.
fn place(socket: &TcpListener, settings: &Settings) -> io::Result<String> {
    let at = socket.local_addr()?;
    let local = || format!("{}://{at}", if settings.tls { "https" } else { "http" });
    let platform = settings.platform_hosts.first().map(|host| format!("https://{host}"));
    let base = settings.public_url.clone().or(platform).unwrap_or_else(local);
    Ok(format!("{base}/mcp (listening on {at})"))
}

/// Encryption by files.
fn tls(cert: &Path, key: &Path) -> anyhow::Result<Tls> {
    let named = |path: &Path, what: &str| format!("{what} {} cannot be used", path.display());
    let chain: Vec<_> = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect::<Result<_, _>>)
        .with_context(|| named(cert, "MCP_TLS_CERT_FILE"))?;
    let key = PrivateKeyDer::from_pem_file(key).with_context(|| named(key, "MCP_TLS_KEY_FILE"))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let config = builder.with_no_client_auth().with_single_cert(chain, key);
    let mut config = config.with_context(|| named(cert, "MCP_TLS_CERT_FILE"))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Tls(TlsAcceptor::from(Arc::new(config))))
}

/// Is cancelled when the process is told to stop.
fn until_told() -> io::Result<CancellationToken> {
    let told = CancellationToken::new();
    let tell = told.clone();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        tokio::spawn(async move {
            tokio::select! { _ = term.recv() => (), _ = int.recv() => () }
            tell.cancel();
        });
    }
    #[cfg(not(unix))]
    tokio::spawn(async move {
        drop(tokio::signal::ctrl_c().await);
        tell.cancel();
    });
    Ok(told)
}

#[cfg(test)]
mod tests {
    use futures_util::future::try_join_all;
    use tokio::net::TcpStream;

    use super::*;

    // Elsewhere the kernel may allow no more than 128.
    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_crowd_that_comes_at_once_finds_a_place_in_the_queue() {
        let listener = listen((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let at = listener.local_addr().unwrap();
        let crowd = try_join_all((0..200).map(|_| TcpStream::connect(at)));
        let came = tokio::time::timeout(Duration::from_secs(30), crowd).await;
        assert_eq!(came.expect("nobody is turned away").unwrap().len(), 200);
    }

    #[test]
    fn a_call_has_what_the_platform_leaves_of_its_time_and_never_more() {
        let on = |seconds: Option<u64>| Hosted {
            platform_timeout: seconds.map(Duration::from_secs),
            ..Hosted::default()
        };
        let of = |seconds| scaled(Duration::from_secs(50), &on(seconds));
        assert_eq!((of(None), of(Some(60))), (Duration::from_secs(50), Duration::from_secs(50)));
        assert_eq!(of(Some(30)), Duration::from_secs(25));
        assert_eq!(of(Some(3600)), Duration::from_secs(50));
    }
}
