//! Hashes of RFC 6962 section 2.1.

use sha2::{Digest, Sha256};

pub type Hash = [u8; 32];

/// Hashes a TimestampedEntry as leaf: 00, version 0, leaf_type 0, entry.
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Sha256::new().chain_update(b"\0\0\0").chain_update(entry).finalize().into()
}

/// Computes the root over leaf hashes: pairs level by level, an odd last node rises unchanged. `None` of no leaves.
pub fn subtree_root(mut row: Vec<Hash>) -> Option<Hash> {
    while row.len() > 1 {
        row = row_above(&row);
    }
    row.first().copied()
}

/// Computes the nodes above a row of nodes.
pub fn row_above(row: &[Hash]) -> Vec<Hash> {
    row.chunks(2).filter_map(parent).collect()
}

fn parent(pair: &[Hash]) -> Option<Hash> {
    match pair {
        [left, right] => Some(Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()),
        _ => pair.first().copied(),
    }
}
