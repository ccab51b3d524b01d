//! Signing in ("flash"): asking for a key on behalf of somebody who has none, and reading it once it was approved.
//!
//! Nothing here carries a key. The id of a request is as good as the key that it leads to, so it shows itself to nobody;
//! reading takes the key away, so it is never tried twice. Runpod's schema is not public: what a host turns out not to
//! know (variables, `expiresAt`) is left out from then on. Where a value has to be written into the document, it consists
//! of letters that cannot leave their quotes.

mod manner;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use serde::Deserialize;

use crate::answer::Answer;
use crate::client::{Call, Outcome, Settings};
use crate::clock::Deadline;
use crate::error::Error;
use crate::graphql::{data, field};
use crate::hosts::Base;
use crate::op::{Api, Op, Repeat};
use crate::wire::{Pool, Request, Wire};

use manner::{Argument, Learnt, Question};

static CREATE: Op = sign_in("graphql:createFlashAuthRequest", Repeat::Write);
static STATUS: Op = sign_in("graphql:flashAuthRequestStatus", Repeat::Drain);

/// Longest text that may be written into a document, in bytes.
const LONGEST: usize = 128;

const fn sign_in(id: &'static str, repeat: Repeat) -> Op {
    Op { id, api: Api::SignIn, method: Method::POST, path: "", repeat }
}

/// Where keys are asked for. Clones share what they learnt about the host.
#[derive(Clone, Debug)]
pub struct Flash {
    wire: Wire,
    learnt: Arc<Learnt>,
}

/// The id of a request: as good as the key that it leads to. It has no `Debug` that shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct RequestId(Box<str>);

/// A key that was minted for whoever signed in. It has no `Debug` that shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Minted(Box<str>);

/// What is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wish<'a> {
    /// How the key is to be named; letters, digits, space, `.`, `_` and `-`, at most 128. Left out when there is none.
    pub key_name: Option<&'a str>,
    /// The PKCE challenge, made with S256.
    pub challenge: &'a str,
}

/// A request that was made.
#[derive(Clone, Debug)]
pub struct Created {
    /// Its id.
    pub id: RequestId,
    /// When it ends, as the host wrote it, where it said so.
    pub expires_at: Option<String>,
}

/// How far a request has come.
#[derive(Clone, Debug)]
pub struct Told {
    /// `PENDING`, `APPROVED`, `DENIED`, `EXPIRED`, `CONSUMED`, or a word of tomorrow.
    pub status: String,
    /// The key, to whoever reads it first after the approval.
    pub key: Option<Minted>,
    /// The PKCE challenge that it was made with.
    pub challenge: Option<String>,
    /// How that challenge was made.
    pub method: Option<String>,
    /// When it ends, as the host wrote it, where it said so.
    pub expires_at: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Said {
    id: Option<String>,
    status: Option<String>,
    api_key: Option<String>,
    code_challenge: Option<String>,
    code_challenge_method: Option<String>,
    expires_at: Option<String>,
}

impl RequestId {
    /// An id, if the text can be one: letters, digits, `.`, `_` and `-`, at most 128.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        is_plain(text).then(|| Self(text.into())).filter(|_| !text.contains(' '))
    }

    /// The id itself: for the one address or answer that hands it over.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl Minted {
    /// The key itself: for the one answer that gives it to its owner.
    #[must_use]
    pub fn for_its_owner(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for RequestId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RequestId([redacted])")
    }
}

impl std::fmt::Debug for Minted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Minted([redacted])")
    }
}

impl Flash {
    /// Asks at this address; the other addresses of the settings are not used.
    #[must_use]
    pub fn new(mut settings: Settings, at: Base) -> Self {
        settings.hosts.graphql_public = at;
        let call = Call::new(None, Deadline::never(&settings.clock));
        Self { wire: Wire::new(Arc::new(Pool::new(settings)), call), learnt: Arc::default() }
    }

    /// Asks for a key.
    ///
    /// # Errors
    /// See [`Error`]; [`refuses_challenge`] tells a host that has not learnt PKCE.
    pub async fn create(&self, wish: &Wish<'_>) -> Outcome<Created> {
        let mut arguments = Vec::with_capacity(3);
        if let Some(name) = wish.key_name {
            arguments.push(Argument::new("apiKeyName", "String", name)?);
        }
        arguments.push(Argument::new("codeChallenge", "String", wish.challenge)?);
        arguments.push(Argument::new("codeChallengeMethod", "String", "S256")?);
        let question = Question {
            verb: "mutation",
            field: "createFlashAuthRequest",
            arguments: &arguments,
            selection: "id status",
        };
        let answer = field(&self.ask(&CREATE, &question, &self.wire).await?, question.field)?;
        let Said { id, expires_at, .. } = answer.object()?;
        match id.as_deref().and_then(RequestId::parse) {
            Some(id) => Ok(Created { id, expires_at }),
            None => Err(shape(&answer, "there is no usable `id`")),
        }
    }

