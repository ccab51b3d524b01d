//! How the keys that sign-ins mint are named in the account.

/// Stands for the name of the client.
const CLIENT: &str = "{client}";
/// Longest name, in letters.
const LONGEST: usize = 64;

/// The name of minted keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyName(Option<String>);

impl Default for KeyName {
    fn default() -> Self {
        Self(Some("runpod-mcp".to_owned()))
    }
}

impl KeyName {
    /// A name, with `{client}` for the name of the client. Nothing at all leaves the name out of the request, for
    /// backends that do not know it.
    ///
    /// # Errors
    /// A sentence that says what is accepted.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let fixed = text.replace(CLIENT, "");
        match text.len() <= LONGEST && fixed.bytes().all(is_plain) {
            true => Ok(Self(Some(text.to_owned()).filter(|text| !text.is_empty()))),
            false => Err(format!(
                "the name of keys may have letters, digits, space, `.`, `_`, `-` and {CLIENT}, at most {LONGEST}"
            )),
        }
    }

    /// The name of a key for this client.
    pub(super) fn of(&self, client: Option<&str>) -> Option<String> {
        let client = client.map(plain).filter(|name| !name.is_empty());
        let name = self.0.as_ref()?.replace(CLIENT, client.as_deref().unwrap_or("MCP client"));
        Some(name.chars().take(LONGEST).collect::<String>().trim().to_owned())
    }
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b" ._-".contains(&byte)
}

fn plain(text: &str) -> String {
    let mended = text.chars().map(|letter| match u8::try_from(letter).is_ok_and(is_plain) {
        true => letter,
        false => '_',
    });
    mended.collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_fixed_or_follows_the_client_or_is_left_out() {
        assert_eq!(KeyName::default().of(Some("x")).as_deref(), Some("runpod-mcp"));
        assert_eq!(KeyName::parse(" ").unwrap().of(Some("x")), None);
        let named = KeyName::parse("mcp {client}").unwrap();
        assert_eq!(named.of(Some("Claude \"Code\" é<")).as_deref(), Some("mcp Claude _Code_ __"));
        assert_eq!(named.of(None).as_deref(), Some("mcp MCP client"));
        assert_eq!(named.of(Some(&"x".repeat(99))).map(|name| name.len()), Some(64));
    }

    #[test]
    fn what_a_backend_might_choke_on_is_refused_at_the_start() {
        for text in ["a\"b", "a{b}", "é", &"x".repeat(65)] {
            assert!(KeyName::parse(text).unwrap_err().contains("may have letters"), "{text}");
        }
    }
}
