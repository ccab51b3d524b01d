//! Puts the entry into the files of a client, or takes it out of them.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::client::{Client, Goal, Key, Reach, Reference, Seat, Wanted};
use super::edit::{Change, Edit, Place, edit, everything};
use super::file::{self, Manner};
use super::hosted::{Host, SignIn};
use super::launch::Launch;
use super::machine::Machine;
use super::report::{Report, Scope};
use super::secret;
use super::shape::keeping;

/// What the server is to be for its clients.
#[derive(Clone, Debug)]
pub enum Mode {
    /// This program, started by the client with these arguments.
    Local(Vec<String>),
    /// A server at an address.
    Hosted(Host),
}

/// What is to be done for each client.
#[derive(Clone, Debug)]
pub struct Order<'a> {
    /// The computer.
    pub machine: &'a Machine,
    /// The name of the entry.
    pub name: &'a str,
    /// The project, if it is for one only.
    pub project: Option<&'a Path>,
    /// How files are changed.
    pub manner: Manner,
}

/// What is put into the files.
#[derive(Clone, Debug)]
pub struct Offer<'a> {
    /// What it reaches.
    pub mode: &'a Mode,
    /// Where the key comes from.
    pub key: Key<'a>,
    /// How this program is started.
    pub launch: &'a Launch,
    /// Also where the client will not be able to sign in.
    pub force: bool,
}

/// Puts the entry into every file of a client.
#[must_use]
pub fn add(client: &'static Client, order: &Order<'_>, offer: &Offer<'_>) -> Vec<Report> {
    each(client, order, |report, seat| {
        let steps = Steps { client, order, offer, seat };
        match steps.objection() {
            Some((reason, message)) => report.refused(reason, message),
            None => steps.add(report),
        }
    })
}

/// Takes the entry out of every file of a client.
#[must_use]
pub fn remove(client: &'static Client, order: &Order<'_>) -> Vec<Report> {
    each(client, order, |mut report, seat| {
        let Some(place) = seat.place(order.name) else { return report };
        report = report.came(file::change(&seat.target, &place, &Change::Remove, order.manner));
        report.warnings.extend(shadows(client, order, "an entry of the same name is left in"));
        report
    })
}

/// What somebody would paste into each file of a client, without the key.
#[must_use]
pub fn snippets(client: &'static Client, order: &Order<'_>, offer: &Offer<'_>) -> Vec<Report> {
    each(client, order, |report, seat| {
        let steps = Steps { client, order, offer, seat };
        Report { outcome: "would_write", snippet: steps.snippet(), next: steps.next(), ..report }
    })
}

fn each(client: &'static Client, order: &Order<'_>, run: impl Fn(Report, &Seat) -> Report) -> Vec<Report> {
    let signals = (client.signals)(order.machine);
    let (scope, seats) = seats(client, order);
    if seats.is_empty() {
        let why = match scope {
            Scope::Project => "it has no file for a project",
            Scope::User => "it does not exist on this system",
        };
        return vec![Report::new(client, signals, None, scope).refused("no_place", why.to_owned())];
    }
    seats.iter().map(|seat| run(Report::new(client, signals.clone(), Some(seat), scope), seat)).collect()
}

fn seats(client: &Client, order: &Order<'_>) -> (Scope, Vec<Seat>) {
    match order.project {
        None => (Scope::User, (client.seats)(order.machine)),
        Some(folder) => (Scope::Project, client.project.map(|seat| seat(folder)).into_iter().collect()),
    }
}

/// Entries of other scopes that a client takes in place of the person's.
fn shadows(client: &Client, order: &Order<'_>, what: &str) -> Vec<String> {
    if order.project.is_some() {
        return Vec::new();
    }
    let wins = |seat: &Seat| -> Option<PathBuf> {
        let found = file::entry(&seat.target, &seat.place(order.name)?).ok().flatten();
        found.map(|_| seat.target.path.clone())
    };
    // Who stands in the home has one file for both.
    let own = (client.seats)(order.machine);
    let is_own = |seat: &Seat| own.iter().any(|own| own.target == seat.target && own.map == seat.map);
    let others = (client.shadows)(order.machine).into_iter().filter(|seat| !is_own(seat));
    let found: Vec<_> = others.filter_map(|seat| wins(&seat)).collect();
    found.into_iter().map(|path| format!("{what} {} for this folder", path.display())).collect()
}

/// One client, one file.
struct Steps<'a> {
    client: &'static Client,
    order: &'a Order<'a>,
    offer: &'a Offer<'a>,
    seat: &'a Seat,
}

