//! Parts of the body in plain words and in SNOMED CT.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::body::hand::{Hand, HandFace, Side};
use crate::body::pose::Pose;
use crate::face::region::{FaceRegion, inside};

/// A part of the body's surface. Which side of the body is kept beside it, in [`BodySite`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[allow(missing_docs)] // The names say it.
pub enum BodyPart {
    Face,
    Forehead,
    Cheek,
    Nose,
    Chin,
    Perioral,
    Periorbital,
    Scalp,
    Ear,
    Neck,
    Chest,
    Abdomen,
    Back,
    Shoulder,
    UpperArm,
    Elbow,
    Forearm,
    Hand,
    Palm,
    BackOfHand,
    Thigh,
    Knee,
    LowerLeg,
    Foot,
}

/// A SNOMED CT concept: the number and the words of the DICOM code list it is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SnomedConcept {
    /// Concept identifier.
    pub id: u64,
    /// What it stands for.
    pub display: &'static str,
}

const fn concept(id: u64, display: &'static str) -> SnomedConcept {
    SnomedConcept { id, display }
}

/// The attribute that carries the side.
const LATERALITY: SnomedConcept = concept(272_741_003, "Laterality");
const LEFT: SnomedConcept = concept(7_771_000, "Left");
const RIGHT: SnomedConcept = concept(24_028_007, "Right");

impl BodyPart {
    /// Every part.
    pub const ALL: [Self; 24] = [
        Self::Face,
        Self::Forehead,
        Self::Cheek,
        Self::Nose,
        Self::Chin,
        Self::Perioral,
        Self::Periorbital,
        Self::Scalp,
        Self::Ear,
        Self::Neck,
        Self::Chest,
        Self::Abdomen,
        Self::Back,
        Self::Shoulder,
        Self::UpperArm,
        Self::Elbow,
        Self::Forearm,
        Self::Hand,
        Self::Palm,
        Self::BackOfHand,
        Self::Thigh,
        Self::Knee,
        Self::LowerLeg,
        Self::Foot,
    ];

    /// The stable name: `forearm`, `back_of_hand`, …
    pub fn name(self) -> &'static str {
        match self {
            Self::Face => "face",
            Self::Forehead => "forehead",
            Self::Cheek => "cheek",
            Self::Nose => "nose",
            Self::Chin => "chin",
            Self::Perioral => "perioral",
            Self::Periorbital => "periorbital",
            Self::Scalp => "scalp",
            Self::Ear => "ear",
            Self::Neck => "neck",
            Self::Chest => "chest",
            Self::Abdomen => "abdomen",
            Self::Back => "back",
            Self::Shoulder => "shoulder",
            Self::UpperArm => "upper_arm",
            Self::Elbow => "elbow",
            Self::Forearm => "forearm",
            Self::Hand => "hand",
            Self::Palm => "palm",
            Self::BackOfHand => "back_of_hand",
            Self::Thigh => "thigh",
            Self::Knee => "knee",
            Self::LowerLeg => "lower_leg",
            Self::Foot => "foot",
        }
    }

    /// The body structure in SNOMED CT. Skin structures are those of DICOM CID 4029 (Dermatology Anatomic Site), the
    /// others those of CID 4031 (Common Anatomic Region); the side is kept apart, as DICOM does.
    pub fn snomed(self) -> SnomedConcept {
        match self {
            Self::Face => concept(73_897_004, "Skin of face"),
            Self::Forehead => concept(68_698_007, "Skin of forehead"),
            Self::Cheek => concept(36_141_000, "Skin of cheek"),
            Self::Nose => concept(113_179_006, "Skin of nose"),
            Self::Chin => concept(23_747_009, "Skin of chin"),
            Self::Perioral => concept(110_488_009, "Skin of perioral region of face"),
            Self::Periorbital => concept(362_916_000, "Skin of eye region"),
            Self::Scalp => concept(43_067_004, "Skin of scalp"),
            Self::Ear => concept(1_902_009, "Skin of ear"),
            Self::Neck => concept(43_081_002, "Skin of neck"),
            Self::Chest => concept(244_106_003, "Skin of anterior surface of thorax"),
            Self::Abdomen => concept(75_093_004, "Skin of abdomen"),
            Self::Back => concept(66_643_007, "Skin of back"),
            Self::Shoulder => concept(16_982_005, "Shoulder"),
            Self::UpperArm => concept(40_983_000, "Upper arm"),
            Self::Elbow => concept(181_536_004, "Skin of posterior surface of elbow"),
            Self::Forearm => concept(14_975_008, "Forearm"),
            Self::Hand => concept(33_712_006, "Skin of hand"),
            Self::Palm => concept(70_887_009, "Skin of palm of hand"),
            Self::BackOfHand => concept(281_642_007, "Skin of part of dorsal surface of hand"),
            Self::Thigh => concept(68_367_000, "Thigh"),
            Self::Knee => concept(181_553_006, "Skin of anterior surface of knee"),
            Self::LowerLeg => concept(30_021_000, "Lower leg"),
            Self::Foot => concept(60_496_002, "Skin of foot"),
        }
    }
}

