//! `tidings.toml`: as written, then as meant. Each room's own spec comes out; nothing behind this checks again.

mod newsletter;
mod podcast;
#[cfg(feature = "send")]
mod providers;
mod publication;
#[cfg(feature = "send")]
mod sending;
mod table;
mod theme;
#[cfg(feature = "send")]
mod units;

pub use table::Overrides;
#[cfg(feature = "send")]
pub use units::read_rate;

use crate::body::Theme;
use crate::content::ReadRules;
use crate::diagnostic::{Diagnostic, Source, Span};
use crate::feed::FeedSpec;
use crate::newsletter::NewsletterSpec;
use crate::site::Site;
use std::path::{Path, PathBuf};
use table::Table;
use toml::de::DeTable;

/// Everything that the configuration and the flags say.
#[derive(Clone, Debug)]
pub struct Config {
    /// The folder of `tidings.toml`: diagnostics name files relative to it.
    pub root: PathBuf,
    pub site: Site,
    pub content: ContentSpec,
    pub rules: ReadRules,
    /// Where files are written.
    pub output: PathBuf,
    pub feeds: FeedSpec,
    pub newsletter: Option<NewsletterSpec>,
    #[cfg(feature = "send")]
    pub sending: Sending,
}

/// Which content is read, and which of it shown.
#[derive(Clone, Debug, Default)]
pub struct ContentSpec {
    pub dir: PathBuf,
    /// Files that stand at the site's root, for sizes of pictures and lengths of enclosures.
    pub static_dir: Option<PathBuf>,
    /// Only these files below `dir`, and all but those, in the syntax of `.gitignore`.
    pub include: Vec<String>,
    pub exclude: Vec<String>,
    /// The encoding of files that are not UTF-8.
    pub encoding: Option<&'static encoding_rs::Encoding>,
    pub future: bool,
    pub drafts: bool,
    /// Whether bodies get the quotation marks and dashes of their language.
    pub smart_punctuation: bool,
    /// The colours of code.
    pub highlight: Option<Theme>,
    /// Whether entries without any date are published.
    pub undated: bool,
    /// Whether `.gitignore` files are obeyed.
    pub gitignore: bool,
    /// Whether dates come from commits where files name none.
    pub git_dates: bool,
}

/// What only sending needs.
#[cfg(feature = "send")]
#[derive(Clone, Debug)]
pub struct Sending {
    /// None where `[smtp]` is missing.
    pub smtp: Option<crate::transport::SmtpSpec>,
    pub dkim: Vec<crate::message::DkimSpec>,
    pub list: crate::list::ListSpec,
    /// The SQLite database's file.
    pub store: PathBuf,
}

/// Reads a configuration. `root` is the folder that relative paths are relative to; `overrides` are flags, which win.
pub fn read_config(source: &Source, root: &Path, overrides: &Overrides) -> (Option<Config>, Vec<Diagnostic>) {
    // The parser goes on after a fault, so that all of them are told in one run.
    let (table, errors) = DeTable::parse_recoverable(&source.text);
    if !errors.is_empty() {
        let fault = |error: &toml::de::Error| {
            let range = error.span().unwrap_or(0..1);
            let message = error.message().lines().collect::<Vec<_>>().join(", ");
            Diagnostic::config_invalid(&message).at(source, Span::new(range.start, range.end))
        };
        return (None, errors.iter().map(fault).collect());
    }
    let mut top = Table::root(source, overrides, table.into_inner());
    let mut faults = Vec::new();
    let site = publication::site(&mut top, &mut faults);
    let (content, rules) = publication::content(&mut top, root, &mut faults);
    let (output, mut feeds) = publication::feeds(&mut top, root, site.as_ref(), &mut faults);
    feeds.podcast = podcast::podcast(&mut top, site.as_ref(), &mut faults);
    let mut list = top.table("list");
    let list_url = publication::list_url(list.as_mut(), site.as_ref());
    let newsletter = newsletter::newsletter(&mut top, site.as_ref(), &list_url, &feeds.formats, &mut faults);
    #[cfg(feature = "send")]
    let sending = sending::read(&mut top, list, list_url, newsletter.as_ref(), root, &mut faults);
    #[cfg(not(feature = "send"))]
    for key in ["smtp", "store"] {
        top.table(key);
    }
    faults.splice(0..0, top.finish());
    faults.sort_by_key(|fault| fault.place.as_ref().map(|place| (place.line, place.column)));
    let Some(site) = site.filter(|_| !faults.iter().any(Diagnostic::is_error)) else { return (None, faults) };
    let config = Config {
        root: root.to_owned(),
        site,
        content,
        rules,
        output,
        feeds,
        newsletter,
        #[cfg(feature = "send")]
        sending,
    };
    (Some(config), faults)
}
