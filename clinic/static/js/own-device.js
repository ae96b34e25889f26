// On a client's own device: keeps their moves for when there is no network, and sends what was logged without one.
// Where a session ended before that was sent, the next one of the same client sends it, and keeps nothing.
(() => {
  "use strict";
  const CACHE = "kept", PAGE = "/my/kept", MARK = "own-device", LOGS = "kept-logs", FRESH = 300; // seconds
  if (!("serviceWorker" in navigator) || !window.caches) return;
  const $ = (selector, scope) => (scope || document).querySelector(selector);
  const own = $("script[data-own-device]"), mark = $("script[data-mark]").dataset.mark;
  const all = () => { try { return JSON.parse(localStorage.getItem(LOGS)) || []; } catch (_) { return []; } };
  const logs = () => all().filter((each) => each.mark === mark);
  const store = (kept) => kept.length ? localStorage.setItem(LOGS, JSON.stringify(kept)) : localStorage.removeItem(LOGS);
  const pad = (n) => String(n).padStart(2, "0");
  const day = (at) => [at.getFullYear(), pad(at.getMonth() + 1), pad(at.getDate())].join("-");
  const tell = (words) => {
    let said = $("[data-kept-said]");
    if (!said) {
      said = Object.assign(document.createElement("p"), { className: "kept-said" });
      said.dataset.keptSaid = "";
      said.setAttribute("role", "status");
      $("main .column").prepend(said);
    }
    said.hidden = false;
    said.textContent = words;
  };

  // ------------------------------------------------------------ what is kept

  const filesOf = (text) => {
    const page = new DOMParser().parseFromString(text, "text/html");
    const named = page.querySelectorAll('link[rel="stylesheet"], script[src], main img, use');
    const found = Array.from(named, (each) => each.getAttribute("src") || each.getAttribute("href"));
    return [...new Set(found.map((each) => each.split("#")[0]))].filter(Boolean);
  };
  const keep = async () => {
    const cache = await caches.open(CACHE), before = await cache.match(PAGE);
    const answer = await fetch(PAGE, { redirect: "manual" });
    if (answer.type === "opaqueredirect") return ended();
    if (!answer.ok) return;
    const text = await answer.clone().text(), files = filesOf(text);
    for (const address of files) {
      if (!(await cache.match(address))) await cache.add(address).catch(() => {});
    }
    await cache.put(PAGE, answer);
    const wanted = new Set([PAGE, ...files].map((each) => new URL(each, location.origin).href));
    for (const each of await cache.keys()) if (!wanted.has(each.url)) await cache.delete(each);
    const moves = (page) => (/data-moves="([^"]*)"/.exec(page) || [])[1];
    if (before && moves(await before.text()) !== moves(text)) tell(own.dataset.changed);
    localStorage.setItem(MARK, String(Date.now()));
  };
  const ended = async () => { // the moves go at once; what waits stays for whoever signs in again
    await caches.delete(CACHE);
    if (own && logs().length) tell(own.dataset.ended);
  };

  // ------------------------------------------------------------ what was logged

  const send = async () => {
    const said = [];
    for (const log of logs()) {
      const body = new URLSearchParams({ ...log.told, mark, age: Math.round((Date.now() - log.at) / 1000) });
      body.set("csrf_token", $("input[name=csrf_token]").value);
      const answer = await fetch("/my/kept/log", { method: "POST", body, redirect: "manual", headers: { "X-Tick": "1" } });
      if (answer.type === "opaqueredirect") await ended();
      if (answer.status !== 200 && answer.status !== 422) break;
      said.push((await answer.json()).said);
      store(all().filter((each) => each.told.key !== log.told.key));
    }
    if (said.length) {
      tell(said.join(" "));
      document.dispatchEvent(new Event("logged"));
    }
    return said.length > 0;
  };

  // ------------------------------------------------------------ the page that is kept

  const form = $("form[data-keeps]");
  const asOf = () => {
    const list = $("[data-moves]"), today = day(new Date()), isSameDay = list.dataset.day === today;
    const waiting = logs().filter((each) => each.told.day === today);
    document.querySelectorAll("[data-run]").forEach((item) => {
      const run = JSON.parse(item.dataset.run);
      for (const side of Object.keys(run.before)) {
        const counted = waiting.flatMap((each) => JSON.parse(each.told.practised || "[]"))
          .filter((each) => each.moves[0] === run.log[0]).map((each) => each[side]);
        run.before[side] = Math.max(isSameDay ? run.before[side] : 0, ...counted);
      }
      item.dataset.run = JSON.stringify(run);
    });
    list.dataset.practice += today + waiting.length;
    $("input[name=day]", form).value = today;
  };
  if (form) {
    let began = 0; // a practice counts for the day on which it began
    asOf();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      event.stopImmediatePropagation();
      const told = Object.fromEntries(new FormData(form)), missing = $("[data-missing]");
      missing.hidden = Boolean(told.outcome);
      if (!told.outcome) { missing.focus(); return; }
      const at = began || Date.now(), key = window.newKey();
      delete told.csrf_token;
      began = 0;
      store([...all(), { at, mark, told: { ...told, key, day: day(new Date(at)), moves: $("[data-moves]").dataset.moves } }]);
      form.reset();
      form.dispatchEvent(new Event("kept"));
      tell(form.dataset.keeps);
      $("[data-kept-said]").focus();
      go();
    });
    // what was begun on another day, or before the network went
    form.addEventListener("late", ({ detail }) => {
      store([...all(), detail]);
      tell(form.dataset.keeps);
      go();
    });
    document.addEventListener("click", (event) => {
      if (event.target.closest("[data-fresh], [data-anew]")) began = Date.now();
    });
  }

  const unsent = $("[data-unsent]");
  if (unsent) {
    $("[data-send]", unsent).addEventListener("click", async () => {
      await send().catch(() => {});
      unsent.hidden = !logs().length;
      $("[data-all-sent]").hidden = !unsent.hidden;
      if (unsent.hidden) $("[data-all-sent]").focus();
      else { $("[data-not-sent]", unsent).hidden = false; $("[data-not-sent]", unsent).focus(); }
    });
    return; // what to do with them is being asked
  }

  const go = async () => {
    if (!navigator.onLine) return;
    try {
      if (!own) { await send(); return; }
      await navigator.serviceWorker.register("/sw.js");
      const hasSent = await send();
      const age = (Date.now() - Number(localStorage.getItem(MARK) || 0)) / 1000;
      if (hasSent || !(age >= 0 && age < FRESH)) await keep();
    } catch (_) { /* the next page tries again */ }
  };
  addEventListener("online", go);
  go();
})();
