//! What a link means in the body of one entry.

use super::index::{is_markdown, is_same_language, logical, without_extension};
use super::{Asset, Catalog, Links, Look, Reference};
use crate::diagnostic::Diagnostic;
use crate::entry::Head;
use url::{Position, Url};

/// The links of one entry.
pub struct EntryLinks<'a> {
    catalog: &'a Catalog,
    head: &'a Head,
    base: Url,
    look: &'a dyn Look,
}

/// A target as it is written, by the conventions of all generators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target<'t> {
    /// A path from the file that links, or from the site's root.
    Path(&'t str),
    /// `@/path.md` (Zola), `@site/…` (Docusaurus): a path from the content folder.
    Root(&'t str),
    /// Pelican's `{filename}path`, also `|filename|path`: what is meant, and from where.
    Pelican(&'t str, &'t str),
    /// An address that the content folder has nothing to do with.
    Elsewhere,
}

impl<'t> Target<'t> {
    fn read(target: &'t str) -> Target<'t> {
        if let Some(path) = target.strip_prefix("@/") {
            return Target::Root(path);
        }
        if let Some((kind, path)) = ["{}", "||"].into_iter().find_map(|marks| {
            let rest = target.strip_prefix(marks.get(..1)?)?;
            rest.split_once(marks.get(1..)?)
        }) && ["filename", "static", "attach", "tag", "category", "author", "index"].contains(&kind)
        {
            return Target::Pelican(kind, path);
        }
        if target.starts_with("//") || target.starts_with('#') || target.starts_with('?') || has_scheme(target) {
            return Target::Elsewhere;
        }
        Target::Path(target)
    }
}

/// Whether an address is absolute (RFC 3986, section 3.1): every link is asked, so it isn't parsed for that.
fn has_scheme(target: &str) -> bool {
    let end = target.bytes().position(|byte| !(byte.is_ascii_alphanumeric() || b"+-.".contains(&byte)));
    end.is_some_and(|end| end > 1 && target.as_bytes().get(end) == Some(&b':')) && target.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// What a target that names a content file leads to.
enum Found<'a> {
    Entry(&'a Head),
    /// A section or a page, which is no entry; its path below the site.
    Page(String),
    /// It looks like a content file, and there is none; the path that was looked for.
    Missing(String),
}

impl<'a> EntryLinks<'a> {
    pub(super) fn new(catalog: &'a Catalog, head: &'a Head, base: Url, look: &'a dyn Look) -> Self {
        EntryLinks { catalog, head, base, look }
    }

    fn folder(&self) -> &'a str {
        self.head.path.relative.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// The folder of the entry's language, where languages have folders.
    fn language_folder(&self) -> Option<&'a str> {
        let language = self.head.language.as_deref().unwrap_or(&self.catalog.site.language);
        self.head.path.relative.split_once('/').map(|(first, _)| first).filter(|first| is_same_language(first, language))
    }

    /// The path below the content folder that a path means from a folder of it; `None` outside of it.
    fn below(folder: &str, path: &str) -> Option<String> {
        let path = crate::url::decode_path(path);
        let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
        for part in path.split('/') {
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

    /// The path below the content folder that a target names, without query and fragment.
    fn content_path(&self, target: Target<'_>) -> Option<String> {
        let (path, is_rooted) = match target {
            Target::Path(path) => (path, path.starts_with('/')),
            Target::Root(path) => (path, true),
            Target::Pelican("filename" | "static" | "attach", path) => (path, path.starts_with('/')),
            Target::Pelican(..) | Target::Elsewhere => return None,
        };
        let path = path.split(['?', '#']).next().filter(|path| !path.is_empty())?;
        Self::below(if is_rooted { "" } else { self.folder() }, path)
    }

    /// The content file that a target names, if it can be nothing else.
    fn find(&self, target: Target<'_>) -> Option<Found<'a>> {
        let (is_certain, is_rooted) = match target {
            Target::Path(path) => (!path.starts_with('/'), path.starts_with('/')),
            Target::Root(_) | Target::Pelican("filename", _) => (true, false),
            Target::Pelican(..) | Target::Elsewhere => return None,
        };
        // Most links are addresses of pages: a content file's name has an extension, so they needn't be looked for.
        let (Target::Path(written) | Target::Root(written) | Target::Pelican(_, written)) = target else { return None };
        let written = written.split(['?', '#']).next().unwrap_or_default();
        if !written.rsplit('/').next().is_some_and(|file| file.contains('.')) {
            return None;
        }
        let Some(path) = self.content_path(target) else {
            // Out of the content folder: as written, if it can be nothing but a file.
            return (is_certain && is_markdown(written)).then(|| Found::Missing(written.to_owned()));
        };
        if let Some(head) = self.entry_at(&path) {
            return Some(Found::Entry(head));
        }
        if is_rooted && let Some(folder) = self.language_folder() {
            let path = format!("{folder}/{path}");
            if let Some(head) = self.entry_at(&path) {
                return Some(Found::Entry(head));
            }
        }
        if let Some(page) = self.page_at(&path) {
            return Some(Found::Page(page));
        }
        (is_certain && is_markdown(&path)).then_some(Found::Missing(path))
    }

    /// The entry of a path, in the language of the page that links, if there are several.
    fn entry_at(&self, path: &str) -> Option<&'a Head> {
        if let Some(language) = self.head.language.as_deref()
            && let Some((stem, extension)) = path.rsplit_once('.')
        {
            let translated = [language.to_owned(), language.replace('-', "_")]
                .iter()
                .find_map(|language| self.catalog.at_path(&format!("{stem}.{language}.{extension}")));
            if translated.is_some() {
                return translated;
            }
        }
        self.catalog.at_path(path)
    }

    /// The path below the site of a section (`_index.md`) or of another file that is no entry.
    fn page_at(&self, path: &str) -> Option<String> {
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
        let name = without_extension(file);
        if is_markdown(file) && (name == "_index" || name.starts_with("_index.")) && (folder.is_empty() || self.catalog.has_folder(folder))
        {
            return Some(if folder.is_empty() { String::new() } else { format!("{folder}/") });
        }
        if !self.catalog.others.contains(path) {
            return None;
        }
        match name {
            "_index" => Some(format!("{folder}/")),
            // Pelican's pages keep their folder.
            _ => Some(format!("{}.html", without_extension(path))),
        }
    }

    fn site_path(&self, path: &str) -> String {
        self.catalog.site.absolute(&crate::url::encode_path(path))
    }

    /// `Err` for what is missing or not published.
    fn checked(&self, found: Found<'_>) -> Result<String, Diagnostic> {
        match found {
            Found::Entry(head) if head.is_draft && !self.catalog.with_drafts => Err(Diagnostic::link_draft(&head.path.relative)),
            Found::Entry(head) => Ok(head.url.to_string()),
            Found::Page(path) => Ok(self.site_path(&path)),
            Found::Missing(path) => Err(Diagnostic::link_broken(&path, self.catalog.near(&path))),
        }
    }

    /// What Pelican means by everything but `{filename}`.
    fn pelican(&self, kind: &str, path: &str) -> Option<String> {
        let (path, rest) = path.split_at(path.find(['?', '#']).unwrap_or(path.len()));
        let url = match kind {
            // Goes to the page's own folder, wherever that is.
            "attach" if !path.starts_with('/') => self.base.join(path).ok()?.into(),
            "filename" | "static" | "attach" => self.site_path(&Self::below(if path.starts_with('/') { "" } else { self.folder() }, path)?),
            "index" => self.catalog.site.absolute(""),
            "tag" | "category" | "author" => self.site_path(&format!("{kind}/{}.html", slug(path))),
            _ => return None,
        };
        Some(format!("{url}{rest}"))
    }

    /// One entry of several, in the language that is wanted, else the first.
    fn choose(&self, found: &[usize], language: Option<&str>) -> Option<&'a Head> {
        let site = self.catalog.site.language.as_str();
        let wanted = language.or(self.head.language.as_deref()).unwrap_or(site);
        let mut heads = found.iter().filter_map(|at| self.catalog.heads.get(*at));
        let first = heads.clone().next();
        heads.find(|head| is_same_language(head.language.as_deref().unwrap_or(site), wanted)).or(first)
    }

    /// Hugo's `ref`: from the page, from the content folder, by name.
    fn find_page(&self, path: &str, language: Option<&str>) -> Found<'a> {
        let index = self.catalog.index();
        let own = self.head.language.as_deref().unwrap_or(&self.catalog.site.language);
        let wanted = language.unwrap_or(own);
        let mut places = Vec::new();
        if !path.starts_with('/') {
            places.push(Self::below(self.folder(), path));
            // A bundle is a page of the folder around it.
            let name = self.head.path.relative.rsplit('/').next().unwrap_or_default();
            if logical(name, own) == "index" {
                places.push(Self::below(self.folder(), &format!("../{path}")));
            }
        }
        places.push(Self::below("", path));
        if let Some(folder) = self.language_folder() {
            places.push(Self::below(folder, path));
        }
        for place in places.iter().flatten() {
            for place in [logical(place, wanted), logical(place, "")] {
                if let Some(head) = self.choose(index.at_path(&place), language) {
                    return Found::Entry(head);
                }
            }
        }
        // A language in the name itself.
        if let Some(head) = places.iter().flatten().find_map(|place| self.catalog.at_path(place)) {
            return Found::Entry(head);
        }
        for place in places.iter().flatten() {
            let folder = without_extension(place);
            let folder = folder.strip_suffix("/_index").unwrap_or(folder).trim_end_matches('/');
            if !folder.is_empty() && self.catalog.has_folder(folder) {
                return Found::Page(format!("{folder}/"));
            }
        }
        let name = path.trim_matches('/');
        if !name.contains('/')
            && let Some(head) = [logical(name, wanted), logical(name, "")].iter().find_map(|name| self.choose(index.named(name), language))
        {
            return Found::Entry(head);
        }
        Found::Missing(path.to_owned())
    }

    /// Jekyll's `post_url`: the folders that are given must be the last ones of the post's.
    fn find_post(&self, name: &str) -> Found<'a> {
        let wanted = logical(name.trim_matches('/').trim_start_matches("_posts/"), "");
        let last = wanted.rsplit('/').next().unwrap_or_default();
        let found: Vec<usize> = self.catalog.index().named(last).to_vec();
        let is_meant = |at: &&usize| {
            let path = self.catalog.heads.get(**at).map(|head| logical(&head.path.relative, "").replace("_posts/", "")).unwrap_or_default();
            path == wanted || path.ends_with(&format!("/{wanted}"))
        };
        match found.iter().find(is_meant).or_else(|| found.first()).and_then(|at| self.catalog.heads.get(*at)) {
            Some(head) => Found::Entry(head),
            None => Found::Missing(name.to_owned()),
        }
    }

    /// Jekyll's `link`: the content folder may be the site's, or one in it.
    fn find_file(&self, path: &str) -> Found<'a> {
        let path = path.trim_start_matches('/');
        let inside = path.split_once('/').filter(|(folder, _)| matches!(*folder, "_posts" | "_drafts")).map(|(_, rest)| rest);
        for place in [Some(path), inside].into_iter().flatten() {
            if let Some(head) = self.entry_at(place) {
                return Found::Entry(head);
            }
        }
        if without_extension(path) == path { Found::Page(path.to_owned()) } else { Found::Missing(path.to_owned()) }
    }
}

