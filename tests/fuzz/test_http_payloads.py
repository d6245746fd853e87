"""Signed requests with payloads of every kind, mutated: no 5xx, no traceback, and no effect but the one that is asked for."""

from urllib.parse import parse_qsl

from tests.fuzz.json_mutations import encoded
from tests.fuzz.renewed import Renewed
from tests.fuzz.slack_door import DELIVERIES, Drawn, SlackDoor, http_body, post, read_back

EXPECTED = {200, 400, 404, 413}


def test_mutated_payloads(fuzz):
    def check(deliveries: list[Drawn]) -> None:
        with doors.for_an_example() as door:
            for drawn in deliveries:
                send(door, drawn)
            assert door.run(door.workspace.bot.transport.health()).http_status == 200
            door.comes_to_rest()
        if door.is_spent:
            doors.closes()

    with Renewed(lambda folder: SlackDoor(folder, over_http=True), examples=60) as doors:
        fuzz(check, DELIVERIES, examples=40)


def send(door: SlackDoor, drawn: Drawn) -> None:
    workspace, signed = door.workspace, door.workspace.slack._interactions.transport
    envelope = door.envelope(drawn)
    content_type, body = http_body(envelope.type, envelope.payload)
    before, known = door.newest_entry, door.requests
    for _ in range(drawn.times):
        headers = signed._headers(body, content_type)
        status, answer = door.run(
            post(f"http://{workspace.bot.transport.address}/slack/events", body, headers)
        )
        assert status in EXPECTED, (status, answer)
        door.run(workspace.bot.background_tasks.finished())
    door.check(as_sent(envelope.type, envelope.payload, body), before, known)


def as_sent(kind: str, payload, body: bytes):
    """What a reader of the body finds in it."""
    if kind == "slash_commands":
        return dict(parse_qsl(body.decode(), keep_blank_values=True, errors="surrogatepass"))
    return read_back(encoded(payload))
