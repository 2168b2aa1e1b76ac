//! Handles: numbers that stand for objects. A closed one is known as closed for ever: each carries the generation of its
//! place in the table, which grows with every closing.

use std::any::Any;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use skinkit::ErrorKind;

use super::call::{SkinkitError, call};
use crate::{Cancel, History, LiveSession, Photo, Result, SkinKit, SkinKitError};

/// Stands for an object of SkinKit: 0 is none. Valid from the call that gave it until `skinkit_close`, in every thread.
pub type SkinkitHandle = u64;

/// An object that a handle stands for, and its name.
#[derive(Clone)]
struct Object {
    name: &'static str,
    any: Arc<dyn Any + Send + Sync>,
}

/// A type that handles stand for.
pub(super) trait Held: Any + Send + Sync {
    const NAME: &'static str;
}

macro_rules! held {
    ($($type:ident $name:literal),* $(,)?) => {$(
        impl Held for $type {
            const NAME: &'static str = $name;
        }
    )*};
}

held! {
    Cancel "a cancel",
    History "a history",
    LiveSession "a live session",
    Photo "a photo",
    SkinKit "a kit",
}

struct Place {
    generation: u32,
    object: Option<Object>,
}

struct Table {
    places: Vec<Place>,
    free: Vec<u32>,
}

static TABLE: RwLock<Table> = RwLock::new(Table {
    places: Vec::new(),
    free: Vec::new(),
});

/// Objects are put in and taken out whole: a poisoned lock spoils nothing.
fn reading() -> RwLockReadGuard<'static, Table> {
    TABLE.read().unwrap_or_else(PoisonError::into_inner)
}

fn writing() -> RwLockWriteGuard<'static, Table> {
    TABLE.write().unwrap_or_else(PoisonError::into_inner)
}

/// A new handle for an object.
pub(super) fn give<T: Held>(object: T) -> Result<SkinkitHandle> {
    let object = Some(Object {
        name: T::NAME,
        any: Arc::new(object),
    });
    let mut table = writing();
    if let Some(index) = table.free.pop() {
        let place = &mut table.places[index as usize];
        place.object = object;
        return Ok(number(index, place.generation));
    }
    let index = u32::try_from(table.places.len())
        .map_err(|_| SkinKitError::argument("too many handles are open: close some"))?;
    table.places.push(Place { generation: 1, object });
    Ok(number(index, 1))
}

/// The object that a handle stands for; it lives on while the caller has it, even if the handle is closed meanwhile.
pub(super) fn get<T: Held>(handle: SkinkitHandle) -> Result<Arc<T>> {
    let Object { name, any } = find(&reading(), handle)
        .cloned()
        .ok_or_else(|| unknown(handle, T::NAME))?;
    any.downcast().map_err(|_| {
        SkinKitError::new(
            ErrorKind::Closed,
            format!("the handle {handle} is {name}, {} is needed", T::NAME),
        )
    })
}

/// [`get`], where 0 stands for none.
pub(super) fn get_optional<T: Held>(handle: SkinkitHandle) -> Result<Option<Arc<T>>> {
    if handle == 0 { Ok(None) } else { get(handle).map(Some) }
}

fn find(table: &Table, handle: SkinkitHandle) -> Option<&Object> {
    let (index, generation) = parts(handle);
    let place = table.places.get(index as usize)?;
    place.object.as_ref().filter(|_| place.generation == generation)
}

fn close(handle: SkinkitHandle) -> Result<()> {
    let mut table = writing();
    if find(&table, handle).is_none() {
        return Err(unknown(handle, "an open one"));
    }
    let (index, _) = parts(handle);
    let place = &mut table.places[index as usize];
    let object = place.object.take();
    // A place whose generations are used up is left alone rather than begun anew.
    if let Some(next) = place.generation.checked_add(1) {
        place.generation = next;
        table.free.push(index);
    }
    drop(table);
    // Outside of the lock: closing takes time. A session ends now, even if another thread still has it in a call.
    if let Some(Ok(session)) = object.map(|object| object.any.downcast::<LiveSession>()) {
        session.shut();
    }
    Ok(())
}

fn number(index: u32, generation: u32) -> SkinkitHandle {
    u64::from(generation) << 32 | u64::from(index)
}

fn parts(handle: SkinkitHandle) -> (u32, u32) {
    (handle as u32, (handle >> 32) as u32)
}

fn unknown(handle: SkinkitHandle, needed: &str) -> SkinKitError {
    SkinKitError::new(
        ErrorKind::Closed,
        format!("the handle {handle} is closed or was never given out, {needed} is needed"),
    )
}

/// Closes a handle of any kind. Calls under way in other threads end first with what they hold; later ones give
/// `SKINKIT_STATUS_CLOSED`, and so does closing twice.
#[unsafe(no_mangle)]
pub extern "C" fn skinkit_close(handle: SkinkitHandle, error: *mut SkinkitError) -> i32 {
    call(error, || close(handle))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_handle_stays_closed_when_its_place_is_reused() {
        let first = give(Cancel::new()).unwrap();
        assert!(get::<Cancel>(first).is_ok());
        assert!(matches!(get::<Photo>(first), Err(error) if error.kind() == ErrorKind::Closed));
        close(first).unwrap();
        let later: Vec<_> = (0..100).map(|_| give(Cancel::new()).unwrap()).collect();
        assert!(!later.contains(&first));
        for closed in [first, 0, u64::MAX, 7] {
            assert!(
                matches!(get::<Cancel>(closed), Err(error) if error.kind() == ErrorKind::Closed),
                "{closed}"
            );
            assert!(close(closed).is_err());
        }
        for handle in later {
            close(handle).unwrap();
        }
    }

    #[test]
    fn places_are_used_again() {
        for _ in 0..10_000 {
            close(give(Cancel::new()).unwrap()).unwrap();
        }
        assert!(reading().places.len() < 1_000);
    }

    #[test]
    fn an_object_outlives_its_handle_while_it_is_in_use() {
        let handle = give(Cancel::new()).unwrap();
        let held = get::<Cancel>(handle).unwrap();
        close(handle).unwrap();
        assert!(!held.is_cancelled());
        assert_eq!(Arc::strong_count(&held), 1);
    }
}
