//! Literals that a Python file assigns at its top level, read and never run.

use crate::diagnostic::{Diagnostic, Source, Span};
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Literal {
    Text(String),
    /// A number, True, False or None.
    Word(String),
    List(Vec<String>),
    /// Texts by texts.
    Table(Vec<(String, String)>),
    /// Something that only running it would tell.
    Unread,
}

/// The names that a program assigns.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    names: BTreeMap<String, Literal>,
}

impl Settings {
    /// Reads the assignments of a file after those that are there: later ones win, and may use earlier ones.
    pub fn read(&mut self, source: &Source) -> Result<(), Vec<Diagnostic>> {
        let text = source.text.as_str();
        let mut at = 0;
        while at < text.len() {
            let end = statement_end(text, at)
                .map_err(|(reason, at)| vec![Diagnostic::config_invalid(reason).at(source, Span::new(at, at + 1))])?;
            self.assign(&text[at..end]);
            at = end;
        }
        Ok(())
    }

    fn assign(&mut self, statement: &str) {
        let Some((name, value)) = statement.split_once('=') else { return };
        // Indented lines belong to functions and conditions; `a: str = …` names a type.
        let name = name.split(':').next().unwrap_or_default().trim_end();
        let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && name.starts_with(|c: char| c.is_ascii_alphabetic());
        if !is_name || value.starts_with('=') {
            return;
        }
        let literal = self.value(value);
        self.names.insert(name.to_owned(), literal);
    }

