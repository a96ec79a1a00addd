//! Hugo's shortcodes: `{{< name >}}` and `{{% name %}}`, with arguments by position or by name.

use super::token::{Arguments, Cursor, Family, Token, find_near};

/// Reads the shortcode that begins here; the token and where it ends.
pub fn read(text: &str, at: usize) -> Option<(Token, usize)> {
    let mut cursor = Cursor::new(text, at);
    let end_mark = match cursor.rest().get(..3)? {
        "{{<" => ">}}",
        "{{%" => "%}}",
        _ => return None,
    };
    cursor.at += 3;
    if cursor.take("/*") {
        let end = find_near(text, cursor.at, "*/")?;
        let inner = text.get(cursor.at..end)?;
        cursor.at = end + 2;
        let opening = text.get(at..at + 3)?;
        return cursor.take(end_mark).then(|| (Token::Literal(format!("{opening}{inner}{end_mark}")), cursor.at));
    }
    cursor.skip_space();
    let is_end = cursor.take("/");
    cursor.skip_space();
    let name = cursor.name("/.").to_owned();
    if name.is_empty() {
        return None;
    }
    // `{{< name/ >}}`, as well as `{{< name />}}`.
    let (name, mut is_void) = match name.strip_suffix('/') {
        Some(name) => (name.to_owned(), true),
        None => (name, false),
    };
    let family = Family::Hugo;
    let mut arguments = Arguments::default();
    loop {
        cursor.skip_space();
        if cursor.take(end_mark) {
            let token = if is_end { Token::Close { family, name } } else { Token::Open { family, name, arguments, is_void } };
            return Some((token, cursor.at));
        }
        if cursor.at - at > super::token::MAX_LENGTH {
            return None;
        }
        if cursor.rest().starts_with('/') && cursor.rest().get(1..)?.trim_start().starts_with(end_mark) {
            cursor.at += 1;
            is_void = true;
            continue;
        }
        let value = argument(&mut cursor, end_mark)?;
        cursor.skip_space();
        match value {
            (name, false) if cursor.take("=") => {
                cursor.skip_space();
                let (value, _) = argument(&mut cursor, end_mark)?;
                arguments.named.push((name, value));
            }
            (value, _) => arguments.listed.push(value),
        }
    }
}

/// A value, and whether it stood in quotes.
fn argument(cursor: &mut Cursor<'_>, end_mark: &str) -> Option<(String, bool)> {
    if let Some(quoted) = cursor.quoted("\"`") {
        return Some((quoted, true));
    }
    let rest = cursor.rest();
    let end = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
    let end = rest.get(..end)?.find(end_mark).unwrap_or(end);
    let word = rest.get(..end).filter(|word| !word.is_empty() && !word.starts_with(['"', '`']) && !word.contains("{{"))?;
    cursor.at += end;
    Some((word.to_owned(), false))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(text: &str) -> Option<(String, Arguments, bool)> {
        match read(text, 0)? {
            (Token::Open { name, arguments, is_void, .. }, end) if end == text.len() => Some((name, arguments, is_void)),
            _ => None,
        }
    }

    fn listed(values: &[&str]) -> Arguments {
        Arguments { listed: values.iter().map(|value| (*value).to_owned()).collect(), named: Vec::new() }
    }

    #[test]
    fn arguments_are_positional_named_quoted_or_raw() {
        assert_eq!(open("{{< youtube w7Ft2ymGmfc >}}"), Some(("youtube".into(), listed(&["w7Ft2ymGmfc"]), false)));
        assert_eq!(open("{{<relref \"kotlin meet\">}}"), Some(("relref".into(), listed(&["kotlin meet"]), false)));
        assert_eq!(open("{{<relref community >}}"), Some(("relref".into(), listed(&["community"]), false)));
        assert_eq!(open("{{% a/b.html `x \"y\"` -1 %}}"), Some(("a/b.html".into(), listed(&["x \"y\"", "-1"]), false)));
        let (name, arguments, is_void) = open("{{< figure\n  src=\"/a b.png\"\n  width=3\n  title=`T >}} \"q\"`\n/>}}").unwrap();
        assert_eq!((name.as_str(), is_void), ("figure", true));
        assert_eq!(arguments.get(&["src"]), Some("/a b.png"));
        assert_eq!(arguments.get(&["width"]), Some("3"));
        assert_eq!(arguments.get(&["title"]), Some("T >}} \"q\""));
        assert_eq!(open("{{< a \"\" >}}"), Some(("a".into(), listed(&[""]), false)));
        assert_eq!(open("{{< a/ >}}"), Some(("a".into(), listed(&[]), true)));
        assert_eq!(open("{{< a url=http://x.org/ >}}").unwrap().1.named.len(), 1);
    }

    #[test]
    fn ends_and_escapes_are_read() {
        let close = |text| read(text, 0).map(|(token, _)| token);
        assert_eq!(close("{{%/alert%}}"), Some(Token::Close { family: Family::Hugo, name: "alert".into() }));
        assert_eq!(close("{{< / tab >}}"), Some(Token::Close { family: Family::Hugo, name: "tab".into() }));
        assert_eq!(close("{{</* ref \"x\" */>}}"), Some(Token::Literal("{{< ref \"x\" >}}".into())));
        assert_eq!(close("{{%/* /x */%}}"), Some(Token::Literal("{{% /x %}}".into())));
    }

    #[test]
    fn what_is_none_stays() {
        for text in ["{{< >}}", "{{<", "{{< x", "{{< x \"never >}}", "{{ x }}", "{{< x %}}", "{{</* x", "{{< x = >}}"] {
            assert_eq!(read(text, 0), None, "{text}");
        }
    }
}
