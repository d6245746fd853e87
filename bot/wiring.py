"""Wiring: the bot of its parts, over one store, one Slack and the Felderas of the settings."""

import asyncio
import logging
from dataclasses import replace
from functools import partial

from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.application import Bot, set_all
from bot.config import Mode, Settings
from bot.diagnostics.running_bot import RunningBot
from bot.engine.authorizer import Authorizer
from bot.engine.delivery.delivery_loop import DeliveryLoop
from bot.engine.handlers.access.access_commands import AccessCommands
from bot.engine.handlers.access.access_requests import AccessRequests
from bot.engine.handlers.clear_form import ClearForms
from bot.engine.handlers.decisions import Decisions
from bot.engine.handlers.look.diagnoses import Diagnoses
from bot.engine.handlers.look.history import History
from bot.engine.handlers.look.orientation import Orientation
from bot.engine.handlers.look.pipeline_catalog import PipelineCatalog
from bot.engine.handlers.look.pipeline_pages import PipelinePages
from bot.engine.handlers.look.pipeline_status import PipelineStatus
from bot.engine.handlers.preview_and_confirm import PreviewAndConfirm
from bot.engine.handlers.previews import Previews
from bot.engine.health import health
from bot.engine.loops.audit_anchor import AuditAnchor
from bot.engine.loops.clock_watch import ClockWatch
from bot.engine.loops.driver import Driver
from bot.engine.loops.home_refresher import HomeRefresher
from bot.engine.loops.sender import Sender
from bot.engine.loops.stall_detector import StallDetector
from bot.engine.loops.startup_lint import StartupLint
from bot.engine.loops.step_spans import StepSpans
from bot.engine.loops.store_check import StoreCheck
from bot.engine.pending_cancels import PendingCancels
from bot.engine.ports import Clock, Tracer
from bot.engine.rate_budget import RateBudget
from bot.engine.readiness import Readiness
from bot.engine.store_loss import StoreLoss
from bot.engine.watchdog import Watchdog
from bot.feldera.target_router import TargetRouter
from bot.observability import AdminServer
from bot.slack.api.directory import PeopleDirectory
from bot.slack.api.identity import Workspace
from bot.slack.api.response_urls import ResponseUrls
from bot.slack.api.token_check import SlackCalls, TokenCheck
from bot.slack.listeners import HomeTab, ListenerContext, register
from bot.slack.listeners.background import BackgroundTasks
from bot.slack.listeners.deduplication import DeduplicatingApp, always_authorized
from bot.slack.publishing.admin_messages import SlackAdminMessages
from bot.slack.publishing.audit_channel import SlackAuditChannel
from bot.slack.publishing.home_tabs import SlackHomeTabs
from bot.slack.publishing.threads import Threads
from bot.slack.transport.http_transport import HttpTransport
from bot.slack.transport.socket_transport import SocketTransport
from bot.slack.transport.unsigned_requests import UnsignedRequests
from bot.store.store import SqliteStore
from bot.systemd import ALIVE, ServiceManager

NOT_CONNECTED = "The bot is not connected to Slack."


def wire(  # noqa: PLR0913 - the parts of the whole
    settings: Settings,
    clock: Clock,
    watch: ClockWatch | None,
    *,
    store: SqliteStore,
    feldera: TargetRouter,
    client: AsyncWebClient,
    answers: ResponseUrls,
    workspace: Workspace,
    calls: SlackCalls,
    readiness: Readiness,
    admin: AdminServer | None,
    service_manager: ServiceManager,
    tracer: Tracer | None = None,
) -> Bot:
    to_do, to_say, to_show = asyncio.Event(), asyncio.Event(), asyncio.Event()
    work = partial(set_all, to_do, to_say, to_show)
    threads = Threads(client, clock, workspace.url)
    background_tasks = BackgroundTasks()
    directory = PeopleDirectory(client, clock, workspace.team)
    authorizer = Authorizer(store, directory, clock, RateBudget(clock))
    audit_channel = settings.pipeline_bot_audit_channel
    board = None if audit_channel is None else SlackAuditChannel(threads, audit_channel)
    handlers = PreviewAndConfirm(store, feldera, authorizer, clock, work)
    tabs = SlackHomeTabs(client, clock, workspace.url)
    background = store.background
    homes = HomeRefresher(background, replace(authorizer, store=background), tabs, clock, wake=to_show)
    secret = "" if settings.slack_signing_secret is None else settings.slack_signing_secret.get_secret_value()
    app = DeduplicatingApp(
        background_tasks,
        answers,
        calls.metrics,
        tracer,
        name="pipeline-bot",  # else Bolt walks the whole stack for the name of a file
        logger=logging.getLogger("slack_bolt"),
        client=AsyncWebClient(base_url=settings.slack_api_url),
        authorize=always_authorized(workspace, settings.slack_bot_token.get_secret_value()),
        signing_secret=secret or None,
    )
    stalls, cancels = StallDetector(clock), PendingCancels()
    requests = Decisions(store, authorizer, clock, cancels, work)
    access = AccessCommands(store, authorizer, directory, clock, work)
    listing = PipelinePages(store, feldera, authorizer, clock)
    doctor = RunningBot.of(
        settings, clock, client, feldera, directory, store=store.diagnosis, readiness=readiness
    )
    context = ListenerContext(
        handlers,
        Previews(handlers),
        PipelineStatus(store, feldera, authorizer, clock),
        requests,
        access,
        listing,
        AccessRequests(store, authorizer, clock, SlackAdminMessages(threads)),
        History(store, authorizer, clock),
        Orientation(store, authorizer, clock, feldera.targets),
        Diagnoses(authorizer, doctor, background_tasks.begin),
        threads,
        background_tasks,
        workspace.team,
    )
    forms = ClearForms(handlers, PipelineCatalog(feldera, clock, background_tasks.begin))
    register(app, context, client, home=HomeTab(context, homes, tabs), forms=forms, response_urls=answers)
    store_watch = StoreCheck(background, clock)
    healthy = partial(health, background.workspace.team, store_watch, tuple if watch is None else watch.notes)
    transport: SocketTransport | HttpTransport
    if settings.mode is Mode.SOCKET and settings.slack_app_token is not None:
        app_token = settings.slack_app_token.get_secret_value()
        transport = SocketTransport(app, app_token, client, settings.proxies, calls.metrics)
        doctor.counts_connections_of(transport, background_tasks.begin)
    else:
        host, port = settings.listen
        transport = HttpTransport(
            app,
            host,
            port,
            verifier=SignatureVerifier(secret),
            health=healthy,
            unsigned=UnsignedRequests(clock),
        )
    readiness.started(
        healthy,
        lambda: None if transport.is_connected else NOT_CONNECTED,
        lambda: store.write_trouble,
        calls.refused,
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
            spans=StepSpans(tracer),
        ),
        DeliveryLoop(
            background, threads, clock, placed=partial(set_all, to_do, to_show), wake=to_say, tracer=tracer
        ),
        homes,
        AuditAnchor(background, clock, board),
        watch,
        StartupLint(background, directory, clock, feldera.targets),
        stalls,
        store_watch,
        StoreLoss(threads, clock, live=store.last_underway),
        background_tasks,
        transport,
        readiness,
        None if admin is None else TokenCheck(client, clock),
        admin,
        service_manager,
        Watchdog(readiness, clock, service_manager.alive_within, partial(service_manager.tell, ALIVE)),
    )
