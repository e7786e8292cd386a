//! Extensions that can't hold personal data: the layouts of `impersonal_extensions.py`.

use crate::der::{each, must, only, split, split_tag, Element};
use crate::hosts::{are_all, are_hosts, Suffixes};

const SMALL: usize = 8;
const MAX_OID: usize = 256;
const SAN: &[u8] = b"\x55\x1d\x11";
const SCT_LIST: &[u8] = b"\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x02";
const CPS: &[u8] = b"\x2b\x06\x01\x05\x05\x07\x02\x01";
const BOOLEAN: u8 = 0x01;
const INTEGER: u8 = 0x02;
const BITS: u8 = 0x03;
const OCTETS: u8 = 0x04;
const NULL: u8 = 0x05;
const OID: u8 = 0x06;
const SEQUENCE: u8 = 0x30;

/// Checks the Extension elements that fill `data`. `people` are the contents of the policies for natural persons.
pub fn are_impersonal(data: &[u8], people: &[Vec<u8>], domains: &Suffixes) -> Option<()> {
    each(data, |extension| {
        must(extension.tag == SEQUENCE)?;
        let (oid, rest) = split_tag(extension.body, OID)?;
        let (is_critical, rest) = match rest.strip_prefix(b"\x01\x01\xff") {
            Some(behind) => (true, behind),
            None => (false, rest),
        };
        let value = only(rest, OCTETS)?;
        match oid {
            SAN => are_hosts(only(value, SEQUENCE)?, domains),
            SCT_LIST => must(!is_critical && is_sct_list(only(value, OCTETS)?)),
            _ => has_layout(oid, value, people),
        }
    })
}

fn is_sct_list(list: &[u8]) -> bool {
    list.len() > 2 && list.get(..2) == u16::try_from(list.len() - 2).ok().map(u16::to_be_bytes).as_ref().map(|n| &n[..])
}

fn has_layout(oid: &[u8], value: &[u8], people: &[Vec<u8>]) -> Option<()> {
    match oid {
        b"\x55\x1d\x0e" => only(value, OCTETS).map(|_| ()), // subjectKeyIdentifier
        b"\x55\x1d\x0f" | b"\x60\x86\x48\x01\x86\xf8\x42\x01\x01" => one(value, BITS), // keyUsage, netscape-cert-type
        b"\x55\x1d\x13" => flat(value, &[BOOLEAN, INTEGER]), // basicConstraints
        b"\x55\x1d\x1f" => each(only(value, SEQUENCE)?, distribution_point), // cRLDistributionPoints
        b"\x55\x1d\x20" => each(only(value, SEQUENCE)?, |one| policy(one, people)), // certificatePolicies
        b"\x55\x1d\x23" => only(only(value, SEQUENCE)?, 0x80).map(|_| ()), // authorityKeyIdentifier
        b"\x55\x1d\x25" => flat(value, &[OID]),             // extKeyUsage
        b"\x2b\x06\x01\x05\x05\x07\x01\x01" => each(only(value, SEQUENCE)?, access), // authorityInfoAccess
        b"\x2b\x06\x01\x05\x05\x07\x01\x18" => flat(value, &[INTEGER]), // TLS feature
        b"\x2b\x06\x01\x05\x05\x07\x30\x01\x05" => one(value, NULL), // OCSP no check
        b"\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x03" => one(value, NULL), // poison
        _ => None,
    }
}

fn one(value: &[u8], tag: u8) -> Option<()> {
    must(only(value, tag)?.len() <= SMALL)
}

fn flat(value: &[u8], tags: &[u8]) -> Option<()> {
    each(only(value, SEQUENCE)?, |part| {
        must(tags.contains(&part.tag) && if part.tag == OID { is_oid(part.body) } else { part.body.len() <= SMALL })
    })
}

fn access(pair: Element<'_>) -> Option<()> {
    must(pair.tag == SEQUENCE)?;
    let (_, rest) = split_tag(pair.body, OID)?;
    is_plain_uri(only(rest, 0x86)?)
}

fn distribution_point(point: Element<'_>) -> Option<()> {
    must(point.tag == SEQUENCE)?;
    let full_name = only(only(point.body, 0xa0)?, 0xa0)?;
    each(full_name, |name| must(name.tag == 0x86).and_then(|()| is_plain_uri(name.body)))
}

fn policy(policy: Element<'_>, people: &[Vec<u8>]) -> Option<()> {
    must(policy.tag == SEQUENCE)?;
    let (oid, rest) = split_tag(policy.body, OID)?;
    must(is_oid(oid) && !people.iter().any(|known| known == oid))?;
    if rest.is_empty() {
        return Some(());
    }
    each(only(rest, SEQUENCE)?, |qualifier| {
        must(qualifier.tag == SEQUENCE)?;
        let (kind, uri) = split_tag(qualifier.body, OID)?;
        must(kind == CPS)?;
        is_plain_uri(only(uri, 0x16)?)
    })
}

fn is_oid(body: &[u8]) -> bool {
    body.len() <= MAX_OID && body.last().is_some_and(|last| *last < 0x80)
}

fn is_plain_uri(uri: &[u8]) -> Option<()> {
    let rest = uri.strip_prefix(b"http")?;
    let rest = rest.strip_prefix(b"s").unwrap_or(rest).strip_prefix(b"://")?;
    let is_plain = |c: u8| c.is_ascii_alphanumeric() | matches!(c, b'.' | b'_' | b'~' | b':' | b'/' | b'-');
    must(!rest.is_empty() && are_all(rest, is_plain))
}

/// Returns the content of the [3] of extensions that fills `data`, which mustn't be empty.
pub fn extensions_in(data: &[u8]) -> Option<&[u8]> {
    let (element, _) = split(only(data, 0xa3)?)?;
    must(!element.body.is_empty())?;
    only(element.whole, SEQUENCE).filter(|_| only(data, 0xa3) == Some(element.whole))
}
