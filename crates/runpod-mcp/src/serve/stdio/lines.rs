//! Lines of bounded length from a byte stream.

use std::io;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

/// Bytes read at once.
const CHUNK: usize = 64 * 1024;

/// What was found in the stream.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// A whole line; [`Lines::text`] has it until the next call.
    Whole,
    /// A line longer than allowed begins here; its rest is skipped.
    TooLong,
    /// There is nothing more.
    End,
}

/// Splits a stream into lines, never keeping more than the longest allowed one.
#[derive(Debug)]
pub(crate) struct Lines<R> {
    from: BufReader<R>,
    longest: usize,
    line: Vec<u8>,
    /// `line` was handed out and is to be emptied.
    used: bool,
    /// The rest of a line that was too long is being skipped.
    skipping: bool,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    pub(crate) fn new(from: R, longest: usize) -> Self {
        let from = BufReader::with_capacity(CHUNK, from);
        Self { from, longest, line: Vec::new(), used: false, skipping: false }
    }

    /// The line that was found last, without its end.
    pub(crate) fn text(&self) -> &[u8] {
        let line = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
        line.strip_suffix(b"\r").unwrap_or(line)
    }

    /// Reads up to the end of the next line. Dropping the future loses nothing: what was read stays here.
    ///
    /// Text after the last line end counts as a line, so that a message without one is heard too.
    pub(crate) async fn next(&mut self) -> io::Result<Line> {
        self.forget_used();
        loop {
            let read = self.from.fill_buf().await?;
            if read.is_empty() {
                self.used = !self.line.is_empty();
                return Ok(if self.used { Line::Whole } else { Line::End });
            }
            let end = read.iter().position(|byte| *byte == b'\n');
            let taken = end.map_or(read.len(), |at| at + 1);
            let fits = self.line.len() + taken <= self.longest + 1;
            if !self.skipping && fits {
                reserve(&mut self.line, taken, self.longest + 1);
                self.line.extend(read.iter().take(taken));
            }
            self.from.consume(taken);
            match (self.skipping, fits, end.is_some()) {
                (true, _, ended) => self.skipping = !ended,
                (false, false, ended) => {
                    self.skipping = !ended;
                    self.line = Vec::new();
                    return Ok(Line::TooLong);
                }
                (false, true, true) => {
                    self.used = true;
                    return Ok(Line::Whole);
                }
                (false, true, false) => (),
            }
        }
    }

    fn forget_used(&mut self) {
        if std::mem::take(&mut self.used) {
            self.line.clear();
            self.line.shrink_to(CHUNK);
        }
    }
}

/// Makes room by doubling, but never beyond the longest line.
fn reserve(line: &mut Vec<u8>, more: usize, longest: usize) {
    let needed = line.len() + more;
    if needed > line.capacity() {
        let wanted = needed.max(line.capacity() * 2).min(longest.max(needed));
        line.reserve_exact(wanted - line.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    async fn all(input: &[u8], longest: usize) -> Vec<Option<Vec<u8>>> {
        let mut lines = Lines::new(input, longest);
        let mut out = Vec::new();
        loop {
            match lines.next().await.unwrap() {
                Line::Whole => out.push(Some(lines.text().to_vec())),
                Line::TooLong => out.push(None),
                Line::End => return out,
            }
        }
    }

    #[tokio::test]
    async fn lines_end_with_lf_crlf_or_the_stream() {
        let text = |s: &str| Some(s.as_bytes().to_vec());
        assert_eq!(all(b"a\r\n\nb", 8).await, [text("a"), text(""), text("b")]);
        assert_eq!(all(b"", 8).await, []);
        assert_eq!(all(b"\n", 8).await, [text("")]);
    }

    #[tokio::test]
    async fn a_line_of_the_longest_length_is_read_and_one_more_byte_is_not() {
        let text = |s: &str| Some(s.as_bytes().to_vec());
        assert_eq!(all(b"1234\n5\n", 4).await, [text("1234"), text("5")]);
        assert_eq!(all(b"12345\n6\n", 4).await, [None, text("6")]);
        assert_eq!(all(b"12345", 3).await, [None]);
    }

    #[tokio::test]
    async fn memory_is_given_back_after_a_long_line() {
        let mut input = vec![b'x'; 4 * 1024 * 1024];
        input.extend(b"\ny\n");
        let mut lines = Lines::new(input.as_slice(), LONG);
        assert_eq!(lines.next().await.unwrap(), Line::Whole);
        assert!(lines.line.capacity() <= LONG + 1);
        assert_eq!(lines.next().await.unwrap(), Line::Whole);
        assert!(lines.line.capacity() <= CHUNK);
    }

    const LONG: usize = 5 * 1024 * 1024;

    proptest! {
        #[test]
        fn whatever_the_chunks_the_lines_are_those_of_the_text(
            text in "[ab\n]{0,80}", longest in 1_usize..12, chunk in 1_usize..9,
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let found = runtime.block_on(async {
                let (mut write, read) = tokio::io::duplex(chunk);
                let mut lines = Lines::new(read, longest);
                let writing = async {
                    tokio::io::AsyncWriteExt::write_all(&mut write, text.as_bytes()).await.unwrap();
                    drop(write);
                };
                let reading = async {
                    let mut found = Vec::new();
                    loop {
                        match lines.next().await.unwrap() {
                            Line::Whole => found.push(Some(lines.text().to_vec())),
                            Line::TooLong => found.push(None),
                            Line::End => return found,
                        }
                    }
                };
                tokio::join!(writing, reading).1
            });
            let mut expected: Vec<_> =
                text.split('\n').map(|l| (l.len() <= longest).then(|| l.as_bytes().to_vec())).collect();
            // Nothing after the last line end is no line.
            if text.ends_with('\n') || text.is_empty() {
                expected.pop();
            }
            // An unfinished line may be one byte longer: that byte is room for the line end.
            if let (Some(last), Some(Some(read))) = (expected.last_mut(), found.last())
                && last.is_none() && read.len() == longest + 1
            {
                *last = Some(read.clone());
            }
            prop_assert_eq!(found, expected);
        }
    }
}
