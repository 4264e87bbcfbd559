"use strict";
// Comfort only: everything works without this file.

// The error summary is read out first.
document.getElementById("error-summary")?.focus();

// A second click on a slow line sends nothing twice. (The server's idempotency key holds in any case.)
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.matches("[hx-post]:not([data-autosave])")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 8000);
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// An open menu closes on Escape and on a click beside it.
const closeMenus = (except) => {
  for (const menu of document.querySelectorAll("details.kc-menu[open]")) {
    if (!menu.contains(except)) menu.open = false;
  }
};
document.addEventListener("click", (event) => closeMenus(event.target));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMenus(null);
});

// Autosave says what it does; the words stand in the page, in its language.
const autosaveStatus = (event) =>
  event.target.closest("form[data-autosave]")?.querySelector("[data-autosave-status]");
document.addEventListener("htmx:beforeRequest", (event) => {
  const status = autosaveStatus(event);
  if (status) status.textContent = status.dataset.saving;
});
document.addEventListener("htmx:afterRequest", (event) => {
  const status = autosaveStatus(event);
  if (!status) return;
  status.classList.toggle("kc-saved-bad", !event.detail.successful);
  if (!event.detail.successful) status.textContent = status.dataset.failed;
});
// A failed autosave speaks in its status line and nowhere else.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.isError && autosaveStatus(event)) event.detail.shouldSwap = false;
});
