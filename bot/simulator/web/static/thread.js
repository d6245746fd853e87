/** The thread beside the place: a message and what was written below it. */

import { addressOf, go, here, onMove, openPlace } from "./address.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { listen, state, under } from "./live.js";
import { MessageList } from "./messagelist.js";
import { showPane, shownPane } from "./panes.js";
import { title } from "./place_names.js";
import { currentPerson } from "./sidebar.js";

const pane = document.getElementById("thread");
let shown = "";
let list = null;

listen(draw);
onMove(draw);
pane.addEventListener("keydown", (event) => event.key === "Escape" && close());

function draw() {
  const place = openPlace();
  const root = place && state.get(`message/${place.id}/${here().thread}`);
  pane.hidden = !root;
  pane.parentElement.classList.toggle("with-thread", Boolean(root));
  if (!root) {
    if (shown) showPane(shownPane() === "thread" ? "place" : shownPane());
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
  if (isOther) showPane("thread");
}

function build(place) {
  list = new MessageList("Messages in the thread");
  const opener = document.activeElement?.closest("#place a, #home a");
  pane.replaceChildren(
    h(
      "header",
      { class: "bar" },
      h("h2", { tabindex: -1 }, "Thread", h("small", {}, title(place))),
      currentPerson(),
      h("button", { type: "button", class: "tool close", "aria-label": "Close the thread", onclick: close }, icon("close")),
    ),
    list.element,
  );
  if (opener) pane.querySelector("h2").focus();
}

/** The focus goes back to what leads to the thread. */
function close() {
  const { thread } = here();
  go(addressOf(openPlace().id));
  const root = document.querySelector(`#place [data-ts="${CSS.escape(thread)}"]`);
  (root?.querySelector(".replies") ?? root ?? document.getElementById("message"))?.focus();
}
