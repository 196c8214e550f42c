//! Comments, which JSON does not have but old packages do.

use std::borrow::Cow;

use crate::SpecError;

/// The text with blanks for `//` and `/* */` comments outside of strings, so that lines and
/// columns stay the same. Old packages have such comments in their JSON files.
///
/// ```
/// let text = neuropod_spec::blank_comments(r#"{"a": 1} // one"#)?;
/// assert_eq!(text.trim_end(), r#"{"a": 1}"#);
/// # Ok::<(), neuropod_spec::SpecError>(())
/// ```
///
/// # Errors
///
/// If a comment has no end.
pub fn blank_comments(text: &str) -> Result<Cow<'_, str>, SpecError> {
    let mut blanked = String::new();
    let mut kept = 0; // everything before is in `blanked`
    let mut position = 0;
    while let Some(start) = next_comment(text, position) {
        let end = comment_end(text, start)?;
        blanked.push_str(&text[kept..start]);
        blanked.extend(text[start..end].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        (kept, position) = (end, end);
    }
    if kept == 0 {
        return Ok(Cow::Borrowed(text));
    }
    blanked.push_str(&text[kept..]);
    Ok(Cow::Owned(blanked))
}

/// Where the next comment starts; `from` lies outside of strings.
fn next_comment(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut position = from;
    let mut in_string = false;
    while let Some(&byte) = bytes.get(position) {
        match byte {
            b'"' => in_string = !in_string,
            b'\\' if in_string => position += 1, // what follows is no end of the string
            b'/' if !in_string && matches!(bytes.get(position + 1), Some(b'/' | b'*')) => {
                return Some(position);
            }
            _ => {}
        }
        position += 1;
    }
    None
}

/// Where the comment ends that starts at `start`.
fn comment_end(text: &str, start: usize) -> Result<usize, SpecError> {
    let body = &text[start + 2..];
    if text[start..].starts_with("//") {
        return Ok(body.find(['\n', '\r']).map_or(text.len(), |length| start + 2 + length));
    }
    match body.find("*/") {
        Some(length) => Ok(start + 2 + length + 2),
        None => {
            let line = text[..start].matches('\n').count() + 1;
            Err(SpecError::UnterminatedComment { line })
        }
    }
}
