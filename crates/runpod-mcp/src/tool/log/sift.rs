//! Which of the lines that were read are shown, and in which order.

use regex::{Regex, RegexBuilder};
use runpod_api::logs::Line;
use serde_json::Value;

use super::line::Shown;
use crate::error::ToolError;

/// Largest pattern, compiled, in bytes.
const PATTERN: usize = 1 << 20;
/// Most lines and bytes that are kept to choose from when errors are to come first.
const INTAKE: (usize, usize) = (5000, 256 * 1024);

/// What trouble is usually called.
const TROUBLE: &str = r"error|exception|traceback|fatal|panic|critical|failed|failure|out of memory|\boom\b|killed|segfault|exit(ed)? (code|with)|unhealthy|denied|not found";

/// Which lines are wanted.
#[derive(Debug)]
pub(super) struct Sieve {
    grep: Option<Regex>,
    /// What goes before everything else.
    trouble: Option<Regex>,
}

impl Sieve {
    pub(super) fn new(grep: Option<&str>, errors_first: bool) -> Result<Self, ToolError> {
        let grep = grep.map(compiled).transpose()?;
        let trouble = errors_first.then(|| compiled(TROUBLE)).transpose()?;
        Ok(Self { grep, trouble })
    }
}

fn compiled(pattern: &str) -> Result<Regex, ToolError> {
    RegexBuilder::new(pattern).case_insensitive(true).size_limit(PATTERN).build().map_err(|e| {
        let why = e.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        ToolError::bad_argument(format!("`grep` is not a regular expression: {why}"))
            .hint("put a backslash before characters such as [ ( . * + ? that are meant literally")
    })
}

/// The lines that are kept, in the order in which they came.
#[derive(Debug)]
pub(super) struct Basket {
    sieve: Sieve,
    shown: Vec<Shown>,
    /// Bytes of them in a reply.
    size: usize,
    /// How many lines and bytes are to be shown.
    most: (usize, usize),
    /// Lines that the pattern does not match.
    other: usize,
    begun: bool,
    pub(super) cut: usize,
    pub(super) repaired: usize,
}

impl Basket {
    pub(super) fn new(sieve: Sieve, most: (usize, usize)) -> Self {
        Self { sieve, shown: Vec::new(), size: 0, most, other: 0, begun: false, cut: 0, repaired: 0 }
    }

    /// Whether any line was read.
    pub(super) fn has_begun(&self) -> bool {
        self.begun
    }

    pub(super) fn is_full(&self) -> bool {
        self.shown.len() >= self.intake().0
    }

    pub(super) fn has_room_for(&mut self, line: &Line) -> bool {
        let shown = Shown::of(line);
        !self.wants(&shown)
            || self.shown.last().is_some_and(|last| last.clone().takes(&shown))
            || self.size + shown.size() <= self.intake().1
    }

    pub(super) fn put(&mut self, line: &Line) {
        self.begun = true;
        let shown = Shown::of(line);
        if !self.wants(&shown) {
            self.other += 1;
            return;
        }
        self.cut += usize::from(shown.is_cut());
        self.repaired += usize::from(line.repaired);
        if !self.shown.last_mut().is_some_and(|last| last.takes(&shown)) {
            self.size += shown.size();
            self.shown.push(shown);
        }
    }

    /// What is shown, how many lines did not match, and how many did and are left out.
    pub(super) fn shown(self) -> (Vec<Value>, usize, usize) {
        let (mut lines, (most, bytes)) = (self.shown, self.most);
        if let Some(trouble) = &self.sieve.trouble {
            lines.sort_by_key(|line| !trouble.is_match(line.text()));
        }
        let mut room = bytes;
        let fits = |line: &&Shown| match room.checked_sub(line.size()) {
            Some(rest) => {
                room = rest;
                true
            }
            None => false,
        };
        let items: Vec<Value> = lines.iter().take(most).take_while(fits).map(Shown::to_json).collect();
        let left_out = lines.len() - items.len();
        (items, self.other, left_out)
    }

    fn wants(&self, shown: &Shown) -> bool {
        self.sieve.grep.as_ref().is_none_or(|grep| grep.is_match(shown.text()))
    }

    /// How many lines and bytes are kept.
    fn intake(&self) -> (usize, usize) {
        if self.sieve.trouble.is_some() { INTAKE } else { self.most }
    }
}
