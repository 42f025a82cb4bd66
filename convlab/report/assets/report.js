"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const press = (button, pressed) => button.setAttribute("aria-pressed", String(pressed));

  // light and dark
  document.getElementById("theme").addEventListener("click", () => {
    const root = document.documentElement;
    const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    root.dataset.theme = (root.dataset.theme || system) === "dark" ? "light" : "dark";
  });

  // tables: a click on a heading sorts by its column
  const sortKey = (row, column) => {
    const text = row.cells[column].textContent.trim();
    const isNumber = /^[<+-]*\s*\.?\d/.test(text); // "0.9 ± 0.1", "< 0.001", "2 of 3"
    return isNumber ? parseFloat(text.replace(/^<\s*/, "").replace(/,/g, "")) : text.toLowerCase();
  };
  const compare = (left, right) => {
    if (typeof left !== typeof right) return typeof left === "number" ? -1 : 1;
    return left < right ? -1 : left > right ? 1 : 0;
  };
  for (const table of all("table.sortable")) {
    const headings = all("thead th", table);
    headings.forEach((heading, column) => {
      heading.addEventListener("click", () => {
        const sign = heading.getAttribute("aria-sort") === "descending" ? 1 : -1;
        headings.forEach((other) => other.removeAttribute("aria-sort"));
        heading.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
        const rows = [...table.tBodies[0].rows];
        rows.sort((a, b) => sign * compare(sortKey(a, column), sortKey(b, column)));
        table.tBodies[0].append(...rows);
      });
    });
  }

  // legends: a click hides or shows an arm in the charts of its section
  for (const button of all(".legend button")) {
    button.addEventListener("click", () => {
      const shown = button.getAttribute("aria-pressed") !== "true";
      press(button, shown);
      for (const arm of all(".arm", button.closest("section"))) {
        if (arm.dataset.arm === button.dataset.arm) arm.classList.toggle("off", !shown);
      }
    });
  }

  // curves over epochs or seconds
  for (const button of all("[data-axis]")) {
    button.addEventListener("click", () => {
      for (const other of all("[data-axis]")) press(other, other === button);
      for (const panel of all("[data-panel]")) panel.hidden = panel.dataset.panel !== button.dataset.axis;
    });
  }

  // films: one slider moves the pictures of all arms from the start to the end of training
  for (const tools of all(".films")) {
    const [button, slider] = [tools.querySelector("button"), tools.querySelector("input")];
    const films = all(".film", tools.closest("section"));
    const show = () => {
      for (const film of films) {
        const times = film.dataset.times.split(" ");
        const frame = Math.round((slider.value / slider.max) * (times.length - 1));
        film.querySelector("image").setAttribute("y", -frame * film.viewBox.baseVal.height);
        const when = times[frame] === "0" ? "before" : `after epoch ${times[frame]}`;
        film.parentElement.querySelector("figcaption").textContent = when;
      }
    };
    let timer = 0;
    const stop = () => {
      clearInterval(timer);
      press(button, false);
      button.textContent = "Play";
    };
    const step = () => {
      slider.value = Number(slider.value) + Number(slider.step);
      show();
      if (slider.value === slider.max) stop();
    };
    slider.max = Math.max(...films.map((film) => film.dataset.times.split(" ").length)) - 1;
    slider.step = 1;
    slider.value = slider.max;
    slider.addEventListener("input", () => {
      stop();
      show();
    });
    button.addEventListener("click", () => {
      const playing = button.getAttribute("aria-pressed") === "true";
      stop();
      if (playing) return;
      if (slider.value === slider.max) slider.value = 0;
      show();
      press(button, true);
      button.textContent = "Stop";
      timer = setInterval(step, 400);
    });
    button.hidden = matchMedia("(prefers-reduced-motion: reduce)").matches; // by hand, at the reader's pace
  }

  // zoom: the inside of a chart is a window on a square of 1000 units
  const SVG = "http://www.w3.org/2000/svg";
  const make = (name, attributes, text = "") => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.textContent = text;
    return made;
  };
  const roundValues = (low, high) => {
    const rough = (high - low) / 6;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) * power;
    const values = [];
    for (let n = Math.ceil(low / step - 1e-9); n * step <= high + step * 1e-9; n += 1) values.push(n * step);
    return values;
  };
  const named = (value) => String(Number(value.toPrecision(4)));

  for (const chart of all("svg.zooms")) {
    const inside = chart.querySelector(".inside");
    const ticks = chart.querySelector(".ticks");
    const before = [...ticks.childNodes];
    const number = (name) => Number(inside.getAttribute(name));
    const area = { x: number("x"), y: number("y"), width: number("width"), height: number("height") };
    const [xs, ys] = [chart.dataset.x, chart.dataset.y].map((text) => text.split(" ").map(Number));
    const isLog = "log" in chart.dataset;
    let shown = [0, 0, 1000, 1000];

    const valueAt = ([low, high], unit) => low + ((high - low) * unit) / 1000;
    const draw = () => {
      inside.setAttribute("viewBox", shown.join(" "));
      if (shown[2] === 1000 && shown[3] === 1000) return ticks.replaceChildren(...before);
      const [left, right] = [valueAt(xs, shown[0]), valueAt(xs, shown[0] + shown[2])];
      const [bottom, top] = [valueAt(ys, 1000 - shown[1] - shown[3]), valueAt(ys, 1000 - shown[1])];
      const parts = [];
      for (const value of roundValues(bottom, top)) {
        const y = area.y + area.height * (1 - (value - bottom) / (top - bottom));
        parts.push(make("line", { x1: area.x, x2: area.x + area.width, y1: y, y2: y }));
        const text = named(isLog ? 10 ** value : value);
        parts.push(make("text", { x: area.x - 6, y: y + 4, "text-anchor": "end" }, text));
      }
      for (const value of roundValues(left, right)) {
        const x = area.x + (area.width * (value - left)) / (right - left);
        const place = { x, y: area.y + area.height + 16, "text-anchor": "middle" };
        parts.push(make("text", place, named(value)));
      }
      ticks.replaceChildren(...parts);
    };
    const reset = () => {
      shown = [0, 0, 1000, 1000];
      draw();
    };

    let start = null;
    let selection = null;
    const placeOf = (event) => {
      const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(chart.getScreenCTM().inverse());
      return [
        Math.min(Math.max((point.x - area.x) / area.width, 0), 1),
        Math.min(Math.max((point.y - area.y) / area.height, 0), 1),
      ];
    };
    const span = (a, b) => [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1])];
    const stop = () => {
      start = null;
      selection?.remove();
      selection = null;
    };
    chart.addEventListener("pointerdown", (event) => {
      start = placeOf(event);
      chart.setPointerCapture(event.pointerId);
      selection = chart.appendChild(make("rect", { class: "selection" }));
    });
    chart.addEventListener("pointermove", (event) => {
      if (!start) return;
      const [x, y, width, height] = span(start, placeOf(event));
      const box = { x: area.x + x * area.width, y: area.y + y * area.height };
      box.width = width * area.width;
      box.height = height * area.height;
      for (const [key, value] of Object.entries(box)) selection.setAttribute(key, value);
    });
    chart.addEventListener("pointerup", (event) => {
      if (!start) return;
      const [x, y, width, height] = span(start, placeOf(event));
      stop();
      if (width < 0.03 && height < 0.03) return;
      // a drag along one axis zooms along that axis alone
      const across = width < 0.03 ? [0, 1] : [x, width];
      const down = height < 0.03 ? [0, 1] : [y, height];
      shown = [
        shown[0] + across[0] * shown[2],
        shown[1] + down[0] * shown[3],
        across[1] * shown[2],
        down[1] * shown[3],
      ];
      draw();
    });
    chart.addEventListener("pointercancel", stop);
    chart.addEventListener("dblclick", reset);
    for (const button of all("[data-reset]", chart.closest("section"))) button.addEventListener("click", reset);
  }
})();
