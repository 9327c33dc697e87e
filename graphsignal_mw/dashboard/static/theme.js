// Runs before the first paint: says that there is JavaScript, and keeps the choice of theme in a cookie,
// so that the server renders the next page in it.
(() => {
  "use strict";
  const root = document.documentElement;
  const order = ["auto", "light", "dark"];
  root.classList.add("js");

  function show() {
    for (const name of document.querySelectorAll("[data-theme-name]")) name.textContent = root.dataset.theme;
    for (const button of document.querySelectorAll("[data-theme-toggle]")) button.hidden = false;
  }

  function choose(theme) {
    root.dataset.theme = theme;
    document.cookie = `theme=${theme}; path=/; max-age=31536000; SameSite=Lax`;
    show();
    document.dispatchEvent(new CustomEvent("themechange"));
  }

  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-toggle]")) return;
    choose(order[(order.indexOf(root.dataset.theme) + 1) % order.length]);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    document.dispatchEvent(new CustomEvent("themechange"));
  });
})();
