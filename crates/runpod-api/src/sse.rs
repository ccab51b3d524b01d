//! Server-sent events (WHATWG HTML, section 9.2.6), read from bytes as they come. Pure: it neither waits nor reads.
//!
//! However the bytes are cut into pieces, the same events come out. A text that is not UTF-8 is repaired and one
//! that is too long is cut, and the event says so; nothing is held beyond one event of the longest length that is
//! kept ([`MOST`] bytes unless said) and the events of one piece.

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod law;

use std::collections::VecDeque;
use std::mem;

/// Longest text of one event, in bytes; the rest is skipped.
pub const MOST: usize = 1024 * 1024;
/// Longest id that is kept, in bytes; a longer one could not be sent back in a header.
const ID_MOST: usize = 1024;
const BOM: &[u8] = b"\xef\xbb\xbf";

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// The last id that was said, by this event or an earlier one.
    pub id: Option<String>,
    /// Its `data` lines, joined by line feeds.
    pub data: String,
    /// It was longer than [`MOST`].
    pub cut: bool,
    /// It was not UTF-8; what was not stands as U+FFFD.
    pub repaired: bool,
}

/// Takes bytes, gives events.
#[derive(Debug)]
pub struct Decoder {
    /// Longest text of one event.
    most: usize,
    /// The line that has not ended yet, without what went over the limit.
    line: Vec<u8>,
    line_cut: bool,
    /// The first line was seen, before which a byte order mark may stand.
    begun: bool,
    /// The last byte was CR, so that an LF belongs to it.
    after_cr: bool,
    data: Option<Vec<u8>>,
    data_cut: bool,
    id: Option<String>,
    ready: VecDeque<Event>,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::keeping(MOST)
    }
}

impl Decoder {
    /// One that keeps this many bytes of each event.
    #[must_use]
    pub fn keeping(most: usize) -> Self {
        Self {
            most,
            line: Vec::new(),
            line_cut: false,
            begun: false,
            after_cr: false,
            data: None,
            data_cut: false,
            id: None,
            ready: VecDeque::new(),
        }
    }

    /// Takes the next bytes.
    pub fn feed(&mut self, mut bytes: &[u8]) {
        // A piece of nothing says nothing about what follows a CR.
        if !bytes.is_empty() && mem::take(&mut self.after_cr) {
            bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
        }
        while let Some(end) = bytes.iter().position(|b| matches!(b, b'\n' | b'\r')) {
            let (line, rest) = bytes.split_at(end);
            self.extend(line);
            self.end_line();
            bytes = match rest {
                [b'\r', b'\n', rest @ ..] => rest,
                [b'\r'] => {
                    self.after_cr = true;
                    &[]
                }
                [_, rest @ ..] => rest,
                [] => &[],
            };
        }
        self.extend(bytes);
    }

    /// The next complete event.
    #[expect(clippy::should_implement_trait, reason = "more may come after `None`")]
    pub fn next(&mut self) -> Option<Event> {
        self.ready.pop_front()
    }

    /// Whether a part of an event came and not its end. An event without an end does not count.
    #[must_use]
    pub fn is_amid(&self) -> bool {
        !self.line.is_empty() || self.data.is_some()
    }

    fn extend(&mut self, bytes: &[u8]) {
        // Room for the field's name, so that the text itself may be as long as is said.
        let room = self.most.saturating_add(ID_MOST).saturating_sub(self.line.len());
        self.line_cut |= bytes.len() > room;
        self.line.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
    }

    fn end_line(&mut self) {
        let (line, cut) = (mem::take(&mut self.line), mem::take(&mut self.line_cut));
        let line = match mem::replace(&mut self.begun, true) {
            true => line.as_slice(),
            false => line.strip_prefix(BOM).unwrap_or(&line),
        };
        if line.is_empty() {
            return self.end_event();
        }
        let colon = line.iter().position(|b| *b == b':').unwrap_or(line.len());
        let (name, value) = line.split_at(colon);
        let value = value.strip_prefix(b":").unwrap_or(value);
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match name {
            b"data" => self.more_data(value, cut),
            b"id" if !cut && value.len() <= ID_MOST && !value.contains(&0) => {
                let id = String::from_utf8_lossy(value).into_owned();
                self.id = Some(id).filter(|id| !id.is_empty());
            }
            // Comments, `event`, `retry`, and what is not known.
            _ => (),
        }
    }

