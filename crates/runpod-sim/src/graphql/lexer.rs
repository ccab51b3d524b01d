//! The words of a GraphQL text, of a document as well as of a schema.

use serde_json::Value;

use super::Problem;

/// A word. Commas, blanks and comments say nothing in this language.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Name(String),
    /// A text or a number.
    Plain(Value),
    Punct(char),
    Spread,
}

impl Token {
    /// As it is shown in an error.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Name(name) => name.clone(),
            Self::Plain(value) => value.to_string(),
            Self::Punct(sign) => sign.to_string(),
            Self::Spread => "...".to_owned(),
        }
    }
}

/// Takes a text apart.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Problem> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start_matches(is_silent);
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '#' => {
                let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
                rest = rest.get(end..).unwrap_or_default().trim_start_matches(is_silent);
                continue;
            }
            '.' if rest.starts_with("...") => (Token::Spread, 3),
            '"' => quoted(rest)?,
            '-' | '0'..='9' => number(rest)?,
            _ if is_letter(first) => {
                let end = rest.find(|c: char| !is_letter(c) && !c.is_ascii_digit()).unwrap_or(rest.len());
                (Token::Name(rest.get(..end).unwrap_or_default().to_owned()), end)
            }
            '!' | '$' | '(' | ')' | ':' | '=' | '@' | '[' | ']' | '{' | '|' | '}' | '&' => {
                (Token::Punct(first), 1)
            }
            other => return Err(Problem::syntax(format!("unexpected character {other:?}"))),
        };
        tokens.push(token);
        rest = rest.get(length..).unwrap_or_default().trim_start_matches(is_silent);
    }
    Ok(tokens)
}

fn is_silent(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | ',' | '\u{feff}')
}

fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}

/// A text in quotes. Its escapes are those of JSON.
fn quoted(rest: &str) -> Result<(Token, usize), Problem> {
    if rest.starts_with("\"\"\"") {
        return Err(Problem::syntax("block strings are not read here"));
    }
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '"' if !escaped => {
                let literal = rest.get(..=at).unwrap_or_default();
                let value = serde_json::from_str(literal)
                    .map_err(|_| Problem::syntax("a string has a broken escape"))?;
                return Ok((Token::Plain(value), at + 1));
            }
            '\n' | '\r' => break,
            _ => escaped = c == '\\' && !escaped,
        }
    }
    Err(Problem::syntax("a string does not end"))
}

fn number(rest: &str) -> Result<(Token, usize), Problem> {
    let belongs = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+' | '_');
    let end = rest.find(|c: char| !belongs(c)).unwrap_or(rest.len());
    let literal = rest.get(..end).unwrap_or_default();
    let value = serde_json::from_str::<Value>(literal).ok().filter(Value::is_number);
    value
        .map(|value| (Token::Plain(value), end))
        .ok_or_else(|| Problem::syntax(format!("{literal:?} is not a number")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn commas_comments_and_blanks_say_nothing() {
        let plain = tokens("{ a(b: 1 c: \"d\") }").unwrap();
        assert_eq!(tokens("{a(b:1,,c:\"d\")} # and so on }").unwrap(), plain);
        assert_eq!(plain.get(5), Some(&Token::Plain(json!(1))));
    }

    proptest! {
        #[test]
        fn a_quoted_text_comes_out_as_it_went_in(text in ".{0,30}") {
            prop_assume!(!text.contains(['\n', '\r']));
            let said = tokens(&json!(text).to_string());
            prop_assert_eq!(said.unwrap(), [Token::Plain(json!(text))]);
        }

        #[test]
        fn no_text_makes_it_stumble(text in "\\PC{0,40}|[\"\\\\{}$a1.#-]{0,20}") {
            drop(tokens(&text));
        }
    }
}
