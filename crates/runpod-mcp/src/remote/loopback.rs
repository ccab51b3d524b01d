//! The address on this computer at which a browser delivers the answer of a sign-in.
//!
//! It listens for one answer, on loopback only, and takes none whose `state` is not the one that was sent: any page
//! can make a browser call such an address. Connections are read beside each other, because browsers open some that
//! they never use.

use std::io;
use std::time::Duration;

use reqwest::Url;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::failure::Failure;
use crate::vault::Secret;

/// Longest request that is read.
const LONGEST: usize = 16 * 1024;
/// How long a connection may take to say what it wants.
const PATIENCE: Duration = Duration::from_secs(10);
const PATH: &str = "/callback";

/// A place that waits for an answer.
#[derive(Debug)]
pub(super) struct Loopback {
    listener: TcpListener,
    port: u16,
}

/// What an answer must say to be taken.
#[derive(Clone, Debug)]
pub(super) struct Expected {
    /// The text that was sent along.
    pub(super) state: String,
    /// Who must have answered.
    pub(super) issuer: String,
    /// Whether it always says so.
    pub(super) says_issuer: bool,
}

type Answer = Result<Secret, Failure>;

impl Loopback {
    /// Listens at a free port.
    ///
    /// # Errors
    /// When there is none.
    pub(super) async fn listen() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        Ok(Self { listener, port })
    }

    /// The address for the authorization server.
    pub(super) fn redirect_uri(&self) -> String {
        format!("http://127.0.0.1:{}{PATH}", self.port)
    }

    /// The code, when the browser brings it.
    ///
    /// # Errors
    /// When the person refused, or nothing can be received any more.
    pub(super) async fn code(&self, expected: &Expected) -> Answer {
        let (found, mut answers) = mpsc::channel(1);
        loop {
            tokio::select! {
                Some(answer) = answers.recv() => return answer,
                accepted = self.listener.accept() => {
                    let (stream, _) = accepted.map_err(|e| Failure::of("sign-in", e.to_string()))?;
                    let (found, expected) = (found.clone(), expected.clone());
                    tokio::spawn(async move {
                        let heard = tokio::time::timeout(PATIENCE, hear(stream, &expected)).await;
                        if let Ok(Ok(Some(answer))) = heard {
                            // Whoever waited may have given up.
                            drop(found.send(answer).await);
                        }
                    });
                }
            }
        }
    }
}

/// Reads one request and answers it; tells the answer that it brought, if it did.
async fn hear(mut stream: TcpStream, expected: &Expected) -> io::Result<Option<Answer>> {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") && head.len() < LONGEST {
        if stream.read_buf(&mut head).await? == 0 {
            break;
        }
    }
    let answer = target(&head).and_then(|target| read(target, expected));
    let (status, words) = match &answer {
        None => ("404 Not Found", "There is nothing here."),
        Some(Ok(_)) => ("200 OK", "Signed in. You can close this window and go back to your client."),
        Some(Err(_)) => ("200 OK", "Not signed in. Your client says why; you can close this window."),
    };
    stream.write_all(page(status, words).as_bytes()).await?;
    stream.shutdown().await?;
    Ok(answer)
}

/// The target of `GET /target HTTP/1.1`.
fn target(head: &[u8]) -> Option<&str> {
    let line = head.split(|byte| *byte == b'\r').next()?;
    let mut words = std::str::from_utf8(line).ok()?.split(' ');
    (words.next()? == "GET").then(|| words.next()).flatten()
}

/// What a request to our path brought; `None` when it is not about the sign-in that was begun here.
fn read(target: &str, expected: &Expected) -> Option<Answer> {
    let url = Url::parse("http://127.0.0.1").ok()?.join(target).ok()?;
    if url.path() != PATH {
        return None;
    }
    let value =
        |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    if value("state").as_deref() != Some(&expected.state) {
        return None;
    }
    let issuer = value("iss");
    let wrong = issuer.as_deref().is_some_and(|issuer| issuer != expected.issuer);
    if wrong || (issuer.is_none() && expected.says_issuer) {
        return Some(Err(Failure::of("sign-in", "the answer does not come from whom it was asked of")));
    }
    if let Some(error) = value("error") {
        return Some(Err(Failure::of("sign-in", refusal(&error))));
    }
    Some(value("code").map(Secret::new).ok_or_else(|| Failure::of("sign-in", "the answer has no code")))
}

/// A word of the specification; others are not repeated.
fn refusal(error: &str) -> String {
    match error {
        "access_denied" => "was refused in the browser".to_owned(),
        "invalid_scope"
        | "invalid_request"
        | "unauthorized_client"
        | "unsupported_response_type"
        | "server_error"
        | "temporarily_unavailable" => format!("the authorization server answered {error}"),
        _ => "the authorization server answered an error".to_owned(),
    }
}

fn page(status: &str, words: &str) -> String {
    let body = format!("<!doctype html><meta charset=utf-8><title>runpod-mcp</title><p>{words}</p>\n");
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {length}\r\n\
         cache-control: no-store\r\nreferrer-policy: no-referrer\r\nconnection: close\r\n\r\n{body}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected(says_issuer: bool) -> Expected {
        Expected { state: "s1".to_owned(), issuer: "https://as".to_owned(), says_issuer }
    }

    #[test]
    fn only_the_answer_to_this_sign_in_is_taken() {
        let code =
            |target: &str| read(target, &expected(false)).map(|answer| answer.unwrap().reveal().to_owned());
        assert_eq!(code("/callback?code=a%2Bb&state=s1").as_deref(), Some("a+b"));
        assert_eq!(code("/callback?code=c&state=s1&iss=https://as").as_deref(), Some("c"));
        for other in
            ["/callback?code=c", "/callback?code=c&state=s2", "/favicon.ico", "/?code=c&state=s1", "*"]
        {
            assert_eq!(code(other), None, "{other}");
        }
    }

    #[test]
    fn refusals_and_answers_of_others_are_failures_that_repeat_nothing() {
        let failed = |target: &str, says| read(target, &expected(says)).unwrap().unwrap_err().to_string();
        assert!(failed("/callback?state=s1&error=access_denied", false).contains("refused"));
        let odd = failed("/callback?state=s1&error=CANARY", false);
        assert!(!odd.contains("CANARY"), "{odd}");
        for mixed_up in ["/callback?code=c&state=s1&iss=https://evil", "/callback?code=c&state=s1"] {
            assert!(failed(mixed_up, true).contains("whom it was asked of"), "{mixed_up}");
        }
    }

    #[tokio::test]
    async fn a_silent_connection_does_not_keep_the_answer_out() {
        let loopback = Loopback::listen().await.unwrap();
        let _silent = TcpStream::connect(("127.0.0.1", loopback.port)).await.unwrap();
        let visit = async {
            let mut stream = TcpStream::connect(("127.0.0.1", loopback.port)).await.unwrap();
            stream.write_all(b"GET /callback?code=c&state=s1 HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
            let mut page = String::new();
            stream.read_to_string(&mut page).await.unwrap();
            page
        };
        let expected = expected(false);
        let (code, page) = tokio::join!(loopback.code(&expected), visit);
        assert_eq!(code.unwrap().reveal(), "c");
        assert!(page.starts_with("HTTP/1.1 200") && page.contains("close this window"));
    }
}
