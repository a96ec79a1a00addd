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
    /// Width and height of a picture, in pixels.
    pub size: Option<Size>,
}

/// Width and height in pixels, as the picture is shown.
pub type Size = (u32, u32);

/// A picture on the web, with its size where it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Absolute.
    pub url: String,
    pub size: Option<Size>,
}

/// Whoever can look into pictures: an asset is asked for by its path, and only when a body shows it.
pub trait Sizes {
    fn size(&self, path: &str) -> Option<Size>;
}

/// Where nobody looks.
impl Sizes for () {
    fn size(&self, _path: &str) -> Option<Size> {
        None
    }
}

/// What a body asks about the links in it.
pub trait Links {
    /// The absolute URL of a link's target as written (entities decoded); `None` if it has no good one
    /// (`javascript:`, unreadable). `mailto:`, `tel:` and the like stay as they are. `#x` is resolved against
    /// the entry's permalink: whoever knows that the same text holds `x` doesn't ask.
    fn absolute(&self, target: &str) -> Option<String>;
    /// The file beside the content that the target names.
    fn asset(&self, target: &str) -> Option<Asset>;

    /// The picture that the target names, if it is on the web.
    fn image(&self, target: &str) -> Option<Image> {
        let url = self.absolute(target).filter(|url| url.starts_with("https://") || url.starts_with("http://"))?;
        Some(Image { url, size: self.asset(target).and_then(|asset| asset.size) })
    }
}

/// The heads in the order of their paths, and the assets.
#[derive(Debug)]
pub struct Catalog {
    site: Url,
    heads: Vec<Head>,
    by_path: HashMap<String, usize>,
    /// Lengths in bytes; the paths of what stands in the static folder begin with `/`.
    assets: BTreeMap<String, u64>,
}

impl Catalog {
    /// Gathers heads and assets (by path below the content folder, or by `/` and the path below the static folder, with
    /// their lengths in bytes). Two heads with one id or permalink are an error that names both files; drafts are compared
    /// only `with_drafts`.
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
    pub fn links_from<'a>(&'a self, head: &'a Head, sizes: &'a dyn Sizes) -> EntryLinks<'a> {
        let base = Url::parse(&head.url).unwrap_or_else(|_| self.site.clone());
        EntryLinks { catalog: self, head, base, sizes }
    }
}

/// The links of one entry.
pub struct EntryLinks<'a> {
    catalog: &'a Catalog,
    head: &'a Head,
    base: Url,
    sizes: &'a dyn Sizes,
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
        let target = target.trim();
        let site = &self.catalog.site;
        let from_root = match target.strip_prefix(site.as_str()) {
            None if !Self::is_local(target) => return None,
            None => target.strip_prefix(site.path()),
            rest => rest,
        };
        let assets = &self.catalog.assets;
        let found = match from_root {
            // What stands in the static folder is known by its path from the site's root.
            Some(rest) => {
                let path = self.content_path(&format!("/{rest}"))?;
                assets.get_key_value(&format!("/{path}")).or_else(|| assets.get_key_value(&path))
            }
            None => assets.get_key_value(&self.content_path(target)?),
        };
        found.map(|(path, length)| Asset { length: *length, size: self.sizes.size(path) })
    }
}
