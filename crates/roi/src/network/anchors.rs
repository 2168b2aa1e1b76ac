//! SSD anchor centres (MediaPipe's `SsdAnchorsCalculator` with `fixed_anchor_size`: width and height are 1).

/// Anchor centres in the network's unit square, in the order of its outputs.
///
/// `strides` lists one entry a layer; neighbouring layers of equal stride share one grid, and each
/// contributes `per_layer` anchors to every cell of it.
pub(crate) fn centres(side: usize, strides: &[usize], per_layer: usize) -> Vec<[f32; 2]> {
    let mut centres = Vec::new();
    for layers in strides.chunk_by(|a, b| a == b) {
        let cells = side.div_ceil(layers[0]);
        for y in 0..cells {
            for x in 0..cells {
                let centre = [(x as f32 + 0.5) / cells as f32, (y as f32 + 0.5) / cells as f32];
                centres.extend(std::iter::repeat_n(centre, per_layer * layers.len()));
            }
        }
    }
    centres
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_those_of_the_networks() {
        assert_eq!(centres(128, &[8, 16, 16, 16], 2).len(), 896);
        assert_eq!(centres(192, &[4], 1).len(), 2304);
        assert_eq!(centres(192, &[8, 16, 16, 16], 2).len(), 2016);
        assert_eq!(centres(224, &[8, 16, 32, 32, 32], 2).len(), 2254);
    }

    #[test]
    fn cells_run_row_by_row() {
        let anchors = centres(128, &[8, 16, 16, 16], 2);
        assert_eq!(anchors[0], anchors[1]);
        assert_eq!(anchors[2], [1.5 / 16.0, 0.5 / 16.0]);
        assert_eq!(anchors[512], [0.5 / 8.0, 0.5 / 8.0]);
        assert_eq!(anchors[517], anchors[512]);
        assert_eq!(anchors[518], [1.5 / 8.0, 0.5 / 8.0]);
    }
}
