//! Dates and numbers as a language writes them (CLDR).

use chrono::{Datelike, NaiveDate};
use icu_calendar::{Date, Gregorian};
use icu_datetime::FixedCalendarDateTimeFormatter as Formatter;
use icu_datetime::fieldsets::{MD, YM, YMD};
use icu_decimal::DecimalFormatter;
use icu_locale_core::Locale;

/// The locale of a tag; the root's where it is none.
pub(super) fn locale(tag: &str) -> Locale {
    Locale::try_from_str(tag).unwrap_or(Locale::UNKNOWN)
}

/// A number, in the language's digits.
pub(super) fn number(locale: &Locale, number: usize) -> String {
    let formatter = DecimalFormatter::try_new(locale.into(), Default::default());
    formatter.map_or_else(|_| number.to_string(), |formatter| formatter.format(&number.into()).to_string())
}

fn gregorian(date: NaiveDate) -> Option<Date<Gregorian>> {
    Date::try_new_gregorian(date.year(), u8::try_from(date.month()).ok()?, u8::try_from(date.day()).ok()?).ok()
}

/// `February 12, 2026`; in ISO's form where the calendar ends.
pub(super) fn day(locale: &Locale, date: NaiveDate) -> String {
    let text = || Some(Formatter::<Gregorian, YMD>::try_new(locale.into(), YMD::long()).ok()?.format(&gregorian(date)?).to_string());
    text().unwrap_or_else(|| date.to_string())
}

/// `February 12`.
pub(super) fn day_of_year(locale: &Locale, date: NaiveDate) -> String {
    let text = || Some(Formatter::<Gregorian, MD>::try_new(locale.into(), MD::long()).ok()?.format(&gregorian(date)?).to_string());
    text().unwrap_or_else(|| date.to_string())
}

/// `February 2026`.
pub(super) fn month(locale: &Locale, date: NaiveDate) -> String {
    let text = || Some(Formatter::<Gregorian, YM>::try_new(locale.into(), YM::long()).ok()?.format(&gregorian(date)?).to_string());
    text().unwrap_or_else(|| date.format("%Y-%m").to_string())
}
