//! A lesion's border as a line of points, to be drawn.

use std::collections::HashMap;

use serde::Serializer;

use crate::raster::plane::Plane;

/// Points nearer than this to the line without them are left out, in working pixels: no eye sees it.
const SLACK: f32 = 0.2;
/// Places are kept to this part of the region's side.
const GRAIN: f64 = 1e4;

/// A place between two neighbours of the grid: the first of them, and whether the other lies below or to the right.
pub(crate) type Cut = (usize, usize, bool);

/// The longest closed part of an outline's zero line (as [`crate::measure::shape::outline`] makes it), in parts of the picture's
/// width and height, clockwise on the screen; without its end, which is its beginning. Along the picture's edge where the
/// lesion is cut off. Empty where there is none.
pub(crate) fn border(outline: &Plane) -> Vec<[f32; 2]> {
    let longest = loops(outline)
        .into_iter()
        .max_by(|a, b| area(a).abs().total_cmp(&area(b).abs()));
    let Some(mut points) = longest else {
        return Vec::new();
    };
    if area(&points) < 0.0 {
        points.reverse();
    }
    let part = |pixel: f32, size: usize| ((pixel + 0.5) / size as f32).clamp(0.0, 1.0);
    simplified(&points)
        .into_iter()
        .map(|[x, y]| [part(x, outline.width), part(y, outline.height)].map(|part| rounded(part) as f32))
        .collect()
}

fn rounded(part: f32) -> f64 {
    (f64::from(part) * GRAIN).round() / GRAIN
}

/// In few digits: a single on its way through a JSON value would show all of its binary ones.
pub(crate) fn serialize<S: Serializer>(points: &[[f32; 2]], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(points.iter().map(|point| point.map(rounded)))
}

/// The zero line as straight pieces between two cuts, cell by cell (marching squares, linear).
pub(crate) fn pieces(outline: &Plane) -> impl Iterator<Item = [Cut; 2]> + '_ {
    let inside = |x: usize, y: usize| outline.at(x, y) > 0.0;
    let cells = (0..outline.height - 1).flat_map(|y| (0..outline.width - 1).map(move |x| (x, y)));
    cells.flat_map(move |(x, y)| {
        let corners = [inside(x, y), inside(x + 1, y), inside(x + 1, y + 1), inside(x, y + 1)];
        let sides = [(x, y, false), (x + 1, y, true), (x, y + 1, false), (x, y, true)];
        let mut cuts = [None; 4];
        let crossed = (0..4).filter(|&k| corners[k] != corners[(k + 1) % 4]);
        for (cut, k) in cuts.iter_mut().zip(crossed) {
            *cut = Some(sides[k]);
        }
        [cuts[0].zip(cuts[1]), cuts[2].zip(cuts[3])]
            .into_iter()
            .flatten()
            .map(<[Cut; 2]>::from)
    })
}

/// All closed parts of the zero line.
fn loops(outline: &Plane) -> Vec<Vec<[f32; 2]>> {
    let framed = framed(outline);
    // Each cut leads to those it is joined to, one in each of the two cells that share it.
    let mut joined: HashMap<Cut, Vec<Cut>> = HashMap::new();
    let mut order = Vec::new();
    for [from, to] in pieces(&framed) {
        order.push(from);
        joined.entry(from).or_default().push(to);
        joined.entry(to).or_default().push(from);
    }
    let mut found = Vec::new();
    for start in order {
        let (mut points, mut next) = (Vec::new(), Some(start));
        while let Some((cut, others)) = next.and_then(|cut| joined.remove_entry(&cut)) {
            points.push(place(&framed, cut).map(|frame| frame - 1.0));
            next = others.into_iter().find(|other| joined.contains_key(other));
        }
        if points.len() > 2 {
            found.push(points);
        }
    }
    found
}

/// With skin all around: the line then runs along the picture's edge, half a pixel beyond the last pixels' middles.
fn framed(outline: &Plane) -> Plane {
    let (width, height) = (outline.width, outline.height);
    Plane::from_fn(width + 2, height + 2, |x, y| {
        let (inner_x, inner_y) = (x.clamp(1, width) - 1, y.clamp(1, height) - 1);
        let level = outline.at(inner_x, inner_y);
        let within = (inner_x + 1, inner_y + 1) == (x, y);
        if within { level } else { -level.abs().max(1e-3) }
    })
}

/// Where the zero line crosses between two neighbours.
pub(crate) fn place(plane: &Plane, (x, y, down): Cut) -> [f32; 2] {
    let a = plane.at(x, y);
    let b = if down { plane.at(x, y + 1) } else { plane.at(x + 1, y) };
    let (x, y, part) = (x as f32, y as f32, a / (a - b));
    if down { [x, y + part] } else { [x + part, y] }
}

/// Twice the area inside, positive where the line runs clockwise on the screen.
fn area(points: &[[f32; 2]]) -> f32 {
    let next = points.iter().cycle().skip(1);
    points.iter().zip(next).map(|(p, q)| p[0] * q[1] - q[0] * p[1]).sum()
}

