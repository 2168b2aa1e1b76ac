//! Model sessions shared by threads without a lock held across a run.

use std::sync::{Mutex, PoisonError};

/// Idle sessions of one kind. A run takes one out, works with it, and puts it back; a second thread that finds the
/// pool empty makes its own. At most `keep` idle ones stay in memory.
pub(crate) struct Pool<T> {
    idle: Mutex<Vec<T>>,
    keep: usize,
}

impl<T> Pool<T> {
    pub(crate) fn new(keep: usize) -> Self {
        Self {
            idle: Mutex::new(Vec::new()),
            keep,
        }
    }

    /// Runs `work` on an idle session, or on one that `make` creates. After an error the session goes back too: sessions
    /// keep no state between runs that an error could spoil.
    pub(crate) fn with<R, E>(
        &self,
        make: impl FnOnce() -> Result<T, E>,
        work: impl FnOnce(&mut T) -> Result<R, E>,
    ) -> Result<R, E> {
        let taken = self.lock().pop();
        let mut session = match taken {
            Some(session) => session,
            None => make()?,
        };
        let outcome = work(&mut session);
        let mut idle = self.lock();
        if idle.len() < self.keep {
            idle.push(session);
        }
        outcome
    }

    /// A poisoned lock holds whole sessions all the same: pushing and popping cannot leave one half made.
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<T>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn one_thread_reuses_one_session() {
        let pool = Pool::new(2);
        let made = AtomicUsize::new(0);
        for _ in 0..5 {
            let run = pool.with(|| Ok::<_, ()>(made.fetch_add(1, Ordering::SeqCst)), |_| Ok(()));
            assert_eq!(run, Ok(()));
        }
        assert_eq!(made.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn two_threads_run_at_the_same_time() {
        let pool = Pool::new(1);
        let both_inside = Barrier::new(2);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    pool.with(
                        || Ok::<_, ()>(()),
                        |_| {
                            // Deadlocks here if a lock were held across the run.
                            both_inside.wait();
                            Ok(())
                        },
                    )
                });
            }
        });
        assert_eq!(pool.lock().len(), 1, "only `keep` idle sessions stay");
    }

    #[test]
    fn a_failed_make_is_reported_and_keeps_nothing() {
        let pool: Pool<()> = Pool::new(1);
        assert_eq!(pool.with(|| Err("no"), |_| Ok(())), Err("no"));
        assert!(pool.lock().is_empty());
    }
}
