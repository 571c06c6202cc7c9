// Long polling: asks for the next version of the list and puts it in place, for as long as the page is open.
const sites = document.getElementById('sites');

async function follow() {
  let version = sites.dataset.version;
  for (;;) {
    try {
      const response = await fetch(`/live?since=${version}`);
      if (!response.ok) throw new Error(`status ${response.status}`);
      const news = await response.json();
      if (String(news.version) !== version) {
        version = String(news.version);
        sites.innerHTML = news.html;
        sites.dataset.version = version;
      }
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }
}

void follow();
