//! Which issues there are, and which entries each of them holds.

use super::written;
use super::{Mode, NewsletterSpec, Period, PlannedIssue, editions, groups};
use crate::diagnostic::Diagnostic;
use crate::entry::{Entry, Head};
use crate::site::Site;
use chrono::{DateTime, Datelike, Days, FixedOffset, Months, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use std::collections::BTreeMap;

/// The issues whose period is over at `now`, newest first. `visible` are indices into `heads` of what may be shown;
/// `written` are the written issues.
///
/// In mode `post` each entry is an issue. Periods of a digest are those of the site's time zone. A period without entries has no issue. An entry without a date
/// belongs to no period: only the issue `all` holds it, and otherwise a warning says so.
pub fn plan_issues(
    spec: &NewsletterSpec,
    site: &Site,
    heads: &[Head],
    visible: &[usize],
    written: &[Entry],
    now: DateTime<Utc>,
) -> (Vec<PlannedIssue>, Vec<Diagnostic>) {
    let is_taken = |head: &Head| head.newsletter.unwrap_or(!spec.only_marked);
    let taken = visible.iter().filter_map(|&index| heads.get(index).filter(|head| is_taken(head)).map(|head| (index, head)));
    let (mut issues, faults) = match spec.mode {
        Mode::Post => posts(spec, site, taken),
        Mode::Digest => digests(spec, site, heads, taken, now),
        Mode::Written => written::plan(spec, site, written, heads, &taken.collect::<Vec<_>>(), now),
    };
    if let Some(group) = spec.group {
        issues.iter_mut().for_each(|issue| groups::put_together(issue, group, heads));
    }
    (issues, faults)
}

/// Each entry is an issue, called by the last part of its address. Translations of one are its editions.
fn posts<'a>(spec: &NewsletterSpec, site: &Site, taken: impl Iterator<Item = (usize, &'a Head)>) -> (Vec<PlannedIssue>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut issues = Vec::new();
    for (index, head) in taken {
        match head.published {
            Some(date) => {
                let issue =
                    PlannedIssue { id: last_part(&head.url), date, entries: vec![index], detail: spec.content, ..PlannedIssue::default() };
                issues.push((issue, head));
            }
            None => diagnostics.push(Diagnostic::issue_undated().in_file(head.path.display.clone())),
        }
    }
    if spec.editions {
        editions::join(&mut issues, site);
    }
    let mut known: BTreeMap<String, &Head> = BTreeMap::new();
    issues.retain(|(issue, head)| match known.get(&issue.id) {
        Some(other) => {
            diagnostics.push(Diagnostic::duplicate("the issue", &issue.id, &other.path.display).in_file(head.path.display.clone()));
            false
        }
        None => {
            known.insert(issue.id.clone(), head);
            true
        }
    });
    let mut issues: Vec<PlannedIssue> = issues.into_iter().map(|(issue, _)| issue).collect();
    issues.sort_by(|a, b| b.date.cmp(&a.date).then_with(|| a.id.cmp(&b.id)));
    (issues, diagnostics)
}

/// `/2026/02/a-title.html` → `a-title`: a folder's name, and part of message ids.
pub fn last_part(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let name = path.rsplit('/').next().unwrap_or_default();
    let name = if path.matches('/').count() < 3 { "index" } else { name };
    let name = [".html", ".htm"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    percent_encoding::percent_decode_str(name).decode_utf8_lossy().replace(|c: char| c.is_control() || "/\\?#%:\"<>|*".contains(c), "-")
}

fn digests<'a>(
    spec: &NewsletterSpec,
    site: &Site,
    heads: &[Head],
    taken: impl Iterator<Item = (usize, &'a Head)>,
    now: DateTime<Utc>,
) -> (Vec<PlannedIssue>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut issues: BTreeMap<Stretch, Vec<usize>> = BTreeMap::new();
    for (index, head) in taken {
        match stretch(&spec.period, site.timezone, head.published) {
            Some(stretch) => issues.entry(stretch).or_default().push(index),
            None if head.published.is_some() => {}
            None => diagnostics.push(Diagnostic::issue_undated().in_file(&head.path.display)),
        }
    }
    let planned = issues.into_iter().rev().filter_map(|(stretch, mut entries)| {
        entries.sort_by(|&a, &b| heads[a].newest_first(&heads[b]));
        let date = match stretch.end {
            Some(end) => midnight(site.timezone, end),
            None => newest_date(heads, &entries),
        };
        let is_over = stretch.end.is_none() || date <= now;
        is_over.then_some(PlannedIssue { id: stretch.id, date, entries, detail: spec.content, ..PlannedIssue::default() })
    });
    let planned = planned.collect::<Vec<_>>();
    let planned = if spec.editions { planned.into_iter().flat_map(|issue| editions::part(issue, site, heads)).collect() } else { planned };
    (planned, diagnostics)
}

/// A period of the calendar; ordered by its end, since ids of weeks and months aren't comparable with each other.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Stretch {
    /// The first day after it; `None`: it has no end and is always over.
    end: Option<NaiveDate>,
    id: String,
}

