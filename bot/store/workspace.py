"""Which Slack workspace the bot last ran in, so that the shell can name people of it without asking Slack."""

from sqlite_utils import Database

from bot.domain.names import TeamId
from bot.store.database import writing


def team(db: Database) -> TeamId | None:
    """The workspace's id; None if the bot has never run on this database."""
    row = db.execute("SELECT value FROM workspace WHERE key = 'team'").fetchone()
    return None if row is None else TeamId(row[0])


def remember_team(db: Database, team_id: TeamId) -> None:
    """The bot's token is of this workspace. Grants of another one stay, and are nobody's in this one."""
    with writing(db):
        db.execute(
            "INSERT INTO workspace (key, value) VALUES ('team', ?)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (team_id,),
        )
