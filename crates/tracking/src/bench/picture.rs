use crate::raster::bits::Bits;
use crate::raster::plane::Plane;

/// A held-out picture with the lesion's true mask, to make shots from.
#[derive(Clone)]
pub struct Picture {
    /// Which lesion it shows: pictures of one lesion never count as independent.
    pub lesion: String,
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// sRGB bytes, `width * height * 3`.
    pub rgb: Vec<u8>,
    /// Lesion mask, `width * height`, lesion where >= 128.
    pub mask: Vec<u8>,
}

impl Picture {
    /// Whether the lesion fits a shot with skin on all sides, in every view of the bench.
    pub fn fits(&self, size: (usize, usize)) -> bool {
        if self.rgb.len() != self.width * self.height * 3 || self.mask.len() != self.width * self.height {
            return false;
        }
        let lesion = self.lesion_bits();
        let area = lesion.count() as f64;
        let [cx, cy] = self.centre();
        let inside = lesion.ones().all(|i| {
            let x = ((i % self.width) as f32 - cx).abs();
            let y = ((i / self.width) as f32 - cy).abs();
            x < 0.36 * size.0 as f32 && y < 0.36 * size.1 as f32
        });
        let one = lesion.parts().iter().any(|part| part.count() as f64 > 0.95 * area);
        area >= 300.0 && one && inside
    }

    pub(crate) fn lesion_bits(&self) -> Bits {
        Bits::from_fn(self.width, self.height, |i| self.mask[i] >= 128)
    }

    /// The middle of the view: half-way from the picture's middle to the lesion's.
    pub(crate) fn centre(&self) -> [f32; 2] {
        let middle = [self.width as f32 / 2.0, self.height as f32 / 2.0];
        let own = self.lesion_bits().centroid().map_or(middle, |c| c.map(|v| v as f32));
        [0, 1].map(|k| 0.5 * (middle[k] + own[k]))
    }

    pub(crate) fn channel(&self, c: usize) -> Plane {
        Plane::from_fn(self.width, self.height, |x, y| {
            skinkit_numerics::color::linear(self.rgb[(y * self.width + x) * 3 + c])
        })
    }
}

/// Pixels of a person never reach a log, so only the size is printed.
impl core::fmt::Debug for Picture {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Picture")
            .field("lesion", &self.lesion)
            .field("width", &self.width)
            .field("height", &self.height)
            .finish_non_exhaustive()
    }
}
