//! Literals in JavaScript and TypeScript: what stands under which keys, read and never run.

use crate::diagnostic::{Source, Span};
use std::iter::Peekable;
use std::str::CharIndices;

/// A value as it stands in a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Literal {
    Text(String),
    /// A template with expressions in it, as written.
    Template(String),
    /// A number, true, false or null.
    Word(String),
    /// A name, with dots: `SITE.title`.
    Name(String),
    List(Vec<String>),
}

/// A literal and the keys that lead to it, from the outside.
#[derive(Clone, Debug)]
struct Item {
    keys: Vec<String>,
    value: Literal,
}

/// The literals of one program.
#[derive(Clone, Debug, Default)]
pub(super) struct Script {
    items: Vec<Item>,
    /// Functions, with what they belong to (`ignores.add`), and the one text that they're called with.
    calls: Vec<(String, String)>,
    /// A string that is never closed: where, as `line:column`.
    pub broken: Option<String>,
}

/// A bracket is nested so deep at most: what is deeper is no configuration.
const DEEPEST: usize = 64;

impl Script {
    pub fn read(source: &Source) -> Script {
        let (tokens, broken) = tokens(&source.text);
        let broken = broken.map(|at| {
            let place = source.place(Span::new(at, at + 1));
            format!("{}:{}:{}", source.path.display, place.line, place.column)
        });
        let mut script = Script { items: Vec::new(), calls: calls(&tokens), broken };
        script.collect(&tokens);
        script
    }

