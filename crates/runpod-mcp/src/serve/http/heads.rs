//! The heads of requests as they arrive, looked at for two things that hyper lets pass before anybody can see them.
//!
//! A head with both Content-Length and Transfer-Encoding is how a request is smuggled past a proxy that believes the
//! other one; hyper follows one and drops the other. And its limit of a head is one of its buffer, which may be twice
//! as large. Here such heads are noticed, so that they can be refused.

/// Longest head of a request, in bytes.
pub(super) const LONGEST: usize = 64 << 10;

/// Looks at the head that is arriving.
#[derive(Debug, Default)]
pub(super) struct Heads {
    /// What has arrived of a head that is not complete.
    begun: Vec<u8>,
    /// The head is complete; what follows is a body.
    done: bool,
}

/// Why a head is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// It says in two ways where its body ends.
    Contradicts,
    TooLong,
}

impl Heads {
    /// A new head begins.
    pub(super) fn begin(&mut self) {
        self.begun.clear();
        self.done = false;
    }

    /// Takes what arrived. Tells what is wrong with the head, once it is known.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Option<Flaw> {
        if self.done {
            return None;
        }
        let read = match self.begun.is_empty() {
            true => whole(bytes),
            false => None,
        };
        let read = read.or_else(|| {
            self.begun.extend_from_slice(bytes);
            whole(&self.begun)
        });
        let is_long = read.map_or(self.begun.len(), |(end, _)| end) > LONGEST;
        self.done = read.is_some() || is_long;
        if self.done {
            self.begun = Vec::new();
        }
        match read {
            _ if is_long => Some(Flaw::TooLong),
            Some((_, true)) => Some(Flaw::Contradicts),
            _ => None,
        }
    }
}

/// Where a head ends and whether it contradicts itself; `None` for one that is not complete.
fn whole(bytes: &[u8]) -> Option<(usize, bool)> {
    let (mut from, mut length, mut encoding) = (0, false, false);
    while let Some(end) = memchr::memchr(b'\n', bytes.get(from..)?) {
        let line = bytes.get(from..from + end)?;
        match line.strip_suffix(b"\r").unwrap_or(line) {
            // Line ends before the first line are skipped by whoever reads it.
            [] if from > 2 => return Some((from, length && encoding)),
            line => {
                length |= is(line, b"content-length:");
                encoding |= is(line, b"transfer-encoding:");
            }
        }
        from += end + 1;
    }
    None
}

fn is(line: &[u8], name: &[u8]) -> bool {
    line.get(..name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BOTH: &[u8] =
        b"POST / HTTP/1.1\r\nContent-length: 5\r\nHost: a\r\nTRANSFER-Encoding: chunked\r\n\r\n0\r\n\r\n";
    const ONE: &[u8] = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nContent-Length: 5\r\n\r\n";

    #[test]
    fn a_body_is_no_head() {
        assert_eq!(Heads::default().take(BOTH), Some(Flaw::Contradicts));
        assert_eq!(Heads::default().take(ONE), None);
        let mut heads = Heads::default();
        assert_eq!((heads.take(b"GET / HTTP/1.1\r\n\r\n"), heads.take(BOTH)), (None, None));
        heads.begin();
        assert_eq!(heads.take(BOTH), Some(Flaw::Contradicts));
    }

    #[test]
    fn t32_a_long_head_is_noticed_at_once_or_in_pieces_and_its_body_does_not_count() {
        let head = |length: usize| format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "y".repeat(length - 21));
        let body = "y".repeat(LONGEST);
        for (length, flaw) in [(LONGEST, None), (LONGEST + 3, Some(Flaw::TooLong))] {
            let text = head(length) + &body;
            assert_eq!(Heads::default().take(text.as_bytes()), flaw);
            let mut heads = Heads::default();
            assert_eq!(text.as_bytes().chunks(1000).find_map(|piece| heads.take(piece)), flaw);
        }
    }

    proptest! {
        #[test]
        fn t34_a_head_is_the_same_in_pieces(cuts in prop::collection::vec(0_usize..80, 0..6), both in any::<bool>()) {
            let text = if both { BOTH } else { ONE };
            let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(text.len())).chain([0, text.len()]).collect();
            cuts.sort_unstable();
            let mut heads = Heads::default();
            let seen = cuts.windows(2).find_map(|cut| heads.take(&text[cut[0]..cut[1]]));
            prop_assert_eq!(seen, both.then_some(Flaw::Contradicts));
        }
    }
}
