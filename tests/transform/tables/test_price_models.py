"""A price as written becomes models of the closed list; parts that are not understood are returned, never dropped."""

from __future__ import annotations

import pytest

from steckbrief.schema.values import PRICE_MODELS
from steckbrief.transform.tables.price_models import _models, read_price_models


@pytest.mark.parametrize(
    ("text", "models"),
    [
        ("freemium", ("freemium",)),
        ("Freemium", ("freemium",)),
        ("Open Source", ("open_source",)),
        ("open-source", ("open_source",)),
        ("Kostenlos", ("free",)),
        ("Free", ("free",)),
        ("Abonnement", ("subscription",)),
        ("Subscription", ("subscription",)),
        ("Usage-based", ("usage_based",)),
        ("Nutzungsbasiert", ("usage_based",)),
        ("Einmalzahlung", ("one_time",)),
        ("One-time purchase", ("one_time",)),
        ("Je nach Plan", ("plan_dependent",)),
        ("Auf Anfrage", ("custom_quote",)),
        ("Custom quote", ("custom_quote",)),
        ("Kostenpflichtig", ("paid",)),
        ("10 €/Monat", ("subscription",)),
        ("$10 per user", ("subscription",)),
        ("Freemium, Abonnement", ("freemium", "subscription")),
        ("Open Source / Subscription", ("open_source", "subscription")),
        ("Free und Abonnement", ("free", "subscription")),
        ("Abonnement + Abo", ("subscription",)),
        ("Freemium; Freemium", ("freemium",)),
        ("jährlich", ("subscription",)),
        ("Unbekannt", ("unknown",)),
    ],
)
def test_known_words_give_their_models_in_the_order_of_the_text_without_repetition(
    text: str, models: tuple[str, ...]
) -> None:
    assert read_price_models(text) == (models, ())


@pytest.mark.parametrize(
    ("text", "models", "left"),
    [
        ("Xyzzy", ("unknown",), ("xyzzy",)),
        ("Freemium, Xyzzy", ("freemium",), ("xyzzy",)),
        ("tags: [a, b]", ("unknown",), ("tags: [a, b]",)),
        ("/", ("unknown",), ()),
        (", ,", ("unknown",), ()),
    ],
)
def test_parts_that_are_not_understood_are_unknown_and_returned(
    text: str, models: tuple[str, ...], left: tuple[str, ...]
) -> None:
    assert read_price_models(text) == (models, left)


@pytest.mark.parametrize("text", [None, ""])
def test_no_text_gives_no_model(text: str | None) -> None:
    assert read_price_models(text) == ((), ())


def test_the_file_names_every_model_of_the_schema_and_no_other() -> None:
    assert {model.name for model in _models()} == set(PRICE_MODELS)


@pytest.mark.parametrize(
    ("name", "value"), [(model.name, value) for model in _models() for value in sorted(model.values)]
)
def test_every_listed_value_is_read_as_its_model(name: str, value: str) -> None:
    assert read_price_models(value) == ((name,), ())
