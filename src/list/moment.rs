//! Moments as other services' exports write them.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

/// With a zone. Go's `String` adds the zone's name, which is cut off before.
const WITH_ZONE: [&str; 4] = ["%Y-%m-%d %H:%M:%S%.f %z", "%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M:%S%.f%#z", "%a, %d %b %Y %H:%M:%S %z"];
/// Without one: UTC.
const LOCAL: [&str; 6] =
    ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y/%m/%d %H:%M:%S", "%b %d, %Y %I:%M %p"];
const DAYS: [&str; 4] = ["%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%b %d, %Y"];

/// A moment in any of the forms that say which number is the month: `03/04/2021` is none, since half the world reads it
/// otherwise. To the millisecond, as the store keeps it.
pub fn read_moment(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    // Go: "2021-03-04 05:06:07.89 +0000 UTC", also with the monotonic clock's " m=+0.1".
    let go = text.split(" m=").next().unwrap_or(text);
    let go = match go.rsplit_once(' ') {
        Some((before, zone)) if zone.bytes().all(|b| b.is_ascii_uppercase()) && before.contains(['+', '-']) && zone.len() >= 3 => before,
        _ => go,
    };
    let utc = go.strip_suffix(" UTC").unwrap_or(go);
    let zoned =
        || DateTime::parse_from_rfc3339(text).ok().or_else(|| WITH_ZONE.iter().find_map(|form| DateTime::parse_from_str(go, form).ok()));
    let local = || LOCAL.iter().find_map(|form| NaiveDateTime::parse_from_str(utc, form).ok()).map(|local| local.and_utc());
    let day = || DAYS.iter().find_map(|form| NaiveDate::parse_from_str(utc, form).ok())?.and_hms_opt(0, 0, 0).map(|local| local.and_utc());
    let moment = zoned().map(|moment| moment.with_timezone(&Utc)).or_else(local).or_else(day)?;
    // What RFC 3339 can write, and what the store can hold.
    let year = chrono::Datelike::year(&moment);
    if !(1..=9999).contains(&year) {
        return None;
    }
    DateTime::from_timestamp_millis(moment.timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list::moment_text;

    #[test]
    fn the_services_forms_are_read() {
        for (text, moment) in [
            ("2021-03-04T05:06:07Z", "2021-03-04T05:06:07Z"),
            ("2020-09-21T17:24:27.201Z", "2020-09-21T17:24:27.201Z"),
            ("2021-03-04T05:06:07+02:00", "2021-03-04T03:06:07Z"),
            ("2018-02-12 17:59:31", "2018-02-12T17:59:31Z"),
            ("2021-03-04 05:06:07.123456 +0000 UTC", "2021-03-04T05:06:07.123Z"),
            ("2021-03-04 07:06:07 +0200 CEST", "2021-03-04T05:06:07Z"),
            ("2021-03-04 05:06:07 UTC", "2021-03-04T05:06:07Z"),
            ("2026-07-20T23:06:19.807341000+00:00", "2026-07-20T23:06:19.807Z"),
            ("2021-03-04", "2021-03-04T00:00:00Z"),
            ("2021/03/04", "2021-03-04T00:00:00Z"),
            ("04.03.2021", "2021-03-04T00:00:00Z"),
            ("Mar 4, 2021", "2021-03-04T00:00:00Z"),
            ("Thu, 04 Mar 2021 05:06:07 +0000", "2021-03-04T05:06:07Z"),
        ] {
            assert_eq!(read_moment(text).map(moment_text).as_deref(), Some(moment), "{text}");
            assert_eq!(read_moment(moment).map(moment_text).as_deref(), Some(moment));
        }
    }

    #[test]
    fn what_may_mean_two_days_is_none() {
        for text in ["03/04/2021", "", "soon", "2021-13-01", "99999-01-01", "-5", "1614834367", "２０２１-03-04", "+262142-12-31T00:00:00Z"]
        {
            assert_eq!(read_moment(text), None, "{text}");
        }
    }
}
