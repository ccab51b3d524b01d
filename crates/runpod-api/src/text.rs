//! What a reader does not see in a text: characters that hide, reorder or smuggle words.

/// Whether a character changes how a text is read without being seen: zero width and joiners, bidi controls, tags,
/// variation selectors, fillers, annotation marks, the byte order mark (Unicode 16, `Default_Ignorable_Code_Point` and
/// the line and paragraph separators). Control characters are not among them.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}
