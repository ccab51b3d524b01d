//! Facts to text.

use std::fmt::Write;

use super::{
    Answer, AnswerUse, Facts, Operation, Parameter,
    write_shape::{indent, line, word},
};

const HEAD: &str = "\
# Structural facts of a Runpod REST contract, one per line.
# Written by `cargo xtask contract pull`; SOURCE.md explains the form. Never edited by hand.
";

/// Writes the whole contract; the same facts always give the same text.
pub(crate) fn write(facts: &Facts) -> String {
    let mut out = HEAD.to_owned();
    // Writing to a String cannot fail.
    let _ = writeln!(out, "\ncontract {}", facts.version);
    for server in &facts.servers {
        let _ = writeln!(out, "server {server}");
    }
    facts.operations.iter().for_each(|one| operation(&mut out, one));
    for (name, one) in &facts.answers {
        let _ = writeln!(out, "\nanswer {}", word(name));
        answer(&mut out, "", one);
    }
    for (name, shape) in &facts.shapes {
        out.push('\n');
        line(&mut out, 0, &format!("shape {}", word(name)), shape);
    }
    out
}

fn operation(out: &mut String, one: &Operation) {
    let _ = writeln!(out, "\noperation {} {} {}", word(&one.id), one.method, one.path);
    for tag in &one.tags {
        let _ = writeln!(out, "  tag {}", word(tag));
    }
    if one.deprecated {
        out.push_str("  deprecated\n");
    }
    if one.open {
        out.push_str("  open\n");
    }
    for parameter in &one.parameters {
        line(out, 1, &label(parameter), &parameter.shape);
    }
    if let Some(body) = &one.body {
        let mark = if body.required { " required" } else { "" };
        for (media, shape) in &body.media {
            line(out, 1, &format!("body{mark} {}", word(media)), shape);
        }
    }
    for (status, used) in &one.answers {
        match used {
            AnswerUse::Named(name) => {
                let _ = writeln!(out, "  answer {} = {}", word(status), word(name));
            }
            AnswerUse::Own(own) => answer(out, &format!("answer {} ", word(status)), own),
        }
    }
}

fn answer(out: &mut String, prefix: &str, one: &Answer) {
    if one.media.is_empty() {
        indent(out, 1);
        let _ = writeln!(out, "{prefix}empty");
    }
    for (media, shape) in &one.media {
        line(out, 1, &format!("{prefix}{}", word(media)), shape);
    }
    for header in &one.headers {
        line(out, 1, &format!("{prefix}{}", label(header)), &header.shape);
    }
}

fn label(parameter: &Parameter) -> String {
    let mut label = format!("{} {}", parameter.place, word(&parameter.name));
    if parameter.required {
        label.push_str(" required");
    }
    if let Some(style) = &parameter.style {
        let _ = write!(label, " style={style}");
    }
    if let Some(explode) = parameter.explode {
        let _ = write!(label, " explode={explode}");
    }
    label
}
