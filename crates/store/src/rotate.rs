//! Changing the host's key.

use crate::{Key, Result, Store, erase::empty_log};

impl Store {
    /// Changes the host's key in one transaction: afterwards only `new` opens the history.
    ///
    /// Re-seals one look-up key and one data key per subject; scans and pictures are not touched.
    /// Other open stores get [`Error::KeyChanged`](crate::Error::KeyChanged). Backups made before
    /// still need the old key.
    ///
    /// # Errors
    /// [`Error::NotEncrypted`](crate::Error::NotEncrypted) for an unencrypted history; otherwise as
    /// [`Store::add`]. On an error the old key stays.
    pub fn rotate_key(&self, new: &Key) -> Result<()> {
        let vault = self.write(|tx, vault| vault.rotate(tx, new))?;
        self.set_vault(vault);
        // Best effort: keys sealed by the old key may stay in the log while somebody reads.
        self.with_writer(|connection| {
            empty_log(connection);
            Ok(())
        })
    }
}
