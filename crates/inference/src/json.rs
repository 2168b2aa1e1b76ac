//! Values out of JSON; what does not fit is named by its field.
//!
//! Stricter than `serde_json` in one thing, a struct is an object and never a list of its fields, and smaller: each type is
//! read in one way, whether it comes from a file, a host or another type.

use std::fmt;

use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Value, map};

/// What does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit(Box<Inner>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Inner {
    field: String,
    reason: String,
}

impl Unfit {
    /// The field, for example `labels[2].id`; empty for the whole.
    pub fn field(&self) -> &str {
        &self.0.field
    }

    /// Why. May quote the value.
    pub fn reason(&self) -> &str {
        &self.0.reason
    }

    /// The same, seen from the struct that has it in a field. Every field of every type can get here: it is not to be inlined
    /// there.
    #[cold]
    #[inline(never)]
    fn in_field(mut self, name: &str) -> Self {
        let field = &mut self.0.field;
        if !field.is_empty() && !field.starts_with('[') {
            field.insert(0, '.');
        }
        field.insert_str(0, name);
        self
    }

    /// The same, seen from the list.
    #[cold]
    #[inline(never)]
    fn in_item(self, index: usize) -> Self {
        self.in_field(&format!("[{index}]"))
    }
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.field().is_empty() {
            f.write_str(self.reason())
        } else {
            write!(f, "{}: {}", self.field(), self.reason())
        }
    }
}

impl std::error::Error for Unfit {}

impl serde::de::Error for Unfit {
    #[cold]
    fn custom<T: fmt::Display>(reason: T) -> Self {
        Self(Box::new(Inner {
            field: String::new(),
            reason: reason.to_string(),
        }))
    }
}

/// A value out of the text of a JSON document.
///
/// # Errors
/// Text that is no JSON, and what does not fit.
pub fn from_slice<T: DeserializeOwned>(text: &[u8]) -> Result<T, Unfit> {
    let value = serde_json::from_slice(text).map_err(|error| Unfit::custom(format_args!("it is not JSON: {error}")))?;
    from_value(&value)
}

/// A value out of JSON that has been read.
///
/// # Errors
/// What does not fit.
pub fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, Unfit> {
    T::deserialize(At(value))
}

/// A value that is being read.
#[derive(Clone, Copy)]
struct At<'a>(&'a Value);

impl<'a> At<'a> {
    fn fields(self) -> Option<Fields<'a>> {
        let rest = self.0.as_object()?.iter();
        Some(Fields {
            rest,
            name: "",
            value: &Value::Null,
        })
    }

    #[cold]
    fn unexpected(self, visitor: &dyn serde::de::Expected) -> Unfit {
        let found = match self.0 {
            Value::Null => Unexpected::Unit,
            Value::Bool(value) => Unexpected::Bool(*value),
            Value::Number(value) => match (value.as_u64(), value.as_i64()) {
                (Some(value), _) => Unexpected::Unsigned(value),
                (_, Some(value)) => Unexpected::Signed(value),
                _ => Unexpected::Float(value.as_f64().unwrap_or(f64::NAN)),
            },
            Value::String(value) => Unexpected::Str(value),
            Value::Array(_) => Unexpected::Seq,
            Value::Object(_) => Unexpected::Map,
        };
        Unfit::invalid_type(found, visitor)
    }
}

impl<'a> Deserializer<'a> for At<'a> {
    type Error = Unfit;

    fn deserialize_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(value) => match (value.as_u64(), value.as_i64()) {
                (Some(value), _) => visitor.visit_u64(value),
                (_, Some(value)) => visitor.visit_i64(value),
                _ => visitor.visit_f64(value.as_f64().unwrap_or(f64::NAN)),
            },
            Value::String(value) => visitor.visit_borrowed_str(value),
            Value::Array(_) => self.deserialize_seq(visitor),
            Value::Object(_) => self.deserialize_map(visitor),
        }
    }

    fn deserialize_map<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self.fields() {
            Some(fields) => visitor.visit_map(fields),
            None => Err(self.unexpected(&visitor)),
        }
    }

    fn deserialize_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        self.deserialize_map(visitor)
    }

    fn deserialize_seq<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unfit> {
        let Value::Array(all) = self.0 else {
            return Err(self.unexpected(&visitor));
        };
        let mut items = Items { all, next: 0 };
        let value = visitor.visit_seq(&mut items)?;
        if items.next == all.len() {
            Ok(value)
        } else {
            Err(Unfit::custom(format_args!("{} elements are too many", all.len())))
        }
    }

    fn deserialize_tuple<V: Visitor<'a>>(self, _: usize, visitor: V) -> Result<V::Value, Unfit> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_enum<V: Visitor<'a>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        match (self.0, self.fields()) {
            (Value::String(value), _) => BorrowedStrDeserializer::new(value).deserialize_enum(name, variants, visitor),
            (_, Some(fields)) => MapAccessDeserializer::new(fields).deserialize_enum(name, variants, visitor),
            _ => Err(self.unexpected(&visitor)),
        }
    }

    fn deserialize_option<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'a>>(self, _: &'static str, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_ignored_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        <V: Visitor<'a>>
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf unit unit_struct identifier
    }
}

