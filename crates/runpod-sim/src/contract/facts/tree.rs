//! Lines and what is indented under them.

use super::Broken;

/// One line, without its indentation.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub(super) number: usize,
    pub(super) text: &'a str,
    pub(super) under: Vec<Line<'a>>,
}

impl Line<'_> {
    pub(super) fn broken(&self, why: impl Into<String>) -> Broken {
        Broken { line: self.number, why: why.into() }
    }

    pub(super) fn childless(&self) -> Result<(), Broken> {
        match self.under.first() {
            Some(child) => Err(child.broken("nothing may be indented here")),
            None => Ok(()),
        }
    }
}

/// Reads two-space indentation. Blank lines and lines that begin with `#` say nothing.
pub(super) fn grow(text: &str) -> Result<Vec<Line<'_>>, Broken> {
    let mut top = Vec::new();
    for (at, raw) in text.lines().enumerate() {
        if raw.is_empty() || raw.starts_with('#') {
            continue;
        }
        let text = raw.trim_start_matches(' ');
        let spaces = raw.len() - text.len();
        let line = Line { number: at + 1, text, under: Vec::new() };
        if text.contains('\r') {
            // At the end of the last line it would count, and at that of any other not.
            return Err(line.broken("a carriage return stands here"));
        }
        let place = if spaces.is_multiple_of(2) { level(&mut top, spaces / 2) } else { None };
        match place {
            Some(place) => place.push(line),
            None => return Err(line.broken("the indentation fits no line above")),
        }
    }
    Ok(top)
}

fn level<'t, 'a>(lines: &'t mut Vec<Line<'a>>, depth: usize) -> Option<&'t mut Vec<Line<'a>>> {
    let mut place = lines;
    for _ in 0..depth {
        place = &mut place.last_mut()?.under;
    }
    Some(place)
}
