// A list is packed before it is sent, so that ten thousand rows go up at once. Without this, smaller files go as they are.
(() => {
  "use strict";
  document.querySelectorAll("form[data-import]").forEach((form) => {
    const chosen = form.elements.file;
    const said = form.querySelector("[data-said]");

    const tell = (text) => {
      said.textContent = text;
      said.hidden = !text;
    };

    const packed = async (file) => {
      const stream = file.stream().pipeThrough(new CompressionStream("gzip"));
      return new File([await new Response(stream).blob()], file.name, { type: "application/gzip" });
    };

    form.addEventListener("submit", async (event) => {
      const file = chosen.files[0];
      if (!file || file.type === "application/gzip" || !("CompressionStream" in window)) return;
      event.preventDefault();
      if (file.size > Number(form.dataset.largest)) {
        tell("The file is larger than " + form.dataset.largestWords + ". Split it, and import the parts.");
        return;
      }
      tell("");
      try {
        const list = new DataTransfer();
        list.items.add(await packed(file));
        chosen.files = list.files;
      } catch (_) {
        tell("The file cannot be read. Choose it again.");
        return;
      }
      form.submit();
    });
  });
})();
