// Draws <div class="chart" data-chart="equity|candles|paths" data-source="id of a JSON script">. The JSON may sit in a live
// fragment: new data is drawn into the chart that stands. Colours come from the tokens, times are shown in the user's
// zone with exchange time beside it. Each page has the same numbers in a table below the chart.
(() => {
  "use strict";
  const EXCHANGE = "America/New_York";
  const ZONE = document.documentElement.dataset.timezone || EXCHANGE;
  const AIR = 24;
  const WIDE = 600; // from here on price scales are equally wide, so that charts below each other line up
  const charts = new Map();

  function color(token) {
    const probe = document.createElement("i");
    probe.style.color = `var(--${token})`;
    document.body.append(probe);
    const value = getComputedStyle(probe).color;
    probe.remove();
    return value;
  }

  function faint(value, share) {
    return value.replace("rgb(", "rgba(").replace(")", `, ${share})`);
  }

  function formatter(zone, options) {
    const format = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", ...options });
    return { format: (moment) => format.format(moment).replace("Sept", "Sep") }; // as pages write it
  }

  const here = formatter(ZONE, { hour: "2-digit", minute: "2-digit" });
  const there = formatter(EXCHANGE, { hour: "2-digit", minute: "2-digit" });
  const dayHere = formatter(ZONE, { weekday: "short", day: "numeric", month: "short", year: "numeric" });
  const dayOnly = formatter("UTC", { weekday: "short", day: "numeric", month: "short", year: "numeric" });
  const shortDay = formatter(ZONE, { day: "numeric", month: "short" });
  const shortDayOnly = formatter("UTC", { day: "numeric", month: "short" });
  const date = (seconds) => new Date(seconds * 1000);

  // Daily points stand at midnight UTC and have a day but no hour.
  function isDaily(times) {
    return times.length > 0 && times.every((time) => time % 86_400 === 0);
  }

  function fullTime(seconds, daily) {
    if (daily) return dayOnly.format(date(seconds));
    const own = here.format(date(seconds));
    const exchange = there.format(date(seconds));
    return `${dayHere.format(date(seconds))} ${own}${own === exchange ? " ET" : `, ${exchange} ET`}`;
  }

  // Paths of several days have no clock in common: they are drawn over the number of the step.
  function timeOf(time, state) {
    return state.stepwise ? `step ${time}` : fullTime(time, state.daily);
  }

  function tick(seconds, type, daily) {
    if (type < 3) return (daily ? shortDayOnly : shortDay).format(date(seconds));
    return daily ? shortDayOnly.format(date(seconds)) : here.format(date(seconds));
  }

  const money = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
  const percent = new Intl.NumberFormat("en-US", { style: "percent", minimumFractionDigits: 2 });

  function options(state) {
    const quiet = color("ink-muted");
    const line = color("line");
    return {
      autoSize: true,
      layout: {
        attributionLogo: false, // it would inject a style element; the footer carries the notice
        background: { color: color("surface") },
        textColor: quiet,
        fontFamily: getComputedStyle(document.body).fontFamily,
        fontSize: 11,
        panes: { separatorColor: line, separatorHoverColor: line, enableResize: false },
      },
      handleScroll: { vertTouchDrag: false }, // a finger that moves down scrolls the page
      grid: { vertLines: { color: color("chart-grid") }, horzLines: { color: color("chart-grid") } },
      crosshair: {
        mode: 0,
        vertLine: { color: quiet, width: 1, labelBackgroundColor: color("ink") },
        horzLine: { color: quiet, width: 1, labelBackgroundColor: color("ink") },
      },
      rightPriceScale: {
        borderColor: line,
        minimumWidth: state.element.clientWidth > WIDE ? 88 : 0,
        entireTextOnly: true,
        scaleMargins: { top: 0.08, bottom: 0.08 },
      },
      timeScale: {
        borderColor: line,
        timeVisible: true,
        secondsVisible: false,
        tickMarkFormatter: (time, type) => (state.stepwise ? String(time) : tick(time, type, state.daily)),
      },
      localization: { timeFormatter: (time) => timeOf(time, state) },
    };
  }

  const points = (rows) => (rows || []).filter((row) => row[1] !== null).map(([time, value]) => ({ time, value }));
  const plain = { lastValueVisible: false, priceLineVisible: false, crosshairMarkerRadius: 3 };

  // As styles/marks.css draws the keys of the legend; 0 is the benchmark.
  const strokes = [
    { lineWidth: 1, lineStyle: 3 },
    { lineWidth: 2, lineStyle: 0 },
    { lineWidth: 1, lineStyle: 0 },
    { lineWidth: 2, lineStyle: 2 },
    { lineWidth: 2, lineStyle: 1 },
    { lineWidth: 3, lineStyle: 2 },
    { lineWidth: 3, lineStyle: 1 },
  ];

  const kinds = {
    equity: {
      build(state) {
        const { AreaSeries, LineSeries } = LightweightCharts;
        const dollars = { type: "custom", formatter: (value) => money.format(value), minMove: 0.01 };
        const share = { type: "custom", formatter: (value) => percent.format(value), minMove: 0.0001 };
        state.benchmark = state.chart.addSeries(LineSeries, { ...plain, lineWidth: 1, lineStyle: 3, priceFormat: dollars });
        state.equity = state.chart.addSeries(LineSeries, { ...plain, lineWidth: 2, priceFormat: dollars, lastValueVisible: true });
        state.drawdown = state.chart.addSeries(AreaSeries, { ...plain, lineWidth: 1, priceFormat: share, invertFilledArea: true }, 1);
        state.chart.panes()[0].setStretchFactor(3);
        state.chart.panes()[1].setStretchFactor(1);
      },
      paint(state) {
        const fall = color("chart-drawdown");
        state.benchmark.applyOptions({ color: color("chart-benchmark") });
        state.equity.applyOptions({ color: color("chart-equity") });
        state.drawdown.applyOptions({ lineColor: fall, topColor: faint(fall, 0.05), bottomColor: faint(fall, 0.25) });
      },
      draw(state, data) {
        state.daily = isDaily((data.equity || []).map((row) => row[0]));
        state.benchmark.setData(points(data.benchmark));
        state.equity.setData(points(data.equity));
        state.drawdown.setData(points(data.drawdown).map(({ time, value }) => ({ time, value: -value })));
      },
    },
    paths: {
      build(state) {
        state.lines = [];
      },
      paint(state) {
        for (const { series, key } of state.lines) series.applyOptions({ color: color(key ? `series-${key}` : "chart-benchmark") });
      },
      draw(state, data) {
        const lines = data.lines || [];
        const shown = data.unit === "fraction" ? percent : money;
        const priceFormat = { type: "custom", formatter: (value) => shown.format(value), minMove: data.unit === "fraction" ? 0.0001 : 0.01 };
        state.stepwise = data.axis === "step";
        state.daily = !state.stepwise && isDaily(lines.flatMap((line) => line.points.map((row) => row[0])));
        for (const { series } of state.lines) state.chart.removeSeries(series);
        state.lines = lines.map((line) => {
          const { LineSeries } = LightweightCharts;
          const series = state.chart.addSeries(LineSeries, { ...plain, ...strokes[line.key], priceFormat, lastValueVisible: lines.length < 3 });
          series.setData(points(line.points));
          return { series, key: line.key };
        });
        this.paint(state);
      },
    },
    candles: {
      build(state) {
        const { CandlestickSeries, HistogramSeries, createSeriesMarkers } = LightweightCharts;
        state.bars = state.chart.addSeries(CandlestickSeries, { ...plain });
        state.volume = state.chart.addSeries(HistogramSeries, { ...plain, priceFormat: { type: "volume" } }, 1);
        state.markers = createSeriesMarkers(state.bars, []);
        state.lines = [];
        state.chart.panes()[0].setStretchFactor(5);
        state.chart.panes()[1].setStretchFactor(1);
        state.chart.subscribeClick((event) => follow(state, event));
      },
      paint(state) {
        const bar = color("chart-bar");
        const surface = color("surface");
        // Rising is hollow, falling is filled: readable without colour, and colour stays for results.
        state.bars.applyOptions({
          upColor: surface, borderUpColor: bar, wickUpColor: bar, downColor: bar, borderDownColor: bar, wickDownColor: bar,
        });
        state.volume.applyOptions({ color: faint(bar, 0.35) });
        if (state.data) mark(state, state.data);
      },
      draw(state, data) {
        const bars = data.bars || [];
        state.daily = isDaily(bars.map((row) => row[0]));
        state.bars.setData(bars.map(([time, open, high, low, close]) => ({ time, open, high, low, close })));
        state.volume.setData(bars.map((row) => ({ time: row[0], value: row[5] })));
        mark(state, data);
      },
    },
  };

  // Buys point up below their bar, sells down above it; working orders are dashed lines at their price.
  function mark(state, data) {
    const side = { buy: ["belowBar", "arrowUp", "chart-buy"], sell: ["aboveBar", "arrowDown", "chart-sell"] };
    state.links = new Map((data.fills || []).map((fill, index) => [String(index), fill.href]));
    state.markers.setMarkers(
      (data.fills || []).map((fill, index) => {
        const [position, shape, token] = side[fill.side];
        return { id: String(index), time: fill.t, position, shape, color: color(token), text: fill.text };
      }),
    );
    for (const line of state.lines) state.bars.removePriceLine(line);
    state.lines = (data.orders || []).map((order) =>
      state.bars.createPriceLine({
        price: order.price, title: order.text, color: color(side[order.side][2]), lineStyle: 3, lineWidth: 1, axisLabelVisible: true,
      }),
    );
  }

  function follow(state, event) {
    const href = state.links.get(String(event.hoveredObjectId));
    if (href) location.assign(href);
  }

  function read(element) {
    return document.getElementById(element.dataset.source)?.textContent || "";
  }

  function draw(state) {
    const text = read(state.element);
    if (!text || text === state.text) return;
    state.text = text;
    state.data = JSON.parse(text);
    state.kind.draw(state, state.data);
    state.element.classList.toggle("is-empty", !countOf(state));
    if (!state.touched) showAll(state);
  }

  function countOf(state) {
    const longest = Math.max(0, ...(state.data?.lines || []).map((line) => line.points.length));
    return (state.data?.bars || state.data?.equity || []).length || longest;
  }

  // Everything, with as much air on both sides as half a label of the time axis needs.
  function showAll(state) {
    const count = countOf(state);
    const air = (count * AIR) / Math.max(100, state.chart.timeScale().width() - 2 * AIR);
    if (count) state.chart.timeScale().setVisibleLogicalRange({ from: -air, to: count - 1 + air });
  }

  function start(element) {
    const state = { element, kind: kinds[element.dataset.chart], daily: false, touched: false };
    element.setAttribute("role", "img");
    state.chart = LightweightCharts.createChart(element, options(state));
    state.kind.build(state);
    state.kind.paint(state);
    charts.set(element, state);
    // Whoever has zoomed in keeps the view; a double click shows everything again. The wheel scrolls the page past a
    // chart and zooms one that was pressed, until the pointer leaves it.
    let isHeld = false;
    element.addEventListener("pointerdown", () => (isHeld = state.touched = true), { passive: true });
    element.addEventListener("pointerleave", () => (isHeld = false), { passive: true });
    element.addEventListener(
      "wheel",
      (event) => {
        if (isHeld || event.ctrlKey) state.touched = true;
        else event.stopPropagation();
      },
      { capture: true, passive: true },
    );
    element.addEventListener("dblclick", () => {
      state.touched = false;
      showAll(state);
    });
    draw(state);
  }

  function refresh() {
    for (const [element, state] of charts) {
      if (element.isConnected) continue;
      state.chart.remove();
      charts.delete(element);
    }
    for (const element of document.querySelectorAll("[data-chart]")) {
      if (!charts.has(element)) start(element);
      else draw(charts.get(element));
    }
  }

  document.addEventListener("DOMContentLoaded", refresh);
  document.addEventListener("htmx:afterSettle", refresh);
  document.addEventListener("themechange", () => {
    for (const state of charts.values()) {
      state.chart.applyOptions(options(state));
      state.kind.paint(state);
    }
  });
})();
