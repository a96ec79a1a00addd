//! Authors as strings, lists and tables.

use super::value::{Node, Value};
use crate::body::one_line;
use crate::site::Person;

/// Reads authors. Only a plural field's string is split: a comma may be part of one name ("Ann Lee, PhD").
pub fn read_people(node: &Node, is_plural: bool) -> Vec<Person> {
    match &node.value {
        Value::List(nodes) => nodes.iter().flat_map(|node| read_people(node, false)).collect(),
        Value::Table(fields) => {
            let get = |keys: &[&str]| keys.iter().find_map(|key| node.get(key)?.text()).filter(|text| !text.is_empty()).map(str::to_owned);
            match get(&["name", "display_name", "key", "id", "title"]) {
                Some(name) => {
                    vec![Person {
                        name: one_line(&name),
                        email: get(&["email", "mail"]),
                        url: get(&["url", "uri", "link", "homepage", "website", "page"]),
                    }]
                }
                // `authors: {ann: {name: Ann}}`
                None => fields
                    .iter()
                    .filter(|field| matches!(field.node.value, Value::Table(_)))
                    .flat_map(|field| read_people(&field.node, false))
                    .collect(),
            }
        }
        _ => {
            let text = node.text().unwrap_or_default();
            let separator = if text.contains(';') { ';' } else { ',' };
            let names: Vec<&str> = if is_plural || separator == ';' { text.split(separator).collect() } else { vec![text] };
            names.into_iter().filter_map(read_person).collect()
        }
    }
}

/// `Ann Lee`, `Ann Lee <ann@example.org>` or `ann@example.org (Ann Lee)`.
pub fn read_person(text: &str) -> Option<Person> {
    let text = text.trim();
    let is_address = |text: &str| text.contains('@') && !text.contains(char::is_whitespace);
    let (before, inner) = match (
        text.strip_suffix('>').and_then(|rest| rest.split_once('<')),
        text.strip_suffix(')').and_then(|rest| rest.split_once('(')),
    ) {
        (Some((name, email)), _) if is_address(email.trim()) => (name.trim(), email.trim()),
        (_, Some((email, name))) if is_address(email.trim()) => (name.trim(), email.trim()),
        _ => (text, ""),
    };
    let name = if before.is_empty() { inner } else { before };
    (!name.is_empty()).then(|| Person { name: one_line(name), email: (!inner.is_empty()).then(|| inner.to_owned()), url: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_carry_an_address() {
        for text in ["Ann Lee <ann@example.org>", "ann@example.org (Ann Lee)"] {
            let author = read_person(text).unwrap();
            assert_eq!((author.name.as_str(), author.email.as_deref()), ("Ann Lee", Some("ann@example.org")));
        }
        assert_eq!(read_person("Ann (the elder)").unwrap().name, "Ann (the elder)");
        assert_eq!(read_person(" "), None);
    }

    #[test]
    fn commas_split_only_plural_fields() {
        let node = Node { value: Value::Text("Ann Lee, PhD".into()), span: Default::default() };
        assert_eq!(read_people(&node, false).len(), 1);
        assert_eq!(read_people(&node, true).len(), 2);
    }
}
