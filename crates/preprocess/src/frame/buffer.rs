//! A picture that outlives the camera's own buffer.

use crate::frame::color::{ColorMatrix, Range};
use crate::frame::orientation::Rotation;
use crate::frame::pixel_format::PixelFormat;
use crate::frame::plane::PlaneView;
use crate::frame::view::Frame;

/// A copy of a frame's own planes, in its own format: what a camera app needs between the callback that lends a buffer
/// and the thread that looks at it.
///
/// Row padding is left behind, and chroma samples that lie apart are brought together; nothing is converted. The memory
/// is used again by the next copy: it grows to the largest frame met and never shrinks.
#[derive(Default)]
pub struct FrameBuffer {
    bytes: Vec<u8>,
    about: Option<About>,
}

#[derive(Clone, Copy)]
struct About {
    format: PixelFormat,
    stored: (u32, u32),
    planes: [Stored; 3],
    matrix: ColorMatrix,
    range: Range,
    rotation: Rotation,
    mirrored: bool,
}

#[derive(Clone, Copy, Default)]
struct Stored {
    offset: usize,
    length: usize,
    row: usize,
    step: usize,
}

impl std::fmt::Debug for FrameBuffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FrameBuffer({} bytes)", self.bytes.len())
    }
}

impl FrameBuffer {
    /// Empty: no memory is taken yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Copies the frame's planes; what was held is overwritten.
    pub fn copy_from(&mut self, frame: &Frame<'_>) {
        self.bytes.clear();
        let mut planes = [Stored::default(); 3];
        for (index, stored) in planes.iter_mut().enumerate().take(frame.format.planes()) {
            let layout = &frame.format.layout().planes[index];
            let sample = layout.bytes;
            let [width, height] = layout.size([frame.stored.0 as usize, frame.stored.1 as usize]);
            let offset = self.bytes.len();
            let row = width * sample;
            self.append(&frame.planes[index], width, height, sample);
            *stored = Stored {
                offset,
                length: self.bytes.len() - offset,
                row,
                step: sample,
            };
        }
        self.about = Some(About {
            format: frame.format,
            stored: frame.stored,
            planes,
            matrix: frame.matrix,
            range: frame.range,
            rotation: frame.rotation,
            mirrored: frame.mirrored,
        });
    }

    fn append(&mut self, plane: &PlaneView<'_>, width: usize, height: usize, sample: usize) {
        let line = (width - 1) * plane.step + sample;
        if plane.step == sample && plane.row == line {
            self.bytes.extend_from_slice(&plane.data[..line * height]);
            return;
        }
        for row in 0..height {
            let from = &plane.data[row * plane.row..][..line];
            if plane.step == sample {
                self.bytes.extend_from_slice(from);
            } else {
                // Only chroma of YUV_420_888, one byte a sample, lies apart.
                self.bytes.extend(from.chunks(plane.step).map(|samples| samples[0]));
            }
        }
    }

    /// The picture; `None` before the first copy.
    pub fn frame(&self) -> Option<Frame<'_>> {
        let about = self.about?;
        let planes = about.planes.map(|stored| PlaneView {
            data: &self.bytes[stored.offset..][..stored.length],
            row: stored.row,
            step: stored.step,
        });
        Some(Frame {
            format: about.format,
            stored: about.stored,
            planes,
            matrix: about.matrix,
            range: about.range,
            rotation: about.rotation,
            mirrored: about.mirrored,
        })
    }

    /// Bytes of memory held.
    pub fn capacity(&self) -> usize {
        self.bytes.capacity()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FrameLayout, Plane};

    /// Bytes that differ everywhere.
    fn noise(length: usize) -> Vec<u8> {
        (0..length).map(|i| (i * 37 + i / 251) as u8).collect()
    }

    fn same(a: &Frame<'_>, b: &Frame<'_>) -> bool {
        (a.width(), a.height(), a.format()) == (b.width(), b.height(), b.format())
            && (0..a.height()).all(|y| (0..a.width()).all(|x| a.pixel(x, y) == b.pixel(x, y)))
    }

    #[test]
    fn every_format_is_copied_with_strides_odd_sizes_and_turns() {
        let data = noise(20_000);
        let mut buffer = FrameBuffer::new();
        assert!(buffer.frame().is_none());
        for format in [
            PixelFormat::Rgb8,
            PixelFormat::Rgba8,
            PixelFormat::Bgra8,
            PixelFormat::Gray8,
            PixelFormat::Nv12,
            PixelFormat::Nv21,
            PixelFormat::I420,
            PixelFormat::Yuv420,
        ] {
            for (width, height) in [(1, 1), (7, 5), (32, 18)] {
                for stride in [0, 150] {
                    let mut planes = vec![Plane::with_stride(&data, stride); format.planes()];
                    if format == PixelFormat::Yuv420 {
                        for chroma in &mut planes[1..] {
                            *chroma = Plane {
                                data: &data[1..],
                                row_stride: 200,
                                pixel_stride: 2,
                            };
                        }
                    }
                    let mut layout = FrameLayout::new(format, width, height, &planes);
                    (layout.rotation, layout.mirrored) = (Rotation::Cw90, true);
                    (layout.matrix, layout.range) = (ColorMatrix::Bt709, Range::Video);
                    let frame = Frame::new(&layout).unwrap();
                    buffer.copy_from(&frame);
                    assert!(same(&frame, &buffer.frame().unwrap()), "{format:?} {width}x{height}");
                }
            }
        }
    }

    #[test]
    fn memory_is_used_again() {
        let data = noise(64 * 64 * 3);
        let mut buffer = FrameBuffer::new();
        buffer.copy_from(&Frame::rgb8(&data, 64, 64).unwrap());
        let held = buffer.capacity();
        for _ in 0..10 {
            buffer.copy_from(&Frame::rgb8(&data, 64, 64).unwrap());
            buffer.copy_from(&Frame::rgb8(&data, 32, 32).unwrap());
        }
        assert_eq!(buffer.capacity(), held);
    }
}
