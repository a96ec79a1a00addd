//! So many messages a second, over all connections, and to each domain; fewer for a while where the server asks for it.

use std::collections::BTreeMap;
use std::time::Duration;

/// The first pause between messages after a server said that they come too fast.
const FIRST_SLOWED: Duration = Duration::from_millis(100);
/// Slower than this is a server that is away.
const SLOWEST: Duration = Duration::from_secs(60);

/// Gives out moments, evenly spaced, without bursts: what was not used is lost.
#[derive(Clone, Debug)]
pub struct Pace {
    /// As the user wants it.
    interval: Duration,
    /// As the server wants it; nothing where it has no wish.
    slowed: Duration,
    next: Duration,
    /// Since when it is slowed.
    slowed_at: Duration,
}

impl Pace {
    /// `rate` in messages a second; `None` is as fast as it goes.
    pub fn new(rate: Option<f64>) -> Pace {
        let seconds = rate.filter(|rate| rate.is_finite() && *rate > 0.0).map_or(0.0, |rate| 1.0 / rate);
        let interval = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
        Pace { interval, slowed: Duration::ZERO, next: Duration::ZERO, slowed_at: Duration::ZERO }
    }

    /// Whether every moment is now.
    pub fn is_free(&self) -> bool {
        self.interval.is_zero() && self.slowed.is_zero()
    }

    /// The moment for one more message, not before `now`; both count from the run's start.
    pub fn take(&mut self, now: Duration) -> Duration {
        let moment = self.next.max(now);
        self.next = moment.saturating_add(self.interval.max(self.slowed));
        moment
    }

    /// Halves the rate, since the server said that messages come too fast. What other connections hear of the same moment
    /// counts once.
    pub fn slow(&mut self, now: Duration) {
        let pause = self.interval.max(self.slowed);
        if !self.slowed.is_zero() && now < self.slowed_at.saturating_add(pause.saturating_mul(2)) {
            return;
        }
        self.slowed = pause.saturating_mul(2).clamp(FIRST_SLOWED, SLOWEST.max(self.interval));
        self.slowed_at = now;
        self.next = self.next.max(now.saturating_add(self.slowed));
    }

    /// A little faster again, since the server took a message.
    pub fn quicken(&mut self) {
        self.slowed = self.slowed.mul_f64(0.95);
        if self.slowed < FIRST_SLOWED / 20 || self.slowed <= self.interval {
            self.slowed = Duration::ZERO;
        }
    }
}

/// The paces of domains that have one.
#[derive(Clone, Debug, Default)]
pub struct DomainPaces(BTreeMap<String, Pace>);

impl DomainPaces {
    /// Domains in lower case and A-labels, with messages a second.
    pub fn new<'a>(rates: impl IntoIterator<Item = (&'a String, &'a f64)>) -> DomainPaces {
        DomainPaces(rates.into_iter().map(|(domain, rate)| (domain.clone(), Pace::new(Some(*rate)))).collect())
    }

    /// The moment for one more message to the domain.
    pub fn take(&mut self, domain: &str, now: Duration) -> Duration {
        self.0.get_mut(domain).map_or(now, |pace| pace.take(now))
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
        assert!(!pace.is_free());
    }

    #[test]
    fn without_a_rate_every_moment_is_now() {
        for rate in [None, Some(0.0), Some(-1.0), Some(f64::NAN), Some(f64::INFINITY)] {
            let mut pace = Pace::new(rate);
            assert_eq!([pace.take(millis(7)), pace.take(millis(7))], [millis(7), millis(7)]);
            assert!(pace.is_free());
        }
        let mut slow = Pace::new(Some(f64::MIN_POSITIVE));
        assert_eq!(slow.take(millis(0)), millis(0));
        assert!(slow.take(millis(0)) > Duration::from_secs(1 << 40));
    }

    #[test]
    fn a_server_that_wants_less_gets_half_and_then_more_again() {
        let mut pace = Pace::new(None);
        pace.slow(millis(1000));
        assert_eq!([pace.take(millis(1000)), pace.take(millis(1000))], [1100, 1200].map(millis));
        // Four connections hear the same.
        pace.slow(millis(1001));
        pace.slow(millis(1150));
        assert_eq!(pace.take(millis(1200)), millis(1300));
        pace.slow(millis(1300));
        assert_eq!([pace.take(millis(1600)), pace.take(millis(1600))], [1600, 1800].map(millis));
        for _ in 0..100 {
            pace.quicken();
        }
        assert!(pace.is_free());
        for now in 0..40 {
            pace.slow(Duration::from_secs(now * 200));
        }
        assert_eq!(pace.slowed, SLOWEST);
    }

    #[test]
    fn a_rate_of_the_user_is_never_exceeded() {
        let mut pace = Pace::new(Some(10.0));
        pace.slow(millis(0));
        assert_eq!(pace.slowed, millis(200));
        for _ in 0..50 {
            pace.quicken();
        }
        pace.take(millis(5000));
        assert_eq!(pace.take(millis(5000)), millis(5100));
    }

    #[test]
    fn each_domain_has_its_own() {
        let rates = BTreeMap::from([("a.example".to_owned(), 10.0)]);
        let mut paces = DomainPaces::new(&rates);
        let moments =
            [("a.example", 0), ("b.example", 0), ("a.example", 0), ("b.example", 0)].map(|(domain, now)| paces.take(domain, millis(now)));
        assert_eq!(moments, [0, 0, 100, 0].map(millis));
    }
}
