//! So many messages a second, over so many connections, and to each domain; fewer for a while where the server asks for it.

use crate::list::Address;
use std::collections::BTreeMap;
use std::time::Duration;

/// The first pause between messages after a server said that they come too fast.
const FIRST_SLOWED: Duration = Duration::from_millis(100);
/// Slower than this is a server that is away.
const SLOWEST: Duration = Duration::from_secs(60);
/// Deliveries after which a server that wanted less is tried with one connection more.
const WIDEN_AFTER: usize = 100;

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
    /// counts once; says whether this did.
    pub fn slow(&mut self, now: Duration) -> bool {
        let pause = self.interval.max(self.slowed);
        if !self.slowed.is_zero() && now < self.slowed_at.saturating_add(pause.saturating_mul(2)) {
            return false;
        }
        self.slowed = pause.saturating_mul(2).clamp(FIRST_SLOWED, SLOWEST.max(self.interval));
        self.slowed_at = now;
        self.next = self.next.max(now.saturating_add(self.slowed));
        true
    }

    /// A little faster again, since the server took a message.
    pub fn quicken(&mut self) {
        self.slowed = self.slowed.mul_f64(0.95);
        if self.slowed < FIRST_SLOWED / 20 || self.slowed <= self.interval {
            self.slowed = Duration::ZERO;
        }
    }
}

/// How many connections there are, and how many the server lets us have: half as many after it asked for less, only those
/// that it opened where it refused others, and then slowly more.
#[derive(Clone, Debug)]
pub struct Breadth {
    /// As the user wants it.
    most: usize,
    /// As the server wants it.
    wanted: usize,
    /// As many as it opened where it refused one more.
    opened: usize,
    alive: usize,
    /// Deliveries since the last change.
    row: usize,
}

impl Breadth {
    pub fn new(most: usize) -> Breadth {
        let most = most.max(1);
        Breadth { most, wanted: most, opened: usize::MAX, alive: 0, row: 0 }
    }

    fn allowed(&self) -> usize {
        self.wanted.min(self.opened)
    }

    /// Begins with as many as may be and are of use.
    pub fn start(&mut self, useful: usize) -> usize {
        self.alive = self.allowed().min(useful.max(1));
        self.alive
    }

    pub fn halve(&mut self) {
        self.wanted = (self.allowed() / 2).max(1);
        self.row = 0;
    }

    /// Takes leave of a connection that is one too many.
    pub fn drop_surplus(&mut self) -> bool {
        let is_surplus = self.alive > self.allowed();
        self.alive -= usize::from(is_surplus);
        is_surplus
    }

    /// Takes leave of a connection that has ended. Says whether it was the last.
    pub fn leave(&mut self, was_refused: bool) -> bool {
        self.alive = self.alive.saturating_sub(1);
        if was_refused {
            // A server that refuses all is away, which says nothing of how many it takes.
            self.opened = if self.alive == 0 { usize::MAX } else { self.opened.min(self.alive) };
            self.row = 0;
        }
        self.alive == 0
    }

    /// Counts a delivery, and one more connection where enough of them went well.
    pub fn widen(&mut self) -> bool {
        if self.allowed() == self.most {
            return false;
        }
        self.row += 1;
        let is_wider = self.row >= WIDEN_AFTER;
        if is_wider {
            self.wanted = (self.wanted + 1).min(self.most);
            self.opened = self.opened.saturating_add(1);
            self.alive += 1;
            self.row = 0;
        }
        is_wider
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

    /// The moment for one more message to the address. One that can't be read has no pace.
    pub fn take(&mut self, address: &str, now: Duration) -> Duration {
        if self.0.is_empty() {
            return now;
        }
        let to = Address::read(address).ok();
        to.and_then(|to| self.0.get_mut(to.domain())).map_or(now, |pace| pace.take(now))
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
    fn a_server_that_wants_fewer_connections_gets_half_and_then_more_again() {
        let mut breadth = Breadth::new(4);
        assert_eq!([breadth.start(9), breadth.start(2), breadth.start(0), breadth.start(9)], [4, 2, 1, 4]);
        breadth.halve();
        let left: Vec<bool> = (0..4).map(|_| breadth.drop_surplus()).collect();
        assert_eq!(left, [true, true, false, false]);
        let wider: Vec<usize> = (1..=500).filter(|_| breadth.widen()).collect();
        assert_eq!((wider, breadth.alive), (vec![100, 200], 4));
        for _ in 0..5 {
            breadth.halve();
        }
        assert_eq!((breadth.allowed(), breadth.start(9)), (1, 1));
    }

    #[test]
    fn connections_that_are_refused_are_not_tried_again_at_once() {
        let mut breadth = Breadth::new(4);
        breadth.start(9);
        assert_eq!([breadth.leave(true), breadth.leave(true)], [false, false]);
        assert_eq!(breadth.start(9), 2);
        // One that has nothing left to do says nothing about the server.
        assert_eq!([breadth.leave(false), breadth.leave(false)], [false, true]);
        assert_eq!(breadth.start(9), 2);
        assert_eq!((0..100).filter(|_| breadth.widen()).count(), 1);
        assert_eq!(breadth.start(9), 3);
        // Refused altogether, it is away: afterwards there may be as many as before.
        assert_eq!([breadth.leave(true), breadth.leave(true), breadth.leave(true)], [false, false, true]);
        assert_eq!(breadth.start(9), 4);
        breadth.halve();
        assert_eq!([breadth.leave(true), breadth.leave(true), breadth.leave(true), breadth.leave(true)], [false, false, false, true]);
        assert_eq!(breadth.start(9), 2);
    }

    #[test]
    fn each_domain_has_its_own() {
        let rates = BTreeMap::from([("a.example".to_owned(), 10.0)]);
        let mut paces = DomainPaces::new(&rates);
        let moments =
            [("x@a.example", 0), ("x@b.example", 0), ("Y@A.example", 0), ("x", 0)].map(|(address, now)| paces.take(address, millis(now)));
        assert_eq!(moments, [0, 0, 100, 0].map(millis));
    }
}
