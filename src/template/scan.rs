//! Which names a template asks for, and where: read from its text, so that a mistake is found in parts that aren't shown, too.

use crate::diagnostic::Span;

/// A name with its attributes, such as `entry.title`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked<'t> {
    pub path: Vec<&'t str>,
    /// Where the whole path stands.
    pub span: Span,
}

/// A name that the template makes itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made<'t> {
    pub name: &'t str,
    /// What it stands for, where that is a path; a loop's name stands for one of its items.
    pub path: Option<Vec<&'t str>>,
    pub is_item: bool,
}

/// The names of a template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names<'t> {
    pub asked: Vec<Asked<'t>>,
    pub made: Vec<Made<'t>>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Token<'t> {
    Name(&'t str, usize),
    Text(&'t str),
    /// `==` and the like are one.
    Sign(&'t str),
}

impl<'t> Token<'t> {
    fn name(self) -> Option<&'t str> {
        if let Token::Name(name, _) = self { Some(name) } else { None }
    }

    fn is(self, sign: &str) -> bool {
        self == Token::Sign(sign)
    }
}

/// Words of the language where a name could stand.
const WORDS: [&str; 20] = [
    "not",
    "and",
    "or",
    "in",
    "is",
    "if",
    "else",
    "true",
    "false",
    "none",
    "True",
    "False",
    "None",
    "recursive",
    "ignore",
    "missing",
    "with",
    "without",
    "context",
    "as",
];

/// The names of the templates that this one takes in; none where it takes in one whose name is not written down.
pub fn takes_in(text: &str) -> Option<Vec<&str>> {
    let mut found = Vec::new();
    for tag in tags(text).into_iter().filter(|tag| tag.is_statement) {
        let Some(("include" | "extends" | "import" | "from", rest)) = tag.split() else { continue };
        let texts: Vec<&str> = rest.iter().filter_map(|token| if let Token::Text(text) = token { Some(*text) } else { None }).collect();
        if texts.is_empty() || rest.iter().any(|token| token.is("~") || token.is("+")) {
            return None;
        }
        found.extend(texts);
    }
    Some(found)
}

/// The names of a template.
pub fn names(text: &str) -> Names<'_> {
    let mut names = Names::default();
    for tag in tags(text) {
        match tag.split() {
            Some((word, rest)) => statement(word, rest, &mut names),
            None => expression(&tag.tokens, &mut names),
        }
    }
    names
}

/// What stands between `{{` and `}}` or `{%` and `%}`.
struct Tag<'t> {
    is_statement: bool,
    tokens: Vec<Token<'t>>,
}

impl<'t> Tag<'t> {
    /// A statement's word, and the rest.
    fn split(&self) -> Option<(&'t str, &[Token<'t>])> {
        let (first, rest) = self.tokens.split_first()?;
        first.name().filter(|_| self.is_statement).map(|word| (word, rest))
    }
}

fn tags(text: &str) -> Vec<Tag<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut is_raw = false;
    while let Some(open) = text.get(at..).and_then(|rest| rest.find('{')).map(|open| at + open) {
        let (is_statement, close) = match text.as_bytes().get(open + 1) {
            Some(b'{') => (false, "}}"),
            Some(b'%') => (true, "%}"),
            Some(b'#') => {
                at = text[open..].find("#}").map_or(text.len(), |close| open + close + 2);
                continue;
            }
            _ => {
                at = open + 1;
                continue;
            }
        };
        let trims = text.as_bytes().get(open + 2).is_some_and(|sign| matches!(sign, b'-' | b'+'));
        let (tokens, end) = tokens(text, open + 2 + usize::from(trims), close);
        let tag = Tag { is_statement, tokens };
        let word = tag.split().map(|(word, _)| word);
        if is_raw {
            is_raw = word != Some("endraw");
            // Nothing in between is a tag, wherever quotes may stand.
            at = if is_raw { open + 2 } else { end };
            continue;
        }
        is_raw = word == Some("raw");
        at = end;
        found.push(tag);
    }
    found
}

