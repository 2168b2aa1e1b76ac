//! Borders, masks and heatmaps as they are laid over a picture.

use skinkit_inference::Finding;

/// Below this a heatmap is left clear, so that the picture shows.
const HEAT_FLOOR: f32 = 0.08;
/// Opacity where a heatmap is highest.
const HEAT_OPACITY: f32 = 0.72;

/// Viridis at equal steps (van der Walt and Smith 2015): ordered by lightness, so that it reads the same with any
/// colour vision and in grey.
pub const VIRIDIS: [[u8; 3]; 9] = [
    [68, 1, 84],
    [71, 44, 122],
    [59, 81, 139],
    [44, 113, 142],
    [33, 144, 141],
    [39, 173, 129],
    [92, 200, 99],
    [170, 220, 50],
    [253, 231, 37],
];

/// Values from 0 to 1 on a grid that covers a region of a picture. What is not finite counts as 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    width: usize,
    height: usize,
    values: Vec<f32>,
}

impl Map {
    /// `width` × `height` values, row by row; `None` where the grid is empty or the lengths do not fit.
    pub fn new(width: usize, height: usize, values: Vec<f32>) -> Option<Self> {
        let fits = width > 0 && height > 0 && width.checked_mul(height) == Some(values.len());
        fits.then_some(Self { width, height, values })
    }

    /// The same of bytes, where 255 stands for 1.
    pub fn from_bytes(width: usize, height: usize, bytes: &[u8]) -> Option<Self> {
        Self::new(width, height, bytes.iter().map(|&b| f32::from(b) / 255.0).collect())
    }

    /// Columns.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The values as bytes, where 255 stands for 1.
    pub fn to_bytes(&self) -> Vec<u8> {
        (0..self.values.len())
            .map(|at| (self.cell(at) * 255.0).round() as u8)
            .collect()
    }

    /// The value at a point of the unit square, linear between cell centres.
    pub fn at(&self, [u, v]: [f32; 2]) -> f32 {
        let (columns, rows) = (Step::at(u, self.width), Step::at(v, self.height));
        self.between(columns, rows)
    }

    /// Brought to another size, linear between cell centres: `width` × `height` values, row by row.
    pub fn resized(&self, width: usize, height: usize) -> Vec<f32> {
        let steps = |n: usize, cells: usize| -> Vec<Step> {
            (0..n).map(|i| Step::at((i as f32 + 0.5) / n as f32, cells)).collect()
        };
        let (columns, rows) = (steps(width, self.width), steps(height, self.height));
        let mut out = Vec::with_capacity(width * height);
        for &row in &rows {
            out.extend(columns.iter().map(|&column| self.between(column, row)));
        }
        out
    }

    /// Width and height that a side of `longer` pixels gives.
    pub fn fit(&self, longer: usize) -> (usize, usize) {
        let most = self.width.max(self.height);
        let side = |cells: usize| (cells * longer / most).max(1);
        (side(self.width), side(self.height))
    }

    /// As a heatmap in [`VIRIDIS`], clearer where it is lower: RGBA bytes, row by row.
    pub fn heat(&self, width: usize, height: usize) -> Vec<u8> {
        let mut pixels = Vec::with_capacity(width * height * 4);
        for value in self.resized(width, height) {
            let [r, g, b] = viridis(value);
            let alpha = ((value - HEAT_FLOOR) / (1.0 - HEAT_FLOOR)).clamp(0.0, 1.0).sqrt() * HEAT_OPACITY;
            pixels.extend([r, g, b, (alpha * 255.0).round() as u8]);
        }
        pixels
    }

    /// The outline at 0.5, a light line with a dark one on each side, to be seen on any skin: RGBA bytes, row by row.
    /// `pen` is half the light line's width in pixels, at least 1.
    pub fn outline(&self, width: usize, height: usize, pen: usize) -> Vec<u8> {
        let values = self.resized(width, height);
        let inside = |x: isize, y: isize| {
            // Beyond the picture counts as outside, so that a cut-off lesion still has a closed line.
            let within = x >= 0 && y >= 0 && (x as usize) < width && (y as usize) < height;
            within && values[y as usize * width + x as usize] >= 0.5
        };
        let pen = Pen::new(pen);
        let reach = pen.reach() as isize;
        let mut pixels = vec![0u8; width * height * 4];
        for y in 0..height as isize {
            for x in 0..width as isize {
                let here = inside(x, y);
                let mut nearest = f32::INFINITY;
                for dy in -reach..=reach {
                    for dx in -reach..=reach {
                        if inside(x + dx, y + dy) != here {
                            nearest = nearest.min(((dx * dx + dy * dy) as f32).sqrt());
                        }
                    }
                }
                if let Some(rgba) = pen.at(nearest) {
                    let at = (y as usize * width + x as usize) * 4;
                    pixels[at..at + 4].copy_from_slice(&rgba);
                }
            }
        }
        pixels
    }

