//! What a hosted server is put together from: the server, who checks keys, what replicas share, how people sign in.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use runpod_api::{Client, Clock, ExchangeHook, RealClock, Settings as Reach};

use super::scaled;
use crate::cli::connect::{self, Connection};
use crate::config::{Callback, Config, Hosted, Problems};
use crate::credential::{self, Gate, Switch, Verdicts};
use crate::mcp::HOSTED_PATIENCE;
use crate::metrics::Metrics;
use crate::oauth::{self, Consent, Documents, KeyName, Keyring, Redirects, SignIn, Tokens};
use crate::otlp::{self, Exporter, Sending, Span};
use crate::serve::http::{self, Settings, Site, Spans};
use crate::state::{self, State};

/// How long a sign-in may wait for its approval.
const REDEMPTION: Duration = Duration::from_secs(45);

/// How long the last spans may take to leave.
const LAST_SPANS: Duration = Duration::from_secs(2);

/// What a collector calls this server unless somebody says.
const SERVICE: &str = "runpod-mcp";

/// The front that a configuration describes, and what has to live as long as it does.
///
/// # Errors
/// All [`Problems`] of the settings that are only looked at here.
pub(super) async fn of(config: Config, settings: Settings) -> anyhow::Result<(Site, Behind)> {
    let (metrics, verdicts) = (Arc::new(http::figures()), Arc::new(Verdicts::default()));
    let (hosted, sign_in) = (config.hosted.clone(), config.sign_in.clone());
    let (spans, sending) = collector(&hosted)?.unzip();
    let on_exchange = told(Arc::clone(&metrics), Arc::clone(&verdicts), spans.clone());
    let reached = connect::hosted(config, scaled(HOSTED_PATIENCE, &hosted), on_exchange).await?;
    let server = reached.connection.server.clone();
    let state = shared(&hosted, &reached.settings)?;
    let mut site = Site::new(server, settings);
    if site.settings.bearer {
        let backend =
            reached.console.as_ref().map_or(sign_in, |_| reached.settings.hosts.graphql_public.clone());
        let console =
            reached.console.or_else(|| hosted.console.as_ref().map(|base| base.as_str().to_owned()));
        let console = console.unwrap_or_default();
        site.sign_in = Some(desk(&hosted, reached.settings.clone(), (backend, console), Arc::clone(&state))?);
        site.gate = Some(gate(&hosted, reached.settings, verdicts, (&state, &metrics)));
    }
    (site.state, site.metrics, site.spans) = (state, metrics, spans);
    Ok((site, Behind { _connection: reached.connection, sending }))
}

/// What has to live as long as a front.
#[derive(Debug)]
pub(super) struct Behind {
    _connection: Connection,
    sending: Option<Sending>,
}

impl Behind {
    /// Lets the last spans leave, within reason.
    pub(super) async fn end(self) {
        let Self { _connection, sending } = self;
        drop(_connection);
        if let Some(sending) = sending {
            let clock: Arc<dyn Clock> = Arc::new(RealClock::default());
            sending.finish(&clock, LAST_SPANS).await;
        }
    }
}

/// Where spans are sent, if anywhere.
fn collector(hosted: &Hosted) -> anyhow::Result<Option<(Spans, Sending)>> {
    let said = &hosted.spans;
    let settings = match (&said.traces_endpoint, &said.endpoint) {
        (Some(exactly), _) => otlp::Settings::to_exactly(exactly),
        (None, Some(base)) => otlp::Settings::to(base),
        (None, None) => return Ok(None),
    };
    let headers = said.headers.as_deref().unwrap_or_default();
    let settings = settings.and_then(|settings| settings.with_headers(headers));
    let bad = |bad: otlp::BadSettings| Problems(vec![bad.to_string()]);
    let settings = settings.map_err(bad)?.named(said.service.as_deref().unwrap_or(SERVICE));
    let clock: Arc<dyn Clock> = Arc::new(RealClock::default());
    let started = Exporter::start(settings, Arc::clone(&clock), SystemTime::now());
    let (exporter, sending) = started.map_err(bad)?;
    Ok(Some((Spans { exporter, clock }, sending)))
}

