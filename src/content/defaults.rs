//! What the configuration says in entries' stead: fields of `[[content.defaults]]`, and who the keys of `[content.authors]` are.

use super::folders::{is_same, placeless};
use super::front_matter::FrontMatter;
use super::names::meaning;
use super::people::read_people;
use super::value::{Field, Node, Value, find};
use crate::site::Person;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Fields for the entries that lack them, by their paths.
#[derive(Clone, Debug, Default)]
pub struct Defaults {
    scopes: Vec<Scope>,
    people: Vec<(String, Person)>,
}

/// Fields for the entries of one path.
#[derive(Clone, Debug)]
struct Scope {
    /// None: all entries.
    globs: Option<Gitignore>,
    fields: Vec<Field>,
}

impl Defaults {
    /// Fields for the entries at `path`, a pattern as in `.gitignore`; an empty one concerns all. Of two that give the same
    /// field to an entry, the later wins.
    pub fn add(&mut self, path: &str, fields: Vec<Field>) -> Result<(), ignore::Error> {
        let globs = match path.trim_start_matches("./") {
            "" => None,
            path => {
                let mut globs = GitignoreBuilder::new("");
                globs.add_line(None, path)?;
                Some(globs.build()?)
            }
        };
        self.scopes.push(Scope { globs, fields: fields.iter().map(placeless).collect() });
        Ok(())
    }

    /// Whom a key stands for; false: the fields name nobody.
    pub fn add_person(&mut self, key: &str, fields: Vec<Field>) -> bool {
        let node = Node { value: Value::Table(fields), span: Default::default() };
        let person = read_people(&node, false).into_iter().next();
        let is_one = person.is_some();
        self.people.extend(person.map(|person| (key.to_owned(), person)));
        is_one
    }

    pub fn person(&self, key: &str) -> Option<&Person> {
        self.people.iter().find(|(name, _)| name == key).map(|(_, person)| person)
    }

    /// Gives an entry the fields that it hasn't, nor its folders.
    pub(super) fn complete(&self, relative: &str, front_matter: &mut FrontMatter) {
        for scope in self.scopes.iter().rev() {
            let concerns = |globs: &Gitignore| globs.matched_path_or_any_parents(relative, false).is_ignore();
            if !scope.globs.as_ref().is_none_or(concerns) {
                continue;
            }
            for field in &scope.fields {
                let given = &front_matter.fields;
                let is_known = find(given, &field.name).is_some()
                    || meaning(&field.name)
                        .is_some_and(|(of, _)| given.iter().any(|own| meaning(&own.name).is_some_and(|(own, _)| is_same(own, of))));
                if !is_known {
                    front_matter.fields.push(field.clone());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::toml::read_toml;
    use super::*;

    fn fields(text: &str) -> Vec<Field> {
        read_toml(text, 0).unwrap().fields
    }

    fn completed(defaults: &Defaults, path: &str, own: &str) -> String {
        let mut front_matter = FrontMatter { fields: fields(own), ..FrontMatter::default() };
        defaults.complete(path, &mut front_matter);
        let mut all: Vec<String> = front_matter.fields.iter().map(|field| format!("{}={}", field.name, field.node.flat())).collect();
        all.sort();
        all.join(" ")
    }

    #[test]
    fn the_later_scope_wins_and_the_entry_before_all() {
        let mut defaults = Defaults::default();
        defaults.add("", fields("author = 'Ann'\nlang = 'fr'\n")).unwrap();
        defaults.add("news/", fields("author = 'Bob'\ntags = ['n']\n")).unwrap();
        assert_eq!(completed(&defaults, "a.md", ""), "author=Ann lang=fr");
        assert_eq!(completed(&defaults, "news/2020/a.md", ""), "author=Bob lang=fr tags=n");
        // Another name of the same thing counts.
        assert_eq!(completed(&defaults, "news/a.md", "authors = ['Cy']\nlanguage = 'de'\n"), "authors=Cy language=de tags=n");
    }

    #[test]
    fn keys_stand_for_people() {
        let mut defaults = Defaults::default();
        assert!(defaults.add_person("ann", fields("name = 'Ann Lee'\nemail = 'a@example.org'\n")));
        assert!(!defaults.add_person("bob", fields("x = 1\n")));
        assert_eq!(defaults.person("ann").unwrap().email.as_deref(), Some("a@example.org"));
        assert!(defaults.person("bob").is_none());
    }
}
