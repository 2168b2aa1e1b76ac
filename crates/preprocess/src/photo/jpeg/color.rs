//! Rows of components to rows of pixels.

use pulp::NullaryFnOnce;

use super::header::ColorTransform;

/// Interleaves a row of each component, converted by the color transform.
pub(super) struct WriteRow<'a> {
    pub transform: ColorTransform,
    /// A row of each component, one after the other.
    pub rows: &'a [u8],
    /// Pixels of one to four bytes.
    pub out: &'a mut [u8],
}

impl NullaryFnOnce for WriteRow<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { transform, rows, out } = self;
        let width = out.len() / transform.channels();
        let mut all = rows.chunks_exact(width);
        let [a, b, c, d] = std::array::from_fn(|_| all.next().unwrap_or_default());
        match transform {
            ColorTransform::Gray => out.copy_from_slice(a),
            ColorTransform::Rgb => {
                for (pixel, ((r, g), b)) in out.as_chunks_mut::<3>().0.iter_mut().zip(a.iter().zip(b).zip(c)) {
                    *pixel = [*r, *g, *b];
                }
            }
            ColorTransform::YCbCr => {
                for (pixel, ((y, cb), cr)) in out.as_chunks_mut::<3>().0.iter_mut().zip(a.iter().zip(b).zip(c)) {
                    *pixel = rgb(*y, *cb, *cr);
                }
            }
            ColorTransform::Cmyk => {
                let inks = a.iter().zip(b).zip(c).zip(d);
                for (pixel, (((c, m), y), k)) in out.as_chunks_mut::<4>().0.iter_mut().zip(inks) {
                    *pixel = [*c, *m, *y, *k];
                }
            }
            ColorTransform::Ycck => {
                let inks = a.iter().zip(b).zip(c).zip(d);
                for (pixel, (((y, cb), cr), k)) in out.as_chunks_mut::<4>().0.iter_mut().zip(inks) {
                    let [r, g, b] = rgb(*y, *cb, *cr);
                    *pixel = [255 - r, 255 - g, 255 - b, *k];
                }
            }
        }
    }
}

impl ColorTransform {
    /// Bytes of a pixel.
    pub fn channels(self) -> usize {
        match self {
            Self::Gray => 1,
            Self::Rgb | Self::YCbCr => 3,
            Self::Cmyk | Self::Ycck => 4,
        }
    }
}

/// JFIF's: BT.601, full range.
#[inline(always)]
fn rgb(y: u8, cb: u8, cr: u8) -> [u8; 3] {
    let level = i32::from(y) * 65536 + 32768;
    let [cb, cr] = [cb, cr].map(|c| i32::from(c) - 128);
    // 1.402, 0.344136, 0.714136 and 1.772 in 1/65,536.
    [
        level + 91881 * cr,
        level - 22554 * cb - 46802 * cr,
        level + 116_130 * cb,
    ]
    .map(|value| (value >> 16).clamp(0, 255) as u8)
}
