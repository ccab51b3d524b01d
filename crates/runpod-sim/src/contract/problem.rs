//! One thing that does not fit, worded as Runpod words it.

use std::fmt;

/// Where something does not fit, and how.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Problem {
    /// `$.gpu.count`, `$.ports[1]`, `parameter 'limit'`, `header 'Content-Type'`, `status`.
    pub at: String,
    /// `minimum: got 0, want 1`. One that begins with `is` goes on with the sentence that `at` begins.
    pub text: String,
}

impl Problem {
    pub(super) fn new(at: impl Into<String>, text: impl Into<String>) -> Self {
        Self { at: at.into(), text: text.into() }
    }
}

/// `$.gpu.count: minimum: got 0, want 1`, the shape of an entry in the `errors` of Runpod's problem+json.
impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joint = if self.text.starts_with("is ") { " " } else { ": " };
        write!(out, "{}{joint}{}", self.at, self.text)
    }
}
