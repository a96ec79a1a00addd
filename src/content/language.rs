//! The language of a text that names none.

use crate::body::{is_cjk, sample};
use crate::entry::Markup;
use whatlang::{Lang, detect};

/// Shorter texts are guessed wrongly too often.
const MIN_CHARS: usize = 60;
/// A character of these says as much as a word.
const MIN_CJK_CHARS: usize = 16;

/// The BCP 47 tag of a text's language, if it is long and clear enough.
pub fn detect_language(text: &str, markup: Markup) -> Option<&'static str> {
    let words = sample(text, markup);
    let letters = words.chars().filter(|c| c.is_alphabetic());
    let is_long = words.chars().filter(|c| is_cjk(*c)).count() >= MIN_CJK_CHARS || letters.count() >= MIN_CHARS;
    let found = is_long.then(|| detect(&words)).flatten()?;
    found.is_reliable().then(|| tag(found.lang()))
}

/// The shortest tag of a language (RFC 5646, section 2.2.1); the library has codes of three letters.
fn tag(lang: Lang) -> &'static str {
    match lang {
        Lang::Afr => "af",
        Lang::Aka => "ak",
        Lang::Amh => "am",
        Lang::Ara => "ar",
        Lang::Aze => "az",
        Lang::Bel => "be",
        Lang::Ben => "bn",
        Lang::Bul => "bg",
        Lang::Cat => "ca",
        Lang::Ces => "cs",
        Lang::Cmn => "zh",
        Lang::Cym => "cy",
        Lang::Dan => "da",
        Lang::Deu => "de",
        Lang::Ell => "el",
        Lang::Eng => "en",
        Lang::Epo => "eo",
        Lang::Est => "et",
        Lang::Fin => "fi",
        Lang::Fra => "fr",
        Lang::Guj => "gu",
        Lang::Heb => "he",
        Lang::Hin => "hi",
        Lang::Hrv => "hr",
        Lang::Hun => "hu",
        Lang::Hye => "hy",
        Lang::Ind => "id",
        Lang::Ita => "it",
        Lang::Jav => "jv",
        Lang::Jpn => "ja",
        Lang::Kan => "kn",
        Lang::Kat => "ka",
        Lang::Khm => "km",
        Lang::Kor => "ko",
        Lang::Lat => "la",
        Lang::Lav => "lv",
        Lang::Lit => "lt",
        Lang::Mal => "ml",
        Lang::Mar => "mr",
        Lang::Mkd => "mk",
        Lang::Mya => "my",
        Lang::Nep => "ne",
        Lang::Nld => "nl",
        Lang::Nob => "nb",
        Lang::Ori => "or",
        Lang::Pan => "pa",
        Lang::Pes => "fa",
        Lang::Pol => "pl",
        Lang::Por => "pt",
        Lang::Ron => "ro",
        Lang::Rus => "ru",
        Lang::Sin => "si",
        Lang::Slk => "sk",
        Lang::Slv => "sl",
        Lang::Sna => "sn",
        Lang::Spa => "es",
        Lang::Srp => "sr",
        Lang::Swe => "sv",
        Lang::Tam => "ta",
        Lang::Tel => "te",
        Lang::Tgl => "tl",
        Lang::Tha => "th",
        Lang::Tuk => "tk",
        Lang::Tur => "tr",
        Lang::Ukr => "uk",
        Lang::Urd => "ur",
        Lang::Uzb => "uz",
        Lang::Vie => "vi",
        Lang::Yid => "yi",
        Lang::Zul => "zu",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_tell_their_language() {
        for (text, expected) in [
            ("La marée basse découvre les rochers, et les enfants cherchent des crabes sous les algues jusqu’au soir.", "fr"),
            ("The tide uncovers the rocks, and the children look for crabs below the seaweed until the evening comes.", "en"),
            ("今日はとても良い天気でしたので、海まで散歩をしました。潮が引いていて、岩の間に小さな蟹がいました。", "ja"),
            ("הים נסוג מן הסלעים, והילדים מחפשים סרטנים מתחת לאצות עד הערב, ואחר כך הולכים הביתה יחד עם הוריהם.", "he"),
        ] {
            assert_eq!(detect_language(text, Markup::Text), Some(expected), "{text}");
        }
    }

    #[test]
    fn short_texts_and_code_tell_nothing() {
        assert_eq!(detect_language("La marée basse.", Markup::Text), None);
        assert_eq!(
            detect_language("```\nfor item in list { print(item); } while true { run(); } return value;\n```", Markup::Markdown),
            None
        );
    }
}
