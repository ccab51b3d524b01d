//! From an HTTP answer to lines for the client.

use reqwest::Response;
use runpod_api::sse::Decoder;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::envelope::{self, answers, complaint, complaint_of};
use crate::remote::cause;
use crate::serve::stdio::LONGEST_LINE;
use crate::serve::stdio::outbox::Sender;

/// Whether a request was answered, or why not.
pub(super) type Answered = Result<(), String>;

/// Passes on everything that a good answer holds.
///
/// # Errors
/// In words, when it ends without the answer to this request.
pub(super) async fn pass_on(
    response: Response,
    id: &str,
    out: &Sender,
    mut heard: impl FnMut(&str),
) -> Answered {
    match content(&response).as_str() {
        "application/json" => {
            let text = whole(response).await?;
            heard(&text);
            put(&text, out).await
        }
        "text/event-stream" => stream(response, id, out, heard).await,
        "" if response.status() == 202 => Err("accepted the request and answered nothing".to_owned()),
        other => Err(format!("answered {other:?} where JSON or an event stream is expected")),
    }
}

/// What a refusal says: the server's own JSON-RPC error where there is one, else its status.
pub(super) async fn refusal(response: Response, id: &str, host: &str) -> Vec<u8> {
    #[derive(Deserialize)]
    struct Refused<'a> {
        #[serde(borrow)]
        error: &'a RawValue,
    }
    #[derive(Deserialize)]
    struct Coded {
        #[serde(rename = "code")]
        _code: i64,
    }
    let status = response.status();
    let after =
        response.headers().get("retry-after").and_then(|after| after.to_str().ok()).map(str::to_owned);
    let text = match content(&response).as_str() {
        "application/json" => whole(response).await.unwrap_or_default(),
        _ => String::new(),
    };
    let error = serde_json::from_str::<Refused<'_>>(&text).map(|refused| one_line(refused.error.get())).ok();
    match error.filter(|error| serde_json::from_str::<Coded>(error).is_ok()) {
        Some(error) => complaint_of(Some(id), &error),
        None => {
            let wait =
                after.map(|after| format!("; it wants to be left alone for {after} s")).unwrap_or_default();
            complaint(Some(id), envelope::INTERNAL_ERROR, &format!("{host} answered {status}{wait}"))
        }
    }
}

async fn stream(mut response: Response, id: &str, out: &Sender, mut heard: impl FnMut(&str)) -> Answered {
    let mut events = Decoder::keeping(LONGEST_LINE);
    loop {
        while let Some(event) = events.next() {
            if event.cut {
                return Err("sent a message longer than 24 MiB".to_owned());
            }
            if event.data.trim().is_empty() {
                continue;
            }
            heard(&event.data);
            put(&event.data, out).await?;
            if answers(&event.data, id) {
                return Ok(());
            }
        }
        match response.chunk().await {
            Ok(Some(bytes)) => events.feed(&bytes),
            Ok(None) => return Err("ended the stream before the answer".to_owned()),
            Err(e) => return Err(format!("broke off before the answer: {}", cause(e))),
        }
    }
}

/// Writes one message as one line, if it is one: stdout carries nothing but protocol.
async fn put(message: &str, out: &Sender) -> Answered {
    let read = serde_json::from_str::<&RawValue>(message).is_ok_and(|json| json.get().starts_with('{'));
    if !read {
        return Err("sent something that is no JSON-RPC message".to_owned());
    }
    let mut line = one_line(message).into_bytes();
    line.push(b'\n');
    out.post(line).await.map_err(|_| "the client does not listen any more".to_owned())
}

/// JSON without line ends: between its parts they are white space, within a text they cannot be.
fn one_line(json: &str) -> String {
    json.trim().replace(['\n', '\r'], " ")
}

async fn whole(mut response: Response) -> Result<String, String> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|e| format!("broke off: {}", cause(e)))? {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST_LINE {
            return Err("sent a message longer than 24 MiB".to_owned());
        }
    }
    String::from_utf8(body).map_err(|_| "sent something that is no text".to_owned())
}

/// The media type without parameters, in small letters.
fn content(response: &Response) -> String {
    let value =
        response.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
