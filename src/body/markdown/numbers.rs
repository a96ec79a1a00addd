//! Footnotes are numbered by their first mention.

use crate::body::event::Event;
use std::collections::HashMap;

/// The numbers so far.
#[derive(Default)]
pub struct Numbers {
    /// Names, as indices, in the order of their numbers.
    pub order: Vec<usize>,
    mentions: HashMap<usize, usize>,
}

impl Numbers {
    /// Puts numbers in the place of names.
    pub fn number(&mut self, events: &mut [Event<'_>]) {
        for event in events {
            if let Event::Note { number, mention } = event {
                let index = *number;
                let count = self.mentions.entry(index).or_insert(0);
                *count += 1;
                if *count == 1 {
                    self.order.push(index);
                }
                *mention = *count;
                *number = self.order.iter().position(|known| *known == index).map_or(0, |at| at + 1);
            }
        }
    }
}
