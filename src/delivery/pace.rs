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
}
