/**
 * Text as the server has read it, as elements. It chooses tags and never reads a text itself.
 */

import { addressOf } from "./address.js";
import { h } from "./dom.js";

const TAGS = { strong: "strong", em: "em", s: "s", code: "code", pre: "pre", blockquote: "blockquote" };

export function spans(list) {
  return (list ?? []).map(span);
}

function span(one) {
  if (typeof one === "string") return document.createTextNode(one);
  switch (one.tag) {
    case "br":
      return h("br");
    case "mention":
      return one.place
        ? h("a", { class: ["mention", one.me && "me"], href: addressOf(one.place) }, one.text)
        : h("span", { class: ["mention", one.me && "me"] }, one.text);
    case "a":
      return one.place
        ? h("a", { href: addressOf(one.place, one.thread) }, one.text)
        : h("a", { href: one.href, target: "_blank", rel: "noopener noreferrer" }, one.text);
    case "time":
      return h("time", { datetime: one.moment, title: one.title }, one.text);
    default:
      return h(TAGS[one.tag] ?? "span", {}, ...spans(one.in));
  }
}
