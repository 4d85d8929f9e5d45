// What makes the pages live. Without it they show the same, as of when they were asked for.
"use strict";

const started = Date.now();
let paused = false;

// Clocks go on by themselves.
setInterval(() => {
  for (const clock of document.querySelectorAll("time[data-clock]:not([data-frozen])")) {
    const at = new Date(Number(clock.dataset.clock) + Date.now() - started);
    if (!Number.isNaN(at.getTime())) clock.textContent = at.toISOString().slice(0, 19) + "Z";
  }
}, 1000);

// Regions marked data-live are taken anew from the page every second; what was unfolded stays so.
async function refresh() {
  const busy = document.activeElement && document.activeElement.closest("[data-live] form, [data-live] pre");
  if (paused || document.hidden || busy || !getSelection().isCollapsed) return;
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!answer.ok) throw new Error(answer.status);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const region of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(region.id);
    if (!fresh) continue;
    for (const open of region.querySelectorAll("details[open][data-key]")) {
      const same = fresh.querySelector(`details[data-key="${open.dataset.key}"]`);
      if (same) same.open = true;
    }
    if (fresh.innerHTML === region.innerHTML) continue;
    const focused = region.contains(document.activeElement) && document.activeElement.closest("details[data-key]");
    region.replaceChildren(...fresh.childNodes);
    const again = focused && region.querySelector(`details[data-key="${focused.dataset.key}"] > summary`);
    if (again) again.focus({ preventScroll: true });
  }
}

async function live() {
  try {
    await refresh();
    document.body.classList.remove("lost");
  } catch {
    document.body.classList.add("lost");
  }
  setTimeout(live, 1000);
}
if (document.querySelector("[data-live]")) setTimeout(live, 1000);

for (const button of document.querySelectorAll("[data-pause]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    paused = !paused;
    button.textContent = paused ? "Go on" : "Pause";
    button.setAttribute("aria-pressed", String(paused));
  });
}

// More rows in the form builder.
for (const button of document.querySelectorAll("[data-add]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const group = button.dataset.add;
    const rows = document.querySelector(`[data-rows="${group}"]`);
    const row = rows.lastElementChild.cloneNode(true);
    row.querySelectorAll(".error").forEach((error) => error.remove());
    for (const field of row.querySelectorAll("input, textarea")) {
      field.name = field.name.replace(/-\d+-/, `-${rows.children.length}-`);
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-describedby");
      if (field.type === "checkbox") field.checked = false;
      else field.value = "";
    }
    rows.append(row);
    row.querySelector("input").focus();
  });
}

// A choice of route shows at once, and what was done is said only once.
for (const select of document.querySelectorAll(".filter select")) {
  select.addEventListener("change", () => select.form.submit());
  select.form.querySelector("button").hidden = true;
}
if (new URLSearchParams(location.search).has("said")) {
  const address = new URL(location.href);
  address.searchParams.delete("said");
  history.replaceState(null, "", address);
}
