//! The files of a feed: what readers subscribe to, and archives of older entries (RFC 5005, section 4).
//!
//! Archives are numbered from the oldest, so that a new entry moves none of the others to another archive. The newest
//! archive names no next one: it does so once there is one, and never changes again.

use super::{Format, PlannedFeed};
use crate::site::Site;
use crate::url::encode_path;

/// Entries of one archive, and of an unlimited feed's first document.
pub(super) const ARCHIVE_SIZE: usize = 1000;

/// One file of a feed, in each of the formats.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    pub feed: &'a PlannedFeed,
    /// An archive's number, from 1 for the oldest; `None` for what readers subscribe to.
    pub archive: Option<usize>,
}

impl<'a> Document<'a> {
    /// The entries that stand in it, as indices into the catalog's heads, newest first.
    pub fn entries(&self) -> &'a [usize] {
        let entries = self.feed.entries.as_slice();
        let range = match self.archive {
            None => 0..self.feed.newest.min(entries.len()),
            Some(number) => {
                let size = self.feed.archive_size;
                let end = entries.len().saturating_sub(number.saturating_sub(1) * size);
                end.saturating_sub(size)..end
            }
        };
        entries.get(range).unwrap_or_default()
    }

    /// The file's path below the output.
    pub fn path(&self, format: Format) -> String {
        match self.archive {
            None => format!("{}{}", self.feed.folder, format.file_name()),
            Some(number) => format!("{}archive/{number}/{}", self.feed.folder, format.file_name()),
        }
    }

    /// The absolute URL of the file (`rel="self"`).
    pub fn url(&self, site: &Site, format: Format) -> String {
        site.absolute(&encode_path(&self.path(format)))
    }

    /// The archive of the entries before these.
    pub fn previous(&self) -> Option<Document<'a>> {
        let number = self.archive.map_or(self.feed.archives(), |number| number.saturating_sub(1));
        (number > 0).then_some(Document { feed: self.feed, archive: Some(number) })
    }

    /// The archive of the entries after an archive's, if there is one.
    pub fn next(&self) -> Option<Document<'a>> {
        let number = self.archive? + 1;
        (number <= self.feed.archives()).then_some(Document { feed: self.feed, archive: Some(number) })
    }
}

impl PlannedFeed {
    /// How many archives there are: only full ones, and as many as it takes to hold what the first document doesn't.
    fn archives(&self) -> usize {
        match self.archive_size {
            0 => 0,
            size => self.entries.len().saturating_sub(self.newest).div_ceil(size),
        }
    }

    /// What readers subscribe to.
    pub fn subscription(&self) -> Document<'_> {
        Document { feed: self, archive: None }
    }

    /// All files, from the newest entries to the oldest.
    pub fn documents(&self) -> impl Iterator<Item = Document<'_>> {
        std::iter::successors(Some(self.subscription()), Document::previous)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample;
    use super::*;

    fn feed(count: usize, newest: usize, archive_size: usize) -> PlannedFeed {
        // The newest entry has the highest number.
        PlannedFeed { entries: (0..count).rev().collect(), newest, archive_size, ..sample::feed(Some("é")) }
    }

    fn shown(feed: &PlannedFeed) -> Vec<(String, Vec<usize>)> {
        feed.documents().map(|document| (document.path(Format::Atom), document.entries().to_vec())).collect()
    }

    #[test]
    fn every_entry_stands_in_a_full_archive_or_among_the_newest() {
        for (newest, size) in [(3, 3), (5, 3), (1, 1), (7, 2)] {
            for count in 0..20 {
                let feed = feed(count, newest, size);
                let documents = shown(&feed);
                let mut all: Vec<usize> = documents.iter().flat_map(|(_, entries)| entries.clone()).collect();
                all.sort();
                all.dedup();
                assert_eq!(all, (0..count).collect::<Vec<_>>());
                assert!(documents[1..].iter().all(|(_, entries)| entries.len() == size), "{documents:?}");
                assert_eq!(documents[0].1, (0..count).rev().take(newest).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn an_archive_holds_the_same_entries_for_ever() {
        let mut known: Vec<(String, Vec<usize>)> = Vec::new();
        for count in 0..20 {
            let mut now = shown(&feed(count, 3, 3));
            now.remove(0);
            now.reverse();
            assert_eq!(known, now[..known.len()], "{count}");
            known = now;
        }
        assert_eq!(known.len(), 6);
        assert_eq!(known[0], ("tags/é/archive/1/atom.xml".into(), vec![2, 1, 0]));
    }

    #[test]
    fn archives_are_a_chain() {
        let feed = feed(8, 3, 3);
        let numbers: Vec<Option<usize>> = feed.documents().map(|document| document.archive).collect();
        assert_eq!(numbers, [None, Some(2), Some(1)]);
        let [first, second, oldest] = [0, 1, 2].map(|at| feed.documents().nth(at).unwrap());
        assert!(first.next().is_none() && second.next().is_none() && oldest.previous().is_none());
        assert_eq!(oldest.next().unwrap().path(Format::Rss), "tags/é/archive/2/feed.xml");
        assert_eq!(second.url(&sample::site(), Format::Json), "https://example.org/news/tags/%C3%A9/archive/2/feed.json");
    }

    #[test]
    fn a_feed_without_archives_is_one_document() {
        assert_eq!(shown(&feed(8, 3, 0)).len(), 1);
        assert_eq!(shown(&feed(3, 3, 3)).len(), 1);
        assert_eq!(shown(&feed(0, 3, 3)), [("tags/é/atom.xml".to_owned(), Vec::new())]);
    }
}
