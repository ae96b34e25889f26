// Finding a test shows it as one types; a field shows what its kind needs. Everything works without this.
(() => {
  "use strict";
  const plain = (text) => text.toLowerCase().normalize("NFKD").replace(/[\u0300-\u036f]/g, "");

  document.querySelectorAll("form[data-compose]").forEach((form) => {
    const wanted = form.elements.q;
    const filter = () => {
      const words = plain(wanted.value).split(/\s+/).filter(Boolean);
      form.querySelectorAll("[data-offer]").forEach((group) => {
        const title = plain(group.querySelector("legend").textContent);
        let shown = 0;
        group.querySelectorAll("[data-name]").forEach((row) => {
          const text = title + " " + plain(row.dataset.name);
          const fits = words.every((word) => text.includes(word)) || row.querySelector("input").checked;
          row.hidden = !fits;
          shown += fits ? 1 : 0;
        });
        group.hidden = shown === 0;
      });
    };
    wanted.addEventListener("input", filter);
  });

  document.querySelectorAll("[data-own-field]").forEach((group) => {
    const kind = group.querySelector("select[name$='-kind']");
    const show = () => {
      group.querySelectorAll("[data-for]").forEach((part) => {
        const wrong = part.querySelector(".error-text") !== null;
        part.hidden = !wrong && !part.dataset.for.split(" ").includes(kind.value);
      });
    };
    kind.addEventListener("change", show);
    show();
  });
})();
