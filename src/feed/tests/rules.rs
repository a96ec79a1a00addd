//! What W3C's feed validator calls an error, for the elements that we write.

use super::extensions::{dublin_core, history, itunes_channel, itunes_item, media, thread};
use super::tree::{self, Element};
use chrono::DateTime;
use std::collections::HashSet;

pub const ATOM: &str = "http://www.w3.org/2005/Atom";

pub type Faults = Vec<String>;

/// The faults of a file, each with the validator's name for it.
pub fn faults(xml: &str) -> Faults {
    let mut out = Faults::new();
    match tree::read(xml) {
        Err(error) => out.push(format!("SAXError {error}")),
        Ok(root) => match (root.space.as_str(), root.name.as_str()) {
            (ATOM, "feed") => atom_feed(&root, &mut out),
            (ATOM, "entry") => atom_entry(&root, true, &mut out),
            ("", "rss") => match root.first("", "channel") {
                Some(channel) => rss_channel(channel, &mut out),
                None => out.push("MissingElement channel".into()),
            },
            ("", "opml") => opml(&root, &mut out),
            _ => out.push(format!("InvalidNamespace {{{}}}{}", root.space, root.name)),
        },
    }
    out
}

/// Names and how often they may stand: `1` once, `?` at most once, `*` any number.
fn split(rules: &str) -> impl Iterator<Item = (&str, char)> {
    rules.split(' ').filter_map(|rule| Some((&rule[..rule.len() - 1], rule.chars().last()?)))
}

/// Which children an element may have in its own namespace, and how often.
fn children(element: &Element, rules: &str, out: &mut Faults) {
    duplicates(element, &element.space, rules, out);
    undefined(element, &element.space, rules, out);
    if !element.text.trim().is_empty() {
        out.push(format!("UnexpectedText {}", element.name));
    }
}

/// Children of a namespace that stand too often, or not at all.
pub fn duplicates(element: &Element, space: &str, rules: &str, out: &mut Faults) {
    for (name, often) in split(rules) {
        match (often, element.all(space, name).count()) {
            ('1', 0) => out.push(format!("MissingElement {} {name}", element.name)),
            ('1' | '?', 2..) => out.push(format!("DuplicateElement {} {name}", element.name)),
            _ => {}
        }
    }
}

/// Children of a namespace that are none of these.
pub fn undefined(element: &Element, space: &str, rules: &str, out: &mut Faults) {
    for child in &element.children {
        if child.space == space && !split(rules).any(|(name, _)| name == child.name) {
            out.push(format!("UndefinedElement {} {}", element.name, child.name));
        }
    }
}

pub fn attributes(element: &Element, must: &[&str], may: &[&str], out: &mut Faults) {
    for name in must {
        if element.get(name).is_none_or(|value| value.trim().is_empty()) {
            out.push(format!("MissingAttribute {} {name}", element.name));
        }
    }
    for (name, _) in &element.attributes {
        if !must.contains(&name.as_str()) && !may.contains(&name.as_str()) && !name.contains(':') {
            out.push(format!("UnexpectedAttribute {} {name}", element.name));
        }
    }
    // An empty one takes the outer language away.
    language(element.get("xml:lang").filter(|tag| !tag.is_empty()), out);
}

pub fn text_only(element: &Element, out: &mut Faults) {
    if let Some(child) = element.children.first() {
        out.push(format!("UndefinedElement {} {}", element.name, child.name));
    }
}

pub fn language(tag: Option<&str>, out: &mut Faults) {
    // The validator has a list; so much is in the syntax.
    let is_tag =
        |tag: &str| tag.split('-').next().is_some_and(|part| matches!(part.len(), 2..=3) && part.bytes().all(|b| b.is_ascii_alphabetic()));
    if tag.is_some_and(|tag| !is_tag(tag)) {
        out.push(format!("InvalidLanguage {tag:?}"));
    }
}

