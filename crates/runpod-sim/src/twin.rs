//! The twin itself: a world, a clock, a journal, and one function from request to answer. No socket.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Body;
use http::{Request, Response};
use tokio::sync::watch;

use crate::clock::{Clock, Time};
use crate::door;
use crate::faults::{Action, Asked, Faults};
use crate::journal::Journal;
use crate::seed::{DEMO_KEY, DEMO_USER};
use crate::settings::Settings;
use crate::world::logs::Source;
use crate::world::{Exit, World};

/// What the journal calls a webhook's call.
const WEBHOOK: &str = "webhook";

/// A Runpod in memory, without a socket. Clones are the same twin.
#[derive(Clone)]
pub struct Twin(Arc<Parts>);

struct Parts {
    settings: Settings,
    clock: Clock,
    world: Mutex<World>,
    journal: Journal,
    faults: Faults,
    /// Counts what may have changed the world; who waits for something looks again.
    changes: watch::Sender<u64>,
}

impl std::fmt::Debug for Twin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Twin").field("settings", &self.0.settings).field("clock", &self.0.clock).finish()
    }
}

impl Twin {
    /// A twin set up like this. Takes milliseconds, most of them for the past of a seed.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let clock = Clock::new(settings.pace);
        let world = Mutex::new(settings.seed.world(clock.now()));
        let (journal, faults) = (Journal::default(), Faults::default());
        faults.begin(&settings.scenario, clock.now());
        let (changes, _) = watch::channel(0);
        Self(Arc::new(Parts { settings, clock, world, journal, faults, changes }))
    }

    /// The key of the seeded account.
    #[must_use]
    pub fn key(&self) -> &'static str {
        DEMO_KEY
    }

    /// Lets another key open the seeded account.
    pub fn add_key(&self, key: &str) {
        self.world().open(DEMO_USER, key);
    }

    /// Revokes a key: it opens nothing any more.
    pub fn revoke_key(&self, key: &str) {
        self.world().revoke(key);
    }

    /// Opens another account, with nothing in it, behind a key of its own.
    pub fn add_account(&self, user: &str, key: &str) {
        self.world().open(user, key);
    }

    /// The names of the keys that sign-ins have minted, oldest first.
    #[must_use]
    pub fn minted_keys(&self) -> Vec<String> {
        self.world().minted().to_vec()
    }

    /// The clock; moving it moves everything.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.0.clock.clone()
    }

    /// What was received, and the webhooks that would have been called until now.
    #[must_use]
    pub fn journal(&self) -> Journal {
        self.world().settle(self.0.clock.now());
        self.deliver();
        self.notes()
    }

    /// The journal as it is.
    pub(crate) fn notes(&self) -> Journal {
        self.0.journal.clone()
    }

    /// Scripted trouble.
    #[must_use]
    pub fn faults(&self) -> Faults {
        self.0.faults.clone()
    }

    /// Starts anew: the seed's world, an empty journal, the scenario from its beginning. The clock goes on.
    pub fn reset(&self) {
        let now = self.0.clock.now();
        *self.world() = self.0.settings.seed.world(now);
        self.0.journal.clear();
        self.0.faults.clear();
        self.0.faults.begin(&self.0.settings.scenario, now);
    }

    /// Answers one request, in process.
    ///
    /// A scripted cut of the connection, which only a socket can show, becomes a body that fails at once.
    pub async fn answer(&self, request: Request<Body>) -> Response<Body> {
        door::enter(self, request).await.unwrap_or_else(|door::Cut| {
            Response::new(Body::from_stream(futures_util::stream::iter([Err::<&[u8], _>(door::Cut)])))
        })
    }

    /// The twin as an axum router, for embedding it in another server or calling it without a socket.
    ///
    /// To serve it over TLS or any other stream of bytes, [`serve`](Self::serve) is simpler.
    pub fn router(&self) -> Router {
        let twin = self.clone();
        Router::new().fallback(move |request: Request<Body>| {
            let twin = twin.clone();
            async move { twin.answer(request).await }
        })
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// The world. Never held across an await: what asks it is not asynchronous.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.0.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the changes of the world happen whose time has come.
    pub(crate) fn catch_up(&self) {
        self.deliver();
        for (at, action) in self.0.faults.due(self.0.clock.now()) {
            self.change(action, at);
            self.stir();
        }
    }

    /// Writes the webhooks that are due into the journal. Nothing is sent: the twin opens no connections. Whoever is
    /// called answers 200, or what a fault for that address says; anything else is tried twice more.
    pub(crate) fn deliver(&self) {
        let now = self.0.clock.now();
        loop {
            let Some(notice) = self.world().ground.next_notice(now) else { return };
            let asked = Asked { operation: Some(WEBHOOK), method: "POST", path: &notice.url };
            let status = match self.0.faults.strike(&asked, notice.at) {
                Some(Action::Status(scripted)) => Some(scripted.status),
                Some(Action::Html { status }) => Some(status),
                Some(Action::Cut | Action::Silent) => None,
                _ => Some(200),
            };
            self.0.journal.called(WEBHOOK, &notice.url, (&notice.body, status));
            self.world().ground.outbox.extend(notice.again(status));
        }
    }

    /// Tells who waits that the world may be different.
    pub(crate) fn stir(&self) {
        self.0.changes.send_modify(|count| *count += 1);
    }

    /// What tells that the world may be different.
    pub(crate) fn stirred(&self) -> watch::Receiver<u64> {
        self.0.changes.subscribe()
    }

    fn change(&self, action: Action, now: Time) {
        let mut world = self.world();
        world.settle(now);
        match action {
            Action::SoldOut { gpu } => world.ground.trouble.sold_out.push(gpu),
            Action::UnpullableImage { image } => world.ground.trouble.unpullable.push(image),
            Action::ContainerExit { image, code, after } => {
                world.ground.trouble.exiting.push((image, Exit { code, after: after.0 }));
            }
            Action::LatePorts { image, by } => world.ground.trouble.late_ports.push((image, by.0)),
            Action::CrashLoop { endpoint } => world.ground.trouble.crash_looping.push(endpoint),
            Action::Throttle { endpoint } => world.ground.trouble.throttled.push(endpoint),
            Action::SlowJobs { endpoint, factor } => world.ground.trouble.slow.push((endpoint, factor)),
            Action::Heal { endpoint } => world.heal(&endpoint),
            Action::LosePod { pod } => world.lose_pods(&pod, now),
            Action::Balance { usd } => world.leave_everybody(usd, now),
            Action::Print { by, line, times, system } => {
                let source = if system { Source::System } else { Source::Container };
                (0..times).for_each(|_| world.print(&by, (source, &line), now));
            }
            _ => {}
        }
    }
}
