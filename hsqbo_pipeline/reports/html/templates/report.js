// The record table and its filters. Whatever comes from a record goes through `text` before it is shown.
const $ = (id) => document.getElementById(id);
// Signs that turn the direction of the text after them are left out: a name must not turn our sentence around.
const text = (value) => String(value ?? "").replace(/[\u202a-\u202e\u2066-\u2069]/g, "").replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
const OBJECTS = {customer: "Customers", product: "Products", invoice: "Invoices", payment: "Payments", connection: "Connection"};
const STATES = {IN_SYNC: "in step", WARNING: "to look at", FAILING: "failing", WAITING: "waiting", EXCLUDED: "left out", BLOCKED: "blocked"};
const OWNERS = {sales: "Sales", books: "Books", admin: "Admin"};
const places = JSON.parse($("data-places").textContent);

const commands = (value) => text(value).replace(/`([^`]*)`/g, "<code>$1</code>");

async function unpacked(id) {
  const bytes = Uint8Array.from(atob($(id).textContent), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}

async function tableLibrary() {
  const style = document.createElement("style");
  style.textContent = await unpacked("data-table-style");
  document.head.prepend(style);
  const address = URL.createObjectURL(new Blob([await unpacked("data-table-script")], {type: "text/javascript"}));
  const library = await import(address);
  URL.revokeObjectURL(address);
  return library.jQuery;
}

// A spreadsheet must not take a record's text for a formula.
const defused = (value) => (/^[\s\u00a0\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/.test(value) ? `'${value}` : value);
const shownState = (row) => (row.state === "IN_SYNC" && row.class === "WARNING" ? "WARNING" : row.state);
const chip = (row) => `<span class="chip ${shownState(row)}">${STATES[shownState(row)]}</span>`;
const amount = (row) => (row.amount === null ? "" : `${Number(row.amount).toLocaleString("en-US", {minimumFractionDigits: 2})} ${row.currency}`);

function address(row, system) {
  const begin = places[system]?.[row.object];
  return begin && /^[0-9A-Za-z]+$/.test(row[system]) ? begin + row[system] : null;
}

function identity(row, system) {
  if (!row[system]) return '<span class="zero">none</span>';
  const to = address(row, system);
  return to ? `<a href="${text(to)}" target="_blank" rel="noopener noreferrer">${text(row[system])}</a>` : text(row[system]);
}

const plain = (name) => ({data: name, render: (value) => text(value)});
const COLUMNS = [
  {title: "State", data: null, className: "nowrap", render: (row, use) => (use === "display" ? chip(row) : STATES[shownState(row)])},
  {title: "Object", ...plain("object"), className: "nowrap wide", render: (value) => text(OBJECTS[value] ?? value)},
  {title: "Record", data: null, className: "who", render: (row, use) => (use === "display"
    ? `<button class="link" type="button" data-record="${text(row.key)}">${text(row.label || row.hubspot || row.quickbooks)}</button>` : text(row.label))},
  {title: "Why", data: null, className: "why", render: (row, use) => (use === "display" && row.new && row.state !== "IN_SYNC" ? `<div class="clamp">${text(row.sentence)}</div><span class="newmark">new</span>` : use === "display" ? `<div class="clamp">${text(row.sentence)}</div>` : text(row.sentence))},
  {title: "What to do", ...plain("fix"), className: "wide why", visible: false},
  {title: "Amount", data: null, className: "num", render: (row, use) => (use === "sort" || use === "type" ? Number(row.amount ?? -Infinity) : text(amount(row)))},
  {title: "Day", ...plain("day"), className: "nowrap wide"},
  {title: "Since", ...plain("since"), className: "nowrap wide"},
  {title: "Who acts", ...plain("owner"), className: "nowrap wide", render: (value, use, row) => (row.state === "FAILING" || row.state === "BLOCKED" ? text(OWNERS[value] ?? value) : "")},
  {title: "Cause", ...plain("code"), className: "wide", visible: false},
  {title: "Detail", ...plain("detail"), className: "wide", visible: false},
  {title: "HubSpot", ...plain("hubspot"), className: "nowrap wide", visible: false, render: (value, use, row) => (use === "display" ? identity(row, "hubspot") : text(value))},
  {title: "QuickBooks", ...plain("quickbooks"), className: "nowrap wide", visible: false, render: (value, use, row) => (use === "display" ? identity(row, "quickbooks") : text(value))},
  {title: "Last looked at", ...plain("evaluated"), className: "nowrap wide", visible: false},
  // One column that is searched, so that 100,000 records stay quick.
  {title: "search", data: null, visible: false, className: "never", render: (row) => text([row.label, row.sentence, row.code, row.hubspot, row.quickbooks, row.detail, row.amount, row.fix].join(" "))},
].map((column) => ({
  defaultContent: "", ...column, type: column.title === "Amount" ? "num" : "string", searchable: column.title === "search",
  render: (value, use, row) => {
    const shown = column.render(value, use, row);
    return use === "export" && column.title !== "Amount" ? defused(shown) : shown;
  },
}));

