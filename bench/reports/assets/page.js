"use strict";
// Adds to a page that is whole without it: views, hidden loops, sorting, filters, copies, tooltips. The address keeps
// what is chosen, after the #, so that a view can be linked.
(() => {
  const $ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const make = (name, properties = {}, ...content) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...content);
    return element;
  };
  const views = JSON.parse(document.getElementById("views").textContent);
  const inViews = new Set(Object.values(views).flat());
  const UNSURE = new Set(["same", "inconclusive"]);
  const loops = $("#loops li").map((item) => item.dataset.loop);
  const state = { view: "", hide: new Set(), sure: false, sort: new Map(), find: new Map(), at: "" };

  // The address
  const decoded = (words) => {
    try {
      return decodeURIComponent(words);
    } catch {
      return "";
    }
  };
  const read = () => {
    const words = location.hash.slice(1);
    const given = new URLSearchParams(words.includes("=") ? words : "");
    state.view = given.get("view") in views ? given.get("view") : "";
    state.hide = new Set(given.getAll("hide").filter((name) => loops.includes(name)));
    state.sure = given.get("sure") === "1";
    const pairs = (key) => new Map(given.getAll(key).map((text) => {
      const end = text.indexOf(".");
      return [text.slice(0, end), text.slice(end + 1)];
    }));
    state.sort = pairs("sort");
    state.find = pairs("find");
    state.at = given.get("at") ?? (words.includes("=") ? "" : decoded(words));
  };
  const write = () => {
    const words = new URLSearchParams();
    if (state.view) words.append("view", state.view);
    for (const name of state.hide) words.append("hide", name);
    if (state.sure) words.append("sure", "1");
    for (const [id, how] of state.sort) words.append("sort", `${id}.${how}`);
    for (const [id, text] of state.find) if (text) words.append("find", `${id}.${text}`);
    if (state.at) words.append("at", state.at);
    const plain = state.at && [...words.keys()].length === 1;
    history.replaceState(null, "", `#${plain ? encodeURIComponent(state.at) : words}`);
  };

  // What is hidden
  const shown = ({ loop, scenario, verdict }) =>
    !(loop && state.hide.has(loop)) &&
    !(scenario && state.view && inViews.has(scenario) && !views[state.view].includes(scenario)) &&
    !(state.sure && UNSURE.has(verdict));
  const arrange = (picture) => {
    for (const loop of $(":scope > .loop", picture)) loop.style.display = shown(loop.dataset) ? "" : "none";
    if (picture.classList.contains("plane")) return;
    const lines = $(":scope > .line", picture);
    let top = Number(picture.dataset.top);
    for (const line of lines) {
      line.style.display = shown(line.dataset) ? "" : "none";
      if (line.style.display) continue;
      line.setAttribute("y", top);
      top += Number(line.dataset.height);
    }
    picture.setAttribute("height", top + 4);
  };
  const rows = (table) => {
    const words = (state.find.get(table.id) ?? "").toLowerCase();
    for (const row of $("tbody tr", table))
      row.hidden = !shown(row.dataset) || (words && !row.textContent.toLowerCase().includes(words));
  };

  // Tables
  const value = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.v ? Number(cell.dataset.v.split(";")[0]) : cell.textContent.trim();
  };
  const sort = (table) => {
    const [column, direction] = (state.sort.get(table.id) ?? "").split(".");
    const body = table.querySelector("tbody");
    const ordered = $("tr", body).sort((a, b) => a.dataset.place - b.dataset.place);
    if (direction) {
      const sign = direction === "down" ? -1 : 1;
      ordered.sort((a, b) => {
        const [x, y] = [value(a, column), value(b, column)];
        if (typeof x !== typeof y) return typeof x === "number" ? -1 : 1; // what is missing comes last
        return sign * (typeof x === "number" ? x - y : x.localeCompare(y));
      });
    }
    body.append(...ordered);
    $("thead th", table).forEach((head, index) => {
      if (direction && index === Number(column)) head.setAttribute("aria-sort", direction === "down" ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
  };
  const next = { undefined: "up", up: "down", down: undefined };
  const sortBy = (table, column) => {
    const [earlier, direction] = (state.sort.get(table.id) ?? "").split(".");
    const now = next[Number(earlier) === column ? direction : undefined];
    if (now) state.sort.set(table.id, `${column}.${now}`);
    else state.sort.delete(table.id);
    change();
  };
  const lines = (table, fields) =>
    $("tr", table).filter((row) => !row.hidden).map((row) => [...row.cells].flatMap((cell, index) => fields(cell, index, table)));
  const plain = (cell) => cell.dataset.is ?? cell.textContent.trim();
  const markdown = (table) => {
    const escaped = (cell) => [plain(cell).replace(/[\\|<*_`&[\]]/g, "\\$&")];
    const [head, ...body] = lines(table, escaped);
    const side = [...table.querySelector("thead tr").cells].map((cell) => (cell.className === "right" ? "--:" : "---"));
    return [head, side, ...body].map((cells) => `| ${cells.join(" | ")} |`).join("\n") + "\n";
  };
  const csv = (table) => {
    const wide = new Set($("[data-v*=';']", table).map((cell) => cell.cellIndex));
    const quoted = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    const fields = (cell, index) => {
      if (cell.closest("thead")) return wide.has(index) ? ["", " low", " high"].map((end) => quoted(plain(cell) + end)) : [quoted(plain(cell))];
      const numbers = cell.dataset.v?.split(";") ?? [quoted(plain(cell))];
      return wide.has(index) ? [numbers[0], numbers[1] ?? "", numbers[2] ?? ""] : [numbers[0]];
    };
    return lines(table, fields).map((cells) => cells.join(",")).join("\n") + "\n";
  };

  // Copies
  const status = make("p", { id: "status", role: "status", className: "note" });
  const copy = async (text, what) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = make("textarea", { value: text });
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    status.textContent = `Copied: ${what}.`;
    setTimeout(() => { status.textContent = ""; }, 4000);
  };
  const save = (figure) => {
    const picture = figure.querySelector("svg.picture").cloneNode(true);
    const style = document.createElementNS("http://www.w3.org/2000/svg", "style");
    style.textContent = document.querySelector("style").textContent.split("/* page */")[0];
    picture.prepend(style);
    picture.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    picture.setAttribute("width", "760");
    const file = new Blob([new XMLSerializer().serializeToString(picture)], { type: "image/svg+xml" });
    const link = make("a", { href: URL.createObjectURL(file), download: `${figure.id}.svg` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  const button = (text, onclick, properties = {}) => make("button", { type: "button", onclick, ...properties }, text);

  // Controls
  const equip = (table) => {
    const name = table.querySelector(".scroll").getAttribute("aria-label");
    $("tbody tr", table).forEach((row, place) => { row.dataset.place = place; });
    $("thead th", table).forEach((head, index) => {
      head.replaceChildren(button(head.textContent, () => sortBy(table, index)));
    });
    const tools = make("div", { className: "controls" });
    if ($("tbody tr", table).length > MANY) {
      const input = make("input", { type: "search", placeholder: "Filter rows" });
      input.setAttribute("aria-label", `Filter rows of: ${name}`);
      input.oninput = () => { state.find.set(table.id, input.value); change(); };
      tools.append(input);
    }
    tools.append(
      button("Copy as Markdown", () => copy(markdown(table), "the table as Markdown"), { ariaLabel: `Copy as Markdown: ${name}` }),
      button("Copy as CSV", () => copy(csv(table), "the table as CSV"), { ariaLabel: `Copy as CSV: ${name}` }),
    );
    table.append(tools);
  };
  const MANY = 5;
  const panel = () => {
    const controls = make("div", { id: "controls", className: "controls" });
    const names = Object.keys(views);
    if (names.length) {
      const group = make("div", { className: "controls", role: "group", ariaLabel: "Scenarios for" });
      for (const name of ["", ...names]) {
        const one = button(name || "Everything", () => { state.view = name; change(); });
        one.dataset.view = name;
        group.append(one);
      }
      controls.append(group);
    }
    if (loops.length > 1) {
      const select = make("select", { id: "mine" }, make("option", { value: "" }, "all"), ...loops.map((name) => make("option", { value: name }, name)));
      select.onchange = () => {
        state.hide = new Set(select.value ? loops.filter((name) => name !== select.value) : []);
        change();
      };
      controls.append(make("label", {}, "My loop ", select));
    }
    const sure = make("input", { type: "checkbox", id: "sure" });
    sure.onchange = () => { state.sure = sure.checked; change(); };
    controls.append(make("label", {}, sure, " Only differences that are certain"));
    controls.append(button("Copy link to this view", () => copy(location.href, "the link")), status);
    document.getElementById("view")?.append(controls);
    for (const item of $("#loops li")) {
      const toggle = button("", () => {
        const name = item.dataset.loop;
        if (!state.hide.delete(name)) state.hide.add(name);
        change();
      });
      toggle.append(...item.childNodes);
      item.replaceChildren(toggle);
    }
  };

  // All of the page, as the state says
  const apply = () => {
    for (const one of $("[data-view]")) one.setAttribute("aria-pressed", String(one.dataset.view === state.view));
    for (const item of $("#loops li")) item.firstChild.setAttribute("aria-pressed", String(!state.hide.has(item.dataset.loop)));
    const left = loops.filter((name) => !state.hide.has(name));
    const mine = document.getElementById("mine");
    if (mine) mine.value = left.length === 1 ? left[0] : "";
    const sure = document.getElementById("sure");
    if (sure) sure.checked = state.sure;
    for (const section of $("section[data-key]")) {
      section.hidden = !shown({ scenario: section.dataset.key });
      const link = document.querySelector(`nav a[href="#${CSS.escape(section.id)}"]`);
      if (link) link.parentNode.hidden = section.hidden;
    }
    $("svg.picture").forEach(arrange);
    for (const table of $(".table")) {
      const input = table.querySelector("input");
      if (input && input.value !== (state.find.get(table.id) ?? "")) input.value = state.find.get(table.id) ?? "";
      sort(table);
      rows(table);
    }
  };
  const change = () => { apply(); write(); };
  const go = (behavior = "auto") => {
    const target = state.at && document.getElementById(state.at);
    if (!target) return;
    if (target.tagName === "DETAILS") target.open = true;
    target.scrollIntoView({ behavior });
  };

  // Tooltips: what a mark says, without the browser's delay
  const tip = make("div", { id: "tip", hidden: true });
  const tooltips = () => {
    for (const title of $("svg.picture title")) {
      title.parentNode.dataset.says = title.textContent;
      title.remove();
    }
    document.body.append(tip);
    document.addEventListener("pointermove", (event) => {
      const says = event.target.closest?.("[data-says]")?.dataset.says;
      tip.hidden = !says;
      if (!says) return;
      tip.textContent = says;
      const { offsetWidth: width, offsetHeight: height } = tip;
      tip.style.left = `${Math.max(4, Math.min(event.clientX + 12, innerWidth - width - 4))}px`;
      tip.style.top = `${event.clientY + 18 + height > innerHeight ? event.clientY - height - 10 : event.clientY + 18}px`;
    });
  };

  $(".table").forEach(equip);
  panel();
  for (const figure of $("figure.chart")) {
    const name = figure.querySelector("figcaption").textContent;
    figure.append(make("div", { className: "controls" }, button("Save as SVG", () => save(figure), { ariaLabel: `Save as SVG: ${name}` })));
  }
  for (const command of $(".command"))
    command.append(" ", button("Copy", () => copy(command.querySelector("code").textContent, "the command"), { ariaLabel: `Copy: ${command.querySelector("span").textContent}` }));
  tooltips();
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#"]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    state.at = decoded(link.hash.slice(1));
    write();
    go();
  });
  const start = () => { read(); apply(); go("instant"); };
  addEventListener("hashchange", start);
  start();
})();
