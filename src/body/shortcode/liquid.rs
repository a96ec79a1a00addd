//! Liquid's tags and outputs, as Jekyll and Eleventy use them; Nunjucks' look the same.

use super::token::{Arguments, Cursor, Family, Token, find_near};
use std::ops::Range;

/// Tags that nothing but a template has.
const KNOWN_TAGS: [&str; 38] = [
    "asset_img",
    "assign",
    "block",
    "blockquote",
    "break",
    "capture",
    "case",
    "codeblock",
    "comment",
    "cycle",
    "decrement",
    "details",
    "extends",
    "for",
    "gist",
    "highlight",
    "if",
    "image",
    "img",
    "include",
    "include_cached",
    "include_relative",
    "increment",
    "link",
    "liquid",
    "macro",
    "post_link",
    "post_url",
    "quote",
    "raw",
    "render",
    "set",
    "shortcode",
    "tablerow",
    "tweet",
    "unless",
    "vimeo",
    "youtube",
];

/// Whether a tag's name shows that a file is a template.
pub fn is_known_tag(name: &str) -> bool {
    KNOWN_TAGS.binary_search(&name).is_ok() || name.strip_prefix("end").is_some_and(|name| KNOWN_TAGS.binary_search(&name).is_ok())
}

/// Whether an expression shows that a file is a template.
pub fn is_known_value(expression: &str) -> bool {
    let expression = expression.trim();
    ["site.", "page.", "include.", "layout.", "collections.", "eleventy.", "jekyll."].iter().any(|prefix| expression.starts_with(prefix))
        || expression.split('|').skip(1).any(|filter| {
            let name = filter.trim().split([':', '(', ' ']).next().unwrap_or_default();
            matches!(name, "relative_url" | "absolute_url" | "url" | "markdownify" | "slugify" | "xml_escape" | "date_to_string")
        })
}

/// End tags that were looked for and aren't there: nobody looks again.
pub type Missing = Vec<String>;

/// Reads the tag or output that begins here. What is raw, or a comment, is passed over whole: the places of all tokens.
pub fn read(text: &str, at: usize, missing: &mut Missing) -> Option<Vec<(Token, Range<usize>)>> {
    let rest = text.get(at..)?;
    if rest.starts_with("{{") {
        let end = find_near(text, at + 2, "}}")?;
        let expression = text.get(at + 2..end)?.trim_matches('-').trim();
        // `{{{x}}}` and code in braces are no outputs.
        let is_output = !expression.is_empty() && !expression.starts_with('{') && !expression.contains("{{");
        return is_output.then(|| vec![(Token::Value(expression.to_owned()), at..end + 2)]);
    }
    if rest.starts_with("{#") {
        let end = find_near(text, at + 2, "#}")?;
        return Some(vec![(Token::Nothing, at..end + 2)]);
    }
    let (inside, end) = tag_at(text, at)?;
    let mut cursor = Cursor::new(inside, 0);
    cursor.skip_space();
    let name = cursor.name("").to_owned();
    if name.is_empty() {
        return None;
    }
    if matches!(name.as_str(), "raw" | "comment" | "verbatim") {
        if missing.contains(&name) {
            return None;
        }
        let Some((close, close_end)) = find_end(text, end, &format!("end{name}")) else {
            missing.push(name);
            return None;
        };
        return Some(if name == "comment" {
            vec![(Token::Nothing, at..close_end)]
        } else {
            vec![(Token::Nothing, at..end), (Token::Nothing, close..close_end)]
        });
    }
    let family = Family::Liquid;
    let token = match name.strip_prefix("end") {
        Some(name) => Token::Close { family, name: name.to_owned() },
        None => Token::Open { family, arguments: arguments(cursor.rest().trim()), is_void: is_void(&name), name },
    };
    Some(vec![(token, at..end)])
}

/// Tags that hold nothing, so that no later end is theirs.
fn is_void(name: &str) -> bool {
    matches!(
        name,
        "assign" | "else" | "elsif" | "elif" | "when" | "include" | "link" | "post_url" | "include_relative" | "break" | "continue"
    )
}

/// The inside of the tag that begins here, and where it ends.
fn tag_at(text: &str, at: usize) -> Option<(&str, usize)> {
    text.get(at..)?.strip_prefix("{%")?;
    let end = find_near(text, at + 2, "%}")?;
    let inside = text.get(at + 2..end)?;
    // `{%-`, `-%}`, and Nunjucks' the same.
    Some((inside.strip_prefix('-').unwrap_or(inside).trim_end_matches('-'), end + 2))
}

