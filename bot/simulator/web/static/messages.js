/** A message as an element, and a list of them that only draws anew what changed. */

import { addressOf } from "./address.js";
import { blocks } from "./blocks.js";
import { h, swap } from "./dom.js";
import { act, state } from "./live.js";

/** The face of somebody: initials on a colour of theirs. */
export function face(name, initials, kind = "person") {
  const people = state.get("people") ?? [];
  const number = people.findIndex((person) => person.name === name);
  return h("span", { class: ["face", kind === "bot" ? "bot" : `hue-${number % 8}`], "aria-hidden": "true" }, initials);
}

/**
 * @param {object} message
 * @param {{inThread: boolean, highlighted: boolean}} how
 */
function draw(message, { inThread, highlighted }) {
  const { from } = message;
  const press = (button) =>
    act("presses", {
      place: message.place,
      ts: message.ts,
      version: message.version,
      block: button.block,
      action: button.action,
    });
  return h(
    "article",
    {
      class: ["message", message.ephemeral && "ephemeral", highlighted && "highlighted"],
      tabindex: -1,
      "aria-label": `${from.name}, ${message.time}`,
      data: { ts: message.ts },
    },
    face(from.name, from.initials, from.kind),
    h(
      "div",
      { class: "content" },
      message.ephemeral && h("p", { class: "only" }, h("span", { "aria-hidden": "true" }, "👁 "), "Only visible to you"),
      message.broadcast && !inThread && h("p", { class: "only" }, "replied to a thread"),
      h(
        "p",
        { class: "who" },
        h("strong", {}, from.name),
        from.kind === "bot" && h("span", { class: "tag" }, "APP"),
        h("time", { datetime: message.moment, title: `${message.day}, ${message.time}` }, message.time),
        message.edited && h("span", { class: "edited" }, "(edited)"),
      ),
      h("div", { class: "blocks" }, ...blocks(message.blocks, press)),
      !inThread && message.replies > 0 && replies(message),
    ),
  );
}

function replies(message) {
  return h(
    "a",
    { class: "replies", href: addressOf(message.place, message.ts), data: { key: "replies" } },
    ...message.repliers.map((initials) => h("span", { class: "face small bot", "aria-hidden": "true" }, initials)),
    h("strong", {}, message.replies === 1 ? "1 reply" : `${message.replies} replies`),
    message.last_reply && h("span", { class: "last" }, `Last reply ${message.last_reply}`),
  );
}

/** Messages in order, in a scrolling element that stays at its end if that is where the reader is. */
export class MessageList {
  constructor(label) {
    this.drawn = new Map();
    this.log = h("div", { class: "log", role: "log", "aria-label": label, tabindex: 0 });
    this.jump = h("button", { type: "button", class: "button jump", hidden: true, onclick: () => this.toEnd() }, "↓ New messages");
    this.log.addEventListener("scroll", () => this.isAtEnd() && (this.jump.hidden = true));
    this.element = h("div", { class: "list" }, this.log, this.jump);
  }

  /** Show these, which are all there are now. */
  show(messages, { inThread = false, highlighted = null, empty = "" } = {}) {
    const wasAtEnd = this.drawn.size === 0 || this.isAtEnd();
    const before = this.drawn;
    const hadSome = before.size > 0;
    this.drawn = new Map();
    let cursor = null;
    let day = null;
    let came = false;
    for (const old of this.log.querySelectorAll(":scope > .day, :scope > .empty")) old.remove();
    for (const message of messages) {
      const known = before.get(message.ts);
      before.delete(message.ts);
      const isHighlighted = message.ts === highlighted;
      const how = { inThread, highlighted: isHighlighted };
      let element = known?.element;
      if (!known || known.message !== message || known.isHighlighted !== isHighlighted) {
        element = draw(message, how);
        if (known) swap(known.element, element);
        if (known && known.message.version !== message.version) element.classList.add("changed");
        came ||= !known;
      }
      this.drawn.set(message.ts, { message, element, isHighlighted });
      if (message.day !== day && !inThread) {
        day = message.day;
        const divider = h("p", { class: "day" }, h("span", {}, day));
        this.log.insertBefore(divider, cursor ? cursor.nextSibling : this.log.firstChild);
        cursor = divider;
      }
      const next = cursor ? cursor.nextSibling : this.log.firstChild;
      if (element !== next) this.log.insertBefore(element, next);
      cursor = element;
    }
    for (const { element } of before.values()) element.remove();
    if (messages.length === 0 && empty) this.log.append(h("p", { class: "empty" }, empty));
    if (wasAtEnd) this.toEnd();
    else if (came && hadSome) this.jump.hidden = false;
  }

  isAtEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 40;
  }

  toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
    this.jump.hidden = true;
  }

  reveal(ts) {
    this.drawn.get(ts)?.element.scrollIntoView({ block: "center" });
  }
}
