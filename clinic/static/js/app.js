// Small comforts; every page works without them.
(() => {
  "use strict";
  const root = document.documentElement;
  const all = (selector, scope) => Array.from((scope || document).querySelectorAll(selector));
  root.classList.add("has-js");

  // A key of something that this page makes; older phones have no randomUUID.
  window.newKey = () => "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) =>
    (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16));

  const onPress = (name, act) =>
    document.addEventListener("click", (event) => {
      const button = event.target.closest && event.target.closest("[" + name + "]");
      if (button) act(button);
    });

  // The zone this device is in, where nobody has chosen one yet.
  all("[data-own-zone] select").forEach((select) => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const isKnown = Array.from(select.options).some((option) => option.value === zone);
    if (isKnown && !document.querySelector(".error-summary")) select.value = zone;
  });

  const focusProblem = (scope) => {
    const summary = (scope || document).querySelector(".error-summary");
    if (summary) summary.focus();
  };

  // Logs that wait on this device for a network (own-device.js) are sent for whoever they are of, and nobody else.
  const here = document.currentScript.dataset, LOGS = "kept-logs", LONGEST = 30 * 86400 * 1000; // ms
  const waiting = () => { try { return JSON.parse(localStorage.getItem(LOGS)) || []; } catch (_) { return []; } };
  const isSending = document.querySelector("script[data-own-device]");
  if (waiting().length) {
    const mine = waiting().filter((each) => here.mark ? each.mark === here.mark : Date.now() - each.at < LONGEST);
    if (mine.length) localStorage.setItem(LOGS, JSON.stringify(mine));
    else localStorage.removeItem(LOGS);
    if (mine.length && here.mark && !isSending) {
      document.head.append(Object.assign(document.createElement("script"), { src: here.sends }));
    }
  }
  // Whoever has their device forget all of it is told first what would be lost.
  document.addEventListener("submit", (event) => {
    const form = event.target, way = /\/(sign-out|own-device\/off)$/.exec(form.action);
    if (!way || !navigator.onLine || !waiting().length || form.closest("[data-anyway]")) return;
    event.preventDefault();
    location.assign("/my/kept/waiting?logs=" + waiting().length + "&way=" + way[1].split("/").pop());
  });

  // What was logged after a page was made, late or on another of its tabs, shows on it: those parts come anew.
  const isTyped = (field) => (field.matches("[type=radio], [type=checkbox]")
    ? field.checked !== field.defaultChecked : field.value !== field.defaultValue);
  const showLogged = async () => {
    const parts = all("[data-as-logged]");
    if (!parts.length || !navigator.onLine) return;
    const answer = await fetch(location.href, { redirect: "manual" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    parts.forEach((part) => {
      const anew = page.getElementById(part.id);
      if (!anew || all("input, textarea", part).some(isTyped)) return; // what somebody types stays theirs
      const isHeld = part.contains(document.activeElement);
      part.replaceWith(anew);
      if (isHeld) { anew.tabIndex = -1; anew.focus({ preventScroll: true }); }
    });
  };
  const again = () => showLogged().catch(() => { /* the next page has it */ });
  document.addEventListener("logged", again);
  addEventListener("storage", (event) => { if (event.key === LOGS) again(); });
  addEventListener("online", () => setTimeout(again, 2000)); // another tab may have been back, and sent, before this one
  addEventListener("pageshow", (event) => { if (event.persisted) again(); });
  // A page that was left open overnight asks of a day that is over: it comes anew when somebody looks at it again.
  const opened = new Date().toDateString();
  document.addEventListener("visibilitychange", () => {
    if (document.hidden || !navigator.onLine || new Date().toDateString() === opened) return;
    const isOfDay = document.querySelector("main [data-as-logged], main [data-begin]:not([hidden])");
    if (isOfDay && !all("main input:not([data-signal]), main textarea").some(isTyped)) location.reload();
  });

  // Without a network nothing is sent, and no page is left for one that cannot come.
  const stays = (event, words) => {
    if (navigator.onLine || event.defaultPrevented) return;
    event.preventDefault();
    const said = document.querySelector(".offline-note") || document.createElement("p");
    Object.assign(said, { className: "offline-note", textContent: words || here.whenOffline });
    said.setAttribute("role", "alert");
    document.body.append(said);
  };
  addEventListener("online", () => all(".offline-note").forEach((said) => said.remove()));
  document.addEventListener("submit", (event) => stays(event));
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[href]");
    const isHere = link && link.pathname === location.pathname && link.hash;
    if (!link || link.origin !== location.origin || isHere || (navigator.serviceWorker || {}).controller) return;
    stays(event, link.dataset.whenOffline);
  });

  // A second press while the first is on its way would send the form twice.
  const held = new Set();
  const release = () => {
    held.forEach((button) => (button.disabled = false));
    held.clear();
    all("form[data-sent]").forEach((form) => form.removeAttribute("data-sent"));
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.hasAttribute("data-sent")) return event.preventDefault();
    form.setAttribute("data-sent", "");
    // Disabled one tick later, so that the pressed button's own name and value still travel.
    setTimeout(() => all("button", form).forEach((button) => { button.disabled = true; held.add(button); }), 0);
    setTimeout(release, 15000);
  });
  addEventListener("pageshow", release);
  // Whoever signs out leaves nothing in this tab, not even how far a practice had come.
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || !event.target.action.endsWith("/sign-out")) return;
    try { sessionStorage.clear(); } catch (_) { /* nothing was kept */ }
  });

  // A device that kept somebody's moves, and is no longer theirs or no longer signed in, forgets them.
  const isElse = document.body.matches(".room-public") && location.pathname !== "/sign-in";
  try {
    if (localStorage.getItem("own-device") && !isSending && !isElse) {
      localStorage.removeItem("own-device");
      caches.keys().then((names) => names.forEach((name) => caches.delete(name)));
      navigator.serviceWorker.getRegistrations().then((found) => found.forEach((each) => each.unregister()));
    }
  } catch (_) { /* nothing was kept */ }

  onPress("data-reveal", (button) => {
    const input = document.getElementById(button.dataset.reveal);
    const show = input.type === "password";
    input.type = show ? "text" : "password";
    // what it says next time waits in its place
    [button.textContent, button.dataset.hide] = [button.dataset.hide, button.textContent];
    const label = button.getAttribute("aria-label");
    button.setAttribute("aria-label", button.dataset.hideLabel);
    button.dataset.hideLabel = label;
  });

  onPress("data-today", (button) => {
    const now = new Date();
    const parts = { "": now.getDate(), "-month": now.getMonth() + 1, "-year": now.getFullYear() };
    Object.entries(parts).forEach(([part, value]) => {
      const input = document.getElementById(button.dataset.today + part);
      input.value = value;
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  });

  onPress("data-copy", async (button) => {
    const input = document.getElementById(button.dataset.copy);
    input.select();
    try {
      await navigator.clipboard.writeText(input.value);
    } catch (_) {
      document.execCommand("copy");
    }
    const said = document.getElementById(button.dataset.copy + "-said");
    if (said) said.textContent = said.dataset.copied;
    setTimeout(() => { if (said) said.textContent = ""; }, 4000);
  });

  document.addEventListener("change", (event) => {
    const name = event.target.dataset && event.target.dataset.tickAll;
    if (name) all("input[name=" + name + "]").forEach((box) => (box.checked = event.target.checked));
  });

  onPress("data-print", () => window.print());

  const closeMenus = (except) =>
    all("details.menu[open]").forEach((menu) => { if (menu !== except) menu.open = false; });
  document.addEventListener("click", (event) => closeMenus(event.target.closest && event.target.closest("details.menu")));
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // "/" begins a search: in the list's own box where there is one, else in the bar's.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest && event.target.closest("input, textarea, select, [contenteditable]")) return;
    const box = all("#q, #bar-q").reverse().find((each) => each.offsetParent);
    if (!box) return;
    event.preventDefault();
    box.select();
  });

  // On a phone the tabs scroll; the one that is open is in view.
  all(".tabs [aria-current]").forEach((tab) => {
    const tabs = tab.closest(".tabs");
    tabs.scrollLeft = tab.offsetLeft - (tabs.clientWidth - tab.offsetWidth) / 2;
  });

  document.addEventListener("htmx:afterSwap", (event) => { release(); focusProblem(event.target); });
  focusProblem();
})();
