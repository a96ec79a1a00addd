//! What an HTML file says of itself: its `title` and `meta` elements, and where its body is.

use super::facts::Fields;
use super::fields::FieldReader;
use super::read::span_of;
use crate::body::plain_text;
use crate::diagnostic::Source;
use crate::site::Person;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;

/// The facts by their names in small letters (`title`, `date`, …), and the range of the body.
fn read_html_head(html: &str) -> (BTreeMap<String, String>, Range<usize>) {
    let lower = html.to_ascii_lowercase();
    let body_start = lower.find("<body").and_then(|at| lower[at..].find('>').map(|end| at + end + 1));
    let body_end = lower.rfind("</body").filter(|end| body_start.is_none_or(|start| *end >= start)).unwrap_or(html.len());
    let head_end = body_start.or_else(|| lower.find("</head>").map(|at| at + "</head>".len())).unwrap_or(0);
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(&html[..head_end]));
    let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    (tokenizer.sink.facts.into_inner(), body_start.unwrap_or(head_end)..body_end.max(body_start.unwrap_or(head_end)))
}

/// Reads the fields of a file without front matter from its `meta` elements, as Pelican does.
pub fn read_fields(source: &Source, fields: &mut Fields, reader: &mut FieldReader) {
    let (found, body) = read_html_head(&source.text);
    (fields.body_start, fields.body_end) = (body.start, body.end);
    let text = |names: &[&str]| names.iter().find_map(|name| found.get(*name)).filter(|text| !text.is_empty()).cloned();
    let list = |text: String, marks: &[char]| -> Vec<String> {
        text.split(marks).map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
    };
    fields.title = text(&["title"]).map(|title| plain_text(&html_escape::encode_text(&title))).filter(|title| !title.is_empty());
    fields.published = text(&["date", "created", "pubdate", "article:published_time", "dc.date"])
        .and_then(|date| reader.date_text(&date, span_of(source, &date)));
    fields.updated =
        text(&["modified", "last-modified", "article:modified_time"]).and_then(|date| reader.date_text(&date, span_of(source, &date)));
    fields.slug = text(&["slug"]);
    fields.slug_span = fields.slug.as_deref().map(|slug| span_of(source, slug));
    fields.summary = text(&["summary", "description"]);
    fields.language = text(&["lang", "language"]);
    fields.authors =
        text(&["author", "authors"]).map(|names| list(names, &[';', ','])).unwrap_or_default().into_iter().map(Person::named).collect();
    for tag in text(&["tags", "keywords"]).map(|tags| list(tags, &[','])).unwrap_or_default() {
        fields.add_category(&tag);
    }
    if let Some(category) = text(&["category"]) {
        fields.add_category(&category);
        fields.address_categories.push(category);
    }
    fields.is_draft |= text(&["status"]).is_some_and(|status| matches!(status.as_str(), "draft" | "hidden"));
}

#[derive(Default)]
struct Sink {
    facts: RefCell<BTreeMap<String, String>>,
    in_title: RefCell<bool>,
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) => {
                *self.in_title.borrow_mut() = false;
                let raw = match (&*tag.name, tag.kind) {
                    (_, TagKind::EndTag) => return TokenSinkResult::Continue,
                    ("title", _) => {
                        *self.in_title.borrow_mut() = true;
                        RawKind::Rcdata
                    }
                    ("script", _) => RawKind::ScriptData,
                    ("style", _) => RawKind::Rawtext,
                    ("meta", _) => {
                        let get = |name: &str| tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|found| &*found.value);
                        if let (Some(name), Some(content)) = (get("name").or(get("property")), get("content")) {
                            let content = plain_text(&html_escape::encode_text(content));
                            self.facts.borrow_mut().entry(name.to_ascii_lowercase()).or_insert(content);
                        }
                        return TokenSinkResult::Continue;
                    }
                    _ => return TokenSinkResult::Continue,
                };
                TokenSinkResult::RawData(raw)
            }
            Token::CharacterTokens(text) if *self.in_title.borrow() => {
                self.facts.borrow_mut().entry("title".to_owned()).or_default().push_str(&text);
                TokenSinkResult::Continue
            }
            _ => TokenSinkResult::Continue,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_html_file_tells_its_title_and_body() {
        let html = "<html><head><title>A &amp; b</title><script>'<title>'</script><meta name=\"Date\" content=\"2024-05-01\"><meta property='og:x' content='a &lt; b'></head><body class=x><p>Hi</p></body></html>";
        let (found, body) = read_html_head(html);
        assert_eq!((found["title"].as_str(), found["date"].as_str(), &html[body]), ("A & b", "2024-05-01", "<p>Hi</p>"));
        assert_eq!(found["og:x"], "a < b");
        assert_eq!(read_html_head("<p>x</p>").1, 0..8);
        assert_eq!(read_html_head("</body><body>").1, 13..13);
    }
}
