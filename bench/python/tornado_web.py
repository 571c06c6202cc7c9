"""Tornado with its defaults, doing what `pnpm bench web` asks for. src/web/setting.ts says the same."""
import logging
import os
import tempfile
from types import SimpleNamespace

import tornado.httpserver
import tornado.ioloop
import tornado.netutil
import tornado.web

RECORD = {
    "id": 4711,
    "name": "Bread & butter",
    "price": 3.5,
    "tags": ["food", "fresh"],
    "isNew": True,
    "maker": {"name": "Rye & Sons", "city": "Oslo"},
}
PAGE = {
    "title": "Bread & butter",
    "user": "Ann <ann@example.org>",
    "menu": [
        SimpleNamespace(url="/" + label.lower(), label=label)
        for label in ["Home", "Shop", "News", "About", "Help"]
    ],
    "related": ["Milk & honey", "Tea", "Coffee", "Rye"],
    "comments": [
        SimpleNamespace(
            author=f"Visitor {i}",
            text="Salt & pepper are <missing>."
            if i % 2
            else "I like it, and so does everybody at home.",
        )
        for i in range(10)
    ],
}


class Hello(tornado.web.RequestHandler):
    def get(self):
        self.write("Hello, world")


class Json(tornado.web.RequestHandler):
    def get(self):
        self.write(RECORD)


class Item(tornado.web.RequestHandler):
    def get(self, id):
        self.write(f"item {id}")


class Visits(tornado.web.RequestHandler):
    def get(self):
        visits = int(self.get_secure_cookie("visits") or 0) + 1
        self.set_secure_cookie("visits", str(visits))
        self.write(f"visit {visits}")


class Page(tornado.web.RequestHandler):
    def get(self):
        self.render("page.html", **PAGE)


logging.getLogger("tornado.access").setLevel(logging.ERROR)
application = tornado.web.Application(
    [(f"/route{i}/([^/]+)", Item) for i in range(100)]
    + [("/hello", Hello), ("/json", Json), ("/cookie", Visits), ("/page", Page)],
    cookie_secret="a secret that is long enough to sign cookies with",
    template_path=os.path.join(os.path.dirname(__file__), "..", "templates"),
    static_path=os.path.join(tempfile.gettempdir(), "typhoon-bench-static"),
)
sockets = tornado.netutil.bind_sockets(0, "127.0.0.1")
server = tornado.httpserver.HTTPServer(application)
server.add_sockets(sockets)
print("port", sockets[0].getsockname()[1], flush=True)
tornado.ioloop.IOLoop.current().start()
