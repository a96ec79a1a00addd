//! Permalink patterns: Hugo's and Jekyll's `:tokens`, Pelican's `{tokens}`, and Zola's paths (`:path`).

use super::dialect::Dialect;
use super::layout::go_layout;
use super::slug::{Slugs, hugo_lower};
use super::tokens::{Parts, Token, brace_token, colon_token, sections_range};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    /// A token's name as written, and what it stands for.
    Token(String, Token),
    /// `{date:%Y/%m}`, as Pelican writes it.
    Date(String),
    /// `:2006`, as Hugo writes it: the layout in chrono's words.
    Layout(String),
}

/// A permalink pattern, read once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pattern {
    pieces: Vec<Piece>,
}

impl Pattern {
    /// Reads a pattern; the error is what is wrong and how to mend it.
    pub fn parse(text: &str) -> Result<Pattern, (String, String)> {
        // Jekyll's styles have names.
        let text = match text {
            "date" => "/:categories/:year/:month/:day/:title:output_ext",
            "pretty" => "/:categories/:year/:month/:day/:title/",
            "ordinal" => "/:categories/:year/:y_day/:title:output_ext",
            "weekdate" => "/:categories/:year/W:week/:short_day/:title:output_ext",
            "none" => "/:categories/:title:output_ext",
            other => other,
        };
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find([':', '{']) {
            let is_brace = rest.as_bytes()[at] == b'{';
            // Hugo's `\:` is a colon.
            if let Some(before) = rest[..at].strip_suffix('\\').filter(|_| !is_brace) {
                push_text(&mut pieces, &format!("{before}:"));
                rest = &rest[at + 1..];
                continue;
            }
            push_text(&mut pieces, &rest[..at]);
            rest = &rest[at + 1..];
            if is_brace {
                let end = rest
                    .find('}')
                    .ok_or_else(|| ("`{` in the permalink pattern is never closed".to_owned(), "close it with `}`".to_owned()))?;
                pieces.push(brace_token(&rest[..end])?);
                rest = &rest[end + 1..];
                continue;
            }
            let len = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            let (word, after) = rest.split_at(len);
            rest = after;
            if word.is_empty() {
                push_text(&mut pieces, ":");
                continue;
            }
            // Jekyll: `:year_:month` is `:year`, an underscore and `:month`.
            let name = if colon_token(word).is_none() && word.ends_with('_') { word.trim_end_matches('_') } else { word };
            let Some(mut token) = colon_token(name) else {
                pieces.push(Piece::Layout(go_layout(word).ok_or_else(|| unknown(&format!(":{word}"), COLON_TOKENS))?));
                continue;
            };
            if let (Token::Sections { .. } | Token::SectionSlugs { .. }, Some(range)) = (token, rest.strip_prefix('[')) {
                let end = range
                    .find(']')
                    .ok_or_else(|| ("`[` in the permalink pattern is never closed".to_owned(), "close it with `]`".to_owned()))?;
                token = sections_range(token, &range[..end]).ok_or_else(|| {
                    (
                        format!("`:{name}[{}]` is no range of sections", &range[..end]),
                        "write it as :sections[1], :sections[1:] or :sections[:last]".to_owned(),
                    )
                })?;
                rest = &range[end + 1..];
            }
            pieces.push(Piece::Token(format!(":{name}"), token));
            push_text(&mut pieces, &word[name.len()..]);
        }
        push_text(&mut pieces, rest);
        Ok(Pattern { pieces })
    }

    /// Whether the language is part of the address.
    pub fn names_language(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Token(_, Token::Language)))
    }

    /// The path below the site, with a slash first; the error is the token that has no value. Parts of a date that the
    /// entry hasn't are left out, and so is the slash after them.
    pub fn expand(&self, parts: &Parts) -> Result<String, String> {
        let mut out = String::with_capacity(64);
        out.push('/');
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Date(format) | Piece::Layout(format) => {
                    out.push_str(&parts.date.map(|date| date.format(format).to_string()).unwrap_or_default());
                }
                Piece::Token(name, token) => {
                    let value = token.value(parts).ok_or_else(|| name.clone())?;
                    // The site's own path is whole: a token without a value leaves no double slash.
                    if value.is_empty() && out.ends_with('/') {
                        continue;
                    }
                    out.push_str(&value);
                }
            }
        }
        // Hugo's addresses are in small letters, whatever the pattern says, and folders unless they're ugly
        // (`uglyURLs`), which `:output_ext` at the end says.
        let is_file = matches!(self.pieces.last(), Some(Piece::Token(_, Token::Extension)));
        let end = if is_file { "" } else { "/" };
        let out = match parts.dialect {
            Dialect::Hugo if parts.slugs == Slugs::Case => out + end,
            Dialect::Hugo => hugo_lower(&(out + end)),
            _ => out,
        };
        Ok(collapse(&out))
    }
}

/// Runs of slashes become one.
pub(super) fn collapse(path: &str) -> String {
    if !path.contains("//") {
        return path.to_owned();
    }
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        if c != '/' || !out.ends_with('/') {
            out.push(c);
        }
    }
    out
}

fn push_text(pieces: &mut Vec<Piece>, text: &str) {
    if let (false, Some(Piece::Text(before))) = (text.is_empty(), pieces.last_mut()) {
        before.push_str(text);
    } else if !text.is_empty() {
        pieces.push(Piece::Text(text.to_owned()));
    }
}

const COLON_TOKENS: &str =
    ":year :month :day :title :slug :filename :section :sections :categories :path (see the table of permalinks in the documentation)";

pub(super) fn unknown(token: &str, known: &str) -> (String, String) {
    (format!("`{token}` is not a token of permalink patterns"), format!("use {known}"))
}

#[cfg(test)]
#[path = "permalink_tests.rs"]
mod tests;