/// A part of the body and which side's it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BodySite {
    /// The part.
    pub part: BodyPart,
    /// The subject's side; `None` in the middle, or where it is not known.
    pub side: Option<Side>,
}

impl BodySite {
    /// A part without a side.
    pub fn middle(part: BodyPart) -> Self {
        Self { part, side: None }
    }

    /// A part of one side.
    pub fn on(part: BodyPart, side: Side) -> Self {
        Self { part, side: Some(side) }
    }

    /// Plain words: `left forearm`, `back of right hand`.
    pub fn words(&self) -> String {
        let side = match self.side {
            None => return self.part.name().replace('_', " "),
            Some(Side::Left) => "left",
            Some(Side::Right) => "right",
        };
        match self.part {
            BodyPart::BackOfHand => format!("back of {side} hand"),
            part => format!("{side} {}", part.name().replace('_', " ")),
        }
    }

    /// SNOMED CT compositional grammar: the structure, refined by the side where there is one.
    ///
    /// Using SNOMED CT in a product takes its maker's own affiliate licence in most countries.
    pub fn snomed_expression(&self) -> String {
        let structure = self.part.snomed().id;
        match self.side {
            None => structure.to_string(),
            Some(Side::Left) => format!("{structure}:{}={}", LATERALITY.id, LEFT.id),
            Some(Side::Right) => format!("{structure}:{}={}", LATERALITY.id, RIGHT.id),
        }
    }
}

/// The stable code: `left_forearm`, `back`, …
impl fmt::Display for BodySite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.side {
            None => f.write_str(self.part.name()),
            Some(Side::Left) => write!(f, "left_{}", self.part.name()),
            Some(Side::Right) => write!(f, "right_{}", self.part.name()),
        }
    }
}

/// Text that names no [`BodySite`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no body site; write for example left_forearm, right_back_of_hand or back")]
pub struct UnknownSite(String);

impl FromStr for BodySite {
    type Err = UnknownSite;

    fn from_str(text: &str) -> Result<Self, UnknownSite> {
        let (side, name) = match (text.strip_prefix("left_"), text.strip_prefix("right_")) {
            (Some(name), _) => (Some(Side::Left), name),
            (_, Some(name)) => (Some(Side::Right), name),
            _ => (None, text),
        };
        let part = BodyPart::ALL.into_iter().find(|part| part.name() == name);
        part.map(|part| Self { part, side })
            .ok_or_else(|| UnknownSite(text.to_owned()))
    }
}

