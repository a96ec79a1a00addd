//! One constructor per fault. Each code has a line in `docs/checks.md`; a test holds them together.

use super::{Diagnostic, Severity};

fn fault(severity: Severity, code: &'static str, message: String, help: &str) -> Diagnostic {
    Diagnostic { code, severity, message, path: String::new(), place: None, help: help.to_owned() }
}

fn error(code: &'static str, message: impl Into<String>, help: &str) -> Diagnostic {
    fault(Severity::Error, code, message.into(), help)
}

fn warning(code: &'static str, message: impl Into<String>, help: &str) -> Diagnostic {
    fault(Severity::Warning, code, message.into(), help)
}

/// The name that was meant, if one is near.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let nearest = known.map(|known| (strsim::damerau_levenshtein(name, known), known)).min();
    nearest.filter(|(distance, _)| *distance <= (name.chars().count() / 3).max(1)).map(|(_, known)| known)
}

impl Diagnostic {
    pub fn file_unreadable(reason: &str) -> Self {
        error("file-unreadable", format!("the file can't be read: {reason}"), "check its permissions, or leave it out with .gitignore")
    }

    pub fn file_changed() -> Self {
        error("file-changed", "the file changed while it was read", "run the command again when nothing writes to the content folder")
    }

    pub fn file_name_invalid() -> Self {
        error("file-name-invalid", "the file's name is not Unicode", "rename it, or leave it out with .gitignore")
    }

    pub fn format_unread(kind: &str, count: usize) -> Self {
        let (files, verb) = if count == 1 { ("1 file".to_owned(), "is") } else { (format!("{count} files"), "are") };
        let help = "convert it to Markdown (`pandoc -t gfm`), or leave it out with `exclude` under [content]";
        warning("format-unread", format!("tidings doesn't read .{kind}, so {files} here {verb} in no feed"), help)
    }

    pub fn link_skipped() -> Self {
        warning(
            "link-skipped",
            "the link leads nowhere or out of the content folder, so it was left out",
            "remove it, or put the file itself there",
        )
    }

    pub fn output_kept() -> Self {
        warning(
            "output-kept",
            "the page is not one of tidings', so it stays as it is",
            "set another `dir` under [feeds] if you want tidings' own page",
        )
    }

    pub fn output_foreign() -> Self {
        error(
            "output-foreign",
            "this is in the output folder, and tidings didn't make it",
            "move it away, or set another `dir` under [feeds]",
        )
    }

    /// `state` says in words what is the matter with the file.
    pub fn output_outdated(state: &str) -> Self {
        error("output-outdated", format!("this file {state}"), "run `tidings build` without --locked, and commit what it writes")
    }

    pub fn encoding_invalid(offset: usize) -> Self {
        error(
            "encoding-invalid",
            format!("byte {offset} is not valid UTF-8"),
            "save the file as UTF-8, or set `encoding = \"windows-1252\"` (or its real encoding) under [content] in tidings.toml",
        )
    }

    pub fn git_unreadable(reason: &str) -> Self {
        error(
            "git-unreadable",
            format!("`git_dates` is set, but the commits can't be read: {reason}"),
            "install git and keep the content in a repository, or remove `git_dates` from tidings.toml",
        )
    }

    pub fn git_shallow() -> Self {
        warning(
            "git-shallow",
            "`git_dates` is set, but the repository was cloned without its older commits; dates from commits were left out",
            "clone it whole: `fetch-depth: 0` in GitHub Actions, `git fetch --unshallow` elsewhere",
        )
    }

    pub fn control_removed(character: char) -> Self {
        warning(
            "control-character",
            format!("U+{:04X} is not allowed in XML and was left out", u32::from(character)),
            "delete the character in the source",
        )
    }

    pub fn front_matter_invalid(dialect: &str, reason: &str) -> Self {
        // In YAML the usual reason is a value that should have been quoted.
        let help = if dialect == "YAML" { "mend the marked line; values with `:` or `#` need quotes" } else { "mend the marked line" };
        error("front-matter-invalid", format!("the {dialect} front matter can't be read: {reason}"), help)
    }

