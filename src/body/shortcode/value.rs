//! Liquid's expressions, as far as a body's own text and its page decide them.

use super::token::{Cursor, Family};
use std::collections::HashMap;

/// No value is longer, in bytes.
const MAX_VALUE: usize = 1 << 16;

/// What an expression gives.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Text(String),
    List(Vec<String>),
}

/// What expressions can know.
pub struct Scope<'a> {
    /// Variables that the text itself gives a value.
    pub variables: HashMap<String, Value>,
    /// A field of the page.
    pub page: &'a dyn Fn(&str) -> Option<String>,
    /// A field of the site.
    pub site: &'a dyn Fn(&str) -> Option<String>,
}

impl Scope<'_> {
    /// The value of an expression with its filters; `None` if anything in it is not known.
    pub fn evaluate(&self, expression: &str) -> Option<Value> {
        let mut cursor = Cursor::new(expression.trim(), 0);
        let mut value = self.operand(&mut cursor);
        loop {
            cursor.skip_space();
            if cursor.rest().is_empty() {
                return value;
            }
            if !cursor.take("|") {
                return None;
            }
            cursor.skip_space();
            let name = cursor.name("").to_owned();
            let mut arguments = Vec::new();
            if cursor.take(":") || cursor.take("(") {
                loop {
                    cursor.skip_space();
                    arguments.push(self.operand(&mut cursor)?.text());
                    cursor.skip_space();
                    if !cursor.take(",") {
                        cursor.take(")");
                        break;
                    }
                }
            }
            if name == "default" && value.is_none() {
                value = arguments.into_iter().next().map(Value::Text);
                continue;
            }
            // A text that doubles itself again and again ends somewhere.
            value = self.filter(value?, &name, &arguments).filter(|value| value.text().len() <= MAX_VALUE);
            value.as_ref()?;
        }
    }

    fn operand(&self, cursor: &mut Cursor<'_>) -> Option<Value> {
        if let Some(text) = cursor.quoted("\"'") {
            return Some(Value::Text(text));
        }
        let word = cursor.name(".[]'\"");
        if word.parse::<f64>().is_ok() || matches!(word, "true" | "false") {
            return Some(Value::Text(word.to_owned()));
        }
        if let Some(value) = self.variables.get(word) {
            return Some(value.clone());
        }
        let Some((object, field)) = word.split_once('.') else {
            // Eleventy gives a page's own fields without a prefix.
            return (self.page)(word).filter(|_| !word.is_empty()).map(Value::Text);
        };
        match object {
            "page" => (self.page)(field),
            "site" => (self.site)(field),
            _ => None,
        }
        .map(Value::Text)
    }

    fn filter(&self, value: Value, name: &str, arguments: &[String]) -> Option<Value> {
        let argument = |at: usize| arguments.get(at).map(String::as_str);
        if name == "split" {
            let text = value.text();
            return Some(Value::List(text.split(argument(0)?).filter(|part| !part.is_empty()).take(1000).map(str::to_owned).collect()));
        }
        if let Value::List(values) = &value {
            return match name {
                "first" => values.first().cloned().map(Value::Text),
                "last" => values.last().cloned().map(Value::Text),
                "size" => Some(Value::Text(values.len().to_string())),
                "join" => Some(Value::Text(values.join(argument(0).unwrap_or(" ")))),
                "sort" | "uniq" | "reverse" => None,
                _ => None,
            };
        }
        let text = value.text();
        let base = || (self.site)("baseurl");
        let rooted = |text: &str| if text.starts_with('/') { text.to_owned() } else { format!("/{text}") };
        Some(Value::Text(match name {
            "relative_url" | "url" if text.contains("://") => text,
            "relative_url" | "url" => format!("{}{}", base()?, rooted(&text)),
            "absolute_url" if text.contains("://") => text,
            "absolute_url" => format!("{}{}{}", (self.site)("url")?, base()?, rooted(&text)),
            "prepend" => format!("{}{text}", argument(0)?),
            "append" => format!("{text}{}", argument(0)?),
            "upcase" | "upper" => text.to_uppercase(),
            "downcase" | "lower" => text.to_lowercase(),
            "capitalize" => {
                let mut chars = text.chars();
                chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
            }
            "strip" | "trim" | "lstrip" | "rstrip" | "strip_newlines" => text.trim().to_owned(),
            "remove" => text.replace(argument(0)?, ""),
            "replace" => text.replace(argument(0).filter(|from| !from.is_empty())?, argument(1).unwrap_or_default()),
            "slugify" | "slug" => {
                let kept: String = text.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
                kept.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
            }
            "escape" | "escape_once" | "xml_escape" | "markdownify" | "safe" | "smartify" | "default" | "strip_html" | "raw" => text,
            _ => return None,
        }))
    }

    /// What a loop runs over.
    pub fn list(&self, expression: &str) -> Option<Vec<String>> {
        let range = expression.trim().strip_prefix('(').and_then(|range| range.strip_suffix(')')).and_then(|range| range.split_once(".."));
        if let Some((first, last)) = range {
            let number = |text: &str| self.evaluate(text)?.text().parse::<u16>().ok();
            return Some((number(first)?..=number(last)?).map(|number| number.to_string()).collect());
        }
        match self.evaluate(expression)? {
            Value::List(values) => Some(values),
            // A list of the front matter is told in one line.
            Value::Text(text) if expression.trim().starts_with("page.") => Some(text.split(", ").map(str::to_owned).collect()),
            Value::Text(_) => None,
        }
    }

    /// The name of an expression, for messages.
    pub fn show(expression: &str) -> String {
        let name = expression.split('|').next().unwrap_or_default().trim();
        match name.char_indices().nth(40) {
            Some((end, _)) => format!("`{{{{ {}… }}}}`", name.get(..end).unwrap_or_default()),
            None if name.is_empty() => Family::Liquid.show(""),
            None => format!("`{{{{ {name} }}}}`"),
        }
    }
}

