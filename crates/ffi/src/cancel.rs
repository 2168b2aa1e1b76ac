//! Stopping a call from another thread.

/// Stops a call that another thread is in.
///
/// Give one to a call, and call [`Cancel::cancel`] from any thread: the call ends with
/// [`Cancelled`](skinkit::ErrorKind::Cancelled) at its next stage (within one run of a network), and keeps nothing. One
/// object may serve several calls; once cancelled it stays so.
#[derive(Debug, Default, uniffi::Object)]
pub struct Cancel {
    inner: skinkit::Cancel,
}

#[uniffi::export]
impl Cancel {
    /// One that is not cancelled.
    #[uniffi::constructor]
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops the calls that have this object, and those that will get it. Returns at once.
    pub fn cancel(&self) {
        self.inner.cancel();
    }

    /// Whether it was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.inner.is_cancelled()
    }
}

impl Cancel {
    /// The facade's, or one that nobody cancels.
    pub(crate) fn of(cancel: Option<&Self>) -> skinkit::Cancel {
        cancel.map_or_else(skinkit::Cancel::default, |cancel| cancel.inner.clone())
    }
}
