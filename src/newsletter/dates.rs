//! Dates and periods in words.

use super::{Period, PlannedIssue};
use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveDate};

/// `12 February 2026`.
pub fn day(date: NaiveDate) -> String {
    format!("{} {} {}", date.day(), month(date), date.year())
}

/// What an issue is called: `9–15 February 2026`, `February 2026`, `All entries`.
pub fn issue_title(period: Period, issue: &PlannedIssue) -> String {
    let Some(last) = last_day(issue.date) else { return issue.id.clone() };
    match period {
        Period::All => "All entries".to_owned(),
        Period::Monthly => format!("{} {}", month(last), last.year()),
        Period::Weekly => match last.checked_sub_days(Days::new(6)) {
            Some(first) => days(first, last),
            None => issue.id.clone(),
        },
    }
}

/// An issue's date is the first moment after its period.
fn last_day(date: DateTime<FixedOffset>) -> Option<NaiveDate> {
    date.date_naive().checked_sub_days(Days::new(1))
}

fn days(first: NaiveDate, last: NaiveDate) -> String {
    let end = day(last);
    if first.year() != last.year() {
        format!("{} – {end}", day(first))
    } else if first.month() != last.month() {
        format!("{} {} – {end}", first.day(), month(first))
    } else {
        format!("{}–{end}", first.day())
    }
}

fn month(date: NaiveDate) -> &'static str {
    match date.month() {
        1 => "January",
        2 => "February",
        3 => "March",
        4 => "April",
        5 => "May",
        6 => "June",
        7 => "July",
        8 => "August",
        9 => "September",
        10 => "October",
        11 => "November",
        _ => "December",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn title(period: Period, date: &str) -> String {
        let date = DateTime::parse_from_rfc3339(date).unwrap();
        issue_title(period, &PlannedIssue { id: "x".into(), date, entries: Vec::new() })
    }

    #[test]
    fn a_week_names_its_first_and_last_day() {
        assert_eq!(title(Period::Weekly, "2026-02-16T00:00:00+01:00"), "9–15 February 2026");
        assert_eq!(title(Period::Weekly, "2026-04-06T00:00:00+02:00"), "30 March – 5 April 2026");
        assert_eq!(title(Period::Weekly, "2027-01-04T00:00:00Z"), "28 December 2026 – 3 January 2027");
    }

    #[test]
    fn a_month_is_the_one_that_ended() {
        assert_eq!(title(Period::Monthly, "2026-03-01T00:00:00+01:00"), "February 2026");
        assert_eq!(title(Period::Monthly, "2027-01-01T00:00:00+01:00"), "December 2026");
    }
}
