//! Numbers above and below the line, as characters.

const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
const LOWERED: [char; 10] = ['₀', '₁', '₂', '₃', '₄', '₅', '₆', '₇', '₈', '₉'];

/// Digits as Unicode writes them above the line, if it can: `10⁹` is not `109`.
pub fn raised(text: &str) -> Option<String> {
    shift(text, &RAISED, &[('+', '⁺'), ('-', '⁻'), ('−', '⁻'), ('n', 'ⁿ')])
}

/// The same below the line.
pub fn lowered(text: &str) -> Option<String> {
    shift(text, &LOWERED, &[('+', '₊'), ('-', '₋'), ('−', '₋')])
}

fn shift(text: &str, digits: &[char; 10], marks: &[(char, char)]) -> Option<String> {
    let one = |c: char| match c.to_digit(10) {
        Some(digit) => digits.get(usize::try_from(digit).ok()?).copied(),
        None if digits.contains(&c) => Some(c),
        None => marks.iter().find(|(from, _)| *from == c).map(|(_, to)| *to),
    };
    text.chars().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_unicode_has_is_raised() {
        assert_eq!(raised("-12").as_deref(), Some("⁻¹²"));
        assert_eq!(raised("¹").as_deref(), Some("¹"), "a footnote in it stays");
        assert_eq!(raised("st"), None);
        assert_eq!(lowered("2").as_deref(), Some("₂"));
        assert_eq!(lowered("n"), None);
    }
}
