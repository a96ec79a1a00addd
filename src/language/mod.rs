//! Languages: tags (BCP 47) and what they say about the script, and the words that tidings has in some of them.

mod dates;
mod words;

pub use words::{Words, fill, own_name, words};

/// A tag by BCP 47's syntax (RFC 5646, section 2.1); `fr_FR` is read as `fr-FR`. `None` if it is none.
pub fn tag(raw: &str) -> Option<String> {
    let tag = raw.trim().replace('_', "-");
    let is_tag = tag.split('-').enumerate().all(|(at, part)| {
        // The first part is a code of ISO 639: two or three letters, though the syntax has room for more.
        (if at == 0 { 2..=3 } else { 1..=8 }).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_alphabetic() || (at > 0 && byte.is_ascii_digit()))
    });
    is_tag.then_some(tag)
}

/// A tag as it is usually written (RFC 5646, section 2.1.1): `PT-br` is `pt-BR`, `ZH-HANS` `zh-Hans`.
pub fn usual_form(tag: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut is_extension = false;
    for part in tag.split(['-', '_']) {
        let lower = part.to_ascii_lowercase();
        parts.push(match part.len() {
            2 if !parts.is_empty() && !is_extension => part.to_ascii_uppercase(),
            4 if !parts.is_empty() && !is_extension => title_case(&lower),
            _ => lower,
        });
        // After a singleton, such as the `u` of `de-u-co-phonebk`, all is in lower case.
        is_extension |= part.len() == 1;
    }
    parts.join("-")
}

/// The best of the `available` languages for who wants one (RFC 4647, section 3.4, "Lookup"): the tag itself, else the one
/// that is left of it when its last parts are taken away. `None` where only a default is left.
pub fn lookup(available: &[impl AsRef<str>], wanted: &str) -> Option<usize> {
    let wanted = wanted.trim().replace('_', "-");
    let mut range = wanted.as_str();
    while !range.is_empty() {
        if let Some(found) = available.iter().position(|tag| tag.as_ref().eq_ignore_ascii_case(range)) {
            return Some(found);
        }
        range = range.rsplit_once('-').map_or("", |(before, _)| before);
        // A singleton says nothing by itself.
        if let Some((before, last)) = range.rsplit_once('-')
            && last.len() == 1
        {
            range = before;
        }
    }
    None
}

fn title_case(part: &str) -> String {
    part.char_indices().map(|(at, c)| if at == 0 { c.to_ascii_uppercase() } else { c }).collect()
}

/// `rtl` or `ltr`, as HTML's `dir` has it. An explicit script wins over what the language usually has.
pub fn direction(tag: &str) -> &'static str {
    let mut parts = tag.split(['-', '_']).map(str::to_ascii_lowercase);
    let language = parts.next().unwrap_or_default();
    let script = parts.find(|part| part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_alphabetic()));
    let is_rtl = match script {
        Some(script) => matches!(script.as_str(), "arab" | "hebr" | "thaa" | "syrc" | "nkoo" | "adlm" | "rohg" | "mand" | "samr"),
        None => matches!(
            language.as_str(),
            "ar" | "arc"
                | "azb"
                | "ckb"
                | "dv"
                | "fa"
                | "he"
                | "iw"
                | "khw"
                | "ks"
                | "lrc"
                | "mzn"
                | "nqo"
                | "pnb"
                | "ps"
                | "sd"
                | "syr"
                | "ug"
                | "ur"
                | "yi"
        ),
    };
    if is_rtl { "rtl" } else { "ltr" }
}

/// Whether the script has no spaces between words, so that a broken line is joined without one (RFC 3676, `DelSp`).
pub fn joins_without_spaces(tag: &str) -> bool {
    let language = tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    matches!(language.as_str(), "ja" | "zh" | "yue" | "wuu" | "th" | "lo" | "km" | "my" | "bo" | "dz")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_tags_have_a_form() {
        assert_eq!(tag("fr_FR").as_deref(), Some("fr-FR"));
        assert_eq!(tag("zh-Hans-419").as_deref(), Some("zh-Hans-419"));
        for tag in ["", "fr-", "français", "en us", "1e", "en-\"x", "english", "x-klingon"] {
            assert_eq!(super::tag(tag), None, "{tag}");
        }
    }

    #[test]
    fn tags_have_a_usual_form() {
        for (raw, wanted) in [
            ("PT-br", "pt-BR"),
            ("zh_HANT_tw", "zh-Hant-TW"),
            ("EN", "en"),
            ("es-419", "es-419"),
            ("de-u-CO-phonebk", "de-u-co-phonebk"),
            ("sl-1994", "sl-1994"),
            ("é-éé-été", "é-éé-été"),
        ] {
            assert_eq!(usual_form(raw), wanted);
        }
    }

    #[test]
    fn lookup_takes_the_last_parts_away() {
        let available = ["en-GB", "fr", "zh-Hant", "pt-BR"];
        for (wanted, found) in [
            ("fr", Some(1)),
            ("FR_ca", Some(1)),
            ("fr-CA-x-quebec", Some(1)),
            ("fr-u-co-phonebk", Some(1)),
            ("zh-Hant-TW", Some(2)),
            ("pt-br", Some(3)),
            // A broader language is no narrower one, and another region no region.
            ("pt", None),
            ("pt-PT", None),
            ("en", None),
            ("frr", None),
            ("", None),
        ] {
            assert_eq!(lookup(&available, wanted), found, "{wanted}");
        }
    }

    #[test]
    fn direction_follows_script_before_language() {
        for (tag, wanted) in
            [("en", "ltr"), ("ar-EG", "rtl"), ("HE", "rtl"), ("az-Arab", "rtl"), ("ar-Latn", "ltr"), ("", "ltr"), ("zh-Hant-TW", "ltr")]
        {
            assert_eq!(direction(tag), wanted, "{tag}");
        }
    }

    #[test]
    fn scripts_without_spaces() {
        assert!(joins_without_spaces("ja") && joins_without_spaces("zh-Hans") && joins_without_spaces("th_TH"));
        assert!(!joins_without_spaces("ko") && !joins_without_spaces("en"));
    }
}
