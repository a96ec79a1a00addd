//! Permalinks that are templates (`/{{ title | slugify }}/`), as Eleventy writes them in Liquid and Nunjucks: values of the
//! entry and the filters that addresses are made with. Nothing else is evaluated.

use chrono::format::{Item, StrftimeItems};
use chrono::{DateTime, FixedOffset};

/// Whether a permalink has to be made first.
pub fn is_template(text: &str) -> bool {
    text.contains("{{") || text.contains("{%")
}

/// The permalink; `None` where it needs what only the generator knows. `value` knows the fields by their names.
pub fn expand(template: &str, date: Option<DateTime<FixedOffset>>, value: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    if template.contains("{%") {
        return None;
    }
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let (expression, left) = after.split_once("}}")?;
        out.push_str(before);
        out.push_str(&evaluate(expression.trim_matches('-'), date, value)?);
        rest = left;
    }
    out.push_str(rest);
    Some(out)
}

/// Whether a permalink needs nothing but an entry's own fields, whatever they hold.
pub fn is_known_template(template: &str) -> bool {
    expand(template, Some(DateTime::UNIX_EPOCH.fixed_offset()), &|_| Some(String::new())).is_some()
}

fn evaluate(expression: &str, date: Option<DateTime<FixedOffset>>, value: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let mut parts = split(expression).into_iter();
    let name = parts.next()?;
    let mut text = match unquoted(&name) {
        Some(text) => text.to_owned(),
        None if matches!(name.as_str(), "page.date" | "date") => {
            let (filter, format) = arguments(&parts.next()?);
            let is_format = filter == "date" && !StrftimeItems::new(format.as_deref()?).any(|item| item == Item::Error);
            date.filter(|_| is_format)?.to_utc().format(format.as_deref()?).to_string()
        }
        None => value(&name)?,
    };
    for part in parts {
        text = match arguments(&part).0.as_str() {
            "slugify" | "slug" => slugify(&text),
            "downcase" | "lower" => text.to_lowercase(),
            "strip" | "trim" => text.trim().to_owned(),
            "url" | "safe" | "string" => text,
            _ => return None,
        };
    }
    Some(text)
}

/// The parts between bars that stand in no quotes.
fn split(expression: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quote = None;
    for c in expression.chars() {
        match quote {
            None if matches!(c, '"' | '\'') => quote = Some(c),
            Some(open) if c == open => quote = None,
            None if c == '|' => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    parts.into_iter().map(|part| part.trim().to_owned()).collect()
}

/// A filter's name and its first argument: `date: "%Y"`, `date("%Y")`.
fn arguments(filter: &str) -> (String, Option<String>) {
    let (name, rest) = filter.split_at(filter.find([':', '(']).unwrap_or(filter.len()));
    let argument = rest.trim_start_matches([':', '(']).trim_end_matches(')').trim();
    (name.trim().to_owned(), unquoted(argument).map(str::to_owned))
}

fn unquoted(text: &str) -> Option<&str> {
    ['"', '\''].into_iter().find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote))
}

/// Eleventy's `slugify` (@sindresorhus/slugify): ASCII in small letters, what is neither letter nor digit a hyphen.
fn slugify(text: &str) -> String {
    let mut ascii = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => ascii.push_str(" and "),
            'ä' | 'Ä' => ascii.push_str("ae"),
            'ö' | 'Ö' => ascii.push_str("oe"),
            'ü' | 'Ü' => ascii.push_str("ue"),
            // It knows nothing of these scripts.
            c if crate::body::is_cjk(c) => ascii.push(' '),
            c if c.is_alphabetic() => ascii.push_str(deunicode::deunicode_char(c).unwrap_or_default()),
            c => ascii.push(c),
        }
    }
    let ascii = ascii.to_lowercase();
    let mut out = String::with_capacity(ascii.len());
    for (at, c) in ascii.char_indices() {
        // Contractions are one word: `don't`.
        let is_contraction =
            || ascii[at + 1..].starts_with(['t', 's']) && !ascii[at + 2..].starts_with(|c: char| c.is_ascii_alphanumeric());
        match c {
            c if c.is_ascii_alphanumeric() => out.push(c),
            '\'' if out.ends_with(|c: char| c.is_ascii_alphanumeric()) && is_contraction() => {}
            _ if out.ends_with('-') => {}
            _ => out.push('-'),
        }
    }
    out.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(template: &str) -> Option<String> {
        let date = DateTime::parse_from_rfc3339("2024-05-01T10:00:00+02:00").ok();
        expand(template, date, &|name| match name {
            "title" => Some("Über | Don't & Go".into()),
            "page.fileSlug" => Some("my-file".into()),
            _ => None,
        })
    }

    #[test]
    fn values_and_their_usual_filters_make_permalinks() {
        for (template, expected) in [
            ("/p/{{ title | slugify }}/index.html", Some("/p/ueber-dont-and-go/index.html")),
            ("{{ page.date | date: '%Y/%m/%d' }}/{{ page.fileSlug }}/", Some("2024/05/01/my-file/")),
            ("/{{- page.fileSlug | upper -}}/", None),
            ("/{{ \"A|b\" | lower }}/{{page.fileSlug|url}}", Some("/a|b/my-file")),
            ("/{% if x %}a{% endif %}/", None),
            ("/{{ nope }}/", None),
            ("/{{ page.date | date: '%Q' }}/", None),
            ("/{{ page.date }}/", None),
            ("/{{ open", None),
        ] {
            assert_eq!(made(template).as_deref(), expected, "{template}");
        }
    }

    #[test]
    fn slugs_are_those_of_eleventy() {
        for (text, slug) in [
            ("Perm Titel Ä", "perm-titel-ae"),
            ("It’s 10 o'clock, don't, Straße", "it-s-10-o-clock-dont-strasse"),
            ("C++ & “Déjà vu”", "c-and-deja-vu"),
            ("Привет 你好 ÅØÆ þ a_b.c", "privet-aoae-th-a-b-c"),
            ("", ""),
        ] {
            assert_eq!(slugify(text), slug, "{text}");
        }
    }
}
