"""The composition root: builds the bot from its settings, checks its tokens, and runs it until shutdown.

Nothing connects or starts at import. Everything is an argument or built here, so that tests and the demo assemble
the same bot that `pipeline-bot run` runs.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from importlib.metadata import version

import aiohttp
import structlog
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.application import Bot, set_all
from bot.clock import SteadyClock
from bot.config import Mode, Settings, SlackSettings
from bot.dns_threads import DnsThreads
from bot.domain.commands import COMMAND
from bot.engine.authorizer import Authorizer
from bot.engine.delivery.delivery_loop import DeliveryLoop
from bot.engine.handlers.access_commands import AccessCommands
from bot.engine.handlers.clear_form import ClearForms
from bot.engine.handlers.decisions import Decisions
from bot.engine.handlers.own_requests import OwnRequests
from bot.engine.handlers.pipeline_catalog import PipelineCatalog
from bot.engine.handlers.pipeline_pages import PipelinePages
from bot.engine.handlers.pipeline_status import PipelineStatus
from bot.engine.handlers.previews import Previews
from bot.engine.health import health
from bot.engine.loops.audit_anchor import AuditAnchor
from bot.engine.loops.clock_watch import ClockWatch
from bot.engine.loops.driver import Driver
from bot.engine.loops.home_refresher import HomeRefresher
from bot.engine.loops.sender import Sender
from bot.engine.loops.stall_detector import StallDetector
from bot.engine.loops.startup_lint import StartupLint
from bot.engine.loops.store_check import StoreCheck
from bot.engine.pending_cancels import PendingCancels
from bot.engine.ports import Clock
from bot.engine.rate_budget import RateBudget
from bot.engine.store_loss import StoreLoss
from bot.feldera.target_router import TargetRouter
from bot.felderas import (
    Misplaced,
    connected,
    greet,
    in_brief,
    misplaced,
    refuse_twins,
    sessions_of,
    warn_of_silence,
    warn_of_the_settings,
)
from bot.private_files import close_to_others
from bot.slack.api import response_urls
from bot.slack.api.directory import PeopleDirectory
from bot.slack.api.identity import Workspace, can_open_sockets, once_it_answers, who_are_we
from bot.slack.api.response_urls import ResponseUrls
from bot.slack.api.web_api import session
from bot.slack.listeners import HomeTab, ListenerContext, register
from bot.slack.listeners.background import BackgroundTasks
from bot.slack.listeners.deduplication import DeduplicatingApp
from bot.slack.publishing.audit_channel import SlackAuditChannel
from bot.slack.publishing.home_tabs import SlackHomeTabs
from bot.slack.publishing.threads import Threads
from bot.slack.transport.http_transport import HttpTransport
from bot.slack.transport.socket_transport import SocketTransport
from bot.slack.transport.unsigned_requests import UnsignedRequests
from bot.store.connection.lease import files_of, lease
from bot.store.store import SqliteStore

log = structlog.get_logger(__name__)

SLACK_TIMEOUT = 15.0  # seconds for a Web API call, connecting included


@asynccontextmanager
async def assembled(settings: Settings, clock: Clock) -> AsyncIterator[Bot]:
    """The bot with its database open and tokens checked, not serving yet. Waits while Slack is unreachable.

    Raises:
        UserError: what the operator has to fix: a token, the database, another bot on it, a Feldera that is gone.
    """
    path = settings.pipeline_bot_database
    with lease(path, clock.now()) as lock_file:
        close_to_others(*files_of(path))
        store = SqliteStore.open(path, settings.targets, beside=[lock_file])
        try:
            lost = misplaced(await store.pipelines_underway(), settings.targets)
            if lost is not None:
                raise Misplaced(lost)
            async with (
                _watched(clock, store) as watch,
                session(SLACK_TIMEOUT) as connections,
                response_urls.session() as response_connections,
                connected(settings, clock) as feldera,
            ):
                await refuse_twins(feldera)
                client = slack_client(settings, connections)
                workspace = await once_it_answers(partial(who_are_we, client), clock)
                if settings.mode is Mode.SOCKET and settings.slack_app_token is not None:
                    app_token = settings.slack_app_token.get_secret_value()
                    await once_it_answers(partial(can_open_sockets, client, app_token), clock)
                await store.remember_team(workspace.team)
                await store.remember_url(workspace.url)
                yield _wire(
                    settings,
                    clock,
                    watch,
                    store=store,
                    feldera=feldera,
                    client=client,
                    answers=ResponseUrls(response_connections, settings.proxies),
                    workspace=workspace,
                )
        finally:
            await store.aclose()


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


async def run(settings: Settings, clock: Clock, stopping: asyncio.Event) -> None:
    """Run the bot until `stopping` is set, which also cuts the start short.

    Raises:
        UserError: what the operator has to fix before it can start.
    """
    asyncio.get_running_loop().set_default_executor(DnsThreads())
    async with AsyncExitStack() as stack:
        try:
            async with _given_up_when(stopping):
                bot = await stack.enter_async_context(assembled(settings, clock))
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


def _wire(  # noqa: PLR0913 - the parts of the whole
    settings: Settings,
    clock: Clock,
    watch: ClockWatch | None,
    *,
    store: SqliteStore,
    feldera: TargetRouter,
    client: AsyncWebClient,
    answers: ResponseUrls,
    workspace: Workspace,
) -> Bot:
    to_do, to_say, to_show = asyncio.Event(), asyncio.Event(), asyncio.Event()
    work = partial(set_all, to_do, to_say, to_show)
    threads = Threads(client, clock, workspace.url)
    background_tasks = BackgroundTasks()
    directory = PeopleDirectory(client, clock, workspace.team)
    authorizer = Authorizer(store, directory, clock, RateBudget(clock))
    audit_channel = settings.pipeline_bot_audit_channel
    board = None if audit_channel is None else SlackAuditChannel(threads, audit_channel)
    handlers = OwnRequests(store, feldera, authorizer, clock, work)
    tabs = SlackHomeTabs(client, clock, workspace.url)
    background = store.background
    homes = HomeRefresher(background, replace(authorizer, store=background), tabs, clock, wake=to_show)
    secret = "" if settings.slack_signing_secret is None else settings.slack_signing_secret.get_secret_value()
    app = DeduplicatingApp(
        background_tasks,
        answers,
        name="pipeline-bot",  # else Bolt walks the whole stack for the name of a file
        logger=logging.getLogger("slack_bolt"),
        client=AsyncWebClient(base_url=settings.slack_api_url),
        authorize=_authorizer(workspace, settings.slack_bot_token.get_secret_value()),
        signing_secret=secret or None,
    )
    stalls, cancels = StallDetector(clock), PendingCancels()
    requests, access = (
        Decisions(store, authorizer, clock, cancels, work),
        AccessCommands(store, authorizer, clock, work),
    )
    listing = PipelinePages(store, feldera, authorizer, clock)
    context = ListenerContext(
        handlers,
        Previews(handlers),
        PipelineStatus(store, feldera, authorizer, clock),
        requests,
        access,
        listing,
        threads,
        background_tasks,
        workspace.team,
    )
    forms = ClearForms(handlers, PipelineCatalog(feldera, clock, background_tasks.begin))
    register(app, context, client, home=HomeTab(context, homes, tabs), forms=forms, response_urls=answers)
    store_watch = StoreCheck(background, clock)
    transport: SocketTransport | HttpTransport
    if settings.mode is Mode.SOCKET and settings.slack_app_token is not None:
        app_token = settings.slack_app_token.get_secret_value()
        transport = SocketTransport(app, app_token, client, settings.proxies)
    else:
        host, port = settings.listen
        transport = HttpTransport(
            app,
            host,
            port,
            verifier=SignatureVerifier(secret),
            health=partial(health, background.team, store_watch, tuple if watch is None else watch.notes),
            unsigned=UnsignedRequests(clock),
        )
    return Bot(
        workspace,
        store,
        feldera,
        handlers,
        Driver(
            store,
            background,
            feldera,
            Sender(feldera, authorizer, clock, stalls, cancels),
            clock,
            changed=partial(set_all, to_say, to_show),
            wake=to_do,
        ),
        DeliveryLoop(background, threads, clock, placed=partial(set_all, to_do, to_show), wake=to_say),
        homes,
        AuditAnchor(background, clock, board),
        watch,
        StartupLint(background, directory, clock, feldera.targets),
        stalls,
        store_watch,
        StoreLoss(threads, clock, live=store.last_underway),
        background_tasks,
        transport,
    )


def _authorizer(workspace: Workspace, token: str) -> Callable[[], Awaitable[AuthorizeResult]]:
    """Bolt's `authorize`: always our workspace and bot, known from the start, so no call per request."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None,
            team_id=workspace.team,
            bot_token=token,
            bot_id=workspace.bot_id,
            bot_user_id=workspace.bot_user,
        )

    return authorize
