//! Faces from frame to frame: the detector runs only when a face may be missing.

use serde::{Deserialize, Serialize};
use skinkit_inference::Runtime;
use skinkit_preprocess::{Frame, Roi};

use crate::Result;
use crate::face::detector::FaceDetector;
use crate::face::landmarker::{FaceOptions, overlaps, right_way_round};
use crate::face::mesh::{FaceMesh, FaceMesher, MeshKind};
use crate::face::smoothing::{Smoother, Smoothing};
use crate::network::detection::intersection_over_union;
use crate::network::networks::Networks;

/// How faces are followed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TrackerOptions {
    /// How faces are found; `irises` makes the 478-point mesh the tracked one, `max_faces` ends the search.
    pub faces: FaceOptions,
    /// Smoothing of the points, or none.
    pub smoothing: Option<Smoothing>,
    /// While fewer than `max_faces` are followed, the detector runs again after this many frames, >= 1.
    pub detect_every: u32,
}

impl Default for TrackerOptions {
    fn default() -> Self {
        let faces = FaceOptions {
            max_faces: 1,
            ..FaceOptions::default()
        };
        Self {
            faces,
            smoothing: Some(Smoothing::default()),
            detect_every: 10,
        }
    }
}

impl TrackerOptions {
    /// The same with other face options.
    #[must_use]
    pub fn with_faces(self, faces: FaceOptions) -> Self {
        Self { faces, ..self }
    }

    /// The same with other smoothing, or with none.
    #[must_use]
    pub fn with_smoothing(self, smoothing: Option<Smoothing>) -> Self {
        Self { smoothing, ..self }
    }
}

/// A face that is being followed.
#[derive(Debug, Clone)]
pub struct TrackedFace {
    /// Stays the same as long as the face is not lost; never used again.
    pub id: u64,
    /// The mesh in the latest frame, smoothed if the options say so.
    pub mesh: FaceMesh,
    next_roi: Roi,
    smoother: Smoother,
}

/// Follows faces in a camera stream. Holds all work buffers: a steady frame allocates nothing.
pub struct FaceTracker {
    detector: FaceDetector,
    mesher: FaceMesher,
    options: TrackerOptions,
    faces: Vec<TrackedFace>,
    lost: Vec<TrackedFace>,
    next_id: u64,
    frames_since_detection: u32,
    last_seconds: Option<f64>,
    detections: u64,
}

impl FaceTracker {
    /// The embedded networks with the default options: one face, smoothed.
    ///
    /// # Errors
    /// A network cannot be loaded by this runtime, or is not embedded.
    pub fn new(runtime: &Runtime) -> Result<Self> {
        Self::with_options(runtime, &Networks::embedded(), TrackerOptions::default())
    }

    /// Networks and options of your own.
    ///
    /// # Errors
    /// A network is not there or cannot be loaded, or a smoothing setting is outside its range.
    pub fn with_options(runtime: &Runtime, networks: &Networks, options: TrackerOptions) -> Result<Self> {
        if let Some(smoothing) = &options.smoothing {
            smoothing.check()?;
        }
        let kind = if options.faces.irises {
            MeshKind::Points478
        } else {
            MeshKind::Points468
        };
        Ok(Self {
            detector: FaceDetector::with_networks(runtime, networks, options.faces.range)?,
            mesher: FaceMesher::with_networks(runtime, networks, kind)?,
            options,
            faces: Vec::new(),
            lost: Vec::new(),
            next_id: 1,
            frames_since_detection: 0,
            last_seconds: None,
            detections: 0,
        })
    }

