//! What generators leave out, as patterns of `.gitignore` below the content folder.

use super::scope::inside;

/// A regular expression of Hugo's `ignoreFiles`, which is searched for in a file's whole path. `None`: no pattern says the same.
pub(super) fn of_regex(regex: &str, content_dir: &str) -> Option<String> {
    // What may stand before and after is said by leaving it open.
    let body = regex.strip_prefix(".*").unwrap_or(regex);
    let (body, is_end) = match body.strip_suffix('$') {
        Some(body) if !body.ends_with('\\') => (body, true),
        _ => (body.strip_suffix(".*").unwrap_or(body), false),
    };
    let mut out = String::new();
    let mut chars = body.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next()? {
                c if c.is_ascii_alphanumeric() => return None,
                c => literal(c, &mut out),
            },
            '.' if chars.next_if_eq(&'*').is_some() => out.push_str(if out.ends_with('/') { "**/*" } else { "*" }),
            '.' | '^' | '$' | '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '|' => return None,
            c => literal(c, &mut out),
        }
        if chars.peek().is_some_and(|next| matches!(next, '*' | '+' | '?' | '{')) {
            return None;
        }
    }
    if out.is_empty() {
        return None;
    }
    let end = if is_end || out.ends_with('/') { "" } else { "*" };
    // The folder of content is part of the path that Hugo sees.
    let folder = format!("{}/", content_dir.trim_matches('/'));
    Some(match out.trim_start_matches('/').strip_prefix(&folder) {
        Some(rest) if !rest.is_empty() => format!("/{rest}{end}"),
        _ if out.starts_with('/') => format!("**{out}{end}"),
        _ if out.trim_end_matches('/').contains('/') => format!("**/*{out}{end}"),
        _ => format!("*{out}{end}"),
    })
}

fn literal(c: char, out: &mut String) {
    if matches!(c, '*' | '?' | '[' | ']' | '\\' | '!' | '#') {
        out.push('\\');
    }
    out.push(c);
}

/// A line of a file like `.gitignore` that stands at the site's folder. `None`: it concerns nothing in the content folder.
pub(super) fn of_ignore_line(line: &str, content_dir: &str) -> Option<String> {
    let line = line.trim_end();
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let (mark, path) = line.strip_prefix('!').map_or(("", line), |path| ("!", path));
    let path = path.trim_start_matches("./");
    let is_anywhere = !path.trim_end_matches('/').contains('/') || path.starts_with("**/");
    if is_anywhere {
        return Some(format!("{mark}{path}"));
    }
    let slash = if path.ends_with('/') { "/" } else { "" };
    let inner = inside(path.trim_matches('/'), content_dir).filter(|inner| !inner.is_empty())?;
    Some(format!("{mark}{inner}{slash}"))
}

/// A glob with braces as all that it stands for: `*.{md,mdx}` is two patterns.
pub(super) fn unbraced(glob: &str) -> Vec<String> {
    let Some((before, rest)) = glob.split_once('{') else { return vec![glob.to_owned()] };
    let Some((choices, after)) = rest.split_once('}') else { return vec![glob.to_owned()] };
    choices.split(',').take(MOST).flat_map(|choice| unbraced(&format!("{before}{choice}{after}"))).take(MOST).collect()
}

/// Patterns that one glob stands for, at most.
const MOST: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_expressions_have_a_pattern() {
        for (regex, expected) in [
            (r"\.foo$", Some("*.foo")),
            (r"\.Rmd$", Some("*.Rmd")),
            ("_cache$", Some("*_cache")),
            (r".*\.draft\.md$", Some("*.draft.md")),
            ("README", Some("*README*")),
            ("content/drafts/", Some("/drafts/")),
            ("content/drafts/.*", Some("/drafts/")),
            ("/notes/", Some("**/notes/")),
            (r"posts/old/.*\.md$", Some("**/*posts/old/**/*.md")),
            (r"a\*b", Some(r"*a\*b*")),
            (r"\.(foo|boo)$", None),
            (r"\d+", None),
            ("^x", None),
            ("a?b", None),
            ("x[0-9]", None),
            ("a.b", None),
            (".*", None),
            ("", None),
        ] {
            assert_eq!(of_regex(regex, "content").as_deref(), expected, "{regex}");
        }
    }

    #[test]
    fn lines_at_the_sites_folder_are_told_from_the_content_folder() {
        for (line, expected) in [
            ("README.md", Some("README.md")),
            ("src/old/", Some("/old/")),
            ("!src/old/x.md", Some("!/old/x.md")),
            ("./src/a", Some("/a")),
            ("dist/x", None),
            ("# src/a", None),
            ("**/x", Some("**/x")),
            ("drafts/", Some("drafts/")),
        ] {
            assert_eq!(of_ignore_line(line, "src").as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn braces_are_all_that_they_stand_for() {
        assert_eq!(unbraced("**/_*.{md,mdx}"), ["**/_*.md", "**/_*.mdx"]);
        assert_eq!(unbraced("a{b,c}{d,e}"), ["abd", "abe", "acd", "ace"]);
        assert_eq!((unbraced("a{b"), unbraced("{}")), (vec!["a{b".to_owned()], vec![String::new()]));
        assert!(unbraced(&"{a,b}".repeat(30)).len() <= MOST);
    }
}
