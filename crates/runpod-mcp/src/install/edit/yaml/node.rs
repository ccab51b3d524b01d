//! A YAML document with where everything in it stands.

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput};

use crate::install::edit::Refusal;
use crate::install::edit::tree::Tree;

/// Deeper than any configuration.
const DEEPEST: usize = 64;

/// A value, from where to where it stands, and how.
pub(super) struct Node {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) is_flow: bool,
    /// It has an anchor or a tag.
    marked: bool,
    pub(super) shape: Shape,
}

pub(super) enum Shape {
    Scalar { text: String, plain: bool },
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
    Alias(usize),
}

impl Node {
    /// A value that is not written at all.
    pub(super) fn is_nothing(&self) -> bool {
        matches!(&self.shape, Shape::Scalar { text, plain: true } if text.is_empty())
            && self.start == self.end
    }

    /// Whether what it says is said elsewhere.
    pub(super) fn is_indirect(&self) -> bool {
        let merges = |pairs: &[(Self, Self)]| pairs.iter().any(|(key, _)| key.is_text("<<"));
        let inner = match &self.shape {
            Shape::Alias(_) => true,
            Shape::Map(pairs) => merges(pairs),
            Shape::Scalar { .. } | Shape::List(_) => false,
        };
        inner || self.marked
    }

    pub(super) fn is_text(&self, wanted: &str) -> bool {
        matches!(&self.shape, Shape::Scalar { text, .. } if text == wanted)
    }

    /// The key and the value of an entry of a map.
    pub(super) fn entry(&self, name: &str) -> Option<(&Self, &Self)> {
        let Shape::Map(pairs) = &self.shape else { return None };
        pairs.iter().find(|(key, _)| key.is_text(name)).map(|(key, value)| (key, value))
    }

    /// The item of a list that has this name.
    pub(super) fn item(&self, name: &str) -> Option<&Self> {
        let Shape::List(items) = &self.shape else { return None };
        items.iter().find(|item| item.entry("name").is_some_and(|(_, value)| value.is_text(name)))
    }

    pub(super) fn tree(&self) -> Tree {
        match &self.shape {
            Shape::Alias(id) => Tree::Own(format!("*{id}")),
            _ if self.marked => Tree::Own(format!("marked {:?}", self.bare())),
            _ => self.bare(),
        }
    }

    fn bare(&self) -> Tree {
        match &self.shape {
            Shape::Alias(id) => Tree::Own(format!("*{id}")),
            Shape::Scalar { text, plain: true } => plain(text),
            Shape::Scalar { text, plain: false } => Tree::Text(text.clone()),
            Shape::List(items) => Tree::List(items.iter().map(Self::tree).collect()),
            Shape::Map(pairs) => {
                Tree::Map(pairs.iter().map(|(key, value)| (key.name(), value.tree())).collect())
            }
        }
    }

    /// A key as text; one that is none gets a name that no text has.
    fn name(&self) -> String {
        match &self.shape {
            Shape::Scalar { text, .. } if !self.marked => text.clone(),
            _ => format!("\0{:?}", self.tree()),
        }
    }
}

/// A scalar without quotes, by the core schema of YAML 1.2.
fn plain(text: &str) -> Tree {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Tree::Null,
        "true" | "True" | "TRUE" => Tree::Bool(true),
        "false" | "False" | "FALSE" => Tree::Bool(false),
        _ if is_number(text) => Tree::Number(text.to_owned()),
        _ => Tree::Text(text.to_owned()),
    }
}

fn is_number(text: &str) -> bool {
    let digits = text.trim_start_matches(['-', '+', '.']);
    digits.starts_with(|c: char| c.is_ascii_digit()) && text.parse::<f64>().is_ok()
}

/// The document of a text; nothing when it has none.
pub(super) fn parse(text: &str) -> Result<Option<Node>, Refusal> {
    let mut builder = Builder { parser: Parser::new_from_str(text), bytes: Offsets::of(text), text };
    let mut root = None;
    loop {
        match builder.next()? {
            (Event::StreamEnd, _) => return Ok(root),
            (Event::DocumentStart(_), _) if root.is_none() => {
                let (event, span) = builder.next()?;
                root = Some(builder.node(event, span, 0)?);
            }
            (Event::DocumentStart(_), _) => {
                return Err(Refusal::Doubt("the YAML file holds more than one document".to_owned()));
            }
            _ => (),
        }
    }
}