    pub fn front_matter_unclosed(mark: &str) -> Self {
        error(
            "front-matter-unclosed",
            format!("the front matter opens with `{mark}` but never closes"),
            "add a closing line with the same mark",
        )
    }

    /// `line` is what stands where `mark` should.
    pub fn front_matter_mark(line: &str, mark: &str) -> Self {
        error("front-matter-mark", format!("`{line}` neither opens nor closes front matter"), &format!("write `{mark}`, alone on its line"))
    }

    pub fn key_repeated(name: &str, which: &str) -> Self {
        warning(
            "key-repeated",
            format!("`{name}` is written more than once; the {which} value is used"),
            "delete the lines that are not meant",
        )
    }

    pub fn field_type(field: &str, expected: &str) -> Self {
        error("field-type", format!("`{field}` should be {expected}"), "change the value, or leave the field out")
    }

    pub fn field_misspelt(name: &str, known: &str) -> Self {
        warning(
            "field-misspelt",
            format!("tidings knows no field `{name}`, and there is no `{known}`"),
            &format!("did you mean `{known}`?"),
        )
    }

    pub fn date_unreadable(text: &str) -> Self {
        error(
            "date-unreadable",
            format!("`{text}` is not a date"),
            "write it as 2026-05-01, 2026-05-01 14:30, or 2026-05-01T14:30:00+02:00",
        )
    }

    pub fn date_missing() -> Self {
        warning(
            "date-missing",
            "the entry has no date, so it comes after all others",
            "add `date: 2026-05-01` to its front matter, or start the file name with the date",
        )
    }

    pub fn entry_empty() -> Self {
        warning(
            "entry-empty",
            "the entry has no text yet, and is published like this",
            "write it, or set `draft: true` in its front matter until you have",
        )
    }

    pub fn name_undated() -> Self {
        warning(
            "name-undated",
            "the file's name has no date, so it was left out, as Jekyll leaves it out",
            "name it like 2026-05-01-title.md, or put it into _drafts",
        )
    }

    pub fn field_doubtful(field: &str, used: &str) -> Self {
        warning("field-doubtful", format!("`{field}` is a number or a flag; it is taken as `{used}`"), "put it in quotes if that is meant")
    }

    pub fn date_gap(text: &str, zone: &str, used: &str) -> Self {
        warning(
            "date-gap",
            format!("{text} does not exist in {zone}: the clocks go forward; {used} is used"),
            "write the offset that you mean, such as +02:00",
        )
    }

    pub fn date_fold(text: &str, zone: &str, used: &str) -> Self {
        warning(
            "date-fold",
            format!("{text} happens twice in {zone}: the clocks go back; the first, {used}, is used"),
            "write the offset that you mean, such as +02:00",
        )
    }

    pub fn date_short_year(text: &str, used: &str) -> Self {
        warning("date-short-year", format!("the year of `{text}` has two digits; {used} is used"), "write the year with four digits")
    }

    pub fn date_order() -> Self {
        warning("date-order", "`updated` is before the date of publication, which is used instead", "correct one of the two dates")
    }

    pub fn permalink_refused(path: &str) -> Self {
        error(
            "permalink-refused",
            format!("the permalink `{path}` leaves the site or holds characters that no URL may have"),
            "keep it below the site's address: no other host, no `..`, backslashes or control characters",
        )
    }

    pub fn permalink_template(template: &str) -> Self {
        warning(
            "permalink-template",
            format!("`{template}` can't be made without the generator, so the entry is where others are"),
            "write the permalink out, or use title, page.fileSlug or page.date with slugify and date",
        )
    }

    pub fn permalink_incomplete(token: &str) -> Self {
        error(
            "permalink-incomplete",
            format!("the permalink pattern uses `{token}`, which this entry doesn't have"),
            "add the field to the front matter, or change `permalink` in tidings.toml",
        )
    }

