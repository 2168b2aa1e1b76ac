//! What an object holds until it is shut.

use std::sync::{Arc, PoisonError, RwLock};

use crate::{Result, SkinKitError};

/// A value that several threads use and one may shut. Calls under way finish with the value they took; the value is
/// freed with the last of them.
pub(crate) struct Slot<T> {
    what: &'static str,
    held: RwLock<Option<Arc<T>>>,
}

impl<T> Slot<T> {
    pub(crate) fn new(what: &'static str, value: Arc<T>) -> Self {
        Self {
            what,
            held: RwLock::new(Some(value)),
        }
    }

    /// The value; the lock is held only to take it.
    pub(crate) fn get(&self) -> Result<Arc<T>> {
        self.held
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
            .ok_or_else(|| SkinKitError::closed(self.what))
    }

    /// Lets go of the value; shutting twice is no error.
    pub(crate) fn shut(&self) {
        let held = self.held.write().unwrap_or_else(PoisonError::into_inner).take();
        // Dropped after the lock: closing a history takes time.
        drop(held);
    }
}