    /// A literal, or texts and names joined by `+`.
    fn value(&self, text: &str) -> Literal {
        let mut rest = skip(text);
        let mut joined = String::new();
        if let Some(inner) = rest.strip_prefix(['[', '(']) {
            return list(inner, rest.starts_with('('));
        }
        if let Some(inner) = rest.strip_prefix('{') {
            return table(inner).unwrap_or(Literal::Unread);
        }
        loop {
            if let Some((part, after)) = string(rest) {
                joined.push_str(&part);
                rest = skip(after);
                // Texts side by side are one.
                if string(rest).is_some() {
                    continue;
                }
            } else {
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '.')).unwrap_or(rest.len());
                let word = &rest[..end];
                rest = skip(&rest[end..]);
                match self.names.get(word) {
                    Some(Literal::Text(part)) => joined.push_str(part),
                    Some(other) if rest.is_empty() && joined.is_empty() => return other.clone(),
                    _ if rest.is_empty() && joined.is_empty() && is_word(word) => return Literal::Word(word.to_owned()),
                    _ => return Literal::Unread,
                }
            }
            match rest.strip_prefix('+') {
                Some(more) => rest = skip(more),
                None if rest.is_empty() => return Literal::Text(joined),
                None => return Literal::Unread,
            }
        }
    }

    pub fn has(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    /// Whether a name is assigned something that can't be read.
    pub fn is_unread(&self, name: &str) -> bool {
        self.names.get(name) == Some(&Literal::Unread)
    }

    pub fn text(&self, name: &str) -> Option<String> {
        match self.names.get(name)? {
            Literal::Text(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            _ => None,
        }
    }

    pub fn number(&self, name: &str) -> Option<u64> {
        match self.names.get(name)? {
            Literal::Word(word) | Literal::Text(word) => word.parse().ok(),
            _ => None,
        }
    }

    pub fn flag(&self, name: &str) -> Option<bool> {
        match self.names.get(name)? {
            Literal::Word(word) => Some(word == "True" || word.parse::<u64>().is_ok_and(|number| number > 0)),
            _ => None,
        }
    }

    pub fn is_none(&self, name: &str) -> bool {
        self.names.get(name) == Some(&Literal::Word("None".into()))
    }

    /// The keys and values of a table.
    pub fn table(&self, name: &str) -> &[(String, String)] {
        match self.names.get(name) {
            Some(Literal::Table(pairs)) => pairs,
            _ => &[],
        }
    }

    pub fn texts(&self, name: &str) -> Option<Vec<String>> {
        match self.names.get(name)? {
            Literal::List(texts) => Some(texts.clone()),
            Literal::Text(text) => Some(vec![text.clone()]),
            _ => None,
        }
    }
}

fn is_word(word: &str) -> bool {
    matches!(word, "True" | "False" | "None") || word.parse::<f64>().is_ok()
}

/// Texts up to the closing bracket. In parentheses one text without a comma is that text.
fn list(text: &str, is_tuple: bool) -> Literal {
    let mut rest = skip(text);
    let mut texts: Vec<String> = Vec::new();
    let mut has_comma = false;
    loop {
        if rest.starts_with([']', ')']) {
            return match texts.pop() {
                Some(only) if is_tuple && !has_comma => Literal::Text(only),
                last => {
                    texts.extend(last);
                    Literal::List(texts)
                }
            };
        }
        let Some((mut part, after)) = string(rest) else { return Literal::Unread };
        rest = skip(after);
        while let Some((more, after)) = string(rest) {
            part.push_str(&more);
            rest = skip(after);
        }
        texts.push(part);
        if let Some(after) = rest.strip_prefix(',') {
            has_comma = true;
            rest = skip(after);
        } else if !rest.starts_with([']', ')']) {
            return Literal::Unread;
        }
    }
}

/// Texts by texts up to the closing brace.
fn table(text: &str) -> Option<Literal> {
    let mut rest = skip(text);
    let mut pairs = Vec::new();
    while !rest.starts_with('}') {
        let (key, after) = string(rest)?;
        let (value, after) = string(skip(skip(after).strip_prefix(':')?))?;
        pairs.push((key, value));
        rest = skip(after);
        match rest.strip_prefix(',') {
            Some(after) => rest = skip(after),
            None if rest.starts_with('}') => {}
            None => return None,
        }
    }
    Some(Literal::Table(pairs))
}

/// After space, line ends and comments.
fn skip(text: &str) -> &str {
    let mut rest = text.trim_start();
    loop {
        rest = match rest.strip_prefix("\\\n") {
            Some(after) => after.trim_start(),
            None if rest.starts_with('#') => rest.split_once('\n').map_or("", |(_, after)| after).trim_start(),
            None => return rest,
        };
    }
}

/// A string literal and what follows it; formatted and byte strings are none.
fn string(text: &str) -> Option<(String, &str)> {
    let (is_raw, rest) = match text.strip_prefix(['r', 'R']) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix(['u', 'U']).unwrap_or(text)),
    };
    let (quote, len) = quote_of(rest)?;
    let body = &rest[len..];
    let mut out = String::new();
    let mut chars = body.char_indices();
    while let Some((at, c)) = chars.next() {
        if body[at..].starts_with(quote) {
            return Some((out, &body[at + quote.len()..]));
        }
        match c {
            '\\' if is_raw => {
                out.push(c);
                out.extend(chars.next().map(|(_, c)| c));
            }
            '\\' => match chars.next()?.1 {
                'n' => out.push('\n'),
                't' => out.push('\t'),
                '\n' => {}
                'u' => {
                    let digits: String = chars.by_ref().take(4).map(|(_, c)| c).collect();
                    out.extend(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32));
                }
                other => out.push(other),
            },
            c => out.push(c),
        }
    }
    None
}

/// The quote that opens a string here, and its length.
fn quote_of(text: &str) -> Option<(&'static str, usize)> {
    ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| text.starts_with(quote)).map(|quote| (quote, quote.len()))
}

/// Where the statement that begins at `from` ends: at a line's end outside of strings and brackets.
fn statement_end(text: &str, from: usize) -> Result<usize, (&'static str, usize)> {
    let mut open: Vec<usize> = Vec::new();
    let mut at = from;
    while let Some(c) = text[at..].chars().next() {
        if let Some((quote, len)) = quote_of(&text[at..]) {
            at = string_end(text, at + len, quote).ok_or(("the string is never closed", at))?;
            continue;
        }
        match c {
            '#' => {
                at = text[at..].find('\n').map_or(text.len(), |len| at + len);
                continue;
            }
            '[' | '(' | '{' => open.push(at),
            ']' | ')' | '}' => {
                open.pop().ok_or(("the bracket closes nothing", at))?;
            }
            '\\' if text[at..].starts_with("\\\n") => at += 1,
            '\n' if open.is_empty() => return Ok(at + 1),
            _ => {}
        }
        at += c.len_utf8();
    }
    match open.first() {
        Some(at) => Err(("the bracket is never closed", *at)),
        None => Ok(text.len()),
    }
}

