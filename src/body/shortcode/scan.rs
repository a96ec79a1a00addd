//! Finds the tokens of a text: whose syntax it holds, and where.

use super::code::{Code, Kind};
use super::jsx::Imports;
use super::token::{Family, Piece, Token, find_near};
use super::{directive, hugo, jsx, liquid, zola};
use crate::entry::{Markup, Syntax};

/// Whose syntax a text holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Families {
    pub hugo: bool,
    pub zola: bool,
    pub liquid: bool,
    pub jsx: bool,
    pub pelican: bool,
    /// Whether spaces alone make code; in templates they are only spaces.
    pub has_indented_code: bool,
}

impl Families {
    /// By the generator that is known, else by what the text holds outside of code.
    pub fn find(text: &str, markup: Markup, syntax: Syntax, code: &Code) -> Families {
        let mut families = Families {
            hugo: syntax == Syntax::Hugo,
            zola: syntax == Syntax::Zola,
            liquid: syntax == Syntax::Liquid,
            jsx: markup == Markup::Mdx,
            pelican: syntax == Syntax::Pelican,
            has_indented_code: matches!(syntax, Syntax::Unknown | Syntax::Pelican) && markup != Markup::Mdx,
        };
        // TOML front matter is Hugo's or Zola's, and doesn't always say whose.
        let is_toml = families.hugo || families.zola;
        // Unheard-of tags are looked up in all the text, but not too many of them.
        let mut unheard = 20;
        let doubles = memchr::memchr_iter(b'{', text.as_bytes()).filter_map(|at| {
            let rest = text.get(at..)?;
            (rest.starts_with("{{") || rest.starts_with("{%")).then_some((at, rest))
        });
        for (at, rest) in doubles.take(MAX_FAILURES) {
            let is_hugo = rest.starts_with("{{<") || rest.starts_with("{{%");
            let is_escaped = is_hugo && rest.get(3..).is_some_and(|rest| rest.starts_with("/*"));
            if code.at(at).is_some() && !is_escaped {
                continue;
            }
            if is_hugo {
                families.hugo = families.hugo || hugo::read(text, at).is_some();
            } else if let Some((token, _)) = zola::read(text, at) {
                // Without arguments it might be anything, but for the end of a body.
                let is_certain = match &token {
                    Token::Open { arguments, is_void, .. } => !arguments.named.is_empty() || !is_void,
                    _ => true,
                };
                families.zola |= is_toml || is_certain;
            } else if !is_toml && !families.liquid && unheard > 0 {
                families.liquid = is_liquid(text, at);
                unheard -= 1;
            }
        }
        if markup == Markup::Markdown && !is_toml {
            families.jsx = has_import(text, code);
        }
        families
    }
}

/// Whether nothing but a template has this.
fn is_liquid(text: &str, at: usize) -> bool {
    if let Some(inside) = text.get(at..).and_then(|rest| rest.strip_prefix("{%")) {
        let name: String = inside.trim_start_matches('-').trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        return find_near(text, at, "%}").is_some() && (liquid::is_known_tag(&name) || text.contains(&format!("{{% end{name} ")));
    }
    find_near(text, at, "}}").and_then(|end| text.get(at + 2..end)).is_some_and(liquid::is_known_value)
}

