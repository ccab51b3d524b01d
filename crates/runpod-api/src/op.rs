//! One operation of an API: method, path template, and what may be done when it fails.

use std::borrow::Cow;

use http::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::error::Error;
use crate::id::Id;

/// Everything but RFC 3986 unreserved characters.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Which base address an operation belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Api {
    /// REST v2.
    RestV2,
    /// REST v1.
    RestV1,
    /// The Serverless runtime: jobs.
    Serverless,
    /// GraphQL questions about what everybody may see.
    GraphqlPublic,
    /// GraphQL for the account.
    GraphqlAuthed,
    /// Signing in: GraphQL asked by somebody who has no key yet.
    SignIn,
}

impl Api {
    /// Whether calls to it may carry the key. A public listing never does, whatever its address is.
    pub(crate) const fn may_carry_key(self) -> bool {
        match self {
            Self::RestV2 | Self::RestV1 | Self::Serverless | Self::GraphqlAuthed => true,
            Self::GraphqlPublic | Self::SignIn => false,
        }
    }

    /// Largest answer, in bytes after decoding.
    pub(crate) const fn cap(self) -> usize {
        match self {
            Self::SignIn => 64 * 1024,
            _ => 32 * 1024 * 1024,
        }
    }
}

/// What a failure means for trying again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// A read: again is safe.
    Read,
    /// A delete: again is safe, and 404 on a repeat means it worked.
    Delete,
    /// A write: the effect may have happened.
    Write,
    /// A read that takes what it reads away: nobody can read it again, so it is never tried again.
    Drain,
}

impl Repeat {
    /// Whether the request could change something.
    pub(crate) const fn changes(self) -> bool {
        !matches!(self, Self::Read)
    }

    /// Whether the request, once sent, goes on without whoever asked for it. What nobody reads any more need not.
    pub(crate) const fn outlives_its_caller(self) -> bool {
        matches!(self, Self::Write | Self::Delete)
    }
}

/// An operation, named once.
#[derive(Debug)]
pub(crate) struct Op {
    /// Contract operation id, for errors and logs.
    pub(crate) id: &'static str,
    pub(crate) api: Api,
    pub(crate) method: Method,
    /// Template below the base, such as `/pods/{id}/action`; braces are filled in order.
    pub(crate) path: &'static str,
    pub(crate) repeat: Repeat,
}

impl Op {
    pub(crate) const fn v2(id: &'static str, method: Method, path: &'static str) -> Self {
        Self::of(Api::RestV2, id, method, path)
    }

    pub(crate) const fn v1(id: &'static str, method: Method, path: &'static str) -> Self {
        Self::of(Api::RestV1, id, method, path)
    }

    pub(crate) const fn serverless(id: &'static str, method: Method, path: &'static str) -> Self {
        Self::of(Api::Serverless, id, method, path)
    }

    /// The same, taking away what it reads.
    pub(crate) const fn draining(mut self) -> Self {
        self.repeat = Repeat::Drain;
        self
    }

    const fn of(api: Api, id: &'static str, method: Method, path: &'static str) -> Self {
        let repeat = match method {
            Method::GET => Repeat::Read,
            Method::DELETE => Repeat::Delete,
            _ => Repeat::Write,
        };
        Self { id, api, method, path, repeat }
    }

    /// The path with its braces filled, each part percent-encoded inside its own segment.
    ///
    /// # Errors
    /// [`Error::Argument`] for a part that cannot be a segment.
    pub(crate) fn fill(&self, parts: &[Part<'_>]) -> Result<String, Error> {
        let mut parts = parts.iter();
        let mut path = String::with_capacity(self.path.len() + 32);
        for segment in self.path.split('/').skip(1) {
            path.push('/');
            match segment.starts_with('{').then(|| parts.next()).flatten() {
                Some(part) => path.push_str(&part.encoded()?),
                None => path.push_str(segment),
            }
        }
        Ok(path)
    }
}

/// What fills a brace.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part<'a> {
    /// A checked id.
    Id(&'a Id),
    /// Free text such as a GPU type id (`NVIDIA GeForce RTX 4090`).
    Free(&'static str, &'a str),
}

impl<'a> Part<'a> {
    fn encoded(self) -> Result<Cow<'a, str>, Error> {
        match self {
            Self::Id(id) => Ok(Cow::Borrowed(id.as_str())),
            Self::Free(field, "" | "." | "..") => {
                Err(Error::Argument { field, why: "cannot be empty or a dot segment".into() })
            }
            Self::Free(_, text) => Ok(utf8_percent_encode(text, SEGMENT).into()),
        }
    }
}

impl<'a> From<&'a Id> for Part<'a> {
    fn from(id: &'a Id) -> Self {
        Self::Id(id)
    }
}
