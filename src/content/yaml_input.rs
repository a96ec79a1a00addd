//! What the YAML parser reads from: its own input of text, but for one number.

use saphyr_parser::input::SkipTabs;
use saphyr_parser::{Input, StrInput};

/// The parser makes room for as many characters as its input says that it has at hand, in each scalar: 128 for its own input
/// of text. Nearly all scalars of front matter are shorter than this, so that none is made larger on the way.
const AT_HAND: usize = 16;

/// Text.
pub(super) struct TextInput<'a>(StrInput<'a>);

impl<'a> TextInput<'a> {
    pub fn new(text: &'a str) -> Self {
        TextInput(StrInput::new(text))
    }
}

/// Methods that ask the parser's own input.
macro_rules! asks {
    ($($name:ident($($argument:ident: $type:ty),*) $(-> $result:ty)?;)*) => {
        $(#[inline] fn $name(&self $(, $argument: $type)*) $(-> $result)? { self.0.$name($($argument),*) })*
    };
}

/// Methods that move it on.
macro_rules! moves {
    ($($name:ident($($argument:ident: $type:ty),*) $(-> $result:ty)?;)*) => {
        $(#[inline] fn $name(&mut self $(, $argument: $type)*) $(-> $result)? { self.0.$name($($argument),*) })*
    };
}

impl Input for TextInput<'_> {
    #[inline]
    fn bufmaxlen(&self) -> usize {
        AT_HAND
    }

    asks! {
        buflen() -> usize;
        buf_is_empty() -> bool;
        peek() -> char;
        peek_nth(n: usize) -> char;
        next_char_is(c: char) -> bool;
        nth_char_is(n: usize, c: char) -> bool;
        next_2_are(c1: char, c2: char) -> bool;
        next_3_are(c1: char, c2: char, c3: char) -> bool;
        next_is_document_indicator() -> bool;
        next_is_document_start() -> bool;
        next_is_document_end() -> bool;
        next_can_be_plain_scalar(in_flow: bool) -> bool;
        next_is_blank_or_break() -> bool;
        next_is_blank_or_breakz() -> bool;
        next_is_blank() -> bool;
        next_is_break() -> bool;
        next_is_breakz() -> bool;
        next_is_z() -> bool;
        next_is_flow() -> bool;
        next_is_digit() -> bool;
        next_is_alpha() -> bool;
    }

    moves! {
        lookahead(count: usize);
        raw_read_ch() -> char;
        raw_read_non_breakz_ch() -> Option<char>;
        skip();
        skip_n(count: usize);
        look_ch() -> char;
        skip_ws_to_eol(skip_tabs: SkipTabs) -> (usize, Result<SkipTabs, &'static str>);
        skip_while_non_breakz() -> usize;
        skip_while_blank() -> usize;
        fetch_while_is_alpha(out: &mut String) -> usize;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use saphyr_parser::{Event, Parser, ScanError, Span};

    /// Until the end or the first error, which is told over and over.
    fn events<'a, I: Input>(mut parser: Parser<'a, I>) -> Vec<Result<(Event<'a>, Span), ScanError>> {
        let mut events = Vec::new();
        while let Some(event) = parser.next_event()
            && events.last().is_none_or(Result::is_ok)
        {
            events.push(event);
        }
        events
    }

    proptest! {
        #[test]
        fn events_are_those_of_the_parsers_own_input(text in "([a-c] ?[:#-]? ?|[\\[\\]{},>|'\"&*!%é\t]|\n {0,3}|[a-z ]{17,40}){0,24}") {
            prop_assert_eq!(events(Parser::new_from_str(&text)), events(Parser::new(TextInput::new(&text))));
        }
    }

    #[test]
    fn long_scalars_and_deep_indentations_are_read_whole() {
        let word = "é".repeat(100);
        let text = format!("a: {word}\nb: >\n{0}{word}\n{0}  {word}\nc: '{word}'\n", " ".repeat(40));
        let own = events(Parser::new_from_str(&text));
        assert!(own.iter().all(Result::is_ok), "{own:?}");
        assert_eq!(own, events(Parser::new(TextInput::new(&text))));
    }
}
