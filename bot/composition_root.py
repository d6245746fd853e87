"""The composition root: builds the bot from its settings, checks its tokens, and runs it until shutdown.

Nothing connects or starts at import. Everything is an argument or built here, so that tests and the demo assemble
the same bot that `pipeline-bot run` runs.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from importlib.metadata import version

import aiohttp
import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.application import Bot
from bot.clock import SteadyClock
from bot.config import Mode, Settings, SlackSettings
from bot.dns_threads import DnsThreads
from bot.domain.commands import COMMAND
from bot.engine.loops.clock_watch import ClockWatch
from bot.engine.loops.loop import TickTimes
from bot.engine.ports import Clock, Tracer, Unmeasured
from bot.engine.ports.webhooks import UnmeasuredWebhooks
from bot.engine.readiness import Readiness
from bot.felderas import (
    Misplaced,
    connected,
    greet,
    in_brief,
    misplaced,
    reject_duplicate_targets,
    sessions_of,
    warn_of_silence,
    warn_of_the_settings,
)
from bot.observability import AdminServer, PrometheusMetrics
from bot.observability.tracing import tracing
from bot.private_files import close_to_others
from bot.slack.api import response_urls
from bot.slack.api.identity import can_open_sockets, once_it_answers, who_are_we
from bot.slack.api.response_urls import ResponseUrls
from bot.slack.api.token_check import SlackCalls
from bot.slack.api.web_api import session
from bot.slack.transport.http_transport import HttpTransport
from bot.store.bot_state import ServedReceivers
from bot.store.connection.lease import files_of, lease, running_identity
from bot.store.store import SqliteStore
from bot.systemd import ServiceManager
from bot.webhook_receivers import webhook_senders
from bot.wiring import wire

log = structlog.get_logger(__name__)

NOBODY = ServiceManager()  # none that started this process
SLACK_TIMEOUT = 15.0  # seconds for a Web API call, connecting included


@asynccontextmanager
async def assembled(
    settings: Settings,
    clock: Clock,
    stopping: asyncio.Event | None = None,
    tracer: Tracer | None = None,
    service_manager: ServiceManager = NOBODY,
) -> AsyncIterator[Bot]:
    """The bot with its database open and tokens checked, not serving yet. Waits while Slack is unreachable.

    Health and metrics are served from the beginning. The bot is not ready any more once `stopping` is set.

    Raises:
        UserError: what the operator has to fix: a token, the database, another bot on it, a Feldera that is gone.
    """
    path = settings.pipeline_bot_database
    readiness = Readiness(stopping or asyncio.Event(), TickTimes(clock))
    prometheus = None
    if settings.admin_listen is not None:
        prometheus = PrometheusMetrics(settings.targets, version("pipeline-bot"))
    metrics = prometheus or Unmeasured()
    calls = SlackCalls(metrics)
    with lease(path, clock.now()) as lock_file:
        close_to_others(*files_of(path))
        store = SqliteStore.open(path, settings.targets, beside=[lock_file], metrics=metrics)
        try:
            lost = misplaced(await store.pipelines_underway(), settings.targets)
            if lost is not None:
                raise Misplaced(lost)
            async with (
                _watched(clock, store) as watch,
                _served(settings, prometheus, readiness, store, clock) as admin,
                session(SLACK_TIMEOUT, calls.note) as connections,
                response_urls.session() as response_connections,
                connected(settings, clock, metrics) as feldera,
            ):
                await reject_duplicate_targets(feldera)
                client = slack_client(settings, connections)
                workspace = await once_it_answers(partial(who_are_we, client), clock, readiness.waits_for)
                if settings.mode is Mode.SOCKET and settings.slack_app_token is not None:
                    app_token = settings.slack_app_token.get_secret_value()
                    can_open = partial(can_open_sockets, client, app_token)
                    await once_it_answers(can_open, clock, readiness.waits_for)
                await store.workspace.remember_team(workspace.team)
                await store.workspace.remember_url(workspace.url)
                served = ServedReceivers(frozenset(settings.receivers), running_identity(path))
                await store.diagnosis.remember_receivers(served)
                bot = wire(
                    settings,
                    clock,
                    watch,
                    store=store,
                    feldera=feldera,
                    client=client,
                    answers=ResponseUrls(response_connections, settings.proxies),
                    workspace=workspace,
                    calls=calls,
                    readiness=readiness,
                    admin=admin,
                    tracer=tracer,
                    service_manager=service_manager,
                )
                async with webhook_senders(
                    settings,
                    workspace.team,
                    cursors=store.webhook_cursors,
                    metrics=prometheus.webhooks if prometheus else UnmeasuredWebhooks(),
                    clock=clock,
                    proxies=settings.proxies,
                ) as webhooks:
                    yield replace(bot, webhooks=webhooks)
        finally:
            await store.aclose()


@asynccontextmanager
async def _served(
    settings: Settings,
    metrics: PrometheusMetrics | None,
    readiness: Readiness,
    store: SqliteStore,
    clock: Clock,
) -> AsyncIterator[AdminServer | None]:
    """The admin server, if the settings have one.

    Raises:
        CannotServeAdmin: its address cannot be used.
    """
    if settings.admin_listen is None or metrics is None:
        yield None
        return
    host, port = settings.admin_listen
    figures = store.background.figures
    async with AdminServer(host, port, metrics, readiness, store.last_underway, figures, clock) as server:
        yield server


@asynccontextmanager
async def _watched(clock: Clock, store: SqliteStore) -> AsyncIterator[ClockWatch | None]:
    """The clock resumes from the database, and saves its time there at the end. A simulated one starts fresh.

    Raises:
        ClockNotBelieved: this machine's clock cannot be trusted.
    """
    if not isinstance(clock, SteadyClock):
        yield None
        return
    watch = ClockWatch(store.background, clock)
    await watch.begin()
    try:
        yield watch
    finally:
        store.hurry()
        await watch.end()


def slack_client(settings: SlackSettings, connections: aiohttp.ClientSession | None = None) -> AsyncWebClient:
    """Slack's Web API client. It never retries by itself: a post retried blindly appears twice."""
    client = AsyncWebClient(
        token=settings.slack_bot_token.get_secret_value(),
        base_url=settings.slack_api_url,
        session=connections,
        timeout=int(SLACK_TIMEOUT),
        retry_handlers=[],
    )
    client.proxy = settings.proxies.of(client.base_url)  # and not what slack_sdk read in the environment
    return client


