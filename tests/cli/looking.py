"""Commands that look, as a process of its own beside the simulators: what it printed, and how it ended."""

from tests.cli.conftest import NAMED, Said


async def typed(world, *arguments, **settings):
    """`pipeline-bot …` with the world's settings, or as these change them."""
    async with world.bot(*arguments, **settings) as process:
        stdout = await process.rest_of_output()
        status = await process.ends()
    complaints = [line for line in process.stderr.splitlines() if not line.startswith(NAMED)]
    return Said(status, stdout, "\n".join(complaints), names_database=NAMED[0] in process.stderr)


async def shown(world, *arguments, **settings):
    """The output of a command that ends well, and complains of nothing."""
    said = await typed(world, *arguments, **settings)
    assert (said.status, said.stderr, said.names_database) == (0, "", True), said
    return said.stdout


def cells(output):
    """A table's rows without its heading, cut where two spaces or more are."""
    heading, *rows = output.splitlines()
    places = [
        at for at, char in enumerate(heading) if char != " " and (at == 0 or heading[at - 2 : at] == "  ")
    ]
    return [
        tuple(row[begin:end].strip() for begin, end in zip(places, [*places[1:], None], strict=True))
        for row in rows
    ]
