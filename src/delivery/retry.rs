//! When a deferred delivery is tried again.

use crate::transport::RetrySpec;
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// What to do after a 4yz.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    At(DateTime<Utc>),
    /// It was tried for long enough.
    GiveUp,
}

/// After the `tries`th try (from 1) of a delivery that was first tried at `first_try`. `who` spreads the retries: its hash
/// stands in for chance, so that the same run waits the same.
pub fn retry(spec: &RetrySpec, tries: u32, who: &str, first_try: DateTime<Utc>, now: DateTime<Utc>) -> Retry {
    let passed = now.signed_duration_since(first_try).to_std().unwrap_or_default();
    if passed >= spec.give_up {
        return Retry::GiveUp;
    }
    // The last try is at the end of the time, not a whole interval short of it.
    let wait = back_off(spec, tries, who).min(spec.give_up.saturating_sub(passed));
    TimeDelta::from_std(wait).ok().and_then(|wait| now.checked_add_signed(wait)).map_or(Retry::GiveUp, Retry::At)
}

/// Twice as long each time, and up to a quarter longer, but never more than `max`; never less than `first`, since a
/// greylisting server wants that pause.
pub fn back_off(spec: &RetrySpec, tries: u32, who: &str) -> Duration {
    let doubled = spec.first.saturating_mul(1_u32.checked_shl(tries.saturating_sub(1)).unwrap_or(u32::MAX));
    let low = doubled.min(spec.max.mul_f64(0.8)).max(spec.first).min(spec.max);
    let high = low.saturating_add(low / 4).min(spec.max);
    low + high.saturating_sub(low).mul_f64(share(who, tries))
}

/// From 0 to 1, the same for the same.
fn share(who: &str, tries: u32) -> f64 {
    let digest = Sha256::new().chain_update(who).chain_update(tries.to_be_bytes()).finalize();
    let number = digest.iter().take(4).fold(0_u32, |number, byte| (number << 8) | u32::from(*byte));
    f64::from(number) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn spec() -> RetrySpec {
        RetrySpec { first: 5 * MINUTE, max: 240 * MINUTE, give_up: 48 * 60 * MINUTE }
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn waits_double_up_to_the_greatest() {
        let minutes: Vec<u64> = (1..=9).map(|tries| back_off(&spec(), tries, "a@example.org").as_secs() / 60).collect();
        for (minutes, low) in minutes.iter().zip([5, 10, 20, 40, 80, 160, 192, 192, 192]) {
            assert!((low..=low + low / 4).contains(minutes), "{minutes} {low}");
        }
        assert_ne!(back_off(&spec(), 3, "a@example.org"), back_off(&spec(), 3, "b@example.org"));
        assert_eq!(back_off(&spec(), 3, "a@example.org"), back_off(&spec(), 3, "a@example.org"));
    }

    #[test]
    fn after_its_time_a_delivery_is_given_up() {
        let two_days = 48 * 3600;
        assert_eq!(retry(&spec(), 20, "a", at(0), at(two_days)), Retry::GiveUp);
        assert_eq!(retry(&spec(), 20, "a", at(0), at(two_days - 60)), Retry::At(at(two_days)));
        // A clock that was set back is no reason to give up.
        assert!(matches!(retry(&spec(), 1, "a", at(0), at(-5000)), Retry::At(_)));
    }

    proptest! {
        #[test]
        fn a_wait_is_never_above_max_nor_below_first(tries in 0_u32..2000, first in 0_u64..100_000, max in 0_u64..1_000_000, who in ".{0,20}") {
            let spec = RetrySpec { first: Duration::from_millis(first), max: Duration::from_millis(max), give_up: MINUTE };
            let wait = back_off(&spec, tries, &who);
            prop_assert!(wait <= spec.max);
            prop_assert!(wait >= spec.first.min(spec.max));
        }
    }
}