fn string_end(text: &str, from: usize, quote: &str) -> Option<usize> {
    let mut is_escaped = false;
    for (offset, c) in text[from..].char_indices() {
        let at = from + offset;
        if !is_escaped && text[at..].starts_with(quote) {
            return Some(at + quote.len());
        }
        if c == '\n' && quote.len() == 1 && !is_escaped {
            return None;
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Settings {
        let mut settings = Settings::default();
        settings.read(&Source::new("pelicanconf.py", text)).unwrap();
        settings
    }

    #[test]
    fn literals_are_read_and_programs_are_not() {
        let settings = read(
            "import os\nAUTHOR = 'Jo'  # who\nSITENAME = \"Jo's \\\"page\\\"\"\nURL: str = 'a/' \\\n  'b/'\nSAVE_AS = URL + 'index.html'\nRE = r'(?P<d>\\d+)'\n\
             N = 15\nFEED = None\nON = True\nPATHS = ['a', \"b\",  # two\n]\nONE = ('x')\nPAIR = ('x',)\nLINKS = (('a', 'b'),)\nENV = os.environ['X']\n\
             DOC = '''three\nlines = 1\nof it'''\nSAME = AUTHOR\nif ON:\n    AUTHOR = 'no'\nx == 1\nF = f'{N}'\nD = {'a': 1}\nT = {'a': 'b', # c\n 'd': 'e'}\n",
        );
        assert_eq!(settings.text("AUTHOR").as_deref(), Some("Jo"));
        assert_eq!(settings.text("SITENAME").as_deref(), Some("Jo's \"page\""));
        assert_eq!((settings.text("URL"), settings.text("SAVE_AS")), (Some("a/b/".into()), Some("a/b/index.html".into())));
        assert_eq!(settings.text("RE").as_deref(), Some("(?P<d>\\d+)"));
        assert_eq!((settings.number("N"), settings.flag("ON"), settings.is_none("FEED")), (Some(15), Some(true), true));
        assert_eq!((settings.texts("PATHS"), settings.text("ONE")), (Some(vec!["a".into(), "b".into()]), Some("x".into())));
        assert_eq!((settings.texts("PAIR"), settings.text("SAME")), (Some(vec!["x".into()]), Some("Jo".into())));
        assert!(settings.is_unread("ENV") && settings.is_unread("LINKS") && settings.is_unread("F") && settings.is_unread("D"));
        assert_eq!(settings.table("T"), [("a".to_owned(), "b".to_owned()), ("d".to_owned(), "e".to_owned())]);
        assert!(settings.text("DOC").is_some_and(|text| text.ends_with("of it")) && !settings.has("lines") && !settings.has("x"));
    }

    #[test]
    fn later_files_win() {
        let mut settings = read("SITEURL = ''\nPATH = 'content'\n");
        settings.read(&Source::new("publishconf.py", "from pelicanconf import *\nSITEURL = 'https://example.org'\n")).unwrap();
        assert_eq!((settings.text("SITEURL"), settings.text("PATH")), (Some("https://example.org".into()), Some("content".into())));
    }

    #[test]
    fn faults_have_their_place() {
        for (text, line, column) in [("A = 'x\nB = 1\n", 1, 5), ("A = 1\nB = [\n", 2, 5), ("A = )\n", 1, 5), ("A = 1\nB = '''x\n", 2, 5)] {
            let faults = Settings::default().read(&Source::new("pelicanconf.py", text)).unwrap_err();
            let place = faults[0].place.as_ref().unwrap();
            assert_eq!((place.line, place.column), (line, column), "{text:?}");
        }
    }

    #[test]
    fn nonsense_does_no_harm() {
        for text in ["=", "A =", "A = +", "A = 'x' +", "A = [", "A = 'é\\u12", "\\", "é = 'x'", "A = ('a' 'b', 1)", "A = 'x' 'y' z"] {
            let _ = Settings::default().read(&Source::new("a.py", text));
        }
    }
}
