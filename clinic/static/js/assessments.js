// The sheet of an assessment: keys, "all normal", how much is filled in, finding a test. The page works without.
(() => {
  "use strict";
  const form = document.querySelector("form[data-exam]");
  if (!form) return;
  const all = (selector, scope) => Array.from((scope || form).querySelectorAll(selector));
  const cells = all("[data-cell]");
  const cellOf = new Map(cells.map((cell) => [cell.dataset.cell, cell]));
  const boxes = (cell) => all("input[type=radio], input[type=checkbox], input[type=text], select", cell);
  const isPress = (box) => box.type === "radio" || box.type === "checkbox";

  // A field as one text, as the server has it: "" is empty, several faults have a space between
  const get = (cell) => {
    const given = boxes(cell).filter((box) => !isPress(box) || box.checked).map((box) => box.value.trim());
    return given.filter(Boolean).join(" ");
  };
  const set = (cell, text) => {
    const wanted = cell.dataset.control === "checks" ? text.split(" ") : [text];
    boxes(cell).forEach((box) => {
      if (isPress(box)) box.checked = wanted.includes(box.value);
      else box.value = text;
    });
  };
  const sheet = (form.sheet = {
    cells,
    cell: (name) => cellOf.get(name),
    get,
    set,
    put: (cell, text, byNormal) => {
      set(cell, text);
      mark(cell, Boolean(byNormal));
      changed(cell);
    },
    mark: (cell, on) => mark(cell, on),
    refresh: () => { tests.forEach(refresh); total(); },
  });
  const changed = (cell) => {
    const test = cell.closest("[data-test]");
    if (test) refresh(test);
    else tests.forEach(refresh);
    total();
    form.dispatchEvent(new CustomEvent("exam:changed", { detail: cell }));
  };

  // "All normal" fills what is empty, says so, and is taken back in one press
  const tests = all("[data-test]");
  const normals = (test) => all("[data-normal]", test);
  const mark = (cell, on) => {
    const place = cell.querySelector(".exam-auto");
    if (!place || cell.classList.contains("exam-by-normal") === on) return;
    cell.classList.toggle("exam-by-normal", on);
    place.replaceChildren();
    if (!on) return;
    const said = document.createElement("span");
    said.className = "visually-hidden";
    said.textContent = "set by All normal";
    const hidden = Object.assign(document.createElement("input"), { type: "hidden", name: "as_normal", value: cell.dataset.cell });
    place.append(said, hidden);
  };
  const isMarked = (cell) => cell.classList.contains("exam-by-normal");
  const fill = (test) => normals(test).filter((cell) => !get(cell)).forEach((cell) => sheet.put(cell, cell.dataset.normal, true));
  const undo = (test) => normals(test).filter(isMarked).forEach((cell) => sheet.put(cell, "", false));
  const press = (button, act) => {
    const test = button.closest("[data-test]");
    act(test);
    const shown = all(".exam-fill button", test).find((each) => !each.hidden);
    if (shown) shown.focus();
  };
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-fill-normal], [data-undo]");
    if (!button) return;
    event.preventDefault();
    press(button, button.hasAttribute("data-undo") ? undo : fill);
  });

  // How much is filled in, of each test and of the section
  const counted = (test) => all("[data-counts]", test);
  const holds = (cell) => Boolean(get(cell) || (cell.dataset.follows && get(cellOf.get(cell.dataset.follows))));
  const put = (test, selector, act) => { const found = test.querySelector(selector); if (found) act(found); };
  const refresh = (test) => {
    const own = normals(test), set = own.filter(isMarked).length;
    const isNormal = own.length > 0 && own.every((cell) => get(cell) === cell.dataset.normal);
    put(test, "[data-all-normal]", (each) => { each.hidden = !isNormal; });
    put(test, "[data-set-normal]", (each) => { each.hidden = !set; });
    put(test, "[data-set-count]", (each) => { each.textContent = set; });
    put(test, "[data-undo]", (each) => { each.hidden = !set; });
    put(test, "[data-fill-normal]", (each) => { each.hidden = own.every((cell) => get(cell)); });
    const fields = counted(test), done = fields.filter(holds).length;
    const link = document.querySelector(`[data-to="${test.dataset.test}"]`);
    if (!link) return;
    link.toggleAttribute("data-full", done === fields.length);
    link.querySelector(".exam-count").lastChild.textContent = `${done}/${fields.length}`;
  };
  const total = () => {
    const fields = counted(form), done = fields.filter(holds).length;
    form.querySelector("[data-done]").textContent = done;
    const tab = document.querySelector(".tabs [aria-current] .count");
    if (tab) tab.textContent = `${done} of ${fields.length}`;
  };

  // What a hand changes
  form.addEventListener("input", (event) => {
    const cell = event.target.closest("[data-cell]");
    if (cell) touched(cell, event.target);
    else form.dispatchEvent(new CustomEvent("exam:changed"));
  });
  const touched = (cell, box) => {
    if (cell.dataset.control === "checks" && box.checked) {
      // "None seen" and a fault exclude each other
      boxes(cell).forEach((each) => { if ((each.value === "none") !== (box.value === "none")) each.checked = false; });
    }
    mark(cell, false);
    changed(cell);
  };

  // Keys, while a field has the focus
  const KEPT = "regroove.one-key"; // a habit of the hand, nothing of anybody's health
  const toggle = document.querySelector("[data-keys-on]");
  const recall = () => { try { return localStorage.getItem(KEPT) !== "off"; } catch (_) { return true; } };
  const remember = (on) => { try { localStorage.setItem(KEPT, on ? "on" : "off"); } catch (_) { /* not kept then */ } };
  if (toggle) {
    toggle.checked = recall();
    toggle.addEventListener("change", () => remember(toggle.checked));
  }
  const oneKey = () => !toggle || toggle.checked;
  const SIGNS = { n: "negative", "-": "negative", p: "positive", "+": "positive", e: "equivocal", "?": "equivocal", x: "not_tested", 0: "not_tested", u: "unable" };

  const answers = (cell) => boxes(cell).filter((box) => box.value);
  const meant = (cell, key) => {
    const options = answers(cell), low = key.toLowerCase();
    const of = (value) => options.find((box) => box.value === value);
    if (cell.dataset.keys === "grade") return /^[0-9]$/.test(key) ? of(key) : undefined;
    if (cell.dataset.keys === "result") return SIGNS[low] && of(SIGNS[low]);
    if (/^[1-9]$/.test(key)) return options[Number(key) - 1];
    const spoken = options.find((box) => box.getAttribute("aria-label").toLowerCase().startsWith(low));
    return /^[a-z]$/.test(low) && spoken ? spoken : SIGNS[low] && of(SIGNS[low]);
  };
  const twin = (cell) => {
    const name = cell.dataset.cell;
    return cellOf.get(name.endsWith("-left") ? name.replace(/-left$/, "-right") : name.replace(/-right$/, "-left"));
  };
  const isOpen = (cell) => !cell.closest("details:not([open])") && !cell.dataset.follows;
  // What only says more of a positive result is passed by beside a negative one, on its side or on both
  const sideOf = (cell) => (/-(left|right)$/.exec(cell.dataset.cell) || [""])[0];
  const isNegative = (cell) => all('[data-keys="result"]', cell.closest("[data-test]"))
    .filter((each) => !sideOf(cell) || !sideOf(each) || sideOf(each) === sideOf(cell))
    .every((each) => get(each) === "negative");
  const isWanted = (cell) => isOpen(cell) && !("ofPositive" in cell.dataset && !get(cell) && isNegative(cell));
  const focusOn = (cell) => {
    const inside = boxes(cell);
    const box = inside.find((each) => each.type === "radio" && each.checked) || inside[0];
    box.focus();
    if (box.type === "text") box.select();
  };
  const goOn = (cell) => {
    const next = cells.slice(cells.indexOf(cell) + 1).find(isWanted);
    if (next) focusOn(next);
    else form.querySelector("[name=act][value=next]").focus();
  };
  const answer = (cell, box, both) => {
    const other = both && twin(cell) !== cell ? twin(cell) : undefined;
    [cell, other].filter(Boolean).forEach((each) => sheet.put(each, box.value));
    goOn(other && cells.indexOf(other) > cells.indexOf(cell) ? other : cell);
  };
  const onChoice = (event, cell) => {
    if (event.key === "Backspace" || event.key === "Delete") {
      sheet.put(cell, "");
      return true;
    }
    const box = oneKey() && event.key.length === 1 && meant(cell, event.key);
    if (box) answer(cell, box, event.shiftKey && /^[A-Z]$/.test(event.key));
    return Boolean(box);
  };
  const onChecks = (event, cell) => {
    if (!oneKey()) return false;
    const box = event.key === "n" ? boxes(cell)[0] : /^[1-9]$/.test(event.key) ? boxes(cell)[Number(event.key)] : undefined;
    if (!box) return false;
    box.checked = !box.checked;
    touched(cell, box);
    if (event.key === "n" && box.checked) goOn(cell);
    else box.focus();
    return true;
  };
  const onAny = (event, cell, isWords) => {
    if (event.key === "Enter" && cell) {
      goOn(event.shiftKey && cell.closest("[data-test]") ? all("[data-cell]", cell.closest("[data-test]")).pop() : cell);
      return true;
    }
    if (isWords || !oneKey()) return false;
    if (event.key === "/") { find(); return true; }
    if (event.key === "=" && cell && cell.closest("[data-test]")) {
      const test = cell.closest("[data-test]");
      fill(test);
      const empty = all("[data-counts]", test).find((each) => isWanted(each) && !get(each));
      if (empty) focusOn(empty);
      else goOn(all("[data-cell]", test).pop());
      return true;
    }
    return false;
  };

  form.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.target.closest("button, summary, textarea")) return;
    const cell = event.target.closest("[data-cell]");
    const isWords = Boolean(cell) && cell.dataset.control === "text";
    const special = cell && cell.dataset.keys ? onChoice : cell && cell.dataset.control === "checks" ? onChecks : undefined;
    if ((special && special(event, cell)) || onAny(event, cell, isWords)) event.preventDefault();
  });

  // Finding a test
  const index = document.querySelector("[data-index]"), legend = document.querySelector("[data-legend]");
  const search = document.querySelector("[data-find]");
  const links = Array.from(document.querySelectorAll("[data-to]"));
  const found = () => links.filter((link) => !link.parentElement.hidden);
  const find = () => { index.open = true; search.focus(); search.select(); };
  const goTo = (link) => {
    const test = document.getElementById(link.dataset.to);
    test.scrollIntoView({ block: "start" });
    const first = all("[data-cell]", test).find(isOpen);
    if (first) focusOn(first);
    if (!wide.matches) index.open = false;
  };
  const wide = matchMedia("(min-width: 75em)");
  const arrange = () => { index.open = wide.matches; legend.open = wide.matches; };
  arrange();
  wide.addEventListener("change", arrange);
  search.addEventListener("input", () => {
    const wanted = search.value.trim().toLowerCase();
    links.forEach((link) => { link.parentElement.hidden = !link.textContent.toLowerCase().includes(wanted); });
  });
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    const link = event.key === "Enter" && found()[0];
    search.value = "";
    search.dispatchEvent(new Event("input"));
    if (link) goTo(link);
  });
  index.addEventListener("click", (event) => {
    const link = event.target.closest("[data-to]");
    if (!link) return;
    event.preventDefault();
    goTo(link);
  });
  // Come here to go on: the field of the address or the first empty one waits, once the browser has gone there
  const begin = () => {
    const first = cellOf.get(location.hash.slice(1)) || cells.find((cell) => isWanted(cell) && !get(cell));
    if (first && document.activeElement === document.body) focusOn(first);
  };
  if (location.hash === "#sheet" || cellOf.has(location.hash.slice(1))) addEventListener("load", () => setTimeout(begin, 0));
  form.querySelector("[data-jump]").addEventListener("click", () => { index.open = true; });
})();
