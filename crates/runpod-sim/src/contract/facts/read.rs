//! Text to facts.

use super::{
    Answer, AnswerUse, Body, Broken, Facts, Operation, Parameter,
    read_shape::{head, shape, word},
    tree::{Line, grow},
};

/// Reads a whole contract. A line it does not understand is an error: no fact is skipped.
pub(crate) fn read(text: &str) -> Result<Facts, Broken> {
    let mut facts = Facts::default();
    for line in &grow(text)? {
        let (kind, rest) = line.text.split_once(' ').unwrap_or((line.text, ""));
        match kind {
            "contract" => rest.clone_into(&mut facts.version),
            "server" => facts.servers.push(rest.to_owned()),
            "operation" => facts.operations.push(operation(line, rest)?),
            "answer" => {
                let name = word(line, rest)?.0;
                let mut shared = Answer::default();
                for part in &line.under {
                    answer(part, part.text, &mut shared)?;
                }
                facts.answers.insert(name, shared);
            }
            "shape" => {
                let (name, rest) = word(line, rest)?;
                facts.shapes.insert(name, shape(line, head(line, rest)?)?);
            }
            _ => return Err(line.broken(format!("`{kind}` begins no fact"))),
        }
    }
    if facts.version.is_empty() {
        return Err(Broken { line: 0, why: "no `contract` line says which contract this is".to_owned() });
    }
    Ok(facts)
}

fn operation(line: &Line<'_>, rest: &str) -> Result<Operation, Broken> {
    let (id, rest) = word(line, rest)?;
    let Some((method, path)) = rest.trim_start().split_once(' ') else {
        return Err(line.broken("an operation is `operation ID METHOD PATH`"));
    };
    let mut one = Operation { id, method: method.to_owned(), path: path.to_owned(), ..Operation::default() };
    for part in &line.under {
        let (kind, rest) = part.text.split_once(' ').unwrap_or((part.text, ""));
        match kind {
            "tag" => one.tags.push(word(part, rest)?.0),
            "deprecated" => one.deprecated = true,
            "open" => one.open = true,
            "path" | "query" | "header" | "cookie" => one.parameters.push(parameter(part, kind, rest)?),
            "body" => body(part, rest, &mut one.body)?,
            "answer" => used(part, rest, &mut one)?,
            _ => return Err(part.broken(format!("`{kind}` is no part of an operation"))),
        }
    }
    Ok(one)
}

fn parameter(line: &Line<'_>, place: &str, rest: &str) -> Result<Parameter, Broken> {
    let (name, mut rest) = word(line, rest)?;
    let mut one = Parameter { place: place.to_owned(), name, ..Parameter::default() };
    while let Some(more) = rest.strip_prefix(' ') {
        let (note, behind) = word(line, more)?;
        match note.split_once('=') {
            None if note == "required" => one.required = true,
            Some(("style", style)) => one.style = Some(style.to_owned()),
            Some(("explode", "true")) => one.explode = Some(true),
            Some(("explode", "false")) => one.explode = Some(false),
            _ => return Err(line.broken(format!("`{note}` says nothing about a parameter"))),
        }
        rest = behind;
    }
    one.shape = shape(line, head(line, rest)?)?;
    Ok(one)
}

fn body(line: &Line<'_>, rest: &str, body: &mut Option<Body>) -> Result<(), Broken> {
    let (required, rest) = match rest.strip_prefix("required ") {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let (media, rest) = word(line, rest)?;
    let body = body.get_or_insert_with(Body::default);
    body.required = required;
    body.media.insert(media, shape(line, head(line, rest)?)?);
    Ok(())
}

fn used(line: &Line<'_>, rest: &str, one: &mut Operation) -> Result<(), Broken> {
    let (status, rest) = word(line, rest)?;
    let rest = rest.trim_start();
    if let Some(name) = rest.strip_prefix("= ") {
        one.answers.insert(status, AnswerUse::Named(word(line, name)?.0));
        return line.childless();
    }
    let place = one.answers.entry(status).or_insert_with(|| AnswerUse::Own(Answer::default()));
    match place {
        AnswerUse::Own(own) => answer(line, rest, own),
        AnswerUse::Named(_) => Err(line.broken("this status already has a shared answer")),
    }
}

/// `empty`, `header NAME: SHAPE` or `MEDIA: SHAPE`.
fn answer(line: &Line<'_>, text: &str, answer: &mut Answer) -> Result<(), Broken> {
    if text == "empty" {
        return line.childless();
    }
    if let Some(rest) = text.strip_prefix("header ") {
        answer.headers.push(parameter(line, "header", rest)?);
        return Ok(());
    }
    let (media, rest) = word(line, text)?;
    answer.media.insert(media, shape(line, head(line, rest)?)?);
    Ok(())
}
