//! Several tags in one cell.

const SEPARATORS: [char; 3] = [',', ';', '|'];

/// Joins tags by commas. One that holds what separates them is quoted, as Mailchimp's export does.
pub(super) fn join_tags(tags: &[String]) -> String {
    let quoted = |tag: &String| {
        let plain = !tag.contains(SEPARATORS) && !tag.contains('"') && tag.trim() == tag;
        if plain { tag.clone() } else { format!("\"{}\"", tag.replace('"', "\"\"")) }
    };
    tags.iter().map(quoted).collect::<Vec<_>>().join(", ")
}

/// Takes them apart, each once: between commas, semicolons or bars that are not in quotes.
pub(super) fn split_tags(cell: &str) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    let mut rest = cell.trim_start();
    while !rest.is_empty() {
        let (tag, after) = match rest.strip_prefix('"').and_then(quoted) {
            Some((tag, after)) => (tag, after),
            None => {
                let end = rest.find(SEPARATORS).unwrap_or(rest.len());
                (rest[..end].trim().trim_matches('"').trim().to_owned(), &rest[end..])
            }
        };
        if !tag.is_empty() && !tags.contains(&tag) {
            tags.push(tag);
        }
        rest = after.strip_prefix(SEPARATORS).unwrap_or(after).trim_start();
    }
    tags
}

/// The text up to the closing quote, and what follows it: nothing or a separator, else it was no quoting.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut from = 0;
    loop {
        let end = from + text.get(from..)?.find('"')?;
        let after = &text[end + 1..];
        if after.starts_with('"') {
            from = end + 2;
            continue;
        }
        let after = after.trim_start();
        return (after.is_empty() || after.starts_with(SEPARATORS)).then(|| (text[..end].replace("\"\"", "\""), after));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_of_all_services_are_taken_apart() {
        for (cell, tags) in [
            ("", &[][..]),
            (" a ; b|a, c ", &["a", "b", "c"]),
            ("\"news, weekly\",\"vip\"", &["news, weekly", "vip"]),
            ("\"a\" , b", &["a", "b"]),
            ("5\" disk, b", &["5\" disk", "b"]),
            ("\"open, b", &["open", "b"]),
            ("\"a\" b, c", &["a\" b", "c"]),
            (",,;|", &[]),
            ("\"\"", &[]),
            ("\"", &[]),
            ("עברית, العربية", &["עברית", "العربية"]),
        ] {
            assert_eq!(split_tags(cell), tags, "{cell}");
        }
    }

    #[test]
    fn joined_tags_come_back() {
        let tags = ["a b", "x, y", "5\" disk", "\"q\"", " led ", "p|q", "r;s", "\"", "é\"\"", "a\" ,b"].map(str::to_owned).to_vec();
        assert_eq!(split_tags(&join_tags(&tags)), tags);
        assert_eq!(join_tags(&tags[..3]), "a b, \"x, y\", \"5\"\" disk\"");
    }
}
