//! Tools and prompts that ask their client something before they answer, over as many requests as it takes.
//!
//! Nothing is kept here: where a conversation stands is in the state that the client carries, under a signature.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use rmcp::model::{
    ClientCapabilities, ErrorData, InputRequest, InputRequests, InputRequiredResult, InputResponses,
};
use serde_json::Value;

use super::fixtures::Script;

/// Signs states, with a key that dies with the process.
#[derive(Clone, Debug)]
pub(super) struct Seal(hmac::Key);

/// What a client brings along.
#[derive(Debug)]
pub(super) struct Brought {
    pub(super) responses: Option<InputResponses>,
    pub(super) state: Option<String>,
    pub(super) able: ClientCapabilities,
}

/// What comes of it.
#[derive(Debug)]
pub(super) enum Turn {
    Ask(InputRequiredResult),
    Say(String),
}

impl Seal {
    pub(super) fn new() -> Self {
        let chance = [uuid::Uuid::new_v4(), uuid::Uuid::new_v4()].map(uuid::Uuid::into_bytes).concat();
        Self(hmac::Key::new(hmac::HMAC_SHA256, &chance))
    }

    /// The state of a conversation of this name in this round.
    fn state(&self, name: &str, round: usize) -> String {
        let text = format!("{round}:{name}");
        let tag = URL_SAFE_NO_PAD.encode(hmac::sign(&self.0, text.as_bytes()));
        format!("{}.{tag}", URL_SAFE_NO_PAD.encode(text))
    }

    /// The round that a state of such a conversation says.
    fn round(&self, name: &str, state: &str) -> Option<usize> {
        let (text, tag) = state.split_once('.')?;
        let (text, tag) = (URL_SAFE_NO_PAD.decode(text).ok()?, URL_SAFE_NO_PAD.decode(tag).ok()?);
        hmac::verify(&self.0, &text, &tag).ok()?;
        let (round, whose) = std::str::from_utf8(&text).ok()?.split_once(':')?;
        (whose == name).then(|| round.parse().ok()).flatten()
    }
}

impl Script {
    /// The next turn of a conversation of this name.
    ///
    /// # Errors
    /// When its state is none that was given out.
    pub(super) fn turn(&self, seal: &Seal, name: &str, brought: &Brought) -> Result<Turn, ErrorData> {
        let round = match (&brought.state, self.sealed) {
            (Some(state), true) => seal.round(name, state).ok_or_else(strange)?,
            _ => 0,
        };
        let asked = self.asks.get(round).ok_or_else(strange)?;
        let given = brought.responses.as_ref();
        let is_answered =
            |name: &String| given.is_some_and(|given| given.get(name).is_some_and(Value::is_object));
        let round = if asked.keys().all(is_answered) { round + 1 } else { round };
        Ok(match self.asks.get(round) {
            Some(asks) => Turn::Ask(self.question(asks, brought, || seal.state(name, round))),
            None => Turn::Say(self.answer(given)),
        })
    }

    fn question(
        &self,
        asks: &InputRequests,
        brought: &Brought,
        state: impl FnOnce() -> String,
    ) -> InputRequiredResult {
        let mut asks = asks.clone();
        asks.retain(|_, ask| can(&brought.able, ask));
        InputRequiredResult::new(Some(asks), self.sealed.then(state))
    }

    fn answer(&self, given: Option<&InputResponses>) -> String {
        let given = serde_json::to_value(given).unwrap_or_default();
        let said = match given.pointer(&self.of) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => "nothing".to_owned(),
        };
        self.says.replace("{}", &said)
    }
}

/// Whether a client may be asked that.
fn can(able: &ClientCapabilities, ask: &InputRequest) -> bool {
    match ask {
        InputRequest::CreateMessage(_) => able.sampling.is_some(),
        InputRequest::Elicitation(_) => able.elicitation.is_some(),
        InputRequest::ListRoots(_) => able.roots.is_some(),
        _ => false,
    }
}

fn strange() -> ErrorData {
    ErrorData::invalid_params("`requestState` is not one that this server gave for this request", None)
}
