//! The console, as far as signing in needs it: where a person or a headless browser says yes or no to a request.
//!
//! Whoever opens it is signed in as the demo account. Pages work without scripts, load nothing, cannot be framed, and
//! show what others wrote as text. Nothing is decided by opening a page, only by sending its form.

mod html;

use axum::body::{Body, Bytes};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Response, StatusCode, Uri, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::door::respond;
use crate::refusal::Refusal;
use crate::seed::DEMO_USER;
use crate::twin::Twin;
use crate::world::flash::Verdict;

/// Largest form, in bytes.
pub(crate) const REQUEST: usize = 64 << 10;

const LOGIN: &str = "/console/login";
const APPROVE: &str = "/console/integrations/mcp/login";

/// RFC 3986 unreserved.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A page there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// Where the hand-off arrives; leads on to where it says.
    Login,
    /// Where a request is decided.
    Approve,
    /// None of the two.
    Nowhere,
}

impl Page {
    /// The page of a path.
    pub(crate) fn of(path: &str) -> Option<Self> {
        match path {
            LOGIN => Some(Self::Login),
            APPROVE => Some(Self::Approve),
            _ => path.starts_with("/console/").then_some(Self::Nowhere),
        }
    }

    /// As the journal names it.
    pub(crate) fn operation(self) -> &'static str {
        match self {
            Self::Login => "console:login",
            Self::Approve => "console:approve",
            Self::Nowhere => "console",
        }
    }
}

/// What the sign-in page is told, in its query or by its form.
struct Asked {
    request: String,
    redirect: String,
    state: Option<String>,
}

/// Answers a request for a page.
pub(crate) fn answer(twin: &Twin, page: Page, head: &Parts, body: Result<Bytes, Refusal>) -> Response<Body> {
    let query = head.uri.query().unwrap_or_default();
    match (page, &head.method, body) {
        (Page::Login, &Method::GET, _) => login(query),
        (Page::Approve, &Method::GET, _) => show(twin, query),
        (Page::Approve, &Method::POST, Ok(body)) => decide(twin, &String::from_utf8_lossy(&body)),
        (Page::Approve, &Method::POST, Err(_)) => {
            refuse(StatusCode::PAYLOAD_TOO_LARGE, "This form is too long.")
        }
        (Page::Nowhere, ..) => refuse(StatusCode::NOT_FOUND, "There is no such page here."),
        _ => refuse(StatusCode::METHOD_NOT_ALLOWED, "This page cannot be used in that way."),
    }
}

/// Leads on to a page of this console and to nowhere else.
fn login(query: &str) -> Response<Body> {
    let to = value(query, "redirect").unwrap_or_default();
    let own = to.starts_with('/') && !to.starts_with("//") && !to.contains(['\\', '\r', '\n']);
    match own {
        true => page(StatusCode::OK, &html::login(&format!("/console{to}")), "'none'"),
        false => refuse(
            StatusCode::BAD_REQUEST,
            "There is nowhere to go on to: `redirect` must be a path of the console.",
        ),
    }
}

fn show(twin: &Twin, query: &str) -> Response<Body> {
    let (asked, back) = match asked(query) {
        Ok(found) => found,
        Err(why) => return refuse(StatusCode::BAD_REQUEST, why),
    };
    let now = twin.clock().now();
    let Some(told) = twin.world().sign_in(&asked.request, now) else {
        return refuse(StatusCode::NOT_FOUND, "There is no such request.");
    };
    let form = html::Form {
        request: &asked.request,
        redirect: &asked.redirect,
        state: asked.state.as_deref(),
        host: back.host().unwrap_or_default(),
        key_name: told.wish.api_key_name.as_deref(),
        status: told.status,
    };
    page(StatusCode::OK, &html::approve(&form), &format!("'self' {}", origin(&back)))
}

