/** The thread beside the place: a message and what was written below it. */

import { addressOf, go, here, onMove, openPlace } from "./address.js";
import { h } from "./dom.js";
import { listen, state, under } from "./live.js";
import { MessageList } from "./messages.js";
import { title } from "./place.js";

const pane = document.getElementById("thread");
let shown = "";
let list = null;

listen(draw);
onMove(draw);

function draw() {
  const place = openPlace();
  const root = place && state.get(`message/${place.id}/${here().thread}`);
  pane.hidden = !root;
  pane.parentElement.classList.toggle("with-thread", Boolean(root));
  if (!root) {
    shown = "";
    return;
  }
  const key = `${state.get("me").name}/${place.id}/${root.ts}`;
  const isOther = key !== shown;
  if (isOther) build(place);
  shown = key;
  const replies = under(`message/${place.id}/`)
    .map((each) => state.get(each))
    .filter((message) => message.thread === root.ts && message.ts !== root.ts);
  list.show([root, ...replies], { inThread: true });
  if (isOther) pane.parentElement.dataset.pane = "thread";
}

function build(place) {
  list = new MessageList("Messages in the thread");
  const close = () => {
    go(addressOf(place.id));
    pane.parentElement.dataset.pane = "place";
    document.getElementById("message")?.focus();
  };
  pane.onkeydown = (event) => event.key === "Escape" && close();
  pane.replaceChildren(
    h(
      "header",
      { class: "bar" },
      h("h2", {}, "Thread", h("small", {}, title(place))),
      h("button", { type: "button", class: "close", "aria-label": "Close the thread", onclick: close }, "✕"),
    ),
    list.element,
  );
}
