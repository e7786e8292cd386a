//! Hostile octets make nothing panic, and a panic would not cross.

use std::collections::HashSet;

use ctscan_native::cut::{cut_answer, cut_tile};
use ctscan_native::guarded;
use ctscan_native::hash::{leaf_hash, subtree_root};
use ctscan_native::hosts::Suffixes;
use ctscan_native::octets::gunzip;
use ctscan_native::walk::{is_impersonal, Known};

/// Repeatable numbers (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut whole = vec![tag];
    match content.len() {
        size @ 0..=0x7f => whole.push(size as u8),
        size @ 0x80..=0xff => whole.extend([0x81, size as u8]),
        size => whole.extend([0x82, (size >> 8) as u8, size as u8]),
    }
    whole.extend(content);
    whole
}

fn joined(parts: &[Vec<u8>]) -> Vec<u8> {
    parts.concat()
}

fn name(host: &[u8]) -> Vec<u8> {
    let attribute = element(0x30, &joined(&[vec![6, 3, 0x55, 4, 3], element(0x0c, host)]));
    element(0x30, &element(0x31, &attribute))
}

fn extension(oid: &[u8], value: &[u8]) -> Vec<u8> {
    element(0x30, &joined(&[element(6, oid), element(4, value)]))
}

fn tbs(host: &[u8]) -> Vec<u8> {
    let time = element(0x17, b"260101000000Z");
    let names = joined(&[element(0x82, host), element(0x82, b"www.example.net")]);
    let extensions =
        joined(&[extension(b"\x55\x1d\x0f", b"\x03\x02\x07\x80"), extension(b"\x55\x1d\x11", &element(0x30, &names))]);
    let fields = [
        b"\xa0\x03\x02\x01\x02\x02\x01\x07".to_vec(),
        element(0x30, b"\x06\x01\x2a"),
        name(b"issuer.example"),
        element(0x30, &joined(&[time.clone(), time])),
        name(host),
        element(0x30, &[0; 200]),
        element(0xa3, &element(0x30, &extensions)),
    ];
    element(0x30, &joined(&fields))
}

fn known(domains: &[&str]) -> Known {
    Known {
        issuers: HashSet::from([name(b"issuer.example")]),
        people: vec![],
        domains: Suffixes::of(&domains.iter().map(ToString::to_string).collect::<Vec<_>>()),
    }
}

#[test]
fn a_certificate_of_a_host_is_dropped() {
    let plain = tbs(b"jane.example.org");
    assert!(is_impersonal(&known(&[]), &plain, true).is_some());
    let signed = element(0x30, &joined(&[plain.clone(), element(0x30, b"\x06\x01\x2a"), element(3, b"\0sig")]));
    assert!(is_impersonal(&known(&[]), &signed, false).is_some());
    assert!(is_impersonal(&known(&[]), &plain, false).is_none());
    assert!(is_impersonal(&known(&[]), &tbs(b"Jane Roe"), true).is_none());
    assert!(is_impersonal(&known(&[]), &tbs(b"jane@example.org"), true).is_none());
}

#[test]
fn a_host_of_the_scope_is_kept() {
    let plain = tbs(b"jane.example.org");
    for domain in ["example.org", "EXAMPLE.org", "org", "jane.example.org", "example.net"] {
        assert!(is_impersonal(&known(&["other.example", domain]), &plain, true).is_none(), "{domain}");
    }
    for domain in ["example.com", "ample.org", "x.jane.example.org", "jane", ""] {
        assert!(is_impersonal(&known(&["other.example", domain]), &plain, true).is_some(), "{domain}");
    }
}

#[test]
fn damaged_octets_make_nothing_panic() {
    let mut numbers = Numbers(1);
    let (plain, scope) = (tbs(b"www.example.org"), known(&["example.com"]));
    let mut tile = Vec::new();
    for index in 0..4u8 {
        tile.extend([0, 0, 0, 0, 0, 0, 0, index, 0, 0, 0, 0, 3, b'd', b'e', b'r']);
        tile.extend([0, 8, 0, 0, 5, 0, 0, 0, 0, index, 0, 0]);
    }
    assert!(cut_tile(&tile, 0, 4).is_some());
    let answer = br#"{"entries":[{"leaf_input":"AAAAAAAAAAAAAAAAAAAAZGVyAAA=","extra_data":""}]}"#.to_vec();
    for round in 0..60_000 {
        let mut octets = [&plain, &tile, &answer][round % 3].clone();
        for _ in 0..numbers.below(4) {
            let at = numbers.below(octets.len());
            octets[at] = numbers.next() as u8;
        }
        octets.truncate(numbers.below(octets.len() * 2).max(1));
        let cut = cut_tile(&octets, numbers.next() >> numbers.below(64), numbers.below(9));
        for (start, end) in cut.into_iter().flat_map(|cut| cut.leaves) {
            assert!(octets.get(start..end).is_some());
        }
        if let Some((data, cut)) = cut_answer(&octets, 2, 10) {
            assert!(cut.certs.iter().all(|(start, end)| data.as_slice().get(*start..*end).is_some()));
        }
        let _ = is_impersonal(&scope, &octets, round % 2 == 0);
    }
}

#[test]
fn gzip_that_is_damaged_or_lies_about_its_size_makes_nothing_panic() {
    let mut packer = libdeflater::Compressor::new(libdeflater::CompressionLvl::fastest());
    let plain = b"example.org ".repeat(400);
    let mut packed = vec![0; packer.gzip_compress_bound(plain.len())];
    let size = packer.gzip_compress(&plain, &mut packed).unwrap();
    packed.truncate(size);
    assert_eq!(gunzip(&packed, plain.len()).unwrap().as_slice(), plain);
    assert!(gunzip(&packed, plain.len() - 1).is_none());
    assert!(gunzip(&[&packed[..], &packed].concat(), 1 << 20).is_none());
    let mut numbers = Numbers(2);
    for _ in 0..20_000 {
        let mut octets = packed.clone();
        for _ in 0..=numbers.below(3) {
            let at = numbers.below(octets.len());
            octets[at] = numbers.next() as u8;
        }
        octets.truncate(numbers.below(octets.len() * 4).max(1));
        if let Some(found) = gunzip(&octets, 1 << 20) {
            assert_eq!(found.as_slice(), plain);
        }
    }
}

#[test]
fn a_panic_gives_nothing() {
    assert_eq!(guarded(|| Some(7)), Some(7));
    assert_eq!(guarded::<u8>(|| panic!("on purpose")), None);
    assert_eq!(guarded(|| [1u8, 2].iter().map(|n| n.checked_sub(2)).collect::<Option<Vec<_>>>()), None);
}

#[test]
fn roots_of_odd_rows() {
    let leaves: Vec<_> = (0..3u8).map(|n| leaf_hash(&[n])).collect();
    assert_eq!(subtree_root(vec![]), None);
    assert_eq!(subtree_root(leaves[..1].to_vec()), Some(leaves[0]));
    let left = subtree_root(leaves[..2].to_vec()).unwrap();
    assert_eq!(subtree_root(leaves.clone()), subtree_root(vec![left, leaves[2]]));
}
