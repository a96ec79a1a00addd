//! Names of tags, authors and sections as names of folders.

use crate::content::{Dialect, slugify};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use unicode_normalization::UnicodeNormalization;

/// The longest slug, in bytes: file systems allow 255 for a folder's name.
const LONGEST_SLUG: usize = 120;

/// What makes a tag (or a name) that tag: its letters in lower case. Composed, since some file systems hold é and e + ◌́ for the
/// same name.
pub(super) fn same_name(tag: &str) -> String {
    tag.to_lowercase().nfc().collect()
}

/// Each tag's slug by its name. Tags that would share one (`node.js`, `nodejs`) stay apart: who is spelled like the slug
/// has it, else the first by name, and the others' ends with a hash of their names. It depends on no post's date or
/// number, so a feed's address stays.
pub(super) fn folder_slugs(tags: &BTreeSet<&str>) -> BTreeMap<String, String> {
    let names: BTreeSet<String> = tags.iter().map(|tag| same_name(tag)).collect();
    let mut by_slug: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for name in names {
        by_slug.entry(folder_slug(&name)).or_default().push(name);
    }
    let mut slugs = BTreeMap::new();
    for (slug, names) in &by_slug {
        let first = names.iter().find(|name| *name == slug).or(names.first());
        for name in names {
            let slug = if Some(name) == first { slug.clone() } else { hashed_slug(slug, name, &by_slug) };
            slugs.insert(name.clone(), slug);
        }
    }
    slugs
}

/// The slug with as much of a hash of the tag's name as it takes to be nobody else's.
fn hashed_slug(slug: &str, name: &str, taken: &BTreeMap<String, Vec<String>>) -> String {
    let mut hashed = format!("{slug}-");
    for (at, byte) in Sha256::digest(name).iter().enumerate() {
        hashed.push_str(&format!("{byte:02x}"));
        if at >= 3 && !taken.contains_key(&hashed) {
            break;
        }
    }
    hashed
}

/// A tag as a folder's name; never empty.
fn folder_slug(tag: &str) -> String {
    let mut slug = slugify(&spelled(tag), Dialect::Plain);
    if slug.is_empty() {
        // Only signs, such as an emoji: the numbers of its characters.
        slug = tag.chars().map(|c| format!("{:x}", u32::from(c))).collect::<Vec<_>>().join("-");
    }
    while slug.len() > LONGEST_SLUG {
        slug.pop();
    }
    slug
}

/// `+` and `#` after a letter or digit as words, since `C++`, `C#` and `C` differ by them alone.
fn spelled(tag: &str) -> String {
    let mut out = String::with_capacity(tag.len());
    let mut follows = false;
    for character in tag.chars() {
        match character {
            '+' if follows => out.push_str("-plus-"),
            '#' if follows => out.push_str("-sharp-"),
            _ => {
                follows = character.is_alphanumeric();
                out.push(character);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colliding_tag_keeps_its_folder_when_posts_are_added() {
        let slugs = |tags: &[&str]| folder_slugs(&tags.iter().copied().collect());
        let before = slugs(&["a-b", "a b", "a/b"]);
        assert_eq!(before["a-b"], "a-b");
        let all: BTreeSet<&String> = before.values().collect();
        assert!(all.len() == 3 && all.iter().all(|slug| slug.starts_with("a-b") && slug.len() <= 12), "{before:?}");
        let after = slugs(&["x", "a/b", "A/B", "a b", "a-b", "a&b", &before["a b"]]);
        assert_eq!(after["a/b"], before["a/b"]);
        assert_eq!(after.values().collect::<BTreeSet<_>>().len(), after.len(), "{after:?}");
        // A tag that is spelled like another's hash has the address, and the other a longer hash.
        assert!(after["a b"].starts_with(&before["a b"]) && after["a b"] != before["a b"]);
        let long = slugs(&[&"é".repeat(100), &"é".repeat(101)]);
        assert_eq!(long.values().collect::<BTreeSet<_>>().len(), 2);
    }

    #[test]
    fn a_slug_is_always_one_folder() {
        assert_eq!(folder_slug("🎉!"), "1f389-21");
        for tag in ["..", ".", "/", "../../x", "a/b", "\\", "C:\\x", " ", "%2e%2e", "a\u{0}b"] {
            let slug = folder_slug(tag);
            assert!(!slug.is_empty() && !slug.contains(['/', '\\', ':', '\0']) && !slug.starts_with('.'), "{tag:?} {slug:?}");
        }
        let long = folder_slug(&"é".repeat(1000));
        assert_eq!(long, "é".repeat(60));
    }
}
