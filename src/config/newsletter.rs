//! `[newsletter]`.

use super::publication::DETAILS;
use super::table::{Given, Table};
use crate::diagnostic::Diagnostic;
use crate::feed::{Detail, Format};
use crate::newsletter::{Dates, Group, Mode, NewsletterSpec, Period};
use crate::site::Site;
use url::Url;

pub(super) fn newsletter(
    top: &mut Table,
    site: Option<&Site>,
    list_url: &str,
    formats: &[Format],
    faults: &mut Vec<Diagnostic>,
) -> Option<NewsletterSpec> {
    let mut table = top.table("newsletter")?;
    let host = site.and_then(|site| site.url.host_str()).unwrap_or("localhost").trim_start_matches("www.").to_owned();
    let from = table.text("from").and_then(|given| mailbox(&mut table, "from", given));
    let reply_to = table.text("reply_to").and_then(|given| mailbox(&mut table, "reply_to", given));
    let mode = table.choice("mode", &[("post", Mode::Post), ("digest", Mode::Digest), ("written", Mode::Written)]).unwrap_or_default();
    let only_marked = table.choice("entries", &[("all", false), ("marked", true)]).unwrap_or_default();
    let period = period(&mut table, faults);
    let group = table.choice("group", &[("section", Group::Section), ("tag", Group::Tag)]);
    let contents = table.flag_or_bool("contents").unwrap_or(false);
    let reading_time = table.flag_or_bool("reading_time").unwrap_or(true);
    let editions = table.flag_or_bool("editions").unwrap_or(false);
    let feed = table.flag_or_bool("feed").unwrap_or(false);
    let list_id = table.text("list_id").and_then(|given| {
        let is_id = given.value.contains('.') && given.value.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_".contains(&b));
        if !is_id {
            table.refuse("list_id", &given, "is not a list's id", "write it like a host name: news.example.org (RFC 2919)");
        }
        is_id.then_some(given.value)
    });
    let content = table.choice("content", DETAILS).unwrap_or(if mode == Mode::Post { Detail::Full } else { Detail::Summary });
    let inline_images = table.flag_or_bool("inline_images").unwrap_or(false);
    let postal_address = table.text("postal_address").map(|given| given.value);
    let unsubscribe_url = table.text("unsubscribe_url").and_then(|given| {
        let url = Url::parse(&given.value).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.fragment().is_none());
        if url.is_none() {
            table.refuse("unsubscribe_url", &given, "is not a web address", "write it whole, such as https://example.org/unsubscribe");
        }
        url.map(String::from)
    });
    let unsubscribe_mailto = table.text("unsubscribe_mailto").and_then(|given| mailbox(&mut table, "unsubscribe_mailto", given));
    let theme = super::theme::theme(&mut table, site, faults);
    let greeting = table.text("greeting").and_then(|given| match crate::newsletter::check_placeholders(&given.value) {
        Ok(()) => Some(given.value),
        Err(reason) => {
            table.refuse("greeting", &given, &reason, "use {{ subscriber.name | default(\"reader\") }} or {{ subscriber.fields.X }}");
            None
        }
    });
    faults.append(&mut table.finish());
    let site_title = site.map(|site| site.title.clone());
    let author_address = site.and_then(|site| site.authors.iter().find_map(|author| author.email.clone()));
    Some(NewsletterSpec {
        // Files are read by whoever reads the configuration's.
        templates: Default::default(),
        formats: formats.to_vec(),
        from: from.unwrap_or_else(|| (site_title, author_address.unwrap_or_else(|| format!("news@{host}")))),
        reply_to,
        mode,
        only_marked,
        period,
        group,
        contents,
        reading_time,
        editions,
        feed,
        list_id: list_id.unwrap_or_else(|| format!("newsletter.{host}")),
        content,
        inline_images,
        postal_address,
        unsubscribe_url: unsubscribe_url.unwrap_or_else(|| format!("{list_url}/unsubscribe")),
        unsubscribe_mailto: unsubscribe_mailto.map(|(_, address)| address),
        theme,
        greeting,
    })
}

/// `Name <local@domain>` or an address alone, without anything that could start another header line.
fn mailbox(table: &mut Table, key: &'static str, given: Given<String>) -> Option<(Option<String>, String)> {
    let parsed = given.value.parse::<lettre::message::Mailbox>().ok().filter(|_| !given.value.contains(['\r', '\n', '\0']));
    if parsed.is_none() {
        table.refuse(key, &given, "is not a mailbox", "write it as Example News <news@example.org>");
    }
    parsed.map(|mailbox| (mailbox.name, mailbox.email.to_string()))
}

/// A word, or one or more tables of two dates.
fn period(table: &mut Table, faults: &mut Vec<Diagnostic>) -> Period {
    if table.is_text("period") {
        return table
            .choice("period", &[("weekly", Period::Weekly), ("monthly", Period::Monthly), ("all", Period::All)])
            .unwrap_or_default();
    }
    let mut periods: Vec<Dates> = Vec::new();
    let given = table.tables("period");
    if given.is_empty() && !table.has_faults() {
        table.miss("period", "name at least one: { from = 2026-01-01, to = 2026-02-01 }");
    }
    for mut inner in given {
        let (from, to) = (inner.date("from"), inner.date("to"));
        for (key, given) in [("from", &from), ("to", &to)] {
            if given.is_none() && !inner.has_faults() {
                inner.miss(key, "a period is { from = 2026-01-01, to = 2026-02-01 }; the second date is the first day after it");
            }
        }
        if let (Some(from), Some(to)) = (from, to) {
            let dates = Dates { from: from.value, to: to.value };
            if dates.from >= dates.to {
                inner.refuse("to", &to, "is not after `from`", "name the first day after the period");
            } else if periods.iter().any(|other| dates.from < other.to && other.from < dates.to) {
                inner.refuse("from", &from, "lies in another period", "no entry may be in two issues: begin where the other one ends");
            } else {
                periods.push(dates);
            }
        }
        faults.append(&mut inner.finish());
    }
    if periods.is_empty() { Period::default() } else { Period::Dates(periods) }
}