/// Counts exchanges with Runpod, hears of keys that it refuses, and sends a span for each.
fn told(metrics: Arc<Metrics>, verdicts: Arc<Verdicts>, spans: Option<Spans>) -> ExchangeHook {
    ExchangeHook::new(move |exchange| {
        metrics.exchange(exchange);
        verdicts.heard(exchange);
        let span = spans.as_ref().and_then(|spans| Span::of(exchange, spans.clock.now()));
        if let (Some(spans), Some(span)) = (&spans, span) {
            spans.exporter.record(span);
        }
    })
}

/// What replicas share.
fn shared(hosted: &Hosted, reach: &Reach) -> anyhow::Result<Arc<dyn State>> {
    let settings = state::Settings {
        url: hosted.state_url.clone(),
        secret: hosted.state_secret.clone(),
        roots_pem: reach.roots_pem.clone(),
        ..state::Settings::default()
    };
    if let Some(warning) = settings.warning() {
        tracing::warn!("{warning}");
    }
    state::open(&settings, Arc::clone(&reach.clock)).map_err(|bad| Problems(vec![bad.to_string()]).into())
}

/// Who looks at keys before a request is served.
fn gate(
    hosted: &Hosted,
    reach: Reach,
    verdicts: Arc<Verdicts>,
    (state, metrics): (&Arc<dyn State>, &Arc<Metrics>),
) -> Gate {
    let switch = Switch::of(&reach.hosts, hosted.skip_credential_check);
    if let Some(warning) = switch.warning() {
        tracing::warn!("{warning}");
    }
    let settings = credential::Settings { switch, ..credential::Settings::default() };
    Gate::new(Client::new(reach), verdicts, (Arc::clone(state), Arc::clone(metrics)), settings)
}

/// How callers get a key.
fn desk(
    hosted: &Hosted,
    client: Reach,
    (backend, console): (runpod_api::Base, String),
    state: Arc<dyn State>,
) -> anyhow::Result<SignIn> {
    let usual = oauth::Settings::compatible(client, backend, &console);
    let mut read = Read::default();
    let key_name = KeyName::parse(hosted.key_name.as_deref().unwrap_or_default()).map_err(|why| vec![why]);
    let documents = Documents::parse(hosted.cimd.as_deref(), &hosted.cimd_hosts).map_err(|why| vec![why]);
    let consent = Consent::parse(hosted.consent.as_deref().unwrap_or("off")).map_err(|why| vec![why]);
    let keys = hosted.seal_keys.as_deref().map(Keyring::parse).transpose();
    let settings = oauth::Settings {
        flash_timeout: hosted.flash_timeout.unwrap_or(usual.flash_timeout),
        key_name: read.or_usual("RUNPOD_API_KEY_NAME", key_name),
        redirects: read.or_usual("MCP_ALLOWED_REDIRECT_URIS", Redirects::parse(&hosted.redirect_uris)),
        keys: read.or_usual("MCP_SEAL_KEYS", keys),
        callback: hosted.callback == Callback::Sealed,
        legacy_clients: hosted.legacy_client_ids,
        tokens: tokens(hosted),
        documents: read.or_usual("MCP_CIMD_HOSTS", documents),
        consent: read.or_usual("MCP_CONSENT", consent),
        resource: hosted.resource_uri.as_ref().map(|base| base.as_str().to_owned()),
        budget: scaled(REDEMPTION, hosted),
        ..usual
    };
    read.problems()?;
    let sign_in = SignIn::new(settings, state).map_err(Problems)?;
    tracing::info!("{}", sign_in.announcement());
    Ok(sign_in)
}

/// Values that are read one after the other, and everything that is wrong with them.
#[derive(Debug, Default)]
struct Read(Vec<String>);

impl Read {
    fn or_usual<T: Default>(&mut self, name: &str, value: Result<T, Vec<String>>) -> T {
        value.unwrap_or_else(|problems| {
            self.0.extend(problems.into_iter().map(|why| format!("{name}: {why}")));
            T::default()
        })
    }

    fn problems(self) -> Result<(), Problems> {
        if self.0.is_empty() { Ok(()) } else { Err(Problems(self.0)) }
    }
}

fn tokens(hosted: &Hosted) -> Tokens {
    match (hosted.require_sealed_tokens, hosted.sealed_tokens) {
        (true, _) => Tokens::OnlySealed,
        (false, true) => Tokens::Sealed,
        (false, false) => Tokens::Raw,
    }
}
