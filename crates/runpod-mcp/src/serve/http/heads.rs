//! The heads of requests as they arrive, looked at for one thing that hyper takes away before anybody can see it.
//!
//! A head with both Content-Length and Transfer-Encoding is how a request is smuggled past a proxy that believes the
//! other one. hyper follows one and drops the other; here such a head is noticed, so that it can be refused.

/// Longest head that is kept while it arrives in pieces; a longer one is refused by hyper.
const LONGEST: usize = 64 << 10;

/// Looks at the head that is arriving.
#[derive(Debug, Default)]
pub(super) struct Heads {
    /// What has arrived of a head that is not complete.
    begun: Vec<u8>,
    /// The head is complete; what follows is a body.
    done: bool,
}

impl Heads {
    /// A new head begins.
    pub(super) fn begin(&mut self) {
        self.begun.clear();
        self.done = false;
    }

    /// Takes what arrived. Tells whether the head, which ends in it, contradicts itself.
    pub(super) fn take(&mut self, bytes: &[u8]) -> bool {
        if self.done {
            return false;
        }
        if self.begun.is_empty()
            && let Some(contradicts) = whole(bytes)
        {
            self.done = true;
            return contradicts;
        }
        self.begun.extend_from_slice(bytes);
        let contradicts = whole(&self.begun);
        self.done = contradicts.is_some() || self.begun.len() > LONGEST;
        if self.done {
            self.begun = Vec::new();
        }
        contradicts.unwrap_or(false)
    }
}

/// Whether a head that is complete contradicts itself; `None` for one that is not complete.
fn whole(bytes: &[u8]) -> Option<bool> {
    let (mut from, mut length, mut encoding) = (0, false, false);
    while let Some(end) = memchr::memchr(b'\n', bytes.get(from..)?) {
        let line = bytes.get(from..from + end)?;
        match line.strip_suffix(b"\r").unwrap_or(line) {
            // Line ends before the first line are skipped by whoever reads it.
            [] if from > 2 => return Some(length && encoding),
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
        assert!(Heads::default().take(BOTH));
        assert!(!Heads::default().take(ONE));
        let mut heads = Heads::default();
        assert!(!heads.take(b"GET / HTTP/1.1\r\n\r\n") && !heads.take(BOTH));
        heads.begin();
        assert!(heads.take(BOTH));
    }

    proptest! {
        #[test]
        fn t34_a_head_is_the_same_in_pieces(cuts in prop::collection::vec(0_usize..80, 0..6), both in any::<bool>()) {
            let text = if both { BOTH } else { ONE };
            let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(text.len())).chain([0, text.len()]).collect();
            cuts.sort_unstable();
            let mut heads = Heads::default();
            let seen = cuts.windows(2).any(|cut| heads.take(&text[cut[0]..cut[1]]));
            prop_assert_eq!(seen, both);
        }
    }
}
