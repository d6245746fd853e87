/** Messages in order, in a scrolling element that stays at its end if that is where the reader is. */

import { h, swap } from "./dom.js";
import { Following } from "./following.js";
import { icon } from "./icons.js";
import { counted, drawMessage } from "./message.js";

export class MessageList {
  /** Messages and their elements, by timestamp. */
  #drawn = new Map();
  /** Dividers, and the text of an empty list, by name: drawn once, or a screen reader announced them again. */
  #signs = new Map();
  #following;

  constructor(label) {
    this.log = h("div", { class: "log", role: "log", "aria-label": label, tabindex: 0 });
    this.jump = h(
      "button",
      { type: "button", class: "button jump", hidden: true, onclick: () => this.#jumps() },
      icon("down"),
      "New messages",
    );
    this.#following = new Following(this.log, (isAtEnd) => {
      if (isAtEnd) this.jump.hidden = true;
    });
    this.log.addEventListener("keydown", (event) => this.#moves(event));
    this.element = h("div", { class: "list" }, this.log, this.jump);
  }

  /**
   * Show these, which are all there are now; only what changed is redrawn.
   * @param {{inThread?: boolean, since?: string | null, news?: Set<string>, empty?: () => Node}} how: `since` is the first
   *   that is new to the reader, `news` are the messages with something new in their threads, `empty` is what it shows
   *   without messages
   */
  show(messages, { inThread = false, since = null, news = new Set(), empty = null } = {}) {
    const before = this.#drawn;
    const signs = this.#signs;
    const isFirst = before.size === 0;
    const count = counted(messages.length - 1);
    this.#drawn = new Map();
    this.#signs = new Map();
    let came = false;
    let day = null;
    let cursor = null;
    const next = () => (cursor ? cursor.nextSibling : this.log.firstChild);
    const put = (element) => {
      if (element !== next()) this.log.insertBefore(element, next());
      cursor = element;
    };
    const sign = (name, drawn) => {
      this.#signs.set(name, signs.get(name) ?? drawn());
      signs.delete(name);
      put(this.#signs.get(name));
    };
    for (const message of messages) {
      const known = before.get(message.ts);
      before.delete(message.ts);
      const element = this.#rendered(message, known, { inThread });
      came ||= !known;
      element.querySelector(".news")?.toggleAttribute("hidden", !news.has(message.ts));
      this.#drawn.set(message.ts, { message, element });
      if (message.day !== day && !inThread) sign(message.day, () => divider(message.day));
      if (message.ts === since) sign("new", () => divider("New", "new"));
      if (inThread && this.#drawn.size === 2) sign(count, () => divider(count, "count"));
      day = message.day;
      put(element);
    }
    for (const { element } of before.values()) this.#leaves(element);
    if (messages.length === 0 && empty) sign("empty", empty);
    for (const element of signs.values()) element.remove();
    this.#following.settle();
    if (came && !isFirst && !this.#following.isOn) this.jump.hidden = false;
  }

  #rendered(message, known, how) {
    if (known?.message === message) return known.element;
    const element = drawMessage(message, how);
    if (known) swap(known.element, element);
    if (known && known.message.version !== message.version) element.classList.add("changed");
    return element;
  }

  #leaves(element) {
    const hadFocus = element.contains(document.activeElement);
    element.remove();
    if (hadFocus) this.log.focus({ preventScroll: true });
  }

  /** Up and Down go from message to message; from the list itself, to the newest one. */
  #moves(event) {
    if (event.target !== this.log && !event.target.matches(".message")) return;
    const all = [...this.log.querySelectorAll(".message")];
    const at = all.indexOf(event.target);
    const next = { ArrowUp: at < 0 ? all.length - 1 : at - 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 }[event.key];
    if (next === undefined || (at < 0 && event.key === "ArrowDown") || !all[next]) return;
    event.preventDefault();
    all[next].focus();
  }

  #jumps() {
    this.#following.toEnd();
    this.jump.hidden = true;
    // The button is gone, and with it the focus.
    this.log.focus({ preventScroll: true });
  }
}

function divider(text, kind = null) {
  return h("p", { class: ["day", kind] }, h("span", {}, text));
}
