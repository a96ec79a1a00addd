//! Lines that Markdown doesn't know: `:::note` blocks (Docusaurus, VitePress, Pandoc), and notes with an indented text
//! (Python-Markdown).

use super::token::{Arguments, Cursor, Family, Token};

/// Reads a line of colons; `line` is without its end.
pub fn read_fence(line: &str) -> Option<Token> {
    let family = Family::Directive;
    let rest = line.trim().strip_prefix(":::")?.trim_start_matches(':').trim();
    if rest.is_empty() {
        return Some(Token::Close { family, name: String::new() });
    }
    let mut cursor = Cursor::new(rest, 0);
    let mut arguments = Arguments::default();
    let mut name = cursor.name("").to_owned();
    if name.is_empty() {
        // `::: {.callout-note title="x"}`, `:::{note} Title`
        let inside = braced(&mut cursor)?;
        let class = inside.split_whitespace().next().unwrap_or_default().trim_start_matches(['.', '#', '=']);
        name = class.strip_prefix("callout-").unwrap_or(class).to_owned();
        arguments.named.extend(title_in(inside));
    }
    if cursor.take("[") {
        let end = cursor.rest().find(']')?;
        arguments.listed.push(cursor.rest().get(..end)?.to_owned());
        cursor.at += end + 1;
    }
    cursor.skip_space();
    if cursor.rest().starts_with('{')
        && let Some(inside) = braced(&mut cursor)
    {
        arguments.named.extend(title_in(inside));
    }
    let title = cursor.rest().trim();
    if !title.is_empty() {
        arguments.listed.push(title.to_owned());
    }
    (!name.is_empty()).then_some(Token::Open { family, name, arguments, is_void: false })
}

fn braced<'t>(cursor: &mut Cursor<'t>) -> Option<&'t str> {
    let inside = cursor.rest().strip_prefix('{')?;
    let end = inside.find('}')?;
    cursor.at += end + 2;
    inside.get(..end)
}

fn title_in(attributes: &str) -> Option<(String, String)> {
    let at = attributes.find("title=")? + "title=".len();
    Cursor::new(attributes, at).quoted("\"'").map(|title| ("title".to_owned(), title))
}

/// Pelican's `{tag}Sea Side` as the address of a link, with spaces that Markdown can read, and where it ends.
pub fn read_target(text: &str, at: usize) -> Option<(String, usize)> {
    let line = text.get(at..)?.split('\n').next()?;
    let end = line.find([')', '"', '\''])?;
    let target = line.get(..end)?.trim_end();
    target.contains(' ').then(|| (target.replace(' ', "%20"), at + target.len()))
}

/// A note of Python-Markdown, `!!! kind "Title"` with an indented text, and where that text ends.
pub fn read_indented(text: &str, at: usize) -> Option<(Token, usize)> {
    let mut lines = text.get(at..)?.split_inclusive('\n');
    let first = lines.next()?;
    let mut cursor = Cursor::new(first.trim_start_matches(['!', '?', '+']).trim(), 0);
    let name = cursor.name("").to_owned();
    cursor.take_while(|c| c != '"');
    let title = cursor.quoted("\"");
    let mut end = None;
    let mut here = at + first.len();
    for line in lines {
        if !line.trim().is_empty() {
            if !line.starts_with("    ") && !line.starts_with('\t') {
                break;
            }
            end = Some(here + line.trim_end().len());
        }
        here += line.len();
    }
    // An empty title is none, and no label either.
    let arguments = Arguments { listed: title.into_iter().collect(), named: Vec::new() };
    Some((Token::Open { family: Family::Directive, name, arguments, is_void: false }, end?)).filter(|(token, _)| is_named(token))
}

fn is_named(token: &Token) -> bool {
    matches!(token, Token::Open { name, .. } if !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(line: &str) -> Option<(String, Vec<String>, Option<String>)> {
        match read_fence(line)? {
            Token::Open { name, arguments, .. } => Some((name, arguments.listed.clone(), arguments.get(&["title"]).map(str::to_owned))),
            _ => None,
        }
    }

    #[test]
    fn fences_of_colons_have_names_and_titles() {
        for (line, name, title) in [
            (":::note", "note", None),
            ("  ::::tip[My *title*]", "tip", Some("My *title*")),
            ("::: warning Mind the gap", "warning", Some("Mind the gap")),
            (":::{note} T", "note", Some("T")),
        ] {
            assert_eq!(open(line), Some((name.to_owned(), title.map(str::to_owned).into_iter().collect(), None)), "{line}");
        }
        assert_eq!(open("::: {.callout-tip title=\"T\"}"), Some(("tip".into(), vec![], Some("T".into()))));
        assert_eq!(open(":::info{title='T'}"), Some(("info".into(), vec![], Some("T".into()))));
        assert_eq!(read_fence(":::"), Some(Token::Close { family: Family::Directive, name: String::new() }));
        for line in ["::x", ":::-)[", "a :::", ":::("] {
            assert_eq!(open(line).filter(|(name, ..)| name != "-"), None, "{line}");
        }
    }

    #[test]
    fn indented_notes_end_with_their_text() {
        let text = "!!! note \"T\"\n    a\n\n    b\n\nc";
        let (token, end) = read_indented(text, 0).unwrap();
        assert!(matches!(token, Token::Open { name, arguments, .. } if name == "note" && arguments.listed == ["T"]));
        assert_eq!(&text[end..], "\n\nc");
        assert!(read_indented("!!! note\nx", 0).is_none() && read_indented("!!! \n    x", 0).is_none());
    }

    #[test]
    fn spaces_of_targets_are_escaped() {
        assert_eq!(read_target("{tag}a b c \"T\")", 0), Some(("{tag}a%20b%20c".into(), 10)));
        assert_eq!(read_target("{filename}a.md)", 0), None);
        assert_eq!(read_target("{filename}a b.md\n)", 0), None);
    }
}
