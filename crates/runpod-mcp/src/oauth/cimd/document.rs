//! What a client says about itself in a document of its own.

use runpod_api::StrangersPage;
use serde_json::{Map, Value};

use super::super::redirect::{self, Kind};
use super::super::register;
use super::address::Address;

/// Most redirect addresses of one client.
const MOST: usize = 16;

/// A client, as its document says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::oauth) struct Document {
    pub(in crate::oauth) name: String,
    /// The host that vouches for it.
    pub(in crate::oauth) host: String,
    pub(in crate::oauth) redirects: Vec<String>,
}

impl Document {
    /// Reads the page of an address. Why it cannot be used, is for the log.
    pub(super) fn read(address: &Address<'_>, page: &StrangersPage) -> Result<Self, &'static str> {
        if page.status != 200 {
            return Err("the status is not 200");
        }
        if !page.media.as_deref().is_some_and(is_json) {
            return Err("the page is not sent as JSON");
        }
        let fields: Map<String, Value> =
            serde_json::from_slice(&page.body).map_err(|_| "the page is no JSON object")?;
        let text = |name: &str| fields.get(name).and_then(Value::as_str);
        if text("client_id") != Some(address.url) {
            return Err("client_id is not the address of the document");
        }
        if fields.get("token_endpoint_auth_method").is_some_and(|method| method != "none")
            || fields.keys().any(|name| name.starts_with("client_secret"))
        {
            return Err("the client has a secret");
        }
        let name = text("client_name").map(register::name).filter(|name| !name.is_empty());
        let name = name.ok_or("client_name is missing")?;
        Ok(Self { name, host: address.host.to_owned(), redirects: redirects(address, &fields)? })
    }
}

/// Its redirect addresses; each must be good, and one on the web must be on the site of the document.
fn redirects(address: &Address<'_>, fields: &Map<String, Value>) -> Result<Vec<String>, &'static str> {
    let listed = fields.get("redirect_uris").and_then(Value::as_array).ok_or("redirect_uris is missing")?;
    let texts: Option<Vec<_>> = listed.iter().map(|one| one.as_str().map(str::to_owned)).collect();
    let texts = texts
        .filter(|texts| (1..=MOST).contains(&texts.len()))
        .ok_or("redirect_uris has none or too many")?;
    let own = |text: &str| text.strip_prefix(address.origin()).is_some_and(|rest| rest.starts_with('/'));
    let good = |text: &String| match redirect::kind(text) {
        Some(Kind::Loopback) => true,
        Some(Kind::Https) => own(text),
        Some(Kind::Private) | None => false,
    };
    if texts.iter().all(good) {
        Ok(texts)
    } else {
        Err("a redirect address is on another site or not allowed")
    }
}

/// `application/json` and `application/*+json`.
fn is_json(media: &str) -> bool {
    let essence = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let sub = essence.strip_prefix("application/");
    sub.is_some_and(|sub| sub == "json" || sub.strip_suffix("+json").is_some_and(|kind| !kind.is_empty()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const URL: &str = "https://client.example/id.json";

    fn good() -> Value {
        json!({ "client_id": URL, "client_name": "A client", "redirect_uris": ["http://localhost/cb", "https://client.example/cb"] })
    }

    fn read(status: u16, media: &str, body: &Value) -> Result<Document, &'static str> {
        let page = StrangersPage {
            status,
            media: Some(media.into()),
            cache_control: None,
            body: body.to_string().into(),
        };
        Document::read(&Address::parse(URL).unwrap(), &page)
    }

    #[test]
    fn a_document_names_itself_and_where_it_returns_to() {
        let document = read(200, "application/json; charset=utf-8", &good()).unwrap();
        assert_eq!((document.name.as_str(), document.host.as_str()), ("A client", "client.example"));
        assert!(read(200, "application/client+json", &good()).is_ok());
    }

    #[test]
    fn t17_what_is_not_exactly_a_document_is_none() {
        let with = |field: &str, value: Value| {
            let mut body = good();
            body[field] = value;
            body
        };
        for (status, media) in [
            (201, "application/json"),
            (302, "application/json"),
            (200, "text/html"),
            (200, "application/+json"),
            (200, "application/jsonx"),
        ] {
            assert!(read(status, media, &good()).is_err(), "{status} {media}");
        }
        for body in [
            json!([]),
            with("client_id", json!("https://client.example/id.json/")),
            with("client_id", json!("https://other.example/id.json")),
            with("client_name", json!("\u{202e}")),
            with("client_name", Value::Null),
            with("redirect_uris", json!([])),
            with("redirect_uris", json!("http://localhost/cb")),
            with("redirect_uris", json!(["https://other.example/cb"])),
            with("redirect_uris", json!(["https://client.example.evil/cb"])),
            with("redirect_uris", json!(["https://client.example"])),
            with("redirect_uris", json!(["cursor://x/cb"])),
            with("redirect_uris", json!(["http://localhost/cb", 7])),
            with("redirect_uris", json!(vec!["http://localhost/cb"; 17])),
            with("token_endpoint_auth_method", json!("private_key_jwt")),
            with("client_secret", json!("x")),
            with("client_secret_expires_at", json!(0)),
        ] {
            assert!(read(200, "application/json", &body).is_err(), "{body}");
        }
    }
}
