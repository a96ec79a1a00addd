//! Go's date layouts in permalink patterns (`:2006`, `:Jan`): an example date instead of a format.

/// Go's examples of parts of a date, the longest first, and chrono's words for them.
const EXAMPLES: [(&str, &str); 18] = [
    ("January", "%B"),
    ("Monday", "%A"),
    ("2006", "%Y"),
    ("Jan", "%b"),
    ("Mon", "%a"),
    ("MST", "%Z"),
    ("002", "%j"),
    ("01", "%m"),
    ("02", "%d"),
    ("03", "%I"),
    ("04", "%M"),
    ("05", "%S"),
    ("06", "%y"),
    ("15", "%H"),
    ("PM", "%p"),
    ("_2", "%e"),
    ("1", "%-m"),
    ("2", "%-d"),
];

/// The layout in chrono's words; none if no part of it is a date's.
pub fn go_layout(layout: &str) -> Option<String> {
    let (mut out, mut rest, mut is_date) = (String::new(), layout, false);
    while let Some(c) = rest.chars().next() {
        match EXAMPLES.iter().find(|(example, _)| rest.starts_with(example)) {
            Some((example, format)) => {
                out.push_str(format);
                rest = &rest[example.len()..];
                is_date = true;
            }
            None => {
                out.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    is_date.then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_become_formats() {
        for (layout, format) in
            [("2006", "%Y"), ("2006_01_02", "%Y_%m_%d"), ("Jan", "%b"), ("January", "%B"), ("002", "%j"), ("06", "%y"), ("2", "%-d")]
        {
            assert_eq!(go_layout(layout).as_deref(), Some(format), "{layout}");
        }
        assert_eq!(go_layout("nope"), None);
        assert_eq!(go_layout(""), None);
    }
}
