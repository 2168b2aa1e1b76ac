//! From a file's bytes to a picture's samples.

use image::metadata::Orientation;

use super::coefficients::Coefficients;
use super::color::WriteRow;
use super::fault::{Fault, damaged};
use super::header::{ColorTransform, FrameHeader, Header};
use super::planes::{EnlargeRow, FillBand, Plane};
use super::progress::Progress;
use super::scan::{ScanHeader, ScanReader};
use super::segments::{self, END_OF_IMAGE, START_OF_SCAN};
use crate::Result;
use crate::photo::limits::Limits;
use crate::photo::raster::{Colors, Decoded, Raster, SourceProfile};
use crate::resample::lanes::vectorize;

/// Decodes at the smallest of 1/8, 1/4, 1/2 and 1 whose shorter side has `least_side` pixels, but at none that has more
/// pixels than the limits allow.
pub(in crate::photo) fn decode(bytes: &[u8], limits: &Limits, least_side: u32) -> Result<Decoded> {
    let mut decoder = Decoder::default();
    let Some(scan) = decoder.read_until_scan(bytes, 2)? else {
        return Err(damaged("there is no picture before the end-of-image marker").into());
    };
    let Some(frame) = decoder.header.frame.take() else {
        return Err(damaged("a scan comes before the frame header").into());
    };
    let size = frame.size().map(|side| side as u64);
    limits.check_file_size(size)?;
    let header = ScanHeader::read(&frame, scan.header)?;
    let is_in_one_scan = !frame.is_progressive && header.components.len() == frame.components.len();
    let side = side(&frame, limits, least_side, is_in_one_scan)?;
    // What follows the first scan's header says nothing more of the whole picture.
    let (profile, exif) = (decoder.header.profile(), decoder.header.exif);
    Ok(Decoded {
        raster: if is_in_one_scan {
            decoder.read_one(bytes, &frame, scan.data, &header, side)
        } else {
            decoder.read_several(bytes, &frame, scan.data, header, side)
        }?,
        profile: profile.map(SourceProfile::Icc),
        orientation: exif.and_then(Orientation::from_exif_chunk),
        file_size: (frame.width as u32, frame.height as u32),
        scale: side as f32 / 8.0,
    })
}

/// Bytes of coefficients that may be held for each pixel that may be.
const COEFFICIENT_BYTES: u64 = 8;

/// Samples a block becomes: as many as asked for, or fewer where there would be too much to hold.
fn side(frame: &FrameHeader, limits: &Limits, least_side: u32, is_in_one_scan: bool) -> Result<usize> {
    let [width, height] = frame.size().map(|side| side as u64);
    let least = u64::from(least_side.max(1));
    // Sizes are rounded up.
    let is_enough = |side: u64| width.min(height) * side >= 8 * least - 7;
    let fits = |side: u64| {
        let pixels = (width * side).div_ceil(8) * (height * side).div_ceil(8);
        let held = if is_in_one_scan {
            0
        } else {
            frame.coefficient_bytes(side as usize)
        };
        pixels <= limits.max_pixels && held <= COEFFICIENT_BYTES.saturating_mul(limits.max_pixels)
    };
    let wanted = [1, 2, 4].into_iter().find(|side| is_enough(*side)).unwrap_or(8);
    let possible = [8, 4, 2, 1].into_iter().find(|side| *side <= wanted && fits(*side));
    possible
        .map(|side| side as usize)
        .ok_or_else(|| limits.too_large(width, height))
}

#[derive(Default)]
struct Decoder<'a> {
    header: Header<'a>,
}

/// A scan's header and where its data begin.
struct ScanStart<'a> {
    header: &'a [u8],
    data: usize,
}

