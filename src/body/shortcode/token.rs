//! What the syntaxes of generators have in common: named calls with arguments, some with text inside.

use std::ops::Range;

/// Whose syntax a token is written in. Only tokens of one family open and close each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// `{{< name >}}`, `{{% name %}}`
    Hugo,
    /// `{{ name() }}`, `{% name() %}`
    Zola,
    /// `{% name %}`, also Nunjucks'
    Liquid,
    /// `<Name>`
    Jsx,
    /// `:::name`
    Directive,
}

impl Family {
    /// A call as its author writes it, for messages.
    pub fn show(self, name: &str) -> String {
        match self {
            Family::Hugo => format!("`{{{{< {name} >}}}}`"),
            Family::Zola => format!("`{name}()`"),
            Family::Liquid => format!("`{{% {name} %}}`"),
            Family::Jsx => format!("`<{name}>`"),
            Family::Directive => format!("`:::{name}`"),
        }
    }
}

/// What stands in the brackets of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arguments {
    /// By position.
    pub listed: Vec<String>,
    pub named: Vec<(String, String)>,
}

impl Arguments {
    /// The first argument that has one of the names, and is not empty.
    pub fn get(&self, names: &[&str]) -> Option<&str> {
        let value = |name: &&str| self.named.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str());
        names.iter().filter_map(value).find(|value| !value.is_empty())
    }

    /// The argument of that position, from 0.
    pub fn at(&self, position: usize) -> Option<&str> {
        self.listed.get(position).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The argument of one of the names, else of the position.
    pub fn get_or(&self, names: &[&str], position: usize) -> Option<&str> {
        self.get(names).or_else(|| self.at(position))
    }
}

/// One step in a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    Open {
        family: Family,
        name: String,
        arguments: Arguments,
        /// Whether nothing can stand inside.
        is_void: bool,
    },
    /// Ends the call of that name, or, without a name, the innermost one.
    Close { family: Family, name: String },
    /// `{{ page.title | upcase }}`: an expression of Liquid.
    Value(String),
    /// `{x}`: an expression of JSX, already as text if it is one.
    Expression(Option<String>),
    /// An escaped call: what it stands for.
    Literal(String),
    /// A comment, an import, an attribute list: it leaves nothing, and nobody misses it.
    Nothing,
}

/// A token and its place in the text, in bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    pub range: Range<usize>,
    pub token: Token,
    pub in_code: bool,
}

/// A reader of the inside of brackets.
#[derive(Clone, Debug)]
pub struct Cursor<'t> {
    pub text: &'t str,
    pub at: usize,
}

impl<'t> Cursor<'t> {
    pub fn new(text: &'t str, at: usize) -> Self {
        Cursor { text, at }
    }

    pub fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub fn skip_space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    /// Steps over the text, if it stands here.
    pub fn take(&mut self, text: &str) -> bool {
        let stands = self.rest().starts_with(text);
        self.at += if stands { text.len() } else { 0 };
        stands
    }

    /// Characters up to the first that is not wanted.
    pub fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    /// A name: letters, digits, `_`, `-` and what else is allowed.
    pub fn name(&mut self, others: &str) -> &'t str {
        self.take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-') || others.contains(c))
    }

    /// A text in quotes of one of the kinds; `\` escapes, but not in backquotes. `None` if it never ends.
    pub fn quoted(&mut self, kinds: &str) -> Option<String> {
        let quote = self.peek().filter(|c| kinds.contains(*c))?;
        let mut out = String::new();
        let mut chars = self.rest().char_indices().skip(1).take(MAX_LENGTH);
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' if quote != '`' => match chars.next()? {
                    (_, 'n') => out.push('\n'),
                    (_, c) => {
                        // Only quotes and the escape itself are escaped; LaTeX keeps its backslashes.
                        if c != quote && c != '\\' {
                            out.push('\\');
                        }
                        out.push(c);
                    }
                },
                c if c == quote => {
                    self.at += at + c.len_utf8();
                    return Some(out);
                }
                c => out.push(c),
            }
        }
        None
    }
}

/// No call is longer, in bytes: what never ends must not be looked for in all the rest, again and again.
pub const MAX_LENGTH: usize = 8192;

/// The place of a mark, if it is near.
pub fn find_near(text: &str, from: usize, mark: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let near = bytes.get(from..(from + MAX_LENGTH).min(bytes.len()))?;
    memchr::memmem::find(near, mark.as_bytes()).map(|at| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_texts_end_where_they_end() {
        let quoted = |text: &str| {
            let mut cursor = Cursor::new(text, 0);
            cursor.quoted("\"'`").map(|value| (value, cursor.at))
        };
        assert_eq!(quoted(r#""a \"b\" c" d"#), Some((r#"a "b" c"#.into(), 11)));
        assert_eq!(quoted("`a\\`"), Some(("a\\".into(), 4)));
        assert_eq!(quoted(r"'\frac \\ x'"), Some((r"\frac \ x".into(), 12)));
        assert_eq!(quoted("'é'"), Some(("é".into(), 4)));
        assert_eq!(quoted("\"never"), None);
        assert_eq!(quoted("\"\\"), None);
    }

    #[test]
    fn arguments_are_found_by_name_or_position() {
        let arguments = Arguments { listed: vec!["a".into()], named: vec![("Src".into(), "b".into()), ("x".into(), String::new())] };
        assert_eq!(arguments.get_or(&["src"], 0), Some("b"));
        assert_eq!(arguments.get_or(&["id", "x"], 0), Some("a"));
        assert_eq!(arguments.at(1), None);
    }
}
