//! Puts what stands for each token in its place.

use super::known::{self, Action};
use super::output::{NOWHERE, Output};
use super::scan::pair;
use super::token::{Arguments, Family, Piece, Token};
use super::value::{Scope, Value};
use crate::catalog::{Links, Reference};
use crate::diagnostic::Diagnostic;
use crate::entry::Markup;
use crate::language::Words;
use std::collections::HashMap;
use std::ops::Range;

/// What calls in a text can ask for.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    pub links: &'a dyn Links,
    /// A field of the page that the text is on.
    pub page: &'a dyn Fn(&str) -> Option<String>,
    /// What tidings itself says in a text of its language.
    pub words: &'a Words,
}

/// Faults with their places in the source, in bytes.
pub type Found = Vec<(Diagnostic, Range<usize>)>;

/// Names that a message tells, at most.
const MAX_NAMES: usize = 5;

/// Renders a text and its tokens.
pub fn render(text: &str, markup: Markup, pieces: &[Piece], context: Context<'_>) -> (Output, Found) {
    let site = |field: &str| context.links.site(field);
    let mut renderer = Renderer {
        text,
        markup,
        pieces,
        closes: pair(pieces),
        context,
        scope: Scope { variables: HashMap::new(), page: context.page, site: &site },
        out: Output::default(),
        unknown: Vec::new(),
        first_unknown: None,
        faults: Vec::new(),
        indent: 0,
        // Loops may repeat, but a text doesn't grow without end.
        budget: text.len().saturating_mul(4) + (1 << 16),
    };
    renderer.run(0..pieces.len(), 0..text.len());
    if let Some(place) = renderer.first_unknown {
        let named = renderer.unknown.len().min(MAX_NAMES);
        let mut names = renderer.unknown.get(..named).unwrap_or_default().join(", ");
        if renderer.unknown.len() > named {
            names = format!("{names} and {} more", renderer.unknown.len() - named);
        }
        renderer.faults.push((Diagnostic::shortcode_unknown(&names), place));
    }
    (renderer.out, renderer.faults)
}

struct Renderer<'a> {
    text: &'a str,
    markup: Markup,
    pieces: &'a [Piece],
    closes: Vec<Option<usize>>,
    context: Context<'a>,
    scope: Scope<'a>,
    out: Output,
    /// What was removed, in the order in which it was found.
    unknown: Vec<String>,
    first_unknown: Option<Range<usize>>,
    faults: Found,
    /// So many spaces are left out at the beginning of lines: the text inside of a call may be indented.
    indent: usize,
    budget: usize,
}

/// The line up to a place, unless that is long: what stands alone has little before it.
fn line_before(text: &str, at: usize) -> Option<&str> {
    let from = at.saturating_sub(LINE);
    let start = text.as_bytes().get(from..at)?.iter().rposition(|byte| *byte == b'\n').map(|found| from + found + 1);
    text.get(start.or((from == 0).then_some(0))?..at)
}

/// Longer lines are not looked through to their beginnings.
const LINE: usize = 500;

