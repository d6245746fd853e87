/** The middle: a channel or the direct messages with what is written there, or the app's Home. */

import { here, onMove, openPlace } from "./address.js";
import { blocks } from "./blocks.js";
import { composer, fills } from "./composer.js";
import { h, refill } from "./dom.js";
import { icon } from "./icons.js";
import { act, listen, state, under } from "./live.js";
import { MessageList } from "./messagelist.js";
import { showPane } from "./panes.js";
import { named, title } from "./places.js";
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
        { type: "button", class: "tool back", "aria-label": "Back to the channels", onclick: () => showPane("places") },
        icon("back"),
      ),
      h("h1", { "aria-label": title(place) }, ...named(place)),
      tools(),
    ),
    ...(list
      ? [list.element, place.takes_text ? composer(place) : h("p", { class: "mute" }, whyMute(place))]
      : [h("div", { class: "home", id: "home", tabindex: 0, role: "group", "aria-label": "The app's Home" })]),
  );
  showPane("place");
}

function whyMute(place) {
  return place.kind === "dm" ? "The app reads no messages here: it only writes." : "You cannot write here.";
}

/** What a newcomer reads first. */
function nothingYet(place) {
  if (!place.takes_text) return h("p", { class: "empty" }, "Nothing was written here yet.");
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
    h("p", {}, h("strong", {}, `Nothing was written in ${title(place)} yet.`)),
    h("p", {}, "Type / for a command, or begin with this one. Become somebody else on the left; make things go wrong at the top right."),
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

/** The app is told that Home was opened; one that was not there to be told is so once it is. */
function opensHome(isOther) {
  const { connected } = state.get("world/bot");
  if (isOther || (connected && !wasConnected && !state.get("home"))) act("opens_home");
  wasConnected = connected;
}

function drawHome() {
  const home = state.get("home");
  refill(
    document.getElementById("home"),
    home
      ? h("div", { class: "blocks" }, ...blocks(home.blocks, press, 2))
      : h("p", { class: "empty" }, "The app has not published anything here yet."),
  );
}

function press(button) {
  return act("presses", { view: "home", block: button.block, action: button.action });
}

/** What is before the reader's eyes is read: not what comes while they look elsewhere. */
function markRead() {
  const place = (state.get("places") ?? []).find((each) => each.id === shown.id);
  if (!place || place.kind === "home" || document.hidden) return;
  if (pane.checkVisibility() && inPlace(place).some((message) => message.is_new)) act("reads", { place: place.id });
  const { thread } = here();
  if (thread && threadsWithNews(place).has(thread)) act("reads", { place: place.id, thread });
}
