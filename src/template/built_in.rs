//! The templates that are compiled in, as text: for `init --templates`, and for files of the user's that include them.

macro_rules! built_in {
    ($($name:literal),* $(,)?) => {
        /// Name below `templates/` and text of each template that can be replaced.
        pub const BUILT_IN: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../templates/", $name)))),*];
    };
}

built_in![
    "feeds/index.html",
    "newsletter/archive.html",
    "newsletter/byline.html",
    "newsletter/contents.html",
    "newsletter/email.html",
    "newsletter/email.txt",
    "newsletter/entry.html",
    "newsletter/entry_body.html",
    "newsletter/feed.html",
    "newsletter/feeds.html",
    "newsletter/footer.html",
    "newsletter/head.css",
    "newsletter/inline.css",
    "newsletter/list.html",
    "newsletter/padding.html",
    "newsletter/page_bottom.html",
    "newsletter/page_top.html",
    "newsletter/web.css",
];

/// The folders below `templates/` whose files can replace them; others may be another generator's.
pub const FOLDERS: [&str; 2] = ["feeds", "newsletter"];