struct Builder<'a> {
    parser: Parser<'a, StrInput<'a>>,
    bytes: Offsets,
    text: &'a str,
}

impl<'a> Builder<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), Refusal> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(e)) => {
                Err(broken(format!("line {} column {}", e.marker().line(), e.marker().col() + 1)))
            }
            None => Err(broken("it ends too early".to_owned())),
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Node, Refusal> {
        if depth > DEEPEST {
            return Err(Refusal::Doubt(format!("the YAML is nested more than {DEEPEST} deep")));
        }
        let start = self.bytes.at(span.start.index());
        let mut end = self.bytes.at(span.end.index());
        let opens = |c: char| self.text.get(start..).is_some_and(|rest| rest.starts_with(c));
        let is_flow = opens('{') || opens('[');
        let (marked, shape) = match event {
            Event::Alias(id) => (false, Shape::Alias(id)),
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain;
                (anchor > 0 || tag.is_some(), Shape::Scalar { text: text.into_owned(), plain })
            }
            Event::SequenceStart(anchor, tag) => {
                let mut items = Vec::new();
                end = self.until(|builder, event, span| {
                    items.push(builder.node(event, span, depth + 1)?);
                    Ok(())
                })?;
                (anchor > 0 || tag.is_some(), Shape::List(items))
            }
            Event::MappingStart(anchor, tag) => {
                let mut pairs = Vec::new();
                end = self.until(|builder, event, span| {
                    let key = builder.node(event, span, depth + 1)?;
                    let (event, span) = builder.next()?;
                    pairs.push((key, builder.node(event, span, depth + 1)?));
                    Ok(())
                })?;
                (anchor > 0 || tag.is_some(), Shape::Map(pairs))
            }
            _ => return Err(broken("a value is missing".to_owned())),
        };
        if is_flow {
            end = self.close(start, &shape).unwrap_or(end);
        }
        Ok(Node { start, end, is_flow, marked, shape })
    }

    /// Where the braces of a collection close: the parser says where the next token starts.
    fn close(&self, start: usize, shape: &Shape) -> Option<usize> {
        let (last, brace) = match shape {
            Shape::Map(pairs) => (pairs.last().map(|(key, value)| key.end.max(value.end)), '}'),
            Shape::List(items) => (items.last().map(|item| item.end), ']'),
            Shape::Scalar { .. } | Shape::Alias(_) => return None,
        };
        let from = last.unwrap_or(start + 1);
        Some(from + self.text.get(from..)?.find(brace)? + 1)
    }

    /// Reads what is in a collection, and says where that ends.
    fn until(
        &mut self,
        mut each: impl FnMut(&mut Self, Event<'a>, Span) -> Result<(), Refusal>,
    ) -> Result<usize, Refusal> {
        loop {
            match self.next()? {
                (Event::SequenceEnd | Event::MappingEnd, span) => return Ok(self.bytes.at(span.end.index())),
                (event, span) => each(self, event, span)?,
            }
        }
    }
}

/// Where each character starts; the parser counts characters.
struct Offsets {
    starts: Option<Vec<usize>>,
    length: usize,
}

impl Offsets {
    fn of(text: &str) -> Self {
        let starts = (!text.is_ascii()).then(|| text.char_indices().map(|(at, _)| at).collect());
        Self { starts, length: text.len() }
    }

    fn at(&self, character: usize) -> usize {
        match &self.starts {
            None => character.min(self.length),
            Some(starts) => starts.get(character).copied().unwrap_or(self.length),
        }
    }
}

fn broken(what: String) -> Refusal {
    Refusal::Broken { name: "YAML", what }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_knows_where_it_stands() {
        let text = "é: {a: {b: 1}} # c\nl:\n  - x: 'y'\nn:\n";
        let root = parse(text).expect("YAML").expect("a document");
        let at = |node: &Node| text.get(node.start..node.end).unwrap_or("?").to_owned();
        let (key, braces) = root.entry("é").expect("a key");
        assert_eq!((at(key), at(braces), braces.is_flow), ("é".to_owned(), "{a: {b: 1}}".to_owned(), true));
        let (_, inner) = braces.entry("a").expect("a key");
        assert_eq!(at(inner), "{b: 1}");
        let (_, nothing) = root.entry("n").expect("a key");
        assert!(nothing.is_nothing() && !root.is_flow);
    }
}
