// What stands on the page and is looked at is read; without this a button says so.
(() => {
  "use strict";
  document.querySelectorAll("form[data-when-seen]").forEach((form) => {
    const tell = () => {
      if (document.visibilityState !== "visible") return;
      document.removeEventListener("visibilitychange", tell);
      fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" })
        .then(() => { form.hidden = true; })
        .catch(() => {}); // the button stays
    };
    document.addEventListener("visibilitychange", tell);
    setTimeout(tell, 1000);
  });
})();