fn stretch(period: &Period, zone: Tz, published: Option<DateTime<FixedOffset>>) -> Option<Stretch> {
    if *period == Period::All {
        return Some(Stretch { end: None, id: "all".to_owned() });
    }
    let day = published?.with_timezone(&zone).date_naive();
    let (id, end) = match period {
        Period::Monthly => {
            let end = day.with_day(1)?.checked_add_months(Months::new(1))?;
            (format!("{:04}-{:02}", day.year(), day.month()), end)
        }
        Period::Dates(periods) => {
            let dates = periods.iter().find(|dates| dates.from <= day && day < dates.to)?;
            // Two dates with two hyphens between them (ISO 8601-1, 5.5: where a solidus can't stand).
            (format!("{}--{}", dates.from, dates.to), dates.to)
        }
        _ => {
            // ISO 8601: the year of a week is that of its Thursday, so 2027-01-01 lies in 2026-W53.
            let week = day.iso_week();
            let monday = NaiveDate::from_isoywd_opt(week.year(), week.week(), Weekday::Mon)?;
            (format!("{:04}-W{:02}", week.year(), week.week()), monday.checked_add_days(Days::new(7))?)
        }
    };
    Some(Stretch { end: Some(end), id })
}

/// The first moment of a day. Where the clocks go forward at midnight (as in Beirut), that is one o'clock.
fn midnight(zone: Tz, day: NaiveDate) -> DateTime<FixedOffset> {
    let start = day.and_time(NaiveTime::MIN);
    let local = (0..=4).find_map(|quarters| zone.from_local_datetime(&(start + TimeDelta::minutes(30 * quarters))).earliest());
    match local {
        Some(moment) => moment.fixed_offset(),
        // A whole day may be missing, as 2011-12-30 in Samoa: UTC then decides.
        None => start.and_utc().fixed_offset(),
    }
}

fn newest_date(heads: &[Head], entries: &[usize]) -> DateTime<FixedOffset> {
    let newest = entries.iter().filter_map(|&index| heads.get(index)?.published).max();
    newest.unwrap_or_else(|| DateTime::UNIX_EPOCH.fixed_offset())
}

#[cfg(test)]
mod tests {
    use super::super::Dates;
    use super::super::samples::{date, head, site, spec};
    use super::*;

    fn plan(period: Period, zone: Tz, dates: &[&str], now: &str) -> Vec<(String, String, Vec<usize>)> {
        let site = Site { timezone: zone, ..site() };
        let heads: Vec<Head> = dates
            .iter()
            .enumerate()
            .map(|(index, date)| head(&format!("e{index}"), Some(date).filter(|date| !date.is_empty()).copied()))
            .collect();
        let visible: Vec<usize> = (0..heads.len()).collect();
        let spec = NewsletterSpec { period, ..spec() };
        let (issues, _) = plan_issues(&spec, &site, &heads, &visible, &[], date(now).to_utc());
        issues.into_iter().map(|issue| (issue.id, issue.date.to_rfc3339(), issue.entries)).collect()
    }

    fn ids(period: Period, zone: Tz, dates: &[&str], now: &str) -> Vec<String> {
        plan(period, zone, dates, now).into_iter().map(|(id, ..)| id).collect()
    }

    const PARIS: Tz = chrono_tz::Europe::Paris;

    #[test]
    fn a_week_belongs_to_the_year_of_its_thursday() {
        let dates = ["2024-12-29T12:00:00Z", "2024-12-30T12:00:00Z", "2027-01-01T12:00:00Z", "2027-01-04T12:00:00Z"];
        assert_eq!(ids(Period::Weekly, chrono_tz::UTC, &dates, "2030-01-01T00:00:00Z"), ["2027-W01", "2026-W53", "2025-W01", "2024-W52"]);
    }

    #[test]
    fn the_site_s_zone_decides_where_a_period_ends() {
        // Half past eleven on Sunday in London is Monday in Paris.
        let dates = ["2026-02-15T23:30:00Z", "2026-02-15T22:30:00Z"];
        assert_eq!(ids(Period::Weekly, PARIS, &dates, "2026-03-01T00:00:00Z"), ["2026-W08", "2026-W07"]);
        assert_eq!(ids(Period::Weekly, chrono_tz::UTC, &dates, "2026-03-01T00:00:00Z"), ["2026-W07"]);
        let dates = ["2026-01-31T23:30:00Z"];
        assert_eq!(ids(Period::Monthly, PARIS, &dates, "2026-04-01T00:00:00Z"), ["2026-02"]);
        assert_eq!(ids(Period::Monthly, chrono_tz::America::New_York, &dates, "2026-04-01T00:00:00Z"), ["2026-01"]);
    }

