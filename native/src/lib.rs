//! The hot loop of ctscan in machine code. Python keeps the reference; each function here returns nothing where it is
//! unsure, and the reference reads the same octets again and explains.
//!
//! No octet makes it panic: slices are read by `get`. Should one panic all the same, `guarded` makes nothing of it.

use std::panic::{catch_unwind, AssertUnwindSafe};

pub mod cut;
mod der;
mod extensions;
pub mod hash;
pub mod hosts;
pub mod octets;
#[cfg(feature = "python")]
mod python;
pub mod walk;

/// Runs `work`; nothing comes of a panic.
pub fn guarded<T>(work: impl FnOnce() -> Option<T>) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(None)
}
