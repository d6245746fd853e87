/** Messages in order, in a scrolling element that stays at its end if that is where the reader is. */

import { h, swap } from "./dom.js";
import { icon } from "./icons.js";
import { drawMessage } from "./message.js";

const NEAR_THE_END = 40; // px

export class MessageList {
  /** Messages and their elements, by timestamp. */
  #drawn = new Map();
  /** Dividers and what stands there without messages, by what they say: drawn once, or they were announced again. */
  #signs = new Map();
  /** Whether it stays at the end: until the reader scrolls away from it. */
  #follows = true;

  constructor(label) {
    this.log = h("div", { class: "log", role: "log", "aria-label": label, tabindex: 0 });
    this.jump = h(
      "button",
      { type: "button", class: "button jump", hidden: true, onclick: () => this.#toEnd() },
      icon("down"),
      "New messages",
    );
    let size = "";
    const sizeNow = () => `${this.log.clientWidth}x${this.log.clientHeight}`;
    this.log.addEventListener("scroll", () => {
      // A list that becomes narrower scrolls, too: that is not the reader's doing, and comes before the observer's turn.
      if (size !== sizeNow()) return;
      this.#follows = this.#isAtEnd();
      if (this.#follows) this.jump.hidden = true;
    });
    this.log.addEventListener("keydown", (event) => this.#moves(event));
    new ResizeObserver(() => {
      size = sizeNow();
      if (this.#follows) this.#toEnd();
    }).observe(this.log);
    this.element = h("div", { class: "list" }, this.log, this.jump);
  }

  /**
   * Show these, which are all there are now; only what changed is drawn anew.
   * @param {{inThread?: boolean, since?: string | null, empty?: () => Node}} how: `since` is the first that is new to the
   *   reader, `empty` what stands there without messages
   */
  show(messages, { inThread = false, since = null, empty = null } = {}) {
    const before = this.#drawn;
    const signs = this.#signs;
    const isFirst = before.size === 0;
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
      const element = this.#drawnAnew(message, known, { inThread });
      came ||= !known;
      this.#drawn.set(message.ts, { message, element });
      if (message.day !== day && !inThread) sign(message.day, () => divider(message.day));
      if (message.ts === since) sign("new", () => divider("New", "new"));
      day = message.day;
      put(element);
    }
    for (const { element } of before.values()) this.#leaves(element);
    if (messages.length === 0 && empty) sign("empty", empty);
    for (const element of signs.values()) element.remove();
    if (this.#follows) this.#toEnd();
    else if (came && !isFirst) this.jump.hidden = false;
  }

  #drawnAnew(message, known, how) {
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

  #isAtEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR_THE_END;
  }

  #toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
    this.jump.hidden = true;
  }
}

function divider(text, kind = null) {
  return h("p", { class: ["day", kind] }, h("span", {}, text));
}
