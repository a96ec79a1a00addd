//! All heads and assets of a content folder: who is where, and what a link means from a place.

mod index;
mod links;
mod near;

use crate::diagnostic::Diagnostic;
use crate::entry::{Entry, Head};
use crate::site::Site;
use index::Index;
use std::collections::{BTreeSet, HashMap, hash_map};
use std::sync::{Arc, OnceLock};
use url::Url;

pub use links::EntryLinks;

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

/// Whoever can look at files: an asset is asked for by its path, and only when an entry has it.
pub trait Look: Sync {
    fn asset(&self, path: &str) -> Asset;
}

/// Where nobody looks.
impl Look for () {
    fn asset(&self, _path: &str) -> Asset {
        Asset::default()
    }
}

/// How a generator's own syntax names another file of the content folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference<'a> {
    /// Hugo's `ref` and `relref`: a path from the page, from the content folder (`/`), or a file's name alone, with or without
    /// extension and `#fragment`; in the page's language or another one.
    Page { path: &'a str, language: Option<&'a str> },
    /// Jekyll's `post_url`: a dated name, with or without folders.
    Post(&'a str),
    /// Jekyll's `link`: a path from the site's folder.
    File(&'a str),
}

/// What a body asks about the links in it.
pub trait Links: Sync {
    /// The absolute URL of a link's target as written (entities decoded); `None` if it has no good one
    /// (`javascript:`, unreadable). `mailto:`, `tel:` and the like stay as they are. `#x` is resolved against
    /// the entry's permalink: whoever knows that the same text holds `x` doesn't ask.
    fn absolute(&self, target: &str) -> Option<String>;
    /// The file beside the content that the target names.
    fn asset(&self, target: &str) -> Option<Asset>;
    /// The absolute URL of what a generator's syntax names. The fault has no place yet.
    fn reference(&self, reference: Reference<'_>) -> Result<String, Diagnostic>;
    /// What is wrong with a target that means another content file; nothing is with all others. The fault has no place yet.
    fn fault(&self, target: &str) -> Option<Diagnostic>;
    /// A field of the site as templates name it: `title`, `url`, `baseurl`, `description`.
    fn site(&self, field: &str) -> Option<String>;

    /// The picture that the target names, if it is on the web.
    fn image(&self, target: &str) -> Option<Image> {
        let url = self.absolute(target).filter(|url| url.starts_with("https://") || url.starts_with("http://"))?;
        Some(Image { url, size: self.asset(target).and_then(|asset| asset.size) })
    }
}

/// The heads in the order of their paths, and the assets.
#[derive(Debug)]
pub struct Catalog {
    site: Site,
    heads: Vec<Head>,
    /// Content files that are no entries: sections, Pelican's pages.
    others: BTreeSet<String>,
    /// The written issues of the newsletter.
    issues: Vec<Entry>,
    /// Lengths in bytes; the paths of what stands in the static folder begin with `/`.
    assets: Arc<BTreeSet<String>>,
    with_drafts: bool,
    /// Made when the first link asks for it: most folders have none that does.
    index: OnceLock<Index>,
}

impl Catalog {
    /// Gathers heads and assets (by path below the content folder, or by `/` and the path below the static folder, with
    /// their lengths in bytes). Two heads with one id or permalink are an error that names both files; drafts are compared
    /// only `with_drafts`.
    pub fn new(site: &Site, mut heads: Vec<Head>, assets: Arc<BTreeSet<String>>, with_drafts: bool) -> (Catalog, Vec<Diagnostic>) {
        heads.sort_by(|a, b| a.path.cmp(&b.path));
        let faults = duplicates(heads.iter().filter(|head| with_drafts || !head.is_draft));
        let index = OnceLock::new();
        (Catalog { site: site.clone(), heads, others: BTreeSet::new(), issues: Vec::new(), assets, with_drafts, index }, faults)
    }

    /// Tells of content files that are no entries, by their paths below the content folder: links to them are no faults.
    pub fn with_issues(mut self, issues: Vec<Entry>) -> Catalog {
        self.issues = issues;
        self
    }

    /// The written issues of the newsletter, which are none of the entries.
    pub fn issues(&self) -> &[Entry] {
        &self.issues
    }

    pub fn with_others(mut self, others: BTreeSet<String>) -> Self {
        self.others = others;
        self
    }

    pub fn heads(&self) -> &[Head] {
        &self.heads
    }

    /// What links mean in the body of `head`.
    pub fn links_from<'a>(&'a self, head: &'a Head, look: &'a dyn Look) -> EntryLinks<'a> {
        let base = Url::parse(&head.url).unwrap_or_else(|_| self.site.url.clone());
        EntryLinks::new(self, head, base, look)
    }

    /// The entry of exactly this path below the content folder.
    fn at_path(&self, path: &str) -> Option<&Head> {
        let at = self.heads.binary_search_by(|head| head.path.relative.as_ref().cmp(path)).ok()?;
        self.heads.get(at)
    }

    /// Whether an entry stands in the folder or below it.
    fn has_folder(&self, folder: &str) -> bool {
        let prefix = format!("{folder}/");
        let from = self.heads.partition_point(|head| *head.path.relative < *prefix);
        self.heads.get(from).is_some_and(|head| head.path.relative.starts_with(&prefix))
    }

    /// The page bundle that holds the file: the nearest folder with an `index` file, and its entries, one for each language.
    fn bundle_of<'p>(&self, path: &'p str) -> Option<(&'p str, &[Head])> {
        let mut folder = path;
        while let Some((above, _)) = folder.rsplit_once('/') {
            folder = above;
            let prefix = format!("{folder}/index.");
            let from = self.heads.partition_point(|head| *head.path.relative < *prefix);
            let heads = self.heads.get(from..).unwrap_or_default();
            let count = heads.iter().take_while(|head| head.path.relative.starts_with(&prefix)).count();
            if count > 0 {
                return heads.get(..count).map(|heads| (folder, heads));
            }
        }
        None
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::new(&self.heads, &self.site.language))
    }
}

/// Two heads with one permalink or one id.
fn duplicates<'a>(heads: impl Iterator<Item = &'a Head>) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    let mut by_url: HashMap<&str, &Head> = HashMap::with_capacity(heads.size_hint().1.unwrap_or(0));
    // Only those that are no permalinks: nearly all are.
    let mut by_id: HashMap<&str, &Head> = HashMap::new();
    for head in heads {
        match by_url.entry(&head.url) {
            hash_map::Entry::Occupied(other) => {
                faults.push(Diagnostic::duplicate("the permalink", &head.url, &other.get().path.display).in_file(&head.path.display));
                continue;
            }
            hash_map::Entry::Vacant(place) => place.insert(head),
        };
        // An id that is the permalink needs no second look: the permalink is nobody else's.
        let is_url = head.id == head.url;
        let of_url = || if is_url { None } else { by_url.get(&*head.id).filter(|other| other.id == other.url) };
        if let Some(other) = by_id.get(&*head.id).or_else(of_url) {
            faults.push(Diagnostic::duplicate("the id", &head.id, &other.path.display).in_file(&head.path.display));
        } else if !is_url {
            by_id.insert(&head.id, head);
        }
    }
    faults
}
