//! Bytes as a text that can be edited, or the reason why they are none.

use super::{Dialect, Refusal};

/// No configuration file of a client is near this size; what is larger is not what it seems.
pub(crate) const LONGEST: usize = 64 << 20;

const MARK: &str = "\u{feff}";

/// The text of a file, and whether a byte order mark stood before it.
pub(super) struct Text<'a> {
    pub(super) body: &'a str,
    mark: bool,
}

impl<'a> Text<'a> {
    pub(super) fn of(bytes: &'a [u8], dialect: Dialect) -> Result<Self, Refusal> {
        if bytes.len() > LONGEST {
            return Err(Refusal::TooLong(LONGEST));
        }
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return Err(Refusal::NotText("it is UTF-16; save it as UTF-8".to_owned()));
        }
        if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
            return Err(Refusal::NotText(format!("byte {at} is zero")));
        }
        let text = std::str::from_utf8(bytes)
            .map_err(|e| Refusal::NotText(format!("byte {} is no part of a character", e.valid_up_to())))?;
        match text.strip_prefix(MARK) {
            None => Ok(Self { body: text, mark: false }),
            Some(body) if dialect.skips_mark() && !body.starts_with(MARK) => Ok(Self { body, mark: true }),
            Some(_) => Err(Refusal::Mark),
        }
    }

    /// A changed text, with the mark that the file had.
    pub(super) fn with_mark(&self, body: String) -> String {
        if self.mark { format!("{MARK}{body}") } else { body }
    }
}
