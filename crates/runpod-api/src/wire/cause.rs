//! Why there is no answer, read from the causes of the HTTP engine's error.

use std::error::Error;
use std::fmt::Write as _;

type Cause = dyn Error + 'static;

/// The causes in one line. The address stands in the first one only, and is left out.
pub(super) fn line(error: reqwest::Error) -> String {
    let error = error.without_url();
    causes(&error).fold(error.to_string(), |mut line, cause| {
        let _ = write!(line, ": {cause}");
        line
    })
}

/// What is wrong with the certificate, if that is why there is no connection.
pub(super) fn distrust(error: &reqwest::Error) -> Option<String> {
    causes(error).find_map(|cause| match unwrapped(cause).downcast_ref() {
        Some(rustls::Error::InvalidCertificate(why)) => Some(why.to_string()),
        _ => None,
    })
}

/// Whether the other side vouches that it did not act on the request although it was sent: it closed the
/// connection before this stream (RFC 9113 section 6.8) or refused the stream (section 8.7). Hosts that end a
/// connection after so many requests do this in normal service.
pub(super) fn untouched(error: &reqwest::Error) -> bool {
    causes(error).filter_map(|cause| cause.downcast_ref::<h2::Error>()).any(|e| {
        let reason = e.reason().filter(|_| e.is_remote());
        (e.is_go_away() && reason == Some(h2::Reason::NO_ERROR))
            || (e.is_reset() && reason == Some(h2::Reason::REFUSED_STREAM))
    })
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &Cause> {
    std::iter::successors(error.source(), |cause| Cause::source(*cause))
}

/// The error an `io::Error` was made of; its chain of causes leaves that one out.
fn unwrapped(mut error: &Cause) -> &Cause {
    while let Some(inner) = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
        error = inner;
    }
    error
}
