//! XML as a tree, for tests: an independent reading of what the formats' crates wrote.

use quick_xml::NsReader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;
use quick_xml::name::ResolveResult;

#[derive(Debug, Default)]
pub struct Element {
    /// The namespace's URI, empty for none.
    pub space: String,
    pub name: String,
    /// Names with their prefixes, without namespace declarations.
    pub attributes: Vec<(String, String)>,
    /// All text directly inside.
    pub text: String,
    pub children: Vec<Element>,
}

impl Element {
    pub fn get(&self, attribute: &str) -> Option<&str> {
        self.attributes.iter().find(|(name, _)| name == attribute).map(|(_, value)| value.as_str())
    }

    /// The children of a name, in one namespace.
    pub fn all<'a>(&'a self, space: &'a str, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.space == space && child.name == name)
    }

    pub fn first<'a>(&'a self, space: &'a str, name: &'a str) -> Option<&'a Element> {
        self.all(space, name).next()
    }
}

/// Reads a whole file, or says why it is not well-formed XML 1.0 with namespaces.
pub fn read(xml: &str) -> Result<Element, String> {
    let is_forbidden = |c: &char| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    if let Some(c) = xml.chars().find(is_forbidden) {
        return Err(format!("forbidden character {c:?}"));
    }
    let mut reader = NsReader::from_str(xml);
    let mut stack = vec![Element::default()];
    loop {
        let (space, event) = reader.read_resolved_event().map_err(|error| error.to_string())?;
        let is_empty = matches!(event, Event::Empty(_));
        match event {
            Event::Start(start) | Event::Empty(start) => {
                let space = match space {
                    ResolveResult::Bound(space) => String::from_utf8_lossy(space.as_ref()).into_owned(),
                    ResolveResult::Unbound => String::new(),
                    ResolveResult::Unknown(prefix) => return Err(format!("undeclared prefix {prefix:?}")),
                };
                let name = String::from_utf8_lossy(start.local_name().as_ref()).into_owned();
                let mut element = Element { space, name, ..Element::default() };
                for attribute in start.attributes() {
                    let attribute = attribute.map_err(|error| error.to_string())?;
                    let name = String::from_utf8_lossy(attribute.key.as_ref()).into_owned();
                    let value = attribute.normalized_value(XmlVersion::default()).map_err(|error| error.to_string())?.into_owned();
                    if name != "xmlns" && !name.starts_with("xmlns:") {
                        element.attributes.push((name, value));
                    }
                }
                stack.push(element);
                if is_empty {
                    close(&mut stack)?;
                }
            }
            Event::End(_) => close(&mut stack)?,
            Event::Text(text) => push(&mut stack, &text.decode().map_err(|error| error.to_string())?)?,
            Event::CData(text) => push(&mut stack, &text.decode().map_err(|error| error.to_string())?)?,
            Event::GeneralRef(reference) => {
                let name = reference.decode().map_err(|error| error.to_string())?;
                let text = match reference.resolve_char_ref().map_err(|error| error.to_string())? {
                    Some(c) if is_forbidden(&c) => return Err(format!("reference to {c:?}")),
                    Some(c) => c.to_string(),
                    None => resolve_predefined_entity(&name).ok_or(format!("unknown entity {name}"))?.to_owned(),
                };
                push(&mut stack, &text)?;
            }
            Event::Eof => break,
            _ => {}
        }
    }
    match (stack.pop(), stack.is_empty()) {
        (Some(mut document), true) if document.children.len() == 1 => Ok(document.children.remove(0)),
        _ => Err("not one root".into()),
    }
}

fn close(stack: &mut Vec<Element>) -> Result<(), String> {
    let element = stack.pop().ok_or("too many ends")?;
    stack.last_mut().ok_or("too many ends")?.children.push(element);
    Ok(())
}

fn push(stack: &mut [Element], text: &str) -> Result<(), String> {
    let is_outside = stack.len() == 1;
    let element = stack.last_mut().ok_or("too many ends")?;
    if is_outside && !text.trim().is_empty() {
        return Err("text outside of the root".into());
    }
    element.text.push_str(text);
    Ok(())
}
