//! Dates as people write them, and the site's time zone for those that name none.

use chrono::offset::LocalResult;
use chrono::{DateTime, Datelike, Duration, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Timelike};
use chrono_tz::Tz;

/// What had to be decided: a local time that the zone's clocks skip or show twice, or a year's century.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    Gap,
    Fold,
    ShortYear,
}

/// Reads RFC 3339, RFC 2822, `YYYY-MM-DD`, `YYYY-MM-DD HH:MM[:SS] [±ZZZZ|zone]` and TOML's dates; a time without
/// an offset is local in `zone`. `None` if it is no date.
pub fn read_date(text: &str, zone: Tz) -> Option<(DateTime<FixedOffset>, Option<Doubt>)> {
    let text = text.trim();
    // The usual way, and the quickest. Fractions and leap seconds are read below.
    if let Ok(date) = DateTime::parse_from_rfc3339(text)
        && date.nanosecond() == 0
    {
        return in_reach(date).map(|date| (date, None));
    }
    if let Ok(date) = DateTime::parse_from_rfc2822(text) {
        let is_short = !text.contains(&format!("{:04}", date.year()));
        return in_reach(date).map(|date| (date, is_short.then_some(Doubt::ShortYear)));
    }
    if let Some(date) = read_unix_time(text) {
        return in_reach(date).map(|date| (date, None));
    }
    let (date, doubt) = read_local_first(text, zone).or_else(|| read_local_first(&year_first(text)?, zone))?;
    let is_short = text.bytes().take_while(u8::is_ascii_digit).count() == 2 && text.as_bytes().get(2) == Some(&b'-');
    Some((date, if is_short { Some(Doubt::ShortYear) } else { doubt }))
}

/// Seconds since 1970, which Hugo takes, or milliseconds, as JavaScript has them. Eight digits are a day (ISO 8601).
fn read_unix_time(text: &str) -> Option<DateTime<FixedOffset>> {
    let number: i64 = text.parse().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()))?;
    let time = match text.len() {
        9 | 10 => DateTime::from_timestamp(number, 0),
        13 => DateTime::from_timestamp_millis(number),
        _ => None,
    };
    time.map(|time| time.fixed_offset())
}

const MONTHS: [&str; 12] =
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// `Jul 08 2022`, `1 May 2024 10:30`, `Wed May  1 10:30:00 +0200 2024`: the same date with its year first.
fn year_first(text: &str) -> Option<String> {
    let place = |names: &[&str], word: &str| {
        let word = word.trim_end_matches('.').to_ascii_lowercase();
        names.iter().position(|name| word.len() >= 3 && (name.starts_with(&word) || name.starts_with("sept") && word == "sept"))
    };
    let (mut year, mut month, mut day) = (None, None, None);
    let mut rest = String::new();
    for word in text.split([' ', ',', '\t']).filter(|word| !word.is_empty()) {
        let ordinal = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
        let is_number = ordinal.bytes().all(|b| b.is_ascii_digit());
        match place(&MONTHS, word) {
            Some(at) if month.is_none() => month = Some(at + 1),
            _ if place(&DAYS, word).is_some() => {}
            _ if is_number && ordinal.len() <= 2 && day.is_none() => day = Some(ordinal),
            _ if is_number && word.len() == 4 && year.is_none() => year = Some(word),
            _ => rest = format!("{rest} {word}"),
        }
    }
    Some(format!("{}-{:02}-{}{rest}", year?, month?, day?))
}

/// A date that begins with its year.
fn read_local_first(text: &str, zone: Tz) -> Option<(DateTime<FixedOffset>, Option<Doubt>)> {
    let (day, rest) = read_day(text)?;
    let (time, rest) = read_time(rest)?;
    let local = day.and_time(time);
    // `date` prints the year after the time; who pastes that behind a date has it twice.
    let rest = rest.trim();
    let rest = match rest.starts_with(|c: char| c.is_ascii_digit()) {
        true => rest.strip_prefix(&format!("{:04} ", day.year())).unwrap_or(rest),
        false => rest,
    };
    match rest.trim() {
        "" => Some(resolve(local, zone)),
        "Z" | "z" | "UTC" | "GMT" => in_reach(FixedOffset::east_opt(0)?.from_local_datetime(&local).single()?).map(|date| (date, None)),
        other => match read_offset(other) {
            Some(offset) => in_reach(offset.from_local_datetime(&local).single()?).map(|date| (date, None)),
            None => {
                let name = other.split_whitespace().last()?;
                // Ruby and Go print both: `+0200 CEST`.
                if let Some(offset) = other.split_whitespace().next().and_then(read_offset) {
                    return in_reach(offset.from_local_datetime(&local).single()?).map(|date| (date, None));
                }
                match abbreviation(name) {
                    Some(hours) => Some((FixedOffset::east_opt(hours * 3600)?.from_local_datetime(&local).single()?, None)),
                    None => Some(resolve(local, name.parse().ok()?)),
                }
            }
        },
    }
}

