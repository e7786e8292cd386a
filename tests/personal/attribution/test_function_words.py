"""Mailbox names of functions, by words of many languages and by their shape; mailbox names of people beside them."""

from __future__ import annotations

import tomllib

import pytest

from ctscan.personal.attribution.foreign_mailboxes import is_shaped_like_function
from ctscan.personal.attribution.gazetteer import given_names, surnames
from ctscan.personal.attribution.mailbox import is_role
from ctscan.personal.normalise.name_tokens import fold_text
from ctscan.resources import data_text

WORDS = [word for table in tomllib.loads(data_text("names/functions.toml")).values() for word in table["words"].split()]


@pytest.mark.parametrize(
    "local",
    [
        *("claves", "serviciotecnico", "gestion", "cfgestion", "buzon.facturas", "gestoria-norte"),  # Spanish
        *("chefia.pagamentos", "ouvidoria", "certificacaodigital", "gestao2"),  # Portuguese
        *("ufficiotecnico", "protocollo", "segretario.generale", "urp"),  # Italian
        *("horodatage", "ressourceshumaines", "greffe-achats", "etatcivil"),  # French
        *("geschaeftsstelle", "personalabteilung", "bauamt", "zertifikatsstelle", "stadtwerke.kasse"),  # German
        *("ksiegowosc", "kancelaria", "sprzedaz2"),  # Polish
        *("spravaca", "uctarna", "objednavky", "stavebniurad"),  # Czech, Slovak
        *("pisarna", "racunovodstvo", "rendszergazda", "postkast", "klantenservice", "kundtjanst", "muhasebe"),
        *("publications", "validator", "eadmin", "e-seal", "it_tsl", "shop"),
    ],
)
def test_words_of_functions_in_many_languages(local: str) -> None:
    assert is_role(local)


@pytest.mark.parametrize(
    "local", ["jane.ksiegowosc", "j.claves", "mcmaster", "cochrane", "tallerico", "gestri", "roe.jane"]
)
def test_names_of_people_that_look_like_functions(local: str) -> None:
    assert not is_role(local)


def test_no_word_of_functions_is_a_listed_name() -> None:
    assert len(WORDS) > 3000
    assert not {fold_text(word) for word in WORDS} & (given_names() | surnames())
    assert len(set(WORDS)) == len(WORDS)


@pytest.mark.parametrize("local", ["op-jo-orderdossier", "pcn_tec_xq", "pt_xml"])
def test_shapes_of_functions(local: str) -> None:
    assert is_shaped_like_function(local)


@pytest.mark.parametrize("local", ["anne-marie-q", "jane_doe", "x-12-7", "jdoe", "ana-li", "li-wei-chen"])
def test_shapes_that_people_have_too(local: str) -> None:
    assert not is_shaped_like_function(local)
