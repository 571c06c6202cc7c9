// Long polling: asks for what is new, shows it, asks again.
const form = document.getElementById('form');
const inbox = document.getElementById('inbox');
const token = form.elements._xsrf.value;

function show({ id, html }) {
  if (document.getElementById(`m${id}`) === null) inbox.insertAdjacentHTML('beforeend', html);
}

async function post(url, values) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'X-Xsrftoken': token },
    body: new URLSearchParams(values),
  });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.json();
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { body } = form.elements;
  show(await post(form.action, { body: body.value }));
  body.value = '';
});

let waitMs = 500;
for (;;) {
  try {
    const cursor = inbox.lastElementChild?.id.slice(1) ?? '';
    const { messages } = await post('/a/message/updates', { cursor });
    messages.forEach(show);
    waitMs = 500;
  } catch {
    await new Promise((resolve) => setTimeout(resolve, (waitMs = Math.min(waitMs * 2, 30000))));
  }
}
