//! Titles that nobody wrote as such: from a heading, a first line, or a first sentence.

use crate::body;
use crate::entry::Markup;

/// Shorter sentences take the next one in; longer ones are cut.
const MADE_CHARS: std::ops::RangeInclusive<usize> = 20..=200;

/// A title that the text itself gives, and how much of the text it takes with it, in bytes.
#[derive(Debug, PartialEq, Eq)]
pub struct OwnTitle {
    pub words: String,
    pub taken: usize,
}

/// The title of a body whose front matter has none: its first heading. A file without front matter (`is_bare`) always
/// gets one: else its first line, if that reads like a title, else its first sentence. Where that is long enough to be cut, the
/// words of the file's name (`stem`) say more.
pub fn own_title(text: &str, markup: Markup, is_bare: bool, stem: &str) -> Option<OwnTitle> {
    let is_text = markup == Markup::Text;
    // Short lines of a plain text are headings, but only the one on top is a title.
    let heading = if is_text { None } else { body::find_heading(text, markup) };
    // A line on top that stands alone is the title of what has sections only.
    let is_section = |heading: &body::Heading| !heading.is_first && heading.level > 1;
    let has_line = || is_bare && markup == Markup::Markdown && body::split_title(text).is_some_and(|(line, _)| is_words(line));
    if let Some(heading) = heading.filter(|heading| !(is_section(heading) && has_line())) {
        return Some(OwnTitle { words: heading.words, taken: if heading.is_first { heading.range.end } else { 0 } });
    }
    if !is_bare {
        return None;
    }
    if matches!(markup, Markup::Text | Markup::Markdown | Markup::Mdx)
        && let Some((line, end)) = body::split_title(text)
    {
        let words = if is_text { body::one_line(&body::clean_for_xml(line)) } else { body::first_paragraph(line, markup) };
        // Where nothing else stands, the line is the text too.
        let taken = if text[end..].trim().is_empty() { 0 } else { end };
        return (!words.is_empty()).then_some(OwnTitle { words, taken });
    }
    let paragraph = body::first_paragraph(text, markup);
    let mut words = made_title(&paragraph);
    if !paragraph.starts_with(&words) {
        words = name_words(stem).unwrap_or(words);
    }
    (!words.is_empty()).then_some(OwnTitle { words, taken: 0 })
}

/// The words of a file's name, with a capital first; `None` if one is all that it has.
fn name_words(stem: &str) -> Option<String> {
    let words: Vec<&str> = stem.split(['-', '_', ' ']).filter(|word| !word.is_empty()).collect();
    let count = words.iter().filter(|word| word.chars().any(char::is_alphabetic)).count();
    let text = words.join(" ");
    let mut chars = text.chars();
    let first = chars.next().filter(|_| count > 1 || text.contains(body::is_cjk))?;
    Some(first.to_uppercase().chain(chars).collect())
}

/// Whether a line is words, and no picture, list or HTML.
fn is_words(line: &str) -> bool {
    line.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '«' | '“' | '"' | '「' | '『' | '《' | '¿' | '¡'))
        && !line.starts_with(|c: char| c.is_ascii_digit())
}

/// The first sentence, with the next ones as long as it's too short.
fn made_title(paragraph: &str) -> String {
    let mut chars = paragraph.char_indices().peekable();
    let mut count = 0;
    while let Some((at, c)) = chars.next() {
        count += 1;
        let next = chars.peek().map(|(_, next)| *next);
        let ends = match c {
            '.' | '!' | '?' | '…' | '؟' | '۔' | '।' => next.is_none_or(char::is_whitespace),
            '。' | '！' | '？' => next.is_none_or(|next| !matches!(next, '」' | '』' | '）' | '！' | '？')),
            _ => false,
        };
        if ends && count >= *MADE_CHARS.start() {
            return body::shorten(&paragraph[..at + c.len_utf8()], *MADE_CHARS.end());
        }
    }
    body::shorten(paragraph, *MADE_CHARS.end())
}

