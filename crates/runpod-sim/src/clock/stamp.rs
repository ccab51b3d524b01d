//! Instants as the API writes them.

use chrono::{Datelike, SecondsFormat, Timelike};

use super::Time;

/// What the places of a fraction of a second are worth, in nanoseconds.
const PLACES: [u32; 9] = [100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1000, 100, 10, 1];

/// An instant as the API writes it: `2026-06-01T12:00:01.500Z`, with as many groups of three places as it needs.
///
/// Long lists are full of these, so it is done by hand; what no ordinary calendar has is left to `chrono`.
pub(crate) fn stamp(at: Time) -> String {
    let (date, time) = (at.date_naive(), at.time());
    match u32::try_from(date.year()) {
        Ok(year @ ..10_000) if time.nanosecond() < 1_000_000_000 => {
            let ([c, e], [n, t]) = (two(year / 100), two(year));
            let ([m, o], [d, a]) = (two(date.month()), two(date.day()));
            let ([h, u], [i, j], [s, r]) = (two(time.hour()), two(time.minute()), two(time.second()));
            let mut text = Vec::with_capacity("2026-06-01T12:00:01.123456789Z".len());
            text.extend_from_slice(&[c, e, n, t, b'-', m, o, b'-', d, a, b'T', h, u, b':', i, j, b':', s, r]);
            fraction(&mut text, time.nanosecond());
            text.push(b'Z');
            // Digits and signs: there is nothing here that could be no text.
            String::from_utf8(text).unwrap_or_default()
        }
        _ => at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
    }
}

fn fraction(text: &mut Vec<u8>, nanos: u32) {
    let places = match nanos {
        0 => return,
        _ if nanos.is_multiple_of(1_000_000) => 3,
        _ if nanos.is_multiple_of(1000) => 6,
        _ => 9,
    };
    text.push(b'.');
    text.extend(PLACES.iter().take(places).map(|place| digit(nanos / place)));
}

/// The last two digits of a number.
fn two(number: u32) -> [u8; 2] {
    [digit(number / 10), digit(number)]
}

/// The last digit of a number.
fn digit(number: u32) -> u8 {
    // Less than ten, so nothing is cut off.
    b'0' + (number % 10) as u8
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The years of chrono's calendar, in seconds.
    const SECONDS: std::ops::Range<i64> = -8_334_601_228_800..8_210_266_876_799;

    fn same(at: Option<Time>) -> Result<(), TestCaseError> {
        let at = at.unwrap();
        prop_assert_eq!(stamp(at), at.to_rfc3339_opts(SecondsFormat::AutoSi, true));
        Ok(())
    }

    proptest! {
        #[test]
        fn an_instant_is_written_as_chrono_writes_it(
            seconds in prop_oneof![SECONDS, 0..4_102_444_800i64],
            whole in prop_oneof![Just(1u32), Just(1000), Just(1_000_000), Just(1_000_000_000)],
            nanos in 0..1_000_000_000u32,
        ) {
            same(Time::from_timestamp(seconds, nanos / whole * whole))?;
        }

        #[test]
        fn so_is_a_leap_second(minute in 0..100_000_000i64, nanos in 1_000_000_000..2_000_000_000u32) {
            same(Time::from_timestamp(minute * 60 + 59, nanos))?;
        }
    }

    #[test]
    fn so_is_where_years_get_a_sign_and_where_they_need_five_digits() {
        for seconds in [-62_167_219_201, -62_167_219_200, 253_402_300_799, 253_402_300_800] {
            same(Time::from_timestamp(seconds, 0)).unwrap();
        }
        same(Some(Time::MIN_UTC)).unwrap();
        same(Some(Time::MAX_UTC)).unwrap();
    }
}
