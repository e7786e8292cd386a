//! Memory for unpacked tiles and decoded answers, which is used again: fresh pages cost as much as half the unpacking.

use std::sync::Mutex;

use libdeflater::Decompressor;

use crate::der::must;

const KEPT: usize = 8; // buffers that wait to be used again
const KEPT_SIZE: usize = 1 << 20; // octets of the largest of them
const MEMBER: &[u8] = b"\x1f\x8b\x08"; // gzip, deflate

static FREE: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

/// Returns a buffer with memory and octets of an earlier use, or an empty one.
pub fn used_buffer() -> Vec<u8> {
    FREE.lock().ok().and_then(|mut free| free.pop()).unwrap_or_default()
}

/// Octets at the beginning of a buffer, which is kept for another use when nobody needs them any more.
pub struct Octets {
    buffer: Vec<u8>,
    size: usize,
}

impl From<Vec<u8>> for Octets {
    fn from(buffer: Vec<u8>) -> Self {
        Self { size: buffer.len(), buffer }
    }
}

impl Octets {
    /// Returns `size` octets of any value.
    fn with_size(size: usize) -> Self {
        let mut buffer = used_buffer();
        if buffer.len() < size {
            buffer.resize(size, 0);
        }
        Self { buffer, size }
    }

    pub fn as_slice(&self) -> &[u8] {
        self.buffer.get(..self.size).unwrap_or_default()
    }

    fn as_mut(&mut self) -> &mut [u8] {
        self.buffer.get_mut(..self.size).unwrap_or_default()
    }
}

impl Drop for Octets {
    fn drop(&mut self) {
        if let Ok(mut free) = FREE.lock() {
            if free.len() < KEPT && self.buffer.len() <= KEPT_SIZE {
                free.push(std::mem::take(&mut self.buffer));
            }
        }
    }
}

/// Unpacks gzip of a single member, at most `limit` octets. As `http/decoding.py` does: the size at its end bounds the
/// output, and nothing that looks like another member may follow.
pub fn gunzip(packed: &[u8], limit: usize) -> Option<Octets> {
    let size = usize::try_from(u32::from_le_bytes(*packed.last_chunk()?)).ok()?;
    must(0 < size && size <= limit && packed.starts_with(MEMBER))?;
    must(memchr::memmem::find(packed.get(MEMBER.len()..)?, MEMBER).is_none())?;
    let mut unpacked = Octets::with_size(size);
    let written = Decompressor::new().gzip_decompress(packed, unpacked.as_mut()).ok()?;
    (written == size).then_some(unpacked)
}
