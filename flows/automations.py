"""Automations: what the Prefect server does by itself about runs that die, fail or wait for too long.

    python -m steckbrief.flows.automations [--webhook URL]

creates the automations on the server at PREFECT_API_URL, and replaces earlier ones. Dead runs are marked as crashed.
With --webhook, runs that failed, crashed, are late or wait for a long time are reported to that address, which the
server keeps in a block. Without it nothing is reported, and the server forgets an earlier address.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from typing import Final
from uuid import UUID

from prefect.blocks.notifications import CustomWebhookNotificationBlock
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState, SendNotification
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification

from steckbrief.flows import HEARTBEAT
from steckbrief.flows.deployment import FLOW

PREFIX: Final = "steckbrief: "
REPORT: Final = f"{PREFIX}report a run that went wrong"
WAITING: Final = f"{PREFIX}report a run that waits for a long time"
CLEAR: Final = f"{PREFIX}clear a dead run"
BLOCK: Final = "steckbrief-webhook"

SILENCE: Final = dt.timedelta(seconds=10 * HEARTBEAT)
"""A run that has shown no sign of life for this long is dead: it has missed ten heartbeats.

Three would do for a run at work. But a run that begins is Pending while it imports its code, which takes 3 s on an idle
machine and has taken more than 25 s on a busy one. Taking a living run for dead is worse than letting the next run wait
for five minutes.
"""

PATIENCE: Final = dt.timedelta(hours=1)
"""A run that has waited for its slot for this long is reported. Nearly every build takes less."""

_WRONG: Final = frozenset(f"prefect.flow-run.{state}" for state in ("Failed", "Crashed", "TimedOut", "Late"))
_ENDED: Final = frozenset(
    f"prefect.flow-run.{state}" for state in ("Completed", "Failed", "Crashed", "TimedOut", "Cancelled")
)
_ALIVE: Final = frozenset(
    f"prefect.flow-run.{sign}"
    for sign in ("Pending", "Submitting", "InfrastructurePending", "Running", "Retrying", "heartbeat")
)
"""Signs of life. A run holds the deployment's slot from Pending on, and may die before its first heartbeat."""

_WAITS: Final = "prefect.flow-run.AwaitingConcurrencySlot"
"""The state of a run while another one is at work. Prefect calls a run Late only if no worker has picked it up."""

_ANY_RUN: Final = ResourceSpecification({"prefect.resource.id": "prefect.flow-run.*"})
_OF_OUR_FLOW: Final = ResourceSpecification({"prefect.resource.role": "flow", "prefect.resource.name": FLOW})

_LINKS: Final = """\
Deployment: {{ deployment.name }}
Run page: {{ flow_run|ui_url }}
"""

_BODY: Final = f"""\
Run {{{{ flow_run.name }}}} of {{{{ flow.name }}}} is {{{{ flow_run.state.name }}}}.
{{{{ flow_run.state.message }}}}
{_LINKS}"""


def put_automations(
    webhook: str | None, *, silence: dt.timedelta = SILENCE, patience: dt.timedelta = PATIENCE
) -> list[str]:
    """Create or replace the automations, with reports if there is a webhook. Returns their names.

    An automation that has not changed stays. If it were created again, the server would forget when it last heard from
    each run, and would never clear a run that has just died.
    """
    block = _save_webhook(webhook) if webhook else None
    missing = [clear(block, silence), *([report(block), report_waiting(block, patience)] if block else [])]
    with get_client(sync_client=True) as client:
        for automation in client.read_automations():
            content = automation.model_dump(include=set(AutomationCore.model_fields))
            unchanged = [core for core in missing if core.model_dump() == content]
            if unchanged:
                missing.remove(unchanged[0])
            elif automation.name.startswith(PREFIX):
                client.delete_automation(automation.id)
        for core in missing:
            client.create_automation(core)
        if block is None:
            _forget_webhook()
    return [CLEAR, REPORT, WAITING] if block else [CLEAR]


