//! Durations and rates as people write them.

use std::time::Duration;

/// `500ms`, `10s`, `5m`, `4h`, `2d`.
pub fn read_duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text.get(..digits)?.parse().ok()?;
    let millis = match text.get(digits..)?.trim() {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    // More than a hundred years is a slip of the finger.
    number.checked_mul(millis).filter(|millis| *millis <= 100 * 366 * 86_400_000).map(Duration::from_millis)
}

/// Messages a second of `10/s`, `600/m` or `1000/h`.
pub fn read_rate(text: &str) -> Option<f64> {
    let (number, unit) = text.trim().split_once('/')?;
    let number: f64 = number.trim().parse().ok().filter(|number: &f64| number.is_finite() && *number > 0.0)?;
    match unit.trim() {
        "s" => Some(number),
        "m" => Some(number / 60.0),
        "h" => Some(number / 3600.0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        assert_eq!(read_duration("10m"), Some(Duration::from_secs(600)));
        assert_eq!(read_duration("250 ms"), Some(Duration::from_millis(250)));
        for bad in ["", "10", "s", "-1s", "1w", "99999999999999999999s", "18446744073709551615d", "1.5h"] {
            assert_eq!(read_duration(bad), None, "{bad}");
        }
    }

    #[test]
    fn rates_are_per_second() {
        assert_eq!(read_rate("10/s"), Some(10.0));
        assert_eq!(read_rate("30/m"), Some(0.5));
        for bad in ["10", "0/s", "-1/s", "inf/s", "NaN/s", "1/d"] {
            assert_eq!(read_rate(bad), None, "{bad}");
        }
    }
}