/// A URI by RFC 2396's characters. Atom's may be IRIs.
pub fn uri(value: &str, is_full: bool, may_be_iri: bool, out: &mut Faults) {
    if value.trim() != value {
        out.push(format!("UnexpectedWhitespace {value:?}"));
    }
    if value.chars().any(|c| c.is_ascii() && !c.is_ascii_alphanumeric() && !";/?:@&=+$.-_!~*'()%,#[]".contains(c)) {
        out.push(format!("InvalidUriChar {value:?}"));
    }
    let scheme = value.split_once(':').map(|(scheme, _)| scheme);
    let has_scheme = scheme.is_some_and(|scheme| scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c)));
    let has_host = !["http", "ftp"].contains(&scheme.unwrap_or_default())
        || value.split_once("://").is_some_and(|(_, rest)| !rest.is_empty() && !rest.starts_with('/'));
    if (is_full && !has_scheme) || !has_host {
        out.push(format!("InvalidFullLink {value:?}"));
    }
    if !value.is_ascii() && !may_be_iri {
        out.push(format!("UriNotIri {value:?}"));
    }
    // `urn:uuid:` and 8-4-4-4-12 digits.
    if value.strip_prefix("urn:uuid:").is_some_and(|id| id.len() != 36 || uuid::Uuid::try_parse(id).is_err()) {
        out.push(format!("InvalidUUID {value:?}"));
    }
    if let Some(rest) = value.strip_prefix("tag:") {
        let date = rest.split_once(':').and_then(|(authority, _)| authority.split_once(',')).map(|(_, date)| date);
        let is_date = |date: &str| [4, 7, 10].contains(&date.len()) && date.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        if !date.is_some_and(is_date) || rest.split_once(',').is_some_and(|(host, _)| host.chars().any(|c| c.is_ascii_uppercase())) {
            out.push(format!("InvalidTAG {value:?}"));
        }
    }
}

pub fn rfc3339(name: &str, text: &str, out: &mut Faults) {
    let is_date = DateTime::parse_from_rfc3339(text).is_ok() && !text.contains(|c: char| c.is_lowercase() || c.is_whitespace());
    if !is_date {
        out.push(format!("InvalidRFC3339Date {name} {text:?}"));
    }
}

fn rfc822(element: &Element, out: &mut Faults) {
    if DateTime::parse_from_rfc2822(element.text.trim()).is_err() {
        out.push(format!("InvalidRFC2822Date {} {:?}", element.name, element.text));
    }
}

pub fn mime_type(value: Option<&str>, out: &mut Faults) {
    let is_part = |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || "()<>,:\\\"/[]?=".contains(c));
    let is_type =
        |value: &str| value.split(';').next().and_then(|value| value.split_once('/')).is_some_and(|(a, b)| is_part(a) && is_part(b.trim()));
    if value.is_some_and(|value| !is_type(value)) {
        out.push(format!("InvalidMIMEType {value:?}"));
    }
}

/// A whole number, no smaller than `least`.
pub fn count(value: Option<&str>, least: u64, out: &mut Faults) {
    if value.is_some_and(|value| !value.parse::<u64>().is_ok_and(|number| number >= least)) {
        out.push(format!("InvalidInteger {value:?}"));
    }
}

pub fn address(value: &str) -> bool {
    value.split_once('@').is_some_and(|(local, domain)| {
        let is_local = !local.is_empty() && local.chars().all(|c| c.is_ascii_alphanumeric() || "_-+.'%".contains(c));
        is_local
            && domain.contains('.')
            && domain.split('.').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'))
    })
}

fn atom_feed(feed: &Element, out: &mut Faults) {
    children(feed, "id1 title1 updated1 subtitle? generator? icon? logo? rights? author* contributor* category* link* entry*", out);
    attributes(feed, &[], &["version"], out);
    atom_parts(feed, out);
    history(feed, out);
    let own = |child: &&Element| child.space == ATOM;
    if feed.children.iter().filter(own).skip_while(|child| child.name != "entry").any(|child| child.name != "entry") {
        out.push("MisplacedMetadata".into());
    }
    let entries: Vec<&Element> = feed.all(ATOM, "entry").collect();
    let has_author = feed.first(ATOM, "author").is_some();
    let mut ids = HashSet::new();
    for entry in entries {
        atom_entry(entry, has_author, out);
        let text = |name: &'static str| entry.first(ATOM, name).map(|element| element.text.clone());
        if !ids.insert((text("id"), text("updated"))) {
            out.push(format!("DuplicateIds {:?}", text("id")));
        }
    }
}

fn atom_entry(entry: &Element, has_author: bool, out: &mut Faults) {
    children(entry, "id1 title1 updated1 published? summary? content? rights? source? author* contributor* category* link*", out);
    atom_parts(entry, out);
    if !has_author && entry.first(ATOM, "author").is_none() && entry.first(ATOM, "source").is_none() {
        out.push("MissingElement author".into());
    }
    let is_alternate = |link: &&Element| link.get("rel").unwrap_or("alternate") == "alternate";
    if entry.first(ATOM, "content").is_none() && !entry.all(ATOM, "link").any(|link| is_alternate(&link)) {
        out.push("MissingContentOrAlternate".into());
    }
}