impl<'a> Decoder<'a> {
    /// Reads segments until a scan begins; `None` at the end of the image.
    fn read_until_scan(&mut self, bytes: &'a [u8], mut at: usize) -> Result<Option<ScanStart<'a>>, Fault> {
        loop {
            let segment = segments::next(bytes, at)?;
            at = segment.end;
            match segment.marker {
                START_OF_SCAN => {
                    return Ok(Some(ScanStart {
                        header: segment.payload,
                        data: segment.end,
                    }));
                }
                END_OF_IMAGE => return Ok(None),
                _ => self.header.read(&segment)?,
            }
        }
    }

    /// A picture in one scan, a row of MCUs at a time.
    fn read_one(
        &mut self,
        bytes: &'a [u8],
        frame: &FrameHeader,
        start: usize,
        scan: &ScanHeader,
        side: usize,
    ) -> Result<Raster, Fault> {
        let transform = self.header.color_transform(&frame.components);
        let mut quantization = vec![None; frame.components.len()];
        self.latch(frame, scan, &mut quantization)?;
        let mut picture = Picture::new(transform, frame, side, &quantization)?;
        let mut coefficients = frame.coefficients(side, 1);
        let mut reader = ScanReader::new(&bytes[start..], &self.header, frame, scan, &mut coefficients)?;
        for row in 0..reader.rows() {
            for place in 0..scan.components.len() {
                reader.coefficients(place).clear();
            }
            reader.read_row(0)?;
            for (place, component) in scan.components.iter().enumerate() {
                picture.fill(component.index, reader.coefficients(place), 0, row);
            }
            picture.write(row);
        }
        // Whoever wrote the scan to its end wrote this as well.
        segments::find_end(bytes, start + reader.position())?;
        Ok(picture.finish())
    }

    /// A picture in several scans: pixels are made when all of them have been read.
    fn read_several(
        &mut self,
        bytes: &'a [u8],
        frame: &FrameHeader,
        mut start: usize,
        mut scan: ScanHeader,
        side: usize,
    ) -> Result<Raster, Fault> {
        let transform = self.header.color_transform(&frame.components);
        let mut quantization = vec![None; frame.components.len()];
        let mut progress = Progress::new(frame);
        let mut coefficients = frame.coefficients(side, frame.mcus()[1]);
        loop {
            progress.add(&scan)?;
            self.latch(frame, &scan, &mut quantization)?;
            let mut reader = ScanReader::new(&bytes[start..], &self.header, frame, &scan, &mut coefficients)?;
            for row in 0..reader.rows() {
                reader.read_row(row)?;
            }
            let end = start + reader.position();
            let Some(next) = self.read_until_scan(bytes, end)? else {
                progress.check_whole()?;
                break;
            };
            scan = ScanHeader::read(frame, next.header)?;
            start = next.data;
        }
        let mut picture = Picture::new(transform, frame, side, &quantization)?;
        for row in 0..frame.mcus()[1] {
            for (index, (coefficients, component)) in coefficients.iter().zip(&frame.components).enumerate() {
                picture.fill(index, coefficients, row * component.sampling[1], row);
            }
            picture.write(row);
        }
        Ok(picture.finish())
    }

    /// Quantization tables are those that hold when a component's first scan begins.
    fn latch(
        &self,
        frame: &FrameHeader,
        scan: &ScanHeader,
        quantization: &mut [Option<[u16; 64]>],
    ) -> Result<(), Fault> {
        for component in &scan.components {
            if quantization[component.index].is_none() {
                let table = self.header.quantization[frame.components[component.index].quantization];
                quantization[component.index] = Some(table.ok_or(damaged("a quantization table is missing"))?);
            }
        }
        Ok(())
    }
}

impl FrameHeader {
    /// Samples that a component's blocks become when those of the largest become `side`: chroma that is smaller is made
    /// larger by its own transform where that is possible, as libjpeg-turbo does (`jdmaster.c`).
    fn block_side(&self, index: usize, side: usize) -> usize {
        let sampling = self.components[index].sampling;
        let mut own = side;
        while own < 8 && (0..2).all(|axis| (self.most[axis] * side).is_multiple_of(sampling[axis] * own * 2)) {
            own *= 2;
        }
        own
    }