impl Value {
    pub fn text(&self) -> String {
        match self {
            Value::Text(text) => text.clone(),
            Value::List(values) => values.concat(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evaluate(expression: &str) -> Option<String> {
        let page = |field: &str| (field == "title").then(|| "A title".to_owned());
        let site = |field: &str| match field {
            "url" => Some("https://x.org".to_owned()),
            "baseurl" => Some("/b".to_owned()),
            _ => None,
        };
        let variables = HashMap::from([("v".to_owned(), Value::List(vec!["1".into(), "2".into()]))]);
        Scope { variables, page: &page, site: &site }.evaluate(expression).map(|value| value.text())
    }

    #[test]
    fn what_the_text_and_the_page_say_is_known() {
        for (expression, expected) in [
            ("\"/a\" | relative_url", Some("/b/a")),
            ("'a' | absolute_url", Some("https://x.org/b/a")),
            ("'https://y.org' | relative_url", Some("https://y.org")),
            ("site.url", Some("https://x.org")),
            ("page.title | upcase | append: '!'", Some("A TITLE!")),
            ("\"a|b\" | split: \"|\" | last", Some("b")),
            ("v | join: ', '", Some("1, 2")),
            ("'Ab c' | slugify | prepend: '/x/#' | relative_url", Some("/b/x/#ab-c")),
            ("page.other | default: 'x'", Some("x")),
            ("'a-b' | replace: '-', '+'", Some("a+b")),
            ("site.repository", None),
            ("x", None),
            ("title", Some("A title")),
            ("'a' | unheard_of", None),
            ("'a' 'b'", None),
            ("", None),
        ] {
            assert_eq!(evaluate(expression).as_deref(), expected, "{expression}");
        }
    }

    #[test]
    fn loops_run_over_lists_and_ranges() {
        let nothing = |_: &str| None;
        let page = |field: &str| (field == "names").then(|| "a, b".to_owned());
        let scope = Scope { variables: HashMap::new(), page: &page, site: &nothing };
        assert_eq!(scope.list("page.names"), Some(vec!["a".into(), "b".into()]));
        assert_eq!(scope.list("(1..3)"), Some(vec!["1".into(), "2".into(), "3".into()]));
        assert_eq!(scope.list("'a,b' | split: ','"), Some(vec!["a".into(), "b".into()]));
        assert_eq!(scope.list("site.posts"), None);
    }
}