impl Serialize for BodySite {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for BodySite {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl From<FaceRegion> for BodySite {
    fn from(region: FaceRegion) -> Self {
        match region {
            FaceRegion::WholeFace => Self::middle(BodyPart::Face),
            FaceRegion::Forehead => Self::middle(BodyPart::Forehead),
            FaceRegion::LeftCheek => Self::on(BodyPart::Cheek, Side::Left),
            FaceRegion::RightCheek => Self::on(BodyPart::Cheek, Side::Right),
            FaceRegion::Nose => Self::middle(BodyPart::Nose),
            FaceRegion::Chin => Self::middle(BodyPart::Chin),
            FaceRegion::Perioral => Self::middle(BodyPart::Perioral),
            FaceRegion::LeftPeriorbital => Self::on(BodyPart::Periorbital, Side::Left),
            FaceRegion::RightPeriorbital => Self::on(BodyPart::Periorbital, Side::Right),
        }
    }
}

impl From<&Hand> for BodySite {
    fn from(hand: &Hand) -> Self {
        let part = match hand.face() {
            Some(HandFace::Palm) => BodyPart::Palm,
            Some(HandFace::Back) => BodyPart::BackOfHand,
            None => BodyPart::Hand,
        };
        Self::on(part, hand.side())
    }
}

/// A limb of a pose: its ends as point numbers (left; the right ones are one higher) and its half width as a share of
/// its length.
const LIMBS: [(BodyPart, [usize; 2], f32); 6] = [
    (BodyPart::UpperArm, [11, 13], 0.3),
    (BodyPart::Forearm, [13, 15], 0.25),
    (BodyPart::Hand, [15, 19], 0.9),
    (BodyPart::Thigh, [23, 25], 0.3),
    (BodyPart::LowerLeg, [25, 27], 0.25),
    (BodyPart::Foot, [27, 31], 0.6),
];

impl Pose {
    /// The body site under a point of the picture: the limb, trunk or head nearest to it, or `None` beside the body or
    /// where the pose's points are hidden.
    pub fn site_at(&self, point: [f32; 2]) -> Option<BodySite> {
        let at = |index: usize| self.points.get(index)?.seen();
        let mut nearest: Option<(f32, BodySite)> = None;
        let mut offer = |distance: f32, site: BodySite| {
            if distance <= 1.0 && nearest.is_none_or(|(known, _)| distance < known) {
                nearest = Some((distance, site));
            }
        };
        for (part, [start, end], width) in LIMBS {
            for (offset, side) in [(0, Side::Left), (1, Side::Right)] {
                let (Some(a), Some(b)) = (at(start + offset), at(end + offset)) else {
                    continue;
                };
                let length = (b[0] - a[0]).hypot(b[1] - a[1]).max(1e-3);
                offer(
                    distance_to_segment(point, a, b) / (width * length),
                    BodySite::on(part, side),
                );
            }
        }
        if let (Some(right), Some(left), Some(nose)) = (at(8), at(7), at(0)) {
            let middle = [
                (right[0] + left[0] + nose[0]) / 3.0,
                (right[1] + left[1] + nose[1]) / 3.0,
            ];
            let radius = 0.9 * (right[0] - left[0]).hypot(right[1] - left[1]);
            offer(
                distance(point, middle) / radius.max(1e-3),
                BodySite::middle(BodyPart::Face),
            );
        }
        if let (Some(ls), Some(rs), Some(lh), Some(rh)) = (at(11), at(12), at(23), at(24))
            && inside(point, &[ls, rs, rh, lh])
        {
            // Seen from the front, the subject's left shoulder is on the picture's right.
            let front = (ls[0] - rs[0]) * (lh[1] - ls[1] + rh[1] - rs[1]) > 0.0;
            let [shoulders, hips] = [[ls, rs], [lh, rh]].map(|[a, b]| [(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0]);
            let upper = distance(point, shoulders) < distance(point, hips);
            let part = match (front, upper) {
                (false, _) => BodyPart::Back,
                (true, true) => BodyPart::Chest,
                (true, false) => BodyPart::Abdomen,
            };
            // The trunk lies behind the arms: it is offered last and least.
            offer(0.999, BodySite::middle(part));
        }
        nearest.map(|(_, site)| site)
    }
}

fn distance(a: [f32; 2], b: [f32; 2]) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

fn distance_to_segment(p: [f32; 2], a: [f32; 2], b: [f32; 2]) -> f32 {
    let along = [b[0] - a[0], b[1] - a[1]];
    let square = (along[0] * along[0] + along[1] * along[1]).max(1e-6);
    let t = (((p[0] - a[0]) * along[0] + (p[1] - a[1]) * along[1]) / square).clamp(0.0, 1.0);
    distance(p, [a[0] + t * along[0], a[1] + t * along[1]])
}

#[cfg(test)]
mod tests {
    use skinkit_preprocess::Roi;

    use super::*;
    use crate::body::hand::tests::upright;
    use crate::body::pose::PosePoint;

