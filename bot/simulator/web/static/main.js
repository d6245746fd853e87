/** Begins it all: the theme, whose page it is, and the parts of the page, each of which draws itself. */

import { address, go, here, nameOf, onMove, openPlace } from "./address.js";
import { become, listen, state } from "./live.js";
import "./modal.js";
import "./place.js";
import "./sidebar.js";
import "./thread.js";
import { applyTheme } from "./tools.js";
import "./controls.js";

let me = here().as;

applyTheme();
listen((changed) => {
  if (!changed.has("me")) return;
  me = state.get("me").name;
  if (here().as !== me) go(address({ place: nameOf(openPlace()), thread: here().thread }), { replace: true });
});
onMove(() => {
  if (here().as === me) return;
  me = here().as;
  become(me);
});
become(me);
