//! So many messages a second, over all connections.

use std::time::Duration;

/// Gives out moments, evenly spaced, without bursts: what was not used is lost.
#[derive(Clone, Debug)]
pub struct Pace {
    interval: Duration,
    next: Duration,
}

impl Pace {
    /// `rate` in messages a second; `None` is as fast as it goes.
    pub fn new(rate: Option<f64>) -> Pace {
        let seconds = rate.filter(|rate| rate.is_finite() && *rate > 0.0).map_or(0.0, |rate| 1.0 / rate);
        Pace { interval: Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX), next: Duration::ZERO }
    }

    /// The moment for one more message, not before `now`; both count from the run's start.
    pub fn take(&mut self, now: Duration) -> Duration {
        let moment = self.next.max(now);
        self.next = moment.saturating_add(self.interval);
        moment
    }
}

/// Reads `10/s`, `100/m`, `1000/h`: messages a second.
pub fn read_rate(text: &str) -> Result<f64, String> {
    let wrong = || format!("`{text}` is no rate; write 10/s, 100/m or 1000/h");
    let (number, unit) = text.trim().split_once('/').ok_or_else(wrong)?;
    let seconds = match unit.trim() {
        "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return Err(wrong()),
    };
    let number: f64 = number.trim().parse().map_err(|_| wrong())?;
    if number.is_finite() && number > 0.0 { Ok(number / seconds) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn moments_are_evenly_spaced_and_never_saved_up() {
        let mut pace = Pace::new(Some(10.0));
        let moments: Vec<_> = [0, 0, 5, 150, 1000, 1000].into_iter().map(|now| pace.take(millis(now))).collect();
        assert_eq!(moments, [0, 100, 200, 300, 1000, 1100].map(millis));
    }

    #[test]
    fn without_a_rate_every_moment_is_now() {
        for rate in [None, Some(0.0), Some(-1.0), Some(f64::NAN), Some(f64::INFINITY)] {
            let mut pace = Pace::new(rate);
            assert_eq!([pace.take(millis(7)), pace.take(millis(7))], [millis(7), millis(7)]);
        }
        let mut slow = Pace::new(Some(f64::MIN_POSITIVE));
        assert_eq!(slow.take(millis(0)), millis(0));
        assert!(slow.take(millis(0)) > Duration::from_secs(1 << 40));
    }

    #[test]
    fn rates_are_read() {
        assert_eq!(read_rate("10/s"), Ok(10.0));
        assert_eq!(read_rate(" 90 / m "), Ok(1.5));
        assert_eq!(read_rate("0.5/s"), Ok(0.5));
        assert_eq!(read_rate("3600/h"), Ok(1.0));
        for text in ["", "10", "10/d", "-1/s", "0/s", "x/s", "inf/s", "NaN/s"] {
            assert!(read_rate(text).is_err(), "{text}");
        }
    }
}
