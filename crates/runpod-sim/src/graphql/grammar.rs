//! The sentences of GraphQL: documents with one operation, and schemas.
//!
//! Not read, and refused as such: fragments, directives, subscriptions, several operations in a document.

use std::fmt;

use serde_json::Value;

use super::Problem;
use super::lexer::{Token, tokens};

/// One operation.
#[derive(Clone, Debug)]
pub(super) struct Document {
    pub(super) mutates: bool,
    pub(super) variables: Vec<Variable>,
    pub(super) fields: Vec<Field>,
}

/// A variable as it is declared.
#[derive(Clone, Debug)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) kind: Type,
    pub(super) default: Option<Literal>,
}

/// A field that is asked for.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) alias: Option<String>,
    pub(super) name: String,
    pub(super) arguments: Vec<(String, Literal)>,
    pub(super) fields: Vec<Field>,
}

/// A value as it is written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    Variable(String),
    Word(String),
    /// A text, a number, a truth value or null.
    Plain(Value),
    List(Vec<Literal>),
    Object(Vec<(String, Literal)>),
}

/// `String`, `[String!]!`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Type {
    pub(super) shape: Shape,
    pub(super) required: bool,
}

/// A [`Type`] without its exclamation mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Named(String),
    List(Box<Type>),
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.shape {
            Shape::Named(name) => write!(f, "{name}")?,
            Shape::List(of) => write!(f, "[{of}]")?,
        }
        f.write_str(if self.required { "!" } else { "" })
    }
}

/// A definition of a schema.
#[derive(Clone, Debug)]
pub(super) enum Definition {
    Object(String, Vec<FieldOf>),
    Input(String, Vec<Slot>),
    Enum(String, Vec<String>),
}

/// A field of an object.
#[derive(Clone, Debug)]
pub(super) struct FieldOf {
    pub(super) name: String,
    pub(super) arguments: Vec<Slot>,
    pub(super) kind: Type,
}

/// A place for a value: an argument, or a field of an input.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) name: String,
    pub(super) kind: Type,
}

/// Reads a document.
pub(super) fn document(text: &str) -> Result<Document, Problem> {
    let mut reader = Reader::of(text)?;
    let document = reader.operation()?;
    match reader.tokens.next() {
        None => Ok(document),
        Some(more) => Err(Problem::syntax(format!("one operation was expected, then came {}", more.shown()))),
    }
}

/// Reads a schema.
pub(super) fn schema(text: &str) -> Result<Vec<Definition>, Problem> {
    let mut reader = Reader::of(text)?;
    let mut definitions = Vec::new();
    while reader.tokens.peek().is_some() {
        definitions.push(reader.definition()?);
    }
    Ok(definitions)
}

/// Nothing that anybody writes by hand is deeper than this.
const DEEPEST: usize = 32;

struct Reader {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
    depth: usize,
}

impl Reader {
    fn of(text: &str) -> Result<Self, Problem> {
        Ok(Self { tokens: tokens(text)?.into_iter().peekable(), depth: 0 })
    }

    fn operation(&mut self) -> Result<Document, Problem> {
        if self.is_next('{') {
            return Ok(Document { mutates: false, variables: Vec::new(), fields: self.selection()? });
        }
        let mutates = match self.name()?.as_str() {
            "query" => false,
            "mutation" => true,
            other => return Err(Problem::syntax(format!("`{other}` is not read here"))),
        };
        if let Some(Token::Name(_)) = self.tokens.peek() {
            self.name()?;
        }
        let variables = self.enclosed(('(', ')'), Self::variable)?;
        Ok(Document { mutates, variables, fields: self.selection()? })
    }

    fn variable(&mut self) -> Result<Variable, Problem> {
        self.expect('$')?;
        let name = self.name()?;
        self.expect(':')?;
        let kind = self.kind()?;
        let default = if self.take('=') { Some(self.literal()?) } else { None };
        Ok(Variable { name, kind, default })
    }

    fn selection(&mut self) -> Result<Vec<Field>, Problem> {
        self.expect('{')?;
        let mut fields = vec![self.nested(Self::field)?];
        while !self.take('}') {
            fields.push(self.nested(Self::field)?);
        }
        Ok(fields)
    }

    fn field(&mut self) -> Result<Field, Problem> {
        let first = self.name()?;
        let (alias, name) = if self.take(':') { (Some(first), self.name()?) } else { (None, first) };
        let arguments = self.enclosed(('(', ')'), Self::argument)?;
        let fields = if self.is_next('{') { self.selection()? } else { Vec::new() };
        Ok(Field { alias, name, arguments, fields })
    }

    fn argument(&mut self) -> Result<(String, Literal), Problem> {
        let name = self.name()?;
        self.expect(':')?;
        Ok((name, self.literal()?))
    }

    fn literal(&mut self) -> Result<Literal, Problem> {
        Ok(match self.next()? {
            Token::Plain(value) => Literal::Plain(value),
            Token::Name(name) => match name.as_str() {
                "true" => Literal::Plain(true.into()),
                "false" => Literal::Plain(false.into()),
                "null" => Literal::Plain(Value::Null),
                _ => Literal::Word(name),
            },
            Token::Punct('$') => Literal::Variable(self.name()?),
            Token::Punct('[') => Literal::List(self.until(']', Self::literal)?),
            Token::Punct('{') => Literal::Object(self.until('}', Self::argument)?),
            other => {
                return Err(Problem::syntax(format!("a value was expected, then came {}", other.shown())));
            }
        })
    }

