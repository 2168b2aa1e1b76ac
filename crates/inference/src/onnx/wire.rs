//! Checks the framing of an ONNX file before an engine sees it.
//!
//! ONNX is a Protocol Buffers message. `rten` 0.27 trusts the lengths in it: a number that never ends, or a length
//! beyond the end of the file, can make its reader loop for ever, ask for all memory, or take half a file for a whole
//! one. One walk over the tags and lengths, without copying anything, rules that out for both engines. Field numbers
//! are those of the public `onnx.proto`.

/// Messages nested deeper than this are refused; real networks stay below 12.
const DEEPEST: usize = 32;

/// Refuses bytes that are not a whole ONNX model with all its weights inside.
pub(crate) fn check(onnx: &[u8]) -> Result<(), String> {
    if onnx.is_empty() {
        return Err("the file is empty".to_owned());
    }
    let mut seen = 0u64;
    walk(onnx, Message::Model, 0, &mut seen)
        .map_err(|problem| format!("it is not a whole ONNX file: {problem}; copy or export it again"))?;
    for (field, name) in [(1, "ir_version"), (7, "graph"), (8, "opset_import")] {
        if seen & (1 << field) == 0 {
            return Err(format!(
                "it is not a whole ONNX file: the field `{name}` is missing; copy or export it again"
            ));
        }
    }
    Ok(())
}

#[derive(Debug, Clone, Copy)]
enum Message {
    Model,
    Graph,
    Node,
    Attribute,
    Tensor,
    ValueInfo,
    Type,
    TensorType,
    SequenceType,
    Shape,
    /// A message without messages inside.
    Leaf,
}

/// What a length-delimited field holds.
enum Content {
    Message(Message),
    Varints,
    /// Text or raw numbers: any bytes will do.
    Bytes,
}

fn content(message: Message, field: u64) -> Content {
    use Message::*;
    let inner = match (message, field) {
        (Model, 7) | (Attribute, 6 | 11) => Graph,
        (Model, 8 | 14) => Leaf,
        (Graph, 1) => Node,
        (Graph, 5) | (Attribute, 5 | 10) => Tensor,
        (Graph, 11..=13) => ValueInfo,
        (Node, 5) => Attribute,
        (ValueInfo, 2) | (SequenceType, 1) => Type,
        (Type, 1) => TensorType,
        (Type, 4) => SequenceType,
        (TensorType, 2) => Shape,
        (Shape, 1) | (Tensor, 13) => Leaf,
        (Tensor, 1 | 5 | 7 | 11) | (Attribute, 8) => return Content::Varints,
        _ => return Content::Bytes,
    };
    Content::Message(inner)
}

fn walk(bytes: &[u8], message: Message, depth: usize, seen: &mut u64) -> Result<(), &'static str> {
    if depth > DEEPEST {
        return Err("it is nested too deeply");
    }
    for field in Fields(bytes) {
        let (field, value) = field?;
        if depth == 0 && field < 64 {
            *seen |= 1 << field;
        }
        match (value, content(message, field)) {
            (Value::Bytes(part), Content::Message(inner)) => walk(part, inner, depth + 1, seen)?,
            (Value::Bytes(mut part), Content::Varints) => {
                while !part.is_empty() {
                    varint(&mut part)?;
                }
            }
            (Value::Number(1..), _) if matches!((message, field), (Message::Tensor, 14)) => {
                return Err("its weights lie in another file, which is not supported");
            }
            _ => {}
        }
    }
    Ok(())
}

/// The fields of one message: number and value.
pub(crate) struct Fields<'a>(pub &'a [u8]);

/// A field's value.
pub(crate) enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    /// Four or eight raw bytes.
    Fixed,
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Value<'a>), &'static str>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.read();
        if field.is_err() {
            self.0 = &[];
        }
        Some(field)
    }
}

impl<'a> Fields<'a> {
    fn read(&mut self) -> Result<(u64, Value<'a>), &'static str> {
        let tag = varint(&mut self.0)?;
        let value = match tag & 7 {
            0 => Value::Number(varint(&mut self.0)?),
            1 => take(&mut self.0, 8).map(|_| Value::Fixed)?,
            2 => {
                let length = varint(&mut self.0)?;
                Value::Bytes(take(&mut self.0, length)?)
            }
            5 => take(&mut self.0, 4).map(|_| Value::Fixed)?,
            _ => return Err("it has a field of an unknown kind"),
        };
        match tag >> 3 {
            0 => Err("it has a field of number 0"),
            field => Ok((field, value)),
        }
    }
}

fn take<'a>(bytes: &mut &'a [u8], length: u64) -> Result<&'a [u8], &'static str> {
    let length = usize::try_from(length).map_err(|_| "a part is longer than the whole")?;
    let (part, rest) = bytes
        .split_at_checked(length)
        .ok_or("it ends in the middle of a part")?;
    *bytes = rest;
    Ok(part)
}

fn varint(bytes: &mut &[u8]) -> Result<u64, &'static str> {
    let mut value = 0u64;
    for (index, byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f).checked_shl(7 * index as u32).unwrap_or(0);
        if byte & 0x80 == 0 {
            if index == 9 && *byte > 1 {
                break;
            }
            *bytes = &bytes[index + 1..];
            return Ok(value);
        }
    }
    Err("a number does not end")
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &[u8] = &[0x08, 8, 0x3a, 3, 0x12, 1, b'g', 0x42, 2, 0x10, 17];

    #[test]
    fn a_whole_model_passes_and_no_part_of_it_does() {
        check(GOOD).unwrap();
        for end in 0..GOOD.len() {
            assert!(check(&GOOD[..end]).is_err(), "the first {end} bytes");
        }
    }

    #[test]
    fn numbers_without_an_end_are_refused() {
        assert!(check(&[0xff; 30]).unwrap_err().contains("does not end"));
        let mut packed = vec![0x08, 8, 0x3a, 16, 0x2a, 14, 0x0a, 12]; // graph, initializer, packed dims
        packed.extend([0xff; 12]);
        assert!(check(&packed).unwrap_err().contains("does not end"));
        let mut bytes: &[u8] = &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
        assert_eq!(varint(&mut bytes), Ok(u64::MAX));
    }

    #[test]
    fn a_length_beyond_the_end_is_refused() {
        assert!(
            check(&[0x08, 8, 0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f])
                .unwrap_err()
                .contains("ends in the middle")
        );
        // The tensor's own length is fine, the one inside it is not.
        assert!(
            check(&[0x08, 8, 0x3a, 4, 0x2a, 2, 0x4a, 9])
                .unwrap_err()
                .contains("ends in the middle")
        );
    }

    #[test]
    fn weights_in_another_file_are_refused() {
        let external = [0x08, 8, 0x3a, 4, 0x2a, 2, 0x70, 1, 0x42, 2, 0x10, 17];
        assert!(check(&external).unwrap_err().contains("another file"));
    }

    #[test]
    fn depth_has_an_end() {
        let mut inner = vec![];
        for _ in 0..40 {
            // attribute.g -> graph.node -> node.attribute
            for tag in [0x32u8, 0x2a, 0x0a] {
                let mut outer = vec![tag];
                let mut length = inner.len();
                while length > 0x7f {
                    outer.push(length as u8 | 0x80);
                    length >>= 7;
                }
                outer.push(length as u8);
                outer.extend(&inner);
                inner = outer;
            }
        }
        let mut seen = 0;
        assert_eq!(
            walk(&inner, Message::Graph, 1, &mut seen),
            Err("it is nested too deeply")
        );
    }
}
