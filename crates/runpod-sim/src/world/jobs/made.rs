//! Outputs too large to keep: they are made while they are sent, a piece at a time.

use std::fmt::Write;

use bytes::Bytes;

/// Bytes of a piece, about.
const PIECE: u64 = 1 << 16;

/// Letters that a long text repeats; none of them needs an escape in JSON.
const LETTERS: &str = "The quick brown fox jumps over the lazy dog. 0123456789 ";

/// How large an output is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Made {
    /// One text of so many bytes.
    Text(u64),
    /// A list of so many rows of about 112 bytes.
    Rows(u64),
}

impl Made {
    /// The JSON text, piece by piece.
    pub(crate) fn pieces(self) -> Box<dyn Iterator<Item = Bytes> + Send> {
        match self {
            Self::Text(length) => Box::new(text(length)),
            Self::Rows(count) => Box::new(rows(count)),
        }
    }
}

fn text(length: u64) -> impl Iterator<Item = Bytes> + Send {
    let piece = Bytes::from(LETTERS.repeat(usize::try_from(PIECE).unwrap_or(1) / LETTERS.len()));
    let each = piece.len() as u64;
    let rest = piece.slice(..usize::try_from(length % each).unwrap_or(0));
    let quote = || std::iter::once(Bytes::from_static(b"\""));
    let whole = std::iter::repeat_n(piece, usize::try_from(length / each).unwrap_or(usize::MAX));
    quote().chain(whole).chain([rest]).chain(quote())
}

fn rows(count: u64) -> impl Iterator<Item = Bytes> + Send {
    const EACH: u64 = PIECE / 112;
    let starts = (0..count.div_ceil(EACH)).map(|nth| nth * EACH);
    let pieces = starts.map(move |start| {
        let mut piece = String::new();
        for nth in start..(start + EACH).min(count) {
            let comma = if nth == 0 { "" } else { "," };
            // Writing to a String cannot fail.
            let _ = write!(
                piece,
                r#"{comma}{{"index":{nth},"id":"row-{nth:08}","label":"sample {nth}","score":{}.{:04},"path":"s3://bucket/rows/{nth:08}.json"}}"#,
                nth % 10,
                nth % 10_000
            );
        }
        Bytes::from(piece)
    });
    let edge = |text: &'static [u8]| std::iter::once(Bytes::from_static(text));
    edge(b"[").chain(pieces).chain(edge(b"]"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn whole(made: Made) -> Value {
        serde_json::from_slice(&made.pieces().collect::<Vec<_>>().concat()).unwrap()
    }

    #[test]
    fn a_made_output_is_json_of_the_size_that_was_asked_for() {
        for length in [0, 1, 65_535, 65_536, 200_001] {
            assert_eq!(whole(Made::Text(length)).as_str().unwrap().len() as u64, length);
        }
        for count in [0, 1, 585, 586, 2000] {
            let rows = whole(Made::Rows(count));
            assert_eq!(rows.as_array().unwrap().len() as u64, count);
            assert_eq!(
                rows.as_array().unwrap().last().map(|row| row["index"].clone()),
                count.checked_sub(1).map(Value::from)
            );
        }
    }

    #[test]
    fn no_piece_is_large() {
        for made in [Made::Text(1 << 21), Made::Rows(20_000)] {
            assert!(made.pieces().all(|piece| piece.len() < 100_000), "{made:?}");
        }
    }
}
