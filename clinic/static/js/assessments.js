// Keys for the sheet of an assessment, and no typed word lost to a tab; the page works without.
(() => {
  "use strict";
  const form = document.querySelector("form[data-exam]");
  if (!form) return;

  const radios = (segs) => Array.from(segs.querySelectorAll("input[type=radio]"));
  const wanted = (segs, key) => {
    const all = radios(segs);
    const answers = all.slice(0, -1);
    if (key === "Backspace" || key === "Delete") return all[all.length - 1];
    if (/^[0-9]$/.test(key)) {
      return segs.hasAttribute("data-grade") ? answers.find((each) => each.value === key) : answers[Number(key) - 1];
    }
    return /^[a-z]$/i.test(key)
      ? answers.find((each) => each.getAttribute("aria-label").toLowerCase().startsWith(key.toLowerCase()))
      : undefined;
  };

  form.addEventListener("keydown", (event) => {
    const segs = event.target.type === "radio" && event.target.closest(".segs");
    if (!segs || event.ctrlKey || event.altKey || event.metaKey) return;
    const radio = wanted(segs, event.key);
    if (!radio) return;
    event.preventDefault();
    radio.checked = true;
    radio.focus();
    changed = true;
  });

  let changed = false;
  form.addEventListener("input", () => { changed = true; });

  // A tab of the sections saves what was typed before it goes on.
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest(".tabs a");
    if (!link || !changed || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    const go = document.createElement("button");
    go.name = "act";
    go.value = "go:" + link.pathname.split("/").pop();
    go.hidden = true;
    form.append(go);
    form.requestSubmit(go);
  });
})();