/// What feeds and entries have in common.
fn atom_parts(parent: &Element, out: &mut Faults) {
    let mut alternates = HashSet::new();
    for child in parent.children.iter().filter(|child| child.space == ATOM) {
        match child.name.as_str() {
            "id" => {
                uri(&child.text, true, true, out);
                text_only(child, out);
                attributes(child, &[], &[], out);
            }
            "icon" | "logo" => uri(&child.text, false, true, out),
            "updated" | "published" => rfc3339(&child.name, &child.text, out),
            "title" | "subtitle" | "rights" | "summary" => {
                attributes(child, &[], &["type"], out);
                let kind = child.get("type").unwrap_or("text");
                if !["text", "html", "xhtml"].contains(&kind) {
                    out.push(format!("InvalidTextType {kind}"));
                } else if kind != "xhtml" {
                    text_only(child, out);
                }
            }
            "content" => {
                attributes(child, &[], &["type", "src"], out);
                let kind = child.get("type").unwrap_or("text");
                if ["text", "html"].contains(&kind) {
                    text_only(child, out);
                } else if kind != "xhtml" {
                    mime_type(Some(kind), out);
                }
            }
            "author" | "contributor" => {
                children(child, "name1 email? uri?", out);
                if child.first(ATOM, "email").is_some_and(|email| !address(&email.text)) {
                    out.push("InvalidAddrSpec".into());
                }
                child.first(ATOM, "uri").iter().for_each(|element| uri(&element.text, false, true, out));
            }
            "category" => {
                attributes(child, &["term"], &["scheme", "label"], out);
                child.get("scheme").iter().for_each(|scheme| uri(scheme, true, true, out));
            }
            "generator" => {
                text_only(child, out);
                attributes(child, &[], &["uri", "version"], out);
                child.get("uri").iter().for_each(|address| uri(address, false, true, out));
            }
            "link" => {
                attributes(child, &["href"], &["rel", "type", "hreflang", "title", "length"], out);
                child.get("href").iter().for_each(|href| uri(href, false, true, out));
                mime_type(child.get("type"), out);
                count(child.get("length"), 0, out);
                language(child.get("hreflang"), out);
                let rel = child.get("rel").unwrap_or("alternate");
                if rel == "alternate" && !alternates.insert((child.get("type"), child.get("hreflang"))) {
                    out.push("DuplicateAtomLink".into());
                }
            }
            _ => {}
        }
    }
    media(parent, out);
    thread(parent, out);
}

fn rss_channel(channel: &Element, out: &mut Faults) {
    let rules = "title1 link1 description1 language? copyright? managingEditor? webMaster? pubDate? lastBuildDate? category* generator? \
                 docs? cloud? ttl? image? textInput? rating? skipHours? skipDays? item*";
    children(channel, rules, out);
    for name in ["title", "link", "description"] {
        if channel
            .first("", name)
            .is_some_and(|element| element.text.trim().is_empty() && element.children.is_empty() && name != "description")
        {
            out.push(format!("Missing {name}"));
        }
    }
    ["title", "link", "description"].iter().filter_map(|name| channel.first("", name)).for_each(|element| text_only(element, out));
    let text = |name: &'static str| channel.first("", name).map(|element| element.text.as_str());
    ["link", "docs"].iter().filter_map(|name| text(name)).for_each(|link| uri(link.trim(), true, false, out));
    ["pubDate", "lastBuildDate"].iter().filter_map(|name| channel.first("", name)).for_each(|date| rfc822(date, out));
    language(text("language"), out);
    if text("ttl").is_some_and(|ttl| ttl.parse::<u32>().is_ok_and(|ttl| ttl == 0) || ttl.parse::<u32>().is_err()) {
        out.push("InvalidPositiveInteger ttl".into());
    }
    for editor in ["managingEditor", "webMaster"].iter().filter_map(|name| text(name)) {
        let (email, name) = editor.split_once(" (").unwrap_or((editor, ")"));
        if !address(email) || !name.ends_with(')') || name.matches([')', '(']).count() != 1 {
            out.push(format!("InvalidContact {editor}"));
        }
    }
    if let Some(image) = channel.first("", "image") {
        children(image, "url1 title1 link1 width? height? description?", out);
        ["url", "link"].iter().filter_map(|name| image.first("", name)).for_each(|element| uri(&element.text, true, false, out));
        for (name, most) in [("width", 144), ("height", 400)] {
            if image.first("", name).is_some_and(|size| !size.text.parse::<u32>().is_ok_and(|size| (1..=most).contains(&size))) {
                out.push(format!("Invalid {name}"));
            }
        }
    }
    channel_links(channel, out);
    history(channel, out);
    dublin_core(channel, out);
    itunes_channel(channel, out);
    let mut guids = HashSet::new();
    for item in channel.all("", "item") {
        rss_item(item, out);
        let guid = item.first("", "guid").map(|guid| guid.text.trim());
        if guid.is_some() && !guids.insert(guid) {
            out.push(format!("DuplicateValue {guid:?}"));
        }
    }
}