async def run(
    settings: Settings, clock: Clock, stopping: asyncio.Event, service_manager: ServiceManager = NOBODY
) -> None:
    """Run the bot until `stopping` is set, which also cuts the start short.

    Raises:
        UserError: what the operator has to fix before it can start.
    """
    asyncio.get_running_loop().set_default_executor(DnsThreads())
    async with AsyncExitStack() as stack:
        try:
            async with _given_up_when(stopping):
                traces = tracing(settings.traces_endpoint, version("pipeline-bot"), settings.targets, clock)
                tracer = await stack.enter_async_context(traces)
                assembling = assembled(settings, clock, stopping, tracer, service_manager)
                bot = await stack.enter_async_context(assembling)
                stack.push_async_callback(bot.transport.stop)
                greetings = await greet(bot.feldera)
                sessions = await sessions_of(bot.feldera, greetings)
                await bot.open()
        except TimeoutError:
            if not stopping.is_set():
                raise
            log.info("stopped", before="serving")
            return
        warn_of_silence(greetings, settings)
        warn_of_the_settings(bot.feldera, settings, sessions)
        transport = bot.transport
        log.info(
            "serving",
            version=version("pipeline-bot"),
            command=COMMAND,
            workspace=bot.workspace.name,
            over=f"HTTP on {transport.address}" if isinstance(transport, HttpTransport) else "Socket Mode",
            feldera=in_brief(greetings, settings),
            database=str(settings.pipeline_bot_database),
            **({} if bot.admin is None else {"admin": f"http://{bot.admin.address}"}),
        )
        await bot.serve(stopping)
    log.info("stopped")


@asynccontextmanager
async def _given_up_when(stopping: asyncio.Event) -> AsyncIterator[None]:
    """Cancel the body of this context once `stopping` is set.

    Raises:
        TimeoutError: `stopping` was set.
    """
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(None) as limit:

        def give_up(_: asyncio.Task[bool]) -> None:
            limit.reschedule(loop.time())

        told = asyncio.create_task(stopping.wait())
        told.add_done_callback(give_up)
        try:
            yield
        finally:
            told.remove_done_callback(give_up)
            told.cancel()