/// Jekyll's `titleize_slug`: words with a capital first and small letters after.
pub fn titleize(slug: &str) -> String {
    let word = |word: &str| {
        let mut chars = word.chars();
        chars.next().map(|first| first.to_uppercase().chain(chars.flat_map(char::to_lowercase)).collect::<String>()).unwrap_or_default()
    };
    slug.split('-').map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn title(text: &str, markup: Markup, is_bare: bool) -> Option<(String, &str)> {
        own_title(text, markup, is_bare, "low-tide_at 7").map(|title| (title.words, &text[title.taken..]))
    }

    #[test]
    fn the_first_heading_is_the_title_and_leaves_the_body_if_it_is_on_top() {
        assert_eq!(
            title("北京之行\n\n我们去了。\n\n## 一\n", Markup::Markdown, true),
            Some(("北京之行".into(), "\n我们去了。\n\n## 一\n"))
        );
        assert_eq!(title("![](a.png)\n\n## A\n", Markup::Markdown, true), Some(("A".into(), "![](a.png)\n\n## A\n")));
        assert_eq!(title("c\n\n## A\n", Markup::Markdown, false), Some(("A".into(), "c\n\n## A\n")));
        assert_eq!(title("c\n\n# A\n", Markup::Markdown, true), Some(("A".into(), "c\n\n# A\n")));
        for is_bare in [true, false] {
            assert_eq!(title("# A *b*\n\nc", Markup::Markdown, is_bare), Some(("A b".into(), "\nc")));
            assert_eq!(title("<h1 id=x>A &amp; b</h1>\n<p>c</p>", Markup::Html, is_bare), Some(("A & b".into(), "\n<p>c</p>")));
            assert_eq!(title("<p>c</p><h2>A</h2>", Markup::Html, is_bare), Some(("A".into(), "<p>c</p><h2>A</h2>")));
        }
    }

    #[test]
    fn a_micro_entry_with_front_matter_has_no_title() {
        assert_eq!(title("Low tide at noon.", Markup::Markdown, false), None);
        assert_eq!(title("Low tide\n\nat noon.", Markup::Text, false), None);
    }

    #[test]
    fn a_short_first_line_without_a_stop_is_the_title() {
        for markup in [Markup::Text, Markup::Markdown] {
            assert_eq!(title("Low tide\n\nIt is at noon.", markup, true), Some(("Low tide".into(), "\nIt is at noon.")));
            assert_eq!(title("Low tide", markup, true), Some(("Low tide".into(), "Low tide")));
        }
        assert_eq!(title("Low *tide* now\n\nx.", Markup::Markdown, true).map(|(title, _)| title).as_deref(), Some("Low tide now"));
        assert_eq!(title("Low *tide* now\n\nx.", Markup::Text, true).map(|(title, _)| title).as_deref(), Some("Low *tide* now"));
    }

    #[test]
    fn else_the_first_sentence_is_and_the_paragraph_stays() {
        let text = "Noon. The tide is low today. More of it.\n\nx";
        assert_eq!(title(text, Markup::Text, true), Some(("Noon. The tide is low today.".into(), text)));
        assert_eq!(made_title("v1.2 is out now, at long last! Yes."), "v1.2 is out now, at long last!");
        assert_eq!(
            made_title("今日はとても良い天気でしたので散歩をしました。明日は雨です。"),
            "今日はとても良い天気でしたので散歩をしました。"
        );
        let long = made_title(&"word ".repeat(99));
        assert!(long.ends_with("word…") && (20..=200).contains(&long.chars().count()), "{long}");
    }

    #[test]
    fn a_long_first_sentence_gives_way_to_the_files_name() {
        let text = "word ".repeat(99);
        for markup in [Markup::Text, Markup::Markdown] {
            assert_eq!(title(&text, markup, true), Some(("Low tide at 7".into(), &*text)));
            assert!(own_title(&text, markup, true, "2024").unwrap().words.ends_with("word…"));
            assert!(own_title(&text, markup, true, "img-0007").unwrap().words.ends_with("word…"));
        }
        assert_eq!(title(&text, Markup::Text, false), None);
    }

    #[test]
    fn jekyll_makes_titles_of_names() {
        assert_eq!(titleize("a-BIG-été"), "A Big Été");
    }
}
