//! Values out of JSON, by `serde_json`; an error names the field.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What does not fit, and in which field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{}{reason}", field, if field.is_empty() { "" } else { ": " })]
pub struct JsonError {
    field: String,
    reason: String,
}

impl JsonError {
    /// The field, for example `labels[2].id`; empty for the whole.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// Why. May quote the value.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl From<serde_json::Error> for JsonError {
    fn from(error: serde_json::Error) -> Self {
        Self {
            field: String::new(),
            reason: error.to_string(),
        }
    }
}

/// A value out of the text of a JSON document.
///
/// # Errors
/// Text that is no JSON, and what does not fit.
pub fn from_slice<T: DeserializeOwned>(text: &[u8]) -> Result<T, JsonError> {
    let value: Value = serde_json::from_slice(text).map_err(|error| JsonError {
        field: String::new(),
        reason: format!("it is not JSON: {error}"),
    })?;
    from_value(&value)
}

/// A value out of JSON that has been read.
///
/// # Errors
/// What does not fit.
pub fn from_value<'a, T: Deserialize<'a>>(value: &'a Value) -> Result<T, JsonError> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let field = match error.path().to_string() {
            path if path == "." => String::new(),
            path => path,
        };
        JsonError {
            field,
            reason: error.into_inner().to_string(),
        }
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Whole {
        number: u8,
        #[serde(default)]
        list: Vec<Part>,
        pair: Option<[f32; 2]>,
        #[serde(default)]
        map: BTreeMap<String, Choice>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Part {
        id: String,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Choice {
        Plain,
        Named { deep: f64 },
    }

    #[test]
    fn what_fits_is_read() {
        let value = json!({
            "number": 3, "list": [{"id": "a", "more": [1]}], "pair": [1, -2.5], "unknown": null, "map": {"x": "plain"},
        });
        let read: Whole = from_value(&value).unwrap();
        assert_eq!(read, from_slice(value.to_string().as_bytes()).unwrap());
        assert_eq!((read.number, read.pair), (3, Some([1.0, -2.5])));
        assert_eq!(read.map["x"], Choice::Plain);
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let refused = |value: Value| {
            let error = from_value::<Whole>(&value).unwrap_err();
            (error.field().to_owned(), error.reason().to_owned())
        };
        assert_eq!(refused(json!({})).0, "");
        assert!(refused(json!({})).1.contains("missing field `number`"));
        assert_eq!(refused(json!({"number": 256})).0, "number");
        assert_eq!(
            refused(json!({"number": 1, "list": [{"id": "a"}, {"id": 1}]})).0,
            "list[1].id"
        );
        assert_eq!(refused(json!({"number": 1, "list": [{}]})).0, "list[0]");
        assert_eq!(refused(json!({"number": 1, "pair": [1, "a"]})).0, "pair[1]");
        assert_eq!(refused(json!({"number": 1, "map": {"x": "other"}})).0, "map.x");
        assert_eq!(
            refused(json!({"number": 1, "map": {"x": {"named": {"deep": ""}}}})).0,
            "map.x.named.deep"
        );
        let broken = from_slice::<Whole>(b"{").unwrap_err();
        assert!(broken.to_string().starts_with("it is not JSON"), "{broken}");
        let part = from_value::<Whole>(&json!({"number": 256})).unwrap_err();
        assert!(part.to_string().starts_with("number: "), "{part}");
    }
}
