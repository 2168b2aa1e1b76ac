//! From the facade's types to records of the same shape, by way of serde: each record states its fields once, and the
//! C ABI's JSON is the facade's own.

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use skinkit::inference::json::{self, JsonError};

use crate::{Result, SkinKitError};

/// A record of the same shape. The tests hold that each one fits the facade's type.
pub(crate) fn carry<T: Serialize + ?Sized, R: DeserializeOwned>(value: &T) -> Result<R> {
    carried(value).map_err(|error| SkinKitError::Internal {
        reason: "a result could not be handed over: please report it".to_owned(),
        details: error.to_string(),
    })
}

/// The facade's type from a host's record: only a number that is not finite can fail.
pub(crate) fn take<T: Serialize + ?Sized, R: DeserializeOwned>(what: &str, value: &T) -> Result<R> {
    carried(value).map_err(|error| SkinKitError::InvalidArgument {
        reason: format!("the {what} makes no sense: numbers must be finite"),
        details: error.to_string(),
    })
}

fn carried<T: Serialize + ?Sized, R: DeserializeOwned>(value: &T) -> std::result::Result<R, JsonError> {
    json::from_value(&serde_json::to_value(value).map_err(JsonError::from)?)
}

/// The facade's own JSON.
pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| SkinKitError::Internal {
        reason: "a result could not be written as JSON: please report it".to_owned(),
        details: error.to_string(),
    })
}

/// Numbers, however nested, as 32-bit floats one after the other: lists of floats are slow to cross the border.
pub(crate) fn floats<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<Vec<u8>, D::Error> {
    let mut bytes = Vec::new();
    push(&Value::deserialize(from)?, &mut bytes).map_err(D::Error::custom)?;
    Ok(bytes)
}

/// [`floats`] that may be absent.
pub(crate) fn optional_floats<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<Option<Vec<u8>>, D::Error> {
    match Value::deserialize(from)? {
        Value::Null => Ok(None),
        value => floats(value).map(Some).map_err(D::Error::custom),
    }
}

/// What an older or newer version wrote may not be what this one reads: then there is none.
pub(crate) fn where_known<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    from: D,
) -> std::result::Result<Option<T>, D::Error> {
    Ok(json::from_value(&Value::deserialize(from)?).ok())
}

fn push(value: &Value, bytes: &mut Vec<u8>) -> std::result::Result<(), String> {
    match value {
        Value::Array(values) => values.iter().try_for_each(|value| push(value, bytes)),
        Value::Number(number) => {
            let number = number.as_f64().ok_or("a number is too large")? as f32;
            bytes.extend_from_slice(&number.to_le_bytes());
            Ok(())
        }
        other => Err(format!("{other} is not a number")),
    }
}

/// A point in pixels of the upright picture.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, uniffi::Record)]
#[serde(from = "[f32; 2]", into = "[f32; 2]")]
pub struct Point {
    /// To the right.
    pub x: f32,
    /// Down.
    pub y: f32,
}

impl From<[f32; 2]> for Point {
    fn from([x, y]: [f32; 2]) -> Self {
        Self { x, y }
    }
}

impl From<Point> for [f32; 2] {
    fn from(point: Point) -> Self {
        [point.x, point.y]
    }
}

/// An upright rectangle in pixels of the upright picture; it may reach beyond the picture.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, uniffi::Record)]
#[serde(from = "[f32; 4]", into = "[f32; 4]")]
pub struct Corners {
    /// Its left edge.
    pub left: f32,
    /// Its upper edge.
    pub top: f32,
    /// Its right edge.
    pub right: f32,
    /// Its lower edge.
    pub bottom: f32,
}

impl From<[f32; 4]> for Corners {
    fn from([left, top, right, bottom]: [f32; 4]) -> Self {
        Self {
            left,
            top,
            right,
            bottom,
        }
    }
}

impl From<Corners> for [f32; 4] {
    fn from(corners: Corners) -> Self {
        [corners.left, corners.top, corners.right, corners.bottom]
    }
}

/// A rectangle on the upright picture, perhaps turned.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, uniffi::Record)]
pub struct Roi {
    /// Its middle.
    pub centre: Point,
    /// Length along its own x axis, in pixels.
    pub width: f32,
    /// Length along its own y axis, in pixels.
    pub height: f32,
    /// Radians, clockwise on the screen, from the picture's x axis to its own.
    pub rotation: f32,
}

impl From<skinkit::Roi> for Roi {
    fn from(roi: skinkit::Roi) -> Self {
        Self {
            centre: roi.centre.into(),
            width: roi.width,
            height: roi.height,
            rotation: roi.rotation,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Lists {
        #[serde(deserialize_with = "floats")]
        points: Vec<u8>,
        #[serde(deserialize_with = "optional_floats")]
        none: Option<Vec<u8>>,
    }

    #[test]
    fn nested_numbers_become_little_endian_floats() {
        let lists: Lists = carry(&serde_json::json!({"points": [[1.0, 2.0], [0.1f32, -3.0]], "none": null})).unwrap();
        let floats: Vec<f32> = lists
            .points
            .as_chunks::<4>()
            .0
            .iter()
            .map(|bytes| f32::from_le_bytes(*bytes))
            .collect();
        assert_eq!(floats, [1.0, 2.0, 0.1, -3.0]);
        assert!(lists.none.is_none());
    }

    #[test]
    fn a_number_that_is_none_is_refused_as_an_argument() {
        let roi = Roi {
            centre: Point { x: f32::NAN, y: 0.0 },
            width: 1.0,
            height: 1.0,
            rotation: 0.0,
        };
        let refused = take::<_, skinkit::Roi>("region", &roi);
        assert!(matches!(refused, Err(SkinKitError::InvalidArgument { .. })));
    }
}
