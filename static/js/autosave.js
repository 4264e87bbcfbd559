"use strict";
// A draft that saves itself. Two saves never cross: each goes out on the version that the last one left.

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-autosave]")) return;
  form.dataset.leaving = "yes";
  if (!form.classList.contains("htmx-request")) return;
  // An autosave is under way: send the form when it is done, on top of it.
  event.preventDefault();
  event.stopImmediatePropagation();
  form.addEventListener("htmx:afterRequest", () => setTimeout(() => form.requestSubmit()), { once: true });
}, { capture: true });

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.closest("form[data-leaving]")) event.preventDefault();
}, { capture: true });

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest("form[data-autosave]");
  if (form && event.detail.xhr.status === 409) {
    form.querySelector("[data-autosave-status]").textContent = form.dataset.stale;
  }
});

// The page may come back from the browser's own memory.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-leaving]")) delete form.dataset.leaving;
});
