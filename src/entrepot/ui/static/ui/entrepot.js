// The little that pages add for comfort; everything works without it.
"use strict";

// A choice that is made sends its form at once where the form asks for that; its button is then needless.
const upgrade = (root) => {
  for (const form of root.querySelectorAll("form[data-submit-on-change]")) {
    for (const button of form.querySelectorAll("[data-needless]")) button.hidden = true;
    form.addEventListener("change", () => form.requestSubmit());
  }
  // A form that moves money is sent once, however often its button is pressed.
  for (const form of root.querySelectorAll("form[data-once]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) return event.preventDefault();
      form.dataset.sent = "1";
      const button = form.querySelector("button[type=submit], button:not([type])");
      if (button) { button.setAttribute("aria-disabled", "true"); if (button.dataset.busy) button.textContent = button.dataset.busy; }
    });
  }
};
// A page that the browser kept alive forgets that its form was sent.
addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
document.addEventListener("DOMContentLoaded", () => upgrade(document));
document.addEventListener("htmx:load", (event) => { if (event.target !== document.body) upgrade(event.target); });

// An open menu closes with Escape, or with a press elsewhere.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) { menu.open = false; menu.querySelector("summary").focus(); }
});
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
