"""What the Prefect server does by itself about runs that go wrong, and about parameters that do not exist.

Belongs here: the automations, declared as data, and putting them on the server. Does not belong here: the flow
(build.py) or its schedule (prefect.yaml).

    python -m flows.automations [--webhook URL]

puts all of it on the server at PREFECT_API_URL, once the deployment is there; again, it brings it up to date. Runs that
failed, crashed or are late are told through the webhook, whose address the server keeps in a block; without one nothing
is told. Runs that died are marked as crashed. A misspelt parameter is refused.
"""

from __future__ import annotations

import argparse
import datetime as dt
from typing import Final
from uuid import UUID

from flows import environment

environment.prepare()  # before Prefect reads it

from prefect.blocks.notifications import CustomWebhookNotificationBlock  # noqa: E402
from prefect.client.schemas.objects import StateType  # noqa: E402
from prefect.events.actions import ChangeFlowRunState, SendNotification  # noqa: E402
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture  # noqa: E402
from prefect.events.schemas.events import ResourceSpecification  # noqa: E402

from flows.terminal import say  # noqa: E402

FLOW: Final = "build_dataset"
DEPLOYMENT: Final = f"{FLOW}/nightly"
BLOCK: Final = "steckbrief-webhook"
TOLD: Final = "steckbrief: tell of a run that went wrong"
CLEARED: Final = "steckbrief: clear a run that died"

SILENCE: Final = dt.timedelta(seconds=90)
"""After so long without a sign of life a run counts as dead: three times the interval that prefect.yaml sets."""

_WRONG: Final = frozenset(f"prefect.flow-run.{state}" for state in ("Failed", "Crashed", "TimedOut", "Late"))
_ENDED: Final = frozenset(
    f"prefect.flow-run.{state}" for state in ("Completed", "Failed", "Crashed", "TimedOut", "Cancelled")
)
_ALIVE: Final = frozenset({"prefect.flow-run.heartbeat", "prefect.flow-run.Running", "prefect.flow-run.Pending"})
"""Signs of life. A run holds the deployment's place from Pending on, and may die before its first heartbeat."""

_OUR_RUNS: Final = ResourceSpecification({"prefect.resource.id": "prefect.flow-run.*"})
_OUR_FLOW: Final = ResourceSpecification({"prefect.resource.role": "flow", "prefect.resource.name": FLOW})

_BODY: Final = """\
Run {{ flow_run.name }} of {{ flow.name }} is {{ flow_run.state.name }}.
{{ flow_run.state.message }}
Deployment: {{ deployment.name }}
Run page: {{ flow_run|ui_url }}
"""


def clearing(silence: dt.timedelta = SILENCE) -> AutomationCore:
    """Mark a run as crashed that has not said for `silence` that it lives, so that the next one can begin."""
    seconds = int(silence.total_seconds())
    return AutomationCore(
        name=CLEARED,
        description="A run whose process died cannot say so; it would hold the deployment's only place for ever.",
        trigger=EventTrigger(
            after=set(_ALIVE),
            expect={*_ALIVE, *_ENDED},
            match=_OUR_RUNS,
            match_related=_OUR_FLOW,
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=silence,
        ),
        actions=[
            ChangeFlowRunState(
                name=None,
                force=False,
                state=StateType.CRASHED,
                message=f"No sign of life for {seconds} seconds: its process or machine is gone. Nothing was published"
                " unless its log says so; the next run clears what it left.",
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


def put(automation: AutomationCore) -> None:
    """Put an automation on the server, in the place of one of the same name."""
    from prefect.client.orchestration import get_client  # noqa: PLC0415 - seconds that --help need not pay

    with get_client(sync_client=True) as client:
        for each in client.read_automations_by_name(automation.name):
            client.delete_automation(each.id)
        client.create_automation(automation)


def refuse_unknown_parameters() -> None:
    """Close the deployment's parameter schema, which Prefect leaves open: a misspelt parameter would be ignored.

    Raises Prefect's ObjectNotFound where the deployment is not on the server.
    """
    from prefect.client.orchestration import get_client  # noqa: PLC0415

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


def main(arguments: list[str] | None = None) -> None:
    """Put the automations on the server at PREFECT_API_URL."""
    parser = argparse.ArgumentParser(prog="python -m flows.automations", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--webhook", metavar="URL", help="address that gets a POST with subject and text as JSON")
    parser.add_argument("--silence", type=int, default=int(SILENCE.total_seconds()), help="seconds until a run is dead")
    chosen = parser.parse_args(arguments)
    refuse_unknown_parameters()
    say(f"{DEPLOYMENT}: unknown parameters are refused")
    put(clearing(dt.timedelta(seconds=chosen.silence)))
    say(f"{CLEARED}: after {chosen.silence} s")
    if chosen.webhook:
        put(telling(webhook(chosen.webhook)))
        say(f"{TOLD}: through block {BLOCK}")


if __name__ == "__main__":
    main()