/// The end tag of that name: where it begins and where it ends.
fn find_end(text: &str, from: usize, name: &str) -> Option<(usize, usize)> {
    let rest = text.as_bytes().get(from..)?;
    memchr::memmem::find_iter(rest, b"{%").find_map(|start| {
        let (inside, end) = tag_at(text, from + start)?;
        (inside.trim() == name).then_some((from + start, end))
    })
}

/// What stands after a tag's name: words, texts in quotes, `key=value` and `key: value`; commas only part them.
fn arguments(text: &str) -> Arguments {
    let mut arguments = Arguments::default();
    let mut cursor = Cursor::new(text, 0);
    loop {
        cursor.take_while(|c| c.is_whitespace() || c == ',');
        if cursor.rest().is_empty() {
            return arguments;
        }
        let (value, is_quoted) = match cursor.quoted("\"'") {
            Some(quoted) => (quoted, true),
            None => {
                let word = cursor.take_while(|c| !c.is_whitespace() && !matches!(c, ',' | '='));
                (word.to_owned(), false)
            }
        };
        let after = cursor.at;
        cursor.skip_space();
        let key = value.trim_end_matches(':').to_owned();
        let is_key = !is_quoted
            && !key.is_empty()
            && (cursor.take("=") || value.ends_with(':') && key.chars().all(|c| c.is_alphanumeric() || c == '_'));
        if is_key {
            cursor.skip_space();
            let value = match cursor.quoted("\"'") {
                Some(quoted) => quoted,
                None => cursor.take_while(|c| !c.is_whitespace() && c != ',').to_owned(),
            };
            arguments.named.push((key, value));
        } else {
            cursor.at = after;
            arguments.listed.push(value);
            // A sign that is no part of any word.
            if cursor.take("=") {
                cursor.take("=");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str) -> Option<Token> {
        read(text, 0, &mut Vec::new()).and_then(|tokens| tokens.into_iter().next()).map(|(token, _)| token)
    }

    #[test]
    fn the_table_of_tags_is_in_order() {
        assert!(KNOWN_TAGS.is_sorted());
        assert!(is_known_tag("endraw") && is_known_tag("post_url") && !is_known_tag("end") && !is_known_tag("x"));
    }

    #[test]
    fn tags_have_arguments_of_many_kinds() {
        for (text, listed, named) in [
            ("{% post_url 2013-05-06-a %}", vec!["2013-05-06-a"], vec![]),
            ("{%- include figure.html src=\"a b.png\" caption='c' -%}", vec!["figure.html"], vec![("src", "a b.png"), ("caption", "c")]),
            ("{% highlight ruby linenos %}", vec!["ruby", "linenos"], vec![]),
            ("{% image \"./a.png\", \"An alt\" %}", vec!["./a.png", "An alt"], vec![]),
            ("{% render 'x', a: \"b\", c: 1 %}", vec!["x"], vec![("a", "b"), ("c", "1")]),
            ("{% link\n  _posts/a.md %}", vec!["_posts/a.md"], vec![]),
            ("{% codeblock lang:ruby %}", vec!["lang:ruby"], vec![]),
        ] {
            let Some(Token::Open { arguments, .. }) = first(text) else { panic!("{text}") };
            assert_eq!(arguments.listed, listed, "{text}");
            let named: Vec<(String, String)> = named.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
            assert_eq!(arguments.named, named, "{text}");
        }
        assert_eq!(first("{% endif %}"), Some(Token::Close { family: Family::Liquid, name: "if".into() }));
        assert_eq!(first("{{- page.title | upcase -}}"), Some(Token::Value("page.title | upcase".into())));
    }

    #[test]
    fn raw_text_and_comments_are_passed_over() {
        let places = |text: &str| -> Option<Vec<(usize, usize)>> {
            read(text, 0, &mut Vec::new()).map(|tokens| tokens.into_iter().map(|(_, range)| (range.start, range.end)).collect())
        };
        assert_eq!(places("{% raw %}{{ x }}{% endraw %}"), Some(vec![(0, 9), (16, 28)]));
        assert_eq!(places("{% raw %}{% raw %}{%- endraw -%}"), Some(vec![(0, 9), (18, 32)]));
        assert_eq!(places("{% comment %} {% if %} {% endcomment %}x"), Some(vec![(0, 39)]));
        assert_eq!(places("{% raw %} never"), None);
    }

    #[test]
    fn what_is_none_stays() {
        for text in ["{{}}", "{{", "{{{x}}}", "{%", "{% %}", "{% x", "{x}"] {
            assert_eq!(first(text), None, "{text}");
        }
        assert!(is_known_value("site.url") && is_known_value("\"/a\" | relative_url") && !is_known_value("subscriber.name"));
    }
}
