//! The list of all feeds (OPML 2.0, opml.org/spec2), which readers import.

use super::clean;
use super::{FeedSpec, Format, PlannedFeed};
use crate::site::Site;
use crate::url;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use std::io;

/// The list of `feeds`, each once: in the first of the formats, so that who imports it gets no entry twice.
pub fn render_opml(site: &Site, spec: &FeedSpec, feeds: &[PlannedFeed]) -> Vec<u8> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    // Only the writer can fail, and a vector doesn't.
    let _ = write(&mut writer, site, spec, feeds);
    let mut out = writer.into_inner();
    out.push(b'\n');
    out
}

fn write(writer: &mut Writer<Vec<u8>>, site: &Site, spec: &FeedSpec, feeds: &[PlannedFeed]) -> io::Result<()> {
    let owner = site.authors.iter().find_map(|author| clean::person(author, &site.url));
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    writer.create_element("opml").with_attribute(("version", "2.0")).write_inner_content(|writer| {
        writer.create_element("head").write_inner_content(|writer| {
            text(writer, "title", &clean::line(&site.title))?;
            if let Some(owner) = &owner {
                text(writer, "ownerName", &owner.name)?;
            }
            if let Some(address) = owner.as_ref().and_then(|owner| owner.email.as_deref()) {
                text(writer, "ownerEmail", address)?;
            }
            Ok(())
        })?;
        writer.create_element("body").write_inner_content(|writer| {
            let Some(format) = spec.formats.first() else { return Ok(()) };
            feeds.iter().try_for_each(|feed| outline(writer, site, *format, feed))
        })?;
        Ok(())
    })?;
    Ok(())
}

fn outline(writer: &mut Writer<Vec<u8>>, site: &Site, format: Format, feed: &PlannedFeed) -> io::Result<()> {
    let title = clean::some_line(&feed.title(site)).unwrap_or_else(|| site.url.to_string());
    let url = feed.subscription().url(site, format);
    let description = clean::line(feed.description(site));
    let language = feed.language(site);
    let mut attributes = vec![("text", title.as_str()), ("title", &title), ("type", "rss"), ("xmlUrl", &url)];
    let home = url::strict(feed.home(site));
    attributes.push(("htmlUrl", &home));
    if !description.is_empty() {
        attributes.push(("description", &description));
    }
    if let Some(language) = &language {
        attributes.push(("language", language));
    }
    if format == Format::Rss {
        attributes.push(("version", "RSS"));
    }
    writer.create_element("outline").with_attributes(attributes).write_empty()?;
    Ok(())
}

fn text(writer: &mut Writer<Vec<u8>>, name: &str, value: &str) -> io::Result<()> {
    writer.create_element(name).write_text_content(BytesText::new(value))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample;
    use super::*;

    fn rendered(site: &Site, spec: &FeedSpec, feeds: &[PlannedFeed]) -> String {
        String::from_utf8(render_opml(site, spec, feeds)).unwrap()
    }

    #[test]
    fn every_feed_is_listed_once() {
        let out = rendered(&sample::site(), &sample::spec(), &[sample::feed(None), sample::feed(Some("C&\u{1}é"))]);
        let expected = r#"<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0">
  <head>
    <title>Ann &amp; Bob &lt;News&gt;</title>
    <ownerName>Ann (the elder)</ownerName>
    <ownerEmail>ann@example.org</ownerEmail>
  </head>
  <body>
    <outline text="Ann &amp; Bob &lt;News&gt;" title="Ann &amp; Bob &lt;News&gt;" type="rss" xmlUrl="https://example.org/news/feed.xml" {rest}/>
    <outline text="C&amp;é – Ann &amp; Bob &lt;News&gt;" title="C&amp;é – Ann &amp; Bob &lt;News&gt;" type="rss" xmlUrl="https://example.org/news/tags/c&amp;%01%C3%A9/feed.xml" {rest}/>
  </body>
</opml>
"#;
        let rest = r#"htmlUrl="https://example.org/news/" description="What&apos;s &quot;new&quot;" language="en-GB" version="RSS""#;
        assert_eq!(out, expected.replace("{rest}", rest));
    }

    #[test]
    fn the_first_format_is_listed() {
        let mut site = sample::site();
        (site.description, site.language, site.authors) = (String::new(), "?".into(), Vec::new());
        let spec = FeedSpec { formats: vec![Format::Atom, Format::Rss], ..sample::spec() };
        let out = rendered(&site, &spec, &[sample::feed(None)]);
        let outline = r#"type="rss" xmlUrl="https://example.org/news/atom.xml" htmlUrl="https://example.org/news/"/>"#;
        assert!(out.contains(outline) && !out.contains("owner"), "{out}");
        // `rss` is what programs import, whatever the format; the version would name one that it isn't.
        let json = FeedSpec { formats: vec![Format::Json], ..sample::spec() };
        let out = rendered(&site, &json, &[sample::feed(None)]);
        assert!(out.contains(r#"type="rss" xmlUrl="https://example.org/news/feed.json""#) && !out.contains("RSS"), "{out}");
        let none = FeedSpec { formats: Vec::new(), ..sample::spec() };
        assert!(rendered(&site, &none, &[sample::feed(None)]).contains("<body>\n  </body>"));
    }
}
