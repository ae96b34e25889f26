// A client's video frame by frame; what is shown becomes the moment that an answer is about.
(() => {
  "use strict";
  const FRAME = 1 / 30; // seconds; a phone films 30 in one

  document.querySelectorAll("[data-frames]").forEach((tools) => {
    const film = document.getElementById(tools.dataset.frames);
    const moment = document.getElementById(tools.dataset.moment);
    const go = (seconds) => {
      film.currentTime = Math.min(Math.max(0, film.currentTime + seconds), film.duration);
    };
    const step = (seconds) => {
      film.pause();
      if (film.readyState) return go(seconds);
      // nothing of it is here before somebody wants it
      film.addEventListener("loadedmetadata", () => go(seconds), { once: true });
      film.preload = "auto";
      film.load();
    };
    const words = (at) => {
      const tenths = Math.floor(at * 10);
      const seconds = String(Math.floor(tenths / 10) % 60).padStart(2, "0");
      return Math.floor(tenths / 600) + ":" + seconds + (tenths % 10 ? "." + (tenths % 10) : "");
    };
    tools.hidden = false;
    tools.querySelector("[data-back]").addEventListener("click", () => step(-FRAME));
    tools.querySelector("[data-on]").addEventListener("click", () => step(FRAME));
    tools.querySelector("[data-mark]").addEventListener("click", () => {
      film.pause();
      moment.value = words(film.currentTime);
      moment.closest("details").open = true;
      moment.form.elements.text.focus();
    });
  });
  document.querySelectorAll("a[data-at]").forEach((link) => {
    link.addEventListener("click", (event) => {
      const film = document.getElementById(link.dataset.film);
      if (!film) return; // it stands on an older page: the link opens the video itself
      event.preventDefault();
      film.currentTime = Number(link.dataset.at);
      film.scrollIntoView({ block: "center" });
      film.focus();
    });
  });
})();
