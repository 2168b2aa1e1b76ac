//! A face's skin by zone, and the spots of a picture; needs no model pack.

mod measure;
mod spots;
