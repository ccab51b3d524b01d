//! What holds for every stream of bytes.

use super::{Decoder, Event, MOST};

/// How a stream is cut changes nothing, and what is kept of an event is its beginning.
///
/// The first byte says how much of an event is kept, the second how long the pieces are.
pub(crate) fn any_stream(bytes: &[u8]) {
    let [most, piece, stream @ ..] = bytes else { return };
    let most = usize::from(*most);
    let whole = read(most, [stream]);
    assert_eq!(read(most, stream.chunks(usize::from(*piece).max(1))), whole);
    assert_eq!(read(most, stream.chunks(1)), whole);
    let (uncut, _) = read(MOST, [stream]);
    assert_eq!(whole.0.len(), uncut.len(), "what is kept of an event does not change how many there are");
    for (short, long) in whole.0.iter().zip(&uncut).filter(|(short, long)| !short.repaired && !long.repaired)
    {
        assert!(!long.cut && long.data.starts_with(&short.data), "{short:?} of {long:?}");
        assert_eq!(short.cut, short.data != long.data, "{short:?} of {long:?}");
        assert!(short.data.len() <= most);
    }
}

/// The events of a stream that comes in these pieces, and whether one more has begun.
fn read<'a>(most: usize, pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Event>, bool) {
    let mut decoder = Decoder::keeping(most);
    let mut events = Vec::new();
    for piece in pieces {
        decoder.feed(piece);
        events.extend(std::iter::from_fn(|| decoder.next()));
    }
    (events, decoder.is_amid())
}
