//! What an engine hands over once it has loaded a network.

use super::tensor::TensorInfo;

/// A network that has been loaded and run once to warm it up.
pub(crate) struct Loaded<N> {
    pub network: N,
    pub input: TensorInfo,
    pub outputs: Vec<TensorInfo>,
}

impl<N> Loaded<N> {
    /// The same with the network in another type.
    pub fn map<M>(self, convert: impl FnOnce(N) -> M) -> Loaded<M> {
        Loaded {
            network: convert(self.network),
            input: self.input,
            outputs: self.outputs,
        }
    }
}
