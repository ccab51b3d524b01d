//! What holds for every stream of bytes that comes over stdin.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::FutureExt;
use rmcp::model::{ClientJsonRpcMessage, JsonRpcMessage};
use serde_json::Value;
use tokio::io::{AsyncRead, ReadBuf};

use super::lines::{Line, Lines};
use super::message::{Gate, Heard};
use crate::serve::jsonrpc::{self, Members};

/// How a stream is cut changes nothing, and each line is passed on as what it is or answered in one line.
///
/// The first byte says how long the pieces are, the second how long a line may be.
pub(crate) fn any_stream(bytes: &[u8]) {
    let [piece, longest, stream @ ..] = bytes else { return };
    let longest = usize::from(*longest);
    let whole = lines(stream, stream.len(), longest);
    assert_eq!(lines(stream, usize::from(*piece), longest), whole);
    assert!(whole.iter().flatten().all(|line| line.len() <= longest + 1 && !line.contains(&b'\n')));
    let mut gate = Gate::default();
    for line in stream.split(|byte| *byte == b'\n') {
        is_answered(&gate.hear(line), said(line).as_ref());
    }
}

/// What a line says, unless readers would differ in it: they do where a member stands twice.
fn said(line: &[u8]) -> Option<Value> {
    let text = jsonrpc::text(line).ok()?;
    Members::of(text)?;
    serde_json::from_str(text).ok()
}

/// What came of a line that says this.
fn is_answered(heard: &Heard, said: Option<&Value>) {
    match heard {
        Heard::Message(message) => is_passed_on(message, said),
        Heard::Nothing => assert!(!said.is_some_and(wants_answer), "no answer to {said:?}"),
        Heard::Refused(refusal) => {
            let line = refusal.to_line();
            assert_eq!(line.iter().position(|byte| *byte == b'\n'), Some(line.len() - 1), "one line");
            let answer: Value = serde_json::from_slice(&line).unwrap_or_default();
            let code = answer.pointer("/error/code").and_then(Value::as_i64);
            assert!(matches!(code, Some(-32700 | -32600 | -32601 | -32602)), "{answer}");
            let id = answer.get("id");
            assert!(id.is_none() || is_same(id, said.and_then(|said| said.get("id"))), "{answer}");
            let wanted = said.filter(|said| wants_answer(said)).and_then(|said| said.get("id"));
            assert!(wanted.is_none() || id == wanted, "{answer} to {said:?}");
        }
    }
}

fn is_passed_on(message: &ClientJsonRpcMessage, said: Option<&Value>) {
    let passed = serde_json::to_value(message).unwrap_or_default();
    let says = |member: &str| said.and_then(|said| said.get(member));
    assert_eq!(passed.get("method"), says("method"));
    if matches!(message, JsonRpcMessage::Request(_)) {
        assert!(is_same(passed.get("id"), says("id")), "{passed}");
    }
}

/// Whether an id is the one that was said: to the letter, but for a whole number that was written as a fraction, 40.0.
fn is_same(id: Option<&Value>, said: Option<&Value>) -> bool {
    let fraction = said.filter(|said| said.is_f64()).and_then(Value::as_f64);
    id == said || (fraction.is_some() && id.and_then(Value::as_f64) == fraction)
}

/// Whether it is a request whose id can be read.
fn wants_answer(said: &Value) -> bool {
    let is = |member: &str, right: fn(&Value) -> bool| said.get(member).is_some_and(right);
    is("jsonrpc", |version| version == "2.0")
        && is("method", Value::is_string)
        && is("id", |id| id.is_string() || id.is_i64())
        && said.get("result").is_none()
        && said.get("error").is_none()
}

/// The lines of a stream that comes in pieces of this length; nothing for one that is too long.
fn lines(stream: &[u8], piece: usize, longest: usize) -> Vec<Option<Vec<u8>>> {
    let mut lines = Lines::new(Pieces { rest: stream, piece: piece.max(1) }, longest);
    let mut found = Vec::new();
    loop {
        match lines.next().now_or_never() {
            Some(Ok(Line::Whole)) => found.push(Some(lines.text().to_vec())),
            Some(Ok(Line::TooLong)) => found.push(None),
            Some(Ok(Line::End)) => return found,
            broken => assert!(matches!(broken, Some(Ok(_))), "{broken:?}"),
        }
    }
}

/// A stream that gives at most so much at once.
struct Pieces<'a> {
    rest: &'a [u8],
    piece: usize,
}

impl AsyncRead for Pieces<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        to: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let (now, rest) = self.rest.split_at(self.piece.min(self.rest.len()).min(to.remaining()));
        to.put_slice(now);
        self.rest = rest;
        Poll::Ready(Ok(()))
    }
}
