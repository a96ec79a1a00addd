//! `[podcast]`: the site's feed as directories of podcasts list it.

use super::publication::below;
use super::table::{Given, Table};
use crate::diagnostic::Diagnostic;
use crate::feed::{PodcastKind, PodcastSpec};
use crate::site::{Person, Site};

/// Apple's categories (podcasters.apple.com/support/1691-apple-podcasts-categories), each with its subcategories.
const CATEGORIES: [(&str, &[&str]); 19] = [
    ("Arts", &["Books", "Design", "Fashion & Beauty", "Food", "Performing Arts", "Visual Arts"]),
    ("Business", &["Careers", "Entrepreneurship", "Investing", "Management", "Marketing", "Non-Profit"]),
    ("Comedy", &["Comedy Interviews", "Improv", "Stand-Up"]),
    ("Education", &["Courses", "How To", "Language Learning", "Self-Improvement"]),
    ("Fiction", &["Comedy Fiction", "Drama", "Science Fiction"]),
    ("Government", &[]),
    ("Health & Fitness", &["Alternative Health", "Fitness", "Medicine", "Mental Health", "Nutrition", "Sexuality"]),
    ("History", &[]),
    ("Kids & Family", &["Education for Kids", "Parenting", "Pets & Animals", "Stories for Kids"]),
    ("Leisure", &["Animation & Manga", "Automotive", "Aviation", "Crafts", "Games", "Hobbies", "Home & Garden", "Video Games"]),
    ("Music", &["Music Commentary", "Music History", "Music Interviews"]),
    ("News", &["Business News", "Daily News", "Entertainment News", "News Commentary", "Politics", "Sports News", "Tech News"]),
    ("Religion & Spirituality", &["Buddhism", "Christianity", "Hinduism", "Islam", "Judaism", "Religion", "Spirituality"]),
    (
        "Science",
        &[
            "Astronomy",
            "Chemistry",
            "Earth Sciences",
            "Life Sciences",
            "Mathematics",
            "Natural Sciences",
            "Nature",
            "Physics",
            "Social Sciences",
        ],
    ),
    ("Society & Culture", &["Documentary", "Personal Journals", "Philosophy", "Places & Travel", "Relationships"]),
    (
        "Sports",
        &[
            "Baseball",
            "Basketball",
            "Cricket",
            "Fantasy Sports",
            "Football",
            "Golf",
            "Hockey",
            "Rugby",
            "Running",
            "Soccer",
            "Swimming",
            "Tennis",
            "Volleyball",
            "Wilderness",
            "Wrestling",
        ],
    ),
    ("Technology", &[]),
    ("True Crime", &[]),
    ("TV & Film", &["After Shows", "Film History", "Film Interviews", "Film Reviews", "TV Reviews"]),
];

pub(super) fn podcast(top: &mut Table, site: Option<&Site>, faults: &mut Vec<Diagnostic>) -> Option<PodcastSpec> {
    let mut table = top.table("podcast")?;
    let mut spec = PodcastSpec { author: table.text("author").map(|given| given.value), ..PodcastSpec::default() };
    if let Some(mut owner) = table.table("owner") {
        let (name, email) = (owner.text("name"), owner.text("email"));
        match email.map(|given| given.value) {
            Some(email) => {
                spec.owner = Some(Person { name: name.map_or_else(|| email.clone(), |given| given.value), email: Some(email), url: None })
            }
            None => owner.miss("email", "directories write to the owner: give an address"),
        }
        faults.append(&mut owner.finish());
    }
    if let Some(given) = table.text("category") {
        spec.categories.extend(category(&mut table, "category", &given, &given.value));
    }
    if let Some(given) = table.texts("categories") {
        for name in &given.value {
            spec.categories.extend(category(&mut table, "categories", &given, name));
        }
    }
    spec.is_explicit = table.flag_or_bool("explicit").unwrap_or(false);
    spec.is_locked = table.flag_or_bool("locked").unwrap_or(false);
    spec.is_blocked = table.flag_or_bool("block").unwrap_or(false);
    let kinds = [PodcastKind::Episodic, PodcastKind::Serial].map(|kind| (kind.name(), kind));
    spec.kind = table.choice("type", &kinds).unwrap_or_default();
    if let Some(given) = table.text("image") {
        spec.image = site.and_then(|site| below(&site.url, &given.value));
        if spec.image.is_none() && site.is_some() {
            table.refuse("image", &given, "is not a URL or a path", "write a path such as /cover.jpg, or a whole URL");
        }
    }
    spec.summary = table.text("summary").map(|given| given.value);
    if let Some(given) = table.text("guid") {
        spec.guid = uuid::Uuid::parse_str(&given.value).ok().map(|guid| guid.to_string());
        if spec.guid.is_none() {
            table.refuse("guid", &given, "is not a UUID", "copy it from the podcast's present feed, or leave it out");
        }
    }
    let has_image = spec.image.is_some() || site.is_none_or(|site| site.icon.is_some());
    let missing: Vec<&str> = [("a category", !spec.categories.is_empty()), ("a picture", has_image)]
        .into_iter()
        .filter_map(|(what, is_there)| (!is_there).then_some(what))
        .collect();
    if !missing.is_empty() && !table.has_faults() {
        table.advise(Diagnostic::podcast_incomplete(&missing.join(" and ")));
    }
    faults.append(&mut table.finish());
    Some(spec)
}

/// `Arts` or `Arts > Books`, as Apple lists them.
fn category<T>(table: &mut Table, key: &str, given: &Given<T>, text: &str) -> Option<(String, Option<String>)> {
    let (main, sub) = match text.split_once('>') {
        Some((main, sub)) => (main.trim(), Some(sub.trim())),
        None => (text.trim(), None),
    };
    let known = CATEGORIES.iter().find(|(name, _)| *name == main);
    let is_known = known.is_some_and(|(_, subs)| sub.is_none_or(|sub| subs.contains(&sub)));
    if is_known {
        return Some((main.to_owned(), sub.map(str::to_owned)));
    }
    let all = CATEGORIES
        .iter()
        .flat_map(|(main, subs)| std::iter::once((*main).to_owned()).chain(subs.iter().map(move |sub| format!("{main} > {sub}"))));
    let near = all.map(|name| (strsim::damerau_levenshtein(&name, text), name)).min();
    let help = match near {
        Some((distance, name)) if distance <= 6 => format!("did you mean `{name}`?"),
        _ => "use one of Apple's categories, such as `Arts` or `Arts > Books`".to_owned(),
    };
    table.refuse(key, given, &format!("knows no category `{text}`"), &help);
    None
}
