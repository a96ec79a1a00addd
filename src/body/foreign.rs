//! Drawings and formulas inside HTML (SVG, MathML), which hardly any reader of feeds or mail shows: a drawing leaves its
//! title, a formula is written on one line.

use super::text::{lowered, raised};
use super::words::one_line;
use html5ever::tokenizer::{Tag, TagKind, Token};

/// Formulas within formulas; what is deeper is read flat.
const MAX_DEPTH: usize = 60;

/// A drawing or formula that is being read.
#[derive(Debug)]
pub struct Foreign {
    root: &'static str,
    /// Elements of the root's name inside, and elements that may hold HTML.
    depth: usize,
    islands: usize,
    /// The label that the author gave.
    label: String,
    /// Whether the formula stands on a line of its own.
    is_block: bool,
    /// `title` of a drawing, `annotation` of a formula in TeX: the words that go into the label.
    is_label_open: bool,
    /// Formulas: open elements with their parts.
    open: Vec<Node>,
}

#[derive(Debug, Default)]
struct Node {
    name: String,
    parts: Vec<String>,
}

/// What reading a token led to.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    Goes,
    /// The element is over: its words.
    Ends(String),
    /// It was never closed, and HTML has begun: its words, and the token is HTML's.
    Breaks(String),
}

impl Foreign {
    /// Begins at `<svg>` or `<math>`.
    pub fn start(tag: &Tag) -> Option<Foreign> {
        let root = match &*tag.name {
            "svg" => "svg",
            "math" => "math",
            _ => return None,
        };
        let get =
            |name: &str| tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| attribute.value.to_string());
        let is_hidden = get("aria-hidden").as_deref() == Some("true");
        let label = get(if root == "svg" { "aria-label" } else { "alttext" }).filter(|_| !is_hidden).unwrap_or_default();
        let is_block = get("display").as_deref() == Some("block");
        let label = if root == "math" && !label.is_empty() { tex(&label, is_block) } else { label };
        Some(Foreign { root, depth: 1, islands: 0, label, is_block, is_label_open: false, open: vec![Node::default()] })
    }

    pub fn root(&self) -> &'static str {
        self.root
    }

    pub fn token(&mut self, token: &Token) -> Step {
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => self.start_tag(tag),
            Token::TagToken(tag) => self.end_tag(&tag.name),
            Token::CharacterTokens(text) => {
                self.text(text);
                Step::Goes
            }
            _ => Step::Goes,
        }
    }

    fn start_tag(&mut self, tag: &Tag) -> Step {
        let name: &str = &tag.name;
        if self.islands == 0 && breaks_out(name) {
            return Step::Breaks(self.words());
        }
        if tag.self_closing {
            if name == "mspace" {
                self.text(" ");
            }
            return Step::Goes;
        }
        if name == self.root {
            self.depth += 1;
        }
        let is_tex = || tag.attrs.iter().any(|attribute| &*attribute.name.local == "encoding" && attribute.value.contains("tex"));
        match (self.root, name) {
            ("svg", "foreignobject") | ("math", "mtext" | "annotation-xml") => self.islands += 1,
            ("svg", "title") if self.label.is_empty() => self.is_label_open = true,
            ("math", "annotation") if is_tex() => {
                self.label.clear();
                self.is_label_open = true;
            }
            _ => {}
        }
        if self.root == "math" && self.open.len() < MAX_DEPTH {
            self.open.push(Node { name: name.to_owned(), parts: Vec::new() });
        }
        Step::Goes
    }

    fn end_tag(&mut self, name: &str) -> Step {
        if name == self.root {
            self.depth -= 1;
            if self.depth == 0 {
                return Step::Ends(self.words());
            }
        }
        match name {
            "foreignobject" | "mtext" | "annotation-xml" => self.islands = self.islands.saturating_sub(1),
            "annotation" if self.is_label_open => {
                self.is_label_open = false;
                self.label = tex(&self.label, self.is_block);
            }
            "title" => self.is_label_open = false,
            _ => {}
        }
        if let Some(at) = self.open.iter().rposition(|node| node.name == name) {
            self.close_to(at);
        }
        Step::Goes
    }

    pub fn text(&mut self, text: &str) {
        if self.is_label_open {
            self.label.push_str(text);
        } else if let Some(node) = self.open.last_mut().filter(|_| self.root == "math") {
            node.parts.push(if text == " " { " ".into() } else { text.split_whitespace().collect::<Vec<_>>().join(" ") });
        }
    }

    fn close_to(&mut self, depth: usize) {
        while self.open.len() > depth.max(1) {
            let Some(node) = self.open.pop() else { return };
            if let Some(outer) = self.open.last_mut() {
                outer.parts.push(node.on_a_line());
            }
        }
    }

    /// The label, else the formula on one line.
    pub fn words(&mut self) -> String {
        self.close_to(1);
        let formula: String = self.open.iter().flat_map(|node| &node.parts).map(String::as_str).collect();
        one_line(if self.label.trim().is_empty() { &formula } else { &self.label })
    }
}