/// A tag's or category's part of an address, as Pelican makes it.
fn slug(name: &str) -> String {
    let ascii = deunicode::deunicode(&crate::url::decode_path(name)).to_lowercase();
    let kept: String = ascii.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ' ')).collect();
    kept.split([' ', '-']).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

impl Links for EntryLinks<'_> {
    fn absolute(&self, target: &str) -> Option<String> {
        let target = target.trim();
        let read = Target::read(target);
        if let Some(found) = self.find(read) {
            // What is missing has no address that would work: the text stays, without a link.
            let url = self.checked(found).ok()?;
            let rest = target.find(['?', '#']).and_then(|at| target.get(at..)).unwrap_or_default();
            return Some(format!("{url}{rest}"));
        }
        if crate::url::is_usual(target) {
            return Some(target.to_owned());
        }
        let url = match read {
            Target::Pelican(kind, path) => return self.pelican(kind, path),
            // A file of another bundle lies beside that bundle's page.
            Target::Path(path) if !path.starts_with('/') => match self.asset_page(path) {
                Some(url) => return Some(url),
                None => self.base.join(target),
            },
            Target::Root(path) => self.catalog.site.url.join(&format!("./{path}")),
            // A path from the root is the site's, which may stand below its host's root.
            _ => match target.strip_prefix('/') {
                Some(rest) if !rest.starts_with('/') => {
                    let site = &self.catalog.site.url;
                    if !target.starts_with(site.path()) {
                        site.join(&format!("./{rest}"))
                    } else {
                        let whole = [&self.base[..Position::BeforePath], target].concat();
                        if crate::url::is_usual(&whole) {
                            return Some(whole);
                        }
                        self.base.join(target)
                    }
                }
                _ => self.base.join(target),
            },
        };
        let url = url.ok()?;
        let is_safe = matches!(
            url.scheme(),
            "http" | "https" | "mailto" | "tel" | "sms" | "xmpp" | "ftp" | "magnet" | "geo" | "irc" | "ircs" | "news" | "gemini"
        );
        is_safe.then(|| url.into())
    }

    fn asset(&self, target: &str) -> Option<Asset> {
        Some(self.look.asset(self.find_asset(target)?))
    }

    fn reference(&self, reference: Reference<'_>) -> Result<String, Diagnostic> {
        let (Reference::Page { path: written, .. } | Reference::Post(written) | Reference::File(written)) = reference;
        let written = written.trim();
        let (path, fragment) = written.split_at(written.find('#').unwrap_or(written.len()));
        let found = match reference {
            Reference::Page { language, .. } if path.is_empty() && language.is_none() => Found::Entry(self.head),
            Reference::Page { language, .. } => self.find_page(path, language),
            Reference::Post(_) => self.find_post(path),
            Reference::File(_) => self.find_file(path),
        };
        self.checked(found).map(|url| format!("{url}{fragment}"))
    }

    fn fault(&self, target: &str) -> Option<Diagnostic> {
        self.checked(self.find(Target::read(target.trim()))?).err()
    }

    fn site(&self, field: &str) -> Option<String> {
        let site = &self.catalog.site;
        match field {
            "title" | "name" => Some(site.title.clone()),
            "description" | "tagline" => Some(site.description.clone()),
            "url" => Some(site.url.origin().ascii_serialization()),
            "baseurl" => Some(site.url.path().trim_end_matches('/').to_owned()),
            "lang" | "language" => Some(site.language.clone()),
            "author" => site.authors.first().map(|author| author.name.clone()),
            "copyright" => site.copyright.clone(),
            _ => None,
        }
    }
}