    pub fn duplicate(what: &str, value: &str, other: &str) -> Self {
        error("duplicate", format!("{what} `{value}` is also that of {other}"), "give one of the two entries another slug, permalink or id")
    }

    pub fn podcast_value(field: &str, text: &str, help: &str) -> Self {
        warning("podcast-value", format!("`{field}` can't be `{text}`, so feeds leave it out"), help)
    }

    pub fn podcast_incomplete(missing: &str) -> Self {
        warning(
            "podcast-incomplete",
            format!("directories of podcasts ask for {missing}, which [podcast] lacks"),
            "add `category = \"Arts > Books\"`, `image = \"/cover.jpg\"`",
        )
    }

    pub fn podcast_image((width, height): (u32, u32)) -> Self {
        warning(
            "podcast-image",
            format!("the podcast's picture has {width} × {height} pixels, which directories refuse"),
            "make it a square of 1400 to 3000 pixels, or name another one as `image` under [podcast]",
        )
    }

    pub fn enclosure_length(url: &str) -> Self {
        warning(
            "enclosure-length",
            format!("the length of the enclosure `{url}` is not known, so 0 is given"),
            "add `length:` in bytes beside its url",
        )
    }

    pub fn shortcode_unknown(names: &str) -> Self {
        warning(
            "shortcode-unknown",
            format!("tidings doesn't know {names}, so only the text inside was kept"),
            "write it as Markdown or HTML, or leave it if readers of feeds and mail can do without",
        )
    }

