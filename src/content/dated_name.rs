//! Dates that files and folders have in their names.

use chrono::NaiveDate;

/// A file name that begins with a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatedName<'a> {
    pub day: NaiveDate,
    /// The time, with its offset if it has one, as written.
    pub time: Option<String>,
    pub stem: &'a str,
}

/// `2024-05-01-slug` (also `2024-05-01_slug`, `2024-05-01 slug`, `2024-05-01T10:00:00Z-slug`).
pub fn split_dated_name(name: &str) -> Option<DatedName<'_>> {
    let bytes = name.as_bytes();
    let digits = |range: std::ops::Range<usize>| bytes.get(range).is_some_and(|part| part.iter().all(u8::is_ascii_digit));
    if !digits(0..4) || bytes.get(4) != Some(&b'-') {
        return None;
    }
    // Docusaurus and Jekyll allow one digit for month and day.
    let month_len = if digits(5..7) { 2 } else { 1 };
    let day_at = 5 + month_len + 1;
    let day_len = if digits(day_at..day_at + 2) { 2 } else { 1 };
    if !digits(5..5 + month_len) || bytes.get(5 + month_len) != Some(&b'-') || !digits(day_at..day_at + day_len) {
        return None;
    }
    let year = name[..4].parse().ok().filter(|year| *year > 0)?;
    let day = NaiveDate::from_ymd_opt(year, name[5..5 + month_len].parse().ok()?, name[day_at..day_at + day_len].parse().ok()?)?;
    let rest = &name[day_at + day_len..];
    let (time, rest) = match rest.strip_prefix('T').and_then(split_time) {
        Some((time, rest)) => (Some(time), rest),
        None => (None, rest),
    };
    let stem = if rest.is_empty() { rest } else { rest.strip_prefix(['-', '_', ' ', '.'])?.trim_start() };
    Some(DatedName { day, time, stem })
}

/// `24-05-01-slug`: two digits of a year, which Jekyll takes; from 69 on they are of the last century (POSIX).
pub fn split_short_dated_name(name: &str) -> Option<DatedName<'_>> {
    let (short, rest) = two_digits(name).filter(|(_, rest)| rest.starts_with('-'))?;
    let long = format!("{}{rest}", if short < 69 { 2000 + short } else { 1900 + short });
    let dated = split_dated_name(&long)?;
    // The same text, two characters shorter.
    let stem = &name[name.len() - dated.stem.len()..];
    Some(DatedName { day: dated.day, time: dated.time, stem })
}

/// `10:30`, `10:30:00` or `10-30-00`, with `Z`, `+02:00` or nothing after it.
fn split_time(text: &str) -> Option<(String, &str)> {
    let (hour, rest) = two_digits(text).filter(|(hour, _)| *hour < 24)?;
    let separator = rest.chars().next().filter(|c| matches!(c, ':' | '-' | '.'))?;
    let (minute, rest) = two_digits(rest.strip_prefix(separator)?).filter(|(minute, _)| *minute < 60)?;
    // A hyphen may be the one before the slug.
    let second = rest.strip_prefix(separator).and_then(two_digits);
    let second = second.filter(|(second, rest)| *second < 60 && (separator != '-' || !rest.starts_with(char::is_alphanumeric)));
    let (second, mut rest) = second.unwrap_or((0, rest));
    if let Some(fraction) = rest.strip_prefix('.').filter(|fraction| fraction.starts_with(|c: char| c.is_ascii_digit())) {
        rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    let mut time = format!("{hour:02}:{minute:02}:{second:02}");
    if let Some(after) = rest.strip_prefix(['Z', 'z']) {
        time.push('Z');
        rest = after;
    } else if let Some((offset, after)) = split_offset(rest) {
        time.push_str(offset);
        rest = after;
    }
    Some((time, rest))
}

fn two_digits(text: &str) -> Option<(u32, &str)> {
    let digits = text.get(..2).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?;
    Some((digits.parse().ok()?, &text[2..]))
}

/// `+02:00`; with a hyphen it could be the slug's.
fn split_offset(text: &str) -> Option<(&str, &str)> {
    let (_, rest) = two_digits(text.strip_prefix(['+', '-'])?)?;
    let (_, rest) = two_digits(rest.strip_prefix(':')?)?;
    Some((&text[..6], rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_of_a_name_is_the_slug() {
        for (name, time, stem) in [
            ("2024-05-01-a", None, "a"),
            ("2024-05-01_a b", None, "a b"),
            ("2024-05-01 a", None, "a"),
            ("2024-5-1-a", None, "a"),
            ("2024-05-01", None, ""),
            ("2024-05-01-10-30-a", None, "10-30-a"),
            ("2024-05-01T10:30-a", Some("10:30:00"), "a"),
            ("2024-05-01T10:30:15Z-a", Some("10:30:15Z"), "a"),
            ("2024-05-01T10:30:15.25+02:00-a", Some("10:30:15+02:00"), "a"),
            ("2024-05-01T10-30-15-a", Some("10:30:15"), "a"),
            ("2024-05-01T10-30-99a", Some("10:30:00"), "99a"),
            ("2024-05-01T10:30:00", Some("10:30:00"), ""),
        ] {
            let found = split_dated_name(name).unwrap_or_else(|| panic!("{name}"));
            assert_eq!((found.day.to_string().as_str(), found.time.as_deref(), found.stem), ("2024-05-01", time, stem), "{name}");
        }
    }

    #[test]
    fn numbers_are_not_dates() {
        for name in ["", "2024", "2024-05", "2024-13-01-a", "2024-05-01a", "0000-01-01-a", "2024-05-01T25:00-a", "24-05-01-a", "2024-05-é"]
        {
            assert_eq!(split_dated_name(name), None, "{name}");
        }
        for (name, day) in [("24-05-01-a", Some("2024-05-01")), ("99-5-1-a", Some("1999-05-01")), ("24-13-01-a", None), ("é-a", None)] {
            let found = split_short_dated_name(name);
            assert_eq!(found.as_ref().map(|dated| dated.day.to_string()).as_deref(), day, "{name}");
            assert!(found.is_none_or(|dated| dated.stem == "a"), "{name}");
        }
    }
}
