//! Whether a browser would build from our tags the tree that they say: then there's nothing to mend in them.
//!
//! The stream holds only known elements, which nest; but HTML's parser moves some of them all the same (a block ends the
//! paragraph around it, words in a table go before it). What is found in order here needs no sanitiser behind the writer.

use super::event::{Element, Event, Layout, heading_level};

/// Whether a parser leaves everything where it is. `around`: the elements that it will stand in.
pub fn is_regular(events: &[Event<'_>], around: &[&'static str]) -> bool {
    let mut open: Vec<&'static str> = around.to_vec();
    for event in events {
        match event {
            Event::Start(element) => {
                if !may_stand(element, &open) {
                    return false;
                }
                if element.layout != Layout::Void {
                    open.push(element.name);
                }
            }
            Event::End(name) => {
                if open.pop() != Some(name) {
                    return false;
                }
            }
            Event::Text(text) => match open.last().copied().unwrap_or_default() {
                "table" | "thead" | "tbody" | "tfoot" | "tr" | "colgroup"
                    if !text.bytes().all(|byte| matches!(byte, b' ' | b'\n' | b'\t')) =>
                {
                    return false;
                }
                _ => {}
            },
            Event::Note { .. } if is_table_part(open.last().copied().unwrap_or_default()) => return false,
            Event::More | Event::Note { .. } => {}
        }
    }
    open.len() == around.len()
}

/// Elements of a table that hold nothing but other ones.
fn is_table_part(name: &str) -> bool {
    matches!(name, "table" | "thead" | "tbody" | "tfoot" | "tr" | "colgroup")
}

/// Whether an element stays where it begins.
fn may_stand(element: &Element<'_>, open: &[&'static str]) -> bool {
    let outer = open.last().copied().unwrap_or_default();
    let name = element.name;
    match name {
        "caption" | "colgroup" | "thead" | "tbody" | "tfoot" => return outer == "table",
        "col" => return outer == "colgroup",
        "tr" => return matches!(outer, "thead" | "tbody" | "tfoot"),
        "td" | "th" => return outer == "tr",
        _ if is_table_part(outer) => return false,
        "li" if !matches!(outer, "ul" | "ol") => return false,
        "dt" | "dd" if outer != "dl" => return false,
        "rt" | "rp" if outer != "ruby" => return false,
        // Links don't hold links, nor headings headings.
        "a" if open.contains(&"a") => return false,
        _ if heading_level(name).is_some() && open.iter().any(|open| heading_level(open).is_some()) => return false,
        _ => {}
    }
    // A block ends an open paragraph.
    let is_block = element.layout == Layout::Block || name == "hr";
    // The writer puts blocks on lines of their own, and lines mean something here.
    !(is_block && (open.contains(&"p") || outer == "pre"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::html_reader;
    use crate::body::stream::Stream;

    fn regular(html: &str) -> bool {
        let mut stream = Stream::default();
        html_reader::read(html, &mut stream);
        is_regular(&stream.finish(), &[])
    }

    #[test]
    fn what_authors_write_is_regular() {
        for html in [
            "<figure><img src=a><figcaption>x <b>y</b></figcaption></figure>",
            "<p>a <kbd>b</kbd><br>c <a href=d><img src=e></a></p><hr>",
            "<details><summary>a</summary><p>b</p><ul><li>c<p>d</p></li></ul></details>",
            "<table>\n<thead><tr><th>a</th></tr></thead>\n<tbody><tr><td><p>b</p><table><tbody><tr><td>c</table></td></tr></tbody></table>",
            "<a href=x><div><h2>y</h2></div></a><dl><dt>a<dd>b</dl>",
            "<video src=a><source src=b><track src=c></video><ruby>字<rt>じ</rt></ruby>",
            "<b><i>a</b>b</i>",
        ] {
            assert!(regular(html), "{html}");
        }
    }

    #[test]
    fn what_a_parser_would_move_is_not() {
        for html in [
            "<table><tr><td>no body</td></tr></table>",
            "<table>words</table>",
            "<table><tbody><b>x</b></tbody></table>",
            "<li>alone</li>",
            "<h1>a<div><h2>b</h2></div></h1>",
            "<pre><ul><li>x</ul></pre>",
            "<rt>x</rt>",
            "<tr><td>x",
        ] {
            assert!(!regular(html), "{html}");
        }
    }
}
