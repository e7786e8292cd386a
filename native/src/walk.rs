//! The walk through a certificate that drops it only if all of it is known to be impersonal: `prefilter/filter.py`.
//!
//! `None` is: unsure, the reference decides. Whatever this walk drops, the reference drops.

use std::collections::HashSet;

use crate::der::{must, only, split, split_tag};
use crate::extensions::{are_impersonal, extensions_in};
use crate::hosts::{is_organisational, Suffixes};

/// What the walk knows: issuers without personal data, policies for natural persons, domains of the scope.
pub struct Known {
    pub issuers: HashSet<Vec<u8>>,
    pub people: Vec<Vec<u8>>,
    pub domains: Suffixes,
}

/// Checks a certificate, or the bare TBSCertificate of a precertificate.
pub fn is_impersonal(known: &Known, der: &[u8], is_precert: bool) -> Option<()> {
    let tbs = if is_precert { der } else { tbs_of(der)? };
    must(tbs.get(1) == Some(&0x82))?;
    let rest = only(tbs, 0x30)?.strip_prefix(b"\xa0\x03\x02\x01\x02")?;
    let (serial, rest) = split_tag(rest, 0x02)?;
    let (algorithm, rest) = split_tag(rest, 0x30)?;
    must(serial.len() < 0x80 && algorithm.len() < 0x80)?;
    let (issuer, rest) = split(rest)?;
    must(known.issuers.contains(issuer.whole))?;
    let (validity, rest) = split_tag(rest, 0x30)?;
    must(time_behind(time_behind(validity)?)?.is_empty())?;
    let (subject, rest) = split_tag(rest, 0x30)?;
    is_organisational(subject, &known.domains)?;
    let (_, rest) = split_tag(rest, 0x30)?;
    are_impersonal(extensions_in(rest)?, &known.people, &known.domains)
}

/// Returns the TBSCertificate in a certificate: 30 82 LL LL { TBS, 30 LL algorithm, 03 signature }.
fn tbs_of(der: &[u8]) -> Option<&[u8]> {
    must(der.get(1) == Some(&0x82))?;
    let (tbs, rest) = split(only(der, 0x30)?)?;
    let (algorithm, rest) = split_tag(rest, 0x30)?;
    must(algorithm.len() < 0x80)?;
    only(rest, 0x03)?;
    Some(tbs.whole)
}

/// Returns the octets behind a UTCTime YYMMDDHHMMSSZ or a GeneralizedTime YYYYMMDDHHMMSSZ.
fn time_behind(data: &[u8]) -> Option<&[u8]> {
    let (time, rest) = split(data)?;
    let (zulu, digits) = time.body.split_last()?;
    must(matches!((time.tag, digits.len()), (0x17, 12) | (0x18, 14)))?;
    must(*zulu == b'Z' && digits.iter().all(u8::is_ascii_digit))?;
    Some(rest)
}