const form = $("filters");
let month = "";
const chosen = () => ({...Object.fromEntries(new FormData(form)), month});
const tests = {
  state: (row, want) => (want === "OPEN" ? row.state === "FAILING" || row.state === "BLOCKED" : want === "WARNING" ? shownState(row) === want : row.state === want),
  object: (row, want) => row.object === want,
  code: (row, want) => row.code === want,
  owner: (row, want) => row.owner === want,
  side: (row, want) => want === (row.hubspot && row.quickbooks ? "both" : row.hubspot ? "hubspot" : "quickbooks"),
  since: (row, want) => row.since >= want,
  new: (row) => row.new === 1,
  old: (row) => row.new === 0,
  month: (row, want) => (want === "-" ? row.day === "" : row.day.startsWith(want)),
};

function options(select, values, name) {
  const counted = new Map();
  for (const value of values) counted.set(value, (counted.get(value) ?? 0) + 1);
  for (const [value, count] of [...counted].sort()) select.add(new Option(`${name(value)} (${count.toLocaleString("en-US")})`, value));
}

let stories;
async function story(key) {
  stories ??= JSON.parse(await unpacked("data-stories"));
  return stories[key] ?? {};
}

function fact(name, value) {
  return value ? `<dt>${name}</dt><dd class="val">${value}</dd>` : "";
}

const listed = (title, entries, one) => (entries?.length ? `<h4>${title}</h4><ol>${entries.map((entry) => `<li>${one(entry)}</li>`).join("")}</ol>` : "");

// Night after night the same is one entry, told from its last run back to its first.
function toldOnce(history) {
  const found = [];
  for (const [at, run, ...said] of history ?? []) {
    const last = found.at(-1);
    if (last && !said[4] && JSON.stringify(last.said) === JSON.stringify(said)) last.from = [at, run];
    else found.push({to: [at, run], from: [at, run], said});
  }
  return found;
}

function spell({to, from}) {
  if (to[1] === from[1]) return `${text(to[0])}${to[1] ? `, run ${text(to[1])}` : ""}`;
  return `${text(from[0])} to ${text(to[0])}${to[1] && from[1] ? `, runs ${text(from[1])} to ${text(to[1])}` : ""}`;
}

