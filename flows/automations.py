"""What the Prefect server does by itself about runs that go wrong, and about parameters that do not exist.

    python -m steckbrief.flows.automations [--webhook URL]

puts all of it on the server at PREFECT_API_URL, once the deployment is there, and again after every `prefect deploy`,
which opens the parameters for names that do not exist. Afterwards the server is as this command says: runs that failed,
crashed, are late or wait for long are told through the webhook, whose address the server keeps in a block; without
--webhook nothing is told, and an address of before is forgotten. Runs that died are marked as crashed. A misspelt
parameter is refused.
"""

from __future__ import annotations

import argparse
import datetime as dt
from typing import Final
from uuid import UUID

from steckbrief.flows import environment

environment.prepare()  # before Prefect reads it

from prefect.blocks.notifications import CustomWebhookNotificationBlock  # noqa: E402
from prefect.client.orchestration import get_client  # noqa: E402
from prefect.client.schemas.objects import StateType  # noqa: E402
from prefect.events.actions import ChangeFlowRunState, SendNotification  # noqa: E402
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture  # noqa: E402
from prefect.events.schemas.events import ResourceSpecification  # noqa: E402

from steckbrief.flows.deployment import DEPLOYMENT, FLOW  # noqa: E402
from steckbrief.terminal import say  # noqa: E402

BLOCK: Final = "steckbrief-webhook"
TOLD: Final = "steckbrief: tell of a run that went wrong"
WAITING: Final = "steckbrief: tell of a run that waits for long"
CLEARED: Final = "steckbrief: clear a run that died"

SILENCE: Final = dt.timedelta(seconds=10 * environment.HEARTBEAT)
"""After so long without a sign of life a run counts as dead: ten missed ones.

Three would do for a run at work. One that begins says Pending, then imports for 3 s on a machine at rest and for 25 s
and more on a busy one before it says anything again; and to take a living run for dead is worse than to let the next
one wait for five minutes.
"""

PATIENCE: Final = dt.timedelta(hours=1)
"""How long a run may wait for its place until somebody is told: longer than nearly every build, and well before day."""

_WRONG: Final = frozenset(f"prefect.flow-run.{state}" for state in ("Failed", "Crashed", "TimedOut", "Late"))
_ENDED: Final = frozenset(
    f"prefect.flow-run.{state}" for state in ("Completed", "Failed", "Crashed", "TimedOut", "Cancelled")
)
_ALIVE: Final = frozenset(
    f"prefect.flow-run.{sign}" for sign in ("Pending", "Submitting", "Running", "Retrying", "heartbeat")
)
"""Signs of life. A run holds the deployment's place from Pending on, and may die before its first heartbeat."""

_WAITS: Final = "prefect.flow-run.AwaitingConcurrencySlot"
"""A run that came while another was at work. Prefect never calls it Late: that is for runs that nobody picked up."""

_OUR_RUNS: Final = ResourceSpecification({"prefect.resource.id": "prefect.flow-run.*"})
_OUR_FLOW: Final = ResourceSpecification({"prefect.resource.role": "flow", "prefect.resource.name": FLOW})

_WHERE: Final = """\
Deployment: {{ deployment.name }}
Run page: {{ flow_run|ui_url }}
"""

_BODY: Final = f"""\
Run {{{{ flow_run.name }}}} of {{{{ flow.name }}}} is {{{{ flow_run.state.name }}}}.
{{{{ flow_run.state.message }}}}
{_WHERE}"""


def clearing(silence: dt.timedelta = SILENCE, block: UUID | None = None) -> AutomationCore:
    """Mark a run as crashed that has not said for `silence` that it lives, so that the next one can begin.

    It is told through the notification block too, if there is one: a server that was restarted meanwhile holds back
    the news of a state whose predecessor it has not seen, and so what is told of crashed runs. An automation of its own
    for that would be due in the same moment, over which a restarted server with SQLite stopped answering.
    """
    why = (
        f"No sign of life for {silence.total_seconds():.0f} seconds: its process or machine is gone. Nothing was"
        " published unless its log says so; the next run clears what it left."
    )
    # The state is not told: the server may still have the run as Running when the message is written.
    told = (
        SendNotification(
            block_document_id=block,
            subject="steckbrief: {{ flow_run.name }} has died",
            body=f"Run {{{{ flow_run.name }}}} of {{{{ flow.name }}}} has died.\n{why}\n{_WHERE}",
        )
        if block
        else None
    )
    return AutomationCore(
        name=CLEARED,
        description="A run whose process died cannot say so; it would hold the deployment's only place for ever.",
        trigger=_silent_after(_ALIVE, silence),
        actions=[
            ChangeFlowRunState(
                name=None,
                force=False,
                state=StateType.CRASHED,
                message=why,
            ),
            *([told] if told else []),
        ],
    )