impl EntryLinks<'_> {
    /// The path of the file beside the content that a target names; it begins with `/` where it stands in the static folder.
    pub fn asset_path(&self, target: &str) -> Option<String> {
        self.find_asset(target).cloned()
    }

    fn find_asset(&self, target: &str) -> Option<&String> {
        let target = target.trim();
        let site = &self.catalog.site.url;
        let read = Target::read(target);
        let assets = &self.catalog.assets;
        // What stands in the static folder is known by its path from the site's root.
        let rooted = |path: String| assets.get(&format!("/{path}")).or_else(|| assets.get(&path));
        match (read, target.strip_prefix(site.as_str())) {
            (Target::Elsewhere, Some(rest)) => rooted(self.content_path(Target::Root(rest))?),
            (Target::Path(path), _) if path.starts_with('/') => {
                rooted(self.content_path(Target::Root(path.strip_prefix(site.path()).unwrap_or(path)))?)
            }
            (Target::Pelican("static", _) | Target::Root(_), _) => rooted(self.content_path(read)?),
            (Target::Path(path), _) => {
                let beside = self.content_path(read).and_then(|path| assets.get(&path));
                // Else in the static folder, at the entry's own address: there the page finds it.
                beside.or_else(|| {
                    let url = self.base.join(path).ok()?;
                    assets.get(&format!("/{}", crate::url::decode_path(url.path().strip_prefix(site.path())?)))
                })
            }
            _ => assets.get(&self.content_path(read)?),
        }
    }

    /// The address of a file in the page bundle of another entry.
    fn asset_page(&self, target: &str) -> Option<String> {
        let path = self.content_path(Target::Path(target)).filter(|path| self.catalog.assets.contains(path))?;
        let (folder, bundle) = self.catalog.bundle_of(&path).filter(|(folder, _)| *folder != self.folder())?;
        let language = self.head.language.as_deref();
        let head = bundle.iter().find(|head| head.language.as_deref() == language).or(bundle.first())?;
        let base = Url::parse(&head.url).ok()?;
        base.join(&format!("./{}", crate::url::encode_path(path.get(folder.len() + 1..)?))).ok().map(Into::into)
    }
}

#[cfg(test)]
#[path = "links_tests.rs"]
mod tests;