def clear(block: UUID | None, silence: dt.timedelta) -> AutomationCore:
    """Mark a run as crashed if it showed no sign of life for `silence`, so that the next one can begin.

    It also reports the run, if there is a notification block. The ordinary report of a crashed run would not do: after
    a restart, the server holds back the event of a state if it has not seen the state before it. Nor would a second
    automation for this report: it would be due at the same moment, and a restarted server with SQLite then stopped
    answering.
    """
    reason = (
        f"No sign of life for {silence.total_seconds():.0f} seconds: its process or machine is gone. Nothing was"
        " published unless its log says so; the next run removes what it left."
    )
    # It does not name the state, because the server may still see the run as Running when it writes the message.
    notification = SendNotification(
        block_document_id=block or UUID(int=0),
        subject="steckbrief: {{ flow_run.name }} has died",
        body=f"Run {{{{ flow_run.name }}}} of {{{{ flow.name }}}} has died.\n{reason}\n{_LINKS}",
    )
    return AutomationCore(
        name=CLEAR,
        description="A run whose process died cannot report it, and would hold the deployment's only slot forever.",
        trigger=_silent_after(_ALIVE, silence),
        actions=[
            ChangeFlowRunState(name=None, force=False, state=StateType.CRASHED, message=reason),
            *([notification] if block else []),
        ],
    )


def report_waiting(block: UUID, patience: dt.timedelta) -> AutomationCore:
    """Report a run that has waited for its slot for `patience`, and again after the same time."""
    minutes = int(patience.total_seconds() // 60)
    return AutomationCore(
        name=WAITING,
        description="Runs that wait for another run for a long time are reported through the webhook.",
        trigger=_silent_after(frozenset({_WAITS}), patience),
        actions=[
            SendNotification(
                block_document_id=block,
                subject="steckbrief: {{ flow_run.name }} still waits",
                body=f"It has waited for its slot for {minutes} minutes: another run has it, or no worker is left.\n"
                f"{_BODY}",
            )
        ],
    )


def report(block: UUID) -> AutomationCore:
    """Report every run that failed, crashed, took too long or is late."""
    return AutomationCore(
        name=REPORT,
        description="Failed, crashed, timed out and late runs are reported through the webhook.",
        trigger=EventTrigger(
            expect=set(_WRONG),
            match=_ANY_RUN,
            match_related=_OF_OUR_FLOW,
            for_each={"prefect.resource.id"},
            posture=Posture.Reactive,
            threshold=1,
        ),
        actions=[
            SendNotification(
                block_document_id=block,
                subject="steckbrief: {{ flow_run.name }} is {{ flow_run.state.name }}",
                body=_BODY,
            )
        ],
    )


def _silent_after(events: frozenset[str], within: dt.timedelta) -> EventTrigger:
    """Return a trigger for runs of the flow that neither live nor end `within` this time after one of `events`."""
    return EventTrigger(
        after=set(events),
        expect={*_ALIVE, *_ENDED},
        match=_ANY_RUN,
        match_related=_OF_OUR_FLOW,
        for_each={"prefect.resource.id"},
        posture=Posture.Proactive,
        threshold=1,
        within=within,
    )


def _save_webhook(url: str) -> UUID:
    """Store the webhook's address in a block on the server. Returns the id of the block."""
    block = CustomWebhookNotificationBlock(
        name=BLOCK,
        url=url,
        json_data={"subject": "{{subject}}", "text": "{{body}}"},
        headers=None,
        cookies=None,
        timeout=30,
    )
    return UUID(str(block.save(BLOCK, overwrite=True)))


def _forget_webhook() -> None:
    with get_client(sync_client=True) as client:
        for document in client.read_block_documents():
            if document.name == BLOCK:
                client.delete_block_document(document.id)


def main(arguments: list[str] | None = None) -> None:
    """Create or replace the automations on the server at PREFECT_API_URL."""
    parser = argparse.ArgumentParser(
        prog="python -m steckbrief.flows.automations", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument(
        "--webhook",
        metavar="URL",
        default=os.environ.get("NIGHTLY_WEBHOOK"),
        help="address that gets a POST with subject and text as JSON [default: NIGHTLY_WEBHOOK]",
    )
    names = put_automations(parser.parse_args(arguments).webhook)
    sys.stdout.write("".join(f"{name}\n" for name in names))


if __name__ == "__main__":
    main()