    fn collect(&mut self, tokens: &[Token]) {
        let mut open: Vec<Option<String>> = Vec::new();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let key = match (token, tokens.get(at + 1)) {
                (Token::Word(name) | Token::Text(name), Some(Token::Mark(':'))) => Some((name.clone(), at + 2)),
                (Token::Word(word), Some(Token::Word(name))) if matches!(word.as_str(), "const" | "let" | "var") => {
                    // A type may stand between the name and the value.
                    let mark = (at + 2..at + 12).find(|at| matches!(tokens.get(*at), Some(Token::Mark('=' | ';' | '(')) | None));
                    mark.filter(|at| tokens.get(*at) == Some(&Token::Mark('='))).map(|mark| (name.clone(), mark + 1))
                }
                _ => None,
            };
            match token {
                Token::Mark('{' | '[' | '(') => open.push(None),
                Token::Mark('}' | ']' | ')') => {
                    open.pop();
                }
                _ => {}
            }
            at += 1;
            let Some((key, value_at)) = key else { continue };
            // What is given to a function (`defineCollection({ … })`) stands under the key, too.
            let value_at = call(&tokens[value_at.min(tokens.len())..]).map_or(value_at, |skipped| value_at + skipped);
            at = value_at;
            match tokens.get(value_at) {
                Some(Token::Mark('{' | '[' | '(')) => {
                    if let Some(list) = list(&tokens[value_at..]) {
                        self.push(&open, &key, Literal::List(list));
                    }
                    open.push(Some(key));
                    at += 1;
                    if open.len() > DEEPEST {
                        return;
                    }
                }
                Some(_) => {
                    if let Some(value) = value(&tokens[value_at..]) {
                        self.push(&open, &key, value);
                    }
                }
                None => return,
            }
        }
    }

    fn push(&mut self, open: &[Option<String>], key: &str, value: Literal) {
        let keys = open.iter().flatten().map(String::as_str).chain([key]).map(str::to_owned).collect();
        self.items.push(Item { keys, value });
    }

    /// The literal under the last of these keys, where the others lead to it. Outer keys come before inner ones.
    pub fn get(&self, path: &[&str]) -> Option<&Literal> {
        let found = self
            .items
            .iter()
            .filter(|item| item.keys.len() >= path.len() && item.keys.iter().rev().zip(path.iter().rev()).all(|(key, name)| key == name));
        found.min_by_key(|item| item.keys.len()).map(|item| &item.value)
    }

    /// A text under these keys, or under the name that stands there.
    pub fn text(&self, path: &[&str]) -> Option<String> {
        self.resolve(self.get(path)?, &[])
    }

    /// What a literal says; a name is looked up here and in other programs.
    pub fn resolve(&self, literal: &Literal, others: &[&Script]) -> Option<String> {
        match literal {
            Literal::Text(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            Literal::Name(name) => {
                let path: Vec<&str> = name.split('.').collect();
                let found = [self].into_iter().chain(others.iter().copied()).find_map(|script| match script.get(&path) {
                    Some(Literal::Text(text)) => Some(text.trim().to_owned()),
                    _ => None,
                });
                found.filter(|text| !text.is_empty())
            }
            _ => None,
        }
    }

    /// The texts with which a function is called: `ignores.add`.
    pub fn given<'a>(&'a self, function: &'a str) -> impl Iterator<Item = &'a str> {
        self.calls.iter().filter(move |(name, _)| name == function).map(|(_, text)| text.as_str())
    }

    pub fn number(&self, path: &[&str]) -> Option<u64> {
        match self.get(path)? {
            Literal::Word(word) => word.parse().ok(),
            _ => None,
        }
    }

    pub fn flag(&self, path: &[&str]) -> Option<bool> {
        match self.get(path)? {
            Literal::Word(word) => word.parse().ok(),
            _ => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Template(String),
    Mark(char),
}

/// The value that begins here: a literal, a name, or the literal that stands in for one (`process.env.URL || "…"`).
fn value(tokens: &[Token]) -> Option<Literal> {
    let ends = |at: usize| !matches!(tokens.get(at), Some(Token::Mark('+' | '.' | '(' | '[' | '?')));
    match tokens.first()? {
        Token::Text(text) if ends(1) => Some(Literal::Text(text.clone())),
        Token::Template(text) if text.contains("${") => Some(Literal::Template(text.clone())),
        Token::Template(text) if ends(1) => Some(Literal::Text(text.clone())),
        Token::Word(word) if word.starts_with(|c: char| c.is_ascii_digit()) || matches!(word.as_str(), "true" | "false" | "null") => {
            Some(Literal::Word(word.clone()))
        }
        Token::Word(word) => {
            let mut name = word.clone();
            let mut at = 1;
            while let (Some(Token::Mark('.')), Some(Token::Word(part))) = (tokens.get(at), tokens.get(at + 1)) {
                name = format!("{name}.{part}");
                at += 2;
            }
            match tokens.get(at..at + 3) {
                Some([Token::Mark('|'), Token::Mark('|'), Token::Text(text)] | [Token::Mark('?'), Token::Mark('?'), Token::Text(text)]) => {
                    Some(Literal::Text(text.clone()))
                }
                _ => ends(at).then_some(Literal::Name(name)),
            }
        }
        _ => None,
    }
}

fn calls(tokens: &[Token]) -> Vec<(String, String)> {
    let call = |window: &[Token]| match window {
        [Token::Word(owner), Token::Mark('.'), Token::Word(name), Token::Mark('('), Token::Text(text), Token::Mark(')')] => {
            Some((format!("{owner}.{name}"), text.clone()))
        }
        _ => None,
    };
    tokens.windows(6).filter_map(call).collect()
}

/// How many tokens stand before the bracket of a call.
fn call(tokens: &[Token]) -> Option<usize> {
    let len = tokens.iter().take_while(|token| matches!(token, Token::Word(_) | Token::Mark('.'))).count();
    (len > 0 && tokens.get(len) == Some(&Token::Mark('('))).then_some(len)
}

/// A list of nothing but texts.
fn list(tokens: &[Token]) -> Option<Vec<String>> {
    if tokens.first() != Some(&Token::Mark('[')) {
        return None;
    }
    let mut texts = Vec::new();
    for token in &tokens[1..] {
        match token {
            Token::Text(text) => texts.push(text.clone()),
            Token::Mark(',') => {}
            Token::Mark(']') => return Some(texts),
            _ => return None,
        }
    }
    None
}

/// Words, texts and marks without comments and regular expressions; and where a string is never closed.
fn tokens(text: &str) -> (Vec<Token>, Option<usize>) {
    let mut out: Vec<Token> = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '/' if matches!(chars.peek(), Some((_, '/'))) => while chars.next_if(|(_, c)| *c != '\n').is_some() {},
            '/' if matches!(chars.peek(), Some((_, '*'))) => {
                let Some(end) = text[at + 2..].find("*/") else { return (out, None) };
                while chars.next_if(|(here, _)| *here < at + 2 + end + 2).is_some() {}
            }
            // After a value it divides, else it opens a regular expression.
            '/' if !matches!(out.last(), Some(Token::Word(_) | Token::Text(_) | Token::Mark(')' | ']'))) => skip_pattern(&mut chars),
            '"' | '\'' | '`' => match string(&mut chars, c) {
                Some(value) if c == '`' => out.push(Token::Template(value)),
                Some(value) => out.push(Token::Text(value)),
                None => return (out, Some(at)),
            },
            c if is_word(c) => {
                let mut word = String::from(c);
                while let Some((_, c)) = chars.next_if(|(_, c)| is_word(*c)) {
                    word.push(c);
                }
                out.push(Token::Word(word));
            }
            c if c.is_whitespace() => {}
            c => out.push(Token::Mark(c)),
        }
    }
    (out, None)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$' | '@')
}

