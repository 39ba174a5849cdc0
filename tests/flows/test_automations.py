"""The automations as declared: their time limits, and the states they know."""

from __future__ import annotations

import datetime as dt
import inspect
from typing import cast

import prefect.states
import pytest
from prefect.client.schemas.objects import TERMINAL_STATES, StateType
from prefect.events.schemas.automations import EventTrigger

from steckbrief import flows
from steckbrief.flows import automations

STATES = {
    state.name: state.type
    for state in (
        function(pause_expiration_time=dt.datetime.now(dt.UTC)) if name in {"Paused", "Suspended"} else function()
        for name, function in vars(prefect.states).items()
        if inspect.isfunction(function) and name[0].isupper()
    )
}
"""Every state that Prefect has a function for, with its type."""

TRIGGER = cast(EventTrigger, automations.clear(None, automations.SILENCE).trigger)


def test_silence_is_many_heartbeats_and_longer_than_any_start() -> None:
    assert dt.timedelta(seconds=3 * flows.HEARTBEAT) <= automations.SILENCE
    slowest_start = dt.timedelta(seconds=25)  # imports alone, measured on two busy cores
    assert 4 * slowest_start <= automations.SILENCE
    assert automations.SILENCE < automations.PATIENCE
    defaults = inspect.signature(automations.put_automations).parameters
    assert defaults["silence"].default == automations.SILENCE
    assert defaults["patience"].default == automations.PATIENCE


@pytest.mark.parametrize(("name", "type_"), STATES.items())
def test_every_state_of_a_run_at_work_is_a_sign_of_life_and_no_other_state_is(name: str, type_: StateType) -> None:
    at_work = type_ in {StateType.PENDING, StateType.RUNNING}
    assert (f"prefect.flow-run.{name}" in TRIGGER.after) == at_work
    assert (f"prefect.flow-run.{name}" in TRIGGER.expect) == (at_work or type_ in TERMINAL_STATES)


def test_a_heartbeat_is_a_sign_of_life() -> None:
    assert "prefect.flow-run.heartbeat" in TRIGGER.after & TRIGGER.expect