fn channel_links(parent: &Element, out: &mut Faults) {
    for link in parent.all(ATOM, "link") {
        attributes(link, &["href"], &["rel", "type", "hreflang", "title", "length"], out);
        link.get("href").iter().for_each(|href| uri(href, false, true, out));
        mime_type(link.get("type"), out);
    }
}

fn rss_item(item: &Element, out: &mut Faults) {
    children(item, "title? link? description? author? category* comments? enclosure? guid? pubDate? source?", out);
    ["title", "link", "description"].iter().filter_map(|name| item.first("", name)).for_each(|element| text_only(element, out));
    if item.first("", "title").is_none() && item.first("", "description").is_none() {
        out.push("ItemMustContainTitleOrDescription".into());
    }
    ["link", "comments"].iter().filter_map(|name| item.first("", name)).for_each(|element| uri(&element.text, true, false, out));
    item.first("", "pubDate").iter().for_each(|date| rfc822(date, out));
    if let Some(guid) = item.first("", "guid") {
        attributes(guid, &[], &["isPermaLink"], out);
        match guid.get("isPermaLink") {
            Some("false") => {}
            Some("true") | None if guid.text.contains("://") => uri(&guid.text, true, false, out),
            Some("true") | None => out.push(format!("InvalidHttpGUID {:?}", guid.text)),
            Some(_) => out.push("InvalidBooleanAttribute isPermaLink".into()),
        }
    }
    if let Some(enclosure) = item.first("", "enclosure") {
        attributes(enclosure, &["url", "length", "type"], &[], out);
        enclosure.get("url").iter().for_each(|url| uri(url, true, false, out));
        count(enclosure.get("length"), 0, out);
        mime_type(enclosure.get("type"), out);
    }
    item.all("", "category").for_each(|category| attributes(category, &[], &["domain"], out));
    dublin_core(item, out);
    channel_links(item, out);
    itunes_item(item, out);
    media(item, out);
}

fn opml(root: &Element, out: &mut Faults) {
    children(root, "head1 body1", out);
    attributes(root, &["version"], &[], out);
    if let Some(head) = root.first("", "head") {
        let rules = "title? dateCreated? dateModified? ownerName? ownerEmail? ownerId? expansionState? vertScrollState? windowTop? \
                     windowLeft? windowBottom? windowRight?";
        children(head, rules, out);
        ["dateCreated", "dateModified"].iter().filter_map(|name| head.first("", name)).for_each(|date| rfc822(date, out));
        if head.first("", "ownerEmail").is_some_and(|email| !address(&email.text)) {
            out.push("InvalidContact".into());
        }
    }
    let Some(body) = root.first("", "body") else { return };
    if body.first("", "outline").is_none() {
        out.push("MissingElement outline".into());
    }
    outlines(body, out);
}

fn outlines(parent: &Element, out: &mut Faults) {
    for outline in parent.all("", "outline") {
        let may = [
            "category",
            "created",
            "description",
            "htmlUrl",
            "isBreakpoint",
            "isComment",
            "language",
            "title",
            "type",
            "url",
            "version",
            "xmlUrl",
        ];
        attributes(outline, &[], &[&may[..], &["text"]].concat(), out);
        if outline.get("text").is_none() {
            out.push("MissingAttribute text".into());
        }
        language(outline.get("language"), out);
        ["htmlUrl", "url"].iter().filter_map(|name| outline.get(name)).for_each(|url| uri(url, true, false, out));
        outlines(outline, out);
    }
}