    fn more_data(&mut self, value: &[u8], cut: bool) {
        let data = match &mut self.data {
            Some(data) => {
                data.push(b'\n');
                data
            }
            none => none.insert(Vec::new()),
        };
        let room = self.most.saturating_sub(data.len());
        // A line feed between two lines may be what is too much.
        self.data_cut |= cut || data.len() + value.len() > self.most;
        data.extend_from_slice(value.get(..room).unwrap_or(value));
        data.truncate(self.most);
    }

    fn end_event(&mut self) {
        let cut = mem::take(&mut self.data_cut);
        let Some(mut data) = self.data.take() else { return };
        if cut {
            data.truncate(whole_characters(&data));
        }
        let (data, repaired) = match String::from_utf8(data) {
            Ok(data) => (data, false),
            Err(e) => (String::from_utf8_lossy(e.as_bytes()).into_owned(), true),
        };
        self.ready.push_back(Event { id: self.id.clone(), data, cut, repaired });
    }
}

/// How many bytes are left without a character that is missing its end.
fn whole_characters(bytes: &[u8]) -> usize {
    let tail = bytes.len().saturating_sub(3);
    let start = bytes.iter().skip(tail).position(|b| *b >= 0xC0).map_or(bytes.len(), |at| tail + at);
    match bytes.get(start..).map(std::str::from_utf8) {
        Some(Err(e)) if e.error_len().is_none() => start + e.valid_up_to(),
        _ => bytes.len(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(pieces: &[&[u8]]) -> (Vec<Event>, bool) {
        let mut decoder = Decoder::default();
        let mut events = Vec::new();
        for piece in pieces {
            decoder.feed(piece);
            events.extend(std::iter::from_fn(|| decoder.next()));
        }
        (events, decoder.is_amid())
    }

    fn texts(stream: &[u8]) -> Vec<String> {
        read(&[stream]).0.into_iter().map(|event| event.data).collect()
    }

    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let parts: [&[u8]; 15] = [
            b"data",
            b"data: a",
            b"id: 7",
            b"id",
            b": note",
            b"\n",
            b"\r",
            b"\r\n",
            b"\n\n",
            b":",
            b" ",
            b"\xef\xbb\xbf",
            "ß😀".as_bytes(),
            b"\xff",
            b"\0",
        ];
        let part = prop::sample::select(parts.to_vec());
        prop::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn however_a_stream_is_cut_the_same_events_come_out(
            stream in bytes(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8)
        ) {
            let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
            at.extend([0, stream.len()]);
            at.sort_unstable();
            let pieces: Vec<&[u8]> = at.windows(2).map(|pair| &stream[pair[0]..pair[1]]).collect();
            prop_assert_eq!(read(&pieces), read(&[&stream]));
            let singles: Vec<&[u8]> = stream.chunks(1).collect();
            prop_assert_eq!(read(&singles), read(&[&stream]));
        }

        #[test]
        fn what_is_written_line_by_line_is_read_as_it_was(
            texts in prop::collection::vec("[^\r\n]{0,20}(\n[^\r\n]{0,20}){0,3}", 1..6),
            end in prop::sample::select(vec!["\n", "\r", "\r\n"]),
        ) {
            let event = |text: &String| {
                let lines = text.split('\n').map(|line| format!("data: {line}{end}"));
                format!("id: {}{end}{}{end}", text.len(), lines.collect::<String>())
            };
            let stream: String = texts.iter().map(event).collect();
            let (events, amid) = read(&[stream.as_bytes()]);
            prop_assert!(!amid && events.iter().all(|e| !e.cut && !e.repaired));
            let ids: Vec<_> = events.iter().filter_map(|e| e.id.clone()).collect();
            prop_assert_eq!(ids, texts.iter().map(|text| text.len().to_string()).collect::<Vec<_>>());
            prop_assert_eq!(events.into_iter().map(|e| e.data).collect::<Vec<_>>(), texts);
        }
    }

    proptest! {
        // Each case is a mebibyte.
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn a_cut_text_ends_at_a_character(before in 0..8_usize, text in "[aß€😀]{1,8}") {
            let long = format!("{}{}", "x".repeat(MOST - before), text);
            let (events, _) = read(&[b"data: ", long.as_bytes(), b"\n\n"]);
            let [event] = events.as_slice() else { panic!("one event") };
            prop_assert!(!event.repaired && event.cut == (long.len() > MOST));
            prop_assert!(long.starts_with(&event.data) && event.data.len() + 4 > MOST.min(long.len()));
        }
    }

    #[test]
    fn a_stream_is_read_as_the_standard_says() {
        assert_eq!(texts(b"data: YHOO\ndata: +2\ndata: 10\n\n"), ["YHOO\n+2\n10"]);
        assert_eq!(texts(b"data\n\ndata\ndata\n\ndata:"), ["", "\n"]);
        assert_eq!(texts(b"data:test\n\ndata:  test\n\n"), ["test", " test"]);
        assert_eq!(texts(b"\xef\xbb\xbfdata: a\n\n"), ["a"]);
        assert_eq!(texts(b": only a comment\n\nevent: x\nretry: 5\n\n"), [""; 0]);
    }

    #[test]
    fn an_id_holds_until_another_is_said() {
        let (events, _) =
            read(&[b"id: 1\ndata: a\n\ndata: b\n\nid: 2\n\ndata: c\n\nid: x\0\ndata: d\n\nid\ndata: e\n\n"]);
        let ids: Vec<_> = events.iter().map(|e| e.id.as_deref()).collect();
        assert_eq!(ids, [Some("1"), Some("1"), Some("2"), Some("2"), None]);
    }

    #[test]
    fn an_event_without_an_end_does_not_count_and_is_known_of() {
        for half in [&b"data: half"[..], b"data: whole line\n", b"dat"] {
            assert_eq!(read(&[b"data: a\n\n", half]).0.len(), 1);
            assert!(read(&[b"data: a\n\n", half]).1, "{half:?}");
        }
        assert!(!read(&[b"data: a\r\n\r\n"]).1);
    }

    #[test]
    fn a_line_of_five_megabytes_is_cut_and_what_follows_is_read() {
        let flood = vec![b'x'; 64 * 1024];
        let mut decoder = Decoder::default();
        decoder.feed(b"data: ");
        for _ in 0..80 {
            decoder.feed(&flood);
        }
        assert!(decoder.line.capacity() <= 4 * MOST, "{} bytes are held", decoder.line.capacity());
        decoder.feed(b"\n\ndata: next\n\n");
        let long = decoder.next().unwrap();
        assert!(long.cut && long.data.len() == MOST);
        assert_eq!(decoder.next().unwrap(), Event { data: "next".to_owned(), ..Event::default() });
    }

    #[test]
    fn an_event_of_many_lines_is_cut_too() {
        let stream = "data: 123456789\n".repeat(200_000) + "\n";
        let (events, _) = read(&[stream.as_bytes()]);
        assert!(events[0].cut && events[0].data.len() == MOST);
    }

    #[test]
    fn a_line_feed_that_is_too_much_is_cut_and_said() {
        let mut decoder = Decoder::keeping(5);
        decoder.feed(b"data: 12345\ndata\n\n");
        assert_eq!(decoder.next(), Some(Event { data: "12345".to_owned(), cut: true, ..Event::default() }));
    }

    #[test]
    fn a_piece_of_nothing_changes_nothing() {
        let whole = read(&[b"data: a\r\ndata: b\r\n\r\n"]);
        assert_eq!(read(&[b"data: a\r", b"", b"\ndata: b\r", b"", b"\n\r\n"]), whole);
    }

    #[test]
    fn what_is_no_utf8_is_replaced_and_said() {
        let (events, _) = read(&[b"data: a\xffb\xe2\x82\n\n"]);
        assert_eq!((events[0].data.as_str(), events[0].repaired), ("a\u{fffd}b\u{fffd}", true));
    }
}
