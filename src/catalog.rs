//! All heads and assets of a content folder: who is where, and what a link means from a place.

use crate::diagnostic::Diagnostic;
use crate::entry::Head;
use crate::site::Site;
use std::collections::{BTreeMap, HashMap};
use url::Url;

/// A file beside the content: an image, a recording.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asset {
    /// Bytes.
    pub length: u64,
}

/// What a body asks about the links in it.
pub trait Links {
    /// The absolute URL of a link's target as written (entities decoded); `None` if it has no good one
    /// (`javascript:`, unreadable). `mailto:`, `tel:` and the like stay as they are. `#x` is resolved against
    /// the entry's permalink: whoever knows that the same text holds `x` doesn't ask.
    fn absolute(&self, target: &str) -> Option<String>;
    /// The file beside the content that the target names.
    fn asset(&self, target: &str) -> Option<Asset>;
}

/// The heads in the order of their paths, and the assets.
#[derive(Debug)]
pub struct Catalog {
    site: Url,
    heads: Vec<Head>,
    by_path: HashMap<String, usize>,
    /// Lengths in bytes.
    assets: BTreeMap<String, u64>,
}

impl Catalog {
    /// Gathers heads and assets (by path below the content folder, with their lengths in bytes). Two heads with one id or permalink are an error
    /// that names both files; drafts are compared only `with_drafts`.
    pub fn new(site: &Site, mut heads: Vec<Head>, assets: BTreeMap<String, u64>, with_drafts: bool) -> (Catalog, Vec<Diagnostic>) {
        heads.sort_by(|a, b| a.path.cmp(&b.path));
        let mut faults = Vec::new();
        let mut seen: HashMap<(&str, &str), &Head> = HashMap::new();
        for head in heads.iter().filter(|head| with_drafts || !head.is_draft) {
            for (what, value) in [("the permalink", head.url.as_str()), ("the id", head.id.as_str())] {
                match seen.get(&(what, value)) {
                    Some(other) => {
                        faults.push(Diagnostic::duplicate(what, value, &other.path.display).in_file(&head.path.display));
                        break;
                    }
                    None => {
                        seen.insert((what, value), head);
                    }
                }
            }
        }
        let by_path = heads.iter().enumerate().map(|(at, head)| (head.path.relative.clone(), at)).collect();
        (Catalog { site: site.url.clone(), heads, by_path, assets }, faults)
    }

    pub fn heads(&self) -> &[Head] {
        &self.heads
    }

    /// What links mean in the body of `head`.
    pub fn links_from<'a>(&'a self, head: &'a Head) -> EntryLinks<'a> {
        let base = Url::parse(&head.url).unwrap_or_else(|_| self.site.clone());
        EntryLinks { catalog: self, head, base }
    }
}

/// The links of one entry.
#[derive(Debug)]
pub struct EntryLinks<'a> {
    catalog: &'a Catalog,
    head: &'a Head,
    base: Url,
}

impl EntryLinks<'_> {
    /// The path below the content folder that a target names, without query and fragment.
    fn content_path(&self, target: &str) -> Option<String> {
        let path = target.split(['?', '#']).next().filter(|path| !path.is_empty())?;
        let path = crate::url::decode_path(path);
        let (folder, rest) = match path.strip_prefix('/').or_else(|| path.strip_prefix("@/")) {
            // `@/` is Zola's root of the content.
            Some(rest) => ("", rest),
            None => (self.head.path.relative.rsplit_once('/').map_or("", |(folder, _)| folder), path.as_ref()),
        };
        let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
        for part in rest.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop()?;
                }
                part => parts.push(part),
            }
        }
        Some(parts.join("/"))
    }

    fn is_local(target: &str) -> bool {
        !target.starts_with("//") && !target.starts_with('#') && Url::parse(target).is_err()
    }
}

impl Links for EntryLinks<'_> {
    fn absolute(&self, target: &str) -> Option<String> {
        let target = target.trim();
        if Self::is_local(target)
            && let Some(head) =
                self.content_path(target).and_then(|path| self.catalog.by_path.get(&path)).map(|at| &self.catalog.heads[*at])
        {
            let fragment = target.split_once('#').map(|(_, fragment)| format!("#{fragment}")).unwrap_or_default();
            return Some(format!("{}{fragment}", head.url));
        }
        let url = match target.strip_prefix('/') {
            // A path from the root is the site's, which may stand below its host's root.
            Some(rest) if !rest.starts_with('/') => {
                let site = self.catalog.site.path();
                if target.starts_with(site) { self.base.join(target) } else { self.catalog.site.join(&format!("./{rest}")) }
            }
            _ => self.base.join(target),
        };
        let url = url.ok()?;
        let is_safe = matches!(
            url.scheme(),
            "http" | "https" | "mailto" | "tel" | "sms" | "xmpp" | "ftp" | "magnet" | "geo" | "irc" | "ircs" | "news" | "gemini"
        );
        is_safe.then(|| url.into())
    }

    fn asset(&self, target: &str) -> Option<Asset> {
        Self::is_local(target.trim())
            .then(|| self.content_path(target.trim()))?
            .and_then(|path| self.catalog.assets.get(&path).map(|length| Asset { length: *length }))
    }
}
