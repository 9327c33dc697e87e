// Draws every .plot from the JSON block beside it. Colours come from the style sheet, so that both themes
// are kept in one place; all state that is worth keeping goes into the URL.
(() => {
  "use strict";
  const HEIGHT = 190;
  const REFRESH = 60_000;
  const plots = new Map();
  const probe = document.createElement("span");
  probe.hidden = true;

  // ---- numbers -------------------------------------------------------------------------------------------
  const plain = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });
  const short = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });
  const units = {
    count: (v) => (Math.abs(v) < 10_000 ? plain.format(v) : short.format(v)),
    number: (v) => (Math.abs(v) >= 1e6 ? short.format(v) : plain.format(v)),
    percent: (v) => `${plain.format(+(v * 100).toPrecision(3))}%`,
    duration: (v) => (v === 0 ? "0" : v < 1e-3 ? `${plain.format(v * 1e6)} µs` : v < 1 ? `${plain.format(+(v * 1e3).toPrecision(3))} ms` : `${plain.format(+v.toPrecision(3))} s`),
  };
  const clock = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZone: "UTC" });

  // ---- colours -------------------------------------------------------------------------------------------
  function colour(role, alpha = 1) {
    probe.className = `s-${role}`;
    const [red, green, blue] = getComputedStyle(probe).color.match(/[\d.]+/g);
    return `rgba(${red}, ${green}, ${blue}, ${alpha})`;
  }

  // ---- what is drawn -------------------------------------------------------------------------------------
  function isolated(plot, index) {
    const values = plot.data[index];
    const alone = (i) => values[i] != null && values[i - 1] == null && values[i + 1] == null;
    return values.map((_, i) => i).filter(alone);
  }

  function line(series, chart, first) {
    const thin = series.style === "thin";
    return {
      label: series.label,
      stroke: () => (thin ? colour(series.role, 0) : colour(series.role)),
      width: thin ? 0 : 1.75,
      fill: first && !thin && (chart.unit === "count" || chart.series.length === 1) ? () => colour(series.role, 0.1) : undefined,
      points: { show: true, size: 5, filter: (plot, index) => (thin ? [] : isolated(plot, index)) },
    };
  }

  function shade(plot, chart) {
    const { ctx, bbox } = plot;
    ctx.save();
    for (const span of chart.spans) {
      const left = Math.max(plot.valToPos(span.from, "x", true), bbox.left);
      const right = Math.min(plot.valToPos(span.to, "x", true), bbox.left + bbox.width);
      if (right <= left) continue;
      ctx.fillStyle = colour(span.severity, 0.11);
      ctx.fillRect(left, bbox.top, right - left, bbox.height);
      ctx.fillStyle = colour(span.severity);
      ctx.fillRect(left, bbox.top, right - left, 2 * devicePixelRatio);
    }
    ctx.fillStyle = colour("muted");
    for (const marker of chart.markers) {
      ctx.fillRect(plot.valToPos(marker.at, "x", true), bbox.top, devicePixelRatio, bbox.height);
    }
    ctx.restore();
  }

  function axes(chart) {
    const text = () => colour("muted");
    const grid = { stroke: () => colour("grid"), width: 1 };
    const font = "11px Inter, system-ui, sans-serif";
    const write = units[chart.unit];
    return [
      { stroke: text, font, grid: { show: false }, ticks: { show: false }, size: 26, space: 64, values: ticks },
      { stroke: text, font, grid, ticks: { show: false }, size: 58, gap: 6, space: 34, values: (_, at) => at.map((v) => (v == null ? "" : write(v))) },
    ];
  }

  function ticks(plot, splits, _axis, _space, increment) {
    let day = "";
    return splits.map((at) => {
      const [date, time] = clock.format(at * 1000).split(", ");
      const fresh = date !== day;
      day = date;
      return increment >= 86_400 || time === "00:00" ? date : fresh && increment >= 10_800 ? `${date} ${time}` : time;
    });
  }

  function bounds(chart) {
    return (_plot, low, high) => {
      if (low == null || (chart.zero && low === 0 && high === 0)) return [0, chart.unit === "percent" ? 0.1 : 1];
      const bottom = chart.zero ? Math.min(0, low) : low;
      const space = (high - bottom || Math.abs(high) || 1) * 0.08;
      const top = chart.unit === "percent" && high <= 1 ? Math.min(1.02, high + space) : high + space;
      return [chart.zero && low >= 0 ? 0 : bottom - space, top];
    };
  }

  // ---- what follows the pointer --------------------------------------------------------------------------
  function tip(plot, chart, box) {
    const { idx, left } = plot.cursor;
    box.hidden = idx == null || left < 0;
    if (box.hidden) return;
    const at = plot.data[0][idx];
    const rows = chart.series.map((series, i) => [series, plot.data[i + 1][idx]]).filter(([, value]) => value != null);
    box.replaceChildren(element("b", clock.format(at * 1000)));
    for (const [series, value] of rows) box.append(element("span", `${series.label}  ${units[chart.unit](value)}`, `s-${series.role}`));
    for (const span of chart.spans) if (at + chart.step > span.from && at < span.to) box.append(element("em", span.label));
    for (const marker of chart.markers) if (marker.at >= at && marker.at < at + chart.step) box.append(element("em", marker.label));
    const room = plot.over.clientWidth;
    box.style.left = `${Math.max(0, Math.min(left + 14 + box.offsetWidth > room ? left - 14 - box.offsetWidth : left + 14, room - box.offsetWidth))}px`;
  }

  function element(tag, text, name = "") {
    const made = document.createElement(tag);
    made.textContent = text;
    made.className = name;
    return made;
  }

  function zoom(plot) {
    // Charts that follow the one under the pointer have no event of their own: one of them leaves the page, not all.
    if (plot.select.width < 8 || !plot.cursor.event) return;
    const url = new URL(location.href);
    const moment = (x) => `${new Date(plot.posToVal(x, "x") * 1000).toISOString().slice(0, 19)}Z`;
    url.searchParams.delete("range");
    url.searchParams.set("from", moment(plot.select.left));
    url.searchParams.set("to", moment(plot.select.left + plot.select.width));
    location.assign(url);
  }

  // ---- life of a chart -----------------------------------------------------------------------------------
  function columns(chart) {
    return [chart.times, ...chart.series.map((series) => series.values)];
  }

  function options(chart, target) {
    const box = element("div", "", "tip");
    box.hidden = true;
    const hooks = {
      ready: [(plot) => plot.over.append(box)],
      drawClear: [(plot) => shade(plot, chart)],
      setCursor: [(plot) => tip(plot, chart, box)],
    };
    if ("zoom" in target.dataset) hooks.setSelect = [zoom];
    const first = chart.series.findIndex((series) => series.style !== "thin");
    return {
      width: target.clientWidth,
      height: HEIGHT,
      padding: [8, 20, 0, 0],
      legend: { show: false },
      tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "Etc/UTC"),
      cursor: { y: false, sync: { key: "time", setSeries: false }, drag: { x: "zoom" in target.dataset, y: false, setScale: false }, points: { size: 6 } },
      scales: { y: { range: bounds(chart) } },
      series: [{}, ...chart.series.map((series, i) => line(series, chart, i === first))],
      bands: chart.bands.map(([high, low], depth) => ({ series: [high + 1, low + 1], fill: () => colour("fan", depth ? 0.26 : 0.14) })),
      axes: axes(chart),
      hooks,
    };
  }

  const watcher = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const plot = plots.get(target)?.plot;
      if (plot && target.clientWidth && plot.width !== target.clientWidth) plot.setSize({ width: target.clientWidth, height: HEIGHT });
    }
  });

  function draw(target) {
    const chart = JSON.parse(target.nextElementSibling.textContent);
    plots.set(target, { plot: new uPlot(options(chart, target), columns(chart), target), chart });
    watcher.observe(target);
  }

  function forget() {
    for (const [target, { plot }] of plots) {
      if (target.isConnected) continue;
      plot.destroy();
      watcher.unobserve(target);
      plots.delete(target);
    }
  }

  function start() {
    forget();
    document.body.append(probe);
    for (const details of document.querySelectorAll("details.numbers:not(.ready)")) {
      details.open = false;
      details.classList.add("ready");
    }
    // Where columns over time do not fit, the last of it is what one wants to see.
    for (const heat of document.querySelectorAll(".scroll:has(> .heat)")) heat.scrollLeft = heat.scrollWidth;
    for (const target of document.querySelectorAll(".plot")) if (!plots.has(target)) draw(target);
  }

  async function refresh(target, { plot, chart }) {
    const answer = await fetch(target.dataset.src, { headers: { Accept: "application/json" } });
    if (!answer.ok || !target.isConnected) return;
    const fresh = await answer.json();
    // A chart that has other lines than before is drawn when the page is loaded anew.
    if (fresh.series.length !== chart.series.length) return;
    Object.assign(chart, fresh);
    plot.setData(columns(chart));
  }

  setInterval(() => {
    if (document.hidden || new URLSearchParams(location.search).has("to")) return;
    for (const [target, drawn] of plots) refresh(target, drawn).catch(() => {});
  }, REFRESH);

  document.addEventListener("themechange", () => {
    for (const { plot } of plots.values()) plot.redraw(false);
  });
  document.addEventListener("htmx:afterSettle", start);
  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll("details.custom[open]")) if (!open.contains(event.target)) open.open = false;
  });
  start();
})();