    /// Follows the faces into this frame, taken `seconds` after any fixed moment.
    ///
    /// # Errors
    /// A network cannot be run; faces that were not reached stay where they were.
    pub fn update(&mut self, frame: &Frame<'_>, seconds: f64) -> Result<&[TrackedFace]> {
        let elapsed = self.last_seconds.map_or(0.0, |last| (seconds - last) as f32);
        self.last_seconds = Some(seconds);
        self.follow(frame)?;
        self.drop_doubles();
        self.frames_since_detection = self.frames_since_detection.saturating_add(1);
        let room = self.faces.len() < self.options.faces.max_faces;
        let due = self.frames_since_detection >= self.options.detect_every.max(1);
        if room && (self.faces.is_empty() || due) {
            self.search(frame)?;
        }
        if let Some(smoothing) = &self.options.smoothing {
            for face in &mut self.faces {
                let unit = face.mesh.interocular_distance();
                face.smoother.apply(smoothing, elapsed, unit, &mut face.mesh.points);
            }
        }
        Ok(&self.faces)
    }

    /// The faces of the latest frame.
    pub fn faces(&self) -> &[TrackedFace] {
        &self.faces
    }

    /// How often the detector has run: the measure of what tracking saves.
    pub fn detector_runs(&self) -> u64 {
        self.detections
    }

    /// Forgets all faces: call it when the camera or the scene changes.
    pub fn reset(&mut self) {
        self.lost.append(&mut self.faces);
        self.last_seconds = None;
    }

    /// Fits every known face again where it should be now; the ones that are gone are dropped.
    fn follow(&mut self, frame: &Frame<'_>) -> Result<()> {
        let mut index = 0;
        while index < self.faces.len() {
            let face = &mut self.faces[index];
            let inside = touches(&face.next_roi, frame);
            if inside {
                self.mesher.refit(frame, &face.next_roi, &mut face.mesh)?;
            }
            if inside && face.mesh.presence >= self.options.faces.min_presence {
                face.next_roi = face.mesh.next_roi();
                index += 1;
            } else {
                let face = self.faces.swap_remove(index);
                self.lost.push(face);
            }
        }
        Ok(())
    }

    /// Two tracks that slid onto one face become one: the older stays.
    fn drop_doubles(&mut self) {
        self.faces.sort_unstable_by_key(|face| face.id);
        let mut index = 1;
        while index < self.faces.len() {
            let bounds = self.faces[index].mesh.bounds();
            let double = self.faces[..index]
                .iter()
                .any(|f| intersection_over_union(&f.mesh.bounds(), &bounds) > 0.5);
            if double {
                let face = self.faces.remove(index);
                self.lost.push(face);
            } else {
                index += 1;
            }
        }
    }

    /// Runs the detector and starts following faces that are not followed yet.
    fn search(&mut self, frame: &Frame<'_>) -> Result<()> {
        self.frames_since_detection = 0;
        self.detections += 1;
        for detection in self.detector.detect(frame)? {
            if self.faces.len() >= self.options.faces.max_faces {
                break;
            }
            let known = |f: &TrackedFace| intersection_over_union(&f.mesh.bounds(), &detection.bbox) > 0.2;
            if !overlaps(&detection, frame) || self.faces.iter().any(known) {
                continue;
            }
            let Some(detection) = right_way_round(&mut self.detector, frame, detection)? else {
                continue;
            };
            let mesh = self.mesher.landmarks(frame, &detection)?;
            if mesh.presence < self.options.faces.min_presence {
                continue;
            }
            let mut smoother = self.lost.pop().map(|face| face.smoother).unwrap_or_default();
            smoother.reset();
            self.faces.push(TrackedFace {
                id: self.next_id,
                next_roi: mesh.next_roi(),
                mesh,
                smoother,
            });
            self.next_id += 1;
        }
        self.lost.clear();
        Ok(())
    }
}

/// Whether the region has a sensible size and its middle lies in the frame.
fn touches(roi: &Roi, frame: &Frame<'_>) -> bool {
    let (width, height) = (frame.width() as f32, frame.height() as f32);
    let [x, y] = roi.centre;
    let sensible = roi.width.is_finite() && (2.0..=4.0 * width.max(height)).contains(&roi.width);
    sensible && (0.0..=width).contains(&x) && (0.0..=height).contains(&y)
}
