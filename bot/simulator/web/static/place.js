/** The middle: a channel or the direct messages with what is written there, or the app's Home. */

import { here, onMove, openPlace } from "./address.js";
import { blocks } from "./blocks.js";
import { composer } from "./composer.js";
import { h, refill } from "./dom.js";
import { act, listen, state, under } from "./live.js";
import { MessageList } from "./messages.js";
import { tools } from "./tools.js";

const pane = document.getElementById("place");
let shown = { id: null, whose: null };
let list = null;

listen((changed) => draw(changed));
onMove(() => draw(new Set()));
document.addEventListener("visibilitychange", markRead);
addEventListener("focus", markRead);

function draw(changed) {
  const place = openPlace();
  if (!place) return;
  const whose = state.get("me").name;
  const isOther = place.id !== shown.id || whose !== shown.whose;
  if (isOther) {
    shown = { id: place.id, whose };
    build(place);
    if (place.kind === "home") act("opens_home");
  }
  if (place.kind === "home") {
    if (isOther || changed.has("home")) drawHome();
    return;
  }
  list.show(inPlace(place), { empty: `Nothing was written here yet. Type / for a command.` });
  markRead();
}

function build(place) {
  list = place.kind === "home" ? null : new MessageList(`Messages in ${title(place)}`);
  const panes = pane.parentElement;
  const back = () => (panes.dataset.pane = "places");
  pane.replaceChildren(
    h(
      "header",
      { class: "bar" },
      h("button", { type: "button", class: "back", "aria-label": "Back to the channels", onclick: back }, "‹"),
      h("h1", {}, title(place)),
      tools(),
    ),
    ...(list
      ? [list.element, place.takes_text ? composer(place) : h("p", { class: "mute" }, "Nobody can type here.")]
      : [h("div", { class: "home", id: "home", tabindex: 0 })]),
  );
  panes.dataset.pane = "place";
}

export function title(place) {
  return { home: "Home", dm: `${place.name} (app)`, private: `🔒 ${place.name}` }[place.kind] ?? `# ${place.name}`;
}

function inPlace(place) {
  return under(`message/${place.id}/`)
    .map((key) => state.get(key))
    .filter((message) => message.thread === null || message.broadcast);
}

function drawHome() {
  const home = state.get("home");
  refill(
    document.getElementById("home"),
    home
      ? h("div", { class: "blocks" }, ...blocks(home.blocks, press))
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
  if (inPlace(place).some((message) => message.is_new)) act("reads", { place: place.id });
  const { thread } = here();
  const unread = under(`message/${place.id}/`).some((key) => {
    const message = state.get(key);
    return message.thread === thread && message.is_new;
  });
  if (thread && unread) act("reads", { place: place.id, thread });
}