/// RFC 2822's zones (section 4.3); other abbreviations mean different things in different countries.
fn abbreviation(name: &str) -> Option<i32> {
    Some(match name {
        "EST" => -5,
        "EDT" => -4,
        "CST" => -6,
        "CDT" => -5,
        "MST" => -7,
        "MDT" => -6,
        "PST" => -8,
        "PDT" => -7,
        "CET" => 1,
        "CEST" => 2,
        _ => return None,
    })
}

/// Four-digit years only: RFC 3339 and RFC 822 have no others.
fn in_reach(date: DateTime<FixedOffset>) -> Option<DateTime<FixedOffset>> {
    (1..=9999).contains(&date.year()).then_some(date)
}

fn number(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<(u32, &str)> {
    let len = text.bytes().take_while(u8::is_ascii_digit).count();
    if !digits.contains(&len) {
        return None;
    }
    Some((text[..len].parse().ok()?, &text[len..]))
}

fn read_day(text: &str) -> Option<(NaiveDate, &str)> {
    // ISO 8601's basic form, and a month alone, which means its first day.
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return Some((NaiveDate::parse_from_str(text, "%Y%m%d").ok().filter(|day| day.year() > 0)?, ""));
    }
    if text.len() == 7 && text.as_bytes()[4] == b'-' {
        return Some((NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok().filter(|day| day.year() > 0)?, ""));
    }
    let (year, rest) = number(text, 4..=4).or_else(|| number(text, 2..=2).filter(|(_, rest)| rest.starts_with('-')))?;
    let separator = rest.chars().next().filter(|c| matches!(c, '-' | '/' | '.'))?;
    let (month, rest) = number(rest.strip_prefix(separator)?, 1..=2)?;
    let (day, rest) = number(rest.strip_prefix(separator)?, 1..=2)?;
    let year = i32::try_from(year).ok().filter(|year| *year > 0)?;
    // POSIX: 69 to 99 are of the last century.
    let year = match year {
        0..=68 if text.as_bytes().get(2) == Some(&b'-') => year + 2000,
        69..=99 if text.as_bytes().get(2) == Some(&b'-') => year + 1900,
        year => year,
    };
    Some((NaiveDate::from_ymd_opt(year, month, day)?, rest))
}

