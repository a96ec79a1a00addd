//! Who comes first on a machine that has the server, too.

/// As `nice` takes it where no number is given.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

/// Lets the other programs of this machine go before this thread, where they need the same processor. A server here does the larger part of
/// the work: whenever its reply wakes a connection that takes its processor at once, all others wait.
///
/// Linux keeps a priority for each thread (`man 2 setpriority`); elsewhere it would be the whole program's, and is left alone.
pub fn make_way() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{getpriority_process, setpriority_process};
        // Who has been started with a lower one keeps it. Where the system doesn't allow it, it only takes longer.
        if getpriority_process(None).is_ok_and(|niceness| niceness < NICENESS) {
            let _ = setpriority_process(None, NICENESS);
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use rustix::process::{getpriority_process, setpriority_process};

    #[test]
    fn a_thread_makes_way_and_no_other() {
        let before = getpriority_process(None).unwrap();
        let after = std::thread::spawn(|| {
            make_way();
            make_way();
            getpriority_process(None).unwrap()
        });
        assert_eq!(after.join().unwrap(), before.max(NICENESS));
        assert_eq!(getpriority_process(None).unwrap(), before);
        let lowest = std::thread::spawn(|| {
            setpriority_process(None, 19).unwrap();
            make_way();
            getpriority_process(None).unwrap()
        });
        assert_eq!(lowest.join().unwrap(), 19);
    }
}
