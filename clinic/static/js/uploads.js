// A large file goes up in pieces, and after a cut goes on where it ended. Without this, small files go in the form itself.
(() => {
  "use strict";
  const PATIENCE = [1, 2, 5, 10, 20, 30, 60]; // seconds between tries while the line is down

  const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

  // Anything but an answer of ours is tried again: a cut line, a server that starts anew.
  const post = async (url, fields, patient, words) => {
    for (let tries = 0; ; tries++) {
      const body = new FormData();
      Object.entries(fields).forEach(([name, value]) => body.append(name, value));
      let answer = null;
      try {
        answer = await fetch(url, { method: "POST", body });
      } catch (_) {
        answer = null;
      }
      const isOurs = answer && (answer.headers.get("Content-Type") || "").startsWith("application/json");
      if (answer && answer.redirected) throw new Error(words.signedOut);
      if (isOurs) {
        const told = await answer.json();
        if (answer.ok) return told;
        if (answer.status === 422 || tries >= 2) throw new Error(told.said);
      } else if (answer && answer.status < 500) {
        throw new Error(words.old);
      } else if (tries >= PATIENCE.length) {
        throw new Error(words.down);
      }
      patient();
      await pause(PATIENCE[Math.min(tries, PATIENCE.length - 1)]);
    }
  };

  document.querySelectorAll("form[data-upload]").forEach((form) => {
    const chosen = form.elements.file;
    const progress = form.querySelector("[data-progress]");
    const bar = progress.querySelector("progress");
    const said = progress.querySelector("[data-said]");
    const words = progress.dataset; // in the language of the page
    const button = form.querySelector("button[type=submit]");
    let isSending = false;

    const send = async (file) => {
      const token = form.elements.csrf_token.value;
      const tell = (received) => {
        const part = Math.floor((100 * received) / file.size);
        bar.value = part;
        said.textContent = words.sent.replace("%(part)s", part + " %");
      };
      const wait = () => { said.textContent = words.waits; };
      let told = await post(form.dataset.upload, {
        csrf_token: token,
        kind: form.dataset.kind || (file.type.startsWith("video/") ? "video" : "picture"),
        client: form.dataset.client || "",
        name: file.name,
        size: file.size,
        fingerprint: [file.size, file.lastModified, file.name].join("-").slice(0, 64),
      }, wait, words);
      while (told.state === "arriving") {
        tell(told.received);
        told = await post(form.dataset.upload + "/" + told.id + "/pieces", {
          csrf_token: token,
          begins: told.received,
          piece: file.slice(told.received, told.received + told.piece),
        }, wait, words);
      }
      if (told.state === "refused") throw new Error(told.said);
      tell(file.size);
      return told.id;
    };

    // Why what was chosen cannot go; nothing where it can.
    const refusal = (files) => {
      if (files.length > Number(form.dataset.most || 1)) return form.dataset.mostWords;
      return files.some((file) => file.size > Number(form.dataset.largest)) ? words.tooLarge : "";
    };

    form.addEventListener("submit", async (event) => {
      const files = Array.from(chosen.files);
      if (!files.length || form.elements.media_id.value) return; // words alone, or all is there
      event.preventDefault();
      if (isSending) return;
      progress.hidden = false;
      said.textContent = refusal(files);
      if (said.textContent) return;
      isSending = true;
      button.disabled = true;
      const hold = (leaving) => leaving.preventDefault();
      addEventListener("beforeunload", hold);
      try {
        const sent = [];
        for (const file of files) sent.push(await send(file));
        form.elements.media_id.value = sent.join(" ");
        chosen.disabled = true; // it has gone up already
        removeEventListener("beforeunload", hold);
        form.submit();
      } catch (problem) {
        said.textContent = problem.message;
        form.elements.media_id.value = "";
        isSending = false;
        button.disabled = false;
      } finally {
        removeEventListener("beforeunload", hold);
      }
    });
    chosen.addEventListener("change", () => { form.elements.media_id.value = ""; });
  });
})();