fn decide(twin: &Twin, form: &str) -> Response<Body> {
    let (asked, back) = match asked(form) {
        Ok(found) => found,
        Err(why) => return refuse(StatusCode::BAD_REQUEST, why),
    };
    let verdict = match value(form, "decision").as_deref() {
        Some("approve") => Verdict::Approve(DEMO_USER),
        Some("deny") => Verdict::Deny,
        _ => {
            return refuse(
                StatusCode::BAD_REQUEST,
                "The form must say `decision=approve` or `decision=deny`.",
            );
        }
    };
    let now = twin.clock().now();
    let decided = twin.world().decide_sign_in(&asked.request, verdict, now);
    match decided {
        Ok(_) => leave(&asked, &back, verdict),
        Err(denied) => refuse(StatusCode::CONFLICT, &format!("Nothing was changed: {denied}.")),
    }
}

/// Back to the client, with the code or with the refusal.
fn leave(asked: &Asked, back: &Uri, verdict: Verdict<'_>) -> Response<Body> {
    let said = match verdict {
        Verdict::Approve(_) => format!("code={}", utf8_percent_encode(&asked.request, VALUE)),
        Verdict::Deny => "error=access_denied".to_owned(),
    };
    let state = asked.state.as_deref().map(|state| format!("&state={}", utf8_percent_encode(state, VALUE)));
    let joint = if back.query().is_some() { '&' } else { '?' };
    let to = format!("{}{joint}{said}{}", asked.redirect, state.unwrap_or_default());
    let Ok(to) = HeaderValue::try_from(to) else {
        return refuse(StatusCode::BAD_REQUEST, "`redirect_uri` has letters that no address has.");
    };
    let mut response = page(StatusCode::FOUND, "", "'none'");
    response.headers_mut().insert(header::LOCATION, to);
    response
}

/// What a query or a form asks for, and the address to go back to.
fn asked(text: &str) -> Result<(Asked, Uri), &'static str> {
    let request = value(text, "request").filter(|id| !id.is_empty()).ok_or("`request` is missing.")?;
    let redirect = value(text, "redirect_uri").ok_or("`redirect_uri` is missing.")?;
    let back: Uri = redirect.parse().map_err(|_| "`redirect_uri` is no address.")?;
    // What a browser would run instead of going there.
    let scripted = ["javascript", "data", "vbscript", "blob", "file"];
    match back.scheme_str() {
        Some(scheme) if !scripted.contains(&scheme.to_ascii_lowercase().as_str()) => (),
        _ => return Err("`redirect_uri` must be an absolute address."),
    }
    Ok((Asked { request, redirect, state: value(text, "state") }, back))
}

/// Where the form may lead, as a policy writes it. It has no word for an IPv6 address, so its scheme stands for it.
fn origin(back: &Uri) -> String {
    let scheme = back.scheme_str().unwrap_or("https");
    match back.authority().map(http::uri::Authority::as_str) {
        Some(authority) if !authority.contains(['[', '@', ';', ',', '\'']) => {
            format!("{scheme}://{authority}")
        }
        _ => format!("{scheme}:"),
    }
}

/// The first value of a name in a query or a form, decoded.
fn value(text: &str, name: &str) -> Option<String> {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    let decode = |value: &str| percent_decode_str(&value.replace('+', " ")).decode_utf8_lossy().into_owned();
    pairs.filter(|(key, _)| *key == name).map(|(_, value)| decode(value)).next()
}

fn refuse(status: StatusCode, why: &str) -> Response<Body> {
    page(status, &html::refusal(why), "'none'")
}

fn page(status: StatusCode, text: &str, form_action: &str) -> Response<Body> {
    let mut response = respond(status, "text/html; charset=utf-8", text.to_owned());
    let policy =
        format!("default-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action {form_action}");
    let headers = [
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
    ];
    let headers =
        headers.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
    response.headers_mut().extend(headers);
    if let Ok(policy) = HeaderValue::try_from(policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}
