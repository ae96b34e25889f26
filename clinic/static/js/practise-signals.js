// What leads somebody who does not look at the phone: tones, its own voice, a buzz; all off until they are
// wished for. And the screen, which stays awake while a practice runs.
(() => {
  "use strict";
  const KEPT = "practise-signals"; // which of them, and nothing else
  const boxes = Array.from(document.querySelectorAll("[data-signal]"));
  const can = {
    sound: "AudioContext" in window || "webkitAudioContext" in window,
    voice: "speechSynthesis" in window,
    buzz: "vibrate" in navigator,
  };
  const on = (() => { try { return JSON.parse(localStorage.getItem(KEPT)) || {}; } catch (_) { return {}; } })();
  let audio = null, lock = null, awake = false;

  boxes.forEach((box) => {
    const name = box.dataset.signal;
    if (!can[name]) box.closest("label").hidden = true;
    box.checked = Boolean(on[name] && can[name]);
    box.addEventListener("change", () => {
      on[name] = box.checked;
      try { localStorage.setItem(KEPT, JSON.stringify(on)); } catch (_) { /* not kept then */ }
      if (!box.checked && name === "voice") speechSynthesis.cancel();
      if (box.checked) signals.mark(2);
    });
  });
  if (boxes.every((box) => !can[box.dataset.signal])) boxes.forEach((box) => { box.closest("fieldset").hidden = true; });

  const tone = (pitch, seconds) => {
    audio = audio || new (window.AudioContext || window.webkitAudioContext)();
    if (audio.state === "suspended") audio.resume();
    const source = audio.createOscillator(), gain = audio.createGain(), at = audio.currentTime;
    source.frequency.value = pitch;
    gain.gain.setValueAtTime(0.0001, at);
    gain.gain.exponentialRampToValueAtTime(0.25, at + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.0001, at + seconds);
    source.connect(gain).connect(audio.destination);
    source.start(at);
    source.stop(at + seconds);
  };
  const ask = async () => {
    try { lock = await navigator.wakeLock.request("screen"); } catch (_) { lock = null; }
    if (!awake && lock) { lock.release(); lock = null; }
  };

  const signals = {
    // 0: a beat of a repetition, 1: a repetition, 2: something else begins
    mark(weight) {
      if (on.sound && can.sound) tone([440, 660, 880][weight], [0.08, 0.12, 0.3][weight]);
      if (on.buzz && can.buzz && weight) navigator.vibrate(weight === 1 ? 60 : [80, 80, 160]);
    },
    say(words) {
      if (!on.voice || !can.voice || !words) return;
      speechSynthesis.cancel();
      const told = new SpeechSynthesisUtterance(words);
      told.lang = document.documentElement.lang;
      speechSynthesis.speak(told);
    },
    hush() { if (can.voice) speechSynthesis.cancel(); },
    keepAwake(wanted) {
      awake = wanted;
      if (!("wakeLock" in navigator)) return;
      if (wanted && !lock) ask();
      if (!wanted && lock) { lock.release(); lock = null; }
    },
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) lock = null; // the browser has let go of it
    else if (awake) ask();
  });
  window.practiseSignals = signals;
})();