fn read_time(rest: &str) -> Option<(NaiveTime, &str)> {
    let text = rest.strip_prefix(['T', 't']).unwrap_or(rest).trim_start();
    if text.is_empty() || !text.starts_with(|c: char| c.is_ascii_digit()) {
        return Some((NaiveTime::MIN, text));
    }
    let (hour, text) = number(text, 1..=2)?;
    let (minute, text) = number(text.strip_prefix(':')?, 2..=2)?;
    let (second, mut text) = match text.strip_prefix(':') {
        Some(text) => number(text, 2..=2)?,
        None => (0, text),
    };
    if let Some(fraction) = text.strip_prefix(['.', ',']) {
        text = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    // A leap second is shown as the second before it: feeds' formats have none.
    let time = NaiveTime::from_hms_opt(hour, minute, second.min(59))?;
    let lower = text.trim_start().to_ascii_lowercase();
    let hours = match (lower.get(..2), hour) {
        (Some("pm"), 1..=11) => 12,
        (Some("am"), 12) => -12,
        (Some("am" | "pm"), 1..=12) => 0,
        _ => return Some((time, text)),
    };
    Some((time + Duration::hours(hours), &text.trim_start()[2..]))
}

fn read_offset(text: &str) -> Option<FixedOffset> {
    let sign = match text.chars().next()? {
        '+' => 1,
        '-' | '\u{2212}' => -1,
        _ => return None,
    };
    let digits: String = text.chars().skip(1).filter(|c| *c != ':').collect();
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = match digits.len() {
        1 | 2 => (digits.parse::<i32>().ok()?, 0),
        4 => (digits[..2].parse::<i32>().ok()?, digits[2..].parse::<i32>().ok()?),
        _ => return None,
    };
    FixedOffset::east_opt(sign * (hours * 3600 + minutes * 60))
}

/// The instant of a local time in a zone. In a gap the time moves on by the gap's length, in a fold the first of
/// the two is meant (RFC 5545, section 3.3.5).
pub fn resolve(local: NaiveDateTime, zone: Tz) -> (DateTime<FixedOffset>, Option<Doubt>) {
    let (date, doubt) = match zone.from_local_datetime(&local) {
        LocalResult::Single(date) => (date, None),
        LocalResult::Ambiguous(first, _) => (first, Some(Doubt::Fold)),
        LocalResult::None => {
            // The offset before the gap, applied as if the clocks had not moved.
            let before = zone.offset_from_utc_datetime(&(local - Duration::hours(24))).fix();
            let utc = local - Duration::seconds(i64::from(before.local_minus_utc()));
            (zone.from_utc_datetime(&utc), Some(Doubt::Gap))
        }
    };
    (date.fixed_offset(), doubt)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iso(text: &str, zone: &str) -> String {
        let (date, _) = read_date(text, zone.parse().unwrap()).unwrap_or_else(|| panic!("{text} was refused"));
        date.to_rfc3339()
    }

    #[test]
    fn each_notation_is_read() {
        for text in [
            "2026-05-01T14:30:00+02:00",
            "2026-05-01 14:30 +0200",
            "2026-05-01 14:30:00 +02:00",
            "2026-05-01T14:30:00.25+02:00",
            "Fri, 01 May 2026 14:30:00 +0200",
            "2026-05-01 14:30",
            "2026-05-01T14:30:00",
            "2026-05-01 14:30 Europe/Paris",
            "2026-05-01 14:30:00 +0200 CEST",
            "2026-05-01 2:30 pm",
            "2026/05/01 14:30",
            "2026-5-1 14:30 CEST",
            "2026-05-01 14:30:00 2026 +0200",
            "May 1, 2026 14:30",
            "1st May 2026 2:30 PM",
            "Fri May  1 14:30:00 2026",
            "Fri May 01 14:30:00 +0200 2026",
            "Fri May  1 14:30:00 CEST 2026",
        ] {
            assert_eq!(iso(text, "Europe/Paris"), "2026-05-01T14:30:00+02:00", "{text}");
        }
        for text in ["May 01 2026", "1 may 2026", "Sept. 1, 2026", "20260501", "2026-05"] {
            let month = if text.starts_with("Sept") { "09" } else { "05" };
            assert_eq!(iso(text, "UTC"), format!("2026-{month}-01T00:00:00+00:00"), "{text}");
        }
        assert_eq!(iso("2026-05-01", "America/Los_Angeles"), "2026-05-01T00:00:00-07:00");
        assert_eq!(iso("2026-05-01T12:30:00Z", "Asia/Tokyo"), "2026-05-01T12:30:00+00:00");
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "soon",
            "2026",
            "2026-13-01",
            "2026-02-30",
            "05/01/2026",
            "2026-05-01 25:00",
            "2026-05-01 x",
            "2026-05-01 10:00 Mars/Base",
            "20261301",
            "2026-13",
            "May 2026",
            "31 Febtober 2026",
            "May 1",
            "May 1 2 2026",
            "may the fourth",
        ] {
            assert_eq!(read_date(text, Tz::UTC), None, "{text}");
        }
    }

    #[test]
    fn two_digits_of_a_year_are_a_doubt() {
        for (text, year) in [("24-05-01", 2024), ("99-05-01", 1999), ("Wed, 01 May 24 10:00:00 +0000", 2024)] {
            let (date, doubt) = read_date(text, Tz::UTC).unwrap();
            assert_eq!((date.year(), doubt), (year, Some(Doubt::ShortYear)), "{text}");
        }
        assert_eq!(read_date("Wed, 01 May 2024 10:00:00 +0000", Tz::UTC).unwrap().1, None);
        assert_eq!(read_date("1700000000", Tz::UTC).unwrap().0.to_rfc3339(), "2023-11-14T22:13:20+00:00");
        assert_eq!(read_date("1700000000123", Tz::UTC).unwrap().0.timestamp(), 1_700_000_000);
        assert_eq!((read_date("17000000", Tz::UTC), read_date("99999999999999", Tz::UTC)), (None, None));
        assert_eq!(read_date("01/02/24", Tz::UTC), None, "nobody knows which of the three is the year");
    }

    #[test]
    fn gaps_move_on_and_folds_take_the_first() {
        let paris: Tz = "Europe/Paris".parse().unwrap();
        let (date, doubt) = read_date("2026-03-29 02:30", paris).unwrap();
        assert_eq!((date.to_rfc3339().as_str(), doubt), ("2026-03-29T03:30:00+02:00", Some(Doubt::Gap)));
        let (date, doubt) = read_date("2026-10-25 02:30", paris).unwrap();
        assert_eq!((date.to_rfc3339().as_str(), doubt), ("2026-10-25T02:30:00+02:00", Some(Doubt::Fold)));
    }
}
