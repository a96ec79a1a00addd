//! Whose conventions a content folder follows: its front matter keys, file names and addresses.

/// A generator whose folder tidings reads as that generator does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    Hugo,
    Zola,
    Jekyll,
    Pelican,
    Eleventy,
    Astro,
    Docusaurus,
    /// No generator: files in folders.
    #[default]
    Plain,
}

impl Dialect {
    pub const ALL: [Dialect; 8] = [
        Dialect::Hugo,
        Dialect::Zola,
        Dialect::Jekyll,
        Dialect::Pelican,
        Dialect::Eleventy,
        Dialect::Astro,
        Dialect::Docusaurus,
        Dialect::Plain,
    ];

    /// The name in configuration.
    pub fn name(self) -> &'static str {
        match self {
            Dialect::Hugo => "hugo",
            Dialect::Zola => "zola",
            Dialect::Jekyll => "jekyll",
            Dialect::Pelican => "pelican",
            Dialect::Eleventy => "eleventy",
            Dialect::Astro => "astro",
            Dialect::Docusaurus => "docusaurus",
            Dialect::Plain => "plain",
        }
    }

    pub fn parse(name: &str) -> Option<Dialect> {
        Dialect::ALL.into_iter().find(|dialect| dialect.name() == name)
    }

    /// Where an entry is found if no pattern is configured (see `permalink.rs` for the tokens).
    pub fn default_permalink(self) -> &'static str {
        match self {
            Dialect::Jekyll => "/:categories/:year/:month/:day/:title.html",
            Dialect::Pelican => "/{slug}.html",
            Dialect::Docusaurus => "/blog/:dated_path",
            _ => "/:path/",
        }
    }
}
