//! Our output has none of the faults that W3C's feed validator knows. That the rules
//! agree with the validator is tested on its own cases (`tests/it/feed_rules.rs`).

use super::rules::{Faults, faults};
use super::sample;
use crate::feed::{FeedEntry, Format, render_opml};

/// A feed of every format, of the site and of a tag, from the same entries.
fn outputs(entries: &[FeedEntry]) -> Vec<String> {
    let (site, spec) = (sample::site(), sample::spec());
    let feeds = [sample::feed(None), sample::feed(Some("Été"))];
    let mut out = vec![render_opml(&site, &spec, &feeds)];
    for feed in &feeds {
        out.push(sample::rendered(Format::Rss, &site, &spec, feed, entries, None));
        out.push(sample::rendered(Format::Atom, &site, &spec, feed, entries, None));
    }
    out.into_iter().map(|bytes| String::from_utf8(bytes).unwrap()).collect()
}

#[test]
fn what_we_write_has_no_fault() {
    for out in outputs(&sample::entries()).iter().chain(&outputs(&[])) {
        assert_eq!(faults(out), Faults::new(), "{out}");
    }
}

#[test]
fn nothing_leans_on_what_readers_ignore() {
    for out in outputs(&sample::entries()) {
        assert!(!out.contains("xml:base") && !out.contains("xhtml") && !out.contains("xml-stylesheet type=\"text/xsl\""), "{out}");
        for name in ["href", "url", "src", "xmlUrl", "htmlUrl"] {
            for value in out.split(&format!(" {name}=\"")).skip(1) {
                assert!(value.starts_with("https://"), "{name}={}", value.split('"').next().unwrap_or_default());
            }
        }
    }
}
