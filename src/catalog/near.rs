//! What a misspelt path may have meant.

use super::Catalog;

/// So many neighbours are looked at on each side: a folder may hold a hundred thousand files.
const NEIGHBOURS: usize = 1000;

impl Catalog {
    /// The path of an entry that is nearly this one: the same name elsewhere, or another name of few differences nearby.
    pub(super) fn near(&self, path: &str) -> Option<&str> {
        let file = path.rsplit('/').next().unwrap_or(path);
        let name = super::index::logical(file, &self.site.language);
        if let [only] = self.index().named(&name) {
            return self.heads.get(*only).map(|head| &*head.path.relative);
        }
        let limit = 1 + path.len().min(40) / 8;
        let here = self.heads.partition_point(|head| *head.path.relative < *path);
        let nearby = self.heads.get(here.saturating_sub(NEIGHBOURS)..(here + NEIGHBOURS).min(self.heads.len())).unwrap_or_default();
        nearby
            .iter()
            .map(|head| &*head.path.relative)
            .filter(|known| known.len().abs_diff(path.len()) <= limit)
            .map(|known| (strsim::damerau_levenshtein(known, path), known))
            .filter(|(distance, _)| *distance <= limit)
            .min()
            .map(|(_, known)| known)
    }
}
