"""What people and the loop do to an operation, decided by the domain on the row and the facts that the store shows."""

from dataclasses import replace

from bot.domain.access.authorization import authority_of, authorization_for
from bot.domain.access.permissions import Action
from bot.domain.access.requests.request import Request
from bot.domain.operations.inputs import (
    Approved,
    CardPlaced,
    Confirmed,
    DeniedByApprover,
    Looked,
    TimePassed,
    Withdrawn,
)
from bot.domain.operations.machine.state_machine import advance
from bot.domain.pipelines.pipeline import Seen
from tests.domain.pipeline_samples import pipeline
from tests.store.samples import ANA, CARD, at


def asks(minutes=1):
    """Without a limit: a round of a race is a request."""

    def decide(operation, access_data):
        unlimited = replace(access_data, open_requests=0, asked_at=())
        authority = authorization_for(operation, unlimited, at(minutes))
        return advance(operation, Confirmed(ANA, authority), at(minutes))

    return decide


def approves(by, minutes=5):
    def decide(operation, access_data):
        decision = access_data.may(by, Action.APPROVE, operation.pipeline, at(minutes))
        request = Request.of(operation)
        request = replace(request, approved_by=request.approved_by | {by})
        authority = authority_of(request, access_data, at(minutes))
        return advance(operation, Approved(by, decision, authority), at(minutes))

    return decide


def denies(by, minutes=5):
    def decide(operation, access_data):
        decision = access_data.may(by, Action.APPROVE, operation.pipeline, at(minutes))
        return advance(operation, DeniedByApprover(by, decision, "not now"), at(minutes))

    return decide


def withdraws(minutes=5):
    return lambda operation, _access_data: advance(operation, Withdrawn(ANA), at(minutes))


def time_passes(minutes):
    return lambda operation, _access_data: advance(operation, TimePassed(), at(minutes))


def looks(minutes=6):
    def decide(operation, access_data):
        placed = advance(operation, CardPlaced(CARD), at(minutes)).operation
        of = operation.previewed
        seen = Looked(
            Seen(pipeline(id=of.id, status_since=of.status_since, checkpoints=of.checkpoints)),
            authorization_for(placed, access_data, at(minutes)),
        )
        return advance(placed, seen, at(minutes))

    return decide
