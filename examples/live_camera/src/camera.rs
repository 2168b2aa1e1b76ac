//! Photos as a camera's buffers: windows that move over larger NV12 pictures, so that playing costs nothing.

use skinkit::preprocess::ndarray::Array3;
use skinkit::preprocess::{ColorMatrix, FrameLayout, PixelFormat, Plane, Range, Resampler};
use skinkit::{Frame, Photo, Roi};

use crate::error::Result;

/// The stream's size.
const WIDTH: usize = 1920;
const HEIGHT: usize = 1080;
/// Room around it for motion, in pixels.
const ROOM: usize = 240;

/// Frames of one photo's act, each part by its end: nobody, too dark, too far away, moving about and closer, and at last
/// holding still. Only the last is to be captured.
const NOBODY: u64 = 60;
const DARK: u64 = 150;
const FAR: u64 = 240;
const MOVING: u64 = 360;
const ACT: u64 = 600;

/// Heights of the photo on the screen, as shares of the stream's: far away, while it comes closer, and near.
const SIZES: [f32; 3] = [0.55, 0.75, 0.95];

/// What is left of the light while it is too dark.
const DIM: f32 = 0.15;

/// Plays acts one after the other.
pub struct Camera {
    empty: Scene,
    acts: Vec<Act>,
}

/// One photo's scenes.
struct Act {
    dark: Scene,
    sizes: Vec<Scene>,
}

impl Act {
    fn new(photo: &Photo) -> Result<Self> {
        let sizes = SIZES.iter().map(|size| Scene::new(Some(photo), *size, 1.0));
        Ok(Self {
            dark: Scene::new(Some(photo), SIZES[SIZES.len() - 1], DIM)?,
            sizes: sizes.collect::<Result<_>>()?,
        })
    }
}

impl Camera {
    /// Renders every photo at every size.
    pub fn new(photos: &[Photo]) -> Result<Self> {
        Ok(Self {
            empty: Scene::new(None, 1.0, 1.0)?,
            acts: photos.iter().map(Act::new).collect::<Result<_>>()?,
        })
    }

    /// Whether this frame begins an act.
    pub fn begins_anew(&self, index: u64) -> bool {
        index.is_multiple_of(ACT)
    }

    /// Lends frame `index`.
    pub fn with_frame<T>(&self, index: u64, look: impl FnOnce(&Frame<'_>) -> T) -> Result<T> {
        let (act, frame) = ((index / ACT) as usize % self.acts.len(), index % ACT);
        let Act { dark, sizes } = &self.acts[act];
        let last = sizes.len() - 1;
        let seconds = frame as f32 / 60.0;
        // The tremor of a hand: some pixels, twice a second.
        const TREMOR: f32 = 0.02;
        let (scene, sway) = match frame {
            ..NOBODY => (&self.empty, 0.0),
            NOBODY..DARK => (dark, TREMOR),
            DARK..FAR => (&sizes[0], TREMOR),
            FAR..MOVING => {
                let step = (frame - FAR) as usize * last / (MOVING - FAR) as usize;
                (&sizes[1 + step.min(last - 1)], 1.0)
            }
            _ => (&sizes[last], TREMOR),
        };
        let middle = ROOM as f32 / 2.0;
        let x = middle + middle * sway * (seconds * 4.0).sin();
        let y = middle + middle * sway * (seconds * 5.0).cos() / 2.0;
        scene.window(x as usize, y as usize, look)
    }
}

/// A picture larger than the stream, in NV12.
struct Scene {
    luma: Vec<u8>,
    chroma: Vec<u8>,
}

/// Bytes of a row of either plane.
const STRIDE: usize = WIDTH + ROOM;

impl Scene {
    /// The photo in the middle of a grey wall, `size` of the stream's height, in so much of its light.
    fn new(photo: Option<&Photo>, size: f32, light: f32) -> Result<Self> {
        let (width, height) = (STRIDE, HEIGHT + ROOM);
        let mut rgb = vec![150; width * height * 3];
        if let Some(photo) = photo {
            let high = (HEIGHT as f32 * size) as usize;
            let wide = high * photo.width() as usize / photo.height() as usize;
            let mut scaled = Array3::zeros((high, wide, 3));
            let whole = Roi::whole(photo.width(), photo.height());
            Resampler::new().rgb8(&photo.frame(), &whole, scaled.view_mut())?;
            let scaled = scaled.into_raw_vec_and_offset().0;
            let (left, top) = ((width - wide) / 2, (height - high) / 2);
            for (row, line) in scaled.chunks_exact(wide * 3).enumerate() {
                rgb[((top + row) * width + left) * 3..][..wide * 3].copy_from_slice(line);
            }
        }
        rgb.iter_mut()
            .for_each(|level| *level = (f32::from(*level) * light) as u8);
        Ok(Self::from_rgb(&rgb, width, height))
    }

    /// BT.709 in video range, as phones give it.
    fn from_rgb(rgb: &[u8], width: usize, height: usize) -> Self {
        let at = |x: usize, y: usize| {
            let pixel = &rgb[(y * width + x) * 3..][..3];
            [pixel[0], pixel[1], pixel[2]].map(f32::from)
        };
        let luma_of = |[r, g, b]: [f32; 3]| 0.2126 * r + 0.7152 * g + 0.0722 * b;
        let luma = (0..width * height)
            .map(|i| (16.0 + luma_of(at(i % width, i / width)) * 219.0 / 255.0).round() as u8)
            .collect();
        let chroma = (0..width * height / 4)
            .flat_map(|i| {
                let (x, y) = (i % (width / 2) * 2, i / (width / 2) * 2);
                let corners = [at(x, y), at(x + 1, y), at(x, y + 1), at(x + 1, y + 1)];
                let mean: [f32; 3] = std::array::from_fn(|c| corners.iter().map(|p| p[c]).sum::<f32>() / 4.0);
                let difference =
                    |colour: f32, scale: f32| (128.0 + (colour - luma_of(mean)) / scale * 224.0 / 255.0).round() as u8;
                [difference(mean[2], 1.8556), difference(mean[0], 1.5748)]
            })
            .collect();
        Self { luma, chroma }
    }

    /// The stream's picture whose corner is here; chroma makes it even.
    fn window<T>(&self, x: usize, y: usize, look: impl FnOnce(&Frame<'_>) -> T) -> Result<T> {
        let (x, y) = (x.min(ROOM) & !1, y.min(ROOM) & !1);
        let planes = [
            Plane::with_stride(&self.luma[y * STRIDE + x..], STRIDE),
            Plane::with_stride(&self.chroma[y / 2 * STRIDE + x..], STRIDE),
        ];
        let mut layout = FrameLayout::new(PixelFormat::Nv12, WIDTH as u32, HEIGHT as u32, &planes);
        (layout.matrix, layout.range) = (ColorMatrix::Bt709, Range::Video);
        Ok(look(&Frame::new(&layout)?))
    }
}
