//! What can go wrong between this server and Runpod, as bytes.

use std::io::Write as _;
use std::sync::LazyLock;

use super::stranger::Heard;

/// Where a redirect points to; host and secret parts apart.
pub(super) const ELSEWHERE: &str = "elsewhere.example";
/// What stands in the path and the query of a redirect, in pages and in bodies that are not what was promised, and
/// must not be repeated.
pub(super) const INNARDS: &str = "INNARDS-7f3a";
/// The size of a body that is far too large.
pub(super) const HUGE: u64 = 200 * 1024 * 1024;

/// One thing that goes wrong.
#[derive(Debug)]
pub(super) struct Trouble {
    pub(super) name: &'static str,
    pub(super) how: How,
}

/// What happens to a request.
#[derive(Clone, Copy, Debug)]
pub(super) enum How {
    /// This answer.
    Answer(fn(&Heard) -> Vec<u8>),
    /// These bytes, then the end of the connection.
    Cut(fn(&Heard) -> Vec<u8>),
    /// This beginning of an answer, then a space every few seconds without an end.
    Drip(fn(&Heard) -> Vec<u8>),
    /// Nothing, for ever.
    Silence,
    /// A body of 200 MB after this head.
    Flood(fn(&Heard) -> Vec<u8>),
    /// There is nobody to send it to.
    Nobody(Nobody),
}

/// Why nobody hears a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nobody {
    /// The name of the host does not exist.
    Dns,
    /// The certificate is not one that is trusted.
    Certificate,
    /// What answers does not speak TLS.
    NoTls,
    /// The port is closed.
    Closed,
}

/// Everything that is tried.
pub(super) static ALL: &[Trouble] = &[
    of("401", How::Answer(|heard| refusal(heard, 401, ""))),
    of("403", How::Answer(|heard| refusal(heard, 403, ""))),
    of("404", How::Answer(|heard| refusal(heard, 404, ""))),
    of("409", How::Answer(|heard| refusal(heard, 409, ""))),
    of("422", How::Answer(|heard| refusal(heard, 422, ""))),
    of("429", How::Answer(|heard| refusal(heard, 429, ""))),
    of("429, 2 s", How::Answer(|heard| refusal(heard, 429, &slow_down(2)))),
    of("429, 600 s", How::Answer(|heard| refusal(heard, 429, &slow_down(600)))),
    of("500", How::Answer(|heard| refusal(heard, 500, ""))),
    of("502 HTML", How::Answer(|heard| page(heard, 502))),
    of("503", How::Answer(|heard| refusal(heard, 503, ""))),
    of("200 HTML", How::Answer(|heard| page(heard, 200))),
    of("cut before the head", How::Cut(|_| Vec::new())),
    of("cut in the head", How::Cut(|_| b"HTTP/1.1 200 OK\r\ncontent-le".to_vec())),
    of("cut in the body", How::Cut(|heard| begun(heard, Some(4096)))),
    of("slow body", How::Drip(|heard| begun(heard, Some(4096)))),
    of("never answers", How::Silence),
    of("not JSON", How::Answer(|heard| good(heard, &format!("so {INNARDS} it is")))),
    of("JSON that ends early", How::Answer(|heard| good(heard, &format!(r#"{{"id":"{INNARDS}","na"#)))),
    of("wrong shape", How::Answer(|heard| good(heard, &format!(r#"["{INNARDS}",{{"sandbox":1}}]"#)))),
    of("empty body", How::Answer(|heard| good(heard, ""))),
    of("200 MB, announced", How::Flood(|heard| begun(heard, Some(flooded(heard))))),
    of("200 MB", How::Flood(|heard| begun(heard, None))),
    of("gzip bomb", How::Answer(bomb)),
    of("redirect", How::Answer(redirect)),
    of("no such host", How::Nobody(Nobody::Dns)),
    of("a stranger's certificate", How::Nobody(Nobody::Certificate)),
    of("no TLS", How::Nobody(Nobody::NoTls)),
    of("closed port", How::Nobody(Nobody::Closed)),
];

const fn of(name: &'static str, how: How) -> Trouble {
    Trouble { name, how }
}

/// A refusal that repeats the key which it was sent, as some gateways do.
fn refusal(heard: &Heard, status: u16, headers: &str) -> Vec<u8> {
    let said = heard.header("authorization").unwrap_or("nobody");
    let body =
        serde_json::json!({"title": "Trouble", "detail": format!("asked by {said}"), "errors": [said]});
    answer(status, "application/problem+json", headers, body.to_string().as_bytes())
}

fn slow_down(seconds: u32) -> String {
    format!("retry-after: {seconds}\r\nratelimit: \"minute\";r=0;t={seconds}\r\n")
}

/// The page of a proxy, which shows what it was sent.
fn page(heard: &Heard, status: u16) -> Vec<u8> {
    let said = heard.header("authorization").unwrap_or("nobody");
    let page = format!(
        "<!DOCTYPE html><html><head><title>{status} Trouble</title></head><body><h1>{INNARDS}</h1>{said}</body></html>"
    );
    answer(status, "text/html", "", page.as_bytes())
}

fn redirect(heard: &Heard) -> Vec<u8> {
    let key = heard.header("authorization").unwrap_or_default().replace("Bearer ", "");
    let to = format!("location: https://{ELSEWHERE}/{INNARDS}?key={key}\r\n");
    answer(307, "application/json", &to, b"")
}

/// 200 MB of spaces in a few bytes.
fn bomb(heard: &Heard) -> Vec<u8> {
    // What is packed may be several pieces, one after the other.
    const PIECE: u64 = 1024 * 1024;
    static PACKED: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packer.write_all(&[b' '; PIECE as usize]).expect("a vector takes everything");
        packer.finish().expect("a vector takes everything").repeat((HUGE / PIECE) as usize)
    });
    answer(200, heard.wants(), "content-encoding: gzip\r\n", &PACKED)
}

fn good(heard: &Heard, body: &str) -> Vec<u8> {
    answer(200, heard.wants(), "", body.as_bytes())
}

/// The head of a good answer of this length, and the first bytes of its body: a job with a text for an output, or a line.
fn begun(heard: &Heard, length: Option<u64>) -> Vec<u8> {
    let length = length.map(|length| format!("content-length: {length}\r\n")).unwrap_or_default();
    let body = beginning(heard);
    format!("HTTP/1.1 200 X\r\ncontent-type: {}\r\n{length}\r\n{body}", heard.wants()).into_bytes()
}

fn beginning(heard: &Heard) -> &'static str {
    match heard.wants() {
        "text/event-stream" => r#"data: {"line":""#,
        _ => r#"{"id":"j","status":"COMPLETED","output":""#,
    }
}

/// What follows 200 MB of letters after that.
pub(super) const FLOOD_ENDS: &[u8] = br#""}"#;

fn flooded(heard: &Heard) -> u64 {
    (beginning(heard).len() + FLOOD_ENDS.len()) as u64 + HUGE
}

fn answer(status: u16, media: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: {media}\r\ncontent-length: {}\r\n{headers}\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}
