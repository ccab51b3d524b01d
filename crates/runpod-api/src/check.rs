//! Bounds that the contract states, checked before anything is sent.
//!
//! Each check names the field as callers know it and says what is accepted. Values are not repeated: they may be
//! long, hostile or secret.

use std::ops::RangeInclusive;

use chrono::DateTime;

use crate::client::Outcome;
use crate::error::Error;

pub(crate) fn refuse<T>(field: &'static str, why: impl Into<String>) -> Outcome<T> {
    Err(Error::Argument { field, why: why.into() })
}

pub(crate) fn filled(field: &'static str, text: &str) -> Outcome<()> {
    if text.is_empty() { refuse(field, "is empty; give at least one character") } else { Ok(()) }
}

pub(crate) fn at_least(field: &'static str, value: Option<u32>, least: u32) -> Outcome<()> {
    match value {
        Some(value) if value < least => refuse(field, format!("is {value}; the least is {least}")),
        _ => Ok(()),
    }
}

pub(crate) fn within(field: &'static str, value: Option<u32>, range: RangeInclusive<u32>) -> Outcome<()> {
    match value {
        Some(value) if !range.contains(&value) => {
            refuse(field, format!("is {value}; accepted are {} to {}", range.start(), range.end()))
        }
        _ => Ok(()),
    }
}

/// Between one and `most` characters.
pub(crate) fn length(field: &'static str, text: &str, most: usize) -> Outcome<()> {
    filled(field, text)?;
    match text.chars().count() {
        count if count > most => {
            refuse(field, format!("has {count} characters; at most {most} are accepted"))
        }
        _ => Ok(()),
    }
}

/// `major.minor`, as request bodies want it. A bare major is accepted by catalogue filters only.
pub(crate) fn cuda(field: &'static str, version: &str) -> Outcome<()> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    match version.split_once('.') {
        Some((major, minor)) if digits(major) && digits(minor) => Ok(()),
        _ => refuse(field, "is not a CUDA version; write major.minor such as 12.8"),
    }
}

/// A moment in RFC 3339, with its letters as the contract has them.
pub(crate) fn moment<'a>(field: &'static str, text: Option<&'a str>) -> Outcome<Option<&'a str>> {
    match text {
        Some(text) if !text.contains('T') || DateTime::parse_from_rfc3339(text).is_err() => {
            refuse(field, "is not an RFC 3339 time; write it like 2026-08-01T00:00:00Z")
        }
        text => Ok(text),
    }
}

/// An exact set of CUDA versions, or a lowest one, but not both. An empty set does not count.
pub(crate) fn cuda_choice(set: Option<&[String]>, floor: Option<&str>) -> Outcome<()> {
    let set = set.unwrap_or_default();
    if !set.is_empty() && floor.is_some() {
        return refuse("minCudaVersion", "cannot stand beside allowedCudaVersions; give one of them");
    }
    set.iter().try_for_each(|version| cuda("allowedCudaVersions", version))?;
    floor.map_or(Ok(()), |version| cuda("minCudaVersion", version))
}

/// No value twice.
pub(crate) fn distinct<T: PartialEq>(field: &'static str, items: &[T]) -> Outcome<()> {
    let repeated = |(at, item): (usize, &T)| items.iter().take(at).any(|before| before == item);
    match items.iter().enumerate().any(repeated) {
        true => refuse(field, "names the same thing twice"),
        false => Ok(()),
    }
}

/// An update that changes nothing is a mistake of the caller, not a request.
pub(crate) fn changes<T: Default + PartialEq>(change: &T, accepted: &str) -> Outcome<()> {
    match *change == T::default() {
        true => refuse("changes", format!("are empty: nothing to change; give at least one of {accepted}")),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cuda_version_has_two_numbers() {
        for good in ["12.8", "11.0", "13.10"] {
            assert!(cuda("f", good).is_ok(), "{good}");
        }
        for bad in ["", "12", "12.", ".8", "12.8.1", "v12.8", "12,8", " 12.8", "１２.８"] {
            assert!(cuda("f", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_empty_set_may_stand_beside_a_floor() {
        let set = ["12.8".to_owned()];
        assert!(cuda_choice(Some(&[]), Some("12.4")).is_ok());
        assert!(cuda_choice(Some(&set), None).is_ok());
        assert!(cuda_choice(Some(&set), Some("12.4")).is_err());
    }

    #[test]
    fn a_refusal_names_field_and_bounds_but_not_the_text() {
        let said = length("password", &"x".repeat(20), 10).expect_err("too long").to_string();
        assert_eq!(said, "`password` has 20 characters; at most 10 are accepted");
    }
}
