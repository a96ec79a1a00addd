//! Entries of an issue put together by section or tag.

use super::{Group, PlannedIssue};
use crate::entry::Head;
use std::collections::BTreeMap;

/// Orders the entries by groups: these by name, so that each keeps its place from issue to issue, and within them as before.
/// Names that differ by letter case alone are one, as its newest entry writes it. Entries without one are the last. Where no
/// entry has one, nothing is put together.
pub fn put_together(issue: &mut PlannedIssue, group: Group, heads: &[Head]) {
    let name = |index: &usize| -> Option<&str> {
        let head = heads.get(*index)?;
        match group {
            Group::Section => head.section.as_deref(),
            Group::Tag => head.categories.first().map(AsRef::as_ref),
        }
    };
    // `true` comes after `false`: no name is last.
    let mut groups: BTreeMap<(bool, String), Vec<usize>> = BTreeMap::new();
    for index in &issue.entries {
        let name = name(index);
        let key = (name.is_none(), name.unwrap_or_default().to_lowercase());
        groups.entry(key).or_default().push(*index);
    }
    if groups.keys().all(|(is_nameless, _)| *is_nameless) {
        return;
    }
    // As the first of its entries, the newest, writes it.
    let named = groups.values().flat_map(|entries| {
        let name = entries.first().and_then(name).map(str::to_owned);
        std::iter::repeat_n(name, entries.len())
    });
    issue.groups = named.collect();
    issue.entries = groups.into_values().flatten().collect();
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    fn head(name: &str, section: Option<&str>, tags: &[&str]) -> Head {
        let tags = tags.iter().map(|tag| (*tag).into()).collect();
        Head { section: section.map(Into::into), categories: tags, ..samples::head(name, None) }
    }

    fn grouped(heads: &[Head], group: Group) -> (Vec<&'static str>, Vec<usize>) {
        let mut issue = PlannedIssue { entries: (0..heads.len()).collect(), ..samples::issue() };
        put_together(&mut issue, group, heads);
        let groups = issue.groups.into_iter().map(|name| &*name.unwrap_or_default().leak());
        (groups.collect(), issue.entries)
    }

    #[test]
    fn groups_are_in_the_order_of_their_names_and_the_nameless_are_last() {
        let heads =
            [head("a", None, &[]), head("b", Some("news"), &["Z"]), head("c", Some("boats"), &[]), head("d", Some("news"), &["a", "z"])];
        assert_eq!(grouped(&heads, Group::Section), (vec!["boats", "news", "news", ""], vec![2, 1, 3, 0]));
        // The first tag counts, and each entry stands once.
        assert_eq!(grouped(&heads, Group::Tag), (vec!["a", "Z", "", ""], vec![3, 1, 0, 2]));
    }

    #[test]
    fn case_makes_no_group_of_its_own() {
        let heads = [head("a", None, &["Été"]), head("b", None, &["rust"]), head("c", None, &["été"]), head("d", None, &["Rust"])];
        let (groups, entries) = grouped(&heads, Group::Tag);
        assert_eq!(groups, ["rust", "rust", "Été", "Été"]);
        assert_eq!(entries, [1, 3, 0, 2]);
    }

    #[test]
    fn without_any_name_there_are_no_groups() {
        assert_eq!(grouped(&[head("a", None, &[]), head("b", None, &[])], Group::Tag), (Vec::new(), vec![0, 1]));
        assert_eq!(grouped(&[], Group::Section), (Vec::new(), Vec::new()));
    }
}
