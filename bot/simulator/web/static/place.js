/** The middle: the messages of a channel or of the app's direct messages, or the app's Home tab. */

import { here, onMove, openPlace } from "./address.js";
import { blocks } from "./blocks.js";
import { composer, fills } from "./composer.js";
import { h, refill } from "./dom.js";
import { icon } from "./icons.js";
import { act, listen, state, under } from "./live.js";
import { MessageList } from "./messagelist.js";
import { showPane } from "./panes.js";
import { named, title } from "./place_names.js";
import { currentPerson } from "./sidebar.js";
import { tools } from "./tools.js";

const pane = document.getElementById("place");
let shown = { id: null, whose: null, since: null };
let list = null;
let wasConnected = false;

listen((changed) => draw(changed));
onMove(() => draw(new Set(["places"])));
document.addEventListener("visibilitychange", markRead);
addEventListener("focus", markRead);
pane.addEventListener("focusin", markRead);

function draw(changed) {
  const place = openPlace();
  if (!place) return;
  const whose = state.get("me").name;
  const isOther = place.id !== shown.id || whose !== shown.whose;
  if (isOther) {
    const since = inPlace(place).find((message) => message.is_new)?.ts ?? null;
    shown = { id: place.id, whose, since };
    build(place);
  }
  if (place.kind === "home") {
    opensHome(isOther);
    if (isOther || changed.has("home")) drawHome();
    return;
  }
  if (isOther || [...changed].some((key) => key === "places" || key.startsWith("message/"))) {
    list.show(inPlace(place), { since: shown.since, news: threadsWithNews(place), empty: () => nothingYet(place) });
    markRead();
  }
}

function build(place) {
  list = place.kind === "home" ? null : new MessageList(`Messages in ${title(place)}`);
  pane.replaceChildren(
    h(
      "header",
      { class: "bar" },
      h(
        "button",
        { type: "button", class: "tool back", "aria-label": "Back to channels", onclick: () => showPane("places") },
        icon("back"),
      ),
      h("h1", { "aria-label": title(place) }, ...named(place)),
      currentPerson(),
      tools(),
    ),
    ...(list
      ? [list.element, place.takes_text ? composer(place) : h("p", { class: "mute" }, whyMute(place))]
      : [h("div", { class: "home", id: "home", tabindex: 0, role: "group", "aria-label": "App Home" })]),
  );
  showPane("place");
}

function whyMute(place) {
  return place.kind === "dm" ? "Sending messages to this app has been turned off." : "You cannot post in this channel.";
}

/** What a newcomer reads first. */
function nothingYet(place) {
  if (!place.takes_text) return h("p", { class: "empty" }, "No messages yet.");
  const commands = (state.get("commands") ?? []).map(({ command, description }) =>
    h(
      "li",
      {},
      h("button", { type: "button", class: "button", onclick: () => fills(`${command} help`) }, `${command} help`),
      h("span", {}, description),
    ),
  );
  return h(
    "div",
    { class: "empty" },
    h("p", {}, h("strong", {}, `No messages in ${title(place)} yet.`)),
    h("p", {}, "Type / to see the commands, or start with this one. To act as another person, choose them in the list of people. Simulation controls, at the top right, has faults, the clock and a reset."),
    h("ul", {}, ...commands),
  );
}

function messagesOf(place) {
  return under(`message/${place.id}/`).map((key) => state.get(key));
}

function inPlace(place) {
  return messagesOf(place).filter((message) => message.thread === null);
}

/** The threads in which something is new to the reader, by their roots' timestamps. */
function threadsWithNews(place) {
  return new Set(messagesOf(place).filter((message) => message.is_new && message.thread).map((message) => message.thread));
}

/** Slack tells the app that Home was opened; an app that was not connected then is told once it is. */
function opensHome(isOther) {
  const { connected } = state.get("simulation/bot");
  if (isOther || (connected && !wasConnected && !state.get("home"))) act("opens_home");
  wasConnected = connected;
}

function drawHome() {
  const home = state.get("home");
  refill(
    document.getElementById("home"),
    home
      ? h("div", { class: "blocks" }, ...blocks(home.blocks, press, 2))
      : h("p", { class: "empty" }, "The app has not published its Home tab yet."),
  );
}

function press(button) {
  return act("presses", { view: "home", block: button.block, action: button.action });
}

/** Marks as read what is on the screen, and nothing while the page is in the background. */
function markRead() {
  const place = (state.get("places") ?? []).find((each) => each.id === shown.id);
  if (!place || place.kind === "home" || document.hidden) return;
  if (pane.checkVisibility() && inPlace(place).some((message) => message.is_new)) act("reads", { place: place.id });
  const { thread } = here();
  if (thread && threadsWithNews(place).has(thread)) act("reads", { place: place.id, thread });
}
