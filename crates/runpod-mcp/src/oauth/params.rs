//! The parameters of a query or a form.
//!
//! Each stands at most once, `resource` excepted (RFC 6749 section 3.1, RFC 8707); one without a value counts as left
//! out. What cannot be decoded is refused, not mended.

use percent_encoding::percent_decode;
use serde_json::{Map, Value};

use super::fault::Fault;

/// Most parameters of one request.
const MOST: usize = 64;

/// The one parameter that may be repeated.
const RESOURCE: &str = "resource";

/// Decoded parameters. No `Debug`: codes and verifiers are among them.
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    /// Reads a query or an `application/x-www-form-urlencoded` body.
    pub(super) fn read(text: &str) -> Result<Self, Fault> {
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decoded(name)?, decoded(value)?))
        });
        Self::checked(pairs.collect::<Result<_, Fault>>()?)
    }

    /// Reads a JSON object, as older clients post it.
    pub(super) fn of_json(body: &[u8]) -> Result<Self, Fault> {
        let object: Map<String, Value> =
            serde_json::from_slice(body).map_err(|_| Fault::invalid_request("the body is no JSON object"))?;
        let texts = object.into_iter().filter_map(|(name, value)| match value {
            Value::String(text) => Some((name, text)),
            _ => None,
        });
        Self::checked(texts.collect())
    }

    /// The value of a parameter.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// The values of a parameter that may be repeated.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.0.iter().filter(move |(key, value)| key == name && !value.is_empty());
        named.map(|(_, value)| value.as_str())
    }

    fn checked(pairs: Vec<(String, String)>) -> Result<Self, Fault> {
        if pairs.len() > MOST {
            return Err(Fault::invalid_request("there are more than 64 parameters"));
        }
        let mut names: Vec<_> = pairs.iter().map(|(name, _)| name).filter(|name| *name != RESOURCE).collect();
        names.sort();
        match names.windows(2).any(|two| two.first() == two.last()) {
            true => Err(Fault::invalid_request("a parameter is there more than once")),
            false => Ok(Self(pairs)),
        }
    }
}

fn decoded(text: &str) -> Result<String, Fault> {
    let bytes: Vec<u8> = text.bytes().map(|byte| if byte == b'+' { b' ' } else { byte }).collect();
    let decoded = percent_decode(&bytes).decode_utf8();
    decoded.map(|text| text.into_owned()).map_err(|_| Fault::invalid_request("a parameter is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded_and_empty_ones_left_out() {
        let params = Params::read("a=x%20y+z&b=&c&resource=1&resource=2&d=%3D").ok().unwrap();
        assert_eq!((params.get("a"), params.get("b"), params.get("c")), (Some("x y z"), None, None));
        assert_eq!(params.get("d"), Some("="));
        assert_eq!(params.all("resource").collect::<Vec<_>>(), ["1", "2"]);
    }

    #[test]
    fn what_is_there_twice_or_cannot_be_read_is_refused() {
        let many = "a&".repeat(2) + &(0..70).map(|n| format!("x{n}=1&")).collect::<String>();
        for text in ["state=a&state=b", "state=&state=b", "%73tate=a&state=b", "a=%ff", many.as_str()] {
            assert!(Params::read(text).is_err(), "{text}");
        }
        assert!(Params::of_json(b"[]").is_err() && Params::of_json(b"{").is_err());
        let params = Params::of_json(br#"{"code":"c","n":1}"#).ok().unwrap();
        assert_eq!((params.get("code"), params.get("n")), (Some("c"), None));
    }
}