fn tex(text: &str, is_block: bool) -> String {
    let marks = if is_block { "$$" } else { "$" };
    format!("{marks}{}{marks}", text.trim().trim_matches('$'))
}

impl Node {
    /// `(a + b)/2`, `x²`, `x_i`, `√(a)`.
    fn on_a_line(self) -> String {
        let parts: Vec<&str> = self.parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        let grouped = |text: &str| if text.chars().count() > 1 { format!("({text})") } else { text.to_owned() };
        let up = |text: &str| raised(text).unwrap_or_else(|| format!("^{}", grouped(text)));
        let down = |text: &str| lowered(text).unwrap_or_else(|| format!("_{}", grouped(text)));
        match (self.name.as_str(), parts.as_slice()) {
            ("mfrac", [over, under]) => format!("{}/{}", grouped(over), grouped(under)),
            ("msup" | "mover", [base, above]) => format!("{base}{}", up(above)),
            ("msub" | "munder", [base, below]) => format!("{base}{}", down(below)),
            ("msubsup" | "munderover", [base, below, above]) => format!("{base}{}{}", down(below), up(above)),
            ("msqrt", _) => format!("√({})", parts.concat()),
            ("mroot", [base, degree]) => format!("{}√({base})", raised(degree).unwrap_or_default()),
            ("mtr" | "mlabeledtr", _) => parts.join(", "),
            ("mtable", _) => format!("[{}]", parts.join("; ")),
            ("mo", [sign]) if matches!(*sign, "=" | "+" | "-" | "−" | "<" | ">" | "≤" | "≥" | "≠" | "≈" | "→" | "⇒" | "∈" | "±") =>
            {
                format!(" {sign} ")
            }
            ("annotation" | "annotation-xml" | "mphantom", _) => String::new(),
            _ => parts.concat(),
        }
    }
}

/// Tags that end foreign content (HTML, section 13.2.6.5).
fn breaks_out(name: &str) -> bool {
    const NAMES: [&str; 42] = [
        "b",
        "big",
        "blockquote",
        "body",
        "br",
        "center",
        "code",
        "dd",
        "div",
        "dl",
        "dt",
        "em",
        "embed",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "hr",
        "i",
        "img",
        "li",
        "menu",
        "meta",
        "nobr",
        "ol",
        "p",
        "pre",
        "ruby",
        "s",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "table",
        "u",
        "ul",
        "var",
    ];
    NAMES.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use crate::body::html_reader;
    use crate::body::stream::Stream;

    fn words(html: &str) -> String {
        let mut stream = Stream::default();
        html_reader::read(html, &mut stream);
        stream
            .finish()
            .iter()
            .map(|event| if let crate::body::event::Event::Text(text) = event { text.to_string() } else { "|".into() })
            .collect()
    }

    #[test]
    fn a_drawing_leaves_its_title() {
        assert_eq!(words("a <svg><title>A chart</title><style>p{}</style><text>x</text></svg> b"), "a A chart b");
        assert_eq!(words("<svg aria-label='Chart'><title>no</title></svg>"), "Chart");
        assert_eq!(words("<svg aria-hidden=true aria-label=x><path d='M0'/></svg>b"), "b");
        assert_eq!(words("<svg><svg><title>in</title></svg></svg>b"), "inb");
        assert_eq!(words("<svg/>b"), "b");
    }

    #[test]
    fn a_formula_is_its_tex_or_stands_on_one_line() {
        assert_eq!(
            words("<math><semantics><mi>x</mi><annotation encoding='application/x-tex'>x^2</annotation></semantics></math>"),
            "$x^2$"
        );
        assert_eq!(words("<math display=block alttext='E = mc^2'><mi>E</mi></math>"), "$$E = mc^2$$");
        for (html, wanted) in [
            ("<mi>E</mi><mo>=</mo><mi>m</mi><msup><mi>c</mi><mn>2</mn></msup>", "E = mc²"),
            ("<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></mfrac>", "(a + b)/2"),
            ("<msub><mi>x</mi><mi>i</mi></msub><msubsup><mi>y</mi><mn>1</mn><mi>k</mi></msubsup>", "x_iy₁^k"),
            ("<msqrt><mi>a</mi><mi>b</mi></msqrt><mroot><mi>x</mi><mn>3</mn></mroot>", "√(ab)³√(x)"),
            ("<mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>0</mn></mtd></mtr><mtr><mtd>0</mtd><mtd>1</mtd></mtr></mtable>", "[1, 0; 0, 1]"),
            ("<mtext>if <b>x</b></mtext>", "ifx"),
        ] {
            assert_eq!(words(&format!("<math>{html}</math>")), wanted, "{html}");
        }
    }

    #[test]
    fn what_is_never_closed_ends_where_html_begins() {
        assert_eq!(words("<svg><title>t</title><path><p>after</p>"), "t|after|");
        assert_eq!(words("<math><mi>x<p>after</p>"), "x|after|");
        assert_eq!(words("<math><mi>x"), "x");
        assert_eq!(words(&format!("<math>{}x", "<mrow>".repeat(100_000))), "x");
    }
}
