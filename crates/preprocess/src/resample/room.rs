//! Work memory that is kept from frame to frame.

/// Resizes a buffer. Where it must grow, it gets twice what it needs: a region that follows a face changes its size by a
/// few pixels from frame to frame, and a steady frame allocates nothing.
pub(crate) fn resize_with_room<T: Clone>(buffer: &mut Vec<T>, len: usize, value: T) {
    if len > buffer.capacity() {
        buffer.reserve(2 * len - buffer.len());
    }
    buffer.resize(len, value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_grows_by_less_than_double_stays_where_it_is() {
        let mut buffer = Vec::new();
        resize_with_room(&mut buffer, 64, 0u8);
        let place = buffer.as_ptr();
        for len in [60, 65, 128, 30, 90] {
            resize_with_room(&mut buffer, len, 0);
            assert_eq!((buffer.len(), buffer.as_ptr()), (len, place));
        }
    }
}
