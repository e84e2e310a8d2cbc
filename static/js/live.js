// Live pages. Elements name what the page follows:
//   <div data-live-topics="run:12,model:3"> … with data-live="done" on or in it once nothing will change any more
// Every change is a `live` event on <body>; fragments ask again with hx-trigger="live from:body".
// Without the stream (server restarted, Redis gone, laptop asleep) the page asks every 3 seconds until it is back.
//
// A browser has six connections to a host for all its tabs, and a stream keeps one. So tabs that are seen share three seats
// (Web Locks): who has one opens a stream and tells the others what it hears; who waits for one also asks every 3 seconds.
// A tab that is hidden gives its seat away, and asks for everything when it is seen again.
(() => {
  "use strict";
  const POLL = 3_000;
  const SILENCE = 45_000; // the server sends something every 15 s
  const SLOWEST = 30_000;
  const SEATS = 3;
  const TELLING = 250; // several tabs may tell of the same

  const others = window.BroadcastChannel ? new BroadcastChannel("live") : null;
  const told = new Set();
  let queue = null; // while waiting for a seat
  let leave = null; // gives the seat back
  let source = null;
  let followed = "";
  let polling = null;
  let watchdog = null;
  let retry = null;
  let failures = 0;

  function topics() {
    const done = '[data-live="done"]';
    const places = [...document.querySelectorAll("[data-live-topics]")];
    const moving = places.filter((place) => !place.matches(done) && !place.querySelector(done));
    const names = moving.flatMap((place) => place.dataset.liveTopics.split(",")).filter(Boolean);
    return [...new Set(names)].sort().join(",");
  }

  const isDone = () => topics() === "";

  function refetch(changed) {
    document.body.dispatchEvent(new CustomEvent("live", { detail: { topics: changed } }));
  }

  function say(text) {
    const line = document.getElementById("connection");
    if (line && line.textContent !== text) line.textContent = text;
  }

  function watch() {
    clearTimeout(watchdog);
    watchdog = setTimeout(lost, SILENCE);
  }

  function close() {
    clearTimeout(watchdog);
    clearTimeout(retry);
    if (source) source.close();
    source = null;
  }

  function stopPolling() {
    clearInterval(polling);
    polling = null;
    say("");
  }

  function stop() {
    close();
    stopPolling();
    queue?.abort();
    leave?.();
    queue = leave = null;
  }

  function open() {
    close();
    if (isDone() || document.hidden) return stop();
    if (leave || !navigator.locks) return connect();
    if (!polling) polling = setInterval(poll, POLL);
    if (!queue) wait();
  }

  function wait() {
    const asking = (queue = new AbortController());
    for (let seat = 0; seat < SEATS; seat += 1) {
      // Given up while it waited, which is no error.
      navigator.locks.request(`live-${seat}`, { signal: asking.signal }, () => sit(asking)).catch(() => {});
    }
  }

  // The seat is kept until the promise ends.
  function sit(asking) {
    if (queue !== asking) return undefined; // another seat came first, or none is wanted any more
    queue = null;
    return new Promise((resolve) => {
      leave = resolve;
      asking.abort();
      if (!failures) stopPolling();
      connect();
    });
  }

  function connect() {
    followed = topics();
    source = new EventSource(`/live/?topics=${encodeURIComponent(followed)}`);
    source.addEventListener("open", watch);
    source.addEventListener("ping", watch);
    source.addEventListener("ready", (event) => {
      failures = 0;
      stopPolling();
      heard(event);
    });
    source.addEventListener("poke", (event) => {
      heard(event);
      others?.postMessage(JSON.parse(event.data));
    });
    source.addEventListener("end", lost);
    source.addEventListener("error", lost);
  }

  function heard(event) {
    watch();
    refetch(JSON.parse(event.data));
  }

  function lost() {
    close();
    if (isDone() || document.hidden) return stop();
    failures += 1;
    // A stream ends every few minutes by design; only a second failure is worth words.
    if (failures > 1) say("Reconnecting… showing the latest every 3 seconds.");
    if (!polling) polling = setInterval(poll, POLL);
    const pause = Math.min(SLOWEST, 1_000 * 2 ** (failures - 1));
    retry = setTimeout(open, pause * (0.75 + Math.random() / 2));
  }

  function poll() {
    if (isDone()) return stop();
    if (!document.hidden) refetch([]);
  }

  // What a tab with a seat has heard, for one that has none.
  function tell({ data }) {
    const mine = topics().split(",");
    if (source || document.hidden || !data.some((topic) => mine.includes(topic))) return;
    if (!told.size) setTimeout(pass, TELLING);
    for (const topic of data) told.add(topic);
  }

  function pass() {
    const changed = [...told];
    told.clear();
    refetch(changed);
  }

  others?.addEventListener("message", tell);

  document.addEventListener("DOMContentLoaded", open);
  // A fragment may bring the end, or something new to follow.
  document.addEventListener("htmx:afterSettle", () => {
    if (isDone()) stop();
    else if (source ? topics() !== followed : !polling) open();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden || isDone()) return stop();
    refetch([]);
    open();
  });
  window.addEventListener("pagehide", stop);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) open();
  });
})();
