//! Boxes that CommonMark doesn't know: `!!! note "Title"` with lines indented below (Python-Markdown, MkDocs), and
//! `:::note Title` up to `:::` (Docusaurus, VuePress).

use crate::language::Words;

/// A box in the source.
#[derive(Debug, PartialEq, Eq)]
pub struct Admonition {
    /// As the author wrote it; `None`: that of its kind.
    title: Option<String>,
    kind: String,
    /// Markdown, no longer indented.
    pub text: String,
    /// Where the source goes on after it.
    pub end: usize,
}

impl Admonition {
    /// The box that begins at `start`, if one does.
    pub fn read(source: &str, start: usize) -> Option<Admonition> {
        let text = source.get(start..)?;
        if text.starts_with("!!!") || text.starts_with("???") {
            indented(source, start)
        } else if text.starts_with(":::") {
            fenced(source, start)
        } else {
            None
        }
    }

    /// Its heading: the author's, else its kind in the text's language.
    pub fn title(&self, words: &Words) -> Option<String> {
        match &self.title {
            Some(title) if title.is_empty() => None,
            Some(title) => Some(title.clone()),
            None => kind_title(&self.kind, words),
        }
    }
}

/// What a kind of box is called in a language.
fn kind_title(kind: &str, words: &Words) -> Option<String> {
    Some(match kind {
        "note" | "info" | "seealso" => words.note.clone(),
        "tip" | "hint" | "success" => words.tip.clone(),
        "important" => words.important.clone(),
        "warning" | "attention" => words.warning.clone(),
        "caution" | "danger" | "error" | "failure" | "bug" => words.caution.clone(),
        // Their kind says how they look, not what they are about.
        "details" | "quote" | "container" | "div" | "tabs" | "tab" | "column" | "columns" | "center" => return None,
        other => {
            let mut letters = other.chars();
            let first = letters.next()?;
            first.to_uppercase().chain(letters).collect()
        }
    })
}

fn indented(source: &str, start: usize) -> Option<Admonition> {
    let column = start - source[..start].rfind('\n').map_or(0, |at| at + 1);
    // In a quotation or a list's mark lines begin otherwise.
    if !source[start - column..start].chars().all(|c| c == ' ') {
        return None;
    }
    let mut lines = source[start..].split_inclusive('\n');
    let first = lines.next()?;
    let head = first.get(3..)?.trim_start_matches('+');
    if !head.starts_with(' ') {
        return None;
    }
    let (kinds, title) = match head.split_once('"') {
        Some((kinds, title)) => (kinds, Some(title.trim_end().strip_suffix('"')?.trim().to_owned())),
        None => (head, None),
    };
    let kind = kinds.split_whitespace().next()?.to_lowercase();
    if !kinds.trim().chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_')) {
        return None;
    }
    let margin = column + 4;
    let mut text = String::new();
    let mut end = start + first.len();
    let mut at = end;
    for line in lines {
        at += line.len();
        let indent = line.len() - line.trim_start_matches(' ').len();
        if line.trim().is_empty() {
            text.push('\n');
            continue;
        }
        let Some(line) = line.strip_prefix('\t').or_else(|| line.get(margin..).filter(|_| indent >= margin)) else { break };
        text.push_str(line);
        end = at;
    }
    Some(Admonition { title, kind, text, end })
}

fn fenced(source: &str, start: usize) -> Option<Admonition> {
    let mut lines = source[start..].split_inclusive('\n');
    let first = lines.next()?;
    let head = first.trim_start_matches(':');
    let colons = first.len() - head.len();
    let head = head.trim();
    let length = head.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))).unwrap_or(head.len());
    if length == 0 {
        return None;
    }
    let (kind, rest) = head.split_at(length);
    let rest = rest.split('{').next().unwrap_or_default().trim();
    let title = rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(rest).trim();
    let mut text = String::new();
    let mut at = start + first.len();
    let mut depth = 1;
    for line in lines {
        at += line.len();
        let marks = line.trim();
        let count = marks.len() - marks.trim_start_matches(':').len();
        let is_mark = count >= colons;
        if is_mark && count == marks.len() {
            depth -= 1;
            if depth == 0 {
                let title = (!title.is_empty()).then(|| title.to_owned());
                return Some(Admonition { title, kind: kind.to_lowercase(), text, end: at });
            }
        } else if is_mark && marks[count..].trim_start().starts_with(|c: char| c.is_ascii_alphabetic()) {
            depth += 1;
        }
        text.push_str(line);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::words;

    fn read(source: &str) -> Option<(String, String, String)> {
        let start = source.find(['!', '?', ':'])?;
        let found = Admonition::read(source, start)?;
        Some((found.title(words("en")).unwrap_or_default(), found.text, source[found.end..].to_owned()))
    }

    fn own(title: &str, text: &str, rest: &str) -> Option<(String, String, String)> {
        Some((title.into(), text.into(), rest.into()))
    }

    #[test]
    fn indented_boxes_end_where_the_margin_does() {
        assert_eq!(read("!!! note\n    a\n\n      b\n\nc"), own("Note", "a\n\n  b\n\n", "\nc"));
        assert_eq!(read("!!! danger \"Don't\"\n\ta\nb"), own("Don't", "a\n", "b"));
        assert_eq!(read("??? tip \"\"\n    a"), own("", "a", ""));
        assert_eq!(read("???+ example\n    a"), own("Example", "a", ""));
        assert_eq!(read("  !!! hint\n      a\n    b"), own("Tip", "a\n", "    b"));
        for text in ["!!!", "!!! ", "!!!! x", "!!!x", "!!! a.b", "!!! note \"x", "> !!! note\n    x"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn fenced_boxes_end_at_their_mark() {
        assert_eq!(read(":::note\n\na\n\n:::\nb"), own("Note", "\na\n\n", "b"));
        assert_eq!(read(":::tip[My *tip*]{.x}\na\n:::"), own("My *tip*", "a\n", ""));
        assert_eq!(read("::: details Click me\na\n:::\n"), own("Click me", "a\n", ""));
        assert_eq!(read("::::info\n:::note\na\n:::\n::::\nb"), own("Note", ":::note\na\n:::\n", "b"));
        assert_eq!(read(":::note\n:::tip\na\n:::\n:::\nb"), own("Note", ":::tip\na\n:::\n", "b"));
        for text in [":::", ":::note\nnever closed", "::: :::", ":::\nx\n:::"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn kinds_are_named_in_the_texts_language() {
        let found = Admonition::read("!!! warning\n    x", 0).unwrap();
        assert_eq!(found.title(words("fr")).as_deref(), Some("Attention"));
    }
}
