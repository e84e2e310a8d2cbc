// What every page does: menus that close, and requests of fragments that end in the right place when they fail.
(() => {
  "use strict";

  function closeMenus(except) {
    for (const menu of document.querySelectorAll("details[data-pop][open]")) {
      if (menu !== except) menu.open = false;
    }
  }

  document.addEventListener("click", (event) => closeMenus(event.target.closest("details[data-pop]")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest("details[data-pop][open]");
    closeMenus(null);
    if (menu) menu.querySelector("summary").focus();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });

  // On phones the navigation and the tabs of a run scroll: show where one is.
  document.addEventListener("DOMContentLoaded", () => {
    for (const here of document.querySelectorAll(".topbar-link[aria-current], .run-tabs > .tab-active")) {
      const row = here.parentElement;
      row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.clientWidth) / 2;
    }
  });

  // A session that ended answers a fragment with the login page: go there, and come back afterwards.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const login = document.body.dataset.loginUrl;
    const answered = event.detail.xhr.responseURL;
    if (!answered || new URL(answered).pathname !== login || location.pathname === login) return;
    event.detail.shouldSwap = false;
    location.assign(`${login}?next=${encodeURIComponent(location.pathname + location.search)}`);
  });

  function problem(text) {
    const place = document.getElementById("problems");
    const line = document.createElement("p");
    line.className = "callout callout-error";
    line.textContent = text;
    place.replaceChildren(line);
  }

  // Fragments that refresh by themselves stay quiet; live.js tells when the connection is gone.
  const isAction = (event) => event.detail.requestConfig.verb !== "get";
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status < 500 || !isAction(event)) return;
    problem("Something broke on our side, and what you sent was not saved. Try again in a moment.");
  });
  document.addEventListener("htmx:sendError", (event) => {
    if (isAction(event)) problem("The server can't be reached. Nothing was sent; try again when you are connected.");
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (isAction(event)) document.getElementById("problems").replaceChildren();
  });
})();