fn has_import(text: &str, code: &Code) -> bool {
    let starts = std::iter::once(0).chain(memchr::memmem::find_iter(text.as_bytes(), b"\nimport ").map(|at| at + 1));
    starts.into_iter().any(|at| {
        let line = text.get(at..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        jsx::is_import(line) && code.at(at).is_none()
    })
}

/// So many braces may turn out to be nothing: each costs a look at what follows, and a file of braces must end too.
const MAX_FAILURES: usize = 10_000;

/// All tokens, in their order.
pub fn scan(text: &str, markup: Markup, families: Families, code: &Code) -> Vec<Piece> {
    let mut scanner =
        Scanner { text, markup, families, pieces: Vec::new(), imports: Imports::new(), missing: Vec::new(), ends: Vec::new() };
    let mut done = scanner.line(0, code.at(0).is_some()).unwrap_or(0);
    let mut failures = 0;
    for at in memchr::memchr3_iter(b'{', b'<', b'\n', text.as_bytes()) {
        if at < done {
            continue;
        }
        scanner.end_blocks(at);
        let in_code = match code.at(at) {
            Some((Kind::Marked, _)) => true,
            Some((Kind::Indented, _)) => families.has_indented_code,
            None => false,
        };
        let end = match text.as_bytes().get(at) {
            Some(b'{') => scanner.brace(at, in_code),
            Some(b'<') if !families.jsx || in_code => continue,
            Some(b'<') => jsx::read_tag(text, at, &scanner.imports).map(|(token, end)| scanner.push(token, at, end, false)),
            Some(b'\n') => scanner.line(at + 1, code.at(at + 1).is_some()),
            _ => None,
        };
        done = end.unwrap_or(done);
        failures += usize::from(end.is_none() && text.as_bytes().get(at) != Some(&b'\n'));
        if failures > MAX_FAILURES {
            break;
        }
    }
    scanner.end_blocks(text.len());
    scanner.pieces
}

struct Scanner<'t> {
    text: &'t str,
    markup: Markup,
    families: Families,
    pieces: Vec<Piece>,
    imports: Imports,
    missing: liquid::Missing,
    /// Where indented blocks end that are open.
    ends: Vec<usize>,
}

impl Scanner<'_> {
    fn push(&mut self, token: Token, start: usize, end: usize, in_code: bool) -> usize {
        self.pieces.push(Piece { range: start..end, token, in_code });
        end
    }

    /// Closes the indented blocks that have ended.
    fn end_blocks(&mut self, at: usize) {
        while let Some(end) = self.ends.pop_if(|end| *end <= at) {
            // Nothing is put before what stands already.
            let end = self.pieces.last().map_or(end, |piece| piece.range.end.max(end));
            self.push(Token::Close { family: Family::Directive, name: "!!!".to_owned() }, end, end, false);
        }
    }

    /// What a brace begins; where it ends.
    fn brace(&mut self, at: usize, in_code: bool) -> Option<usize> {
        let text = self.text;
        let rest = text.get(at..)?;
        let is_double = rest.starts_with("{{") || rest.starts_with("{%");
        if is_double {
            if self.families.hugo
                && let Some((token, end)) = hugo::read(text, at)
            {
                return Some(self.push(token, at, end, in_code));
            }
            if self.families.zola
                && let Some((token, end)) = zola::read(text, at)
            {
                return Some(self.push(token, at, end, in_code));
            }
        }
        if self.families.liquid
            && (is_double || rest.starts_with("{# "))
            && let Some(tokens) = liquid::read(text, at, &mut self.missing)
        {
            let mut end = at;
            for (token, range) in tokens {
                end = self.push(token, range.start, range.end, in_code);
            }
            return Some(end);
        }
        if in_code {
            return None;
        }
        if self.families.pelican && text.get(..at)?.ends_with("](") {
            // Python-Markdown lets spaces stand in an address.
            let (target, end) = directive::read_target(text, at)?;
            return Some(self.push(Token::Literal(target), at, end, false));
        }
        if self.families.jsx || rest.starts_with("{/*") && self.markup != Markup::Html {
            let (token, end) = jsx::read_expression(text, at, &self.imports)?;
            return Some(self.push(token, at, end, false));
        }
        None
    }

    /// What begins with a line; where it ends.
    fn line(&mut self, at: usize, in_code: bool) -> Option<usize> {
        if in_code || self.markup == Markup::Html {
            return None;
        }
        let text = self.text;
        let rest = text.get(at..)?;
        if self.families.jsx
            && (rest.starts_with("import ") || rest.starts_with("export "))
            && let Some(end) = jsx::read_module(text, at, &mut self.imports)
        {
            return Some(self.push(Token::Nothing, at, end, false));
        }
        let line = rest.split('\n').next()?;
        let words = line.trim();
        if (line.starts_with("!!! ") || line.starts_with("??? ") || line.starts_with("???+ "))
            && let Some((token, end)) = directive::read_indented(text, at)
        {
            self.ends.push(end);
            return Some(self.push(token, at, at + line.trim_end().len(), false));
        }
        if words.starts_with(":::") {
            let token = directive::read_fence(line)?;
            let start = at + (line.len() - line.trim_start().len());
            return Some(self.push(token, start, start + words.len(), false));
        }
        None
    }
}

