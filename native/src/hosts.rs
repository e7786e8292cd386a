//! Hosts in subjects and alternative names, and the domains of the scope.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::der::{each, must};

const LONGEST_DOMAIN: usize = 253;

/// Every suffix of the domains of the scope, by whole labels, and whether it is one of the domains.
#[derive(Default)]
pub struct Suffixes(HashMap<Vec<u8>, bool>);

impl Suffixes {
    pub fn of(domains: &[String]) -> Self {
        let mut found = HashMap::new();
        for domain in domains.iter().map(|domain| domain.to_ascii_lowercase().into_bytes()) {
            for (dot, _) in domain.iter().enumerate().filter(|(_, c)| **c == b'.') {
                found.entry(domain.get(dot + 1..).unwrap_or_default().to_vec()).or_insert(false);
            }
            found.insert(domain, true);
        }
        Self(found)
    }

    /// Returns whether a host is one of the domains or below one; the root's dots don't count.
    fn has(&self, host: &[u8]) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let mut host = host;
        while let Some(rest) = host.strip_suffix(b".") {
            host = rest;
        }
        let tail = host.get(host.len().saturating_sub(LONGEST_DOMAIN + 1)..).unwrap_or_default();
        let tail = match tail.iter().any(u8::is_ascii_uppercase) {
            true => Cow::Owned(tail.to_ascii_lowercase()),
            false => Cow::Borrowed(tail),
        };
        let mut end = tail.len();
        loop {
            let dot = memchr::memrchr(b'.', tail.get(..end).unwrap_or_default());
            let from = dot.map_or(0, |dot| dot + 1);
            match (self.0.get(tail.get(from..).unwrap_or_default()), dot) {
                (Some(true), _) => return true,
                (Some(false), Some(dot)) => end = dot,
                _ => return false,
            }
        }
    }
}

/// Checks a GeneralNames that isn't empty: dNSNames of host characters, none of a domain of the scope.
pub fn are_hosts(names: &[u8], domains: &Suffixes) -> Option<()> {
    must(!names.is_empty())?;
    each(names, |name| {
        must(name.tag == 0x82 && !name.body.is_empty() && are_all(name.body, is_host_character))?;
        must(!domains.has(name.body))
    })
}

fn is_host_character(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() | matches!(octet, b'-' | b'.' | b'*' | b'_')
}

/// Looks at every octet, also behind one that fails: the compiler makes that many at once.
pub fn are_all(octets: &[u8], is_right: impl Fn(u8) -> bool) -> bool {
    octets.iter().fold(true, |so_far, octet| so_far & is_right(*octet))
}

/// Checks the content of a Name: C, L, ST, O of plain ASCII, and hosts as CN, one attribute to an RDN.
pub fn is_organisational(name: &[u8], domains: &Suffixes) -> Option<()> {
    let mut rest = name;
    while !rest.is_empty() {
        // 31 L { 30 L { 06 03 55 04 type, string type, length, value } }
        let &[0x31, outer, 0x30, inner, 0x06, 0x03, 0x55, 0x04, kind, 0x0c | 0x13 | 0x16, size] = rest.get(..11)?
        else {
            return None;
        };
        must(outer < 0x80 && inner.checked_add(2) == Some(outer) && size.checked_add(9) == Some(outer))?;
        let value = rest.get(11..11 + usize::from(size))?;
        match kind {
            0x03 => must((3..=0x40).contains(&size) && is_host(value) && !domains.has(value))?,
            0x06 | 0x07 | 0x08 | 0x0a => must(is_plain(value))?,
            _ => return None,
        }
        must(!may_be_trader(value))?;
        rest = rest.get(11 + usize::from(size)..)?;
    }
    Some(())
}

/// A lower-case host without IDNA labels; its last label begins with a letter.
fn is_host(host: &[u8]) -> bool {
    let host = host.strip_prefix(b"*.").unwrap_or(host);
    let Some(dot) = memchr::memrchr(b'.', host) else { return false };
    let (labels, last) = (host.get(..dot).unwrap_or_default(), host.get(dot + 1..).unwrap_or_default());
    let is_word = |word: &[u8]| !word.is_empty() && are_all(word, |c| c.is_ascii_lowercase() | c.is_ascii_digit());
    last.len() > 1
        && last.first().is_some_and(u8::is_ascii_lowercase)
        && is_word(last)
        && labels.split(|c| *c == b'.').all(|label| label.split(|c| *c == b'-').all(is_word))
}

fn is_plain(value: &[u8]) -> bool {
    !value.is_empty() && are_all(value, |c| (b' '..=b'~').contains(&c) & (c != b'@'))
}

/// Returns whether the reference has to look for the mark of a sole trader: `e.K.`, `Inhaber`, `eenmanszaak`, …
fn may_be_trader(value: &[u8]) -> bool {
    const MARKS: [&[u8]; 7] = [b"Inh", b"e.k", b"e.K", b"e. k", b"e. K", b"eenmans", b"sole"];
    memchr::memchr3_iter(b'I', b'e', b's', value)
        .filter_map(|at| value.get(at..))
        .any(|rest| MARKS.iter().any(|mark| rest.starts_with(mark)))
}
