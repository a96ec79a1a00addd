//! What W3C's feed validator calls an error in the extensions that we write: Apple's podcasts, Media RSS, threads (RFC 4685),
//! history (RFC 5005) and Dublin Core.

use super::rules::{ATOM, Faults, address, attributes, count, duplicates, language, mime_type, rfc3339, text_only, undefined, uri};
use super::tree::Element;

const CONTENT: &str = "http://purl.org/rss/1.0/modules/content/";
const DC: &str = "http://purl.org/dc/elements/1.1/";
const HISTORY: &str = "http://purl.org/syndication/history/1.0";
const ITUNES: &str = "http://www.itunes.com/dtds/podcast-1.0.dtd";
const MEDIA: &str = "http://search.yahoo.com/mrss/";
const THREAD: &str = "http://purl.org/syndication/thread/1.0";

/// What a document may be to the others of its feed.
pub fn history(feed: &Element, out: &mut Faults) {
    let (is_complete, is_archive) = (feed.first(HISTORY, "complete").is_some(), feed.first(HISTORY, "archive").is_some());
    let link = |rel: &str| feed.all(ATOM, "link").find(|link| link.get("rel") == Some(rel)).map(|link| link.get("href"));
    let has = |rel: &&str| link(rel).is_some();
    if is_complete && is_archive {
        out.push("ArchiveIncomplete".into());
    }
    if is_complete && ["first", "last", "previous", "next", "prev-archive", "next-archive"].iter().any(has) {
        out.push("FeedRelInCompleteFeed".into());
    }
    if is_complete && has(&"current") && link("current") != link("self") {
        out.push("CurrentNotSelfInCompleteFeed".into());
    }
    if is_archive && !has(&"current") {
        out.push("MissingCurrentInArchive".into());
    }
    // The last document has nothing after it, the first nothing before.
    for (end, beyond) in [("last", "next"), ("first", "previous")] {
        if has(&end) && link(end) == link("self") && has(&beyond) {
            out.push(format!("LinkPastEnd {beyond}"));
        }
    }
}

/// Apple's elements that both a channel and an item may have.
const ITUNES_ANYWHERE: &str = "author? block? explicit? image? keywords? subtitle? summary? title? category*";

pub fn itunes_channel(channel: &Element, out: &mut Faults) {
    itunes(channel, "complete? new-feed-url? owner? type?", out);
    if let Some(owner) = channel.first(ITUNES, "owner") {
        match owner.first(ITUNES, "email") {
            None => out.push("MissingElement itunes:email".into()),
            Some(email) if !address(&email.text) => out.push("InvalidContact itunes:email".into()),
            Some(_) => {}
        }
    }
}

pub fn itunes_item(item: &Element, out: &mut Faults) {
    itunes(item, "duration? episode? episodeType? isClosedCaptioned? order? season?", out);
}

fn itunes(parent: &Element, own: &str, out: &mut Faults) {
    let rules = format!("{ITUNES_ANYWHERE} {own}");
    duplicates(parent, ITUNES, &rules, out);
    undefined(parent, ITUNES, &rules, out);
    let text = |name: &'static str| parent.first(ITUNES, name).map(|element| element.text.trim());
    for (name, words) in [
        ("explicit", &["true", "false"][..]),
        ("episodeType", &["full", "trailer", "bonus"]),
        ("type", &["episodic", "serial"]),
        ("block", &["yes", "no", "Yes", "No"]),
    ] {
        if text(name).is_some_and(|text| !words.contains(&text)) {
            out.push(format!("Invalid itunes:{name} {:?}", text(name)));
        }
    }
    let is_duration = |text: &str| text.split(':').count() <= 3 && text.split(':').all(|part| part.parse::<u32>().is_ok());
    if text("duration").is_some_and(|text| !is_duration(text)) {
        out.push("InvalidDuration".into());
    }
    for name in ["episode", "season"] {
        count(text(name), 1, out);
    }
    for (name, most) in [("subtitle", 255), ("summary", 4000)] {
        if text(name).is_some_and(|text| text.chars().count() > most) {
            out.push(format!("TooLong itunes:{name}"));
        }
    }
    for name in ["image", "category"] {
        let attribute = if name == "image" { "href" } else { "text" };
        parent.all(ITUNES, name).for_each(|element| attributes(element, &[attribute], &[], out));
    }
    parent.first(ITUNES, "image").and_then(|image| image.get("href")).iter().for_each(|url| uri(url, true, false, out));
    for category in parent.all(ITUNES, "category") {
        let main = category.get("text").unwrap_or_default();
        let subs = CATEGORIES.iter().find(|(name, _)| *name == main).map(|(_, subs)| *subs);
        let inner = category.all(ITUNES, "category").filter_map(|inner| inner.get("text"));
        let unknown: Vec<&str> = inner.filter(|sub| subs.is_none_or(|subs| !subs.contains(sub))).collect();
        if subs.is_none() || !unknown.is_empty() {
            out.push(format!("InvalidItunesCategory {main} {unknown:?}"));
        }
    }
}