async function open(row) {
  const told = await story(row.key);
  const dialog = $("record");
  dialog.innerHTML = `<header><h3 id="record-title" class="person">${text(row.label || row.key)}</h3><button type="button" value="close">Close</button></header>
    <p>${chip(row)} ${text(row.sentence)}</p>${row.state === "IN_SYNC" && row.class !== "WARNING" ? "" : `<p class="fix"><span>${text(OWNERS[row.owner] ?? "")}</span> ${commands(row.fix)}</p>`}
    <dl>${fact("Object", text(OBJECTS[row.object] ?? row.object))}${fact("HubSpot", identity(row, "hubspot"))}${fact("QuickBooks", identity(row, "quickbooks"))}
    ${fact("Amount", text(amount(row)))}${fact("Day", text(row.day))}${fact("Cause", `<code>${text(row.code)}</code> ${happened(row.detail)}`)}
    ${fact("Since", `${text(row.since)}${row.since_run ? `, run ${text(row.since_run)}` : ""}`)}${fact("Last looked at", text(row.evaluated))}</dl>
    ${listed("Also", told.reasons, ([code, sentence, fix]) => `${text(sentence)} <small>${text(fix)} <code>${text(code)}</code></small>`)}
    ${listed("Could be meant", told.candidates, (each) => text(Object.entries(each).map(([name, value]) => `${name.replaceAll("_", " ")} ${value}`).join(", ")))}
    ${listed("Written", told.changes, ([run, system, action, field, before, after, why, status]) => `<b>${text(field)}</b>: <span class="val">${text(before ?? "(blank)")}</span> → <span class="val">${text(after ?? "(blank)")}</span> <small>run ${text(run)}, ${text(action)} in ${text(system)}, ${text(status)}; ${text(why)}</small>`)}
    ${listed("History", toldOnce(told.history), ({to, from, said: [state, code, action, sentence, request]}) => `<small>${spell({to, from})}</small><br>${text(STATES[state] ?? state)} <code>${text(code)}</code> ${happened(action)} ${text(sentence)}${request ? ` <small>request ${text(request)}</small>` : ""}`)}
    <p class="note"><code>hsqbo history ${text(row.hubspot || row.quickbooks)}</code> tells the rest.</p>`;
  dialog.showModal();
}

const reader = document.createElement("textarea"); // reads entities, and nothing else
function read(value) {
  if (!/&/.test(value)) return value; // most cells hold none, and there may be a million of them
  reader.innerHTML = value;
  return reader.value;
}

const shownColumns = (table) => table.columns(":visible").indexes().toArray();
const shownRows = (table) => table.rows({search: "applied", order: "applied"}).data().toArray();
const cell = (row, at) => String(read(COLUMNS[at].render(COLUMNS[at].data ? row[COLUMNS[at].data] : row, "export", row)) ?? "");

function save(file, ending) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = `${document.title}.${ending}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

// The library would build a row of the page for each row of a file: 15 seconds for 50,000 of them, 80 for 100,000 in Excel's format.
function saveCsv(table) {
  const columns = shownColumns(table);
  const quoted = (value) => `"${value.replaceAll('"', '""')}"`;
  const lines = shownRows(table).map((row) => columns.map((at) => quoted(cell(row, at))).join(","));
  save(new Blob(["\ufeff", [columns.map((at) => quoted(COLUMNS[at].title)).join(","), ...lines].join("\r\n"), "\r\n"], {type: "text/csv"}), "csv");
}

// The five files of the smallest workbook; every text is a text cell, so no sheet calculates it.
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const OFFICE = "http://schemas.openxmlformats.org";
const BOOK = {
  "[Content_Types].xml": `<Types xmlns="${OFFICE}/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`,
  "_rels/.rels": `<Relationships xmlns="${OFFICE}/package/2006/relationships"><Relationship Id="r1" Type="${OFFICE}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  "xl/workbook.xml": `<workbook xmlns="${OFFICE}/spreadsheetml/2006/main" xmlns:r="${OFFICE}/officeDocument/2006/relationships"><sheets><sheet name="records" sheetId="1" r:id="r1"/></sheets></workbook>`,
  "xl/_rels/workbook.xml.rels": `<Relationships xmlns="${OFFICE}/package/2006/relationships"><Relationship Id="r1" Type="${OFFICE}/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
};

