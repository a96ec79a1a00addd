//! Dates that files and folders have in their names.

use chrono::{Datelike, NaiveDate};

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

/// `20240501-slug`, `2024.05.01 slug`, `2024_05_01_slug`, `2024年5月1日 slug`; or a date of the usual kind anywhere, which then
/// stays in the slug, as with Eleventy.
pub fn split_freely_dated_name(name: &str) -> Option<DatedName<'_>> {
    split_compact_name(name).or_else(|| split_marked_name(name)).or_else(|| {
        let is_digit = |at: usize| name.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
        let day = |at: usize| name.get(at..at + 10).filter(|text| text.is_ascii())?.parse::<NaiveDate>().ok();
        let lone = |at: &usize| is_digit(*at) && !is_digit(at + 10) && at.checked_sub(1).is_none_or(|before| !is_digit(before));
        let day = (0..name.len()).filter(lone).find_map(day)?;
        Some(DatedName { day, time: None, stem: name })
    })
}

fn split_compact_name(name: &str) -> Option<DatedName<'_>> {
    let day = NaiveDate::parse_from_str(name.get(..8).filter(|text| text.bytes().all(|b| b.is_ascii_digit()))?, "%Y%m%d").ok()?;
    dated(day, &name[8..])
}

fn split_marked_name(name: &str) -> Option<DatedName<'_>> {
    let (year, rest) = number(name, 4)?;
    let mark = rest.chars().next().filter(|c| matches!(c, '.' | '_' | '年'))?;
    let (month, rest) = number(&rest[mark.len_utf8()..], 2)?;
    let (day, rest) = number(rest.strip_prefix(if mark == '年' { '月' } else { mark })?, 2)?;
    let rest = if mark == '年' { rest.strip_prefix('日')? } else { rest };
    dated(NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?, rest)
}

/// What follows a date must not be more of a number.
fn dated(day: NaiveDate, rest: &str) -> Option<DatedName<'_>> {
    let is_end = !rest.starts_with(|c: char| c.is_ascii_alphanumeric());
    // Other numbers have as many digits, and versions as many points.
    let is_likely = (1900..2200).contains(&day.year());
    (is_end && is_likely).then(|| DatedName { day, time: None, stem: rest.trim_start_matches(['-', '_', '.', ' ', '\u{3000}']) })
}

fn number(text: &str, most: usize) -> Option<(u32, &str)> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    let number = text.get(..length).filter(|digits| !digits.is_empty() && digits.len() <= most)?;
    Some((number.parse().ok().filter(|number| *number > 0)?, &text[length..]))
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
    fn people_write_dates_in_other_ways() {
        for (name, stem) in [
            ("20240501-a", "a"),
            ("20240501", ""),
            ("2024.05.01 a", "a"),
            ("2024_5_1_a", "a"),
            ("2024年5月1日 春天", "春天"),
            ("2024年05月01日　春天", "春天"),
            ("notes-2024-05-01", "notes-2024-05-01"),
            ("été 2024-05-01 x", "été 2024-05-01 x"),
        ] {
            let found = split_freely_dated_name(name).unwrap_or_else(|| panic!("{name}"));
            assert_eq!((found.day.to_string().as_str(), found.stem), ("2024-05-01", stem), "{name}");
        }
        for name in [
            "20241301",
            "202405010",
            "20240501a",
            "v2.05.01",
            "2024.5",
            "2024年5月",
            "a-12024-05-01",
            "a-2024-05-011",
            "12000101",
            "1.2.3",
            "24.5.1",
            "",
        ] {
            assert_eq!(split_freely_dated_name(name), None, "{name}");
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