    pub fn link_broken(target: &str, near: Option<&str>) -> Self {
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "correct the path; it is looked for from the file that links, or from the content folder".to_owned(),
        };
        warning("link-broken", format!("the link to `{target}` leads to no content file"), &help)
    }

    pub fn link_draft(target: &str) -> Self {
        warning("link-draft", format!("the link leads to `{target}`, which is a draft"), "publish the draft first, or remove the link")
    }

    pub fn message_refused(issue: &str, reason: &str) -> Self {
        error("message-refused", format!("the issue {issue} makes no message: {reason}"), "correct [newsletter] in tidings.toml")
    }

    /// `path` is asked for, of which `name` isn't among `known`.
    pub fn template_variable(path: &str, name: &str, known: &[String]) -> Self {
        let help = match (nearest(name, known.iter().map(String::as_str)), known.is_empty()) {
            (Some(near), _) => format!("did you mean `{near}`? there are: {}", known.join(", ")),
            (None, false) => format!("there are: {}", known.join(", ")),
            (None, true) => "docs/templates.md lists what each template sees".to_owned(),
        };
        error("template-variable", format!("there is no variable `{path}`"), &help)
    }

    /// `most` in megabytes.
    pub fn image_left_out(issue: &str, path: &str, most: usize) -> Self {
        warning(
            "image-left-out",
            format!(
                "the picture {} stays on the web: with it the pictures of issue {issue} would have more than {most} MB",
                path.trim_start_matches('/')
            ),
            "make it smaller, or set inline_images = false under [newsletter]",
        )
    }

    pub fn template_missing(reason: &str, known: &[String]) -> Self {
        // The engine says it in one of two ways, each with the name in quotation marks of its own.
        let asked = reason.split(['"', '\'']).nth(1).unwrap_or_default();
        let help = match nearest(asked, known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "name it by its path below templates/, such as `newsletter/footer.html`".to_owned(),
        };
        error("template-missing", format!("there is no template `{asked}`"), &help)
    }

    pub fn template_invalid(reason: &str) -> Self {
        error("template-invalid", format!("the template can't be shown: {reason}"), "docs/templates.md says what a template may hold")
    }

    pub fn template_endless(what: &str) -> Self {
        error("template-endless", format!("the template {what}"), "look for a loop in a loop, or a file that includes itself")
    }

    pub fn template_unused(name: &str, known: &[&str]) -> Self {
        let help = match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "include it somewhere, or remove it; docs/templates.md lists the names that replace a built-in template".to_owned(),
        };
        warning("template-unused", "no template has this name, and none includes it", &help)
    }

    pub fn template_unsupported() -> Self {
        error(
            "template-unsupported",
            "this tidings was built without the feature `overrides`, so that it can't use templates of your own",
            "install one with its default features, or move the file away",
        )
    }

    /// `part` is the part of the message that lacks the link.
    pub fn template_unsubscribe(part: &str) -> Self {
        error(
            "template-unsubscribe",
            format!("the {part} part of the message has no link to unsubscribe, and nobody could leave"),
            "put `{{ unsubscribe }}` where everyone finds it; in HTML: `<a href=\"{{ unsubscribe }}\">`",
        )
    }

    pub fn template_slot() -> Self {
        error(
            "template-slot",
            "a filter changed what is filled in for each recipient, such as `{{ subscriber.name }}`",
            "show `subject`, `issue_title`, `greeting`, `before`, `after` and `unsubscribe` without filters that change letters",
        )
    }

    pub fn config_invalid(reason: &str) -> Self {
        error("config-invalid", format!("the configuration can't be read: {reason}"), "mend the marked line")
    }

    pub fn config_unknown_key(key: &str, suggestion: Option<&str>, known: &str) -> Self {
        let help = match suggestion {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the keys here are {known}"),
        };
        error("config-unknown-key", format!("`{key}` is not a key that tidings knows"), &help)
    }

    pub fn config_value(key: &str, reason: &str, help: &str) -> Self {
        error("config-value", format!("`{key}` {reason}"), help)
    }

    pub fn config_missing(key: &str, help: &str) -> Self {
        error("config-missing", format!("`{key}` is missing"), help)
    }

    /// Text and ground are keys with their colours; the ratio is written as people read it.
    pub fn contrast_low(key: &str, text: (&str, &str), ground: (&str, &str), ratio: &str, nearest: Option<&str>) -> Self {
        let message =
            format!("`{key}`: {} (`{}`) on {} (`{}`) has a contrast of {ratio}:1, text needs 4.5:1", text.1, text.0, ground.1, ground.0);
        let help = match nearest {
            Some(color) => format!("`{}` could be {color}", text.0),
            None => "no colour can be read on both `background` and `card`: make them more alike".to_owned(),
        };
        error("contrast-low", message, &help)
    }

    pub fn written_undated() -> Self {
        warning("issue-undated", "the issue has no date, so it doesn't appear", "add `date: 2026-05-01` to its front matter")
    }

    /// `known` are the names of those that may be shown.
    pub fn entry_unknown(name: &str, known: &[String]) -> Self {
        let help = match nearest(name, known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "name it by its path below the content folder, or by the last part of its address".to_owned(),
        };
        error("entry-unknown", format!("no entry that may be shown is called `{name}`"), &help)
    }

    pub fn placeholder_unknown(reason: &str) -> Self {
        error("placeholder-unknown", reason, "write `{{ entries }}` where the entries stand; other braces can't be filled in")
    }

    pub fn issue_undated() -> Self {
        warning(
            "issue-undated",
            "the entry has no date, so it's in no issue of the newsletter",
            "add `date: 2026-05-01` to its front matter, or start the file name with the date",
        )
    }

    /// `entries` is how many the issue has, where it shows no more than their summaries already.
    pub fn message_size(issue: &str, bytes: usize, limit: usize, largest: &str, entries: Option<usize>) -> Self {
        let help = match entries {
            Some(count) => format!("the issue has {count} entries; choose a shorter `period`, or shorten their summaries"),
            None => "set `content = \"summary\"` under [newsletter], or shorten the entries".to_owned(),
        };
        warning(
            "message-size",
            format!("the HTML of issue {issue} has {bytes} bytes; Gmail clips messages at {limit}. Largest: {largest}"),
            &help,
        )
    }
}
