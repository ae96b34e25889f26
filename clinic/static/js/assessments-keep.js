// Keeps a sheet on the server while it is filled in. Nothing of it is ever put into the browser's own storage:
// a device is shared, and what cannot be sent stays on the page until it can.
(() => {
  "use strict";
  const form = document.querySelector("form[data-exam]");
  if (!form || !form.sheet) return;
  const sheet = form.sheet;
  const state = form.querySelector("[data-state]"), flags = document.querySelector("[data-flags]");
  const PAUSE = 700, LONGEST = 30000;
  const note = form.elements.namedItem("note");
  let timer = 0, wait = 2000, isDirty = false, running = null, trouble = "", leaving = false, renewals = 0;

  const say = (kind, text, ...more) => {
    state.dataset.kind = kind;
    state.replaceChildren(text, ...more.flatMap((each) => [" ", each]));
  };
  const button = (text, act) => {
    const made = Object.assign(document.createElement("button"), { type: "button", className: "linklike", textContent: text });
    made.addEventListener("click", act);
    return made;
  };
  const link = (text, href) =>
    Object.assign(document.createElement("a"), { href, textContent: text, target: "_blank", rel: "noopener" });
  // The whole form goes the ordinary way: the page that comes back says what has to be chosen or put right
  const openForm = () => { leaving = true; form.requestSubmit(form.querySelector("[name=act][value=stay]")); };

  const now = () => new Map([...sheet.cells.map((cell) => [cell.dataset.cell, sheet.get(cell)]), ["note", note.value]]);
  const later = (milliseconds) => { clearTimeout(timer); timer = setTimeout(keep, milliseconds); };
  const fail = (kind, ...told) => {
    trouble = kind;
    say("trouble", ...told);
    later(wait);
    wait = Math.min(wait * 2, LONGEST);
  };

  const keep = (atTheEnd) => {
    clearTimeout(timer);
    if (running) return running;
    if (!isDirty) return Promise.resolve(true);
    running = attempt(atTheEnd === true).finally(() => { running = null; if (isDirty && !trouble) later(PAUSE); });
    return running;
  };
  const attempt = async (atTheEnd) => {
    const sent = now();
    const body = new URLSearchParams(new FormData(form));
    isDirty = false;
    let answer;
    try {
      answer = await fetch(form.dataset.keep, { method: "POST", body, redirect: "manual", keepalive: atTheEnd });
    } catch (_) {
      isDirty = true;
      fail("offline", "Not saved: no connection. Kept on this page and tried again.");
      return false;
    }
    return took(answer, sent);
  };
  const took = async (answer, sent) => {
    const told = (answer.headers.get("Content-Type") || "").includes("json") ? await answer.json() : {};
    if (told.state === "saved" || told.state === "collided") return kept(told, sent);
    isDirty = true;
    // without a session the token is no good either, and that is what the server says first
    const session = answer.status === 400 ? await renewed() : answer.type === "opaqueredirect" ? "ended" : "";
    if (session === "new") {
      trouble = "";
      return attempt(false);
    }
    if (session === "ended") {
      fail("signed-out", "Not saved: you are signed out. What you typed stays on this page.", link("Sign in again", form.dataset.signIn));
    } else if (told.state === "signed" || told.state === "refused" || answer.status === 404) {
      trouble = told.state || "gone";
      say("trouble", told.state === "signed" ? "Not saved: it was signed meanwhile." : "Not saved.", button("See what is wrong", openForm));
    } else {
      fail("server", "Not saved: the clinic’s server does not answer. Kept on this page and tried again.");
    }
    return false;
  };
  const kept = (told, sent) => {
    trouble = "";
    wait = 2000;
    renewals = 0;
    form.elements.namedItem("seen").value = JSON.stringify(told.seen);
    takeOver(told, sent);
    sheet.cells.forEach((cell) => refuse(cell, told.refused[cell.dataset.cell] || ""));
    if (flags.innerHTML.trim() !== told.flags.trim()) flags.innerHTML = told.flags;
    const count = Object.keys(told.refused).length;
    if (told.state === "collided") {
      say("trouble", "Somebody else filled in the same field differently.", button("See both", openForm));
    } else if (!isDirty) {
      say("saved", `Saved ${told.at}${count ? `, ${count} kept as typed` : ""}`);
    }
    return true;
  };
  // What others changed meanwhile, where nobody here has typed since
  const takeOver = (told, sent) => {
    for (const [name, text] of Object.entries(told.theirs)) {
      if (name === "note") {
        if (note.value === sent.get("note")) note.value = text;
        continue;
      }
      const cell = sheet.cell(name);
      if (!cell || sheet.get(cell) !== sent.get(name)) continue;
      sheet.set(cell, text);
      sheet.mark(cell, told.as_normal.includes(name));
      cell.classList.add("exam-theirs");
    }
    if (Object.keys(told.theirs).length) sheet.refresh();
  };
  const refuse = (cell, reason) => {
    const id = `${cell.dataset.cell}-error`;
    const old = document.getElementById(id);
    const isHere = cell.contains(document.activeElement) && isDirty;
    if (isHere || (old ? old.textContent.trim() : "") === reason) return;
    if (old) old.remove();
    cell.classList.toggle("exam-wrong", Boolean(reason));
    const box = cell.querySelector("input, select, fieldset");
    const said = new Set((box.getAttribute("aria-describedby") || "").split(" ").filter(Boolean));
    said[reason ? "add" : "delete"](id);
    box.setAttribute("aria-describedby", [...said].join(" "));
    if (box.tagName !== "FIELDSET") box.toggleAttribute("aria-invalid", Boolean(reason));
    if (reason) cell.append(Object.assign(document.createElement("span"), { id, className: "exam-error", textContent: reason }));
  };
  // A new session has a new token; the page it is on tells it
  const renewed = async () => {
    try {
      const page = await fetch(location.href, { redirect: "manual" });
      if (page.type === "opaqueredirect") return "ended";
      const fresh = page.ok && new DOMParser().parseFromString(await page.text(), "text/html").querySelector("form[data-exam] [name=csrf_token]");
      if (!fresh || renewals > 2) return "";
      renewals += 1;
      document.querySelectorAll("[name=csrf_token]").forEach((each) => { each.value = fresh.value; });
      return "new";
    } catch (_) {
      return "";
    }
  };

  form.addEventListener("exam:changed", () => {
    isDirty = true;
    if (trouble === "refused") trouble = "";
    if (!trouble) say("busy", "Saving…");
    if (trouble !== "signed" && trouble !== "gone") later(PAUSE);
  });
  addEventListener("online", () => keep());
  addEventListener("focus", () => { if (trouble) keep(); });
  document.addEventListener("visibilitychange", () => keep(document.visibilityState === "hidden"));
  addEventListener("pagehide", () => keep(true));
  addEventListener("beforeunload", (event) => { if (isDirty && !leaving) event.preventDefault(); });

  // A way out of the section waits until all of it is kept; where it cannot be, one stays and is told why
  document.addEventListener("click", async (event) => {
    const way = event.target.closest && event.target.closest("a[href]:not([target])");
    if (!way || !(isDirty || running) || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    if (way.origin !== location.origin || (way.pathname === location.pathname && way.hash)) return;
    event.preventDefault();
    if (running) await running;
    if (await keep()) location.assign(way.href);
  });
  form.addEventListener("submit", (event) => {
    if (leaving || (trouble !== "offline" && trouble !== "signed-out" && trouble !== "server")) {
      leaving = true;
      return;
    }
    event.preventDefault();
    keep();
  });
})();