    /// Reads a request, if there is one of this id. The key of an approved one is told once, so whoever gets it
    /// keeps it.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn read(&self, id: &RequestId, within: Duration) -> Outcome<Option<Told>> {
        let arguments = [Argument::new("flashAuthRequestId", "String!", id.reveal())?];
        let question = Question {
            verb: "query",
            field: "flashAuthRequestStatus",
            arguments: &arguments,
            selection: "id status apiKey codeChallenge codeChallengeMethod",
        };
        let until = self.wire.deadline().within(within);
        let answer = self.ask(&STATUS, &question, &self.wire.acting_for(Call::new(None, until))).await?;
        let mut fields: BTreeMap<String, Option<Said>> = answer.json()?;
        let missing = || shape(&answer, "there is no `flashAuthRequestStatus` in the data");
        let Some(said) = fields.remove(question.field).ok_or_else(missing)? else { return Ok(None) };
        let Said { status, api_key, code_challenge, code_challenge_method, expires_at, .. } = said;
        let Some(status) = status else { return Err(shape(&answer, "there is no `status`")) };
        let key = api_key.filter(|key| !key.trim().is_empty()).map(|key| Minted(key.trim().into()));
        Ok(Some(Told { status, key, challenge: code_challenge, method: code_challenge_method, expires_at }))
    }

    /// Asks, and once more in another manner for each thing that the host turns out not to know.
    async fn ask(&self, op: &'static Op, question: &Question<'_>, wire: &Wire) -> Outcome<Answer> {
        loop {
            let manner = self.learnt.manner();
            let posted = question.posted(manner);
            let said = match wire.send(op, Request::body(&[], &posted)).await {
                Ok(answer) => data(&answer, None),
                Err(error) => Err(error),
            };
            match said {
                Err(error) if self.learnt.from(&error, manner) => (),
                said => return said,
            }
        }
    }
}

/// Whether a host refused the PKCE challenge as something it does not know. Such a host cannot be signed in at.
#[must_use]
pub fn refuses_challenge(error: &Error) -> bool {
    words(error).is_some_and(|said| said.contains("codeChallenge") && !said.contains("$codeChallenge"))
}

/// Whether a host refused the name of the key as something it does not know.
#[must_use]
pub fn refuses_key_name(error: &Error) -> bool {
    words(error).is_some_and(|said| said.contains("apiKeyName") && !said.contains("$apiKeyName"))
}

/// The words of a host that looked at the question and said no.
fn words(error: &Error) -> Option<&str> {
    match error {
        Error::Denied { said, .. } | Error::Refused { status: 400..500, said, .. } => Some(said),
        _ => None,
    }
}

/// Whether a text can stand in a document between quotes, whatever the document is.
fn is_plain(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b" ._-".contains(&byte);
    !text.is_empty() && text.len() <= LONGEST && text.bytes().all(plain)
}

fn shape(answer: &Answer, why: &str) -> Error {
    Error::Shape { operation: answer.op.id, status: answer.status, why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_as_good_as_a_key_shows_itself_to_nobody() {
        let created = Created { id: RequestId::parse("CANARY1").unwrap(), expires_at: None };
        let told = Told {
            status: "APPROVED".into(),
            key: Some(Minted("rpa_CANARY2".into())),
            challenge: None,
            method: None,
            expires_at: None,
        };
        assert!(!format!("{created:?} {told:?}").contains("CANARY"));
    }

    #[test]
    fn an_id_is_made_of_letters_that_cannot_leave_their_quotes() {
        for text in ["", "a b", "a\"", "a\\", "a\n", "a/../b", "é", "{", "$x", &"a".repeat(129)] {
            assert!(RequestId::parse(text).is_none(), "{text:?}");
        }
        for text in ["cm3x9", "0b0c1d2e-3f4a-4b5c-8d6e-7f8091a2b3c4", "a.b_c", &"a".repeat(128)] {
            assert_eq!(RequestId::parse(text).map(|id| id.reveal().to_owned()).as_deref(), Some(text));
        }
    }

    #[test]
    fn a_host_without_pkce_is_told_from_one_that_dislikes_variables() {
        let denied = |said: &str| Error::Denied { operation: "x", said: said.to_owned() };
        assert!(refuses_challenge(&denied(
            "Unknown argument \"codeChallenge\" on field \"Mutation.create\""
        )));
        assert!(refuses_key_name(&denied(
            "\"createFlashAuthRequest\" has no field or argument \"apiKeyName\""
        )));
        for said in ["Variable \"$codeChallenge\" is not allowed", "Internal server error"] {
            assert!(!refuses_challenge(&denied(said)), "{said}");
        }
    }
}