    fn kind(&mut self) -> Result<Type, Problem> {
        let shape = if self.take('[') {
            let of = self.nested(Self::kind)?;
            self.expect(']')?;
            Shape::List(Box::new(of))
        } else {
            Shape::Named(self.name()?)
        };
        Ok(Type { shape, required: self.take('!') })
    }

    fn definition(&mut self) -> Result<Definition, Problem> {
        let (keyword, name) = (self.name()?, self.name()?);
        Ok(match keyword.as_str() {
            "type" => Definition::Object(name, self.enclosed(('{', '}'), Self::field_of)?),
            "input" => Definition::Input(name, self.enclosed(('{', '}'), Self::slot)?),
            "enum" => Definition::Enum(name, self.enclosed(('{', '}'), Self::name)?),
            other => return Err(Problem::syntax(format!("`{other}` is no definition"))),
        })
    }

    fn field_of(&mut self) -> Result<FieldOf, Problem> {
        let name = self.name()?;
        let arguments = self.enclosed(('(', ')'), Self::slot)?;
        self.expect(':')?;
        Ok(FieldOf { name, arguments, kind: self.kind()? })
    }

    fn slot(&mut self) -> Result<Slot, Problem> {
        let name = self.name()?;
        self.expect(':')?;
        Ok(Slot { name, kind: self.kind()? })
    }

    /// As many as stand between two signs; none where the first sign is missing.
    fn enclosed<T>(
        &mut self,
        (open, close): (char, char),
        read: impl Fn(&mut Self) -> Result<T, Problem>,
    ) -> Result<Vec<T>, Problem> {
        if self.take(open) { self.until(close, read) } else { Ok(Vec::new()) }
    }

    fn until<T>(
        &mut self,
        close: char,
        read: impl Fn(&mut Self) -> Result<T, Problem>,
    ) -> Result<Vec<T>, Problem> {
        let mut all = Vec::new();
        while !self.take(close) {
            all.push(self.nested(&read)?);
        }
        Ok(all)
    }

    fn nested<T>(&mut self, read: impl Fn(&mut Self) -> Result<T, Problem>) -> Result<T, Problem> {
        if self.depth == DEEPEST {
            return Err(Problem::syntax("it is nested too deep"));
        }
        self.depth += 1;
        let inner = read(self);
        self.depth -= 1;
        inner
    }

    fn name(&mut self) -> Result<String, Problem> {
        match self.next()? {
            Token::Name(name) => Ok(name),
            Token::Spread => Err(Problem::syntax("fragments are not read here")),
            Token::Punct('@') => Err(Problem::syntax("directives are not read here")),
            other => Err(Problem::syntax(format!("a name was expected, then came {}", other.shown()))),
        }
    }

    fn expect(&mut self, sign: char) -> Result<(), Problem> {
        match self.next()? {
            Token::Punct(found) if found == sign => Ok(()),
            other => Err(Problem::syntax(format!("`{sign}` was expected, then came {}", other.shown()))),
        }
    }

    fn take(&mut self, sign: char) -> bool {
        self.tokens.next_if(|token| *token == Token::Punct(sign)).is_some()
    }

    fn is_next(&mut self, sign: char) -> bool {
        self.tokens.peek() == Some(&Token::Punct(sign))
    }

    fn next(&mut self) -> Result<Token, Problem> {
        self.tokens.next().ok_or_else(|| Problem::syntax("the text ends early"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_read_with_alias_arguments_and_variables() {
        let text = "query Q($n: [Int!]!, $s: String = \"x\") { all: list(of: {n: $n, k: WORD}) { id } more }";
        let document = document(text).unwrap();
        let kinds: Vec<_> = document.variables.iter().map(|v| v.kind.to_string()).collect();
        assert_eq!(kinds, ["[Int!]!", "String"]);
        let [list, more] = document.fields.as_slice() else { panic!("{document:?}") };
        assert_eq!(
            (list.alias.as_deref(), list.name.as_str(), more.name.as_str()),
            (Some("all"), "list", "more")
        );
        let (_, Literal::Object(of)) = &list.arguments[0] else { panic!("{list:?}") };
        assert_eq!(of[0], ("n".to_owned(), Literal::Variable("n".to_owned())));
        assert_eq!(of[1], ("k".to_owned(), Literal::Word("WORD".to_owned())));
    }

    #[test]
    fn what_is_not_read_is_refused() {
        for text in [
            "",
            "{",
            "{}",
            "{ a",
            "{ a } { b }",
            "query",
            "subscription { a }",
            "{ ...f }",
            "{ a @skip(if: true) }",
            "fragment f on T { a }",
            "{ a(b:) }",
            "{ a: }",
            "query Q($a) { a }",
            "{ a(b: [) }",
            "}",
        ] {
            assert!(document(text).is_err(), "{text}");
        }
        assert!(document(&"{a".repeat(100_000)).is_err() && document(&"{a(b:[".repeat(100_000)).is_err());
    }
}
