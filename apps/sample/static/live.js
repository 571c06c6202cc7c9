// Follows what happens, for as long as the page is open: over a WebSocket, as server-sent events where that does not get through, and
// by long polling where nothing else does. Each way asks for what is behind the last update that the page shows, so nothing
// is lost when one ends and another begins, or the server starts again; and nothing that is shown already is shown again.
const { show, text } = document.getElementById('live').dataset;
const rows = document.querySelector('#sites tbody');
const lines = document.getElementById('updates');
const filter = Object.entries({ show, text }).filter(([, value]) => value !== '');
let lastId = Number(lines.dataset.lastId);

const MOST_LINES = 20;
const LONGEST_PAUSE_MS = 5000;
const MANY_FAILURES = 8;
/** Some proxies take a WebSocket and never answer. */
const OPENING_MS = 5000;

function address(path) {
  const url = new URL(path, location.href);
  url.search = new URLSearchParams([['after', lastId], ...filter]);
  return url;
}

function elementOf(html) {
  const template = document.createElement('template');
  template.innerHTML = html;
  return template.content.firstElementChild;
}

function take({ id, siteId, row, line, startAnew }) {
  if (startAnew) {
    // More was missed than the server remembers.
    location.replace(`/?${new URLSearchParams(filter)}`);
  } else if (id > lastId) {
    lastId = id;
    if (row !== undefined) showRow(siteId, row);
    if (line !== undefined) lines.prepend(elementOf(line));
    while (lines.children.length > MOST_LINES) lines.lastElementChild.remove();
  }
}

function showRow(siteId, html) {
  const old = rows.querySelector(`[data-site="${siteId}"]`);
  if (html === '') old?.remove();
  else if (old === null) rows.append(elementOf(html));
  else old.replaceWith(elementOf(html));
}

// Each way resolves when it has ended, with whether it got through at all.

function overWebSocket() {
  return new Promise((resolve) => {
    const url = address('/live/socket');
    url.protocol = url.protocol.replace('http', 'ws');
    const socket = new WebSocket(url);
    const opening = setTimeout(() => socket.close(), OPENING_MS);
    let isOpen = false;
    socket.onopen = () => {
      isOpen = true;
      clearTimeout(opening);
    };
    socket.onmessage = ({ data }) => take(JSON.parse(data));
    socket.onclose = () => resolve(isOpen);
  });
}

function asEvents() {
  return new Promise((resolve) => {
    const source = new EventSource(address('/live/events'));
    const close = (isOpen) => {
      source.close();
      resolve(isOpen);
    };
    const opening = setTimeout(close, OPENING_MS, false);
    let isOpen = false;
    source.onopen = () => {
      isOpen = true;
      clearTimeout(opening);
    };
    source.onmessage = ({ data }) => take(JSON.parse(data));
    source.onerror = () => close(isOpen);
  });
}

async function byPolling() {
  for (let isThrough = false; ; isThrough = true) {
    try {
      const response = await fetch(address('/live'));
      if (!response.ok) return isThrough;
      const { updates } = await response.json();
      updates.forEach(take);
    } catch {
      return isThrough;
    }
  }
}

async function follow() {
  const ways = [overWebSocket, asEvents, byPolling];
  let count = ways.length;
  for (let failures = 0; ; failures++) {
    // What got through once does so again when the server is back, and lesser ways need not be tried; another network is another matter.
    if (failures === MANY_FAILURES) count = ways.length;
    for (const way of ways.slice(0, count)) {
      if (!(await way())) continue;
      count = ways.indexOf(way) + 1;
      failures = 0;
      break;
    }
    // Not all pages at once, when a server starts that many have waited for.
    const pauseMs = Math.min(100 * 2 ** failures, LONGEST_PAUSE_MS);
    await new Promise((resolve) => setTimeout(resolve, pauseMs * (0.5 + Math.random())));
  }
}

void follow();
