// Runs a day's practice, one move after another: counts, times, moves the figure, and fills in the log with what
// was really done. Where somebody is stands in this tab alone, as numbers under a key that says nothing.
(() => {
  "use strict";
  const list = document.querySelector("[data-practice]");
  const player = document.querySelector("[data-player]");
  if (!list || !player || !window.practiseSignals) return;
  const signals = window.practiseSignals, mirror = window.practiseMirror;
  const words = JSON.parse(player.dataset.words);
  const $ = (selector, scope) => (scope || document).querySelector(selector);
  const all = (selector, scope) => Array.from((scope || document).querySelectorAll(selector));
  const fill = (text, ...values) => text.replace(/\{(\d)\}/g, (_, n) => values[n]);
  const log = $("[data-log]"), form = $("form", log), begin = $("[data-begin]");
  const stage = $("[data-stage]"), bar = $("progress", player), keys = $(".player-keys", player);
  const KEY = "practise", BEFORE = "practise-before";
  const LEAD = 3, CHECK = 60, PATIENCE = 4, GAP = 5, LONG = 60; // seconds, and signs
  const isStill = matchMedia("(prefers-reduced-motion: reduce)");
  const isThrifty = matchMedia("(prefers-reduced-data: reduce)").matches || (navigator.connection || {}).saveData;

  // ------------------------------------------------------------ the sequence

  const parts = all("[data-run]", list).map((item) => ({ item, ...JSON.parse(item.dataset.run) }));
  const steps = []; // one beat each: where it belongs, how long it takes, which repetition it ends
  let stretch = 0;
  parts.forEach((part, p) => part.stretches.forEach((each) => {
    const of = { p, stretch: stretch++, kind: each.kind, round: each.round };
    if (each.kind !== "round") { steps.push({ ...of, seconds: each.seconds }); return; }
    for (let rep = 1; rep <= each.reps; rep++) each.sides.forEach((side, turn) => {
      const beats = each.beats.map((seconds, beat) => ({ ...of, rep, reps: each.reps, side, turn, beat, seconds }));
      const real = beats.filter((beat) => beat.seconds);
      real[0].isFirst = true;
      real[real.length - 1].isLast = true;
      steps.push(...real);
    });
  }));
  const whole = steps.reduce((sum, step) => sum + step.seconds, 0);

  // ------------------------------------------------------------ where somebody is

  let at = 0, passed = 0, lead = 0, checking = 0, running = false, previous = 0;
  const taken = () => Object.fromEntries(parts.flatMap((part, p) => part.taken.map((way) => [p, way]))); // in the morning
  let done = new Set(), ways = taken(), sore = new Set(), state = "new"; // new | going | finished | sent
  let base = parts.map((part) => part.before); // what was counted today before this time of it
  let logged = list.dataset.logged; // the day's log as it was then
  let began = 0, id = ""; // of this practice
  let shown = {};

  const store = () => {
    try {
      const kept = { key: list.dataset.practice, logged, base, at, state, done: [...done], ways, sore: [...sore] };
      // what is left of it when it can go on no more
      const told = { outcome: outcomeOfDay(), practised: practised(), day: $("input[name=day]", form).value, key: id };
      kept.left = done.size || sore.size ? { at: began, mark, told: { ...told, moves: list.dataset.moves } } : null;
      sessionStorage.setItem(KEY, JSON.stringify(kept));
    } catch (_) { /* then it cannot go on later */ }
  };
  const forget = () => { try { sessionStorage.removeItem(KEY); } catch (_) { /* nothing was kept */ } };
  const recall = () => {
    try {
      const kept = JSON.parse(sessionStorage.getItem(KEY));
      if (!kept) return false;
      const isOver = kept.state === "sent" && kept.logged !== list.dataset.logged; // it has arrived
      const isElse = kept.key !== list.dataset.practice || !(kept.at <= steps.length);
      if (isElse && kept.left && kept.state !== "sent") leaveBehind([...left(), kept.left]);
      if (isOver || isElse) { forget(); return false; }
      if (kept.left) ({ at: began, told: { key: id } } = kept.left);
      at = kept.at;
      base = kept.base;
      state = kept.state;
      done = new Set(kept.done);
      ways = kept.ways;
      sore = new Set(kept.sore);
      return state !== "new";
    } catch (_) { return false; }
  };

  // Another day has come, or another program: what was done until then is sent for its own day, beside its log.
  const mark = $("script[data-mark]").dataset.mark;
  const left = () => {
    try {
      return (JSON.parse(sessionStorage.getItem(BEFORE)) || []).filter((each) => each.mark === mark);
    } catch (_) { return []; }
  };
  const leaveBehind = (logs) => {
    if (logs.length) sessionStorage.setItem(BEFORE, JSON.stringify(logs));
    else sessionStorage.removeItem(BEFORE);
  };
  const sendLeft = async () => {
    for (const log of left()) {
      let said = "";
      if ("keeps" in form.dataset) form.dispatchEvent(new CustomEvent("late", { detail: log }));
      else {
        const body = new URLSearchParams({ ...log.told, mark, age: Math.round((Date.now() - log.at) / 1000) });
        body.set("csrf_token", $("input[name=csrf_token]", form).value);
        const answer = await fetch("/my/kept/log", { method: "POST", body, redirect: "manual", headers: { "X-Tick": "1" } });
        if (answer.status !== 200 && answer.status !== 422) return; // the next page tries again
        said = (await answer.json()).said;
      }
      leaveBehind(left().filter((each) => each.told.key !== log.told.key));
      const place = $("[data-left]");
      place.hidden = !said;
      place.textContent = [words.left_over, said].join(" ");
    }
  };
  const repStart = (index) => {
    while (index > 0 && steps[index].kind === "round" && !steps[index].isFirst) index--;
    return index;
  };
  const stretchStart = (index) => steps.findIndex((step) => step.stretch === steps[index].stretch);
  const counts = (p) => {
    const told = { both: 0, left: 0, right: 0 };
    done.forEach((index) => {
      const step = steps[index];
      if (step.p === p) told[step.side === "left" || step.side === "right" ? step.side : "both"]++;
    });
    return told;
  };

  // ------------------------------------------------------------ what is shown

  const set = (name, text) => {
    if (shown[name] === text) return;
    shown[name] = text;
    $("[data-" + name + "]", player).textContent = text;
  };
  const clock = (seconds) => {
    const left = Math.ceil(seconds);
    return left < 60 ? String(left) : Math.floor(left / 60) + ":" + String(left % 60).padStart(2, "0");
  };
  const tell = (text) => set("told", text);
  const waysOf = (p) => [...parts[p].easier, ...parts[p].harder];
  const wayOf = (p) => (p in ways ? waysOf(p)[ways[p]] : "");
  const wayWord = (index, p) => words[index < parts[p].easier.length ? "easier" : "harder"];

  // The figure of a move is drawn as a loop of its beats; it is led by hand, so that it and the count are one.
  let figure = null, cycle = 0, loop = 0, lent = null, waitedFor = 0;
  const giveBack = () => {
    if (lent) lent.home.append(lent.node);
    lent = null;
    figure = null;
    stage.replaceChildren();
  };
  const borrow = (node) => {
    lent = { node, home: node.parentElement };
    stage.replaceChildren(node);
  };
  const showFigure = (p) => {
    giveBack();
    if (wayOf(p)) { // what is drawn is another movement
      stage.replaceChildren(Object.assign(document.createElement("p"), { className: "player-way", textContent: wayOf(p) }));
      return;
    }
    const item = parts[p].item, film = $("[data-film] video", item), moving = $("[data-moving]", item);
    if (film && !film.dataset.gone && !isStill.matches && !isThrifty) {
      film.loop = film.muted = true; // its part again and again, or all of it
      film.dataset.from = film.parentElement.dataset.from;
      film.dataset.until = film.parentElement.dataset.until;
      waitedFor = 0;
      borrow(film);
    } else if (moving && !isStill.matches) {
      stage.replaceChildren(moving.content.cloneNode(true));
      figure = $("svg", stage);
      figure.pauseAnimations();
      const [out, , back] = parts[p].stretches.find((each) => each.beats.length).beats;
      cycle = out + back + 2;
      loop = parseFloat($("[dur]", figure).getAttribute("dur"));
    } else borrow($("[data-still]", item).firstElementChild || document.createElement("span"));
  };
  const leadFigure = (step) => {
    if (!figure) return;
    let time = 0;
    if (step.kind === "round") {
      const [out, , back] = parts[step.p].stretches.find((each) => each.kind === "round").beats;
      const share = Math.min(1, passed / step.seconds);
      time = [share * out, out + share, out + 1 + share * back, out + 1 + back + share][step.beat];
      if (loop > cycle + 0.5 && step.turn) time += cycle;
    }
    figure.setCurrentTime(Math.min(time, loop - 0.01));
  };
  const runFilm = () => {
    const film = $("video", stage);
    if (!film) return;
    if (running && !checking) film.play().catch(() => {});
    else film.pause();
  };

  // Only the part that shows the move runs, as often as it takes.
  const keepInPart = () => {
    const film = $(":scope > video", stage);
    if (!film || !film.readyState) return;
    const from = Number(film.dataset.from), until = Number(film.dataset.until) || Infinity;
    if (film.currentTime >= until || film.currentTime < from - 1) film.currentTime = from;
    if (film.paused && running && !checking) film.play().catch(() => {});
  };

  // A film that is gone, or does not come, gives way to the figure.
  const watchFilm = (elapsed) => {
    const film = $(":scope > video", stage);
    if (!film || film.readyState) return;
    waitedFor += elapsed;
    if (waitedFor < PATIENCE && film.networkState !== HTMLMediaElement.NETWORK_NO_SOURCE) return;
    film.dataset.gone = "1";
    showFigure(steps[at].p);
  };

  const cueOf = (step) => {
    const part = parts[step.p];
    if (step.kind === "ready") return wayOf(step.p) ? "" : part.fix || part.setup.join(" ");
    if (step.kind === "rest") return fill(words.next, fill(words.round, step.round + 1, part.rounds));
    if (step.round === part.rounds && step.rep === step.reps) return nextMove(step.p);
    if (part.fix && !wayOf(step.p) && step.round === 1 && step.rep <= 2) return part.fix;
    if (wayOf(step.p)) return "";
    return part.cues.length ? part.cues[Math.floor((step.rep - 1) / 2) % part.cues.length] : "";
  };
  const nextMove = (p) => (p + 1 < parts.length ? fill(words.next, parts[p + 1].name) : words.last);

  const draw = () => {
    if (at >= steps.length) return;
    const step = steps[at], part = parts[step.p];
    const isRound = step.kind === "round" && !lead && !checking;
    if (checking) set("count", clock(checking));
    else if (lead) set("count", clock(lead));
    else set("count", isRound ? String(step.rep) : clock(step.seconds - passed));
    set("side", isRound ? words[step.side] : "");
    set("of", isRound ? fill(words.of, step.reps) : "");
    set("word", checking ? words.check : isRound ? part.beats[step.beat] : words[lead ? "ready" : step.kind]);
    set("cue", checking ? "" : cueOf(step));
    player.classList.toggle("has-long-cue", shown.cue.length > LONG);
    leadFigure(step);
    const before = steps.slice(0, at).reduce((sum, each) => sum + each.seconds, 0);
    bar.value = (before + passed) / whole;
  };
  const placeWords = (step) => {
    const part = parts[step.p];
    const place = [fill(words.place, step.p + 1, parts.length)];
    if (step.kind !== "ready" && part.rounds > 1) place.push(fill(words.round, step.round, part.rounds));
    if (wayOf(step.p)) place.push(wayWord(ways[step.p], step.p));
    return place.join(" · ");
  };

  // What begins is shown, told to a screen reader, and given as a signal.
  const enter = () => {
    const step = steps[at], part = parts[step.p], isNew = shown.stretch !== step.stretch;
    if (shown.part !== step.p) {
      shown.part = step.p;
      $("#player-name").textContent = part.name;
      showFigure(step.p);
    }
    shown.at = at;
    player.dataset.kind = step.kind;
    set("place", placeWords(step));
    if (isNew) {
      shown.stretch = step.stretch;
      const begins = step.kind === "round" ? fill(words.round, step.round, part.rounds) : words[step.kind];
      const said = {
        ready: [part.name, begins, wayOf(step.p) || cueOf(step)],
        round: [part.rounds > 1 && begins, words[step.side]],
        rest: [begins, cueOf(step)],
      }[step.kind].filter(Boolean).join(". ");
      tell(said);
      signals.mark(2);
      signals.say(said);
    } else if (step.isFirst) {
      const isLast = step.round === part.rounds && step.rep === step.reps;
      const said = [String(step.rep), words[step.side], isLast && nextMove(step.p)].filter(Boolean).join(", ");
      tell(said);
      signals.mark(1);
      signals.say(said);
    } else {
      signals.mark(0);
      if (step.beat && step.seconds > 1) signals.say(part.beats[step.beat]);
    }
    arrange();
    runFilm();
    store();
  };

  const arrange = () => {
    const step = steps[Math.min(at, steps.length - 1)], part = parts[step.p];
    const calm = !running || step.kind === "ready";
    $("[data-more]").hidden = !calm || !panelsClosed();
    const offer = (name, wanted) => { $("[data-more] [data-act=" + name + "]").hidden = !wanted; };
    offer("check", Boolean($("[data-check]", part.item)) && !checking);
    offer("easier", waysOf(step.p).length > 0);
    $("[data-more] [data-act=easier] button").textContent = words[part.harder.length ? "another_way" : "easier_way"];
    offer("mirror", mirror.can);
    $("[data-when=running]").hidden = !running;
    $("[data-when=paused]").hidden = running;
    $("[data-now]").hidden = !panelsClosed();
  };

  // ------------------------------------------------------------ time

  const tick = (now) => {
    if (!running) return;
    let elapsed = Math.max(0, (now - previous) / 1000);
    previous = now;
    if (elapsed > GAP) { pause(); draw(); return; } // it was asleep, and nobody has practised in between
    watchFilm(elapsed);
    keepInPart();
    if (checking) {
      checking = Math.max(0, checking - elapsed);
      if (!checking) endCheck();
      elapsed = 0;
    }
    if (lead) {
      const used = Math.min(lead, elapsed);
      lead -= used;
      elapsed -= used;
      if (lead < 0.001) { lead = 0; signals.mark(1); }
    }
    passed += elapsed;
    while (passed >= steps[at].seconds) {
      passed -= steps[at].seconds;
      if (steps[at].isLast) done.add(at);
      at++;
      if (at >= steps.length) return finish();
      enter();
    }
    draw();
    requestAnimationFrame(tick);
  };
  const run = () => {
    if (running || at >= steps.length) return;
    running = true;
    previous = performance.now();
    lead = steps[at].kind === "round" ? LEAD : 0;
    signals.keepAwake(true);
    closePanels();
    if (shown.at !== at) enter();
    arrange();
    runFilm();
    draw();
    requestAnimationFrame(tick);
  };
  const pause = () => {
    if (!running) return;
    running = false;
    at = repStart(at);
    if (steps[at].kind === "round") passed = 0;
    signals.hush();
    signals.keepAwake(false);
    tell(words.paused);
    arrange();
    runFilm();
    store();
  };
  const goTo = (index) => {
    endCheck();
    at = Math.max(0, index);
    passed = 0;
    lead = 0;
    if (at >= steps.length) return finish();
    enter();
    draw();
  };
  const skip = () => {
    const next = steps.findIndex((step) => step.stretch > steps[at].stretch);
    goTo(next < 0 ? steps.length : next);
  };
  const back = () => {
    const start = stretchStart(at);
    goTo(at > start || passed > 2 || !start ? start : stretchStart(start - 1));
  };
  const leave = (p) => {
    const next = steps.findIndex((step) => step.p > p);
    goTo(next < 0 ? steps.length : next);
  };

  // ------------------------------------------------------------ the self-test

  const check = () => {
    const found = $("[data-check]", parts[steps[at].p].item);
    if (!found) return;
    goTo(stretchStart(at));
    giveBack();
    borrow(found);
    player.dataset.kind = "check";
    checking = CHECK;
    tell(words.check + ". " + found.innerText);
    run();
    arrange();
    scrollTo(0, 0);
  };
  const endCheck = () => {
    if (!checking && player.dataset.kind !== "check") return;
    checking = 0;
    player.dataset.kind = steps[at].kind;
    showFigure(steps[at].p);
    signals.mark(2);
    arrange();
  };

  // ------------------------------------------------------------ panels: too sore, another way

  const panelsClosed = () => all("[data-panel]", player).every((panel) => panel.hidden);
  const closePanels = () => {
    all("[data-panel]", player).forEach((panel) => { panel.hidden = true; });
    player.classList.remove("has-panel");
    arrange();
  };
  const open = (name) => {
    pause();
    closePanels();
    const panel = $("[data-panel=" + name + "]", player);
    panel.hidden = false;
    player.classList.add("has-panel");
    if (name === "sore") $("[data-act=easier]", panel).hidden = !parts[steps[at].p].easier.length;
    arrange();
    panel.focus();
  };
  const offerWays = (offered) => {
    const p = steps[at].p, ours = $("[data-ways]");
    const choose = (text, value) => {
      const made = Object.assign(document.createElement("button"), { type: "button", textContent: text });
      made.className = "button button-secondary button-block";
      made.setAttribute("aria-pressed", String(value === (p in ways ? ways[p] : null)));
      made.addEventListener("click", () => {
        if (value === null) delete ways[p]; else ways[p] = value;
        shown.part = null;
        closePanels();
        goTo(stretchStart(at));
        run();
      });
      return made;
    };
    const labelled = (text, index) =>
      choose(parts[p].harder.length ? wayWord(index, p) + ": " + text : text, index);
    ours.replaceChildren(choose(words.as_asked, null), ...offered(p).map(labelled));
    open("ways");
  };

  // ------------------------------------------------------------ the end: the log, filled in

  // with what was counted earlier today: sent again, it is the same
  const ofDay = (p) => Object.fromEntries(Object.entries(counts(p)).map(([side, n]) => [side, n + base[p][side]]));
  const practised = () => JSON.stringify(parts.map((part, p) =>
    ({ moves: part.log, way: wayOf(p), sore: sore.has(p), ...ofDay(p) })));
  const outcomeOf = (p) => {
    const told = ofDay(p), asked = parts[p].asked;
    const sides = Object.keys(asked).filter((side) => asked[side]);
    if (sides.every((side) => !told[side])) return "not_done";
    return sides.every((side) => told[side] >= asked[side]) ? "done" : "partly";
  };
  // whoever had to stop a move has not done all of it, whatever was counted earlier in the day
  const outcomeOfDay = () => {
    const outcomes = parts.map((_, p) => outcomeOf(p));
    if (outcomes.every((each) => each === "done")) return sore.size ? "partly" : "done";
    return outcomes.every((each) => each === "not_done") ? "not_done" : "partly";
  };
  const didWords = (p) => {
    const told = counts(p), once = parts[p].once;
    const sides = Object.keys(once).filter((side) => once[side]).map((side) =>
      fill(words["did_" + side] || words.did, told[side], once[side]));
    const way = wayOf(p) ? " (" + wayOf(p) + ")" : "";
    return parts[p].name + ": " + sides.join(", ") + way;
  };
  const fillIn = () => {
    const choice = $('input[name=outcome][value="' + outcomeOfDay() + '"]', form);
    if (choice) choice.checked = true;
    if (sore.size) {
      const details = $("details", form);
      if (details) details.open = true;
      const hurts = $('input[name=obstacle][value="hurts"]', form);
      if (hurts) hurts.checked = true;
      sore.forEach((p) => parts[p].log.forEach((id) => {
        const box = $('input[name=hurting][value="' + id + '"]', form);
        if (box) box.checked = true;
      }));
    }
    const field = $("input[name=practised]", form);
    if (field) field.value = practised();
  };
  const finish = () => {
    running = false;
    checking = 0;
    state = "finished";
    signals.keepAwake(false);
    signals.hush();
    signals.mark(2);
    mirror.off();
    giveBack();
    closePanels();
    $("[data-did]").replaceChildren(...parts.map((_, p) =>
      Object.assign(document.createElement("li"), { textContent: didWords(p) })));
    $("[data-go-on]").hidden = at >= steps.length;
    fillIn();
    show();
    store();
    $("#practice-done").focus();
  };

  // ------------------------------------------------------------ what of the page is shown

  const show = () => {
    document.body.classList.toggle("is-practising", state === "going");
    document.body.classList.toggle("has-practised", state === "finished");
    player.hidden = state !== "going";
    $("[data-finish]").hidden = state !== "finished";
    begin.hidden = state !== "new";
    if (state === "going") scrollTo(0, 0);
  };
  const goOn = () => {
    state = "going";
    began = began || Date.now();
    id = id || window.newKey();
    shown = {};
    show();
    $("#player-name").focus();
    run();
  };
  const anew = () => {
    base = parts.map((part) => part.before);
    at = 0;
    passed = 0;
    began = 0;
    id = "";
    done = new Set();
    ways = taken();
    sore = new Set();
    goOn();
  };

  const acts = {
    close: () => { closePanels(); $("[data-key=pause]").focus(); },
    easier: () => {
      const isSore = !$("[data-panel=sore]").hidden;
      if (isSore) sore.add(steps[at].p);
      offerWays(isSore ? (p) => parts[p].easier : waysOf);
    },
    leave: () => { sore.add(steps[at].p); closePanels(); leave(steps[at].p); if (state === "going") run(); },
    "end-sore": () => { sore.add(steps[at].p); finish(); },
    check,
    mirror: async () => {
      const note = $("[data-note]");
      const say = (text) => { note.hidden = !text; note.textContent = text; tell(text); };
      if (mirror.isOn) { mirror.off(); player.classList.remove("has-mirror"); say(""); return; }
      try {
        if (!(await mirror.on())) return; // closed again before it had opened
        player.classList.add("has-mirror");
        say(words.mirror_on);
      } catch (_) { mirror.off(); player.classList.remove("has-mirror"); say(words.no_camera); }
    },
  };
  mirror.lost = () => {
    player.classList.remove("has-mirror");
    const note = $("[data-note]");
    note.hidden = false;
    note.textContent = words.camera_gone;
    tell(words.camera_gone);
  };
  const pressed = { pause: () => (running ? pause() : (closePanels(), run())), back, skip, sore: () => open("sore"), stop: finish };
  player.addEventListener("click", (event) => {
    const act = event.target.closest("[data-act]"), key = event.target.closest("[data-key]");
    if (act) acts[act.dataset.act]();
    if (key) pressed[key.dataset.key]();
  });
  document.addEventListener("keydown", (event) => {
    if (state !== "going" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest && event.target.closest("button, a, input, summary, textarea, video")) return;
    const key = { " ": "pause", ArrowLeft: "back", ArrowRight: "skip" }[event.key];
    if (!key) return;
    event.preventDefault();
    pressed[key]();
  });
  $("[data-go-on]").addEventListener("click", goOn);
  $("[data-fresh]").addEventListener("click", anew);
  all("[data-anew]").forEach((each) => each.addEventListener("click", anew));
  $("[data-resume]").addEventListener("click", goOn);

  // A call, a locked screen, another app: it waits where it was.
  document.addEventListener("visibilitychange", () => { 
    if (!document.hidden) return;
    pause();
    mirror.off();
    player.classList.remove("has-mirror");
  });
  addEventListener("pagehide", () => { pause(); if (state === "going" || state === "finished") store(); });

  // Nothing is sent into nothing: what was done stays on the page until there is a network.
  form.addEventListener("submit", (event) => {
    if (navigator.onLine) {
      if (state === "new") return;
      state = "sent";
      logged = list.dataset.logged;
      store();
      return;
    }
    event.preventDefault();
    $("[data-offline]").hidden = false;
  });

  // A device that keeps moves has taken the log: a second time of the day adds to this one.
  form.addEventListener("kept", () => {
    parts.forEach((part, p) => { part.before = ofDay(p); });
    forget();
    at = 0;
    passed = 0;
    done = new Set();
    base = parts.map((part) => part.before);
    began = 0;
    id = "";
    state = "new";
    show();
  });

  // Whoever goes to the warning signs may not come back: what was done until then is logged on the way.
  all("[data-signs]", player).forEach((link) => link.addEventListener("click", () => {
    pause();
    if (!$("[data-panel=sore]").hidden) sore.add(steps[at].p);
    store();
    if (!(done.size || sore.size) || "keeps" in form.dataset || !navigator.onLine) return;
    fillIn();
    const sent = { method: "POST", body: new FormData(form), headers: { "X-Tick": "1" }, keepalive: true };
    fetch(form.action, sent).catch(() => {});
  }));
  addEventListener("online", () => { $("[data-offline]").hidden = true; });

  if (!steps.length) return;
  const isKept = recall();
  sendLeft().catch(() => {}); // the next page tries again
  if ("over" in list.dataset) { // stopped meanwhile: what was done until then is still to be kept
    if (!isKept || !done.size) return;
    log.hidden = false;
    finish();
    ["[data-go-on]", "[data-anew]"].forEach((each) => { $(each, log).hidden = true; });
    return;
  }
  if (state === "finished" || state === "sent") { finish(); return; }
  if (isKept) {
    at = Math.min(repStart(at), steps.length - 1);
    state = "new";
    ["[data-kept]", "[data-resume]", "[data-anew]"].forEach((each) => { $(each, begin).hidden = false; });
    $("[data-fresh]").hidden = true;
  }
  show();
})();
