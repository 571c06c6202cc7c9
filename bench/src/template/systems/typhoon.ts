// Our templates.
import { DictLoader } from '@typhoon/template';
import type { Compiled, PageName, System } from '../cases.ts';

function files(mark: string): Record<string, string> {
  return {
    table:
      `<table id="${mark}"><caption>{{ title }}</caption>{% for row in rows %}` +
      '<tr><td>{{ row.id }}</td><td>{{ row.name }}</td><td>{{ row.city }}</td><td>{{ row.price }}</td>' +
      '<td>{% if row.isNew %}<b>new</b>{% end %}</td></tr>{% end %}</table>',
    base:
      `<html id="${mark}"><head><title>{% block title %}{% end %} - Shop</title></head><body>` +
      '<ul>{% for item in menu %}<li><a href="{{ item.url }}">{{ item.label }}</a></li>{% end %}</ul>' +
      '<p>Hello, {{ user }}</p><main>{% block main %}{% end %}</main><footer>The end</footer></body></html>',
    section:
      '{% extends "base" %}{% block main %}<aside><ul>{% for name in related %}<li>{{ name }}</li>{% end %}</ul></aside>' +
      '<article>{% block content %}{% end %}</article>{% end %}',
    page:
      '{% extends "section" %}{% block title %}{{ title }}{% end %}{% block content %}<h1>{{ title }}</h1>' +
      '{% for comment in comments %}<div><b>{{ comment.author }}</b><p>{{ comment.text }}</p></div>{% end %}{% end %}',
  };
}

export const system: System = {
  compile<Name extends PageName>(name: Name, mark: string): Compiled[Name] {
    const template = new DictLoader(files(mark)).load(name);
    return (data: object) => template.generate(data);
  },
};
