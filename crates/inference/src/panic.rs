//! What a caught panic says.

use std::any::Any;

/// The message of a panic that `catch_unwind` caught; none where it carries something else than text. For an error's
/// details, never to act on.
///
/// Takes what is in the box (`&*cause`): the box itself is `Any` too, and has no message.
pub fn panic_message(cause: &(dyn Any + Send)) -> Option<&str> {
    cause
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| cause.downcast_ref::<String>().map(String::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{catch_unwind, panic_any};

    #[test]
    fn text_is_read_and_nothing_else() {
        let number = 7;
        for (cause, said) in [
            (catch_unwind(|| panic!("plain")).unwrap_err(), Some("plain")),
            (
                catch_unwind(move || panic!("number {number}")).unwrap_err(),
                Some("number 7"),
            ),
            (catch_unwind(|| panic_any(7)).unwrap_err(), None),
        ] {
            assert_eq!(panic_message(&*cause), said);
        }
    }
}
