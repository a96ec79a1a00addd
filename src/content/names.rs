//! The names that generators give to the same field: one table for all dialects.

/// What a front matter field means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    Id,
    Title,
    Date,
    Embargo,
    Updated,
    Expires,
    Draft,
    /// True means published: the other way round than `Draft`, or a date.
    Published,
    Status,
    Hidden,
    Newsletter,
    /// Hugo's table of what is made of a page.
    Build,
    Slug,
    Permalink,
    /// The key `path` (Zola).
    Path,
    Tags,
    Categories,
    Taxonomies,
    Person,
    Authors,
    AuthorEmail,
    AuthorUrl,
    Summary,
    /// What ends the summary in the body (Jekyll's `excerpt_separator`).
    SummaryEnd,
    Language,
    Image,
    Enclosure,
    EnclosureLength,
    EnclosureDuration,
    ExternalUrl,
    /// Eleventy's table of fields that are templates.
    Computed,
    /// A table of more fields (Zola's `extra`, Hugo's `params`).
    More,
    Ignored,
}

impl Meaning {
    /// As many meanings as there are; `More` and `Ignored` are last.
    pub const COUNT: usize = Meaning::Ignored as usize + 1;
}

/// Whether a field of front matter says something about an entry.
pub fn is_meant(name: &str) -> bool {
    meaning(name).is_some_and(|(meaning, _)| meaning != Meaning::Ignored)
}

/// The meaning of a name and its rank among the names of one meaning: the lowest present is taken.
pub fn meaning(name: &str) -> Option<(Meaning, u8)> {
    use Meaning::*;
    let mut buffer = [0_u8; 32];
    let lower = buffer.get_mut(..name.len())?;
    for (to, from) in lower.iter_mut().zip(name.bytes()) {
        *to = from.to_ascii_lowercase();
    }
    Some(match std::str::from_utf8(lower).ok()? {
        "id" | "guid" | "uuid" | "feed_id" | "atom_id" => (Id, 0),
        "title" => (Title, 0),
        "linktitle" => (Title, 1),
        "date" => (Date, 0),
        "pubdate" | "pub_date" | "publish_date" | "published_at" | "date_published" | "publisheddate" | "publisheddatetime"
        | "pubdatetime" | "publishedat" | "published_date" | "publicationdate" | "publication_date" | "datepublished" | "posted" => {
            (Date, 1)
        }
        "created" | "created_at" | "createdat" | "date_created" | "datecreated" => (Date, 2),
        "publishdate" => (Embargo, 0),
        "updated" | "updated_at" | "last_modified_at" | "lastmod" | "last_updated" | "lastupdated" | "date_modified" | "moddatetime" => {
            (Updated, 0)
        }
        "modified" | "updateddate" | "updated_date" | "last_update" | "modifieddate" | "updatedat" | "modified_at" | "modified_date"
        | "datemodified" | "lastmodified" | "last_modified" => (Updated, 1),
        "expirydate" | "expiry_date" | "expires" | "expiry" | "expires_at" | "unpublishdate" => (Expires, 0),
        "draft" | "isdraft" => (Draft, 0),
        "published" => (Published, 0),
        "status" => (Status, 0),
        "unlisted" | "headless" | "eleventyexcludefromcollections" => (Hidden, 0),
        "newsletter" => (Newsletter, 0),
        "build" | "_build" => (Build, 0),
        "slug" => (Slug, 0),
        "eleventycomputed" => (Computed, 0),
        "permalink" => (Permalink, 0),
        "url" => (Permalink, 1),
        "path" => (Path, 0),
        "tags" | "tag" => (Tags, 0),
        "keywords" => (Tags, 1),
        "categories" | "category" => (Categories, 0),
        "taxonomies" => (Taxonomies, 0),
        "authors" => (Authors, 0),
        "author" | "by" | "byline" | "creator" => (Person, 0),
        "author_email" => (AuthorEmail, 0),
        "author_url" | "authorurl" => (AuthorUrl, 0),
        "summary" => (Summary, 0),
        "description" => (Summary, 1),
        "excerpt" => (Summary, 2),
        "subtitle" | "abstract" | "lead" => (Summary, 3),
        "excerpt_separator" => (SummaryEnd, 0),
        "lang" => (Language, 0),
        "language" | "locale" => (Language, 1),
        "image" => (Image, 0),
        "cover" | "cover_image" | "coverimage" | "cover-image" => (Image, 1),
        "og_image" | "ogimage" | "og-image" | "social_image" | "socialimage" => (Image, 2),
        "images" => (Image, 3),
        "featured_image" | "featuredimage" | "feature_image" | "featureimage" | "heroimage" | "hero_image" | "hero" | "banner"
        | "thumbnail" | "thumb" => (Image, 4),
        "enclosure" | "enclosures" => (Enclosure, 0),
        "podcast" | "audio" | "podcast_link" | "podcast_file" | "podcast_url" | "episode_url" | "audio_url" | "audio_file" => {
            (Enclosure, 1)
        }
        "video_url" | "video_file" => (Enclosure, 2),
        "podcast_file_size" | "podcast_bytes" | "audio_length" | "enclosure_length" => (EnclosureLength, 0),
        "podcast_duration" | "itunes_duration" | "duration" => (EnclosureDuration, 0),
        "external_url" | "external_link" | "externalurl" | "link_to" | "linkurl" | "link_url" => (ExternalUrl, 0),
        "link" => (ExternalUrl, 1),
        "extra" | "params" => (More, 0),
        "aliases" | "alias" | "redirect_from" | "weight" | "layout" | "template" | "type" | "toc" | "comments" | "markup" => (Ignored, 0),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_differ_by_generator_and_case_only() {
        for name in ["lastmod", "Last_Modified_At", "updated", "Modified"] {
            assert_eq!(meaning(name).map(|(meaning, _)| meaning), Some(Meaning::Updated), "{name}");
        }
        assert_eq!(meaning("a name that is longer than any name we know"), None);
    }
}
