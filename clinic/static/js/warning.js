// Each warning sign is sent as it is ticked, and what to do is shown at once, whether the rest is ever sent or not.
(() => {
  "use strict";
  const rank = (tier) => " SUE".indexOf(tier || " ");
  document.querySelectorAll("form[data-warning]").forEach((form) => {
    const out = form.querySelector("[data-ticked]");
    const none = form.querySelector("input[name=none]");
    let worst = "";

    const reveal = (selector, shown) => {
      const part = out.querySelector(selector);
      if (part) part.hidden = !shown;
    };

    const show = (tier) => {
      if (rank(tier) <= rank(worst)) return;
      if (worst) reveal('[data-tier="' + worst + '"]', false);
      worst = tier;
      reveal('[data-tier="' + tier + '"]', true);
      out.scrollIntoView({ block: "start" });
      out.focus({ preventScroll: true });
    };

    const send = async (sign, tries) => {
      const body = new FormData();
      body.append("csrf_token", form.elements.csrf_token.value);
      body.append("signs", sign);
      try {
        const answer = await fetch(location.href, { method: "POST", body, headers: { "X-Tick": "1" }, keepalive: true });
        if (!answer.ok) throw new Error(String(answer.status));
        show((await answer.json()).tier);
        reveal("[data-told]", true);
        reveal("[data-not-told]", false);
      } catch (_) {
        if (tries > 1) return setTimeout(() => send(sign, tries - 1), 2000);
        reveal("[data-not-told]", true);
      }
    };

    form.addEventListener("change", (event) => {
      const box = event.target;
      if (!box.checked) return;
      if (box === none) return form.querySelectorAll("input[name=signs]").forEach((sign) => { sign.checked = false; });
      if (box.name !== "signs") return;
      if (none) none.checked = false;
      show(box.dataset.tier);
      send(box.value, 3);
    });
  });
})();