    fn between(&self, x: Step, y: Step) -> f32 {
        let line = |row: usize| {
            let row = row * self.width;
            let (left, right) = (self.cell(row + x.low), self.cell(row + x.high));
            left + (right - left) * x.part
        };
        let (above, below) = (line(y.low), line(y.high));
        above + (below - above) * y.part
    }

    fn cell(&self, at: usize) -> f32 {
        match self.values[at] {
            value if value.is_finite() => value.clamp(0.0, 1.0),
            _ => 0.0,
        }
    }
}

/// A light line with a dark one on each side, to be seen on any skin.
struct Pen {
    /// Pixels from the middle of the first pixel on the other side to where each ends.
    light: f32,
    dark: f32,
}

impl Pen {
    /// With half the light line's width in pixels, at least 1.
    fn new(half: usize) -> Self {
        let half = half.max(1) as f32;
        Self {
            light: half + 0.5,
            dark: 2.0 * half + 0.9,
        }
    }

    /// Pixels from the middle that may be drawn on.
    fn reach(&self) -> usize {
        self.dark.ceil() as usize
    }

    /// RGBA of a pixel so far from the first on the other side, if it is drawn on.
    fn at(&self, distance: f32) -> Option<[u8; 4]> {
        match distance {
            d if d <= self.light => Some([255, 255, 255, 240]),
            d if d <= self.dark => Some([10, 30, 40, 190]),
            _ => None,
        }
    }
}

/// A closed line through points of the unit square, as `Measures::border` is, over the analyzed region: RGBA bytes, row by
/// row, drawn as [`Map::outline`] draws.
pub fn border(points: &[[f32; 2]], width: usize, height: usize, pen: usize) -> Vec<u8> {
    let pen = Pen::new(pen);
    let reach = pen.reach() as f32;
    let scaled = |[x, y]: [f32; 2]| [x.clamp(0.0, 1.0) * width as f32, y.clamp(0.0, 1.0) * height as f32];
    let mut nearest = vec![f32::INFINITY; width * height];
    for (&from, &to) in points.iter().zip(points.iter().cycle().skip(1)) {
        let (from, to) = (scaled(from), scaled(to));
        let near = |axis: usize, count: usize| {
            let (low, high) = (from[axis].min(to[axis]) - reach, from[axis].max(to[axis]) + reach);
            low.max(0.0) as usize..(high.max(0.0).ceil() as usize).min(count)
        };
        for y in near(1, height) {
            for x in near(0, width) {
                let pixel = &mut nearest[y * width + x];
                *pixel = pixel.min(distance([x as f32 + 0.5, y as f32 + 0.5], from, to));
            }
        }
    }
    let rgba = nearest
        .into_iter()
        .flat_map(|distance| pen.at(distance + 0.5).unwrap_or_default());
    rgba.collect()
}

/// From a point to a stretch of line.
fn distance(point: [f32; 2], from: [f32; 2], to: [f32; 2]) -> f32 {
    let [along, away] = [
        [to[0] - from[0], to[1] - from[1]],
        [point[0] - from[0], point[1] - from[1]],
    ];
    let length = along[0] * along[0] + along[1] * along[1];
    let part = ((away[0] * along[0] + away[1] * along[1]) / length.max(f32::MIN_POSITIVE)).clamp(0.0, 1.0);
    (away[0] - part * along[0]).hypot(away[1] - part * along[1])
}

/// The lesion's mask over the analyzed region, if the pack makes one.
pub fn mask(finding: &Finding) -> Option<Map> {
    let mask = finding.mask.as_ref()?;
    let (height, width) = mask.array().dim();
    Map::new(width, height, mask.array().iter().copied().collect())
}

/// Where the most probable class found its evidence, if the pack makes a heatmap: 1 where it found most.
pub fn evidence(finding: &Finding) -> Option<Map> {
    let heatmap = finding.heatmap.as_ref()?;
    let values = heatmap.label(finding.top())?;
    let most = values.iter().copied().fold(0.0f32, f32::max);
    let scale = if most > 0.0 { 1.0 / most } else { 0.0 };
    let (height, width) = values.dim();
    Map::new(width, height, values.iter().map(|v| v.max(0.0) * scale).collect())
}