    /// SNOMED CT identifiers end in a Verhoeff check digit: a mistyped one does not pass.
    fn verhoeff(id: u64) -> bool {
        const PERMUTATION: [usize; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
        let times = |a: usize, b: usize| match (a < 5, b < 5) {
            (true, true) => (a + b) % 5,
            (true, false) => (a + b - 5) % 5 + 5,
            (false, true) => (a - 5 + 5 - b) % 5 + 5,
            (false, false) => (a + 5 - b) % 5,
        };
        let mut sum = 0;
        for (position, digit) in id.to_string().bytes().rev().enumerate() {
            let mut digit = usize::from(digit - b'0');
            for _ in 0..position % 8 {
                digit = PERMUTATION[digit];
            }
            sum = times(sum, digit);
        }
        sum == 0
    }

    #[test]
    fn codes_have_valid_check_digits() {
        assert!(!verhoeff(73_897_005));
        for part in BodyPart::ALL {
            assert!(verhoeff(part.snomed().id), "{part:?}");
        }
        for other in [LATERALITY, LEFT, RIGHT] {
            assert!(verhoeff(other.id), "{}", other.display);
        }
    }

    #[test]
    fn codes_and_words() {
        let site = BodySite::on(BodyPart::BackOfHand, Side::Right);
        assert_eq!(site.to_string(), "right_back_of_hand");
        assert_eq!(site.words(), "back of right hand");
        assert_eq!(
            BodySite::on(BodyPart::Forearm, Side::Left).snomed_expression(),
            "14975008:272741003=7771000"
        );
        assert_eq!(BodySite::from(FaceRegion::LeftCheek).words(), "left cheek");
        assert_eq!(BodySite::from(&upright(0.9)).to_string(), "right_back_of_hand");
        assert_eq!(BodySite::from(&upright(0.1)).to_string(), "left_palm");
        for part in BodyPart::ALL {
            for side in [None, Some(Side::Left), Some(Side::Right)] {
                let site = BodySite { part, side };
                assert_eq!(site.to_string().parse(), Ok(site));
                assert_eq!(
                    serde_json::from_str::<BodySite>(&serde_json::to_string(&site).unwrap()).unwrap(),
                    site
                );
            }
        }
        assert!("left_wing".parse::<BodySite>().is_err());
    }

    /// A person with hanging arms, facing the camera.
    fn standing() -> Pose {
        let mut points = vec![
            PosePoint {
                position: [0.0; 3],
                visibility: 0.0,
                presence: 0.0
            };
            crate::body::pose::POSE_POINTS
        ];
        for (i, [x, y]) in [
            (0, [100.0, 40.0]),
            (7, [110.0, 38.0]),
            (8, [90.0, 38.0]),
            (11, [130.0, 80.0]),
            (12, [70.0, 80.0]),
            (13, [140.0, 130.0]),
            (14, [60.0, 130.0]),
            (15, [145.0, 175.0]),
            (16, [55.0, 175.0]),
            (19, [147.0, 190.0]),
            (20, [53.0, 190.0]),
            (23, [118.0, 180.0]),
            (24, [82.0, 180.0]),
        ] {
            points[i] = PosePoint {
                position: [x, y, 0.0],
                visibility: 0.9,
                presence: 0.9,
            };
        }
        Pose {
            score: None,
            presence: 0.9,
            points,
            hint: None,
            roi: Roi::square([100.0, 150.0], 300.0),
        }
    }

    #[test]
    fn places_on_a_pose() {
        let pose = standing();
        let site = |x, y| pose.site_at([x, y]).map(|site| site.to_string());
        assert_eq!(site(143.0, 155.0).as_deref(), Some("left_forearm"));
        assert_eq!(site(65.0, 105.0).as_deref(), Some("right_upper_arm"));
        assert_eq!(site(100.0, 95.0).as_deref(), Some("chest"));
        assert_eq!(site(100.0, 165.0).as_deref(), Some("abdomen"));
        assert_eq!(site(100.0, 42.0).as_deref(), Some("face"));
        assert_eq!(site(10.0, 10.0), None);
        assert_eq!(site(100.0, 300.0), None, "the legs are not in the picture");
        let mut behind = pose.clone();
        for (left, right) in [(7, 8), (11, 12), (13, 14), (15, 16), (19, 20), (23, 24)] {
            behind.points.swap(left, right);
        }
        assert_eq!(behind.site_at([100.0, 120.0]).map(|s| s.part), Some(BodyPart::Back));
    }
}