def telling_of_waiting(block: UUID, patience: dt.timedelta = PATIENCE) -> AutomationCore:
    """Send a message for a run that has waited for `patience` for another to end; again after as long."""
    minutes = int(patience.total_seconds() // 60)
    return AutomationCore(
        name=WAITING,
        description="Runs that wait for another run for long are told through the webhook.",
        trigger=_silent_after(frozenset({_WAITS}), patience),
        actions=[
            SendNotification(
                block_document_id=block,
                subject="steckbrief: {{ flow_run.name }} still waits",
                body=f"It has waited for its place for {minutes} minutes: another run holds it, or no worker is left.\n"
                f"{_BODY}",
            )
        ],
    )


def telling(block: UUID) -> AutomationCore:
    """Send a message through the notification block for every run that failed, crashed or is late."""
    return AutomationCore(
        name=TOLD,
        description="Failed, crashed and late runs are told through the webhook.",
        trigger=EventTrigger(
            expect=set(_WRONG),
            match=_OUR_RUNS,
            match_related=_OUR_FLOW,
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
    """Fires for a run of the flow that neither lives nor ends `within` that time after one of `events`."""
    return EventTrigger(
        after=set(events),
        expect={*_ALIVE, *_ENDED},
        match=_OUR_RUNS,
        match_related=_OUR_FLOW,
        for_each={"prefect.resource.id"},
        posture=Posture.Proactive,
        threshold=1,
        within=within,
    )


def put(automation: AutomationCore) -> None:
    """Put an automation on the server, in the place of others of the same name.

    One that is there already, word for word, stays: with it the server would forget who was alive when, and a run that
    has just died would never be cleared.
    """
    with get_client(sync_client=True) as client:
        found = client.read_automations_by_name(automation.name)
        same = [each for each in found if each.model_dump(exclude={"id"}) == automation.model_dump()][:1]
        for each in found:
            if each not in same:
                client.delete_automation(each.id)
        if not same:
            client.create_automation(automation)


def take_away(name: str) -> None:
    """Remove the automations of that name from the server."""
    with get_client(sync_client=True) as client:
        for each in client.read_automations_by_name(name):
            client.delete_automation(each.id)


def refuse_unknown_parameters() -> None:
    """Close the deployment's parameter schema, which `prefect deploy` leaves open each time; it cannot be told not to.

    While it is open, a run with a misspelt parameter is made, and crashes when it begins. Raises Prefect's
    ObjectNotFound where the deployment is not on the server.
    """
    with get_client(sync_client=True) as client:
        found = client.read_deployment_by_name(DEPLOYMENT)
        schema = {**(found.parameter_openapi_schema or {}), "additionalProperties": False}
        answer = client.request(
            "PATCH", "/deployments/{id}", path_params={"id": found.id}, json={"parameter_openapi_schema": schema}
        )
        answer.raise_for_status()


def webhook(url: str) -> UUID:
    """Keep the webhook's address in a block on the server; gives the block's id."""
    block = CustomWebhookNotificationBlock(
        name=BLOCK,
        url=url,
        json_data={"subject": "{{subject}}", "text": "{{body}}"},
        headers=None,
        cookies=None,
        timeout=30,
    )
    saved = block.save(BLOCK, overwrite=True)
    return UUID(str(saved))


def forget_webhook() -> None:
    """Remove the webhook's address from the server, and what would use it."""
    for name in (TOLD, WAITING):
        take_away(name)
    with get_client(sync_client=True) as client:
        for each in client.read_block_documents():
            if each.name == BLOCK:
                client.delete_block_document(each.id)


def main(arguments: list[str] | None = None) -> None:
    """Put the automations on the server at PREFECT_API_URL."""
    parser = argparse.ArgumentParser(
        prog="python -m steckbrief.flows.automations", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--webhook", metavar="URL", help="address that gets a POST with subject and text as JSON")
    chosen = parser.parse_args(arguments)
    refuse_unknown_parameters()
    say(f"{DEPLOYMENT}: unknown parameters are refused")
    block = webhook(chosen.webhook) if chosen.webhook else None
    put(clearing(block=block))
    say(f"{CLEARED}: after {SILENCE.total_seconds():.0f} s")
    if block:
        put(telling(block))
        put(telling_of_waiting(block))
        say(f"{TOLD}, {WAITING}: through block {BLOCK}")
    else:
        forget_webhook()
        say("No --webhook: nobody is told of runs that go wrong")


if __name__ == "__main__":
    main()
