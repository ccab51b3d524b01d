//! Signing in ("flash"): a stranger asks for a key, the owner of an account says yes or no in the console, and whoever
//! knows the id of the request reads the key, once.
//!
//! The id is all that is needed to read the key: the challenge is kept and told for whoever asks on a client's behalf,
//! and compared by nobody here. That is how the real one works (see docs/guide/sign-in.md).

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde::Deserialize;

use super::{Denied, World};
use crate::clock::Time;

/// How long a request can be decided and its key be read.
const LIFE: TimeDelta = TimeDelta::minutes(10);

/// The name of a key that nobody gave one.
const NAMELESS: &str = "flash";

/// What a stranger asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Wish {
    pub(crate) api_key_name: Option<String>,
    pub(crate) code_challenge: Option<String>,
    pub(crate) code_challenge_method: Option<String>,
}

/// All sign-ins, and the names of the keys that came of them.
#[derive(Debug, Default)]
pub(crate) struct Flash {
    requests: BTreeMap<String, Request>,
    minted: Vec<String>,
}

#[derive(Debug)]
struct Request {
    wish: Wish,
    expires: Time,
    stage: Stage,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Stage {
    Pending,
    /// With the key that was minted, until somebody reads it.
    Approved(String),
    Denied,
    Consumed,
}

/// How far a request has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Pending,
    Approved,
    Denied,
    Expired,
    Consumed,
}

/// What the owner of an account says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict<'a> {
    /// Yes; the account of this id gets one more key.
    Approve(&'a str),
    Deny,
}

/// A request as it is told to somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) id: String,
    pub(crate) status: Status,
    pub(crate) wish: Wish,
    pub(crate) expires: Time,
    /// The key, to the first one who reads it after the approval.
    pub(crate) key: Option<String>,
}

impl Status {
    /// As the API writes it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Approved => "APPROVED",
            Self::Denied => "DENIED",
            Self::Expired => "EXPIRED",
            Self::Consumed => "CONSUMED",
        }
    }
}

impl Request {
    fn status(&self, now: Time) -> Status {
        match self.stage {
            Stage::Pending | Stage::Approved(_) if now >= self.expires => Status::Expired,
            Stage::Pending => Status::Pending,
            Stage::Approved(_) => Status::Approved,
            Stage::Denied => Status::Denied,
            Stage::Consumed => Status::Consumed,
        }
    }

    fn told(&self, id: &str, now: Time) -> Told {
        let (status, wish, expires) = (self.status(now), self.wish.clone(), self.expires);
        Told { id: id.to_owned(), status, wish, expires, key: None }
    }
}

impl World {
    /// A new request, which anybody may make.
    pub(crate) fn ask_for_a_key(&mut self, wish: Wish, now: Time) -> Told {
        let id = self.ground.ids.short(24);
        let request = Request { wish, expires: now + LIFE, stage: Stage::Pending };
        let told = request.told(&id, now);
        self.flash.requests.insert(id, request);
        told
    }

    /// A request without reading its key.
    pub(crate) fn sign_in(&self, id: &str, now: Time) -> Option<Told> {
        self.flash.requests.get(id).map(|request| request.told(id, now))
    }

    /// A request with its key, if there is one that nobody has read yet. Reading it uses it up.
    pub(crate) fn read_sign_in(&mut self, id: &str, now: Time) -> Option<Told> {
        let request = self.flash.requests.get_mut(id)?;
        let mut told = request.told(id, now);
        if told.status == Status::Approved
            && let Stage::Approved(key) = std::mem::replace(&mut request.stage, Stage::Consumed)
        {
            told.key = Some(key);
        }
        Some(told)
    }

    /// Says yes or no to a request that waits for it. A yes mints a key.
    pub(crate) fn decide_sign_in(
        &mut self,
        id: &str,
        verdict: Verdict<'_>,
        now: Time,
    ) -> Result<Told, Denied> {
        let missing = || Denied::missing("sign-in request", id);
        let status = self.sign_in(id, now).ok_or_else(missing)?.status;
        if status != Status::Pending {
            return Err(Denied::conflict(format!("the sign-in request is {}", status.word())));
        }
        let stage = match verdict {
            Verdict::Deny => Stage::Denied,
            Verdict::Approve(account) => Stage::Approved(self.mint(id, account)),
        };
        let request = self.flash.requests.get_mut(id).ok_or_else(missing)?;
        request.stage = stage;
        Ok(request.told(id, now))
    }

    /// The names of the keys that came of sign-ins, oldest first.
    pub(crate) fn minted(&self) -> &[String] {
        &self.flash.minted
    }

    /// One more key to an account, named as the request wished.
    fn mint(&mut self, id: &str, account: &str) -> String {
        let key = format!("rpa_{}", self.ground.ids.short(40).to_ascii_uppercase());
        self.open(account, &key);
        let name = self.flash.requests.get(id).and_then(|request| request.wish.api_key_name.clone());
        self.flash.minted.push(name.unwrap_or_else(|| NAMELESS.to_owned()));
        key
    }
}
