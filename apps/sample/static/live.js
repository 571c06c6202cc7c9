// Long polling: asks for the next version of the list and puts it in place, for as long as the page is open.
const sites = document.getElementById('sites');

/** The page's own filter: another tab may show others. */
function query(version) {
  const { show, text } = sites.dataset;
  const filter = Object.entries({ show, text }).filter(([, value]) => value !== '');
  return new URLSearchParams([['since', version], ...filter]);
}

async function follow() {
  let version = sites.dataset.version;
  for (;;) {
    try {
      const response = await fetch(`/live?${query(version)}`);
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
