// The little that pages add for comfort; everything works without it.
"use strict";

const all = (root, selector) => [...root.querySelectorAll(selector)];

// A choice that is made sends its form at once where the form asks for that; its button is then needless.
const sendOnChange = (form) => {
  for (const button of all(form, "[data-needless]")) button.hidden = true;
  form.addEventListener("change", () => form.requestSubmit());
};

// A form that moves money is sent once, however often its button is pressed.
const sendOnce = (form) => form.addEventListener("submit", (event) => {
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  const button = form.querySelector("button[type=submit], button:not([type])");
  if (!button) return;
  button.setAttribute("aria-disabled", "true");
  if (button.dataset.busy) button.textContent = button.dataset.busy;
});

// A field that narrows the list beside it to the entries that hold what is typed; without script it is not shown.
const narrow = (field) => {
  const entries = all(document.getElementById(field.dataset.narrows), "li");
  const plain = (text) => text.toLocaleLowerCase().normalize("NFKD").replace(/\p{M}/gu, "").trim();
  const texts = entries.map((entry) => plain(entry.textContent));
  field.hidden = false;
  field.addEventListener("input", () => {
    const wanted = plain(field.value);
    entries.forEach((entry, n) => { entry.hidden = !texts[n].includes(wanted); });
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();  // The form's first button would take the first entry, whatever is typed.
    const left = entries.filter((entry) => !entry.hidden);
    if (left.length === 1) left[0].querySelector("button").click();
  });
};

// Rows to mark: one box marks them all, and the bar of actions says how many are marked.
const countMarked = (bulk) => {
  const rows = all(bulk, "[data-row]"), every = bulk.querySelector("[data-every-row]");
  const show = () => {
    const marked = rows.filter((row) => row.checked).length;
    for (const line of all(bulk, "[data-marked]")) { line.hidden = false; line.querySelector("b").textContent = marked; }
    if (every) { every.checked = marked === rows.length; every.indeterminate = marked > 0 && marked < rows.length; }
  };
  if (every) {
    every.hidden = false;
    every.addEventListener("change", () => { for (const row of rows) row.checked = every.checked; });
  }
  bulk.addEventListener("change", show);
  show();
};

// In a table, up and down lead to the same thing in the row above or below; in a heat map, left and right to the next cell.
const walkRows = (table) => table.addEventListener("keydown", (event) => {
  const cell = event.target.closest("tbody tr > *");
  if (!cell || event.target.matches("select, textarea, input[type=number]")) return;
  const step = { ArrowUp: "previousElementSibling", ArrowDown: "nextElementSibling" }[event.key];
  const aside = table.matches(".heat") && { ArrowLeft: -1, ArrowRight: 1 }[event.key] * (document.dir === "rtl" ? -1 : 1);
  const row = step ? cell.parentElement[step] : aside && cell.parentElement;
  const beside = row && row.children[cell.cellIndex + (step ? 0 : aside)];
  const next = beside && beside.querySelector("a, button, input");
  if (next) { event.preventDefault(); next.focus(); }
});

// Suggestions under a search field, as a combobox: htmx asks for them (one request at a time, an older one is dropped),
// arrow keys walk them, Enter follows the one that is marked or searches for what is typed, Escape puts them away.
const suggest = (field) => {
  const list = document.getElementById(field.dataset.suggests);
  const options = () => all(list, "[role=option]");
  let marked = null;
  const mark = (option) => {
    marked = option;
    for (const one of options()) one.setAttribute("aria-selected", String(one === option));
    if (option) option.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", option ? option.id : "");
  };
  const show = (wanted) => {
    list.hidden = !wanted || !options().length;
    field.setAttribute("aria-expanded", String(!list.hidden));
    mark(null);
  };
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id]]) field.setAttribute(name, value);
  show(false);
  list.addEventListener("htmx:afterSwap", () => show(document.activeElement === field));
  list.addEventListener("mousedown", (event) => event.preventDefault());  // Else the field loses focus before the click.
  field.addEventListener("focus", () => show(true));
  field.addEventListener("blur", () => show(false));
  field.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key], stops = [null, ...options()];
    if (event.isComposing) return;
    if (step && list.hidden) show(true);
    else if (step) mark(stops.at((stops.indexOf(marked) + step) % stops.length));
    else if (event.key === "Enter" && marked) marked.click();
    else if (event.key === "Escape" && !list.hidden) { htmx.trigger(field, "htmx:abort"); show(false); }
    else return;
    event.preventDefault();
  });
};

const upgrade = (root) => {
  all(root, "form[data-submit-on-change]").forEach(sendOnChange);
  all(root, "form[data-once]").forEach(sendOnce);
  all(root, "[data-narrows]").forEach(narrow);
  all(root, "[data-suggests]").forEach(suggest);
  all(root, ".bulk").forEach(countMarked);
  all(root, ".table").forEach(walkRows);
  all(root, ":is(.tabs, .rail) [aria-current]").forEach((tab) => tab.scrollIntoView({ block: "nearest", inline: "center" }));
};
document.addEventListener("DOMContentLoaded", () => upgrade(document));
document.addEventListener("htmx:load", (event) => { if (event.target !== document.body) upgrade(event.target); });

// What was folded or unfolded stays so when its part of the page is exchanged; focus that went with it goes to the head.
const folds = new Map();
document.addEventListener("htmx:beforeSwap", () => {
  for (const fold of all(document, "main details[id]")) folds.set(fold.id, fold.open);
});
document.addEventListener("htmx:afterSettle", () => {
  for (const fold of all(document, "main details[id]")) if (folds.has(fold.id)) fold.open = folds.get(fold.id);
  const head = document.getElementById("title");
  if (head && document.activeElement === document.body) head.focus({ preventScroll: true });
});

// A sheet is put away by the button that shows what was chosen in it.
document.addEventListener("click", (event) => {
  const sheet = event.target.closest("[data-closes]") && event.target.closest(":popover-open");
  if (sheet) sheet.hidePopover();
});

// A page that the browser kept alive forgets that its form was sent.
addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of all(document, "form[data-sent]")) delete form.dataset.sent;
});

// An open menu closes with Escape, or with a press elsewhere.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of all(document, "details.menu[open]")) { menu.open = false; menu.querySelector("summary").focus(); }
});
document.addEventListener("click", (event) => {
  for (const menu of all(document, "details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});

// When the network is away, a page of ours says so: once a session it is fetched in the language that is read.
addEventListener("load", async () => {
  const language = document.documentElement.lang;
  if (!navigator.serviceWorker || sessionStorage.getItem("offline") === language) return;
  await navigator.serviceWorker.register("/service-worker.js");
  const ready = await navigator.serviceWorker.ready;
  ready.active.postMessage(language);
  sessionStorage.setItem("offline", language);
});
