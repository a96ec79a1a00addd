//! JSON Feed 1.1 (jsonfeed.org/version/1.1).

use super::render::Text;
use super::view::{EntryView, FeedView};
use crate::entry::Enclosure;
use crate::site::Person;
use serde::Serialize;
use std::borrow::Cow;

/// The feed's file without its items: one line, its keys in the order of the specification.
pub(super) fn write(view: &FeedView) -> Vec<u8> {
    // Strings and numbers always serialise.
    let mut out = serde_json::to_vec(&Feed::new(view)).unwrap_or_default();
    out.push(b'\n');
    out
}

/// An item as it stands in the file.
pub(super) fn write_item(view: &EntryView) -> Text {
    let mut bytes = Vec::with_capacity(view.html.len() + 1024);
    // Strings and numbers always serialise.
    let _ = serde_json::to_writer(&mut bytes, &Item::new(view));
    Text { bytes, namespaces: Vec::new() }
}

#[derive(Serialize)]
struct Feed<'a> {
    version: &'static str,
    title: &'a str,
    home_page_url: &'a str,
    feed_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    favicon: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<Author<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hubs: Vec<Hub<'a>>,
    items: [(); 0],
}

#[derive(Serialize)]
struct Author<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

#[derive(Serialize)]
struct Hub<'a> {
    r#type: &'static str,
    url: &'a str,
}

#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_html: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_text: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    banner_image: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_published: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_modified: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<Author<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    tags: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Attachment<'a>>,
}

#[derive(Serialize)]
struct Attachment<'a> {
    url: &'a str,
    mime_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size_in_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_in_seconds: Option<u64>,
}

impl<'a> Feed<'a> {
    fn new(view: &'a FeedView) -> Self {
        Feed {
            version: "https://jsonfeed.org/version/1.1",
            title: &view.title,
            home_page_url: &view.home_page,
            feed_url: &view.self_url,
            description: view.description.as_deref(),
            next_url: view.archive.previous.as_deref(),
            icon: view.icon.as_deref(),
            favicon: view.icon.as_deref(),
            authors: authors(&view.authors),
            language: view.language.as_deref(),
            hubs: view.hub.iter().map(|url| Hub { r#type: "WebSub", url }).collect(),
            items: [],
        }
    }
}

impl<'a> Item<'a> {
    fn new(view: &'a EntryView<'a>) -> Self {
        let summary = Some(view.summary.as_str()).filter(|summary| !summary.is_empty());
        let html = Some(view.html.as_ref()).filter(|html| !html.is_empty());
        Item {
            id: &view.id,
            url: &view.url,
            external_url: view.external_url.as_deref(),
            title: view.title.as_deref(),
            content_html: html,
            content_text: match html {
                // One of the two must be there.
                None => Some(Cow::Borrowed(view.summary.as_str())),
                Some(html) => view.title.is_none().then(|| plain(html)).flatten(),
            },
            summary,
            image: view.image.as_ref().map(|image| image.url.as_str()),
            banner_image: view.relations.banner.as_deref(),
            date_published: view.published.map(|date| date.to_rfc3339()),
            date_modified: view.updated.map(|date| date.to_rfc3339()),
            authors: authors(&view.authors),
            tags: &view.categories,
            language: view.language.as_deref(),
            attachments: view.enclosures.iter().map(attachment).collect(),
        }
    }
}

/// The text of HTML that is one paragraph without markup, as that of most micro entries is.
fn plain(html: &str) -> Option<Cow<'_, str>> {
    let text = html.trim().strip_prefix("<p>")?.strip_suffix("</p>")?;
    (!text.contains('<')).then(|| html_escape::decode_html_entities(text))
}

fn authors(people: &[Person]) -> Vec<Author<'_>> {
    people.iter().map(|person| Author { name: &person.name, url: person.url.as_deref() }).collect()
}

fn attachment(enclosure: &Enclosure) -> Attachment<'_> {
    Attachment {
        url: &enclosure.url,
        mime_type: &enclosure.mime_type,
        title: enclosure.title.as_deref(),
        size_in_bytes: (enclosure.length > 0).then_some(enclosure.length),
        duration_in_seconds: enclosure.duration,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample;
    use super::super::{FeedEntry, Format};
    use serde_json::{Value, json};

    fn read(entries: &[FeedEntry]) -> Value {
        let out = sample::rendered(Format::Json, &sample::site(), &sample::spec(), &sample::feed(None), entries, None);
        serde_json::from_slice(&out).unwrap()
    }

    #[test]
    fn an_item_has_content_even_if_it_is_empty() {
        let mut entry = sample::entry("a");
        entry.html.clear();
        let item = &read(&[entry.clone()])["items"][0];
        assert_eq!((&item["content_text"], &item["content_html"]), (&json!("Summary of a."), &Value::Null));
        entry.summary.clear();
        let item = &read(&[entry])["items"][0];
        assert_eq!((&item["content_text"], item.get("summary")), (&json!(""), None));
    }

    #[test]
    fn a_micro_entry_has_its_words_as_text_too() {
        let item = |title: Option<&str>, html: &str| {
            let mut entry = sample::entry("a");
            (entry.entry.title, entry.html) = (title.map(str::to_owned), html.into());
            read(&[entry])["items"][0].clone()
        };
        let micro = item(None, "<p>Salt &amp; wind 🌊</p>\n");
        assert_eq!((&micro["content_text"], &micro["content_html"]), (&json!("Salt & wind 🌊"), &json!("<p>Salt &amp; wind 🌊</p>\n")));
        for (title, html) in [(Some("T"), "<p>a</p>"), (None, "<p>a <em>b</em></p>"), (None, "<p>a</p><p>b</p>"), (None, "a")] {
            assert_eq!(item(title, html).get("content_text"), None, "{html}");
        }
    }

    #[test]
    fn a_feed_without_entries_has_an_empty_list() {
        assert_eq!(read(&[])["items"], json!([]));
    }

    #[test]
    fn keys_follow_the_specification() {
        let feed = read(&sample::entries());
        let keys = |value: &Value| value.as_object().map(|map| map.keys().cloned().collect::<Vec<_>>().join(" ")).unwrap();
        assert_eq!(keys(&feed), "version title home_page_url feed_url description icon favicon authors language hubs items");
        assert_eq!(
            keys(&feed["items"][0]),
            "id url external_url title content_html summary image banner_image date_published date_modified authors tags attachments"
        );
        assert_eq!(keys(&feed["items"][0]["attachments"][0]), "url mime_type title size_in_bytes duration_in_seconds");
    }
}
