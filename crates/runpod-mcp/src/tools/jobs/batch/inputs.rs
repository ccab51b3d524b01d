//! The inputs of a batch: a list in the call, or a JSONL file with one input in each line.

use ring::digest::{SHA256, digest};
use serde_json::{Map, Value};

use crate::error::ToolError;

/// Largest file, in bytes: all of it is held while it is sent.
pub(super) const LARGEST_FILE: u64 = 32 * 1024 * 1024;
/// Most lines of a file.
const LINES: usize = 10_000;
/// Largest input, in bytes: what `run` takes, less some room for what stands beside it.
const LARGEST_INPUT: usize = 10_000_000 - 10_000;
/// Lines that an error names.
const NAMED: usize = 5;

/// One input, and the number by which it is spoken of: from 1, as editors count lines.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) number: usize,
    pub(super) input: Map<String, Value>,
}

impl Line {
    /// What tells a changed input from the same one, however it is spaced.
    pub(super) fn digest(&self) -> String {
        let text = serde_json::to_vec(&self.input).unwrap_or_default();
        digest(&SHA256, &text).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The inputs of a list.
pub(super) fn of_list(inputs: Vec<Map<String, Value>>) -> Vec<Line> {
    inputs.into_iter().enumerate().map(|(at, input)| Line { number: at + 1, input }).collect()
}

/// The inputs of a file, and what has to be said about them. Blank lines are none.
///
/// # Errors
/// `bad_argument` that names the first lines which are no input, or says that there are too many or none.
pub(super) fn of_text(text: &str) -> Result<(Vec<Line>, Option<String>), ToolError> {
    let written = text.trim_start_matches('\u{feff}').lines().enumerate();
    let written: Vec<_> = written.filter(|(_, line)| !line.trim().is_empty()).collect();
    if written.is_empty() || written.len() > LINES {
        let count = written.len();
        return Err(ToolError::bad_argument(format!("a file has 1 to {LINES} inputs, this one {count}"))
            .hint("one JSON object in each line; split a larger file"));
    }
    let (mut lines, mut wrong, mut unwrapped) = (Vec::new(), Vec::new(), 0);
    for (at, text) in written {
        let number = at + 1;
        match read(text) {
            Ok((input, bare)) => {
                unwrapped += usize::from(!bare);
                lines.push(Line { number, input });
            }
            Err(why) => wrong.push(format!("line {number} {why}")),
        }
    }
    if !wrong.is_empty() {
        let (count, named) = (wrong.len(), wrong.into_iter().take(NAMED).collect::<Vec<_>>().join("; "));
        return Err(ToolError::bad_argument(format!("{count} lines of the file are no inputs: {named}"))
            .hint("each line is one JSON object, as `input` takes it; nothing was submitted"));
    }
    let note = (unwrapped > 0).then(|| {
        format!(
            "{unwrapped} lines were written as {{\"input\": {{...}}}}; what is in it was taken for the input"
        )
    });
    Ok((lines, note))
}

/// One input, and whether it is all of the line: `{"input": {...}}` is how Runpod writes a whole request.
fn read(text: &str) -> Result<(Map<String, Value>, bool), String> {
    if text.len() > LARGEST_INPUT {
        return Err(format!("is larger than the {LARGEST_INPUT} bytes that Runpod takes"));
    }
    let mut object = match serde_json::from_str(text) {
        Ok(Value::Object(object)) => object,
        Ok(_) => return Err("is no JSON object".to_owned()),
        // Not its own words: they may repeat what is in the line.
        Err(e) => return Err(format!("is not JSON from column {} on", e.column())),
    };
    match (object.len(), object.get_mut("input")) {
        (1, Some(Value::Object(inner))) => Ok((std::mem::take(inner), false)),
        _ => Ok((object, true)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_line_that_is_not_blank_is_an_input_under_its_own_number() {
        let (lines, note) = of_text("\u{feff}{\"a\":1}\r\n\n  \n{\"input\":{\"a\":2}}").unwrap();
        let read: Vec<_> = lines.iter().map(|line| (line.number, Value::from(line.input.clone()))).collect();
        assert_eq!(read, [(1, json!({"a": 1})), (4, json!({"a": 2}))]);
        assert!(note.unwrap().starts_with("1 lines"));
        let (lines, note) = of_text("{\"input\":{\"a\":2},\"b\":1}\n{\"input\":\"text\"}").unwrap();
        assert_eq!((lines[0].input.len(), lines[1].input.len(), note), (2, 1, None));
    }

    #[test]
    fn what_is_no_input_is_named_all_at_once_and_not_repeated() {
        let error = of_text("{\"a\":1}\nsecret\n[1]\n{\"a\":").unwrap_err();
        assert_eq!(
            error.message,
            "3 lines of the file are no inputs: line 2 is not JSON from column 1 on; line 3 is no JSON object; \
             line 4 is not JSON from column 5 on"
        );
        assert!(of_text(" \n").unwrap_err().message.contains("this one 0"));
        assert!(of_text(&"{}\n".repeat(10_001)).unwrap_err().message.contains("10001"));
    }

    #[test]
    fn the_digest_sees_what_is_said_and_not_how_it_is_spaced() {
        let digest = |text: &str| of_text(text).unwrap().0[0].digest();
        assert_eq!(digest("{\"a\":1}"), digest("{ \"a\": 1 }"));
        assert_ne!(digest("{\"a\":1}"), digest("{\"a\":2}"));
        assert_eq!(digest("{\"a\":1}").len(), 64);
    }
}