/// The tokens from `start` to `close`, and where what follows begins.
fn tokens<'t>(text: &'t str, start: usize, close: &str) -> (Vec<Token<'t>>, usize) {
    let mut found = Vec::new();
    let mut at = start;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let inner = rest.strip_prefix(['-', '+']).filter(|inner| inner.starts_with(close));
        if rest.starts_with(close) || inner.is_some() {
            return (found, at + rest.len() - inner.unwrap_or(rest).len() + close.len());
        }
        let first = rest.chars().next().unwrap_or_default();
        let length = if first.is_alphabetic() || first == '_' {
            let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            found.push(Token::Name(&rest[..length], at));
            length
        } else if first.is_ascii_digit() {
            // A name that follows a number, as in `1e5`, is part of it.
            rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
        } else if first == '"' || first == '\'' {
            let length = quoted(rest, first);
            found.push(Token::Text(rest.get(1..length - 1).unwrap_or_default()));
            length
        } else if first.is_whitespace() {
            first.len_utf8()
        } else {
            let length = ["==", "!=", "<=", ">=", "//", "**"]
                .iter()
                .find(|sign| rest.starts_with(**sign))
                .map_or(first.len_utf8(), |sign| sign.len());
            found.push(Token::Sign(&rest[..length]));
            length
        };
        at += length;
    }
    (found, text.len())
}

/// How long a quoted text is, with its quotes.
fn quoted(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            _ if character == quote => return at + 1,
            _ => {}
        }
    }
    text.len().max(2)
}

fn statement<'t>(word: &str, rest: &[Token<'t>], names: &mut Names<'t>) {
    let unknown = |tokens: &[Token<'t>], names: &mut Names<'t>| {
        names.made.extend(tokens.iter().filter_map(|token| token.name()).map(|name| Made { name, path: None, is_item: false }));
    };
    match word {
        "for" | "set" => {
            let is_end = |token: &Token| if word == "for" { token.name() == Some("in") } else { token.is("=") };
            let end = rest.iter().position(is_end).unwrap_or(rest.len());
            let (targets, value) = (&rest[..end], rest.get(end + 1..).unwrap_or_default());
            expression(value, names);
            match (targets, whole_path(value)) {
                ([Token::Name(name, _)], Some(path)) => names.made.push(Made { name, path: Some(path), is_item: word == "for" }),
                _ => unknown(targets, names),
            }
        }
        "macro" | "import" | "from" => unknown(rest, names),
        "call" => {
            let end = rest
                .iter()
                .position(|token| token.is(")"))
                .filter(|_| rest.first().is_some_and(|token| token.is("(")))
                .map_or(0, |end| end + 1);
            unknown(&rest[..end], names);
            expression(&rest[end..], names);
        }
        "with" => {
            let targets: Vec<Token> = rest.windows(2).filter(|pair| pair[1].is("=")).map(|pair| pair[0]).collect();
            unknown(&targets, names);
            expression(rest, names);
        }
        "block" | "filter" => expression(rest.get(1..).unwrap_or_default(), names),
        _ if word.starts_with("end") => {}
        _ => expression(rest, names),
    }
}

/// The path that an expression is, if it is nothing else.
fn whole_path<'t>(tokens: &[Token<'t>]) -> Option<Vec<&'t str>> {
    let (path, length) = path(tokens)?;
    (length == tokens.len()).then_some(path)
}

/// The path that tokens begin with, and how many tokens it has.
fn path<'t>(tokens: &[Token<'t>]) -> Option<(Vec<&'t str>, usize)> {
    let mut found = vec![tokens.first()?.name().filter(|name| !WORDS.contains(name))?];
    let mut length = 1;
    while let [dot, Token::Name(name, _)] = tokens.get(length..length + 2).unwrap_or_default()
        && dot.is(".")
    {
        found.push(name);
        length += 2;
    }
    Some((found, length))
}