/// Apple's categories, written down apart from those of the configuration, as far as our tests and the validator's cases
/// name them.
const CATEGORIES: [(&str, &[&str]); 7] = [
    ("Arts", &["Books"]),
    ("Comedy", &[]),
    ("Health & Fitness", &["Sexuality"]),
    ("Kids & Family", &[]),
    ("Society & Culture", &["Places & Travel"]),
    ("Sports", &[]),
    ("Technology", &["Computers", "Gadgets"]),
];

pub fn media(parent: &Element, out: &mut Faults) {
    for content in parent.all(MEDIA, "content") {
        let may = [
            "url",
            "fileSize",
            "type",
            "medium",
            "isDefault",
            "expression",
            "bitrate",
            "framerate",
            "samplingrate",
            "channels",
            "duration",
            "height",
            "width",
            "lang",
        ];
        attributes(content, &[], &may, out);
        content.get("url").iter().for_each(|url| uri(url, true, false, out));
        ["fileSize", "height", "width"].iter().for_each(|name| count(content.get(name), 1, out));
        count(content.get("channels"), 0, out);
        language(content.get("lang"), out);
        mime_type(content.get("type"), out);
        if content.get("samplingrate").is_some_and(|rate| rate.parse::<f64>().is_err()) {
            out.push("InvalidFloat samplingrate".into());
        }
        for (name, words) in [
            ("medium", &["image", "audio", "video", "document", "executable"][..]),
            ("expression", &["sample", "full", "nonstop"]),
            ("isDefault", &["true", "false"]),
        ] {
            if content.get(name).is_some_and(|value| !words.contains(&value)) {
                out.push(format!("Invalid media:content {name}"));
            }
        }
    }
    for thumbnail in parent.all(MEDIA, "thumbnail") {
        attributes(thumbnail, &["url"], &["width", "height", "time"], out);
        thumbnail.get("url").iter().for_each(|url| uri(url, true, false, out));
        ["height", "width"].iter().for_each(|name| count(thumbnail.get(name), 1, out));
    }
    if parent.children.iter().any(|child| child.space.starts_with("http://search.yahoo.com/mrss") && child.space != MEDIA) {
        out.push("MediaRssNamespace".into());
    }
}

/// What an entry answers, and how many answers it has.
pub fn thread(entry: &Element, out: &mut Faults) {
    for answered in entry.all(THREAD, "in-reply-to") {
        attributes(answered, &["ref"], &["href", "type", "source"], out);
        answered.get("ref").iter().for_each(|id| uri(id, true, true, out));
        ["href", "source"].iter().filter_map(|name| answered.get(name)).for_each(|url| uri(url, false, true, out));
        mime_type(answered.get("type"), out);
    }
    entry.all(THREAD, "total").for_each(|total| count(Some(total.text.trim()), 0, out));
    for link in entry.all(ATOM, "link") {
        count(link.get("thr:count"), 0, out);
        if let Some(date) = link.get("thr:updated") {
            rfc3339("thr:updated", date, out);
        }
    }
}

pub fn dublin_core(parent: &Element, out: &mut Faults) {
    duplicates(parent, DC, "language?", out);
    parent.all(DC, "creator").chain(parent.all(CONTENT, "encoded")).for_each(|element| text_only(element, out));
    parent.first(DC, "language").iter().for_each(|element| language(Some(&element.text), out));
}
