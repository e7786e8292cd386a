//! DER elements with the shortest lengths, below 65,536 octets. `None` is: no such element.

/// An element and its content.
#[derive(Clone, Copy)]
pub struct Element<'a> {
    pub tag: u8,
    pub body: &'a [u8],
    pub whole: &'a [u8],
}

/// Splits the first element off `data`; returns it and the octets behind it.
pub fn split(data: &[u8]) -> Option<(Element<'_>, &[u8])> {
    let (&tag, &first) = (data.first()?, data.get(1)?);
    let (head, size) = match first {
        0..=0x7f => (2, usize::from(first)),
        0x81 if *data.get(2)? > 0x7f => (3, usize::from(*data.get(2)?)),
        0x82 if *data.get(2)? > 0 => (4, usize::from(*data.get(2)?) << 8 | usize::from(*data.get(3)?)),
        _ => return None,
    };
    let end = head + size;
    let element = Element { tag, body: data.get(head..end)?, whole: data.get(..end)? };
    Some((element, data.get(end..)?))
}

/// Splits the first element off `data`, which must have the given tag; returns its content and the octets behind it.
pub fn split_tag(data: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (element, rest) = split(data)?;
    (element.tag == tag).then_some((element.body, rest))
}

/// Returns the content of the element with the given tag that fills `data`.
pub fn only(data: &[u8], tag: u8) -> Option<&[u8]> {
    let (body, rest) = split_tag(data, tag)?;
    rest.is_empty().then_some(body)
}

/// Hands each of the elements that fill `data` to `check`, which has to look at the tag; stops at the first `None`.
pub fn each<'a>(mut data: &'a [u8], mut check: impl FnMut(Element<'a>) -> Option<()>) -> Option<()> {
    while !data.is_empty() {
        let (element, rest) = split(data)?;
        check(element)?;
        data = rest;
    }
    Some(())
}

/// Turns a condition into a step of a check.
pub fn must(condition: bool) -> Option<()> {
    condition.then_some(())
}