/// The fields of an object.
struct Fields<'a> {
    rest: map::Iter<'a>,
    name: &'a str,
    value: &'a Value,
}

impl<'a> Fields<'a> {
    #[inline(never)]
    fn step(&mut self) -> Option<&'a str> {
        let (name, value) = self.rest.next()?;
        (self.name, self.value) = (name, value);
        Some(name)
    }
}

impl<'a> MapAccess<'a> for Fields<'a> {
    type Error = Unfit;

    fn next_key_seed<K: DeserializeSeed<'a>>(&mut self, seed: K) -> Result<Option<K::Value>, Unfit> {
        match self.step() {
            Some(name) => seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some),
            None => Ok(None),
        }
    }

    // Once for a type of field, not once for a field.
    #[inline(never)]
    fn next_value_seed<V: DeserializeSeed<'a>>(&mut self, seed: V) -> Result<V::Value, Unfit> {
        seed.deserialize(At(self.value))
            .map_err(|unfit| unfit.in_field(self.name))
    }
}

/// The items of a list.
struct Items<'a> {
    all: &'a [Value],
    next: usize,
}

impl<'a> SeqAccess<'a> for Items<'a> {
    type Error = Unfit;

    fn next_element_seed<T: DeserializeSeed<'a>>(&mut self, seed: T) -> Result<Option<T::Value>, Unfit> {
        let Some(value) = self.all.get(self.next) else {
            return Ok(None);
        };
        let index = self.next;
        self.next += 1;
        seed.deserialize(At(value))
            .map(Some)
            .map_err(|unfit| unfit.in_item(index))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.all.len() - self.next)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
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
        Wrapped(i32),
        Named { deep: f64 },
    }

    fn refused(value: Value) -> (String, String) {
        let unfit = from_value::<Whole>(&value).unwrap_err();
        (unfit.field().to_owned(), unfit.reason().to_owned())
    }

    #[test]
    fn what_fits_is_what_serde_json_reads() {
        let value = json!({
            "number": 3, "list": [{"id": "a", "more": [1]}], "pair": [1, -2.5], "unknown": null,
            "map": {"x": "plain", "y": {"wrapped": -7}, "z": {"named": {"deep": 0.1}}},
        });
        let read: Whole = from_value(&value).unwrap();
        assert_eq!(read, serde_json::from_value(value.clone()).unwrap());
        assert_eq!(read, from_slice(value.to_string().as_bytes()).unwrap());
        assert_eq!(from_value::<Value>(&value).unwrap(), value);
        assert_eq!(
            from_value::<Option<Whole>>(&json!({"number": 1, "pair": null}))
                .unwrap()
                .unwrap()
                .pair,
            None
        );
    }

    #[test]
    fn what_does_not_fit_is_named() {
        assert_eq!(refused(json!({})).0, "");
        assert!(refused(json!({})).1.contains("missing field `number`"));
        assert_eq!(refused(json!({"number": 256})).0, "number");
        assert_eq!(
            refused(json!({"number": 1, "list": [{"id": "a"}, {"id": 1}]})).0,
            "list[1].id"
        );
        assert_eq!(refused(json!({"number": 1, "list": [{}]})).0, "list[0]");
        assert_eq!(refused(json!({"number": 1, "pair": [1, "a"]})).0, "pair[1]");
        assert_eq!(refused(json!({"number": 1, "pair": [1, 2, 3]})).0, "pair");
        assert_eq!(refused(json!({"number": 1, "map": {"x": "other"}})).0, "map.x");
        assert_eq!(
            refused(json!({"number": 1, "map": {"x": {"named": {"deep": ""}}}})).0,
            "map.x.named.deep"
        );
        assert_eq!(refused(json!([3])).0, "");
        let broken = from_slice::<Whole>(b"{").unwrap_err();
        assert!(broken.to_string().starts_with("it is not JSON"), "{broken}");
    }
}
