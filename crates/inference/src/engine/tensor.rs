//! The plain data that goes into a network and comes out of it.

use std::fmt;

use ndarray::{ArrayView, ArrayView1, ArrayViewD, Dimension};
use serde::{Deserialize, Serialize};

/// Element type of a tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum DataType {
    /// 32-bit float.
    F32,
    /// Unsigned byte.
    U8,
    /// Any other type: such a tensor can be listed but not read or written here.
    Other,
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::F32 => "f32",
            Self::U8 => "u8",
            Self::Other => "another type",
        })
    }
}

/// Name, shape and type of one input or output of a network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TensorInfo {
    /// The name in the ONNX graph.
    pub name: String,
    /// Size of each dimension. Always known: a dynamic first dimension of an input counts as 1, and output shapes are
    /// those of the warm-up run.
    pub shape: Vec<usize>,
    /// Element type.
    pub dtype: DataType,
}

impl TensorInfo {
    /// Number of elements.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether it holds no element at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A borrowed input: an array view in standard (row-major) layout.
///
/// A view of one dimension holds the values of the network's input in row-major order; a view of more dimensions has the
/// input's own shape.
#[derive(Debug, Clone)]
pub enum Tensor<'a> {
    /// 32-bit floats.
    F32(ArrayViewD<'a, f32>),
    /// Bytes, for networks that normalize pixels themselves.
    U8(ArrayViewD<'a, u8>),
}

impl Tensor<'_> {
    /// Number of elements.
    pub fn len(&self) -> usize {
        match self {
            Self::F32(data) => data.len(),
            Self::U8(data) => data.len(),
        }
    }

    /// Whether it holds no element at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Size of each dimension.
    pub fn shape(&self) -> &[usize] {
        match self {
            Self::F32(data) => data.shape(),
            Self::U8(data) => data.shape(),
        }
    }

    /// Its element type.
    pub fn dtype(&self) -> DataType {
        match self {
            Self::F32(_) => DataType::F32,
            Self::U8(_) => DataType::U8,
        }
    }

    /// Whether it can be the input that `expected` describes.
    pub(crate) fn fits(&self, expected: &TensorInfo) -> bool {
        self.dtype() == expected.dtype
            && self.len() == expected.len()
            && (self.shape().len() == 1 || self.shape() == expected.shape)
    }

    /// The values in row-major order; `None` for a view in another layout.
    pub(crate) fn values(&self) -> Option<Values<'_>> {
        match self {
            Self::F32(data) => data.as_slice().map(Values::F32),
            Self::U8(data) => data.as_slice().map(Values::U8),
        }
    }
}

/// The values of an input in row-major order.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Values<'a> {
    F32(&'a [f32]),
    U8(&'a [u8]),
}

impl<'a, D: Dimension> From<ArrayView<'a, f32, D>> for Tensor<'a> {
    fn from(data: ArrayView<'a, f32, D>) -> Self {
        Self::F32(data.into_dyn())
    }
}

impl<'a, D: Dimension> From<ArrayView<'a, u8, D>> for Tensor<'a> {
    fn from(data: ArrayView<'a, u8, D>) -> Self {
        Self::U8(data.into_dyn())
    }
}

impl<'a> From<&'a [f32]> for Tensor<'a> {
    fn from(data: &'a [f32]) -> Self {
        ArrayView1::from(data).into()
    }
}

impl<'a> From<&'a [u8]> for Tensor<'a> {
    fn from(data: &'a [u8]) -> Self {
        ArrayView1::from(data).into()
    }
}

/// Whether a network's input can be fed: the type is known, every dimension but the first is fixed, and the whole is
/// of a sane size. `None` in `shape` is a dynamic dimension. Returns the shape to use.
pub(crate) fn fixed_shape(name: &str, shape: &[Option<usize>], dtype: DataType) -> Result<Vec<usize>, String> {
    /// 64 Mi elements: far above any picture a network here takes, far below what would exhaust a phone.
    const MOST: usize = 64 << 20;
    if dtype == DataType::Other {
        return Err(format!("the input `{name}` must hold f32 or u8"));
    }
    let mut fixed = Vec::with_capacity(shape.len());
    let mut len = 1usize;
    for (index, size) in shape.iter().enumerate() {
        let size = match (index, size) {
            (_, Some(size)) if *size > 0 => *size,
            (0, None) => 1,
            _ => {
                return Err(format!(
                    "dimension {index} of the input `{name}` is not fixed: export it with a static shape"
                ));
            }
        };
        len = len
            .checked_mul(size)
            .filter(|len| *len <= MOST)
            .ok_or(format!("the input `{name}` is too large"))?;
        fixed.push(size);
    }
    Ok(fixed)
}