/// The rest of a string; `None` if it isn't closed.
fn string(chars: &mut Peekable<CharIndices>, quote: char) -> Option<String> {
    let mut out = String::new();
    while let Some((_, c)) = chars.next() {
        match c {
            c if c == quote => return Some(out),
            '\n' if quote != '`' => return None,
            '\\' => match chars.next()?.1 {
                'n' => out.push('\n'),
                't' => out.push('\t'),
                '\n' => {}
                'u' => out.extend(escape(chars)),
                other => out.push(other),
            },
            c => out.push(c),
        }
    }
    None
}

/// `\u00e9` and `\u{1F600}`, after the `u`.
fn escape(chars: &mut Peekable<CharIndices>) -> Option<char> {
    let mut digits = String::new();
    let is_braced = chars.next_if(|(_, c)| *c == '{').is_some();
    while let Some((_, c)) = chars.next_if(|(_, c)| c.is_ascii_hexdigit() && (is_braced || digits.len() < 4)) {
        digits.push(c);
    }
    if is_braced {
        chars.next_if(|(_, c)| *c == '}');
    }
    char::from_u32(u32::from_str_radix(&digits, 16).ok()?)
}

fn skip_pattern(chars: &mut Peekable<CharIndices>) {
    let mut in_class = false;
    while let Some((_, c)) = chars.next_if(|(_, c)| *c != '\n') {
        match c {
            '\\' => {
                chars.next();
            }
            '[' => in_class = true,
            ']' => in_class = false,
            '/' if !in_class => return,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Script {
        Script::read(&Source::new("a.config.js", text))
    }

    #[test]
    fn literals_are_found_under_their_keys() {
        let script = read(
            "// title: 'no'\nimport x from 'y';\n/* url: 'no' */\nconst NAME = 'The \\u00c9t\\u{e9}';\nexport const SITE: Config = { desc: \"d\", };\n\
             const config: Config = {\n  title: NAME, tagline: SITE.desc,\n  url: process.env.URL || 'https://example.org', 'base-url': `/a/`,\n  \
             re: /[/'\"]+/g, deep: fn(a, { limit: 10, on: true, tags: ['a', 'b'] }),\n  presets: [['classic', /** @type {X} */ ({ blog: { path: 'news' } })]],\n};\n",
        );
        assert_eq!(script.text(&["title"]).as_deref(), Some("The Été"));
        assert_eq!(script.text(&["tagline"]).as_deref(), Some("d"));
        assert_eq!(script.text(&["config", "url"]).as_deref(), Some("https://example.org"));
        assert_eq!(script.text(&["base-url"]).as_deref(), Some("/a/"));
        assert_eq!((script.number(&["limit"]), script.flag(&["on"])), (Some(10), Some(true)));
        assert_eq!(script.get(&["tags"]), Some(&Literal::List(vec!["a".into(), "b".into()])));
        assert_eq!(script.text(&["presets", "blog", "path"]).as_deref(), Some("news"));
        assert_eq!(script.number(&["deep", "limit"]), Some(10));
        assert_eq!((script.text(&["blog", "title"]), script.broken), (None, None));
    }

    #[test]
    fn outer_keys_come_before_inner_ones() {
        let script = read("export default { navbar: { title: 'Inner' }, title: 'Outer' }");
        assert_eq!(script.text(&["title"]).as_deref(), Some("Outer"));
        assert_eq!(script.text(&["navbar", "title"]).as_deref(), Some("Inner"));
    }

    #[test]
    fn calls_with_a_text_are_found() {
        let script = read("c.ignores.add('a/'); c.ignores.add(b); ignores.add(\"c\"); c.other.add('d')");
        assert_eq!(script.given("ignores.add").collect::<Vec<_>>(), ["a/", "c"]);
    }

    #[test]
    fn what_is_no_literal_is_not_guessed() {
        let script = read("export default { title: 'a' + b, url: getUrl('x'), base: `${x}/y`, n: a.b() }");
        assert_eq!((script.text(&["title"]), script.text(&["url"]), script.text(&["n"])), (None, None, None));
        assert_eq!(script.get(&["base"]), Some(&Literal::Template("${x}/y".into())));
    }

    #[test]
    fn a_string_that_is_not_closed_is_told_and_what_is_before_it_read() {
        let script = read("x = {\n  title: 'T',\n  url: 'https://\n}");
        assert_eq!((script.text(&["title"]).as_deref(), script.broken.as_deref()), (Some("T"), Some("a.config.js:3:8")));
    }

    #[test]
    fn nonsense_does_no_harm() {
        for text in
            ["", "}}}", "{[(", "const", "const a", "a:", "'", "`${", "/", "/*", "\\u{", "'\\", "'\\u{zz}'", "x = /[", &"{a:".repeat(500)]
        {
            read(text);
        }
    }
}
