//! Tables as aligned columns, or as records where a line can't hold them.

use super::COLUMNS;
use super::wrap::width;
use crate::language::{Words, fill};

/// The cells of a table, as words on one line.
#[derive(Debug, Default)]
pub struct Table {
    /// What stands over it, or empty.
    pub caption: String,
    pub rows: Vec<Vec<Cell>>,
}

#[derive(Debug, Default, Clone)]
pub struct Cell {
    pub text: String,
    pub is_head: bool,
    pub is_right: bool,
}

/// What a table becomes.
#[derive(Debug, PartialEq, Eq)]
pub enum Shape {
    /// Lines that fit.
    Columns(Vec<String>),
    /// For each row its lines, `Head: cell`, which are still to be wrapped.
    Records(Vec<Vec<String>>),
}

impl Table {
    pub fn start_cell(&mut self, is_head: bool, is_right: bool) {
        if self.rows.is_empty() {
            self.rows.push(Vec::new());
        }
        if let Some(row) = self.rows.last_mut() {
            row.push(Cell { text: String::new(), is_head, is_right });
        }
    }

    pub fn end_cell(&mut self, text: String) {
        if let Some(cell) = self.rows.last_mut().and_then(|row| row.last_mut()) {
            cell.text = text;
        }
    }

    /// `indent`: the columns that are taken already; `ours` has the language's punctuation.
    pub fn shape(mut self, indent: usize, ours: &Words) -> Shape {
        self.rows.retain(|row| row.iter().any(|cell| !cell.text.is_empty()));
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns)
            .map(|at| self.rows.iter().filter_map(|row| row.get(at)).map(|cell| width(&cell.text)).max().unwrap_or(0))
            .collect();
        let total: usize = widths.iter().sum::<usize>() + 2 * columns.saturating_sub(1) + indent;
        if columns > 1 && total <= COLUMNS { Shape::Columns(self.aligned(&widths)) } else { Shape::Records(self.records(ours)) }
    }

    fn aligned(&self, widths: &[usize]) -> Vec<String> {
        let mut lines = Vec::new();
        for (number, row) in self.rows.iter().enumerate() {
            let mut line = String::new();
            for (at, columns) in widths.iter().enumerate() {
                let cell = row.get(at).cloned().unwrap_or_default();
                let gap = " ".repeat(columns.saturating_sub(width(&cell.text)));
                let (before, after) = if cell.is_right { (gap.as_str(), "") } else { ("", gap.as_str()) };
                if at > 0 {
                    line.push_str("  ");
                }
                line.push_str(&format!("{before}{}{after}", cell.text));
            }
            lines.push(line.trim_end().to_owned());
            let is_head = row.iter().all(|cell| cell.is_head);
            let next_is_head = self.rows.get(number + 1).is_none_or(|row| row.iter().all(|cell| cell.is_head));
            if is_head && !next_is_head {
                lines.push(widths.iter().map(|columns| "-".repeat((*columns).max(1))).collect::<Vec<_>>().join("  "));
            }
        }
        lines
    }

    fn records(&self, ours: &Words) -> Vec<Vec<String>> {
        let is_head = |row: &Vec<Cell>| row.len() > 1 && row.iter().all(|cell| cell.is_head);
        let head = self.rows.first().filter(|row| is_head(row));
        let rows = self.rows.iter().skip(usize::from(head.is_some()));
        let lines = |row: &Vec<Cell>| {
            let cells = row.iter().enumerate().filter(|(_, cell)| !cell.text.is_empty());
            let named = cells.map(|(at, cell)| match head.and_then(|head| head.get(at)).filter(|name| !name.text.is_empty()) {
                Some(name) => fill(
                    &ours.titled,
                    &[("name", name.text.trim_end_matches([':', '：', ' ', '\u{a0}', '\u{202f}'])), ("title", &cell.text)],
                ),
                None => cell.text.clone(),
            });
            named.collect()
        };
        rows.map(lines).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::words;

    fn table(rows: &[&[&str]], has_head: bool) -> Table {
        let mut table = Table::default();
        for (number, row) in rows.iter().enumerate() {
            table.rows.push(Vec::new());
            for (at, text) in row.iter().enumerate() {
                table.start_cell(has_head && number == 0, at == 1);
                table.end_cell((*text).to_owned());
            }
        }
        table
    }

    #[test]
    fn narrow_tables_have_columns() {
        let rows: [&[&str]; 3] = [&["Name", "No."], &["日本", "7"], &["x"]];
        let expected = ["Name  No.", "----  ---", "日本    7", "x"].map(str::to_owned).to_vec();
        assert_eq!(table(&rows, true).shape(0, words("en")), Shape::Columns(expected));
    }

    #[test]
    fn wide_tables_are_records() {
        let long = "word ".repeat(14);
        let rows: [&[&str]; 2] = [&["Name", "Says:"], &["Ann", long.trim()]];
        assert_eq!(
            table(&rows, true).shape(0, words("en")),
            Shape::Records(vec![vec!["Name: Ann".into(), format!("Says: {}", long.trim())]])
        );
        let french = table(&[&["Nom", "Dit :"], &["Ann", long.trim()]], true).shape(0, words("fr"));
        assert_eq!(french, Shape::Records(vec![vec!["Nom\u{a0}: Ann".into(), format!("Dit\u{a0}: {}", long.trim())]]));
        assert_eq!(table(&[&["only"], &[""]], false).shape(0, words("en")), Shape::Records(vec![vec!["only".into()]]));
    }

    #[test]
    fn an_empty_table_is_nothing() {
        assert_eq!(Table::default().shape(0, words("en")), Shape::Records(Vec::new()));
    }
}
