//! Which pictures of an issue are files of the publication, so that a message can carry them.

use super::Reader;
use crate::catalog::{Asset, EntryLinks, Links, Reference};
use crate::diagnostic::Diagnostic;
use crate::newsletter::InlineImage;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Of all pictures of a message: servers refuse messages of ten megabytes and more, and base64 makes a third more of them.
const MOST_BYTES: usize = 3 * 1024 * 1024;
/// What mail programs show.
const TYPES: [(&str, &str); 5] =
    [("gif", "image/gif"), ("jpeg", "image/jpeg"), ("jpg", "image/jpeg"), ("png", "image/png"), ("webp", "image/webp")];

/// Paths of assets by their URLs.
pub(super) type NamedFiles = BTreeMap<String, String>;

/// The links of a body, which remember the files that it names, by their address on the web.
pub(super) struct Remembering<'a> {
    links: &'a EntryLinks<'a>,
    found: Mutex<NamedFiles>,
}

impl<'a> Remembering<'a> {
    pub(super) fn new(links: &'a EntryLinks<'a>) -> Remembering<'a> {
        Remembering { links, found: Mutex::default() }
    }

    pub(super) fn found(self) -> NamedFiles {
        self.found.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Links for Remembering<'_> {
    fn absolute(&self, target: &str) -> Option<String> {
        let url = self.links.absolute(target)?;
        if let Some(path) = self.links.asset_path(target) {
            self.found.lock().unwrap_or_else(PoisonError::into_inner).insert(url.clone(), path);
        }
        Some(url)
    }

    fn asset(&self, target: &str) -> Option<Asset> {
        self.links.asset(target)
    }

    fn reference(&self, reference: Reference<'_>) -> Result<String, Diagnostic> {
        self.links.reference(reference)
    }

    fn fault(&self, target: &str) -> Option<Diagnostic> {
        self.links.fault(target)
    }

    fn site(&self, field: &str) -> Option<String> {
        self.links.site(field)
    }
}

/// Reads the pictures that the HTML shows, in the order in which it shows them. Those for which there is no room stay on the
/// web, with a warning.
pub(super) fn read_images(issue: &str, html: &str, found: &NamedFiles, reader: &dyn Reader) -> (Vec<InlineImage>, Vec<Diagnostic>) {
    let mut shown: Vec<(usize, &String, &String, &str)> = Vec::new();
    for (url, path) in found {
        let extension = path.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default();
        let kind = TYPES.iter().find(|(name, _)| *name == extension).map(|(_, kind)| *kind);
        if let (Some(kind), Some(at)) = (kind, html.find(&InlineImage::source(url))) {
            shown.push((at, url, path, kind));
        }
    }
    shown.sort();
    let (mut images, mut faults, mut total) = (Vec::new(), Vec::new(), 0);
    for (_, url, path, kind) in shown {
        match reader.read_asset(path, MOST_BYTES) {
            Ok(bytes) if total + bytes.len() <= MOST_BYTES => {
                total += bytes.len();
                images.push(InlineImage::new(url, path, kind, bytes));
            }
            Ok(_) => faults.push(Diagnostic::image_left_out(issue, path, MOST_BYTES / 1024 / 1024)),
            Err(error) => faults.push(Diagnostic::file_unreadable(&error.to_string()).in_file(path.trim_start_matches('/'))),
        }
    }
    (images, faults)
}