impl Steps<'_> {
    fn host(&self) -> Option<&Host> {
        match self.offer.mode {
            Mode::Hosted(host) => Some(host),
            Mode::Local(_) => None,
        }
    }

    fn is_bridged(&self) -> bool {
        self.host().is_some() && self.client.reach == Reach::Stdio
    }

    /// Whether the client itself has to sign in.
    fn signs_in(&self) -> bool {
        self.host().is_some() && self.offer.key == Key::Elsewhere && !self.is_bridged()
    }

    /// Why this client is better left alone.
    fn objection(&self) -> Option<(&'static str, String)> {
        if self.seat.must_exist && !self.seat.target.path.exists() {
            return Some((
                "not_there",
                "the file is not there; start the client once, or use --scope project".to_owned(),
            ));
        }
        let host = self.host()?;
        let variable = matches!(self.offer.key, Key::Variable(_));
        if variable && self.client.reference == Reference::None && !self.is_bridged() {
            let what = "its file cannot name a variable; use --auth inline, or --mode local";
            return Some(("no_variables", what.to_owned()));
        }
        match host.sign_in(self.client) {
            SignIn::Refused(waits_at) if self.signs_in() && !self.offer.force => Some((
                "cannot_sign_in",
                format!(
                    "it signs in by way of {waits_at}, and {} sends nobody there; use --auth inline, which writes the key \
                     into its file, or --mode local",
                    host.url()
                ),
            )),
            _ => None,
        }
    }

    fn value(&self) -> Value {
        let bridge;
        let goal_args;
        let goal = match self.offer.mode {
            Mode::Local(ours) => {
                goal_args = self.offer.launch.told(ours);
                Goal::Local { command: &self.offer.launch.command, args: &goal_args }
            }
            Mode::Hosted(host) if self.is_bridged() => {
                bridge = self.offer.launch.told(&self.bridging(host));
                Goal::Local { command: &self.offer.launch.command, args: &bridge }
            }
            Mode::Hosted(host) => Goal::Hosted { url: host.url() },
        };
        let key = self.offer.key;
        let wanted = Wanted { name: self.order.name, goal, key, reference: self.client.reference };
        (self.seat.shape)(&wanted)
    }

    /// What the bridge is told. The key is in its environment, and it sends it only when it is told to.
    fn bridging(&self, host: &Host) -> Vec<String> {
        let variable = match self.offer.key {
            Key::Elsewhere => None,
            Key::Inline(_) => Some("RUNPOD_API_KEY"),
            Key::Variable(name) => Some(name),
        };
        let key = variable.into_iter().flat_map(|name| ["--api-key-env", name]);
        ["bridge", host.url()].into_iter().chain(key).map(str::to_owned).collect()
    }

    fn add(&self, report: Report) -> Report {
        let Some(place) = self.seat.place(self.order.name) else {
            return report.refused("no_place", "there is no place for an entry of this name".to_owned());
        };
        let old = file::entry(&self.seat.target, &place).ok().flatten();
        let (place, value) = self.in_list(place, keeping(self.value(), old.as_ref()));
        let done = file::change(&self.seat.target, &place, &Change::Set(value), self.order.manner);
        let mut report = report.came(done);
        report.warnings.extend(self.warnings());
        if report.is_good() {
            report.next = self.next();
        } else {
            report.snippet = self.snippet();
        }
        report
    }

    /// A list that is not there yet is made with its first item.
    fn in_list(&self, place: Place, value: Value) -> (Place, Value) {
        let [list] = self.seat.map.as_slice() else { return (place, value) };
        if !self.seat.must_exist {
            return (place, value);
        }
        let text = std::fs::read_to_string(&self.seat.target.path).unwrap_or_default();
        let all = everything(&text, self.seat.target.dialect);
        let is_there = all.is_some_and(|all| all.get(list).is_some_and(|list| !list.is_null()));
        match Place::new(Vec::<String>::new(), list) {
            Some(root) if !is_there => (root, Value::Array(vec![value])),
            _ => (place, value),
        }
    }

    fn warnings(&self) -> Vec<String> {
        let mut out = shadows(self.client, self.order, "another entry of this name wins, in");
        if self.signs_in()
            && let Some(host) = self.host()
        {
            match host.sign_in(self.client) {
                SignIn::Works => (),
                SignIn::Depends => out.push(
                    "whether it can sign in depends on its version; if it cannot, use --auth inline or --mode local".to_owned(),
                ),
                SignIn::Unproved => out.push(format!(
                    "nobody has seen it sign in at {}; if it cannot, use --auth inline or --mode local",
                    host.url()
                )),
                SignIn::Refused(_) => out.push("the host refuses its way of signing in".to_owned()),
            }
        }
        if matches!(self.offer.key, Key::Variable(_)) && self.client.reference == Reference::None {
            out.push("start it where RUNPOD_API_KEY is set; its file cannot name a variable".to_owned());
        }
        out
    }

    fn next(&self) -> Vec<String> {
        let (after, sign_in) =
            (self.client.next.to_owned(), self.client.sign_in.replace("{name}", self.order.name));
        match (self.is_bridged(), self.signs_in()) {
            (true, _) if sign_in != after => vec![after, sign_in],
            (false, true) => vec![sign_in],
            _ => vec![after],
        }
    }

    /// The entry in a file of its own, without the key.
    fn snippet(&self) -> Option<String> {
        let (place, value) = self.in_list(self.seat.place(self.order.name)?, self.value());
        let hidden = secret::secrets(&value);
        let edited = edit(None, self.seat.target.dialect, &place, &Change::Set(value));
        let Ok(Edit::Written(text)) = edited else { return None };
        Some(secret::without(&text, &hidden))
    }
}
