//! The XML namespaces of what feeds say beyond their own formats.

/// A prefix and its URI.
pub(super) type Namespace = (&'static str, &'static str);

pub(super) const CONTENT: Namespace = ("content", "http://purl.org/rss/1.0/modules/content/");
pub(super) const DUBLIN_CORE: Namespace = ("dc", "http://purl.org/dc/elements/1.1/");
/// RFC 5005.
pub(super) const HISTORY: Namespace = ("fh", "http://purl.org/syndication/history/1.0");
pub(super) const ITUNES: Namespace = ("itunes", "http://www.itunes.com/dtds/podcast-1.0.dtd");
pub(super) const MEDIA: Namespace = ("media", "http://search.yahoo.com/mrss/");
pub(super) const PODCAST: Namespace = ("podcast", "https://podcastindex.org/namespace/1.0");
/// RFC 4685.
pub(super) const THREAD: Namespace = ("thr", "http://purl.org/syndication/thread/1.0");

const ALL: [Namespace; 7] = [CONTENT, DUBLIN_CORE, HISTORY, ITUNES, MEDIA, PODCAST, THREAD];

/// The namespaces of prefixes.
pub(super) fn named<'a>(prefixes: impl IntoIterator<Item = &'a String>) -> impl Iterator<Item = Namespace> {
    prefixes.into_iter().filter_map(|prefix| ALL.into_iter().find(|(name, _)| name == prefix))
}
