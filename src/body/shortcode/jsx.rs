//! MDX: imports, components, and expressions in braces.

use super::token::{Arguments, Cursor, Family, MAX_LENGTH, Token};
use html_escape::encode_double_quoted_attribute;
use std::collections::HashMap;

/// Names that `import` gives to files.
pub type Imports = HashMap<String, String>;

/// Whether the line imports something, as no prose does.
pub fn is_import(line: &str) -> bool {
    let Some(rest) = line.strip_prefix("import ") else { return false };
    let rest = rest.trim_end().trim_end_matches(';');
    let ends_in_path = rest.ends_with(['"', '\'']);
    ends_in_path && (rest.contains(" from \"") || rest.contains(" from '") || rest.starts_with(['"', '\'']))
}

/// The `import` or `export` that begins here, at the start of a line: where it ends. Names of imported files are kept.
pub fn read_module(text: &str, at: usize, imports: &mut Imports) -> Option<usize> {
    let rest = text.get(at..)?;
    if !(rest.starts_with("import ") || rest.starts_with("export ")) || rest.get(7..)?.trim_start().is_empty() {
        return None;
    }
    // Up to the end of the line where all brackets are closed.
    let mut depth = 0_i32;
    let mut cursor = Cursor::new(text, at);
    while let Some(c) = cursor.peek() {
        match c {
            '"' | '\'' | '`' if cursor.quoted("\"'`").is_some() => continue,
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' => depth -= 1,
            '\n' if depth <= 0 => break,
            _ => {}
        }
        cursor.at += c.len_utf8();
    }
    let statement = text.get(at..cursor.at)?;
    let is_module =
        is_import(statement.lines().last().map_or(statement, |_| statement)) || statement.contains(" from ") || is_export(statement);
    if !is_module {
        return None;
    }
    if let Some((name, path)) = statement.strip_prefix("import ").and_then(|rest| rest.split_once(" from ")) {
        let path = path.trim().trim_end_matches(';').trim_matches(['"', '\'']);
        imports.insert(name.trim().to_owned(), path.to_owned());
    }
    Some(cursor.at)
}

fn is_export(statement: &str) -> bool {
    statement.strip_prefix("export ").is_some_and(|rest| {
        ["const ", "let ", "var ", "function ", "default ", "async ", "{", "*"].iter().any(|word| rest.trim_start().starts_with(word))
    })
}

/// Reads the expression in braces that begins here; the token and where it ends.
pub fn read_expression(text: &str, at: usize, imports: &Imports) -> Option<(Token, usize)> {
    let end = braces_end(text, at)?;
    let inside = text.get(at + 1..end - 1)?.trim();
    if inside.starts_with("/*") && inside.ends_with("*/") {
        let words = inside.trim_matches(['/', '*', ' ']);
        let token = if matches!(words, "truncate" | "more") { Token::Literal("<!--more-->".to_owned()) } else { Token::Nothing };
        return Some((token, end));
    }
    Some((if inside.is_empty() { Token::Nothing } else { Token::Expression(evaluate(inside, imports)) }, end))
}

/// Where the braces that open here are closed, texts in quotes left alone.
fn braces_end(text: &str, at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut cursor = Cursor::new(text, at);
    while let Some(c) = cursor.peek() {
        if cursor.at - at > MAX_LENGTH {
            return None;
        }
        match c {
            '/' if cursor.rest().starts_with("/*") => {
                cursor.at += cursor.rest().get(..MAX_LENGTH.min(cursor.rest().len())).unwrap_or(cursor.rest()).find("*/")?;
            }
            // An apostrophe in the words of a component is no quote.
            '"' | '\'' | '`' if cursor.quoted("\"'`").is_some() => continue,
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(cursor.at + 1);
                }
            }
            _ => {}
        }
        cursor.at += c.len_utf8();
    }
    None
}

/// What an expression gives, if it is a text, a number, or an imported file.
fn evaluate(expression: &str, imports: &Imports) -> Option<String> {
    let expression = expression.trim();
    let mut cursor = Cursor::new(expression, 0);
    if let Some(text) = cursor.quoted("\"'`") {
        return (cursor.rest().is_empty() && !text.contains("${")).then_some(text);
    }
    if expression.parse::<f64>().is_ok() {
        return Some(expression.to_owned());
    }
    for call in ["require(", "useBaseUrl("] {
        if let Some(inside) = expression.strip_prefix(call) {
            return Cursor::new(inside.trim_start(), 0).quoted("\"'`");
        }
    }
    let name = expression.strip_suffix(".src").unwrap_or(expression);
    imports.get(name).cloned()
}