    #[test]
    fn an_issue_exists_from_the_moment_its_period_is_over() {
        let dates = ["2026-02-12T09:00:00Z"];
        assert_eq!(ids(Period::Weekly, PARIS, &dates, "2026-02-15T22:59:59Z"), [""; 0]);
        let planned = plan(Period::Weekly, PARIS, &dates, "2026-02-15T23:00:00Z");
        assert_eq!(planned, [("2026-W07".to_owned(), "2026-02-16T00:00:00+01:00".to_owned(), vec![0])]);
        assert_eq!(ids(Period::Monthly, PARIS, &dates, "2026-02-28T22:59:59Z"), [""; 0]);
        assert_eq!(plan(Period::Monthly, PARIS, &dates, "2026-02-28T23:00:00Z")[0].1, "2026-03-01T00:00:00+01:00");
    }

    #[test]
    fn entries_are_newest_first_and_empty_periods_have_no_issue() {
        let dates = ["2026-02-10T09:00:00Z", "2026-01-05T09:00:00Z", "2026-02-11T09:00:00Z", "2026-02-10T09:00:00Z"];
        let planned = plan(Period::Weekly, PARIS, &dates, "2026-03-01T00:00:00Z");
        let wanted = [("2026-W07", vec![2, 0, 3]), ("2026-W02", vec![1])];
        assert_eq!(planned.iter().map(|(id, _, entries)| (id.as_str(), entries.clone())).collect::<Vec<_>>(), wanted);
    }

    #[test]
    fn dates_hold_the_first_and_not_the_last_and_what_is_between_them_has_no_issue() {
        let days = |from: &str, to: &str| Dates { from: from.parse().unwrap(), to: to.parse().unwrap() };
        let period = Period::Dates(vec![days("2026-02-01", "2026-03-01"), days("2026-01-01", "2026-01-15")]);
        // In Paris the first is of the year before, and the last of the month after.
        let dates =
            ["2025-12-31T22:59:00Z", "2025-12-31T23:00:00Z", "2026-01-14T22:59:00Z", "2026-01-20T12:00:00Z", "2026-02-28T23:00:00Z"];
        let planned = plan(period.clone(), PARIS, &dates, "2026-06-01T00:00:00Z");
        assert_eq!(planned, [("2026-01-01--2026-01-15".to_owned(), "2026-01-15T00:00:00+01:00".to_owned(), vec![2, 1])]);
        assert_eq!(ids(period, PARIS, &dates, "2026-01-14T22:59:59Z"), [""; 0]);
    }

    #[test]
    fn all_is_always_over_and_holds_undated_entries_last() {
        let planned = plan(Period::All, PARIS, &["", "2026-02-10T09:00:00Z", "2026-02-11T09:00:00+02:00"], "2020-01-01T00:00:00Z");
        assert_eq!(planned, [("all".to_owned(), "2026-02-11T09:00:00+02:00".to_owned(), vec![2, 1, 0])]);
        assert_eq!(plan(Period::All, PARIS, &[""], "2020-01-01T00:00:00Z")[0].1, "1970-01-01T00:00:00+00:00");
        assert!(plan(Period::All, PARIS, &[], "2020-01-01T00:00:00Z").is_empty());
    }

    #[test]
    fn an_undated_entry_is_in_no_week_and_a_warning_says_so() {
        let heads = [head("a", None), head("b", Some("2026-02-10T09:00:00Z"))];
        let (issues, diagnostics) = plan_issues(&spec(), &site(), &heads, &[0, 1, 99], &[], date("2026-03-01T00:00:00Z").to_utc());
        assert_eq!(issues[0].entries, [1]);
        assert_eq!(
            diagnostics.iter().map(|found| (found.code, found.path.as_str())).collect::<Vec<_>>(),
            [("issue-undated", "content/a.md")]
        );
    }

    #[test]
    fn only_what_is_visible_is_in_an_issue() {
        let heads = [head("a", Some("2026-02-10T09:00:00Z")), head("b", Some("2026-02-10T09:00:00Z"))];
        let (issues, _) = plan_issues(&spec(), &site(), &heads, &[1], &[], date("2026-03-01T00:00:00Z").to_utc());
        assert_eq!(issues[0].entries, [1]);
    }

    #[test]
    fn a_period_ends_where_there_is_no_midnight() {
        // In Beirut the clocks went forward at midnight of Sunday, 29 March 2026, and that is a month's end in none;
        // in Asunción it was Sunday, 1 October 2023.
        let zone = chrono_tz::America::Asuncion;
        let planned = plan(Period::Monthly, zone, &["2023-09-10T09:00:00Z"], "2026-01-01T00:00:00Z");
        assert_eq!(planned[0].1, "2023-10-01T01:00:00-03:00");
        let samoa = plan(Period::Weekly, chrono_tz::Pacific::Apia, &["2011-12-29T12:00:00Z"], "2026-01-01T00:00:00Z");
        assert_eq!(samoa[0].0, "2011-W52");
    }
}
