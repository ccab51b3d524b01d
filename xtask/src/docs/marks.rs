//! Generated parts of a document: between `<!-- generated: NAME … -->` and `<!-- /generated: NAME -->`.

use anyhow::Context;

/// `text` with what is between the markers of `name` replaced.
///
/// # Errors
/// When the text has no such markers.
pub(super) fn replaced(text: &str, name: &str, with: &str) -> anyhow::Result<String> {
    let missing = || format!("there are no markers for `{name}`");
    let (head, rest) = text.split_once(&format!("<!-- generated: {name} ")).with_context(missing)?;
    let (opening, rest) = rest.split_once("-->\n").with_context(missing)?;
    let (_, tail) = rest.split_once(&format!("<!-- /generated: {name} -->")).with_context(missing)?;
    Ok(format!("{head}<!-- generated: {name} {opening}-->\n{with}<!-- /generated: {name} -->{tail}"))
}

/// A text as the cell of a table.
pub(super) fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "a\n<!-- generated: tools (how) -->\nold\n<!-- /generated: tools -->\nz\n";

    #[test]
    fn only_what_is_between_the_markers_changes() {
        let after = replaced(DOCUMENT, "tools", "new\n").unwrap();
        assert_eq!(after, DOCUMENT.replace("old", "new"));
        assert_eq!(replaced(&after, "tools", "new\n").unwrap(), after);
    }

    #[test]
    fn a_document_without_markers_is_an_error() {
        assert!(replaced("a\n", "tools", "new\n").is_err());
        assert!(replaced("<!-- generated: tools (how) -->\n", "tools", "new\n").is_err());
    }

    #[test]
    fn no_text_breaks_out_of_its_cell() {
        assert_eq!(cell("a | b\nc <d>"), "a \\| b c &lt;d>");
    }
}