/// For each token that opens something, the one that closes it.
pub fn pair(pieces: &[Piece]) -> Vec<Option<usize>> {
    // Deeper ones hold nothing: no text needs them, and each costs stack.
    const MAX_DEPTH: usize = 40;
    let mut closes = vec![None; pieces.len()];
    let mut open: Vec<usize> = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        match &piece.token {
            Token::Open { is_void: false, .. } if !piece.in_code && open.len() < MAX_DEPTH => open.push(at),
            Token::Close { family, name } if !piece.in_code => {
                let is_meant = |at: &usize| match pieces.get(*at).map(|piece| &piece.token) {
                    Some(Token::Open { family: opened, name: known, .. }) => {
                        opened == family
                            && (matches!(name.as_str(), "" | "!!!") && matches!(family, Family::Zola | Family::Directive) || name == known)
                    }
                    _ => false,
                };
                if let Some(depth) = open.iter().rposition(is_meant) {
                    if let Some(slot) = open.get(depth).and_then(|opened| closes.get_mut(*opened)) {
                        *slot = Some(at);
                    }
                    open.truncate(depth);
                }
            }
            _ => {}
        }
    }
    closes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn families(text: &str, syntax: Syntax) -> Families {
        Families::find(text, Markup::Markdown, syntax, &Code::find(text, Markup::Markdown))
    }

    #[test]
    fn generators_are_known_by_what_only_they_write() {
        let names = |text: &str, syntax| {
            let found = families(text, syntax);
            let flags = [(found.hugo, "hugo"), (found.zola, "zola"), (found.liquid, "liquid"), (found.jsx, "jsx")];
            flags.into_iter().filter(|(is, _)| *is).map(|(_, name)| name).collect::<Vec<_>>().join(" ")
        };
        for (text, expected) in [
            ("{{< x >}}", "hugo"),
            ("`{{</* x */>}}`", "hugo"),
            ("{{ youtube(id=\"x\") }}", "zola"),
            ("{% q() %}x{% end %}", "zola"),
            ("{% post_url x %}", "liquid"),
            ("{{ site.baseurl }}", "liquid"),
            ("{{ \"/x\" | relative_url }}", "liquid"),
            ("{% callout %}x{% endcallout %}", "liquid"),
            ("import A from './a'\n\n<A/>", "jsx"),
            ("`{% raw %}` and {{ x }} {{ subscriber.name }}, {{closure}}, 50 {% off", ""),
            ("```\nimport A from './a'\n{{< x >}}\n```", ""),
            ("    {% for x in y %}", ""),
            ("import duties rose from \"low\" to high", ""),
        ] {
            assert_eq!(names(text, Syntax::Unknown), expected, "{text}");
        }
        assert_eq!(names("{{ x }} {{ a() }}", Syntax::Zola), "zola");
        assert_eq!(names("{{ a() }}", Syntax::Hugo), "hugo zola");
        assert_eq!(names("{% if x %}", Syntax::Zola), "zola");
    }

    #[test]
    fn calls_are_closed_by_their_own_ends() {
        let text = "{{< a >}}{{< b >}}{{< a >}}{{< /a >}}{{< /a >}}{{< /c >}}";
        let pieces = scan(text, Markup::Markdown, families(text, Syntax::Hugo), &Code::default());
        assert_eq!(pair(&pieces), [Some(4), None, Some(3), None, None, None]);
    }
}
