//! A network that sees a region of a frame: one session, its sampling rule, its input buffer.

use skinkit_inference::{Outputs, Runtime, Session};
use skinkit_preprocess::ndarray::{Array3, Axis};
use skinkit_preprocess::warp::{self, Border};
use skinkit_preprocess::{Frame, Roi};

use crate::network::networks::{Network, Networks};
use crate::{Error, Result};

/// How a region becomes a network's input.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sampling {
    /// Input width and height; red, green and blue are planes of their own.
    pub side: usize,
    pub border: Border,
    /// What pixel values 0 and 255 become.
    pub range: (f32, f32),
}

pub(crate) struct PictureNetwork {
    name: &'static str,
    session: Session,
    sampling: Sampling,
    input: Array3<f32>,
}

impl PictureNetwork {
    pub fn new(runtime: &Runtime, networks: &Networks, network: Network, sampling: Sampling) -> Result<Self> {
        let session = runtime.session(network.name(), &networks.bytes(network)?)?;
        let (shape, side) = (&session.input().shape, sampling.side);
        if *shape != [1, 3, side, side] {
            return Err(Error::Input {
                network: network.name(),
                got: shape.clone(),
                side,
            });
        }
        let input = Array3::zeros((3, side, side));
        Ok(Self {
            name: network.name(),
            session,
            sampling,
            input,
        })
    }

    /// Samples `roi` and runs the network on it.
    pub fn run(&mut self, frame: &Frame<'_>, roi: &Roi) -> Result<NetworkOutputs<'_>> {
        let Sampling { border, range, .. } = self.sampling;
        warp::mediapipe(frame, roi, border, range, self.input.view_mut())?;
        Ok(NetworkOutputs {
            name: self.name,
            outputs: self.session.run(self.input.view().insert_axis(Axis(0)))?,
        })
    }
}

/// Outputs whose length and finiteness are checked on access.
pub(crate) struct NetworkOutputs<'a> {
    name: &'static str,
    outputs: Outputs<'a>,
}

impl NetworkOutputs<'_> {
    /// The first `needed` values of an output.
    pub fn values(&self, output: &'static str, needed: usize) -> Result<&[f32]> {
        let network = self.name;
        let values = self.outputs.f32(output)?;
        let got = values.len();
        let values = values.get(..needed).ok_or(Error::Output {
            network,
            output,
            got,
            needed,
        })?;
        if !values.iter().all(|v| v.is_finite()) {
            return Err(Error::NotFinite { network, output });
        }
        Ok(values)
    }
}

/// The centred square around the whole frame: what MediaPipe's detectors see ("letterbox").
pub(crate) fn letterbox(frame: &Frame<'_>) -> Roi {
    let (width, height) = (frame.width() as f32, frame.height() as f32);
    Roi::square([width / 2.0, height / 2.0], width.max(height))
}
