// An item's page: the numbers in the preview and those in the list lead to each other.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const paper = document.querySelector("iframe[name=paper]");
  if (!paper) return;
  const inside = () => paper.contentDocument;
  function mark(number) {
    document.querySelectorAll("[data-look]").forEach((one) => one.classList.toggle("cur", one.dataset.look === number));
    inside().querySelectorAll("[data-mark]").forEach((one) => one.classList.toggle("cur", one.dataset.mark === number));
  }
  document.querySelectorAll("[data-see]").forEach((link) => link.addEventListener("click", (event) => {
    const place = inside() && inside().getElementById(`m${link.dataset.see}`);
    if (!place) return;
    event.preventDefault();
    mark(link.dataset.see);
    const top = place.getBoundingClientRect().top + paper.contentWindow.scrollY;
    paper.contentWindow.scrollTo(0, Math.max(0, top - paper.clientHeight / 3));
    paper.scrollIntoView({ block: "nearest" });
  }));
  function listen() {
    if (!inside()) return;
    inside().addEventListener("click", (event) => {
      const link = event.target.closest("a[href]"), place = event.target.closest("[data-mark]");
      if (link && !link.getAttribute("href").startsWith("#")) { // the preview stays where it is: it is what is decided about
        event.preventDefault();
        const there = new URL(link.href);
        if (!place && (there.origin !== location.origin || there.pathname.startsWith("/files/"))) window.open(there, "_blank", "noopener,noreferrer");
      }
      if (!place) return;
      event.preventDefault();
      mark(place.dataset.mark);
      const line = document.getElementById(`look-${place.dataset.mark}`);
      line.scrollIntoView({ block: "center" });
      line.querySelector("[data-see]").focus({ preventScroll: true });
    });
  }
  paper.addEventListener("load", listen);
  if (inside() && inside().readyState === "complete") listen();
});
