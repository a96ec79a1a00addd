//! Configuration in TOML, YAML or JSON as one tree, whose values are asked for by dotted paths.

use crate::content::{Field, Node, Value, find, read_json, read_toml, read_yaml};
use crate::diagnostic::{Diagnostic, Source, Span};
use crate::site::Person;

/// A file's fields, or those of several files over each other.
#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    fields: Vec<Field>,
}

impl Tree {
    /// Reads a file by its extension.
    pub fn read(source: &Source) -> Result<Tree, Vec<Diagnostic>> {
        let fault = |(reason, span): (String, Span)| Diagnostic::config_invalid(&reason).at(source, span);
        let text = source.text.as_str();
        let parsed = match source.path.relative.rsplit('.').next() {
            Some("toml") => read_toml(text, 0).map_err(|faults| faults.into_iter().map(fault).collect::<Vec<_>>())?,
            Some("json") => match read_json(text.trim_start()) {
                Some(read) => read.map(|(parsed, _)| parsed).map_err(|(reason, span)| {
                    let skipped = text.len() - text.trim_start().len();
                    vec![fault((reason, Span::new(span.start + skipped, span.end + skipped)))]
                })?,
                None => return Err(vec![fault(("it should be a JSON object".to_owned(), Span::new(0, 1)))]),
            },
            _ => read_yaml(text, 0).map_err(|found| vec![fault(found)])?,
        };
        Ok(Tree { fields: parsed.fields })
    }

    /// The same fields below a key (`params.toml` of Hugo's folder of configuration).
    pub fn nested(self, path: &[&str]) -> Tree {
        let nest = |fields: Vec<Field>, name: &&str| {
            let node = Node { value: Value::Table(fields), span: Span::default() };
            vec![Field { name: (*name).to_owned(), node }]
        };
        Tree { fields: path.iter().rev().fold(self.fields, nest) }
    }

    /// Lays another tree over this one.
    pub fn overlay(&mut self, over: Tree) {
        overlay(&mut self.fields, over.fields);
    }

    pub fn get(&self, path: &str) -> Option<&Node> {
        let mut names = path.split('.');
        let first = find(&self.fields, names.next()?)?;
        names.try_fold(first, |node, name| node.get(name))
    }

    /// A scalar that says something.
    pub fn text(&self, path: &str) -> Option<String> {
        self.get(path)?.text().filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// The first of these paths that holds a text.
    pub fn first_text(&self, paths: &[&str]) -> Option<String> {
        paths.iter().find_map(|path| self.text(path))
    }

    pub fn flag(&self, path: &str) -> Option<bool> {
        self.get(path)?.flag()
    }

    pub fn number(&self, path: &str) -> Option<i64> {
        self.get(path)?.text()?.parse().ok()
    }

    /// A list of texts, or the one text that stands in its place.
    pub fn texts(&self, path: &str) -> Vec<String> {
        match self.get(path) {
            Some(Node { value: Value::List(nodes), .. }) => nodes.iter().filter_map(Node::text).map(str::to_owned).collect(),
            Some(node) => node.text().map(str::to_owned).into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// The keys and values of a table.
    pub fn table(&self, path: &str) -> &[Field] {
        match self.get(path) {
            Some(Node { value: Value::Table(fields), .. }) => fields,
            _ => &[],
        }
    }

    /// People by their keys: a name alone, or a table.
    pub fn people(&self) -> Vec<(String, Person)> {
        let person = |field: &Field| {
            let text = |names: &[&str]| names.iter().find_map(|name| field.node.get(name)?.text()).map(str::to_owned);
            let name = text(&["name"]).or_else(|| field.node.text().map(str::to_owned)).filter(|name| !name.is_empty())?;
            Some((field.name.clone(), Person { name, email: text(&["email"]), url: text(&["uri", "url", "website", "web"]) }))
        };
        self.fields.iter().filter_map(person).collect()
    }

    /// The values of a list.
    pub fn list(&self, path: &str) -> &[Node] {
        match self.get(path) {
            Some(Node { value: Value::List(nodes), .. }) => nodes,
            _ => &[],
        }
    }
}

fn overlay(under: &mut Vec<Field>, over: Vec<Field>) {
    for field in over {
        let old = under.iter_mut().find(|old| old.name.eq_ignore_ascii_case(&field.name));
        match (old, field.node.value) {
            (Some(Field { node: Node { value: Value::Table(inner), .. }, .. }), Value::Table(fields)) => overlay(inner, fields),
            (Some(old), value) => old.node = Node { value, span: field.node.span },
            (None, value) => under.push(Field { name: field.name, node: Node { value, span: field.node.span } }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_ways_of_writing_make_one_tree() {
        for (name, text) in [
            ("a.toml", "title = 'T'\n[feed]\nlimit = 5\non = true\ntags = ['a', 'b']\n"),
            ("a.yaml", "---\ntitle: T\nfeed: { limit: 5, on: yes, tags: [a, b] }\n"),
            ("a.json", "\n{\"title\": \"T\", \"feed\": {\"limit\": 5, \"on\": true, \"tags\": [\"a\", \"b\"]}}\n"),
        ] {
            let tree = Tree::read(&Source::new(name, text)).unwrap();
            assert_eq!(tree.text("TITLE").as_deref(), Some("T"), "{name}");
            assert_eq!((tree.number("feed.limit"), tree.flag("feed.on")), (Some(5), Some(true)), "{name}");
            assert_eq!((tree.texts("feed.tags"), tree.texts("title")), (vec!["a".into(), "b".into()], vec!["T".into()]), "{name}");
            assert_eq!((tree.get("feed.none"), tree.text("feed")), (None, None), "{name}");
        }
    }

    #[test]
    fn faults_have_their_place() {
        for (name, text, line) in
            [("a.toml", "a = 1\nb = \n", 2), ("a.yml", "a: 1\nb: [\n", 3), ("a.json", "\n{\"a\": }", 2), ("b.json", "x", 1)]
        {
            let faults = Tree::read(&Source::new(name, text)).unwrap_err();
            let place = faults[0].place.as_ref().unwrap();
            assert_eq!((faults[0].code, faults[0].path.as_str(), place.line), ("config-invalid", name, line), "{text}");
        }
    }

    #[test]
    fn later_files_win_key_by_key() {
        let read = |text: &str| Tree::read(&Source::new("a.toml", text)).unwrap();
        let mut tree = read("title = 'old'\n[params]\na = '1'\nb = '2'\n");
        tree.overlay(read("B = '3'\n").nested(&["params"]));
        tree.overlay(read("title = 'new'\n"));
        assert_eq!(
            (tree.text("title"), tree.text("params.a"), tree.text("params.b")),
            (Some("new".into()), Some("1".into()), Some("3".into()))
        );
    }
}
