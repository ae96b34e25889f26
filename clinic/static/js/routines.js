// Moves of a draft change places by pointer, by the arrow keys and by their buttons, without a new page.
// Without this the buttons send the form, and the page comes back in the new order.
(() => {
  "use strict";
  const form = document.querySelector("form[data-plan]");
  if (!form) return;
  const list = form.querySelector(".plan");
  const said = form.querySelector("[data-said]");
  const rows = () => Array.from(list.querySelectorAll("[data-row]"));

  const settle = () => {
    const all = rows();
    all.forEach((row, place) => {
      row.querySelector("[data-place]").value = place;
      row.querySelector("[data-up]").disabled = place === 0;
      row.querySelector("[data-down]").disabled = place === all.length - 1;
    });
  };
  const tell = (row) => {
    const all = rows();
    said.textContent = row.dataset.name + ", now " + (all.indexOf(row) + 1) + " of " + all.length;
  };
  const step = (row, by) => {
    const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    if (by < 0) other.before(row);
    else other.after(row);
    settle();
    tell(row);
  };

  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-up], [data-down]");
    if (!button) return;
    event.preventDefault();
    const row = button.closest("[data-row]");
    step(row, button.hasAttribute("data-up") ? -1 : 1);
    const next = button.disabled ? row.querySelector("[data-up]:enabled, [data-down]:enabled") : button;
    if (next) next.focus();
  });

  rows().forEach((row) => {
    const handle = row.querySelector("[data-handle]");
    handle.hidden = false;
    handle.addEventListener("keydown", (event) => {
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!by) return;
      event.preventDefault();
      step(row, by);
      handle.focus();
    });
    handle.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      handle.setPointerCapture(event.pointerId);
      row.classList.add("is-held");
    });
    handle.addEventListener("pointermove", (event) => {
      if (!row.classList.contains("is-held")) return;
      const before = row.previousElementSibling;
      const after = row.nextElementSibling;
      const middle = (each) => each.getBoundingClientRect().top + each.offsetHeight / 2;
      if (before && event.clientY < middle(before)) before.before(row);
      else if (after && event.clientY > middle(after)) after.after(row);
      else return;
      handle.setPointerCapture(event.pointerId);
    });
    const drop = () => {
      if (!row.classList.contains("is-held")) return;
      row.classList.remove("is-held");
      settle();
      tell(row);
    };
    handle.addEventListener("pointerup", drop);
    handle.addEventListener("pointercancel", drop);
  });

  // What a dose says beside fields that were typed in is no longer so.
  list.addEventListener("input", (event) => {
    if (!event.target.closest(".disclosure")) return;
    event.target.closest("[data-row]").querySelector(".dose-words").textContent = "Changed, not saved yet.";
  });
})();