impl Renderer<'_> {
    fn run(&mut self, pieces: Range<usize>, text: Range<usize>) {
        let mut at = text.start;
        let mut next = pieces.start;
        while let Some(piece) = self.pieces.get(next).filter(|_| next < pieces.end) {
            self.copy(at..piece.range.start);
            (next, at) = self.piece(next);
        }
        self.copy(at..text.end);
    }

    fn copy(&mut self, range: Range<usize>) {
        if range.start >= range.end {
            return;
        }
        self.budget = self.budget.saturating_sub(range.len());
        if self.indent == 0 {
            return self.out.copy(self.text, range);
        }
        let mut at = range.start;
        for line in self.text.get(range).unwrap_or_default().split_inclusive('\n') {
            let is_start = at == 0 || self.text.as_bytes().get(at - 1) == Some(&b'\n');
            let spaces = line.len() - line.trim_start_matches([' ', '\t']).len();
            let skipped = if is_start { spaces.min(self.indent) } else { 0 };
            self.out.copy(self.text, at + skipped..at + line.len());
            at += line.len();
        }
    }

    /// Renders the token and what belongs to it: the next token, and where the text goes on.
    fn piece(&mut self, at: usize) -> (usize, usize) {
        let Some(piece) = self.pieces.get(at) else { return (at + 1, self.text.len()) };
        let after = (at + 1, piece.range.end);
        match &piece.token {
            Token::Nothing => after,
            Token::Literal(text) => {
                self.out.insert(text, piece.range.start);
                after
            }
            Token::Value(expression) => {
                match self.scope.evaluate(expression) {
                    Some(value) => self.insert(&value.text(), piece),
                    None if piece.in_code => self.copy(piece.range.clone()),
                    None => self.forget(Scope::show(expression), piece),
                }
                after
            }
            Token::Expression(text) => {
                let field = || {
                    let name = self.text.get(piece.range.start + 1..piece.range.end - 1)?.trim();
                    let field = name.strip_prefix("frontmatter.").or_else(|| name.strip_prefix("frontMatter."))?;
                    (self.context.page)(field)
                };
                match text.clone().or_else(field) {
                    Some(text) => self.insert(&text, piece),
                    None => self.forget("`{…}`".to_owned(), piece),
                }
                after
            }
            // A lone end of colons is a line as any other.
            Token::Close { family: Family::Directive, .. } => {
                self.copy(piece.range.clone());
                after
            }
            Token::Close { .. } if piece.in_code => {
                self.copy(piece.range.clone());
                after
            }
            Token::Close { .. } => after,
            Token::Open { family, name, arguments, .. } => self.open(at, piece, *family, name, arguments),
        }
    }

    fn open(&mut self, at: usize, piece: &Piece, family: Family, name: &str, arguments: &Arguments) -> (usize, usize) {
        let after = (at + 1, piece.range.end);
        if let Some(address) = self.address(name, arguments) {
            match address {
                Ok(address) => {
                    self.take_back_site(&address);
                    self.insert(&address, piece);
                }
                Err(fault) => {
                    self.faults.push((fault, piece.range.clone()));
                    self.dead(piece);
                }
            }
            return after;
        }
        if piece.in_code {
            self.copy(piece.range.clone());
            return after;
        }
        let close = self.closes.get(at).copied().flatten();
        let end = close.and_then(|close| self.pieces.get(close)).map(|close| close.range.clone());
        if family == Family::Directive && end.is_none() {
            self.copy(piece.range.clone());
            return after;
        }
        if family == Family::Liquid
            && let Some(next) = self.control(at, piece, name, close)
        {
            return next;
        }
        // What a message calls it.
        let label = match (name, arguments.at(0)) {
            ("include" | "include_cached" | "render" | "include_relative" | "param" | "link", Some(first)) => format!("{name} {first}"),
            _ => name.to_owned(),
        };
        // Liquid's includes are files with arguments.
        let included: Arguments;
        let (name, arguments) = if family == Family::Liquid && matches!(name, "include" | "include_cached" | "render" | "include_relative")
        {
            included = self.included(arguments);
            (arguments.at(0).unwrap_or(name), &included)
        } else {
            (name, arguments)
        };
        let inner = end.as_ref().and_then(|end| self.text.get(piece.range.end..end.start));
        let whole = piece.range.start..end.as_ref().map_or(piece.range.end, |end| end.end);
        // Docusaurus' own example of a component.
        let is_own = family == Family::Jsx && name == "Highlight";
        let action = known::find(name, arguments, inner, self.context.words).filter(|_| !is_own).unwrap_or_else(|| {
            let text = arguments.get(&["text"]).filter(|_| end.is_none()).unwrap_or_default().to_owned();
            self.forget(family.show(&label), piece);
            self.out.insert(&text, piece.range.start);
            Action::Inner
        });
        match (action, close, end) {
            (Action::Html { block, inline }, _, _) => match self.alone(&whole) {
                Some(prefix) => self.block(&block, &prefix, whole.start, whole.end),
                None => self.out.insert(&inline, whole.start),
            },
            (Action::Around { before, after, is_block }, Some(close), Some(end)) => {
                let prefix = if is_block { self.alone(&whole) } else { Some(String::new()) };
                let inside = piece.range.end..end.start;
                match prefix {
                    Some(prefix) if is_block => {
                        self.out.insert(&format!("{before}\n{prefix}\n{prefix}"), whole.start);
                        self.inner(at + 1..close, inside);
                        self.out.trim_line();
                        let gap = if self.out.text.ends_with('\n') { "" } else { "\n" };
                        self.out.insert(&format!("{gap}{}\n", prefix.trim_end()), end.start);
                        self.block(&format!("{prefix}{after}"), &prefix, end.start, end.end);
                    }
                    Some(_) => {
                        self.out.insert(&before, whole.start);
                        self.inner(at + 1..close, inside);
                        self.out.insert(&after, end.start);
                    }
                    None => self.inner(at + 1..close, inside),
                }
            }
            (Action::Code(language), Some(_), Some(_)) => self.code(inner.unwrap_or_default(), &language, &whole),
            (Action::Math, Some(_), Some(_)) => {
                let tex = inner.unwrap_or_default().trim();
                let marks = if self.alone(&whole).is_some() { "$$" } else { "$" };
                self.out.insert(&format!("{marks}{tex}{marks}"), whole.start);
            }
            (Action::Inner, Some(close), Some(end)) => self.inner(at + 1..close, piece.range.end..end.start),
            _ => {}
        }
        (close.map_or(at + 1, |close| close + 1), whole.end)
    }

    /// Takes back a site's address that stands before one which is whole already: Jekyll's own tags give paths, so that
    /// people write `{{ site.baseurl }}` before them.
    fn take_back_site(&mut self, address: &str) {
        let links = self.context.links;
        let (Some(start), true) = (self.out.open_address(), address.contains("://")) else { return };
        let (url, base) = (links.site("url").unwrap_or_default(), links.site("baseurl").unwrap_or_default());
        let before = self.out.text.get(start..).unwrap_or_default();
        if [url.clone(), format!("{url}{base}"), base].contains(&before.trim_end_matches('/').to_owned()) {
            self.out.truncate(start);
        }
    }

    /// Calls that stand for an address or for words of the page.
    fn address(&self, name: &str, arguments: &Arguments) -> Option<Result<String, Diagnostic>> {
        let links = self.context.links;
        match name {
            "ref" | "relref" => {
                let path = arguments.get_or(&["path"], 0)?;
                let path = path.strip_suffix(',').unwrap_or(path);
                Some(links.reference(Reference::Page { path, language: arguments.get(&["lang"]) }))
            }
            "post_url" | "post_link" | "post_path" => Some(links.reference(Reference::Post(arguments.at(0)?))),
            "link" if arguments.named.is_empty() && arguments.listed.len() == 1 => {
                let path = arguments.at(0)?;
                (!path.starts_with("http")).then(|| links.reference(Reference::File(path)))
            }
            "param" => {
                let name = arguments.at(0)?;
                (self.context.page)(name).or_else(|| links.site(name)).map(Ok)
            }
            _ => None,
        }
    }

    /// Liquid's tags that decide, repeat and remember.
    fn control(&mut self, at: usize, piece: &Piece, name: &str, close: Option<usize>) -> Option<(usize, usize)> {
        let inside = self.text.get(piece.range.start + 2..piece.range.end - 2)?.trim_matches('-').trim();
        let rest = inside.strip_prefix(name).unwrap_or_default().trim();
        let after = match close {
            Some(close) => (close + 1, self.pieces.get(close)?.range.end),
            None => (at + 1, piece.range.end),
        };
        match name {
            "assign" | "set" => {
                if let Some((variable, expression)) = rest.split_once('=') {
                    let variable = variable.trim().to_owned();
                    match self.scope.evaluate(expression) {
                        Some(value) => self.scope.variables.insert(variable, value),
                        None => self.scope.variables.remove(&variable),
                    };
                }
            }
            "capture" | "comment" | "macro" | "cycle" | "increment" | "decrement" | "break" | "continue" | "import" | "from"
            | "extends" => {}
            "for" | "tablerow" => {
                let close = close?;
                let words: Vec<&str> = rest.splitn(3, char::is_whitespace).collect();
                let ([variable, "in", list], true) = (words.as_slice(), self.budget > 0) else { return Some(after) };
                // `limit:2 reversed` and the like.
                let list = list.split(" limit").next().and_then(|list| list.split(" reversed").next()).unwrap_or(list);
                let Some(values) = self.scope.list(list) else {
                    self.forget(Family::Liquid.show(name), piece);
                    return Some(after);
                };
                let end = self.pieces.get(close)?.range.start;
                for value in values.into_iter().take(1000) {
                    if self.budget == 0 {
                        break;
                    }
                    self.budget = self.budget.saturating_sub(16);
                    self.scope.variables.insert((*variable).to_owned(), Value::Text(value));
                    self.run(at + 1..close, piece.range.end..end);
                }
                self.scope.variables.remove(*variable);
            }
            "if" | "unless" | "ifchanged" | "case" => {
                let close = close?;
                self.forget(Family::Liquid.show(name), piece);
                let from = if name == "case" { self.branch_end(at + 1, close) + 1 } else { at + 1 };
                let end = self.branch_end(from, close);
                if let (Some(first), Some(last)) = (self.pieces.get(from.saturating_sub(1)), self.pieces.get(end)) {
                    self.run(from..end, first.range.end..last.range.start);
                }
            }
            _ => return None,
        }
        Some(after)
    }

    /// The token that ends the branch which begins there: an `else` of the same level, or the end of all.
    fn branch_end(&self, from: usize, close: usize) -> usize {
        let mut at = from;
        while at < close {
            if let Some(Piece { token: Token::Open { family: Family::Liquid, name, .. }, .. }) = self.pieces.get(at)
                && matches!(name.as_str(), "else" | "elsif" | "elif" | "when")
            {
                return at;
            }
            at = self.closes.get(at).copied().flatten().map_or(at + 1, |close| close + 1);
        }
        close
    }

    /// The arguments of an include, whose values may be variables.
    fn included(&self, arguments: &Arguments) -> Arguments {
        let known = |value: &String| self.scope.evaluate(value).map_or_else(|| value.clone(), |value| value.text());
        let named = arguments.named.iter().map(|(name, value)| (name.clone(), known(value))).collect();
        Arguments { listed: arguments.listed.get(1..).unwrap_or_default().to_vec(), named }
    }

    /// Puts a text or an address in.
    fn insert(&mut self, text: &str, piece: &Piece) {
        self.budget = self.budget.saturating_sub(text.len());
        if self.budget == 0 {
            return;
        }
        match self.out.open_address() {
            // Spaces and brackets would end a Markdown address.
            Some(_) => {
                let escaped: String = text
                    .chars()
                    .map(|c| match c {
                        ' ' => "%20".to_owned(),
                        '(' => "%28".to_owned(),
                        ')' => "%29".to_owned(),
                        c => c.to_string(),
                    })
                    .collect();
                self.out.insert(&escaped, piece.range.start);
            }
            None => self.out.insert(text, piece.range.start),
        }
    }

    /// Leaves something out that readers will miss.
    fn forget(&mut self, name: String, piece: &Piece) {
        self.first_unknown.get_or_insert(piece.range.clone());
        if !self.unknown.contains(&name) && self.unknown.len() < 100 {
            self.unknown.push(name);
        }
        self.dead(piece);
    }

    /// An address of which a part isn't known leads nowhere.
    fn dead(&mut self, piece: &Piece) {
        if let Some(start) = self.out.open_address() {
            self.out.spoil_address(start, piece.range.start);
            debug_assert!(self.out.text.contains(NOWHERE));
        }
    }

    /// The text inside of a call, without the spaces that all its lines begin with.
    fn inner(&mut self, pieces: Range<usize>, text: Range<usize>) {
        let lines = self.text.get(text.clone()).unwrap_or_default();
        let spaces = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
        // What stands beside the call isn't indented, and the last line is the end's own.
        let common = match lines.split_once('\n') {
            Some((_, rest)) => rest.lines().filter(|line| !line.trim().is_empty()).map(spaces).min().unwrap_or(0),
            None => 0,
        };
        let outer = self.indent;
        // In a list the spaces belong to the list.
        let own = line_before(self.text, text.start).map_or(0, spaces);
        self.indent = if common > own { outer.max(common) } else { outer };
        self.run(pieces, text);
        self.indent = outer;
    }

    /// What stands before the place on its lines (a quotation's marks, a list's spaces), if nothing else does and
    /// nothing stands after it.
    fn alone(&self, place: &Range<usize>) -> Option<String> {
        let before = line_before(self.text, place.start)?;
        if self.text.get(place.end..)?.chars().find(|c| *c == '\n' || !c.is_whitespace()).is_some_and(|c| c != '\n') {
            return None;
        }
        let mut prefix = String::new();
        let mut words = before.chars().peekable();
        while let Some(c) = words.next() {
            match c {
                ' ' | '\t' | '>' => prefix.push(c),
                '-' | '*' | '+' if words.peek() == Some(&' ') => prefix.push(' '),
                '0'..='9' => prefix.push(' '),
                '.' | ')' if prefix.ends_with(' ') && words.peek() == Some(&' ') => prefix.push(' '),
                _ => return None,
            }
        }
        let indent = self.indent.min(prefix.len() - prefix.trim_start_matches([' ', '\t']).len());
        prefix.get(indent..).map(str::to_owned)
    }

    /// HTML on lines of its own: the next line is Markdown again.
    fn block(&mut self, html: &str, prefix: &str, start: usize, end: usize) {
        // Four spaces would make code of it.
        if prefix.trim_start_matches([' ', '\t']).is_empty() && prefix.len() >= 4 && !self.is_in_list(start) {
            self.out.trim_line();
        }
        self.out.insert(html, start);
        if self.markup != Markup::Html {
            self.out.insert(&format!("\n{}", prefix.trim_end()), end);
        }
    }

    /// Whether an item of a list begins above, with nothing but indented lines between.
    fn is_in_list(&self, at: usize) -> bool {
        let above = self.text.get(..at).unwrap_or_default();
        let mut lines = above.lines().rev().skip(1).take(50).filter(|line| !line.trim().is_empty());
        lines.find(|line| !line.starts_with("    ") && !line.starts_with('\t')).is_some_and(|line| {
            let line = line.trim_start();
            line.starts_with(['-', '*', '+']) || line.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with(['.', ')'])
        })
    }

    fn code(&mut self, inner: &str, language: &str, whole: &Range<usize>) {
        let inner = &without_raw(inner);
        let language: String = language.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '+' | '#' | '.')).collect();
        let longest = inner.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let prefix = self.alone(whole);
        if self.markup == Markup::Html {
            let code = html_escape::encode_text(inner.trim_matches('\n'));
            let class = if language.is_empty() { String::new() } else { format!(" class=\"language-{language}\"") };
            return self.out.insert(&format!("<pre><code{class}>{code}</code></pre>"), whole.start);
        }
        let Some(prefix) = prefix.filter(|_| inner.contains('\n') || self.alone(whole).is_some()) else {
            let marks = "`".repeat(longest + 1);
            let gap = if longest > 0 { " " } else { "" };
            return self.out.insert(&format!("{marks}{gap}{}{gap}{marks}", inner.trim().replace('\n', " ")), whole.start);
        };
        let marks = "`".repeat((longest + 1).max(3));
        let mut block = format!("{marks}{language}\n");
        let lines: Vec<&str> = inner.trim_end().lines().collect();
        let lines = if lines.first().is_some_and(|line| line.trim().is_empty()) { lines.get(1..).unwrap_or_default() } else { &lines };
        let common = prefix
            .len()
            .min(lines.iter().filter(|line| !line.trim().is_empty()).map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0));
        for line in lines {
            block.push_str(&prefix);
            block.push_str(line.get(common..).unwrap_or_default());
            block.push('\n');
        }
        block.push_str(&prefix);
        block.push_str(&marks);
        self.block(&block, &prefix, whole.start, whole.end);
    }
}

/// Code without the marks that keep Liquid from reading it.
fn without_raw(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some((before, after)) = rest.split_once("{%") {
        let tag = after.split_once("%}").map(|(tag, after)| (tag.trim_matches('-').trim(), after));
        out.push_str(before);
        match tag {
            Some(("raw" | "endraw", after)) => rest = after,
            _ => {
                out.push_str("{%");
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}
