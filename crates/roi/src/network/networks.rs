//! Where the bytes of the landmark networks come from.

use std::borrow::Cow;
use std::path::PathBuf;

use crate::{Error, Result};

/// One of MediaPipe's landmark networks, as `models/landmarks` holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Network {
    /// Face detector for faces within about two metres.
    BlazeFaceShortRange,
    /// Face detector for faces within about five metres.
    BlazeFaceFullRange,
    /// Face mesh of 468 points.
    FaceMesh468,
    /// Face mesh of 478 points: 468 and five for each iris.
    FaceLandmarks478,
    /// Person against background.
    SelfieSegmentation,
    /// Palm detector.
    PalmDetection,
    /// Hand landmarks, 21 points.
    HandLandmarks,
    /// Person detector for poses.
    PoseDetection,
    /// Pose landmarks, 33 points.
    PoseLandmarks,
}

impl Network {
    /// Every network.
    pub const ALL: [Self; 9] = [
        Self::BlazeFaceShortRange,
        Self::BlazeFaceFullRange,
        Self::FaceMesh468,
        Self::FaceLandmarks478,
        Self::SelfieSegmentation,
        Self::PalmDetection,
        Self::HandLandmarks,
        Self::PoseDetection,
        Self::PoseLandmarks,
    ];

    /// The file's name without `.onnx`; also the name in errors and in the manifest.
    pub fn name(self) -> &'static str {
        match self {
            Self::BlazeFaceShortRange => "blazeface_short_range",
            Self::BlazeFaceFullRange => "blazeface_full_range_sparse",
            Self::FaceMesh468 => "face_mesh_468",
            Self::FaceLandmarks478 => "face_landmarks_478_v2",
            Self::SelfieSegmentation => "selfie_segmentation",
            Self::PalmDetection => "palm_detection_lite",
            Self::HandLandmarks => "hand_landmark_lite",
            Self::PoseDetection => "pose_detection",
            Self::PoseLandmarks => "pose_landmark_lite",
        }
    }

    /// The bytes built into this crate: the face networks and the person mask with feature
    /// `face-models`, none of the others (hands and poses would add 12 MB).
    fn embedded(self) -> Option<&'static [u8]> {
        #[cfg(feature = "face-models")]
        match self {
            Self::BlazeFaceShortRange => return Some(include_bytes!("../../models/blazeface_short_range.onnx")),
            Self::BlazeFaceFullRange => return Some(include_bytes!("../../models/blazeface_full_range_sparse.onnx")),
            Self::FaceMesh468 => return Some(include_bytes!("../../models/face_mesh_468.onnx")),
            Self::FaceLandmarks478 => return Some(include_bytes!("../../models/face_landmarks_478_v2.onnx")),
            Self::SelfieSegmentation => return Some(include_bytes!("../../models/selfie_segmentation.onnx")),
            _ => {}
        }
        None
    }
}

/// The source of network files: built in, or a folder laid out like `models/landmarks`.
///
/// ```
/// use skinkit_roi::Networks;
///
/// let built_in = Networks::embedded();
/// let from_the_app = Networks::from_folder("models/landmarks");
/// # let _ = (built_in, from_the_app);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Networks {
    folder: Option<PathBuf>,
}

impl Networks {
    /// The networks built into this crate.
    pub fn embedded() -> Self {
        Self::default()
    }

    /// A folder of `NAME.onnx` files; a network that is not there falls back to the embedded one.
    pub fn from_folder(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: Some(folder.into()),
        }
    }

    /// Whether `network` can be had from here; reads no file.
    pub fn has(&self, network: Network) -> bool {
        network.embedded().is_some() || self.path(network).is_some_and(|path| path.is_file())
    }

    /// The network's ONNX bytes.
    ///
    /// # Errors
    /// It is neither in the folder nor embedded.
    pub fn bytes(&self, network: Network) -> Result<Cow<'static, [u8]>> {
        let name = network.name();
        let Some(path) = self.path(network) else {
            return network
                .embedded()
                .map(Cow::Borrowed)
                .ok_or(Error::NetworkNotEmbedded { name });
        };
        match (std::fs::read(&path), network.embedded()) {
            (Ok(bytes), _) => Ok(Cow::Owned(bytes)),
            (Err(_), Some(bytes)) => Ok(Cow::Borrowed(bytes)),
            (Err(source), None) => Err(Error::NetworkMissing { name, path, source }),
        }
    }

    fn path(&self, network: Network) -> Option<PathBuf> {
        self.folder
            .as_ref()
            .map(|folder| folder.join(network.name()).with_extension("onnx"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_that_is_nowhere_is_named_with_its_path() {
        let networks = Networks::from_folder("no-such-folder");
        assert!(!networks.has(Network::PoseDetection));
        let error = networks.bytes(Network::PoseDetection).unwrap_err().to_string();
        assert!(error.contains("pose_detection.onnx"), "{error}");
        let error = Networks::embedded()
            .bytes(Network::PoseDetection)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("pose_detection") && error.contains("from_folder"),
            "{error}"
        );
    }

    #[cfg(feature = "face-models")]
    #[test]
    fn the_embedded_networks_stand_in_for_a_missing_folder() {
        assert!(
            !Networks::from_folder("no-such-folder")
                .bytes(Network::FaceMesh468)
                .unwrap()
                .is_empty()
        );
    }
}
