//! Jekyll's `defaults`: fields for the posts of a path.

use super::tree::Tree;
use crate::content::{Field, Node, is_meant};

/// Fields for the entries at `path` below the content folder, a pattern as in `.gitignore`; an empty one concerns all.
#[derive(Clone, Debug, PartialEq)]
pub struct Scope {
    pub path: String,
    pub values: Vec<Field>,
}

/// The scopes that concern posts, in the order in which they win: the longer path, and the one that names a type.
/// `inside` gives the place below the content folder of a path below the site's.
pub(super) fn scopes(tree: &Tree, inside: impl Fn(&str) -> Option<String>) -> Vec<Scope> {
    let mut found: Vec<(usize, bool, Scope)> = Vec::new();
    for node in tree.list("defaults") {
        let of_scope = |name: &str| node.get("scope").and_then(|scope| scope.get(name)).and_then(Node::text);
        let kind = of_scope("type");
        if kind.is_some_and(|kind| kind != "posts" && kind != "drafts") {
            continue;
        }
        let path = of_scope("path").unwrap_or_default().trim_start_matches("./").trim_matches('/');
        let (Some(inner), Some(values)) = (inside(path), node.get("values")) else { continue };
        let values: Vec<Field> = values.fields().iter().filter(|field| is_meant(&field.name)).cloned().collect();
        found.push((path.len(), kind.is_some(), Scope { path: inner, values }));
    }
    found.sort_by_key(|(length, is_typed, _)| (*length, *is_typed));
    found.into_iter().map(|(.., scope)| scope).collect()
}

/// The place below `folder` of a path that may lead into it, or lie above it: then it concerns all that is there.
pub(super) fn inside(path: &str, folder: &str) -> Option<String> {
    let folder = folder.trim_start_matches('.').trim_matches('/');
    match path.strip_prefix(folder) {
        Some("") => Some(String::new()),
        Some(rest) if folder.is_empty() => Some(format!("/{rest}")),
        Some(rest) if rest.starts_with('/') => Some(rest.to_owned()),
        _ if path.is_empty() || folder.strip_prefix(path).is_some_and(|rest| rest.starts_with('/')) => Some(String::new()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_from_the_content_folder() {
        for (path, folder, expected) in [
            ("", "_posts", Some("")),
            ("_posts", "_posts", Some("")),
            ("_posts/2020", "_posts", Some("/2020")),
            ("_posts2", "_posts", None),
            ("blog", "_posts", None),
            ("blog", ".", Some("/blog")),
            ("", ".", Some("")),
            ("src", "src/_posts", Some("")),
        ] {
            assert_eq!(inside(path, folder).as_deref(), expected, "{path} in {folder}");
        }
    }
}
