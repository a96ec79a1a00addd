//! What an issue is called.

use super::{Period, PlannedIssue};
use crate::language::Words;
use chrono::{DateTime, Days, FixedOffset, NaiveDate};

/// What an issue is called: `9–15 February 2026`, `February 2026`, `All entries`; `tag` is the language of its dates.
pub fn issue_title(period: &Period, issue: &PlannedIssue, say: &Words, tag: &str) -> String {
    let Some(last) = last_day(issue.date) else { return issue.id.clone() };
    match period {
        Period::All => say.all_entries.clone(),
        Period::Monthly => say.month(tag, last),
        Period::Dates(periods) => match periods.iter().find(|dates| dates.to.pred_opt() == Some(last)) {
            Some(dates) if dates.from == last => say.day(tag, last),
            Some(dates) => say.days(tag, dates.from, last),
            None => issue.id.clone(),
        },
        Period::Weekly => match last.checked_sub_days(Days::new(6)) {
            Some(first) => say.days(tag, first, last),
            None => issue.id.clone(),
        },
    }
}

/// An issue's date is the first moment after its period.
fn last_day(date: DateTime<FixedOffset>) -> Option<NaiveDate> {
    date.date_naive().checked_sub_days(Days::new(1))
}

#[cfg(test)]
mod tests {
    use super::super::Dates;
    use super::*;
    use crate::language::words;

    fn title(period: Period, date: &str, tag: &str) -> String {
        let date = DateTime::parse_from_rfc3339(date).unwrap();
        issue_title(&period, &PlannedIssue { id: "x".into(), date, ..PlannedIssue::default() }, words(tag), tag)
    }

    #[test]
    fn a_week_names_its_first_and_last_day() {
        assert_eq!(title(Period::Weekly, "2026-02-16T00:00:00+01:00", "en-GB"), "9–15 February 2026");
        assert_eq!(title(Period::Weekly, "2027-01-04T00:00:00Z", "fr"), "28 décembre 2026 – 3 janvier 2027");
    }

    #[test]
    fn dates_name_the_days_in_them() {
        let periods = |from: &str, to: &str| Period::Dates(vec![Dates { from: from.parse().unwrap(), to: to.parse().unwrap() }]);
        assert_eq!(title(periods("2026-01-01", "2026-02-01"), "2026-02-01T00:00:00+01:00", "en-GB"), "1–31 January 2026");
        assert_eq!(title(periods("2026-01-31", "2026-02-01"), "2026-02-01T00:00:00+01:00", "fr"), "31 janvier 2026");
        assert_eq!(title(periods("2026-01-31", "2026-02-01"), "2026-03-01T00:00:00+01:00", "fr"), "x");
    }

    #[test]
    fn a_month_is_the_one_that_ended() {
        assert_eq!(title(Period::Monthly, "2026-03-01T00:00:00+01:00", "en"), "February 2026");
        assert_eq!(title(Period::Monthly, "2027-01-01T00:00:00+01:00", "de"), "Dezember 2026");
        assert_eq!(title(Period::All, "2027-01-01T00:00:00+01:00", "de"), "Alle Beiträge");
    }
}
