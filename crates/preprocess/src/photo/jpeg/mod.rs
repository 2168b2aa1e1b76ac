//! JPEG, whole or scaled down by two, four or eight: baseline, extended and progressive, in one scan or several.
//!
//! A scaled block's samples are means of the whole block's, made from its coefficients (libjpeg-turbo's scaled decoding is
//! the same). A picture in one sequential scan is made a row of MCUs at a time and never held as coefficients.

mod coefficients;
mod color;
mod decoder;
mod fault;
mod header;
mod huffman;
mod inverse_dct;
mod planes;
mod progress;
mod scan;
mod segments;

pub(super) use decoder::decode;
