// Conversations. An answer that is being written carries data-stream: this file follows it and puts what arrives in its
// place; text arrives as text and becomes HTML only as the server's finished block. Reloading, or following from another
// tab, begins with a snapshot that replaces what is shown. Without the stream the answer is asked for every 3 seconds.
(() => {
  "use strict";
  const POLL = 3_000;
  const SILENCE = 45_000; // the server sends something every 15 s
  const HIDDEN = 20_000; // a tab that nobody looks at frees its connection; browsers have six for all tabs
  const NEAR = 140; // pixels from the end that count as reading along
  const SPOKEN = 200; // characters of an announcement
  const watches = new Map();

  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const conversation = () => document.getElementById("conversation");

  // ---- where one reads
  function scroller() {
    const drawer = document.querySelector(".ask-drawer .thread");
    return drawer || document.scrollingElement;
  }

  function isAtEnd() {
    const place = scroller();
    return place.scrollHeight - place.scrollTop - place.clientHeight < NEAR;
  }

  function toEnd() {
    const place = scroller();
    place.scrollTop = place.scrollHeight;
  }

  function keepingEnd(change) {
    const follows = isAtEnd();
    change();
    if (follows) toEnd();
  }

  // ---- what a screen reader hears: beginning, sentences now and then, end
  let spoken = "";
  let spokenAt = 0;

  function say(text) {
    const place = document.querySelector("[data-chat-status]");
    if (place) place.textContent = text;
  }

  function speak(text) {
    spoken += text;
    const end = Math.max(spoken.lastIndexOf(". "), spoken.lastIndexOf("\n"));
    if (end < 0 || Date.now() - spokenAt < 1_000) return;
    spokenAt = Date.now();
    say(spoken.slice(0, end + 1).slice(-SPOKEN));
    spoken = spoken.slice(end + 1);
  }

  // ---- one answer
  class Watch {
    constructor(article) {
      this.article = article;
      this.failures = 0;
      this.open();
    }

    get blocks() {
      return this.article.querySelector("[data-blocks]");
    }

    part(at) {
      return this.blocks.querySelector(`[data-part="${Number(at)}"]`);
    }

    open() {
      this.close();
      this.source = new EventSource(this.article.dataset.stream);
      const on = (name, take) =>
        this.source.addEventListener(name, (event) => {
          this.heard();
          keepingEnd(() => take(JSON.parse(event.data)));
        });
      on("snapshot", (data) => this.snapshot(data));
      on("delta", (data) => this.delta(data));
      on("reset", (data) => this.reset(data));
      on("block", (data) => this.block(data));
      on("done", (data) => this.done(data.html));
      on("ping", () => {});
      this.source.addEventListener("error", () => this.lost());
      this.watchdog();
    }

    close() {
      clearTimeout(this.silence);
      clearTimeout(this.retry);
      if (this.source) this.source.close();
      this.source = null;
    }

    heard() {
      this.failures = 0;
      this.watchdog();
    }

    watchdog() {
      clearTimeout(this.silence);
      this.silence = setTimeout(() => this.lost(), SILENCE);
    }

    fill(html) {
      const fresh = document.createElement("template");
      fresh.innerHTML = html;
      keepDecided(fresh.content);
      this.blocks.replaceChildren(fresh.content);
      htmx.process(this.blocks);
    }

    snapshot({ html }) {
      this.fill(html);
      this.think();
    }

    delta({ at, text }) {
      let place = this.part(at);
      if (!place) {
        place = document.createElement("div");
        place.className = "block block-text is-open";
        place.dataset.part = at;
        place.setAttribute("hx-disable", "");
        this.blocks.append(place);
        say("The answer begins.");
      }
      place.append(text); // text, never HTML
      this.think();
      speak(text);
    }

    reset({ at }) {
      const place = this.part(at);
      if (place) place.textContent = "";
      this.think("Some numbers were in no result; writing it again…");
    }

    block({ at, html }) {
      const place = this.part(at);
      const wasOpen = place && place.querySelector("details[open]");
      const fresh = document.createElement("template");
      fresh.innerHTML = html;
      keepDecided(fresh.content);
      const block = fresh.content.firstElementChild;
      if (!block) return;
      if (wasOpen) block.querySelector("details").open = true;
      if (place) place.replaceWith(block);
      else this.blocks.append(block);
      htmx.process(block);
      this.think();
    }

    think(words = "Working…") {
      const place = this.article.querySelector("[data-thinking]");
      if (place && !("stopping" in this.article.dataset)) place.textContent = words;
    }

    done(html) {
      this.close();
      watches.delete(this.article);
      replaceAnswer(this.article, html);
      say("The answer is complete.");
    }

    lost() {
      this.close();
      this.failures += 1;
      const pause = this.failures > 1 ? POLL : 500;
      this.retry = setTimeout(() => this.again(), pause * (0.75 + Math.random() / 2));
    }

    async again() {
      if (!this.article.isConnected) return this.close();
      if (this.failures < 2) return this.open();
      this.think("Reconnecting… showing the latest every 3 seconds.");
      try {
        const answer = await fetch(this.article.dataset.poll, { headers: { "HX-Request": "true" } });
        if (answer.redirected || answer.status === 403) return location.reload();
        if (answer.ok) this.poll(await answer.text());
      } catch {
        // the network is away too; the next try will tell
      }
      if (watches.get(this.article) !== this) return;
      if (this.failures % 3 === 2) this.open();
      else this.lost();
    }

    poll(html) {
      const fresh = document.createElement("template");
      fresh.innerHTML = html;
      const article = fresh.content.firstElementChild;
      if (!article) return;
      if (!article.dataset.stream) this.done(html);
      else keepingEnd(() => this.fill(article.querySelector("[data-blocks]").innerHTML));
    }
  }

  // A proposal may be decided while the answer goes on: what the click brings stands, not what arrives beside it.
  const decided = new Set();

  document.addEventListener("htmx:beforeRequest", (event) => {
    const proposal = event.detail.elt.closest(".proposal");
    if (proposal) decided.add(proposal.id);
  });

  function keepDecided(fresh) {
    for (const proposal of all(".proposal", fresh)) {
      const shown = decided.has(proposal.id) && document.getElementById(proposal.id);
      if (shown) proposal.replaceWith(shown);
    }
  }

  function replaceAnswer(article, html) {
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    keepDecided(fresh.content);
    const complete = fresh.content.firstElementChild;
    const opened = all("details[open][id]", article).map((details) => details.id);
    for (const details of all("details[id]", complete)) if (opened.includes(details.id)) details.open = true;
    article.replaceWith(complete);
    htmx.process(complete);
    settle();
  }

  function follow() {
    for (const [article, watch] of watches) {
      if (article.isConnected) continue;
      watch.close();
      watches.delete(article);
    }
    if (document.hidden) return;
    for (const article of all("[data-stream]")) {
      if (!watches.has(article)) watches.set(article, new Watch(article));
    }
  }

  function rest() {
    for (const watch of watches.values()) watch.close();
    watches.clear();
  }

  let hiding = null;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiding);
    if (document.hidden) hiding = setTimeout(rest, HIDDEN);
    else follow();
  });
  window.addEventListener("pagehide", rest);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) follow();
  });

  // ---- the composer
  function grow(area) {
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, window.innerHeight * 0.4)}px`;
  }

  function newRequest(form) {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    form.elements.request_id.value = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  const isAnswering = () => Boolean(document.querySelector("#conversation [data-stream]"));

  function settle() {
    const stop = document.querySelector(".composer-stop");
    if (stop && !isAnswering()) stop.disabled = false;
  }

  document.addEventListener("input", (event) => {
    if (event.target.matches(".composer-text")) grow(event.target);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) return escape(event);
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    if (!event.target.matches(".composer-text")) return;
    event.preventDefault();
    if (isAnswering()) return problem("An answer is being written. Wait for it, or press Esc to stop it.");
    if (event.target.value.trim()) event.target.form.requestSubmit();
  });

  function escape(event) {
    if (event.target.closest("details[data-pop][open]")) return;
    const stop = document.getElementById("composer-stop");
    if (stop && isAnswering()) stop.requestSubmit();
    else closeDrawer();
  }

  function problem(text) {
    const place = document.querySelector("[data-composer-problem]");
    if (!place) return false;
    const line = document.createElement("p");
    line.className = "callout callout-error";
    line.textContent = text;
    place.replaceChildren(line);
    return true;
  }

  const isOurs = (element) => Boolean(element && element.closest && element.closest("#conversation, .ask-panel"));

  // The server shows only the new exchange when this page already has everything before it.
  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.detail.elt.matches("[data-composer]")) return;
    const messages = all("#thread [data-message]");
    if (messages.length) event.detail.parameters.set("leaf", messages.at(-1).dataset.message);
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.detail.elt;
    if (!isOurs(form)) return;
    const place = document.querySelector("[data-composer-problem]");
    if (place) place.replaceChildren();
    if (form.matches("[data-stop]")) stopping();
  });

  function stopping() {
    const stop = document.querySelector(".composer-stop");
    if (stop) stop.disabled = true;
    for (const article of all("#conversation [data-stream]")) {
      article.dataset.stopping = "";
      const words = article.querySelector("[data-thinking]");
      if (words) words.textContent = "Stopping…";
    }
  }

  // What was refused is said where one types, and what was typed stays.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { elt, xhr } = event.detail;
    if (!isOurs(elt) || xhr.status < 400 || xhr.status >= 500) return;
    const place = document.querySelector("[data-composer-problem]");
    if (place) event.detail.target = place;
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt, successful } = event.detail;
    if (!elt.matches("[data-composer], .ask-form") || !successful) return;
    newRequest(elt);
    const field = elt.elements.text;
    field.value = "";
    if (field.matches("textarea")) grow(field);
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    follow();
    if (!isOurs(event.detail.elt)) return;
    if (event.detail.requestConfig && event.detail.requestConfig.verb === "post") toEnd();
    remember();
  });

  // ---- the drawer beside a run or a Model: the address says which conversation is open
  const drawer = () => document.querySelector("[data-drawer]");

  function remember() {
    const opened = drawer();
    const url = new URL(location.href);
    if (!document.getElementById("ask-drawer")) return;
    if (opened) url.searchParams.set("ask", opened.dataset.drawer);
    else url.searchParams.delete("ask");
    if (url.href !== location.href) history.replaceState(history.state, "", url);
    if (opened && !opened.dataset.greeted) {
      opened.dataset.greeted = "yes";
      toEnd();
      opened.querySelector(".composer-text")?.focus({ preventScroll: true });
    }
  }

  function closeDrawer() {
    const opened = drawer();
    if (!opened) return;
    const place = document.createElement("div");
    place.id = "ask-drawer";
    place.hidden = true;
    opened.replaceWith(place);
    follow();
    remember();
    document.getElementById("ask-text")?.focus({ preventScroll: true });
  }

  // ---- small things
  document.addEventListener("click", async (event) => {
    if (event.target.closest("[data-drawer-close]")) return closeDrawer();
    const cite = event.target.closest("a.number-verified");
    if (cite) return openCard(event, cite);
    const copy = event.target.closest("[data-copy]");
    if (!copy) return;
    const source = copy.parentElement.querySelector("[data-source]");
    await navigator.clipboard?.writeText(source.textContent);
    copy.textContent = "Copied";
    setTimeout(() => (copy.textContent = "Copy"), 1_500);
  });

  function openCard(event, cite) {
    const card = document.getElementById(cite.hash.slice(1));
    if (!card) return;
    event.preventDefault();
    card.open = true;
    card.scrollIntoView({ block: "nearest", behavior: "smooth" });
    card.querySelector("summary").focus({ preventScroll: true });
  }

  document.addEventListener("DOMContentLoaded", () => {
    follow();
    remember();
    if (conversation() && !location.hash && document.querySelector("#thread [data-message]")) toEnd();
  });
})();
