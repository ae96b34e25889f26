// What to do is shown at the first tick. The practice is told when the form is sent, a minute after the last
// tick, or as soon as the page is left, whichever comes first: a slip of the finger can be taken back until then.
(() => {
  "use strict";
  const GRACE = 60000; // ms
  const rank = (tier) => " SUE".indexOf(tier || " ");
  document.querySelectorAll("form[data-warning]").forEach((form) => {
    const out = form.querySelector("[data-ticked]");
    const none = form.querySelector("input[name=none]");
    const ticked = () => Array.from(form.querySelectorAll("input[name=signs]:checked"));
    const told = new Set();
    let shown = "", timer = 0;

    const reveal = (selector, on) => {
      const part = out.querySelector(selector);
      if (part) part.hidden = !on;
    };
    const state = (name) => ["waiting", "told", "not-told", "taken-back"].forEach((each) => reveal("[data-" + each + "]", each === name));

    const show = (tier) => {
      if (tier === shown) return;
      if (shown) reveal('[data-tier="' + shown + '"]', false);
      const first = !shown;
      shown = tier;
      if (!tier) return;
      reveal('[data-tier="' + tier + '"]', true);
      if (first) { out.scrollIntoView({ block: "start" }); out.focus({ preventScroll: true }); }
    };
    const worst = () => ticked().map((box) => box.dataset.tier).sort((a, b) => rank(b) - rank(a))[0] || "";

    const tell = async (tries) => {
      clearTimeout(timer);
      timer = 0;
      const signs = ticked().map((box) => box.value).filter((sign) => !told.has(sign));
      if (!signs.length) return;
      const body = new FormData();
      body.append("csrf_token", form.elements.csrf_token.value);
      signs.forEach((sign) => { body.append("signs", sign); told.add(sign); });
      try {
        const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Tick": "1" }, keepalive: true });
        if (!answer.ok) throw new Error(String(answer.status));
        state("told");
      } catch (_) {
        signs.forEach((sign) => told.delete(sign));
        state("not-told");
        if (tries > 1) setTimeout(() => tell(tries - 1), 2000);
      }
    };

    const changed = () => {
      clearTimeout(timer);
      timer = 0;
      const open = ticked().filter((box) => !told.has(box.value));
      if (told.size) { if (rank(worst()) > rank(shown)) show(worst()); } else show(worst());
      if (open.length) {
        timer = setTimeout(() => tell(3), GRACE);
        state(navigator.onLine ? "waiting" : "not-told");
      } else state(told.size ? "told" : "taken-back");
    };

    form.addEventListener("change", (event) => {
      const box = event.target;
      if (box === none && box.checked) ticked().forEach((sign) => { sign.checked = false; });
      else if (box.name === "signs" && box.checked && none) none.checked = false;
      if (box === none || box.name === "signs") changed();
    });
    form.addEventListener("submit", () => clearTimeout(timer));
    // Whoever leaves to make a call, closes the page or locks the phone has not taken it back
    document.addEventListener("visibilitychange", () => { if (document.hidden && timer) tell(3); });
    addEventListener("pagehide", () => { if (timer) tell(1); });
    addEventListener("online", () => { if (ticked().some((box) => !told.has(box.value))) tell(3); });
    addEventListener("offline", () => { if (timer) state("not-told"); });
  });
})();