async function saveExcel(table, zip) {
  const columns = shownColumns(table);
  // Signs that XML cannot hold are left out.
  const written = (value) => text(value.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, ""));
  const texts = (value) => `<c t="inlineStr"><is><t xml:space="preserve">${written(value)}</t></is></c>`;
  const one = (row, at) => (COLUMNS[at].title === "Amount" && row.amount !== null ? `<c><v>${Number(row.amount)}</v></c>` : texts(cell(row, at)));
  const rows = [columns.map((at) => texts(COLUMNS[at].title)).join(""), ...shownRows(table).map((row) => columns.map((at) => one(row, at)).join(""))];
  for (const [name, content] of Object.entries(BOOK)) zip.file(name, HEAD + content);
  zip.file("xl/worksheets/sheet1.xml", `${HEAD}<worksheet xmlns="${OFFICE}/spreadsheetml/2006/main"><sheetData><row>${rows.join("</row><row>")}</row></sheetData></worksheet>`);
  save(await zip.generateAsync({type: "blob", compression: "DEFLATE", compressionOptions: {level: 1}, mimeType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}), "xlsx");
}

function buttons(jQuery) {
  return [
    {extend: "colvis", text: "Columns", columns: ":not(.never)"},
    {text: "CSV", className: "buttons-csv", action: (_, table) => saveCsv(table)},
    {text: "Excel", className: "buttons-excel", action: (_, table) => saveExcel(table, new (jQuery.fn.dataTable.Buttons.jszip())())},
  ];
}

const happened = (detail) => (detail === "unchanged" ? "" : text(detail));

async function start() {
  // The table library has a dark look of its own, under this name.
  document.documentElement.classList.toggle("dark", matchMedia("(prefers-color-scheme: dark)").matches);
  const [jQuery, data] = await Promise.all([tableLibrary(), unpacked("data-records").then(JSON.parse)]);
  const records = data.rows.map((values) => Object.fromEntries(data.columns.map((name, at) => [name, values[at]])));
  const byKey = new Map(records.map((row) => [row.key, row]));
  options(form.elements.object, records.map((row) => row.object), (value) => OBJECTS[value] ?? value);
  options(form.elements.code, records.map((row) => row.code), (value) => value);
  $("loading").remove();
  const table = jQuery("#table").DataTable({
    data: records, columns: COLUMNS, deferRender: true, autoWidth: false, order: [], pageLength: 25, lengthMenu: [10, 25, 50, 100, 500],
    layout: {topStart: {buttons: buttons(jQuery)}, topEnd: "search", bottomStart: ["info", "pageLength"], bottomEnd: "paging"},
    language: {search: "Search", info: "_START_ to _END_ of _TOTAL_", infoEmpty: "none", infoFiltered: "(of _MAX_ in all)", zeroRecords: "No record fits these filters.", lengthMenu: "_MENU_ a page"},
  });
  table.search.fixed("filters", (_, row) => Object.entries(wanted).every(([name, want]) => !want || tests[name](row, want)));
  let wanted = {};
  const apply = () => { wanted = chosen(); table.draw(); };
  form.addEventListener("change", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => { month = ""; table.search(""); setTimeout(apply); });
  document.addEventListener("click", (event) => {
    const named = event.target.closest("[data-record]");
    if (named) {
      event.preventDefault();
      const row = byKey.get(named.dataset.record);
      if (row) open(row);
      return;
    }
    const link = event.target.closest("a[data-filter]");
    if (!link) return;
    form.reset();
    table.search("");
    for (const name of ["state", "object", "code", "owner"]) form.elements[name].value = link.dataset[name] ?? "";
    form.elements.new.checked = Boolean(link.dataset.new);
    form.elements.old.checked = Boolean(link.dataset.old);
    setTimeout(() => { month = link.dataset.month ?? ""; apply(); });
  });
  $("record").addEventListener("click", (event) => {
    if (event.target === $("record") || event.target.closest("button[value=close]")) $("record").close();
  });
  // The page opens on what needs somebody, if anything does.
  if (records.some((row) => row.state === "FAILING" || row.state === "BLOCKED")) form.elements.state.value = "OPEN";
  apply();
  document.documentElement.dataset.ready = "1";
}

start().catch((error) => {
  $("loading")?.replaceChildren(`The record table could not be built (${error.message}). A browser from 2023 or later is needed.`);
});