/// A colour of [`VIRIDIS`] for 0 to 1.
pub fn viridis(value: f32) -> [u8; 3] {
    let at = if value.is_finite() { value.clamp(0.0, 1.0) } else { 0.0 } * (VIRIDIS.len() - 1) as f32;
    let low = at.floor() as usize;
    let high = (low + 1).min(VIRIDIS.len() - 1);
    let part = at - low as f32;
    std::array::from_fn(|i| {
        let (a, b) = (f32::from(VIRIDIS[low][i]), f32::from(VIRIDIS[high][i]));
        (a + (b - a) * part).round() as u8
    })
}

/// Two neighbouring cells and how far between their centres.
#[derive(Clone, Copy)]
struct Step {
    low: usize,
    high: usize,
    part: f32,
}

impl Step {
    /// At `unit` (0 to 1) of `cells` cells.
    fn at(unit: f32, cells: usize) -> Self {
        let at = (unit * cells as f32 - 0.5).clamp(0.0, (cells - 1) as f32);
        let low = at as usize;
        Self {
            low,
            high: (low + 1).min(cells - 1),
            part: at - low as f32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_and_middle_are_kept() {
        let map = Map::new(2, 2, vec![0.0, 1.0, 0.0, 1.0]).unwrap();
        assert_eq!(map.resized(4, 1), [0.0, 0.25, 0.75, 1.0]);
        assert_eq!(map.resized(2, 2), [0.0, 1.0, 0.0, 1.0]);
        assert_eq!(map.at([0.5, 0.9]), 0.5);
        assert_eq!((map.at([0.0, 0.0]), map.at([1.0, 1.0])), (0.0, 1.0));
    }

    #[test]
    fn what_is_no_map_is_refused() {
        assert!(Map::new(3, 3, vec![0.0; 8]).is_none());
        assert!(Map::new(0, 0, vec![]).is_none());
        assert!(Map::new(usize::MAX, 2, vec![]).is_none());
        let strange = Map::new(1, 2, vec![f32::NAN, 7.0]).unwrap();
        assert_eq!(strange.resized(1, 2), [0.0, 1.0]);
    }

    #[test]
    fn a_heatmap_is_clear_where_low_and_bright_where_high() {
        let pixels = Map::new(2, 1, vec![0.0, 1.0]).unwrap().heat(16, 8);
        assert_eq!(pixels.len(), 16 * 8 * 4);
        assert_eq!(pixels[3], 0);
        assert_eq!(pixels[pixels.len() - 4..], [253, 231, 37, 184]);
    }

    #[test]
    fn an_outline_runs_round_the_lesion_only() {
        let mut values = vec![0.0; 48 * 48];
        for y in 16..32 {
            values[y * 48 + 16..y * 48 + 32].fill(1.0);
        }
        let pixels = Map::new(48, 48, values).unwrap().outline(384, 384, 1);
        let row = &pixels[192 * 384 * 4..193 * 384 * 4];
        let light: Vec<usize> = (0..384)
            .filter(|x| row[x * 4..x * 4 + 4] == [255, 255, 255, 240])
            .collect();
        // The edge lies at 16 and 32 of 48, that is 128 and 256 of 384.
        assert_eq!(light, [127, 128, 255, 256]);
        assert_eq!(row[192 * 4 + 3], 0, "clear inside");
        assert_eq!(row[3], 0, "clear outside");
        // The same square as a line.
        let corners = [[1.0, 1.0], [2.0, 1.0], [2.0, 2.0], [1.0, 2.0]].map(|corner| corner.map(|v: f32| v / 3.0));
        let line = border(&corners, 384, 384, 1);
        let differ = line.iter().zip(&pixels).filter(|(a, b)| a != b).count();
        // Corners are rounder.
        assert!(differ < 400, "{differ} bytes differ");
    }

    #[test]
    fn lines_beyond_the_region_and_none_at_all_are_drawn_as_far_as_they_go() {
        assert!(border(&[], 8, 8, 1).iter().all(|&byte| byte == 0));
        let far = border(&[[-5.0, f32::NAN], [9.0, 0.5], [0.5, 2.0]], 16, 16, 1);
        assert_eq!(far.len(), 16 * 16 * 4);
    }
}