/// The line without points that hardly bend it (Douglas and Peucker 1973).
fn simplified(points: &[[f32; 2]]) -> Vec<[f32; 2]> {
    let far = |from: [f32; 2]| {
        let distance = |p: &[f32; 2]| (p[0] - from[0]).hypot(p[1] - from[1]);
        (0..points.len()).max_by(|&a, &b| distance(&points[a]).total_cmp(&distance(&points[b])))
    };
    let Some(half) = points.first().and_then(|&first| far(first)) else {
        return Vec::new();
    };
    let mut kept = vec![false; points.len()];
    (kept[0], kept[half]) = (true, true);
    // Stretches to be looked at; the end of the last is the first point again.
    let mut stretches = vec![(0, half), (half, points.len())];
    while let Some((from, to)) = stretches.pop() {
        let (a, b) = (points[from], points[to % points.len()]);
        let length = (b[0] - a[0]).hypot(b[1] - a[1]).max(1e-6);
        let off = |at: usize| {
            let p = points[at];
            ((p[0] - a[0]) * (b[1] - a[1]) - (p[1] - a[1]) * (b[0] - a[0])).abs() / length
        };
        let most = (from + 1..to).max_by(|&a, &b| off(a).total_cmp(&off(b)));
        if let Some(most) = most.filter(|&most| off(most) > SLACK) {
            kept[most] = true;
            stretches.extend([(from, most), (most, to)]);
        }
    }
    let points = points.iter().zip(kept);
    points.filter_map(|(&point, kept)| kept.then_some(point)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disc([cx, cy]: [f32; 2], radius: f32) -> impl Fn(usize, usize) -> f32 {
        move |x, y| radius - (x as f32 - cx).hypot(y as f32 - cy)
    }

    fn in_pixels(points: &[[f32; 2]], plane: &Plane) -> Vec<[f32; 2]> {
        let scaled = |&[x, y]: &[f32; 2]| [x * plane.width as f32 - 0.5, y * plane.height as f32 - 0.5];
        points.iter().map(scaled).collect()
    }

    #[test]
    fn a_disc_has_a_round_border_of_few_points() {
        let plane = Plane::from_fn(120, 90, disc([60.2, 44.7], 30.0));
        let points = border(&plane);
        assert!((12..80).contains(&points.len()), "{}", points.len());
        let pixels = in_pixels(&points, &plane);
        for [x, y] in &pixels {
            assert!(((x - 60.2).hypot(y - 44.7) - 30.0).abs() < 0.05, "{x} {y}");
        }
        let whole = core::f32::consts::PI * 900.0;
        assert!((area(&pixels) / 2.0 / whole - 1.0).abs() < 0.01);
    }

    #[test]
    fn places_are_written_in_few_digits_and_read_as_they_were() {
        let plane = Plane::from_fn(120, 90, disc([60.2, 44.7], 30.0));
        let measures = crate::Measures {
            border: border(&plane),
            ..Default::default()
        };
        let json = serde_json::to_value(&measures).unwrap();
        assert!(json["border"].to_string().len() < 20 * measures.border.len());
        assert_eq!(serde_json::from_value::<crate::Measures>(json).unwrap(), measures);
    }

    #[test]
    fn the_largest_of_several_is_drawn() {
        let (large, small) = (disc([40.0, 40.0], 20.0), disc([80.0, 40.0], 8.0));
        let plane = Plane::from_fn(100, 80, |x, y| large(x, y).max(small(x, y)));
        for [x, y] in in_pixels(&border(&plane), &plane) {
            assert!(((x - 40.0).hypot(y - 40.0) - 20.0).abs() < 0.2, "{x} {y}");
        }
    }

    #[test]
    fn a_lesion_beyond_the_picture_is_closed_along_its_edge() {
        let plane = Plane::from_fn(60, 60, disc([0.0, 30.0], 20.0));
        let points = border(&plane);
        assert!(points.iter().filter(|p| p[0] == 0.0).count() >= 2);
        assert!(points.iter().all(|p| p.iter().all(|v| (0.0..=1.0).contains(v))));
        let half = core::f32::consts::PI * 200.0 + 20.0;
        assert!((area(&in_pixels(&points, &plane)) / 2.0 / half - 1.0).abs() < 0.02);
    }

    #[test]
    fn where_cells_are_ambiguous_the_line_still_closes() {
        let plane = Plane::from_fn(9, 9, |x, y| if (x + y) % 2 == 0 { 0.4 } else { -0.6 });
        assert!(!border(&plane).is_empty());
        assert!(border(&Plane::filled(9, 9, -1.0)).is_empty());
        // All of the picture, but for the tips of its corners.
        assert!((area(&border(&Plane::filled(9, 9, 1.0))) / 2.0 - 1.0).abs() < 0.01);
    }
}
