"""Hypothesis strategies: mutated certificates, and certificates built from arbitrary elements."""

from __future__ import annotations

from hypothesis import strategies as st
from mutator import Mutator
from seeds import all_seeds
from support.certs import STRING_TAGS, extension, general_names, make_certificate, name, oid, other_name, tlv
from texts import TEXTS

from ctscan.personal.rules import all_rules

TYPES = sorted({dotted for rule in all_rules() for dotted in rule.covers})
MUTATOR = Mutator(all_seeds(), seed=0, types=TYPES)

mutated = st.integers(0, 2**40).map(MUTATOR.input)
"""Inputs of the mutator, by number."""

types = st.sampled_from(TYPES)
texts = st.one_of(
    st.sampled_from(TEXTS),
    st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace")),
    st.binary(max_size=60),
)
strings = st.builds(tlv, st.sampled_from(sorted(STRING_TAGS.values())), texts)
values = st.recursive(
    strings,
    lambda inner: st.builds(
        lambda tag, parts: tlv(tag, *parts),
        st.sampled_from([0x30, 0x31, 0x04, 0x24, 0xA0, 0xA1]),
        st.lists(inner, max_size=4),
    ),
    max_leaves=8,
)
"""An element of any depth with strings of any type in it."""

attributes = st.tuples(types, values, st.just("raw"))
names = st.lists(attributes, max_size=5).map(name)
general = st.one_of(
    st.builds(tlv, st.sampled_from([0x81, 0x82, 0x86, 0x87, 0x88]), texts),
    st.builds(tlv, st.sampled_from([0xA3, 0xA5]), values),
    st.builds(lambda inner: tlv(0xA4, inner), names),
    st.builds(
        lambda dotted, value, explicit: other_name(dotted, value, explicit=explicit), types, values, st.booleans()
    ),
)
extensions = st.one_of(
    st.builds(extension, types, st.one_of(values, texts)),
    st.builds(lambda them: extension("2.5.29.18", general_names(them)), st.lists(general, max_size=4)),
    st.builds(
        lambda dotted, them: extension("2.5.29.9", tlv(0x30, tlv(0x30, oid(dotted), tlv(0x31, *them)))),
        types,
        st.lists(values, max_size=3),
    ),
)
built = st.builds(
    lambda subject, san, extra: make_certificate(subject, san, extra=extra),
    names,
    st.lists(general, max_size=5),
    st.lists(extensions, max_size=4),
)
"""Well-formed certificates in which every type that a rule reads may stand anywhere, with any value."""