fn expression<'t>(tokens: &[Token<'t>], names: &mut Names<'t>) {
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let before = at.checked_sub(1).and_then(|before| tokens.get(before));
        let is_asked = !before.is_some_and(|before| before.is("|") || before.is(".") || before.name() == Some("is"));
        // `is not empty`: the word after it is a test's.
        if token.name() == Some("is") && tokens.get(at + 1).and_then(|next| next.name()) == Some("not") {
            at += 3;
            continue;
        }
        let Some((mut path, length)) = path(&tokens[at..]) else {
            at += 1;
            continue;
        };
        let after = tokens.get(at + length..).unwrap_or_default();
        let is_call = after.first().is_some_and(|next| next.is("("));
        if is_call {
            path.pop();
        }
        let is_argument = after.first().is_some_and(|next| next.is("=")) && length == 1;
        if let (Some(Token::Name(_, start)), Some(Token::Name(last, end))) = (tokens.get(at), tokens.get(at + length - 1))
            && is_asked
            && !is_argument
            && !path.is_empty()
            && !may_be_missing(after)
        {
            names.asked.push(Asked { path, span: Span::new(*start, *end + last.len()) });
        }
        at += length;
    }
}

/// Whether what follows a name says what to do where there is none: `| default("x")`, `is defined`.
fn may_be_missing(after: &[Token]) -> bool {
    let words: Vec<&str> = after.iter().take(3).filter_map(|token| token.name()).collect();
    match after.first() {
        Some(sign) if sign.is("|") => matches!(words.first(), Some(&("default" | "d"))),
        Some(Token::Name("is", _)) => words.iter().any(|word| matches!(*word, "defined" | "undefined")),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> Vec<String> {
        names(text).asked.iter().map(|asked| asked.path.join(".")).collect()
    }

    #[test]
    fn names_are_found_with_their_places() {
        let text = "é {{ page.say.read_on|upper }}{% if a.b != \"c.d\" and not e %}{{- f ~ 1.5 -}}{% endif %}";
        assert_eq!(asked(text), ["page.say.read_on", "a.b", "e", "f"]);
        let first = &names(text).asked[0];
        assert_eq!(&text[first.span.start..first.span.end], "page.say.read_on");
    }

    #[test]
    fn what_is_no_variable_is_none() {
        assert_eq!(
            asked("{{ range(n) }}{{ x.items() }}{{ f(key=value).z }}{{ a is not odd }}{{ [b, {\"c\": d}] }}"),
            ["n", "x", "value", "a", "b", "d"]
        );
        assert_eq!(asked("{# {{ a }} #}{% raw %}{{ b }}{% \" %}{% endraw %}{{ '{{ c }}' }}{ d } {{ e"), ["e"]);
        assert_eq!(asked("{{ a|default('x') }}{% if b.c is defined %}{% endif %}{{ d if e is not undefined else f }}"), ["d", "f"]);
        assert_eq!(asked("{% block title %}{% endblock %}{% filter upper %}{% endfilter %}{% include \"x\" ignore missing %}"), [""; 0]);
    }

    #[test]
    fn names_that_the_template_makes_are_told() {
        let text =
            "{% for entry in page.entries %}{% set x = entry.url %}{% for k, v in x|items %}{% macro m(a, b=c) %}{% import 'y' as z %}";
        let made: Vec<(&str, Option<String>, bool)> =
            names(text).made.into_iter().map(|made| (made.name, made.path.map(|path| path.join(".")), made.is_item)).collect();
        let (entries, url) = (Some("page.entries".to_owned()), Some("entry.url".to_owned()));
        let unknown = |name| (name, None, false);
        let mut wanted = vec![("entry", entries, true), ("x", url, false)];
        wanted.extend(["k", "v", "m", "a", "b", "c", "as", "z"].map(unknown));
        assert_eq!(made, wanted);
        assert_eq!(asked(text), ["page.entries", "entry.url", "x"]);
        assert_eq!(names("{% with a = b %}{% call(c) d(e) %}").made.iter().map(|made| made.name).collect::<Vec<_>>(), ["a", "c"]);
    }

    #[test]
    fn what_is_taken_in_is_known_unless_it_is_computed() {
        assert_eq!(takes_in("{% include \"a\" %}{%- extends 'b' -%}{% from \"c\" import d %}{% if x %}"), Some(vec!["a", "b", "c"]));
        assert_eq!(takes_in("{% include name %}"), None);
        assert_eq!(takes_in("{% include \"a\" ~ name %}"), None);
    }

    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_text_is_too_odd(text in "[{}%#\"'a-c.|()= é\\\\-]{0,60}") {
            for asked in names(&text).asked {
                prop_assert!(text.get(asked.span.start..asked.span.end).is_some());
            }
            takes_in(&text);
        }
    }
}
