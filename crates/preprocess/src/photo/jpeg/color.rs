//! Rows of components to rows of pixels.

use pulp::NullaryFnOnce;

use super::header::ColorTransform;
use crate::resample::lanes::{LANES, Lanes, Plain};

/// Interleaves a row of each component, converted by the color transform.
pub(super) struct WriteRow<'a> {
    pub transform: ColorTransform,
    /// A row of each component, one after the other.
    pub rows: &'a [u8],
    /// Pixels of one to four bytes.
    pub out: &'a mut [u8],
}

impl WriteRow<'_> {
    /// Does it on the machine's vectors.
    pub fn run(self) {
        match pulp::Arch::new() {
            #[cfg(target_arch = "x86_64")]
            pulp::Arch::V3(lanes) => pulp::Simd::vectorize(lanes, On { lanes, task: self }),
            _ => On {
                lanes: Plain,
                task: self,
            }
            .call(),
        }
    }
}

/// [`WriteRow`] on a vector unit.
struct On<'a, L> {
    lanes: L,
    task: WriteRow<'a>,
}

impl<L: Lanes> NullaryFnOnce for On<'_, L> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self {
            lanes,
            task: WriteRow { transform, rows, out },
        } = self;
        let width = out.len() / transform.channels();
        let mut all = rows.chunks_exact(width);
        let [a, b, c, d] = std::array::from_fn(|_| all.next().unwrap_or_default());
        match transform {
            ColorTransform::Gray => out.copy_from_slice(a),
            ColorTransform::Rgb => write_rgb(lanes, [a, b, c], out, |r, g, b| [r, g, b]),
            ColorTransform::YCbCr => write_rgb(lanes, [a, b, c], out, rgb),
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

/// Pixels of three bytes, a vector of them at a time.
#[inline(always)]
fn write_rgb(lanes: impl Lanes, rows: [&[u8]; 3], out: &mut [u8], convert: impl Fn(u8, u8, u8) -> [u8; 3]) {
    let [a, b, c] = rows.map(|row| row.as_chunks::<LANES>());
    let (blocks, rest) = out.as_chunks_mut::<{ 3 * LANES }>();
    for (out, ((a, b), c)) in blocks.iter_mut().zip(a.0.iter().zip(b.0).zip(c.0)) {
        let mut planes = [[0; LANES]; 3];
        for lane in 0..LANES {
            [planes[0][lane], planes[1][lane], planes[2][lane]] = convert(a[lane], b[lane], c[lane]);
        }
        *out = lanes.interleave(&planes);
    }
    let rest_of = a.1.iter().zip(b.1).zip(c.1);
    for (pixel, ((a, b), c)) in rest.as_chunks_mut::<3>().0.iter_mut().zip(rest_of) {
        *pixel = convert(*a, *b, *c);
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
    let level = (i32::from(y) << 16).wrapping_add(32768);
    let (cb, cr) = (i32::from(cb).wrapping_sub(128), i32::from(cr).wrapping_sub(128));
    let byte = |value: i32| (value >> 16).clamp(0, 255) as u8;
    // 1.402, 0.344136, 0.714136 and 1.772 in 1/65,536.
    [
        byte(level.wrapping_add(cr.wrapping_mul(91_881))),
        byte(
            level
                .wrapping_sub(cb.wrapping_mul(22_554))
                .wrapping_sub(cr.wrapping_mul(46_802)),
        ),
        byte(level.wrapping_add(cb.wrapping_mul(116_130))),
    ]
}
