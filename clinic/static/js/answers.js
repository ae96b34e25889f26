// While somebody writes, the answers that fit stand below the box. Without this a link leads to them.
(() => {
  "use strict";
  const PAUSE = 700; // milliseconds without a key
  const SHORTEST = 10, LONGEST = 100; // characters: of the newest words
  const MOST = 3;

  document.querySelectorAll("[data-answers]").forEach((place) => {
    const box = document.getElementById(place.dataset.box);
    const list = place.querySelector("[data-list]"), said = place.querySelector("[role=status]");
    let timer = 0, asking = null, before = "";

    const show = (found) => {
      found.forEach((each) => {
        each.open = false;
        // no form within a form: what is written and not sent stays where it is
        each.querySelectorAll("form").forEach((form) => {
          const button = form.querySelector("button");
          button.type = "button";
          button.dataset.to = form.action;
          form.replaceWith(button);
        });
      });
      list.replaceChildren(...found);
      place.hidden = !found.length;
      said.textContent = found.length ? place.dataset.said : "";
    };
    const ask = async () => {
      const words = box.value.trim().slice(-LONGEST);
      if (words.length < SHORTEST || words === before) return;
      before = words;
      if (asking) asking.abort();
      asking = new AbortController();
      const body = new FormData();
      body.append("csrf_token", box.form.elements.csrf_token.value);
      body.append("q", words);
      try {
        const answer = await fetch(place.dataset.answers, { method: "POST", body, signal: asking.signal });
        if (!answer.ok || answer.redirected) return;
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fitting = [...page.querySelectorAll("[data-fitting] > .disclosure")].slice(0, MOST);
        if (!list.contains(document.activeElement)) show(fitting); // nobody's reading is taken away
      } catch (_) {
        // the line is down, or newer words are asked about
      }
    };
    box.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, PAUSE);
    });
    list.addEventListener("click", async (event) => {
      const button = event.target.closest("button[data-to]");
      if (!button) return;
      const body = new FormData();
      body.append("csrf_token", box.form.elements.csrf_token.value);
      try {
        const answer = await fetch(button.dataset.to, { method: "POST", body });
        if (!answer.ok) return;
        const thanks = document.createElement("p");
        thanks.textContent = place.dataset.helped;
        thanks.tabIndex = -1;
        button.replaceWith(thanks);
        thanks.focus();
      } catch (_) {
        // it can be pressed again
      }
    });
  });
})();