    /// Room for `rows` rows of MCUs of each component.
    fn coefficients(&self, side: usize, rows: usize) -> Vec<Coefficients> {
        let columns = self.mcus()[0];
        let all = self.components.iter().enumerate().map(|(index, component)| {
            let [across, down] = component.sampling;
            Coefficients::new([columns * across, rows * down], self.block_side(index, side))
        });
        all.collect()
    }
}

impl FrameHeader {
    /// Bytes that the whole picture's coefficients take.
    fn coefficient_bytes(&self, side: usize) -> u64 {
        let [across, down] = self.mcus();
        let all = self.components.iter().enumerate().map(|(index, component)| {
            let blocks = (across * component.sampling[0]) as u64 * (down * component.sampling[1]) as u64;
            blocks * Coefficients::block_bytes(self.block_side(index, side))
        });
        all.sum()
    }
}

/// The picture, made from top to bottom.
struct Picture {
    transform: ColorTransform,
    width: usize,
    height: usize,
    planes: Vec<Plane>,
    /// Rows of the picture to a row of MCUs.
    band: usize,
    smooth: bool,
    pixels: Vec<u8>,
    /// A row of each component, one after the other.
    rows: Vec<u8>,
    sums: Vec<u16>,
}

impl Picture {
    fn new(
        transform: ColorTransform,
        frame: &FrameHeader,
        side: usize,
        quantization: &[Option<[u16; 64]>],
    ) -> Result<Self, Fault> {
        let [width, height] = frame.size().map(|length| (length * side).div_ceil(8));
        let mut planes = Vec::new();
        for (index, component) in frame.components.iter().enumerate() {
            let own = frame.block_side(index, side);
            let samples = component.sampling.map(|factor| factor * own);
            let whole = frame.most.map(|factor| factor * side);
            if (0..2).any(|axis| !whole[axis].is_multiple_of(samples[axis])) {
                return Err(Fault::Unsupported("JPEG with fractional chroma sampling"));
            }
            let table = quantization[index].ok_or(damaged("a quantization table is missing"))?;
            planes.push(Plane::new(
                own,
                [0, 1].map(|axis| (frame.size()[axis] * samples[axis]).div_ceil(8 * frame.most[axis])),
                [0, 1].map(|axis| whole[axis] / samples[axis]),
                [frame.mcus()[0] * component.sampling[0], component.sampling[1]],
                table,
            ));
        }
        Ok(Self {
            transform,
            width,
            height,
            rows: vec![0; width * planes.len()],
            planes,
            band: frame.most[1] * side,
            smooth: side > 1,
            pixels: Vec::with_capacity(width * height * transform.channels()),
            sums: Vec::new(),
        })
    }

    /// Takes a row of MCUs of one component, which begins with row `first` of blocks there.
    fn fill(&mut self, index: usize, coefficients: &Coefficients, first: usize, row: usize) {
        FillBand {
            plane: &mut self.planes[index],
            row,
            coefficients,
            first,
        }
        .run();
    }

    /// Writes the rows whose neighbors are all there: those up to the last of this row of MCUs, which needs the next one.
    fn write(&mut self, row: usize) {
        let end = ((row + 1) * self.band).saturating_sub(1);
        self.write_until(end.min(self.height));
    }

    fn finish(mut self) -> Raster {
        self.write_until(self.height);
        Raster {
            width: self.width as u32,
            height: self.height as u32,
            samples: self.pixels,
            colors: match self.transform {
                ColorTransform::Gray => Colors::Gray,
                ColorTransform::Rgb | ColorTransform::YCbCr => Colors::Rgb,
                ColorTransform::Cmyk | ColorTransform::Ycck => Colors::InvertedCmyk,
            },
        }
    }

    fn write_until(&mut self, end: usize) {
        let arch = pulp::Arch::new();
        let row = self.width * self.transform.channels();
        for y in self.pixels.len() / row..end {
            for (plane, out) in self.planes.iter().zip(self.rows.chunks_exact_mut(self.width)) {
                let task = EnlargeRow {
                    plane,
                    y,
                    smooth: self.smooth,
                    sums: &mut self.sums,
                    out,
                };
                vectorize(arch, task);
            }
            let start = self.pixels.len();
            self.pixels.resize(start + row, 0);
            WriteRow {
                transform: self.transform,
                rows: &self.rows,
                out: &mut self.pixels[start..],
            }
            .run();
        }
    }
}
