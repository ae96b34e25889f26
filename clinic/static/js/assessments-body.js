// The body to press: its parts are the fields of the rows below, and say the same.
(() => {
  "use strict";
  const form = document.querySelector("form[data-exam]");
  if (!form || !form.sheet) return;
  const sheet = form.sheet;
  const all = (selector, scope) => Array.from(scope.querySelectorAll(selector));
  const options = (cell) => all("input[type=radio], option", cell).filter((each) => each.value);
  const said = (option) => option.getAttribute("aria-label") || option.textContent.trim();
  const SIGNS = { normal: "✓", reduced: "−", absent: "0", increased: "+", not_tested: "?" };

  // One stop for Tab in each figure, arrows between its parts
  const rove = (parts, onKey) => {
    if (parts.length) parts[0].setAttribute("tabindex", "0");
    parts.forEach((part, at) => {
      part.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        if (step) {
          const next = parts[(at + step + parts.length) % parts.length];
          parts.forEach((each) => each.setAttribute("tabindex", each === next ? "0" : "-1"));
          next.focus();
        } else if (event.key === "Enter" || event.key === " ") part.dispatchEvent(new MouseEvent("click", { bubbles: true }));
        else if (!onKey || !onKey(part, event)) return;
        event.preventDefault();
        event.stopPropagation();
      });
    });
  };

  const show = (part) => {
    const cell = sheet.cell(part.dataset.target);
    const chosen = options(cell).find((each) => each.value === sheet.get(cell));
    part.dataset.answer = chosen ? chosen.value : "";
    part.classList.toggle("body-out", Boolean(chosen && chosen.closest(".seg-out")));
    part.setAttribute("aria-label", `${part.dataset.name}: ${chosen ? said(chosen) : "empty"}`);
    part.querySelector(".body-state").textContent = chosen ? SIGNS[chosen.value] || said(chosen).slice(0, 1) : "";
  };
  const next = (cell) => {
    const values = [...options(cell).map((each) => each.value).filter((value) => value !== "not_tested"), ""];
    return values[(values.indexOf(sheet.get(cell)) + 1) % values.length];
  };
  all("[data-body]", form).forEach((chart) => {
    const parts = all(".body-part", chart);
    chart.open = matchMedia("(min-width: 48em)").matches;
    parts.forEach((part) => part.addEventListener("click", () => { const cell = sheet.cell(part.dataset.target); sheet.put(cell, next(cell)); }));
    all(".body-figure", chart).forEach((figure) =>
      rove(all(".body-part", figure), (part, event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return false;
        const cell = sheet.cell(part.dataset.target);
        const option = options(cell).find((each) => said(each).toLowerCase().startsWith(event.key.toLowerCase()));
        if (option) sheet.put(cell, option.value);
        return Boolean(option);
      }));
    form.addEventListener("exam:changed", () => parts.forEach(show));
    parts.forEach(show);
  });

  // The place of a pain, for the field it was opened from
  const dialog = document.querySelector("[data-places]");
  if (!dialog) return;
  let cell = null;
  const fieldOn = (side) => sheet.cell(cell.dataset.cell.replace(/-(left|right)$/, `-${side}`)) || cell;
  const point = () => all(".body-part", dialog).forEach((part) => {
    const is = sheet.get(fieldOn(part.dataset.side)) === part.dataset.target;
    part.classList.toggle("body-out", is);
    part.setAttribute("aria-pressed", String(is));
  });
  all(".body-part", dialog).forEach((part) => part.addEventListener("click", () => {
    const field = fieldOn(part.dataset.side);
    sheet.put(field, sheet.get(field) === part.dataset.target ? "" : part.dataset.target);
    point();
  }));
  all(".body-figure", dialog).forEach((figure) => rove(all(".body-part", figure)));
  form.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-place]");
    if (!opener) return;
    cell = sheet.cell(opener.dataset.place);
    const asked = new Set(options(cell).map((each) => each.value));
    all(".body-part", dialog).forEach((part) => part.toggleAttribute("hidden", !asked.has(part.dataset.target)));
    dialog.querySelector("h2").textContent = `${cell.closest("[data-test]").querySelector("h3").textContent}: where is it felt?`;
    point();
    dialog.showModal();
  });
})();