/// Reads the component that begins here; the token and where it ends. An element of HTML is left alone, unless there
/// are expressions in its tag.
pub fn read_tag(text: &str, at: usize, imports: &Imports) -> Option<(Token, usize)> {
    let mut cursor = Cursor::new(text, at + 1);
    let is_end = cursor.take("/");
    let name = cursor.name(".").to_owned();
    let is_element = name.starts_with(|c: char| c.is_ascii_lowercase());
    if name.is_empty() {
        // `<>` and `</>` only hold together.
        return cursor.take(">").then_some((Token::Nothing, cursor.at));
    }
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || is_element && is_end {
        return None;
    }
    let mut named = Vec::new();
    let mut has_braces = false;
    let is_void = loop {
        cursor.skip_space();
        if cursor.at - at > MAX_LENGTH {
            return None;
        }
        if cursor.take("/>") {
            break true;
        }
        if cursor.take(">") {
            break false;
        }
        if cursor.peek()? == '{' {
            cursor.at = braces_end(text, cursor.at)?;
            has_braces = true;
            continue;
        }
        let key = cursor.name(":@.").to_owned();
        if key.is_empty() {
            return None;
        }
        cursor.skip_space();
        if !cursor.take("=") {
            named.push((key, String::new()));
            continue;
        }
        cursor.skip_space();
        match cursor.peek()? {
            '{' => {
                let end = braces_end(text, cursor.at)?;
                named.extend(evaluate(text.get(cursor.at + 1..end - 1)?, imports).map(|value| (key, value)));
                cursor.at = end;
                has_braces = true;
            }
            quote @ ('"' | '\'') => {
                let start = cursor.at + 1;
                let end = start + text.get(start..)?.find(quote)?;
                named.push((key, html_escape::decode_html_entities(text.get(start..end)?).into_owned()));
                cursor.at = end + 1;
            }
            _ => return None,
        }
    };
    let token = if is_element {
        if !has_braces && (!is_void || is_void_element(&name)) {
            return None;
        }
        let attributes: String = named
            .iter()
            .map(|(name, value)| {
                format!(" {}=\"{}\"", if name == "className" { "class" } else { name }, encode_double_quoted_attribute(value))
            })
            .collect();
        // In HTML a slash closes nothing.
        let end = if is_void && !is_void_element(&name) { format!("</{name}>") } else { String::new() };
        Token::Literal(format!("<{name}{attributes}>{end}"))
    } else if is_end {
        Token::Close { family: Family::Jsx, name }
    } else {
        Token::Open { family: Family::Jsx, name, arguments: Arguments { listed: Vec::new(), named }, is_void }
    };
    Some((token, cursor.at))
}

fn is_void_element(name: &str) -> bool {
    matches!(name, "img" | "br" | "hr" | "source" | "track" | "wbr" | "input" | "col" | "embed" | "link" | "meta")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(text: &str) -> Option<Token> {
        let imports = Imports::from([("hero".to_owned(), "./hero.png".to_owned())]);
        read_tag(text, 0, &imports).filter(|(_, end)| *end == text.len()).map(|(token, _)| token)
    }

    #[test]
    fn components_have_attributes() {
        let Some(Token::Open { name, arguments, is_void, .. }) =
            tag("<Image\n  src={hero} alt=\"a &amp; b\" wide {...rest} n={3} onClick={() => { x('}') }} t={`u`} />")
        else {
            panic!("no component")
        };
        assert_eq!((name.as_str(), is_void), ("Image", true));
        let pairs: Vec<(&str, &str)> = arguments.named.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(pairs, [("src", "./hero.png"), ("alt", "a & b"), ("wide", ""), ("n", "3"), ("t", "u")]);
        assert_eq!(tag("</Tabs.Item>"), Some(Token::Close { family: Family::Jsx, name: "Tabs.Item".into() }));
        assert_eq!(tag("<>"), Some(Token::Nothing));
        for text in ["<3", "< a", "<A", "<A b=c>", "<A b={>", "<https://x.org>", "<b>", "</div>", "<p class=\"x\">"] {
            assert_eq!(tag(text), None, "{text}");
        }
    }

    #[test]
    fn elements_become_html() {
        assert_eq!(tag("<div className=\"a\" style={{color: 'red'}}>"), Some(Token::Literal("<div class=\"a\">".into())));
        assert_eq!(tag("<img src={require('./x.png').default} />"), Some(Token::Literal("<img src=\"./x.png\">".into())));
        assert_eq!(tag("<a id=\"x\" />"), Some(Token::Literal("<a id=\"x\"></a>".into())));
    }

    #[test]
    fn expressions_are_texts_comments_or_unknown() {
        let read = |text: &str| read_expression(text, 0, &Imports::new()).map(|(token, end)| (token, end == text.len()));
        assert_eq!(read("{' '}"), Some((Token::Expression(Some(" ".into())), true)));
        assert_eq!(read("{/* a } b */}"), Some((Token::Nothing, true)));
        assert_eq!(read("{/* truncate */}"), Some((Token::Literal("<!--more-->".into()), true)));
        assert_eq!(read("{a.map(x => { return `${x}}` })}"), Some((Token::Expression(None), true)));
        assert_eq!(read("{never"), None);
    }

    #[test]
    fn modules_end_with_their_brackets() {
        let mut imports = Imports::new();
        let mut end = |text: &str| read_module(text, 0, &mut imports).map(|end| text[..end].to_owned());
        assert_eq!(end("import hero from './h.png';\nText"), Some("import hero from './h.png';".into()));
        assert_eq!(end("import {\n  A,\n} from \"a\"\n\nText"), Some("import {\n  A,\n} from \"a\"".into()));
        assert_eq!(end("export const a = {\n\n  b: 1,\n};\n# T"), Some("export const a = {\n\n  b: 1,\n};".into()));
        assert_eq!(end("import duties are high.\n"), None);
        assert_eq!(end("export costs rise.\n"), None);
        assert_eq!(imports["hero"], "./h.png");
    }
}
