/** The drawer "Simulation controls": the bot and the clock, faults, the actual pipeline state, and the API traffic. */

import { confirmed } from "./confirm.js";
import { h } from "./dom.js";
import { actionButton, drawFaults, faults } from "./faults.js";
import { icon } from "./icons.js";
import { listen, simulate, state } from "./live.js";
import { showPane } from "./panes.js";
import { drawPipelines, pipelines } from "./pipelines.js";
import { segmented } from "./segmented.js";
import { drawLines, drawTraffic, showNewest, traffic } from "./traffic.js";

const STEPS = [
  [1, "1 min", "1 minute"],
  [10, "10 min", "10 minutes"],
  [60, "1 h", "1 hour"],
  [240, "4 h", "4 hours"],
  [1440, "1 d", "1 day"],
];
/** The parts of the drawer. A wide screen shows them side by side, any other one of them. */
const PARTS = [
  ["faults", "Faults"],
  ["pipelines", "Pipelines"],
  ["traffic", "API traffic"],
];
const pane = document.getElementById("controls");
const light = h("span", { class: "dot", "aria-hidden": "true" });
const botStatus = h("span", { role: "status" });
const killButton = actionButton("kill_bot", "Kill bot", "danger");
const startButton = actionButton("start_bot", "Start bot", "primary");
const now = h("time", {});
const ahead = h("span", { class: "hint" });
const parts = h("div", { class: "parts", data: { part: "faults" } }, faults, pipelines, traffic);

killButton.title = "kill -9: the process ends at once, without cleaning up";
pane.addEventListener("keydown", (event) => {
  // Of an open menu, Escape closes the menu.
  if (event.key === "Escape" && !pane.querySelector(":popover-open")) toggleControls();
});
pane.append(
  h(
    "header",
    { class: "bar" },
    h("h2", { tabindex: -1 }, "Simulation controls"),
    h("section", { class: "bot", "aria-label": "Bot" }, h("p", {}, light, botStatus), killButton, startButton),
    h("section", { class: "clock", "aria-label": "Clock" }, h("p", {}, now, ahead), ...STEPS.map(step)),
    h(
      "div",
      { class: "tools" },
      h("button", { type: "button", class: "button", onclick: reset }, "Reset sandbox"),
      h(
        "button",
        { type: "button", class: "tool close", "aria-label": "Close simulation controls", onclick: toggleControls },
        icon("close"),
      ),
    ),
  ),
  segmented({ legend: "Show", name: "part", options: PARTS, chosen: "faults", choose: showPart }),
  parts,
);

listen((changed) => {
  if (changed.has("simulation/feldera")) drawReal(state.get("simulation/feldera"));
  if (changed.has("simulation/bot")) document.getElementById("starting").hidden = state.get("simulation/bot").state !== "starting";
  if (!pane.hidden) draw(changed);
});

export function toggleControls() {
  pane.hidden = !pane.hidden;
  for (const button of document.querySelectorAll(".tool.controls")) {
    button.setAttribute("aria-expanded", String(!pane.hidden));
  }
  if (!pane.hidden) draw(new Set(state.keys()));
  showPane(pane.hidden ? "place" : "controls");
  (pane.hidden ? document.querySelector(".tool.controls") : pane.querySelector("h2"))?.focus();
}

function showPart(part) {
  parts.dataset.part = part;
  showNewest();
}

/** Nobody sees it while it is closed: it is drawn when it opens, and at what changes from then on. */
function draw(changed) {
  const is = (...keys) => keys.some((key) => changed.has(`simulation/${key}`));
  if (is("bot")) drawBot(state.get("simulation/bot"));
  if (is("clock")) drawClock(state.get("simulation/clock"));
  if (is("faults")) drawFaults();
  if (is("pipelines", "faults")) drawPipelines();
  if ([...changed].some((key) => key.startsWith("simulation/traffic/"))) drawTraffic();
}

function drawReal({ real }) {
  const banner = document.getElementById("real");
  banner.hidden = !real;
  banner.textContent = real ? `Connected to a real Feldera (${real}). What you clear here is lost there and cannot be restored.` : "";
}

function drawBot(bot) {
  const isConnected = bot.state === "up" && bot.connected;
  const sentence = {
    down: "The bot is not running.",
    starting: "The bot is starting.",
    up: bot.connected ? `The bot is connected over ${bot.transport}.` : "The bot is not connected to Slack.",
  }[bot.state];
  light.classList.toggle("bad", !isConnected);
  if (botStatus.textContent !== sentence) botStatus.textContent = sentence;
  const hadFocus = [killButton, startButton].includes(document.activeElement);
  killButton.hidden = !bot.runs;
  startButton.hidden = bot.runs;
  if (hadFocus) (killButton.hidden ? startButton : killButton).focus();
  drawLines(bot.log);
}

function drawClock(clock) {
  now.textContent = clock.now;
  ahead.textContent = clock.ahead ? ` (${clock.ahead} ahead)` : "";
}

function step([minutes, label, spoken]) {
  const button = actionButton("advance_clock", `+${label}`, null, { minutes });
  button.setAttribute("aria-label", `Advance the clock by ${spoken}`);
  return button;
}

async function reset() {
  const { real } = state.get("simulation/feldera");
  const rest = real ? "The real Feldera is not changed." : "All pipelines return to how they were at the start.";
  const question = {
    title: "Reset the sandbox?",
    text: [`This deletes all messages and the bot's database. ${rest} It applies to everyone in this sandbox.`],
    confirm: "Reset sandbox",
    deny: "Cancel",
  };
  if (await confirmed(question, "danger")) await simulate("reset");
}
