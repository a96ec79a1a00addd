//! Front matter as a tree, whatever it was written in. Scalars keep their text: a title `1.10` is no
//! number and `2024-05-01` no date until a field asks for one.

use crate::diagnostic::Span;

/// One value of front matter.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    /// A number or a date, as written.
    Bare(String),
    Text(String),
    List(Vec<Node>),
    Table(Vec<Field>),
}

/// A value with its place in the source.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub value: Value,
    pub span: Span,
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub name: String,
    pub node: Node,
}

/// What is wrong, and where.
pub type Fault = (String, Span);

/// Front matter as read: its fields, and the keys that are written more than once.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    pub fields: Vec<Field>,
    pub repeated: Vec<(String, Span)>,
}

impl Node {
    /// Any scalar as text; `None` for null, lists and tables.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Bare(text) | Value::Text(text) => Some(text.trim()),
            Value::Bool(true) => Some("true"),
            Value::Bool(false) => Some("false"),
            _ => None,
        }
    }

    /// YAML 1.1 booleans too, which Jekyll and Hugo take.
    pub fn flag(&self) -> Option<bool> {
        match &self.value {
            Value::Bool(flag) => Some(*flag),
            Value::Text(text) | Value::Bare(text) => match text.trim().to_ascii_lowercase().as_str() {
                "true" | "yes" | "on" | "y" | "1" => Some(true),
                "false" | "no" | "off" | "n" | "0" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    /// The value under `name` of a table, ignoring case as Hugo does.
    pub fn get(&self, name: &str) -> Option<&Node> {
        match &self.value {
            Value::Table(fields) => find(fields, name),
            _ => None,
        }
    }

    /// The keys and values of a table; nothing of anything else.
    pub fn fields(&self) -> &[Field] {
        match &self.value {
            Value::Table(fields) => fields,
            _ => &[],
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    /// The value on one line, for templates that ask for unknown fields.
    pub fn flat(&self) -> String {
        match &self.value {
            Value::Null => String::new(),
            Value::List(nodes) => nodes.iter().map(Node::flat).collect::<Vec<_>>().join(", "),
            Value::Table(fields) => {
                fields.iter().map(|field| format!("{}: {}", field.name, field.node.flat())).collect::<Vec<_>>().join(", ")
            }
            _ => self.text().unwrap_or_default().to_owned(),
        }
    }
}

/// The field of that name, ignoring ASCII case.
pub fn find<'a>(fields: &'a [Field], name: &str) -> Option<&'a Node> {
    fields.iter().find(|field| field.name.eq_ignore_ascii_case(name)).map(|field| &field.node)
}
