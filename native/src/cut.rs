//! Data tiles and answers of get-entries, cut into entries: the plain forms of `ct/wire.py` and nothing else.

use std::ops::Range;

use crate::der::must;
use crate::octets::{used_buffer, Octets};

const LEAF_INDEX: u64 = 5 << 40; // 00 | 0005 | u40, read as a u64
const HASH_SIZE: usize = 32;

pub type Span = (usize, usize);

/// Spans of entries in a buffer; `precerts` has 1 for a precertificate and 0 for a certificate.
#[derive(Default)]
pub struct Cut {
    pub leaves: Vec<Span>,
    pub certs: Vec<Span>,
    pub precerts: Vec<u8>,
    pub extras: Vec<Span>,
}

fn number(data: &[u8], span: Range<usize>) -> Option<u64> {
    Some(data.get(span)?.iter().fold(0, |sum, octet| sum << 8 | u64::from(*octet)))
}

fn size_at(data: &[u8], at: usize, octets: usize) -> Option<usize> {
    usize::try_from(number(data, at..at + octets)?).ok()
}

/// Returns the start of the certificate and its end in the TimestampedEntry at `at`, and whether it is a precert.
fn certificate_at(data: &[u8], at: usize) -> Option<(usize, usize, bool)> {
    let is_precert = match number(data, at + 8..at + 10)? {
        0 => false,
        1 => true,
        _ => return None,
    };
    let start = at + if is_precert { 45 } else { 13 };
    Some((start, start + size_at(data, start - 3, 3)?, is_precert))
}

/// Cuts a data tile in which every entry has its leaf_index and no other extension.
pub fn cut_tile(data: &[u8], first: u64, width: usize) -> Option<Cut> {
    let mut cut = Cut::default();
    let mut at = 0;
    for index in (first..1 << 40).take(width) {
        let (start, end, is_precert) = certificate_at(data, at)?;
        must(size_at(data, end, 2)? == 8 && number(data, end + 2..end + 10)? == LEAF_INDEX | index)?;
        let leaf_end = end + 10;
        let mut after = leaf_end;
        if is_precert {
            after += 3 + size_at(data, after, 3)?;
        }
        let prints = size_at(data, after, 2)?;
        must(prints % HASH_SIZE == 0)?;
        after += 2 + prints;
        cut.leaves.push((at, leaf_end));
        cut.certs.push((start, end));
        cut.precerts.push(is_precert.into());
        cut.extras.push((leaf_end, after));
        at = after;
    }
    must(cut.leaves.len() == width && at == data.len())?;
    Some(cut)
}

/// Cuts a plain answer of get-entries; returns the leaves back to back, and their spans. `extras` are spans in `raw`.
pub fn cut_answer(raw: &[u8], asked: usize, extra_limit: usize) -> Option<(Octets, Cut)> {
    must(raw.is_ascii() && memchr::memchr(b'\\', raw).is_none())?;
    let mut data = used_buffer();
    data.clear();
    let mut cut = Cut::default();
    let mut at = tokens(raw, 0, &["{", "\"entries\"", ":", "[", "{", "\"leaf_input\"", ":", "\""])?;
    for _ in 0..asked {
        let (leaf, leaf_end) = text(raw, at)?;
        at = tokens(raw, leaf_end, &["\"", ",", "\"extra_data\"", ":", "\""])?;
        let (extra, extra_end) = text(raw, at)?;
        push_leaf(&mut data, &mut cut, raw.get(leaf..leaf_end)?)?;
        cut.extras.push((extra, if extra_end - extra <= extra_limit { extra_end } else { extra }));
        match tokens(raw, extra_end, &["\"", "}", ",", "{", "\"leaf_input\"", ":", "\""]) {
            Some(next) => at = next,
            None => {
                let end = tokens(raw, extra_end, &["\"", "}", "]", "}"])?;
                must(spaces(raw, end) == raw.len())?;
                return Some((data.into(), cut));
            }
        }
    }
    None
}

fn push_leaf(data: &mut Vec<u8>, cut: &mut Cut, text: &[u8]) -> Option<()> {
    let at = data.len();
    base64_simd::STANDARD.decode_append(text, data).ok()?;
    must(data.get(at..at + 2)? == b"\0\0")?;
    let (start, end, is_precert) = certificate_at(data, at + 2)?;
    must(end + 2 + size_at(data, end, 2)? == data.len())?;
    cut.leaves.push((at + 2, data.len()));
    cut.certs.push((start, end));
    cut.precerts.push(is_precert.into());
    Some(())
}

/// Returns the span of a text up to its closing quotation mark.
fn text(raw: &[u8], at: usize) -> Option<Span> {
    Some((at, at + memchr::memchr(b'"', raw.get(at..)?)?))
}

/// Returns the offset behind the tokens, with any white space before each but the first of a text.
fn tokens(raw: &[u8], mut at: usize, expected: &[&str]) -> Option<usize> {
    for token in expected {
        at = spaces(raw, at);
        must(raw.get(at..)?.starts_with(token.as_bytes()))?;
        at += token.len();
    }
    Some(at)
}

fn spaces(raw: &[u8], at: usize) -> usize {
    at + raw.iter().skip(at).take_while(|octet| b" \t\r\n".contains(octet)).count()
}
