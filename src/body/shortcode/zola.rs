//! Zola's shortcodes: `{{ name(key=value) }}`, and `{% name(key=value) %}` with a body up to `{% end %}`.

use super::token::{Arguments, Cursor, Family, MAX_LENGTH, Token, find_near};

/// Reads the shortcode that begins here; the token and where it ends.
pub fn read(text: &str, at: usize) -> Option<(Token, usize)> {
    let mut cursor = Cursor::new(text, at);
    let (end_mark, is_void) = match cursor.rest().get(..2)? {
        "{{" => ("}}", true),
        "{%" => ("%}", false),
        _ => return None,
    };
    cursor.at += 2;
    if cursor.take("/*") {
        let end = find_near(text, cursor.at, "*/")?;
        let inner = text.get(cursor.at..end)?;
        cursor.at = end + 2;
        let opening = text.get(at..at + 2)?;
        return cursor.take(end_mark).then(|| (Token::Literal(format!("{opening}{inner}{end_mark}")), cursor.at));
    }
    let family = Family::Zola;
    cursor.take("-");
    cursor.skip_space();
    let name = cursor.name(":").to_owned();
    cursor.skip_space();
    if name == "end" && !is_void {
        cursor.take("-");
        return cursor.take(end_mark).then(|| (Token::Close { family, name: String::new() }, cursor.at));
    }
    if name.is_empty() || !cursor.take("(") {
        return None;
    }
    let mut arguments = Arguments::default();
    loop {
        cursor.skip_space();
        if cursor.at - at > MAX_LENGTH {
            return None;
        }
        if cursor.take(")") {
            break;
        }
        let key = cursor.name("").to_owned();
        cursor.skip_space();
        if key.is_empty() || !cursor.take("=") {
            return None;
        }
        cursor.skip_space();
        arguments.named.push((key, value(&mut cursor)?));
        cursor.skip_space();
        cursor.take(",");
    }
    cursor.skip_space();
    cursor.take("-");
    let token = Token::Open { family, name, arguments, is_void };
    cursor.take(end_mark).then_some((token, cursor.at))
}

/// A text, number, truth value or list; a list's values are told with spaces between.
fn value(cursor: &mut Cursor<'_>) -> Option<String> {
    if let Some(quoted) = cursor.quoted("\"'`") {
        return Some(quoted);
    }
    if cursor.take("[") {
        let mut values = Vec::new();
        loop {
            cursor.skip_space();
            if cursor.take("]") {
                return Some(values.join(" "));
            }
            values.push(match cursor.quoted("\"'`") {
                Some(quoted) => quoted,
                None => Some(cursor.name(".")).filter(|word| !word.is_empty())?.to_owned(),
            });
            cursor.skip_space();
            cursor.take(",");
            if values.len() > 100 {
                return None;
            }
        }
    }
    Some(cursor.name(".")).filter(|word| !word.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Named = (String, Vec<(String, String)>, bool);

    fn named(text: &str) -> Option<Named> {
        match read(text, 0)? {
            (Token::Open { name, arguments, is_void, .. }, end) if end == text.len() => Some((name, arguments.named, is_void)),
            _ => None,
        }
    }

    #[test]
    fn calls_have_named_arguments() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            named("{{ youtube(id=\"dQw4\", autoplay=true, start=1.5) }}"),
            Some(("youtube".into(), vec![pair("id", "dQw4"), pair("autoplay", "true"), pair("start", "1.5")], true))
        );
        assert_eq!(named("{% quote(author='V') -%}"), Some(("quote".into(), vec![pair("author", "V")], false)));
        assert_eq!(named("{{ a(x=[\"b\", 2],) }}"), Some(("a".into(), vec![pair("x", "b 2")], true)));
        assert_eq!(named("{{a()}}"), Some(("a".into(), vec![], true)));
    }

    #[test]
    fn ends_and_escapes_are_read() {
        assert_eq!(read("{% end %}", 0), Some((Token::Close { family: Family::Zola, name: String::new() }, 9)));
        assert_eq!(read("{{/* a(b=1) */}}", 0).map(|(token, _)| token), Some(Token::Literal("{{ a(b=1) }}".into())));
        assert_eq!(read("{%/* end */%}", 0).map(|(token, _)| token), Some(Token::Literal("{% end %}".into())));
    }

    #[test]
    fn what_is_none_stays() {
        for text in
            ["{{closure}}", "{{impl}}::new", "{{ x }}", "{{ a(1) }}", "{{ a(b=\"c) }}", "{% x %}", "{{ a(b=[ }}", "{{r4, lr}}", "{{ a("]
        {
            assert_eq!(read(text, 0), None, "{text}");
        }
    }
}
