//! Laws of what is read from strangers, for any bytes there are. A law panics when it does not hold.
//!
//! The fuzz targets of the repository run them, and so do tests; no release has them.

/// A law, under the name of its fuzz target.
pub type Law = (&'static str, fn(&[u8]));

/// All laws of this crate.
pub const LAWS: [Law; 3] = [("sse", sse), ("rate_headers", rate_headers), ("list", list)];

/// Of streams of events: see [`crate::sse`].
pub fn sse(bytes: &[u8]) {
    crate::sse::law::any_stream(bytes);
}

/// Of lists and their rows: see [`crate::Listing`].
pub fn list(bytes: &[u8]) {
    crate::listing::law::any_body(bytes);
}

/// Of headers that say how long to wait.
pub fn rate_headers(bytes: &[u8]) {
    crate::rate::law::any_headers(bytes);
}

#[cfg(test)]
#[path = "../../../fuzz/seeds.rs"]
mod seeds;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_becomes_of_the_seeds_the_laws_hold() {
        seeds::keep(&LAWS, 512);
    }
}
