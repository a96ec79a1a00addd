//! Editions: an issue in each language of its entries.

use super::{PlannedIssue, Sibling};
use crate::entry::Head;
use crate::language::{lookup, usual_form};
use crate::site::Site;
use std::collections::BTreeMap;

/// Parts a digest by the languages of its entries. The site's language has the main edition, with the issue's own id. It is
/// also there where no entry is in it, with all of them, for those who read no other edition.
pub fn part(issue: PlannedIssue, site: &Site, heads: &[Head]) -> Vec<PlannedIssue> {
    let language = |index: &usize| {
        let own = heads.get(*index).and_then(|head| head.language.as_deref());
        usual_form(own.unwrap_or(&site.language))
    };
    let mut found: Vec<String> = issue.entries.iter().map(language).collect();
    found.sort();
    found.dedup();
    let languages = broadest(&usual_form(&site.language), &found);
    if languages.len() < 2 {
        return vec![issue];
    }
    let ids: Vec<String> =
        languages.iter().enumerate().map(|(at, tag)| if at == 0 { issue.id.clone() } else { format!("{}-{tag}", issue.id) }).collect();
    let editions: Vec<Sibling> = ids.iter().zip(&languages).map(|(id, tag)| Sibling { id: id.clone(), language: tag.clone() }).collect();
    let of_language = |at: usize| -> Vec<usize> {
        let is_of = |index: &&usize| lookup(&languages, &language(index)).unwrap_or(0) == at;
        issue.entries.iter().filter(is_of).copied().collect()
    };
    let parts = ids.into_iter().enumerate().map(|(at, id)| {
        let own = of_language(at);
        let entries = if own.is_empty() { issue.entries.clone() } else { own };
        PlannedIssue { id, entries, editions: editions.clone(), ..issue.clone() }
    });
    parts.collect()
}

/// The main language, and those of the others that are no kind of it nor of one another: `fr-CA` is one of `fr`. An entry in a
/// broader language than the main one (`en` on a site in `en-GB`) is for its readers too.
fn broadest(main: &str, found: &[String]) -> Vec<String> {
    let is_kind = |tag: &str, of: &str| tag.len() > of.len() && tag.starts_with(of) && tag.as_bytes().get(of.len()) == Some(&b'-');
    let is_of_main = |tag: &str| tag == main || is_kind(tag, main) || is_kind(main, tag);
    let others = found.iter().filter(|tag| !is_of_main(tag) && !found.iter().any(|other| is_kind(tag, other)));
    std::iter::once(main.to_owned()).chain(others.cloned()).collect()
}

/// Joins the issues that are translations of each other: by their paths, but for the language in them. The main edition is
/// the one in the site's language, else the first by language; the others are called by its id and their language.
pub fn join(issues: &mut [(PlannedIssue, &Head)], site: &Site) {
    let site_language = usual_form(&site.language);
    let language = |head: &Head| usual_form(head.language.as_deref().unwrap_or(&site.language));
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, (_, head)) in issues.iter().enumerate() {
        groups.entry(without_language(&head.path.relative, &language(head))).or_default().push(at);
    }
    for mut group in groups.into_values() {
        let tag = |at: &usize| issues.get(*at).map(|(_, head)| language(head)).unwrap_or_default();
        group.sort_by_key(|at| (tag(at) != site_language, tag(at)));
        let mut tags: Vec<String> = group.iter().map(tag).collect();
        tags.dedup();
        // Two in one language are no translations.
        if tags.len() < group.len() || group.len() < 2 {
            continue;
        }
        let main = group.first().and_then(|at| issues.get(*at)).map(|(issue, _)| issue.id.clone()).unwrap_or_default();
        let main = tags.first().map_or(main.clone(), |tag| main.strip_suffix(&format!(".{tag}")).unwrap_or(&main).to_owned());
        let ids = tags.iter().enumerate().map(|(at, tag)| if at == 0 { main.clone() } else { format!("{main}-{tag}") });
        let editions: Vec<Sibling> = ids.zip(&tags).map(|(id, tag)| Sibling { id, language: tag.clone() }).collect();
        for (at, edition) in group.iter().zip(&editions) {
            if let Some((issue, _)) = issues.get_mut(*at) {
                issue.id = edition.id.clone();
                issue.editions = editions.clone();
            }
        }
    }
}

/// `fr/tides.md` and `tides.fr.md` → `tides`.
fn without_language(path: &str, language: &str) -> String {
    let is_language = |part: &str| usual_form(part) == language;
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let stem = stem.rsplit_once('.').filter(|(_, suffix)| is_language(suffix)).map_or(stem, |(stem, _)| stem);
    folders.split('/').filter(|folder| !folder.is_empty() && !is_language(folder)).chain([stem]).collect::<Vec<_>>().join("/")
}

/// Whether an entry in this language is one of those that readers of the edition get.
pub fn holds(issue: &PlannedIssue, language: &str) -> bool {
    let languages: Vec<&str> = issue.editions.iter().map(|edition| edition.language.as_str()).collect();
    let found = lookup(&languages, language).unwrap_or(0);
    issue.editions.get(found).is_none_or(|edition| edition.id == issue.id)
}
