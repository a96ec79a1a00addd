//! TOML front matter as the common tree.

use super::value::{Fault, Field, Node, Parsed, Value};
use crate::diagnostic::Span;
use toml::de::{DeTable, DeValue};

/// Reads TOML; `base` is where the text begins in its source. A key that is written twice is told, not refused: its first
/// value counts.
pub fn read_toml(text: &str, base: usize) -> Result<Parsed, Vec<Fault>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut faults = Vec::new();
    let mut repeated = Vec::new();
    for error in errors {
        let range = error.span().unwrap_or(0..1);
        let span = Span::new(base + range.start, base + range.end);
        let reason = error.message().lines().collect::<Vec<_>>().join(" ");
        if reason.starts_with("duplicate key") {
            repeated.push((text.get(range).unwrap_or_default().trim().to_owned(), span));
        } else {
            faults.push((reason, span));
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Parsed { fields: fields(table.into_inner(), base), repeated })
}

/// The fields of a table of the configuration.
pub fn fields_of_table(table: DeTable<'_>) -> Vec<Field> {
    fields(table, 0)
}

fn fields(table: DeTable<'_>, base: usize) -> Vec<Field> {
    table.into_iter().map(|(key, value)| Field { name: key.into_inner().into_owned(), node: node(value, base) }).collect()
}

fn node(value: toml::Spanned<DeValue<'_>>, base: usize) -> Node {
    let span = Span::new(base + value.span().start, base + value.span().end);
    let value = match value.into_inner() {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Integer(number) => Value::Bare(number.to_string()),
        DeValue::Float(number) => Value::Bare(number.to_string()),
        DeValue::Boolean(flag) => Value::Bool(flag),
        DeValue::Datetime(date) => Value::Bare(date.to_string()),
        DeValue::Array(values) => Value::List(values.into_iter().map(|value| node(value, base)).collect()),
        DeValue::Table(table) => Value::Table(fields(table, base)),
    };
    Node { value, span }
}

#[cfg(test)]
mod tests {
    use super::super::value::find;
    use super::*;

    #[test]
    fn values_keep_their_places_and_dates_their_text() {
        let text = "title = 'é'\ndate = 2024-05-01T10:00:00+02:00\n[x]\ny = [1, 2.50]\n";
        let parsed = read_toml(text, 4).unwrap();
        let title = find(&parsed.fields, "title").unwrap();
        assert_eq!(&text[title.span.start - 4..title.span.end - 4], "'é'");
        assert_eq!(find(&parsed.fields, "date").unwrap().text(), Some("2024-05-01T10:00:00+02:00"));
        assert_eq!(find(&parsed.fields, "x").unwrap().get("y").unwrap().flat(), "1, 2.50");
    }

    #[test]
    fn repeated_keys_are_told_and_all_faults_too() {
        let parsed = read_toml("a = 1\na = 2\n", 0).unwrap();
        assert_eq!((parsed.repeated.len(), parsed.fields.len(), parsed.fields[0].node.text()), (1, 1, Some("1")));
        assert_eq!(parsed.repeated[0], ("a".to_owned(), Span::new(6, 7)));
        let faults = read_toml("a = \nb = 1\nc = [\n", 10).unwrap_err();
        assert!(faults.len() >= 2 && faults.iter().all(|(_, span)| span.start >= 10), "{faults:?}");
    }
}
